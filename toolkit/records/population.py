"""Population of territories by census year, on today's map, and how it changed."""

from functools import cache

import numpy as np
import pandas as pd

from toolkit.records.reads import recorded
from toolkit.records.slices import read_slice
from toolkit.records.territories import Territory, load_territories, members, neighbours

# A census year pools five years of surveys: years closer than this share some of them, and Insee
# asks not to compare them.
INDEPENDENT_YEARS = 5
_COLUMNS = ["level", "code", "year", "population", "status"]


@recorded
def load_population(*territories: Territory) -> pd.DataFrame:
    """Load the population of some territories, census year by census year.

    Only the part of the file that holds them is read.

    Returns
    -------
    DataFrame
        Columns level, code, year, population (inhabitants, population municipale, on the
        geography of today; missing when not known) and status ("ok", "provisional", "imputed",
        "nd"), in the order of the territories, then by year.

    Examples
    --------
    >>> from toolkit import load_territory
    >>> creuse = load_population(load_territory("DEP-23"))
    >>> creuse[creuse.year == creuse.year.max()].population.tolist()
    [115527]
    """
    frames = [
        read_slice(
            "population", [("level", "==", place.level), ("code", "==", place.code)], _COLUMNS
        ).sort_values("year")
        for place in territories
    ]
    return pd.concat(frames, ignore_index=True)


@recorded
def load_populations(level: str, *, department: str | None = None) -> pd.DataFrame:
    """Load the population of every territory of a level: same columns as `load_population`.

    Examples
    --------
    >>> load_populations("REG").code.nunique()
    18
    """
    filters = [("level", "==", level)]
    if department is not None:
        filters.append(("department", "==", department))
    table = read_slice("population", filters, _COLUMNS)
    return table.sort_values(["code", "year"], ignore_index=True)


def growth_of(population: pd.DataFrame) -> pd.DataFrame:
    """Measure the change from the first to the last verified census year.

    Parameters
    ----------
    population : DataFrame
        As `load_population` gives it. The `provisional_years` are left out.

    Returns
    -------
    DataFrame
        One row a territory, in the order given: level, code, first_year, last_year (the same
        for all), first, last (inhabitants), first_status, last_status, change (share of the
        first over the whole period: 0.05 is 5 %) and yearly (average share a year, compounded).
        Changes are missing where a population is not known, where the first one is zero, and
        where one census is carried through all the years, as in Mayotte.

    Examples
    --------
    >>> from toolkit import load_territory
    >>> growth_of(load_population(load_territory("DEP-23"))).yearly.round(4).tolist()
    [-0.0056]
    """
    verified = population[~population.year.isin(provisional_years())]
    first_year, last_year = int(verified.year.min()), int(verified.year.max())
    order = pd.MultiIndex.from_frame(population[["level", "code"]].drop_duplicates())
    table = verified.pivot(index=["level", "code"], columns="year").reindex(order)
    wide, statuses = table["population"].astype("float64"), table["status"]
    first, last = wide[first_year], wide[last_year]
    constant = wide.max(axis="columns") == wide.min(axis="columns")
    carried = constant & (statuses[last_year] == "imputed")
    ratio = (last / first.where(first > 0)).mask(carried)
    return pd.DataFrame(
        {
            "first_year": first_year,
            "last_year": last_year,
            "first": first,
            "last": last,
            "first_status": statuses[first_year],
            "last_status": statuses[last_year],
            "change": ratio - 1,
            "yearly": np.power(ratio, 1 / max(last_year - first_year, 1)) - 1,
        }
    ).reset_index()


@recorded
@cache
def provisional_years() -> frozenset[int]:
    """Return the census years that no second series verifies, anywhere in the country."""
    france = read_slice("population", [("level", "==", "FR")], _COLUMNS)
    return frozenset(int(year) for year in france.year[france.status == "provisional"])


@recorded
def describe_populations(level: str, *, department: str | None = None) -> pd.DataFrame:
    """Return `growth_of` every territory of a level, with its name and parents.

    Returns
    -------
    DataFrame
        Columns of `growth_of`, then name, department, region, epci, in the order of the codes.

    Examples
    --------
    >>> describe_populations("REG").set_index("name").yearly.round(4).to_dict()["Corse"]
    0.0102
    """
    places = load_territories(level, department=department)
    growth = growth_of(load_populations(level, department=department))
    return growth.merge(places[["code", "name", "department", "region", "epci"]], on="code")


@recorded
def describe_within(territory: Territory, level: str = "COM") -> pd.DataFrame:
    """Return `describe_populations` of the territories of a level that lie in this one.

    Only the départements they lie in are read.

    Examples
    --------
    >>> from toolkit import load_territory
    >>> len(describe_within(load_territory("DEP-23")))
    255
    """
    places = members(territory, level)
    departments = places.department.drop_duplicates().tolist()
    filters: list[tuple] = [("level", "==", level)]
    if level in ("EPCI", "COM") and places.department.notna().all():
        filters.append(("department", "in", departments))
    return _describe(places, read_slice("population", filters, _COLUMNS))


@recorded
def describe_neighbours(territory: Territory) -> pd.DataFrame:
    """Return `describe_populations` of the territories that share a border with this one.

    Examples
    --------
    >>> from toolkit import load_territory
    >>> describe_neighbours(load_territory("DEP-23")).name.tolist()[:3]
    ['Allier', 'Cher', 'Corrèze']
    """
    filters = [("level", "==", territory.level)]
    return _describe(neighbours(territory), read_slice("population", filters, _COLUMNS))


def _describe(places: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    inside = population[population.code.isin(places.code)].sort_values(["code", "year"])
    growth = growth_of(inside if len(places) else population).head(len(places))
    return growth.merge(places[["code", "name", "department", "region", "epci"]], on="code")
