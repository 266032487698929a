"""The recipe of a simulation: what simulation.toml may hold, and what must be true of it.

The recipe is the truth kept beside simulated data: an effect that is known, so that a method can be
judged by whether it finds it. Units are those of the indicator; a period is the indicator's own
(year, quarter or month).
"""

import math
import re
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from functools import cache

import pandas as pd

from toolkit.records.faults import Fault
from toolkit.records.population import load_populations
from toolkit.records.projects import RECIPE
from toolkit.records.reads import recorded
from toolkit.records.territories import LEVELS

_SITES = "deployments.csv"
PER_YEAR = {"year": 1, "quarter": 4, "month": 12}
PERIODS = {
    "year": r"(\d{4})()",
    "quarter": r"(\d{4})-Q([1-4])",
    "month": r"(\d{4})-(0[1-9]|1[0-2])",
}
# Lowest and highest value of the keys that have limits; every number must be finite.
_LIMITS = {
    "seed": (0, math.inf),
    "territory_sd": (0, math.inf),
    "shock_sd": (0, math.inf),
    "rho": (0, 0.99),
    "noise_fixed": (0, math.inf),
    "noise_small": (0, math.inf),
    "effect_ramp": (1, math.inf),
    "spillover": (0, 1),
    "digits": (0, 6),
    "n_per_1000": (0, math.inf),
    "missing": (0, 0.99),
    "provisional": (0, math.inf),
}
_TYPES = {int: (int,), float: (int, float), str: (str,), bool: (bool,)}


@dataclass(frozen=True)
class IndicatorRecipe:
    """How one indicator is simulated.

    Attributes
    ----------
    first, last : str
        First and last period: 2015, 2015-Q1 or 2015-03.
    mean, territory_sd : float
        Level of the territories at the first period: its mean, and standard deviation between them.
    noise_fixed, noise_small : float
        Variance of the noise of a cell: noise_fixed + noise_small / (population in thousands).
    n_per_1000 : float
        Mean count a cell rests on, per 1,000 inhabitants; the count is a Poisson draw.
    rho : float
        Correlation of a territory's noise from one period to the next.
    shock_sd : float
        Standard deviation of the shocks that all territories share, period by period.
    season : tuple of float
        What each month or quarter of the year adds; empty for none.
    drift : float
        What a year adds, everywhere.
    effect : float
        What the project adds to a treated territory once fully at work. It is reached in equal
        steps over `effect_ramp` periods, the period of adoption being the first.
    effect_ramp : int
    effect_per_dose : bool
        The effect is multiplied by the dose of the site.
    trend_before, trend_after : float
        Violation of parallel trends: what a year adds to treated territories only, up to adoption
        and from it on, without the project being the cause.
    spillover : float
        Share of the effect that reaches the untreated départements next to a treated one; beside
        several, the largest effect counts.
    minimum, maximum : float or None
        Bounds of the value.
    digits : int
        Decimals of the published value.
    missing : float
        Share of cells that are not available.
    provisional : int
        Number of last periods that are provisional.
    """

    first: str
    last: str
    mean: float
    territory_sd: float
    noise_fixed: float
    noise_small: float
    n_per_1000: float
    rho: float = 0.0
    shock_sd: float = 0.0
    season: tuple[float, ...] = ()
    drift: float = 0.0
    effect: float = 0.0
    effect_ramp: int = 1
    effect_per_dose: bool = False
    trend_before: float = 0.0
    trend_after: float = 0.0
    spillover: float = 0.0
    minimum: float | None = None
    maximum: float | None = None
    digits: int = 1
    missing: float = 0.0
    provisional: int = 0


@dataclass(frozen=True)
class Recipe:
    """The seed, the census year that gives sizes, and the recipe of each indicator by its id."""

    seed: int
    population_year: int
    indicators: dict[str, IndicatorRecipe]


def read_recipe(content: dict) -> Recipe:
    """Turn the content of a simulation.toml that `recipe_faults` found sound into a recipe."""
    recipes = {
        name: IndicatorRecipe(**entry | {"season": tuple(entry.get("season", ()))})
        for name, entry in content["indicators"].items()
    }
    return Recipe(content["seed"], content["population_year"], recipes)


