"""Where the time of a forked report goes: its cells, what surrounds them, its page.

Usage::

    python benchmarks/report_cost.py                       # 40 territory reports, two workers
    python benchmarks/report_cost.py --notebook impact_evaluation --reports 12

Prints CPU seconds a report, and how near a batch comes to what cannot be beaten: its wall time
against the CPU of its cells divided among the cores, the start of the preloaded process and the
shared cells left out.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path
from statistics import mean

from engine import WORKERS, _tasks, render

from toolkit.runs import direct
from toolkit.runs.executors import Job, run_jobs
from toolkit.runs.forked import Preloaded

_cells = [0.0]  # CPU seconds that this process has spent in the cells of its notebook


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--notebook", default="territory_report")
    parser.add_argument("--reports", type=int, default=40)
    arguments = parser.parse_args()
    # Where the preloaded process, started from here, finds this module.
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)
    with tempfile.TemporaryDirectory() as folder:
        tasks = _tasks(arguments.notebook, arguments.reports, Path(folder))
        jobs = [Job(*task, then="report_cost:told") for task in tasks]
        process = Preloaded()
        # The first two start it, and reach the state of the shared cells.
        list(run_jobs(jobs[:2], engine="forked", workers=WORKERS, process=process))
        started = time.perf_counter()
        outcomes = list(run_jobs(jobs, engine="forked", workers=WORKERS, process=process))
        wall = time.perf_counter() - started
        process.close()
    if failed := [outcome for outcome in outcomes if not outcome.ok]:
        raise SystemExit(failed[0].failure.message)
    cells, page = (mean(o.result[name] for o in outcomes) for name in ("cells", "page"))
    whole = mean(outcome.cpu_seconds for outcome in outcomes)
    print(f"`{arguments.notebook}.ipynb`, {arguments.reports} reports, {WORKERS} workers:\n")
    print("| CPU of a report | s | share |\n|---|---|---|")
    rest = whole - cells - page
    for name, part in (
        ("its cells", cells),
        ("its page", page),
        ("papermill, nbclient, the fork and its end", rest),
        ("all", whole),
    ):
        print(f"| {name} | {part:.3f} | {100 * part / whole:.0f} % |")
    least = cells * len(outcomes) / WORKERS
    print(f"\nWall {wall:.1f} s, {wall / least:.2f} times the CPU of the cells on {WORKERS} cores.")


def told(node, job: Job) -> dict[str, float]:
    """Write the page, and say what it took, and what the cells had taken."""
    before = time.process_time()
    render(node, job)
    return {"cells": _cells[0], "page": time.process_time() - before}


def _timed(serve):
    async def serve_and_count(kernel, request):
        before = time.process_time()
        try:
            return await serve(kernel, request)
        finally:
            _cells[0] += time.process_time() - before

    return serve_and_count


# The preloaded process imports this module for its children: their kernels are then timed, each
# from its fork.
direct._DirectKernel.serve = _timed(direct._DirectKernel.serve)
os.register_at_fork(after_in_child=lambda: _cells.__setitem__(0, 0.0))

if __name__ == "__main__":
    main()
