"""Draw every figure and table of the toolkit into one page a language, to be looked at.

Usage::

    python docs/gallery.py FOLDER

Projects are the demonstration projects; all results are simulated.
"""

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

import toolkit

SEED = 20131107
TITLE = {"fr": "Galerie des figures", "en": "Gallery of figures"}
MEASURE = {
    "fr": "Demandes réglées à la première visite, 2013-2020",
    "en": "Requests settled at the first visit, 2013-2020",
}

CHOICES = {
    "fr": {
        "Inférence": ["permutations", "grappes"],
        "Comparaison": ["tous", "voisins ôtés", "semblables"],
        "Période": ["2013-2020", "2015-2020"],
        "Covariables": ["aucune", "population", "revenu", "les deux", "les deux et l’âge"],
    },
    "en": {
        "Inference": ["permutations", "clusters"],
        "Comparison": ["all", "without neighbours", "similar"],
        "Period": ["2013-2020", "2015-2020"],
        "Covariates": ["none", "population", "income", "both", "both and age"],
    },
}
COVARIATES = {
    "fr": [
        "Population",
        "Part des 75 ans et plus",
        "Revenu médian",
        "Distance à la préfecture",
        "Part des logements vacants dans le parc total",
        "Croissance annuelle",
    ],
    "en": [
        "Population",
        "Share aged 75 and over",
        "Median income",
        "Distance to the prefecture",
        "Share of vacant dwellings in the whole stock",
        "Yearly growth",
    ],
}


def blocks(code: str) -> Iterator[toolkit.Figure | toolkit.Table]:
    """Yield every figure and table, in one language."""
    common = {"lang": toolkit.language(code), "simulated": True}
    measured = {"measure": MEASURE[code], "unit": "percent", **common}
    panel = _panel()
    yield from _effects(panel, measured, code)
    yield from _synthetic(measured)
    yield from _many(measured, code)
    yield from _projects(common, code)
    yield from _maps(common, code)
    yield from _tables(panel, measured, common, code)


@cache
def project(name: str) -> toolkit.Project:
    """Load a project once, for both languages."""
    return toolkit.load_project(name)


@cache
def outcome(name: str, indicator: str) -> pd.DataFrame:
    """Load a panel once, for both languages."""
    return toolkit.load_panel(project(name), indicator)


def _panel(n: int = 24, treated: int = 6) -> pd.DataFrame:
    """Return a panel with an effect of 6 points from 2017 on, on the first territories."""
    rng = np.random.default_rng(SEED)
    years = np.arange(2013, 2021)
    rows = []
    for place in range(n):
        level, own = rng.normal(55, 6), rng.normal(0, 1.8, len(years))
        effect = np.where((years >= 2017) & (place < treated), 2.0 * (years - 2016), 0)
        value = level + 0.7 * (years - 2013) + own + effect
        adoption = 2017 if place < treated else np.nan
        rows += [
            {"territory": f"T{place:02}", "period": y, "value": v, "adoption": adoption}
            for y, v in zip(years, value, strict=True)
        ]
    return pd.DataFrame(rows)


def _effects(panel: pd.DataFrame, measured: dict, code: str) -> Iterator:
    study = toolkit.event_study(panel, outcome="value")
    yield toolkit.plot_event_study(study.table, **measured)
    banded = study.table.assign(
        band_low=study.table.value - 1.5 * (study.table.value - study.table.low),
        band_high=study.table.value + 1.5 * (study.table.high - study.table.value),
    )
    banded.loc[banded.event_time == 3, ["high", "band_high"]] = np.inf
    yield toolkit.plot_event_study(banded, **measured)
    group = np.where(panel.adoption.notna(), "treated", "comparison")
    means = panel.assign(group=group).groupby(["group", "period"]).value.agg(["mean", "std"])
    means = means.reset_index().rename(columns={"mean": "value"})
    half = 2 * means["std"] / np.sqrt(np.where(means.group == "treated", 6, 18))
    means = means.assign(low=means.value - half, high=means.value + half)
    yield toolkit.plot_trends(means, adoption=2017, **measured)
    rng = np.random.default_rng(SEED)
    months = [f"{y}-{m:02}" for y in range(2015, 2019) for m in range(1, 13)]
    expected = 40 + 4 * np.sin(np.arange(48) / 12 * 2 * np.pi) + np.arange(48) * 0.1
    value = expected + rng.normal(0, 1.5, 48) + np.where(np.arange(48) >= 30, 4, 0)
    value[[10, 11]] = np.nan
    series = pd.DataFrame({"period": months, "observed": value, "counterfactual": expected})
    half = 3 + 0.12 * np.maximum(np.arange(48) - 29, 0)
    series = series.assign(low=expected - half, high=expected + half)
    yield toolkit.plot_interrupted_series(series, adoption="2017-07", **measured)
    effects = rng.normal(0, 2.2, 5000)
    yield toolkit.plot_permutations(effects, 5.4, **measured)


