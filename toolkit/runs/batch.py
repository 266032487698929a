"""Run many notebooks into reports: in parallel, resumable, and one failure stops nothing.

A report is a folder with `index.html`, `manifest.json`, and a PDF or a page with code if asked
for. The page is written last, under a temporary name that is then renamed: a page that exists is
complete. A report whose manifest still holds is left as it is, so a batch that was stopped takes
up where it was.
"""

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import nbformat

from toolkit.errors import ToolkitError
from toolkit.records.atomic import write_atomically
from toolkit.runs.engine import run_notebook
from toolkit.runs.manifest import FAILURE, FILES, MANIFEST, PAGE, Rendered, describe_run, run_key

FAILED_NOTEBOOK = "failed.ipynb"


@dataclass(frozen=True)
class Report:
    """A report to make: a notebook, its parameters, and its folder under the output folder.

    `languages` are those this report is made in together: its page links the others. `formats`
    are keys of `toolkit.runs.manifest.FILES`; "html" is always one.
    """

    notebook: Path
    parameters: dict[str, object]
    address: str
    languages: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("html",)

    def folder(self, output: Path) -> Path:
        """Return where the report lies."""
        return output / self.address


@dataclass(frozen=True)
class Outcome:
    """What became of a report: "made", "unchanged" or "failed", in how many seconds, and why."""

    report: Report
    status: str
    seconds: float
    error: str = ""


# Executed notebook, manifest and relative way back to the output folder ("../../") to the report;
# `PAGE` is one of its files.
Render = Callable[[nbformat.NotebookNode, dict, str], Rendered]


def run_batch(
    reports: Iterable[Report],
    *,
    output: Path,
    render: Render,
    workers: int | None = None,
    force: bool = False,
) -> Iterator[Outcome]:
    """Make reports in parallel and yield what became of each, as they end.

    Parameters
    ----------
    reports : iterable of Report
    output : Path
        Folder under which each report has its address.
    render : callable
        Turns an executed notebook, its manifest and the relative way to `output` into files.
    workers : int, optional
        Notebooks run at once, each in a kernel process of its own; one per core by default.
    force : bool
        Make again the reports that are up to date.
    """
    pool = ThreadPoolExecutor(max_workers=workers or os.cpu_count() or 1)
    try:
        pending = [
            pool.submit(make_report, r, output=output, render=render, force=force) for r in reports
        ]
        for future in as_completed(pending):
            yield future.result()
    finally:
        # Reached on Ctrl-C too: what has not started never will.
        pool.shutdown(wait=True, cancel_futures=True)


def make_report(report: Report, *, output: Path, render: Render, force: bool = False) -> Outcome:
    """Make one report, or find it up to date; a failure is an outcome, with the error kept."""
    started = time.perf_counter()
    folder = report.folder(output)
    try:
        manifest = describe_run(report.notebook, report.parameters)
        manifest |= {"languages": list(report.languages), "formats": list(report.formats)}
        if not force and is_up_to_date(folder, manifest):
            return Outcome(report, "unchanged", time.perf_counter() - started)
        folder.mkdir(parents=True, exist_ok=True)
        _make(report, folder, manifest, render)
    except Exception as error:  # whatever it is, it is this report's: the others go on
        foreseen = isinstance(error, ToolkitError)
        message = str(error) if foreseen else f"{type(error).__name__}: {error}"
        if folder.is_dir():
            write_atomically(folder / FAILURE, message)
        return Outcome(report, "failed", time.perf_counter() - started, message)
    return Outcome(report, "made", time.perf_counter() - started)


def is_up_to_date(folder: Path, manifest: dict) -> bool:
    """Tell whether the folder holds the files that this manifest gives, unaltered."""
    try:
        kept = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if kept.get("key") != run_key(manifest) or PAGE not in kept["files"]:
            return False
        return all(
            _sha256((folder / name).read_bytes()) == digest
            for name, digest in kept["files"].items()
        )
    except (OSError, ValueError, KeyError, AttributeError):
        return False


def _make(report: Report, folder: Path, manifest: dict, render: Render) -> None:
    with tempfile.TemporaryDirectory(prefix="futurs-") as scratch:
        executed = Path(scratch) / report.notebook.name
        try:
            notebook = run_notebook(report.notebook, report.parameters, executed)
            made = render(notebook, manifest, "../" * len(Path(report.address).parts))
        except ToolkitError:
            if executed.is_file():  # to open in JupyterLab and see
                shutil.copyfile(executed, folder / FAILED_NOTEBOOK)
            raise
    files = dict(made.files)
    page = files.pop(PAGE)
    for name, content in files.items():
        write_atomically(folder / name, content)
    digests = {name: _sha256(content) for name, content in {**files, PAGE: page}.items()}
    record = {"key": run_key(manifest), "files": digests, "facts": made.facts, **manifest}
    write_atomically(folder / MANIFEST, json.dumps(record, indent=1, sort_keys=True) + "\n")
    write_atomically(folder / PAGE, page)
    for leftover in {FAILURE, FAILED_NOTEBOOK, *FILES.values()} - digests.keys():
        (folder / leftover).unlink(missing_ok=True)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