def period_ordinal(period: str, frequency: str) -> int | None:
    """Return a period's place in time, one apart from the next; None if it is not a period.

    Examples
    --------
    >>> period_ordinal("2015-Q2", "quarter") - period_ordinal("2014-Q4", "quarter")
    2
    """
    match = re.fullmatch(PERIODS[frequency], period)
    return match and int(match[1]) * PER_YEAR[frequency] + int(match[2] or 1) - 1


def period_label(ordinal: int, frequency: str) -> str:
    """Write the period of an ordinal: the inverse of `period_ordinal`."""
    year, part = divmod(int(ordinal), PER_YEAR[frequency])
    return {"year": f"{year}", "quarter": f"{year}-Q{part + 1}", "month": f"{year}-{part + 1:02d}"}[
        frequency
    ]


def date_ordinal(day: pd.Timestamp, frequency: str) -> int:
    """Return the ordinal of the period that holds a day."""
    return day.year * PER_YEAR[frequency] + (day.month - 1) * PER_YEAR[frequency] // 12


@recorded
@cache
def census_years() -> tuple[int, ...]:
    """Return the census years whose population is embedded."""
    return tuple(int(year) for year in load_populations("FR").year)


@recorded
@cache
def populations(level: str, year: int) -> dict[str, float]:
    """Return the inhabitants of every territory of a level, by id."""
    table = load_populations(level).query("year == @year")
    ids = table.level.where(table.level == "FR", table.level + "-" + table.code)
    return dict(zip(ids, table.population.astype(float), strict=True))


def recipe_faults(
    content: dict, deployments: pd.DataFrame, indicators: pd.DataFrame
) -> list[Fault]:
    """Return every fault of a recipe, alone and beside the tables it is meant for."""
    entries = content.get("indicators", {})
    entries = entries if isinstance(entries, dict) else {}
    frequency = dict(zip(indicators.indicator, indicators.frequency, strict=True))
    top = {"seed": int, "population_year": int, "indicators": dict}
    faults = list(_key_faults(content, top, set(top), ""))
    faults += _deployment_faults(content.get("population_year"), deployments)
    for name in frequency:
        if name not in entries:
            faults.append(Fault(RECIPE, "key_missing", column=f"indicators.{name}"))
    for name, entry in entries.items():
        faults += _indicator_faults(name, entry, frequency, deployments)
    return faults


def _indicator_faults(
    name: str, entry: dict, frequency: dict[str, str], deployments: pd.DataFrame
) -> Iterator[Fault]:
    place = f"indicators.{name}"
    if name not in frequency:
        near = get_close_matches(name, frequency, n=1)
        yield Fault(RECIPE, "unknown_indicator", None, place, name, near[0] if near else "")
        return
    if not isinstance(entry, dict):
        yield _type_fault(place, entry, dict)
        return
    known = {field.name: _plain_type(field.type) for field in fields(IndicatorRecipe)}
    required = {field.name for field in fields(IndicatorRecipe) if field.default is MISSING}
    wrong = list(_key_faults(entry, known, required, place + "."))
    yield from wrong
    if not {fault.column.rpartition(".")[2] for fault in wrong} & {"season", "minimum", "maximum"}:
        yield from _shape_faults(place, entry, frequency[name])
    yield from _period_faults(place, entry, frequency[name], deployments)
    if entry.get("spillover") and not deployments.territory.str.startswith("DEP-").all():
        yield Fault(RECIPE, "recipe_neighbours", column=f"{place}.spillover")
    if entry.get("effect_per_dose") is True:
        for row in deployments[(deployments.role == "treated") & deployments.dose.isna()].index:
            yield Fault(_SITES, "required", row + 2, "dose")


def _plain_type(annotation: object) -> type:
    if annotation in _TYPES:
        return annotation
    return tuple if annotation == tuple[float, ...] else float


def _key_faults(
    entry: dict, known: dict[str, type], required: set[str], prefix: str
) -> Iterator[Fault]:
    """Find keys that are unknown, missing, of the wrong type or outside their limits."""
    for key in known:
        if key in required and key not in entry:
            yield Fault(RECIPE, "key_missing", column=prefix + key)
    for key, value in entry.items():
        if key not in known:
            near = get_close_matches(key, known, n=1)
            yield Fault(RECIPE, "key_unknown", None, prefix + key, key, near[0] if near else "")
        elif not _fits(value, known[key]):
            yield _type_fault(prefix + key, value, known[key])
        elif key in _LIMITS and not _LIMITS[key][0] <= value <= _LIMITS[key][1]:
            low, high = (f"{limit:g}".replace("inf", "+∞") for limit in _LIMITS[key])
            details = {"minimum": low, "maximum": high}
            yield Fault(RECIPE, "range", None, prefix + key, str(value), "", details)


