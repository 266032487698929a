"""What shared cells save where a heavy model is common to a batch, and to two languages.

Usage::

    python benchmarks/shared.py                # 40 reports, two workers
    python benchmarks/shared.py --reports 20   # as in docs/engine.md

Two notebooks of an ordinary size. In one, cells that every report needs (a gravity model of flows
between territories, refitted on resampled data: one to two seconds) read no parameter, so the batch
shares them. In the other they read a seed, so the two languages of each report share them. Both
are run as they are, and with the tag taken away; the executed notebooks are compared. Prints a
Markdown table: wall and CPU seconds, start included.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import nbformat

from toolkit.runs.executors import Job, run_jobs

WORKERS = 2
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
PARAMETERS = 'territory: int = 0\nlang: str = "fr"'
MODEL = """
import numpy as np

rng = np.random.default_rng({seed})
n = 90
place = rng.uniform(size=(n, 2))
people = rng.lognormal(10, 1, n)
distance = np.hypot(*(place[:, None] - place[None]).T) + 0.05
apart = ~np.eye(n, dtype=bool)
design = np.column_stack(
    [np.ones(apart.sum()), *(np.log(x[apart]) for x in np.broadcast_arrays(
        people[:, None], people[None], distance))]
)
flows = rng.poisson(np.exp(design @ [-14.0, 0.9, 0.8, -1.1]))

def fit(flows):
    coefficients = np.array([np.log(flows.mean()), 0.0, 0.0, 0.0])
    for _ in range(12):
        mean = np.exp(np.clip(design @ coefficients, -30, 30))
        score = design.T @ (flows - mean)
        coefficients = coefficients + np.linalg.solve((design * mean[:, None]).T @ design, score)
    return coefficients

drawn = np.array([fit(rng.poisson(np.exp(design @ fit(flows)))) for _ in range(400)])
spread = drawn.std(axis=0)
"""
REPORT = """
from matplotlib.figure import Figure
figure = Figure()
axes = figure.subplots()
axes.scatter(distance[territory % n], people)
axes.set_title({"fr": "Distance", "en": "How far"}[lang])
print(lang, territory, drawn.mean(axis=0).round(4), spread.round(4))
figure
"""
SEEDS = {"the whole batch": "1", "the two languages": "territory"}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--reports", type=int, default=40)
    reports = parser.parse_args().reports
    print(f"{reports} reports, {WORKERS} workers:\n")
    print("| shared by | each by itself, s | CPU, s | shared, s | CPU, s | faster | less CPU |")
    print("|---|---|---|---|---|---|---|")
    for name, seed in SEEDS.items():
        with tempfile.TemporaryDirectory() as folder:
            plain = _run(Path(folder) / "plain", seed, reports, tags=[])
            shared = _run(Path(folder) / "shared", seed, reports, tags=["shared"])
            _check_same(Path(folder))
        ratios = [before / after for before, after in zip(plain, shared, strict=True)]
        row = " | ".join(f"{number:.1f}" for number in (*plain, *shared, *ratios))
        print(f"| {name} | {row} |", flush=True)


def _run(folder: Path, seed: str, reports: int, *, tags: list[str]) -> tuple[float, float]:
    """Run a batch and return its wall and CPU seconds."""
    folder.mkdir()
    new = nbformat.v4
    cells = [
        new.new_code_cell(PARAMETERS, id="parameters", metadata={"tags": ["parameters"]}),
        new.new_code_cell(MODEL.format(seed=seed), id="model", metadata={"tags": tags}),
        new.new_code_cell(REPORT, id="report"),
    ]
    path = folder / "notebook" / "report.ipynb"
    path.parent.mkdir()
    nbformat.write(new.new_notebook(cells=cells, metadata=KERNEL), path)
    jobs = [
        Job(path, {"territory": i // 2, "lang": lang}, folder / f"{i // 2}-{lang}.ipynb")
        for i, lang in enumerate(("fr", "en") * (reports // 2))
    ]
    before, started = _cpu(), time.perf_counter()
    failed = [o.failure.message for o in run_jobs(jobs, workers=WORKERS) if not o.ok]
    if failed:
        raise SystemExit(failed[0])
    return time.perf_counter() - started, _cpu() - before


def _cpu() -> float:
    """Return the CPU seconds of this process and of those that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _check_same(folder: Path) -> None:
    """Refuse to compare two ways that do not give the same notebooks, but for the tag."""
    for path in (folder / "shared").glob("*.ipynb"):
        ours, theirs = (nbformat.read(folder / way / path.name, 4) for way in ("shared", "plain"))
        for notebook in (ours, theirs):
            for cell in notebook.cells:
                cell.metadata["tags"] = []
        if ours != theirs:
            raise SystemExit(f"{path.name} differs")


if __name__ == "__main__":
    main()