def _synthetic(measured: dict) -> Iterator:
    rng = np.random.default_rng(SEED)
    years = np.arange(2005, 2021)
    noise = rng.normal(0, 0.8, (len(years), 38)).cumsum(axis=0) * 0.6
    gaps = pd.DataFrame(noise, years, [f"D{i:02}" for i in range(38)])
    own = pd.Series(rng.normal(0, 0.4, len(years)) + np.where(years >= 2014, 5.0, 0), years)
    twin = 40 + 0.8 * (years - 2005) + rng.normal(0, 0.5, len(years))
    paths = pd.DataFrame({"period": years, "observed": twin + own, "synthetic": twin})
    place = {"name": "Creuse", "adoption": 2014}
    yield toolkit.plot_synthetic_paths(paths, **place, **measured)
    yield toolkit.plot_synthetic_gaps(own, gaps, **place, **measured)
    weights = {"DEP-19": 0.412, "DEP-15": 0.337, "DEP-03": 0.2508, "DEP-36": 0.0002, "DEP-87": 0}
    names = {"DEP-19": "Corrèze", "DEP-15": "Cantal", "DEP-03": "Allier"}
    yield toolkit.tabulate_weights(weights, names=names, lang=measured["lang"])


def _many(measured: dict, code: str) -> Iterator:
    rng = np.random.default_rng(SEED)
    names = ["Creuse", "Haute-Loire", "Lozère", "Alpes-de-Haute-Provence", "Nièvre", "Cantal"]
    value, error = rng.normal(4, 2, 6), rng.uniform(0.8, 3, 6)
    studies = pd.DataFrame(
        {
            "study": [*names[:5], "Communauté de communes des Monts et Vallées de l’Est cantalien"],
            "value": value,
            "low": value - 1.96 * error,
            "high": value + 1.96 * error,
            "weight": error**-2 / (error**-2).sum(),
        }
    )
    pooled = _estimate(3.9, 2.1, 5.7, "meta")
    yield toolkit.plot_forest(studies, pooled=pooled, prediction=(-0.6, 8.4), **measured)
    unbounded = studies.assign(low=[-np.inf, *studies.low[1:]])
    yield toolkit.plot_forest(unbounded.drop(columns="weight"), **measured)
    choices = pd.MultiIndex.from_product(CHOICES[code].values(), names=CHOICES[code])
    choices = choices.to_frame(index=False)
    effect = rng.normal(2.6, 1.7, len(choices))
    frame = pd.DataFrame({"name": [f"S{i + 1}" for i in range(len(choices))], "value": effect})
    frame = frame.assign(low=effect - 2.4, high=effect + 2.4)
    yield toolkit.plot_specification_curve(frame, choices, main=0, **measured)
    balance = pd.DataFrame(
        {
            "covariate": COVARIATES[code],
            "before": [0.52, -0.31, 0.18, 0.74, -0.06, 0.02],
            "after": [0.04, -0.08, 0.06, 0.14, -0.05, 0.03],
        }
    )
    yield toolkit.plot_balance(balance, lang=measured["lang"], simulated=True)
    rng = np.random.default_rng(SEED)
    options = {
        "fr": ["Antenne", "Bus itinérant", "Rendez-vous en ligne"],
        "en": ["Outlet", "Travelling bus", "Online appointment"],
    }[code]
    points = pd.DataFrame(
        {"name": options, "effect": [6.1, 3.4, -0.8], "cost": [182e3, -41e3, -95e3]}
    )
    points = points.assign(
        effect_low=points.effect - 2.5, effect_high=points.effect + 2.5,
        cost_low=points.cost - 52e3, cost_high=points.cost + 52e3,
    )  # fmt: skip
    cost = {"fr": "Coût annuel", "en": "Yearly cost"}[code]
    yield toolkit.plot_cost_effectiveness(points, cost=cost, **measured)
    draws = pd.DataFrame({"effect": rng.normal(3, 1.8, 2000), "cost": rng.normal(3e4, 4e4, 2000)})
    yield toolkit.plot_cost_effectiveness(
        points.iloc[1:2].assign(effect=3.0, cost=3e4)[["name", "effect", "cost"]],
        draws=draws, cost=cost, **measured,
    )  # fmt: skip


