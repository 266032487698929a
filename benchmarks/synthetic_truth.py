"""How often synthetic designs and ratios of rates find what demonstration projects hold.

Usage::

    python benchmarks/synthetic_truth.py [--seeds 100] [--project maison-handicap]

Observations are drawn anew from each project's recipe with other seeds, and once more without
effect: the difference is the truth. Synthetic designs take the territories without a missing value,
as they must; a ratio of rates takes shares as counts out of the published n. Three shares of seeds
a design: those whose 95 % interval holds the truth; those where no effect is found though there is
one ("missed"); those where one is found though none was put in ("size"). Then how many seeds were
refused. Prints a markdown table; docs/methods/synthetic-control.md keeps the last one.
"""

import argparse
import tomllib
from collections.abc import Callable

import numpy as np
import pandas as pd

from toolkit.designs.counts import rate_ratio
from toolkit.designs.synthetic_control import synthetic_control
from toolkit.designs.synthetic_did import synthetic_did
from toolkit.errors import DesignError
from toolkit.records.portfolio import load_panel, load_project
from toolkit.records.simulate import simulate_observations
from toolkit.records.sources import data_dir

# Project, indicator, and whether it is a share of a published n with one adoption date.
CASES = (
    ("demande-unique", "delai-traitement", False),
    ("demande-unique", "non-recours", True),
    ("antenne-service-public", "resolution-premier-accueil", True),
    ("antenne-service-public", "temps-acces", False),
    ("maison-handicap", "delai-decision", False),
    ("maison-handicap", "satisfaction", False),
    ("autonomie-domicile", "part-apa-domicile", True),
    ("autonomie-domicile", "duree-maintien-domicile", False),
    ("numerique-colleges", "usage-hebdomadaire", False),
    ("numerique-colleges", "competences-numeriques", False),
)
Judged = tuple[bool, bool, bool]


def panels(project: str, indicator: str, seeds: int):
    """Yield panels drawn with other seeds: `value`, and `without` the effect."""
    loaded = load_project(project)
    panel = load_panel(loaded, indicator).drop(columns=["value", "n"])
    first = panel[panel.event_time == 0].set_index("territory").period
    panel["adoption"] = panel.territory.map(first)
    recipe = tomllib.loads((data_dir() / "projects" / project / "simulation.toml").read_text())
    none = recipe["indicators"] | {indicator: recipe["indicators"][indicator] | {"effect": 0.0}}
    tables = loaded.tables["deployments"], loaded.tables["indicators"]
    keys = ["territory", "period"]
    for seed in range(1, seeds + 1):
        drawn, without = (
            one[one.indicator == indicator].set_index(keys)
            for one in (
                simulate_observations(recipe | {"seed": seed}, *tables),
                simulate_observations(recipe | {"seed": seed, "indicators": none}, *tables),
            )
        )
        own = drawn[["value", "n"]].assign(without=without.value)
        own["n"] = own.n.astype("Float64").to_numpy("float64", na_value=np.nan)
        yield panel.merge(own.reset_index(), on=keys)


def by_synthetic(design: Callable, alike: str) -> Callable[[pd.DataFrame], Judged]:
    """Judge a synthetic design, whose truth counts each territory, or each cell, alike."""

    def judged(panel: pd.DataFrame) -> Judged:
        complete = panel.groupby("territory").value.transform(lambda values: values.notna().all())
        whole = panel[complete]
        real = design(whole, outcome="value").estimate
        null = design(whole, outcome="without").estimate
        after = whole[whole.period >= whole.adoption]
        effect = after.value - after.without
        truth = effect.mean()
        if alike == "territory":
            truth = effect.groupby(after.territory).mean().mean()
        return real.low <= truth <= real.high, real.p > 0.05, null.p <= 0.05

    return judged


def by_rates(panel: pd.DataFrame) -> Judged:
    """Judge the ratio of rates; its truth is that of the treated's events, cell by cell."""
    counts = panel.assign(
        events=(panel.value * panel.n / 100).round(),
        without=(panel.without * panel.n / 100).round(),
    )
    real = rate_ratio(counts, outcome="events", exposure="n", draws=999)
    null = rate_ratio(counts, outcome="without", exposure="n", draws=999).estimate
    after = counts[counts.period >= counts.adoption]
    truth = after.events.sum() / after.without.sum()
    return real.low <= truth <= real.high, real.estimate.p > 0.05, null.p <= 0.05


DESIGNS = {
    "synthetic control": by_synthetic(synthetic_control, "territory"),
    "synthetic DiD": by_synthetic(lambda panel, **names: synthetic_did(panel, **names, draws=99),
                                  "cell"),
    "ratio of rates": by_rates,
}  # fmt: skip


def row(name: str, judged: list[Judged], refused: int, no_effect: bool) -> str:
    """Write a line of the table."""
    if not judged:
        return f"| {name} | | | | {refused} |"
    holds, missed, size = np.mean(judged, axis=0)
    power = "" if no_effect else f"{missed:.2f}"
    return f"| {name} | {holds:.2f} | {power} | {size:.2f} | {refused} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--project", action="append")
    options = parser.parse_args()
    print("| project, indicator | design | holds the truth | missed | size at 5 % | refused |")
    print("|---|---|---|---|---|---|")
    for project, indicator, share in CASES:
        if options.project and project not in options.project:
            continue
        drawn = list(panels(project, indicator, options.seeds))
        no_effect = bool((drawn[0].value.fillna(0) == drawn[0].without.fillna(0)).all())
        for name, judge in DESIGNS.items():
            if judge is by_rates and not share:
                continue
            judged, refused = [], 0
            for panel in drawn:
                try:
                    judged.append(judge(panel))
                except DesignError:
                    refused += 1
            line = row(name, judged, refused, no_effect)
            print(f"| {project}, {indicator} {line}", flush=True)


if __name__ == "__main__":
    main()
