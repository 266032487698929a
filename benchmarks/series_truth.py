"""Do intervals of interrupted series hold the effect put into the demonstration projects.

Usage::

    python benchmarks/series_truth.py [--seeds 40]

Observations are drawn anew from each project's recipe with other seeds. The series is the mean of
the treated territories, alone, then against the comparison's mean, season taken out. Prints a
markdown table of the share of seeds whose 95 % interval holds the true average effect;
docs/methods/interrupted-series.md keeps the last one. `synthetic_truth.py` does so for others.
"""

import argparse
import tomllib

import numpy as np
import pandas as pd

from toolkit.designs.interrupted_series import interrupted_series
from toolkit.records.portfolio import load_panel, load_project
from toolkit.records.simulate import simulate_observations, true_effects
from toolkit.records.sources import data_dir

# Project, indicator, and periods a year.
CASES = (
    ("demande-unique", "delai-traitement", 12),
    ("antenne-service-public", "resolution-premier-accueil", 4),
    ("maison-handicap", "delai-decision", 4),
)


def panels(project: str, indicator: str, seeds: int):
    """Yield the project's panel, observations drawn with other seeds."""
    loaded = load_project(project)
    panel = load_panel(loaded, indicator)
    first = panel[panel.event_time == 0].set_index("territory").period
    panel["adoption"] = panel.territory.map(first)
    recipe = tomllib.loads((data_dir() / "projects" / project / "simulation.toml").read_text())
    tables = loaded.tables["deployments"], loaded.tables["indicators"]
    for seed in range(1, seeds + 1):
        drawn = simulate_observations(recipe | {"seed": seed}, *tables)
        own = drawn[drawn.indicator == indicator][["territory", "period", "value"]]
        yield panel.drop(columns="value").merge(own, on=["territory", "period"])


def series_holds(panel: pd.DataFrame, truth: float, season: int, compared: bool) -> bool:
    """Return whether the interval of the mean of the treated holds the truth."""
    means = panel.pivot_table(index="period", columns="role", values="value").reset_index()
    found = interrupted_series(
        means, outcome="treated", comparison="comparison" if compared else None, season=season,
        intervention=panel.adoption.dropna().iloc[0],
    ).average_effect  # fmt: skip
    return found.low <= truth <= found.high


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=40)
    seeds = parser.parse_args().seeds
    print("| project | indicator | series alone | against comparison |")
    print("|---|---|---|---|")
    for project, indicator, season in CASES:
        effects = true_effects(data_dir() / "projects" / project)
        effects = effects[effects.indicator == indicator]
        truth = float(np.average(effects.effect, weights=effects.n_periods))
        held = [
            (series_holds(panel, truth, season, False), series_holds(panel, truth, season, True))
            for panel in panels(project, indicator, seeds)
        ]
        alone, compared = np.mean(held, axis=0)
        print(f"| {project} | {indicator} | {alone:.2f} | {compared:.2f} |", flush=True)


if __name__ == "__main__":
    main()
