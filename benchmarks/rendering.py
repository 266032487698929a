"""How long an executed notebook takes to become a page and a PDF, beside nbconvert.

Usage::

    python benchmarks/rendering.py

Executes the territory report of the Creuse once, then times each way in processes of its own, for
the first report of a process (imports and templates included) and for the same again: Typst then
finds what it laid out, so its second figure flatters it. CPU time; the smallest of five.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "notebooks" / "territory_report.ipynb"
REPEATS = 5

_READ = """
import json, sys, time
import nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
manifest = json.loads(sys.argv[2]) | {"formats": [sys.argv[3]], "languages": ["fr", "en"]}
"""
_OURS = (
    _READ
    + """
started = time.process_time()
from toolkit.sharing.render import render_report
times = []
for _ in range(4):
    (content,) = render_report(notebook, manifest, "../").files.values()
    times.append(time.process_time() - started)
    started = time.process_time()
print(json.dumps([times[0], min(times[1:]), len(content)]))
"""
)
_NBCONVERT = (
    _READ
    + """
started = time.process_time()
from nbconvert import HTMLExporter
times = []
for _ in range(4):
    content, _resources = HTMLExporter(exclude_input=True).from_notebook_node(notebook)
    times.append(time.process_time() - started)
    started = time.process_time()
print(json.dumps([times[0], min(times[1:]), len(content.encode())]))
"""
)


def main() -> None:
    """Print a line for each way: first report, the same again, size."""
    from toolkit.runs.engine import run_notebook
    from toolkit.runs.manifest import describe_run

    parameters = {"territory": "DEP-23", "lang": "fr"}
    manifest = json.dumps(describe_run(NOTEBOOK, parameters))
    with tempfile.TemporaryDirectory() as folder:
        executed = Path(folder) / NOTEBOOK.name
        run_notebook(NOTEBOOK, parameters, executed)
        print(f"{'way':<14}{'first, s':>10}{'again, s':>10}{'size, kB':>10}")
        for way, script, kind in (
            ("our page", _OURS, "html"),
            ("our PDF", _OURS, "pdf"),
            ("page and code", _OURS, "code"),
            ("nbconvert", _NBCONVERT, "html"),
        ):
            arguments = [sys.executable, "-c", script, str(executed), manifest, kind]
            measured = [json.loads(_output(arguments)) for _ in range(REPEATS)]
            first, again, size = (min(values) for values in zip(*measured, strict=True))
            print(f"{way:<14}{first:>10.2f}{again:>10.2f}{size / 1000:>10.0f}")


def _output(arguments: list[str]) -> str:
    return subprocess.run(arguments, capture_output=True, text=True, check=True, cwd=ROOT).stdout


if __name__ == "__main__":
    main()
