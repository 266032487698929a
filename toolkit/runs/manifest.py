"""What ran on what: the hashes and versions that make a report reproducible.

A manifest holds no time, path or machine name: the same inputs give the same manifest. That of a
report made also has the hashes of its files and its `facts`, which the index reads.
"""

import hashlib
import json
import platform
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from toolkit.records.reads import Reads, digest_of_toolkit
from toolkit.records.sources import data_dir, load_sources, table_digest
from toolkit.runs.parameters import read_cells

# The files of a report's folder. A report is made in some of four formats: the page, the page
# that shows the code too, the PDF, and the notebook as it was executed.
PAGE, MANIFEST, FAILURE = "index.html", "manifest.json", "failure.txt"
FILES = {"html": PAGE, "code": "code.html", "pdf": "report.pdf", "executed": "executed.ipynb"}
# The tag of a cell that only a person at the open notebook runs; nbclient leaves such cells.
SKIPPED = "skip-execution"
# The packages whose version can change a number or a figure of a report.
PACKAGES = (
    *("numpy", "scipy", "pandas", "pyarrow", "statsmodels"),
    *("matplotlib", "babel", "jinja2", "typst", "papermill", "ipykernel"),
)


@dataclass(frozen=True)
class Rendered:
    """A report made: the content of its files, by name, and what an index says of it (JSON)."""

    files: dict[str, bytes]
    facts: dict[str, object]


def describe_run(notebook: Path, parameters: dict[str, object]) -> dict:
    """Return the manifest of a run of which it is not known what it read.

    Returns
    -------
    dict
        As `describe_program`, and data: sha256 of every embedded table, and of the files of the
        study or project that a parameter of that name names.
    """
    data = describe_reads(read_whole(parameters))
    return describe_program(notebook, parameters) | {"data": data}


def describe_program(notebook: Path, parameters: dict[str, object]) -> dict:
    """Return what is known of a run before it starts.

    Returns
    -------
    dict
        notebook (file name), notebook_sha256 (of its cells' sources), parameters, python,
        packages, toolkit (version) and toolkit_sha256.
    """
    return {
        "notebook": notebook.name,
        "notebook_sha256": notebook_digest(notebook),
        "parameters": dict(sorted(parameters.items())),
        **describe_environment(),
    }


def describe_reads(reads: Reads) -> dict[str, str]:
    """Return what a run read, as its manifest says it: a digest by file, or by loader's call."""
    slices = {_write_call(call): digest for call, digest in reads.slices.items()}
    return dict(sorted((reads.whole | slices).items()))


def read_whole(parameters: dict[str, object]) -> Reads:
    """Return what a run may have read, where nothing recorded it: every embedded table, whole."""
    tables = json.loads((data_dir() / "territories" / "datapackage.json").read_text("utf-8"))
    digests = {
        f"territories/{resource['path']}": table_digest("territories", resource["name"])
        for resource in tables["resources"]
    }
    study = parameters.get("study")
    own = study_inputs(study) if isinstance(study, str) else {}
    everything = digests | own | project_inputs(parameters.get("project"))
    return Reads(everything, {}, everything)


def project_inputs(project: object) -> dict[str, str]:
    """Return the sha256 of the files of a project, none if it is not one."""
    folder = data_dir()
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((folder / "projects" / str(project)).glob("[!.]*"))
        if path.is_file()
    }


def study_inputs(study: str) -> dict[str, str]:
    """Return the sha256 of what a study reads: its own files, its project's, those it pulls.

    Of a study without a readable protocol there is nothing: running it says why.
    """
    folder = data_dir()
    own = sorted((folder / "studies").glob(f"{study}.*"))
    try:
        protocol = tomllib.loads((folder / "studies" / f"{study}.toml").read_text("utf-8"))
        project = sorted((folder / "projects" / protocol["project"]).iterdir())
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in [*own, *project]
        if path.is_file() and not path.name.startswith(".")
    }
    pulled = {s.path: s.sha256 for s in load_sources().values() if s.access == "pull"}
    uses_pulled = f"projects/{protocol['project']}/observations.csv" not in files
    return files | (pulled if uses_pulled else {})


def run_key(manifest: dict) -> str:
    """Return one hash for a manifest but for the data: known before the notebook runs."""
    program = {name: value for name, value in manifest.items() if name != "data"}
    return hashlib.sha256(json.dumps(program, sort_keys=True).encode()).hexdigest()


@cache
def notebook_digest(notebook: Path) -> str:
    """Return the sha256 of a notebook's cells: type, tags and source, not outputs or counters."""
    return cells_digest(read_cells(notebook))


def cells_digest(cells: list[dict]) -> str:
    """Return the sha256 of cells as a notebook's JSON has them."""
    content = [(c["cell_type"], c["metadata"].get("tags", []), "".join(c["source"])) for c in cells]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


@cache
def describe_environment() -> dict:
    """Return the versions that all reports are made with: python, packages, toolkit."""
    return {
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "toolkit": metadata.version("futurs-publics-toolkit"),
        "toolkit_sha256": digest_of_toolkit(),
    }


def _write_call(call: str) -> str:
    """Write a loader's call for a person: ``load_population(DEP-23, DEP-87)``."""
    target, arguments = json.loads(call)
    written = [_write_argument(value) for value in arguments.values() if value is not None]
    return f"{target.rpartition(':')[2]}({', '.join(written)})"


def _write_argument(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_write_argument, value))
    if isinstance(value, dict):  # a territory
        return "-".join(dict.fromkeys([str(value.get("level")), str(value.get("code"))]))
    return str(value)
