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

import nbformat

from toolkit.records.sources import data_dir, load_sources, table_digest

# The files of a report's folder. A report is made in some of three formats: the page, the page
# that shows the code too, and the PDF.
PAGE, MANIFEST, FAILURE = "index.html", "manifest.json", "failure.txt"
FILES = {"html": PAGE, "code": "code.html", "pdf": "report.pdf"}
# The packages whose version can change a number or a figure of a report.
PACKAGES = ("numpy", "pandas", "pyarrow", "statsmodels", "matplotlib", "babel", "papermill")
_PACKAGE_DIR = Path(__file__).parents[1]


@dataclass(frozen=True)
class Rendered:
    """A report made: the content of its files, by name, and what an index says of it (JSON)."""

    files: dict[str, bytes]
    facts: dict[str, object]


def describe_run(notebook: Path, parameters: dict[str, object]) -> dict:
    """Return the manifest of a run: what must stay equal for its report to stay equal.

    Returns
    -------
    dict
        notebook (file name), notebook_sha256 (of its cells' sources), parameters, data
        (sha256 of every embedded table, and of the files of the study or project that a parameter
        of that name names), python, packages, toolkit (version) and toolkit_sha256.
    """
    environment = _environment()
    study = parameters.get("study")
    own = study_inputs(study) if isinstance(study, str) else {}
    return {
        "notebook": notebook.name,
        "notebook_sha256": notebook_digest(notebook),
        "parameters": dict(sorted(parameters.items())),
        **environment,
        "data": environment["data"] | own | project_inputs(parameters.get("project")),
    }


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
    """Return one hash for a whole manifest."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


@cache
def notebook_digest(notebook: Path) -> str:
    """Return the sha256 of a notebook's cells: type, tags and source, not outputs or counters."""
    cells = nbformat.read(notebook, as_version=4).cells
    content = [(c.cell_type, c.metadata.get("tags", []), c.source) for c in cells]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


@cache
def _environment() -> dict:
    tables = json.loads((data_dir() / "territories" / "datapackage.json").read_text("utf-8"))
    return {
        "data": {
            f"territories/{resource['path']}": table_digest("territories", resource["name"])
            for resource in tables["resources"]
        },
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "toolkit": metadata.version("futurs-publics-toolkit"),
        "toolkit_sha256": _toolkit_digest(),
    }


def _toolkit_digest() -> str:
    """Hash the package's own files: an edited toolkit makes reports anew, whatever its version."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE_DIR.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(_PACKAGE_DIR).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
