"""Executed notebooks and their pages, by all the ways there are, in one run.

Usage::

    python benchmarks/engine.py                      # 60 territory reports a way, two workers
    python benchmarks/engine.py --notebook impact_evaluation --reports 12
    python benchmarks/engine.py --reports 12 --ways loop,forked

Prints a Markdown table. Each way is a process of its own, its start included: wall time, CPU time
and memory (proportional set size, at its highest) of it and all it starts, by report. The last line
is what cannot be beaten: the same cells executed as plain code in one process that has them all
imported. `ploomber-engine` is no dependency: `--ploomber` names a folder where it was installed
(`pip install --target`), else it is left out. Only its own way finds it there, as papermill would
import its plug-in for every other.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORKERS = 2
# They need no pulled file. The two languages of each share its estimates: nothing else is shared.
STUDIES = (
    "antenne-service-public",
    "armoire-numerique",
    "autonomie-domicile",
    "demande-unique",
    "maison-handicap",
    "numerique-colleges",
)
_LOOK = 0.2  # seconds between two looks at the memory

Task = tuple[Path, dict, Path]  # notebook, parameters, executed notebook


def main() -> None:
    """Print the table."""
    arguments = _read_arguments()
    if arguments.way:
        tasks = _tasks(arguments.notebook, arguments.reports, Path(arguments.folder))
        WAYS[arguments.way](tasks)
        return
    ways = arguments.ways.split(",") if arguments.ways else list(WAYS)
    if not arguments.ploomber and "ploomber" in ways:
        ways.remove("ploomber")
    measured = {}
    for way in ways:
        added = arguments.ploomber if way == "ploomber" else ""
        measured[way] = _measure(way, arguments.notebook, arguments.reports, added)
        print(f"{way}: {measured[way]}", file=sys.stderr)
    print(f"`{arguments.notebook}.ipynb`, {arguments.reports} reports a way, {WORKERS} workers:\n")
    print("| way | wall, s | CPU, s | memory, MB | faster than the loop | less CPU |")
    print("|---|---|---|---|---|---|")
    slowest = measured.get("loop") or next(iter(measured.values()))
    for way, (wall, cpu, memory) in measured.items():
        ratios = f"{slowest[0] / wall:.1f} | {slowest[1] / cpu:.1f}"
        print(f"| {NAMES[way]} | {wall:.2f} | {cpu:.2f} | {memory:.0f} | {ratios} |")


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--notebook", default="territory_report")
    parser.add_argument("--reports", type=int, default=60)
    parser.add_argument("--ways", help=", ".join(NAMES))
    parser.add_argument("--ploomber", default="", help="folder with ploomber-engine")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure(way: str, notebook: str, reports: int, added: str) -> tuple[float, float, float]:
    """Return wall seconds and CPU seconds by report, and megabytes at the highest."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--way", way, "--folder", folder]
        path = [str(Path(__file__).parent), added, os.environ.get("PYTHONPATH", "")]
        started = time.perf_counter()
        run = subprocess.Popen(
            [*command, "--notebook", notebook, "--reports", str(reports)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if way in ("loop", "ploomber") else None,
        )
        highest = [0.0]
        watch = threading.Thread(target=_watch, args=(run, highest), daemon=True)
        watch.start()
        said = run.communicate()[1] or b""
        wall = time.perf_counter() - started
        pages = len(list(Path(folder).glob("*.html")))
        if run.returncode or pages != reports:
            raise SystemExit(f"{way}: {pages} pages of {reports}\n{said.decode()[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall / reports, cpu / reports, highest[0]


def _watch(run: subprocess.Popen, highest: list[float]) -> None:
    while run.poll() is None:
        highest[0] = max(highest[0], sum(map(_memory, _tree(run.pid))) / 1000)
        time.sleep(_LOOK)


def _tree(pid: int) -> list[int]:
    try:
        tasks = Path(f"/proc/{pid}/task").glob("*/children")
        children = [int(child) for task in tasks for child in task.read_text().split()]
    except OSError:  # it has just ended
        return []
    return [pid, *(below for child in children for below in _tree(child))]


def _memory(pid: int) -> float:
    """Return the kilobytes of a process, those it shares counted in part."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) for line in lines if line.startswith("Pss:")), 0.0)


def _tasks(notebook: str, reports: int, folder: Path) -> list[Task]:
    if notebook == "territory_report":
        codes = [f"{number:02d}" for number in range(1, 96) if number != 20]
        each = [{"territory": f"DEP-{c}", "lang": lang} for c in codes for lang in ("fr", "en")]
    else:
        each = [{"study": study, "lang": lang} for study in STUDIES for lang in ("fr", "en")]
    path = ROOT / "notebooks" / f"{notebook}.ipynb"
    chosen = islice(cycle(each), reports)
    return [(path, given, folder / f"{number}.ipynb") for number, given in enumerate(chosen)]


def _loop(tasks: list[Task]) -> None:
    for notebook, parameters, output in tasks:
        given = [word for pair in parameters.items() for word in ("-p", *pair)]
        _command("papermill", notebook, output, *given, "--no-progress-bar")
        _command("jupyter", "nbconvert", "--to", "html", "--log-level", "ERROR", output)


def _command(name: str, *arguments: object) -> None:
    command = [str(Path(sys.executable).parent / name), *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _in_pool(execute: Callable[[Task], object]) -> Callable[[list[Task]], None]:
    def run(tasks: list[Task]) -> None:
        with ProcessPoolExecutor(WORKERS) as pool:
            list(pool.map(execute, tasks))

    return run


def with_papermill(task: Task) -> None:
    """Execute and render as a script with papermill's and nbconvert's functions does."""
    import papermill

    notebook, parameters, output = task
    _convert(papermill.execute_notebook(notebook, output, parameters, progress_bar=False), output)


def with_provisioner(task: Task) -> None:
    """Do the same with kernels that are forked."""
    os.environ["JUPYTER_DEFAULT_PROVISIONER_NAME"] = "futurs-fork"
    os.environ["FUTURS_PRELOAD"] = str(task[0])
    with_papermill(task)


def with_nbclient(task: Task) -> None:
    """Execute with nbclient alone."""
    import nbformat
    from nbclient import NotebookClient
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    notebook, parameters, output = task
    node = load_notebook_node(str(notebook))
    node = parameterize_notebook(node, parameters, kernel_name="python3", language="python")
    NotebookClient(node, kernel_name="python3").execute()
    nbformat.write(node, output)
    _convert(node, output)


def with_ploomber(task: Task) -> None:
    """Execute in one shell for all: what one leaves, the next finds."""
    import nbformat
    from ploomber_engine import execute_notebook

    notebook, parameters, output = task
    plain = output.with_suffix(".plain.ipynb")  # it executes the cells tagged to be skipped too
    nbformat.write(nbformat.v4.new_notebook(cells=_cells(notebook)), plain)
    made = execute_notebook(plain, output, parameters=parameters, progress_bar=False)
    _convert(made, output)


def _cells(notebook: Path) -> list:
    import nbformat

    cells = nbformat.read(notebook, 4).cells
    return [c for c in cells if "skip-execution" not in c.metadata.get("tags", [])]


def _convert(node, output: Path) -> None:
    from nbconvert import HTMLExporter

    page, _ = HTMLExporter().from_notebook_node(node)
    output.with_suffix(".html").write_text(page, encoding="utf-8")


def render(node, job) -> None:
    """Write our own page, in the process that executed the notebook."""
    from toolkit.runs.manifest import describe_run
    from toolkit.sharing.render import render_report

    manifest = describe_run(job.notebook, job.parameters)
    manifest |= {"formats": ["html"], "languages": ["fr", "en"]}
    made = render_report(node, manifest, "../")
    files = getattr(made, "files", made)
    job.output.with_suffix(".html").write_bytes(files["index.html"])


def _with_us(engine: str) -> Callable[[list[Task]], None]:
    def run(tasks: list[Task]) -> None:
        from toolkit.runs.executors import Job, run_jobs

        jobs = (Job(*task, then="engine:render") for task in tasks)
        for outcome in run_jobs(jobs, engine=engine, workers=WORKERS):
            if not outcome.ok:
                raise SystemExit(outcome.failure.message)

    return run


def _as_code(tasks: list[Task]) -> None:
    """Execute the cells as plain code, twice the first, so that all is imported; no page."""
    from IPython.utils.capture import capture_output

    sources = [c.source for c in _cells(tasks[0][0]) if c.cell_type == "code"]
    for _, parameters, output in [tasks[0], *tasks]:
        space: dict[str, object] = {}
        with capture_output():
            exec(sources[0], space)
            space |= parameters
            for source in sources[1:]:
                exec(source, space)
        output.with_suffix(".html").touch()


WAYS: dict[str, Callable[[list[Task]], None]] = {
    "loop": _loop,
    "pool": _in_pool(with_papermill),
    "nbclient": _in_pool(with_nbclient),
    "ploomber": _in_pool(with_ploomber),
    "provisioner": _in_pool(with_provisioner),
    "stock": _with_us("stock"),
    "forked": _with_us("forked"),
    "code": _as_code,
}
NAMES = {
    "loop": "`papermill` and `jupyter nbconvert`, a command each",
    "pool": "papermill's and nbconvert's functions, a pool of processes",
    "nbclient": "nbclient and nbconvert, a pool of processes",
    "ploomber": "ploomber-engine and nbconvert, a pool of processes (state leaks)",
    "provisioner": "the pool of papermill, its kernels forked by our provisioner",
    "stock": "`--engine stock`",
    "forked": "`--engine forked`",
    "code": "the cells as plain code, one process, no page",
}

if __name__ == "__main__":
    # By its own name: ploomber-engine leaves another `__main__`, where a pool would look.
    import engine

    engine.main()
