"""A report to make, and what is left in its folder once its notebook has run.

A report is a folder with `index.html`, `manifest.json`, and a PDF or a page with code if asked
for. The page is written last, each file under a temporary name that is then renamed: a page that
exists is complete.
"""

import errno
import hashlib
import json
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

from toolkit.errors import ReportError
from toolkit.i18n import interface_language
from toolkit.records.atomic import write_atomically
from toolkit.records.reads import read_record
from toolkit.runs.jobs import Job
from toolkit.runs.ledger import Made
from toolkit.runs.manifest import (
    FAILURE,
    FILES,
    MANIFEST,
    PAGE,
    describe_reads,
    read_whole,
    run_key,
)

FAILED_NOTEBOOK, FAILED_LOG = "failed.ipynb", "failed.log"


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


def write_report(notebook, job: Job) -> dict[str, dict]:
    """Render an executed notebook into its folder, and return what the ledger is to know.

    It runs in the process that executed the notebook. `job.details` has program (the manifest but
    for the data), folder, root (the relative way from there to all reports, "../../") and render
    ("package.module:function": executed notebook, manifest and root to
    `toolkit.runs.manifest.Rendered`).

    Returns
    -------
    dict
        whole, slices, files (as in `Reads`), and made (fields of `Made` by file name).
    """
    program, folder = job.details["program"], Path(job.details["folder"])
    # Whoever ran the notebook without a record leaves us to name whatever it may have read.
    kept = read_record(job.reads) if job.reads.is_file() else read_whole(job.parameters)
    manifest = program | {"data": describe_reads(kept)}
    module, _, name = job.details["render"].partition(":")
    rendered = getattr(import_module(module), name)(notebook, manifest, job.details["root"])
    try:
        made = _write(folder, rendered, manifest)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    return asdict(kept) | {"made": {name: asdict(file) for name, file in made.items()}}


def _write(folder: Path, rendered, manifest: dict) -> dict[str, Made]:
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob(".*"):  # left by a process that was killed
        if stale.is_file():  # JupyterLab keeps a folder of its own beside a page it opened
            stale.unlink()
    files = dict(rendered.files)
    page = files.pop(PAGE)
    digests = {name: _sha256(content) for name, content in {**files, PAGE: page}.items()}
    record = {"key": run_key(manifest), "files": digests, "facts": rendered.facts, **manifest}
    files[MANIFEST] = json.dumps(record, indent=1, sort_keys=True) + "\n"
    for name, content in [*files.items(), (PAGE, page)]:
        write_atomically(folder / name, content)
    for leftover in {FAILURE, FAILED_NOTEBOOK, FAILED_LOG, *FILES.values()} - digests.keys():
        (folder / leftover).unlink(missing_ok=True)
    return {name: Made.of(folder / name) for name in [*files, PAGE]}


def _cannot_write(folder: Path, error: OSError) -> ReportError:
    say = interface_language()
    path = error.filename or folder
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ReportError(say("error.disk_full", path=path), kind="DiskFull")
    return ReportError(say("error.file", path=path, reason=say.reason(error)), kind="OSError")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
