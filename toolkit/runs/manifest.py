"""What ran on what: the hashes and versions that make a report reproducible.

A manifest holds no time, path or machine name: the same inputs give the same manifest.
"""

import hashlib
import json
import platform
from functools import cache
from importlib import metadata
from pathlib import Path

import nbformat

from toolkit.records.sources import data_dir, table_digest

# The files of a report's folder. A report is made in some of three formats: the page, the page
# that shows the code too, and the PDF.
PAGE, MANIFEST, FAILURE = "index.html", "manifest.json", "failure.txt"
FILES = {"html": PAGE, "code": "code.html", "pdf": "report.pdf"}
# The packages whose version can change a number or a figure of a report.
PACKAGES = ("numpy", "pandas", "pyarrow", "statsmodels", "matplotlib", "babel", "papermill")
_PACKAGE_DIR = Path(__file__).parents[1]


def describe_run(notebook: Path, parameters: dict[str, object]) -> dict:
    """Return the manifest of a run: what must stay equal for its report to stay equal.

    Returns
    -------
    dict
        notebook (file name), notebook_sha256 (of its cells' sources), parameters, data
        (sha256 of every embedded table), python, packages, toolkit (version) and toolkit_sha256.
    """
    return {
        "notebook": notebook.name,
        "notebook_sha256": notebook_digest(notebook),
        "parameters": dict(sorted(parameters.items())),
        **_environment(),
    }


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