def _fits(value: object, wanted: type) -> bool:
    if wanted is dict:
        return isinstance(value, dict)
    if wanted is tuple:
        return isinstance(value, list | tuple) and all(_fits(item, float) for item in value)
    return type(value) in _TYPES[wanted] and (wanted is not float or math.isfinite(value))


def _type_fault(place: str, value: object, wanted: type) -> Fault:
    names = {int: "integer", float: "number", str: "text", bool: "true, false"}
    expected = names.get(wanted, {dict: "[table]", tuple: "[number, …]"}.get(wanted))
    return Fault(RECIPE, "key_type", None, place, str(value), "", {"expected": expected})


def _shape_faults(place: str, entry: dict, frequency: str) -> Iterator[Fault]:
    season, low, high = (entry.get(key) for key in ("season", "minimum", "maximum"))
    if season and len(season) != PER_YEAR[frequency]:
        details = {"n": str(PER_YEAR[frequency]), "frequency": frequency}
        yield Fault(RECIPE, "recipe_season", None, f"{place}.season", str(len(season)), "", details)
    if low is not None and high is not None and low >= high:
        details = {"minimum": str(low)}
        yield Fault(RECIPE, "recipe_bounds", None, f"{place}.maximum", str(high), "", details)


def _period_faults(
    place: str, entry: dict, frequency: str, deployments: pd.DataFrame
) -> Iterator[Fault]:
    """Hold the periods against the frequency, and the adoptions against the periods."""
    ordinals = []
    for key in ("first", "last"):
        if isinstance(entry.get(key), str):
            ordinals.append(period_ordinal(entry[key], frequency))
            if ordinals[-1] is None:
                details = {"frequency": frequency}
                yield Fault(
                    RECIPE, "period_frequency", None, f"{place}.{key}", entry[key], "", details
                )
    if len(ordinals) < 2 or None in ordinals:
        return
    if ordinals[0] >= ordinals[1]:
        details = {"first": entry["first"]}
        yield Fault(RECIPE, "recipe_order", None, f"{place}.last", entry["last"], "", details)
        return
    treated = deployments[(deployments.role == "treated") & deployments.adopted_on.notna()]
    for row, day in treated.adopted_on.items():
        if not ordinals[0] < date_ordinal(day, frequency) <= ordinals[1]:
            details = {"first": entry["first"], "last": entry["last"], "place": place}
            seen = f"{day:%Y-%m-%d}"
            yield Fault(_SITES, "recipe_adoption", row + 2, "adopted_on", seen, "", details)


def _deployment_faults(year: object, deployments: pd.DataFrame) -> Iterator[Fault]:
    """Find territories that are unknown, of unknown size or written twice, and wrong dates."""
    years = census_years()
    if type(year) is int and year not in years:
        details = {"minimum": str(min(years)), "maximum": str(max(years))}
        yield Fault(RECIPE, "range", None, "population_year", str(year), "", details)
    known_year = year if year in years else years[0]
    first: dict[str, int] = {}
    for line, site in enumerate(deployments.itertuples(), start=2):
        yield from _territory_faults(site.territory, known_year, line)
        if site.territory in first:
            details = {"key": "territory", "first": str(first[site.territory])}
            yield Fault(_SITES, "duplicate", line, "territory", site.territory, "", details)
        first.setdefault(site.territory, line)
        undated = pd.isna(site.adopted_on)
        if (site.role == "treated" and undated) or (site.role == "comparison" and not undated):
            rule = "treated_undated" if undated else "comparison_dated"
            yield Fault(_SITES, rule, line, "adopted_on")


def _territory_faults(territory: str, year: int, line: int) -> Iterator[Fault]:
    """Find out whether a territory and its population are known."""
    level = territory.partition("-")[0]
    sizes = populations(level, year) if level in LEVELS else {}
    if territory not in sizes:
        near = get_close_matches(territory, sizes, n=1, cutoff=0.8)
        found = near[0] if near else ""
        yield Fault(_SITES, "unknown_territory", line, "territory", territory, found)
    elif math.isnan(sizes[territory]):
        details = {"year": str(year)}
        yield Fault(_SITES, "recipe_population", line, "territory", territory, "", details)