def _projects(common: dict, code: str) -> Iterator:
    for name in ("antenne-service-public", "autonomie-domicile"):
        tables = project(name).tables
        nodes, links = tables["theory_nodes"], tables["theory_links"]
        yield toolkit.plot_theory_of_change(nodes, links, **common)
        yield toolkit.plot_cycles(tables["cycles"], **common)
        ratings = tables["ratings"]
        yield toolkit.plot_ratings(ratings[ratings.moment == "admission"], **common)
    panel = outcome("antenne-service-public", "resolution-premier-accueil")
    measure = {"fr": "Demandes résolues", "en": "Requests resolved"}[code]
    yield toolkit.plot_coverage(panel, measure=measure, **common)


def _maps(common: dict, code: str) -> Iterator:
    rng = np.random.default_rng(SEED)
    for level in ("DEP", "REG"):
        places = toolkit.load_territories(level)
        frame = places[["code", "name"]].assign(value=rng.gamma(9, 1.6, len(places)), status="ok")
        if level == "DEP":
            frame.loc[frame.code.isin(["48", "2A", "974"]), "status"] = "secret"
            frame = frame[~frame.code.isin(["15", "93"])]
        measure = {"fr": "Points d’accueil", "en": "Service points"}[code]
        yield toolkit.plot_choropleth(
            frame, toolkit.load_contours(level), level=level, measure=measure, unit="per_1000",
            classes=5 if level == "DEP" else 3, digits=1, **common,
        )  # fmt: skip
    places = toolkit.load_territories("DEP")
    roles = dict.fromkeys(places.code[::3], "comparison")
    roles |= dict.fromkeys(["03", "18", "36", "87", "19", "63", "77"], "neighbour")
    roles |= dict.fromkeys(["23", "75", "973"], "treated")
    names = dict(zip(places.code, places.name, strict=True))
    yield toolkit.plot_design_map(roles, names, toolkit.load_contours("DEP"), **common)


def _tables(panel: pd.DataFrame, measured: dict, common: dict, code: str) -> Iterator:
    options = {"outcome": "value", "unit": "percent"}
    names = {"fr": ["Ensemble", "Sans les plus petits"], "en": ["All", "Without the smallest"]}[
        code
    ]
    effect = toolkit.difference_in_differences(panel, **options)
    few = panel[~panel.territory.isin(["T00", "T01", "T02", "T03", "T04"])]
    less = toolkit.difference_in_differences(few, level=0.97, **options)
    yield toolkit.tabulate_estimates(dict(zip(names, (effect, less), strict=True)), **common)
    checks = [
        toolkit.placebo_in_time(panel, outcome="value"),
        toolkit.leave_one_out(panel, outcome="value"),
        toolkit.spillover(panel, ["T06", "T07"], outcome="value"),
    ]
    yield toolkit.tabulate_checks(checks, **common)
    cells = panel[panel.territory < "T05"].assign(status="ok")
    cells.loc[cells.period == 2013, "status"] = "imputed"
    cells.loc[(cells.period == 2015) & (cells.territory == "T01"), "status"] = "secret"
    yield toolkit.tabulate_cells(cells[cells.period != 2016].iloc[1:], **measured)


def _estimate(value: float, low: float, high: float, design: str):
    from toolkit.estimate import Estimate

    return Estimate(value, low, high, 0.01, design, "att", "random_effects", "percent", 6, 18, 8)


def main() -> None:
    """Write gallery.fr.html and gallery.en.html into the folder named on the command line."""
    from toolkit.sharing.render import page_style

    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for code in ("fr", "en"):
        body = "".join(block.html() for block in blocks(code))
        page = (
            f'<!doctype html><html lang="{code}"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            f"<title>{TITLE[code]}</title><style>{page_style()}</style><main>{body}</main></html>"
        )
        (folder / f"gallery.{code}.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
