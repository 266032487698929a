"""Are the studies right? Verdicts, intervals and grades of the demonstration studies over seeds.

Usage::

    python benchmarks/study_truth.py [--seeds 100] [--study demande-unique]

Each study is run as its protocol says on observations that the project's recipe draws anew with
other seeds, the truth being known: how often the interval covers the true average effect, which
verdict is reached, which checks fail, and how often nobody is warned: the interval misses the
truth while no check failed and the grade is the highest. Prints a markdown table; docs/studies.md
keeps the last.
"""

import argparse
import tomllib
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd

from toolkit.records.schemas import load_schema
from toolkit.records.simulate import simulate_observations, true_effects
from toolkit.records.sources import data_dir
from toolkit.records.tables import read_table
from toolkit.study.analyse import Study, analyse
from toolkit.study.protocol import load_protocol, study_ids
from toolkit.study.sample import Sample, study_sample

VERDICTS = ("beneficial", "harmful", "no_meaningful_effect", "inconclusive")


def tables_of(project: str) -> tuple[dict, pd.DataFrame, pd.DataFrame]:
    """Return a project's recipe, deployments and indicators."""
    folder = data_dir() / "projects" / project
    recipe = tomllib.loads((folder / "simulation.toml").read_text(encoding="utf-8"))
    frames = [
        read_table(folder / f"{name}.csv", load_schema(name), name).frame()
        for name in ("deployments", "indicators")
    ]
    return recipe, *frames


def redrawn(sample: Sample, observations: pd.DataFrame, indicator: str) -> Sample:
    """Return the sample with other observations of the same territories and periods."""
    own = observations[observations.indicator == indicator]
    panel = sample.panel.drop(columns=["value", "n", "status"]).merge(
        own[["territory", "period", "value", "n", "status"]], on=["territory", "period"]
    )
    panel["value"] = panel.value.astype("Float64").to_numpy("float64", na_value=np.nan)
    panel["n"] = panel.n.astype("Float64").to_numpy("float64", na_value=np.nan)
    if "size" in panel:
        panel["size"] = panel.groupby("territory").n.transform("mean")
    return replace(sample, panel=panel)


def truth_of(study: Study) -> float:
    """Return the true average effect, each treated territory by its periods."""
    protocol = study.file.protocol
    truth = true_effects(data_dir() / "projects" / protocol.project)
    truth = truth[truth.indicator == protocol.indicator]
    return float((truth.effect * truth.n_periods).sum() / truth.n_periods.sum())


def runs(name: str, seeds: int) -> list[Study]:
    """Run a study on observations drawn with other seeds."""
    file = load_protocol(name)
    sample = study_sample(file.protocol)
    recipe, deployments, indicators = tables_of(file.protocol.project)
    found = []
    for seed in range(1, seeds + 1):
        drawn = simulate_observations(recipe | {"seed": seed}, deployments, indicators)
        found.append(analyse(file, redrawn(sample, drawn, file.protocol.indicator)))
    return found


def row(name: str, studies: list[Study]) -> str:
    """Write a study's line of the table."""
    truth, n = truth_of(studies[0]), len(studies)
    covered = sum(s.estimate.low <= truth <= s.estimate.high for s in studies)
    verdicts = Counter(s.conclusion.verdict for s in studies)
    failed = Counter(c.check for s in studies for c in s.checks if c.status == "failed")
    shares = " | ".join(f"{verdicts[v] / n:.2f}" for v in VERDICTS)
    often = ", ".join(f"{check} {count / n:.2f}" for check, count in failed.most_common(4))
    grade = np.mean([s.grade.level for s in studies])
    mean = np.mean([s.estimate.value for s in studies])
    silent = sum(misses_silently(s, truth) for s in studies)
    return (
        f"| {name} | {truth:.2f} | {mean:.2f} | {covered / n:.2f} | {shares} | {grade:.1f} "
        f"| {silent / n:.2f} | {often} |"
    )


def misses_silently(study: Study, truth: float) -> bool:
    """Tell whether an interval misses the truth and nothing on the page would make one doubt it."""
    missed = not study.estimate.low <= truth <= study.estimate.high
    warned = any(check.status == "failed" for check in study.checks)
    return missed and not warned and study.grade.level == study.grade.ceiling


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--study", action="append")
    options = parser.parse_args()
    columns = ("study", "truth", "mean estimate", "interval covers", *VERDICTS, "grade")
    columns = (*columns, "missed, nothing said", "checks that fail")
    print(f"| {' | '.join(columns)} |")
    print(f"|{'---|' * len(columns)}")
    for name in options.study or study_ids():
        simulated = data_dir() / "projects" / load_protocol(name).protocol.project
        if (simulated / "simulation.toml").is_file():
            print(row(name, runs(name, options.seeds)), flush=True)


if __name__ == "__main__":
    main()
