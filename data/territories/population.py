"""Municipal population of every territory of today, by census year, 2016 to 2023.

**Which series.** ``populationMunicipale`` of the members in ``epci.json`` says what it counts and
is taken wherever a package has it (2018 to 2022). ``population`` in ``communes.json`` says
neither what nor when; it serves 2016 and 2023, the communes outside any EPCI, and as a second
series for the others. ``verification.py`` establishes the census year of each.

**Today's geography.** Every figure of a source is a *unit*: a number and the communes of today
that share its land. Units that overlap are joined into *blocks*. A block of one commune gives
that commune's population. A block of several (a commune split since, or for 2017 a whole EPCI,
as no package gives the communes of 2017) is known as a whole only:

- its communes are ``nd``, with no number, for that year: never a guess;
- a parent that holds the whole block counts it whole, exactly: ``ok``;
- a parent that holds part of it counts the part its communes hold in the nearest years:
  ``imputed``. So does a parent of a commune that no source gives (the four islands outside any
  EPCI, in 2017 and 2018), by linear interpolation in time.

Totals therefore always add up: départements make régions, régions make France, in every year.

**Mayotte** keeps its census of 2017 until a newer one is published: ``ok`` in 2017, ``imputed``
(carried) in all other years, and so are the totals that hold it. **2023** is ``provisional``:
one series only. A total takes the worst status among its parts: ok, imputed, provisional.
"""

import functools
from collections import defaultdict
from typing import NamedTuple

import numpy as np
import pandas as pd
from packages import BuildError, Packages
from predecessors import Lineage
from territories import communes, in_departments

YEARS = tuple(range(2016, 2024))
MAYOTTE, MAYOTTE_CENSUS = "976", 2017
PROVISIONAL = (2023,)
PARENTS = {"EPCI": "epci", "DEP": "department", "REG": "region"}
WORSE = ("ok", "imputed", "provisional", "nd")


class Series(NamedTuple):
    """Where one census year is read: a package version, its file and the field."""

    version: str
    name: str  # "communes", "members" or "epci"

    @property
    def file(self) -> str:
        """Return the file of the package."""
        return "communes.json" if self.name == "communes" else "epci.json"

    @property
    def field(self) -> str:
        """Return the field of that file."""
        fields = {"communes": "population", "members": "membres[].populationMunicipale"}
        return fields.get(self.name, "populationMunicipale")


MAIN = {
    2016: Series("0.3.0", "communes"),
    2017: Series("0.8.0", "epci"),
    2018: Series("1.1.1", "members"),
    2019: Series("2.3.1", "members"),
    2020: Series("3.1.1", "members"),
    2021: Series("4.0.0", "members"),
    2022: Series("6.0.0", "members"),
    2023: Series("6.0.0", "communes"),
}
SECOND = {
    2019: Series("1.1.1", "communes"),
    2020: Series("2.3.1", "communes"),
    2021: Series("4.0.0", "communes"),
    2022: Series("4.1.0", "communes"),
}


class Unit(NamedTuple):
    """A figure of a source: its number, and the codes of that time it counts."""

    population: int | None
    codes: tuple[str, ...]


class Block(NamedTuple):
    """Communes of today and their population as a whole, None if unknown."""

    population: int | None
    communes: frozenset[str]


def units(packages: Packages, series: Series) -> list[Unit]:
    """Read the figures of one series."""
    if series.name == "communes":
        rows = communes(packages, series.version)
        return [Unit(row.get("population"), (row["code"],)) for row in rows]
    groups = packages.read(series.version, "epci")
    members = [(group, in_departments(group["membres"])) for group in groups]
    if series.name == "epci":
        return [
            Unit(group["populationMunicipale"], tuple(row["code"] for row in rows))
            for group, rows in members
            if rows
        ]
    return [
        Unit(row["populationMunicipale"], (row["code"],)) for _, rows in members for row in rows
    ]


class Geography:
    """Carry the figures of older packages onto the communes of today."""

    def __init__(self, packages: Packages):
        self.packages = packages
        self.lineage = Lineage(packages)

    @functools.cache  # noqa: B019  one instance lives as long as the script
    def blocks(self, series: Series) -> list[Block]:
        """Join the units of a series that overlap on the communes of today."""
        figures = units(self.packages, series)
        heirs = self.heirs(series.version, {code for unit in figures for code in unit.codes})
        return join([(u.population, {t for c in u.codes for t in heirs[c]}) for u in figures])

    def heirs(self, version: str, codes: set[str]) -> dict[str, set[str]]:
        """Return, for each code of that time, the communes of today that share its land.

        One is the commune it resolves to; the others are communes of today that had no code of
        their own then, being a delegated or associated part of it.
        """
        heirs = {code: {self.lineage.successor(code)} for code in codes}
        parents = {
            row["code"]: row.get("chefLieu")
            for row in in_departments(self.packages.read(version, "communes"))
            if row["type"] in ("commune-deleguee", "commune-associee")
        }
        for code in self.lineage.current - codes:
            if parents.get(code) in heirs:
                heirs[parents[code]].add(code)
        return heirs


def join(figures: list[tuple[int | None, set[str]]]) -> list[Block]:
    """Merge figures that share a commune; one unknown figure makes the whole unknown.

    >>> join([(5, {"a"}), (2, {"b"}), (1, {"b"})])  # doctest: +NORMALIZE_WHITESPACE
    [Block(population=5, communes=frozenset({'a'})),
     Block(population=3, communes=frozenset({'b'}))]
    """
    root = {}

    def find(name: str) -> str:
        while root.setdefault(name, name) != name:
            name = root[name]
        return name

    for _, names in figures:
        first, *others = sorted(names)
        for other in others:
            root[find(other)] = find(first)
        find(first)
    numbers, members = defaultdict(list), defaultdict(set)
    for number, names in figures:
        numbers[find(min(names))].append(number)
    for name in root:
        members[find(name)].add(name)
    return [
        Block(None if None in numbers[key] else sum(numbers[key]), frozenset(members[key]))
        for key in sorted(numbers)
    ]


def year_blocks(geography: Geography, year: int) -> list[Block]:
    """Return blocks that cover every commune of today once, for one census year."""
    blocks = [b for b in geography.blocks(MAIN[year]) if not _only_mayotte(b)]
    mayotte = geography.blocks(MAIN[2018])
    blocks += [block for block in mayotte if _only_mayotte(block)]
    missing = geography.lineage.current - {name for block in blocks for name in block.communes}
    second = geography.blocks(SECOND[year]) if year in SECOND else []
    blocks += [block for block in second if block.communes <= missing]
    covered = [name for block in blocks for name in block.communes]
    blocks += [Block(None, frozenset({c})) for c in sorted(missing - set(covered))]
    if len(covered) != len(set(covered)) or not set(covered) <= geography.lineage.current:
        raise BuildError(f"The blocks of {year} overlap, or hold a code that is no commune.")
    return blocks


def _only_mayotte(block: Block) -> bool:
    return all(code.startswith(MAYOTTE) for code in block.communes)


def build_population(geography: Geography, territories: pd.DataFrame) -> pd.DataFrame:
    """Build the long table of population.

    Returns
    -------
    DataFrame
        Columns level, code, department, region, year (census reference year), population
        (inhabitants, missing where status is "nd") and status; in the order of `territories`.
    """
    blocks = {year: year_blocks(geography, year) for year in YEARS}
    towns = territories[territories["level"] == "COM"].set_index("code")
    known = pd.DataFrame(
        {
            year: {min(b.communes): b.population for b in blocks[year] if len(b.communes) == 1}
            for year in YEARS
        },
        index=towns.index,
        dtype=float,
    )
    weights = known.interpolate(axis=1, limit_direction="both")
    tables = [
        _one_year(towns, year, share(blocks[year], weights[year]), known[year]) for year in YEARS
    ]
    table = pd.concat(tables, ignore_index=True)
    table["population"] = table["population"].astype("Int32")
    order = territories[["level", "code", "department", "region"]]
    return order.merge(table, on=["level", "code"], validate="one_to_many")


def share(blocks: list[Block], weights: pd.Series) -> pd.DataFrame:
    """Give every commune its part of its block, whole numbers that add up to the block.

    Parameters
    ----------
    weights : Series
        Inhabitants of each commune in the nearest years.

    Returns
    -------
    DataFrame
        By commune: ``block`` (rank), ``part`` (inhabitants), ``known`` (the block's total is).
    """
    weights = weights.to_dict()
    rows = []
    for rank, block in enumerate(blocks):
        names = sorted(block.communes)
        wanted = np.array([weights[name] for name in names])
        total = round(wanted.sum()) if block.population is None else block.population
        parts = [total] if len(names) == 1 else largest_remainder(total, wanted)
        rows += [
            (n, rank, p, block.population is not None) for n, p in zip(names, parts, strict=True)
        ]
    return pd.DataFrame(rows, columns=["code", "block", "part", "known"]).set_index("code")


def largest_remainder(total: int, weights: np.ndarray) -> np.ndarray:
    """Share a whole number in proportion to weights, by Hamilton's largest remainders.

    >>> largest_remainder(10, np.array([1.0, 1.0, 1.0])).tolist()
    [4, 3, 3]
    """
    if weights.sum() == 0:
        weights = np.ones_like(weights)
    exact = total * weights / weights.sum()
    parts = np.floor(exact).astype(int)
    order = np.argsort(parts - exact, kind="stable")
    parts[order[: total - parts.sum()]] += 1
    return parts


def _one_year(
    towns: pd.DataFrame, year: int, parts: pd.DataFrame, known: pd.Series
) -> pd.DataFrame:
    parts = parts.reindex(towns.index).join(towns[list(PARENTS.values())])
    default = "provisional" if year in PROVISIONAL else "ok"
    carried = (parts["department"] == MAYOTTE) & (year != MAYOTTE_CENSUS)
    parts["status"] = np.where(carried, "imputed", default)
    shown = np.where(known.isna(), "nd", parts["status"])
    tables = [pd.DataFrame({"level": "COM", "code": towns.index, "population": known.to_numpy()})]
    tables[0]["status"] = shown
    tables += [_totals(parts, level, parent) for level, parent in PARENTS.items()]
    tables.append(_totals(parts.assign(all="FR"), "FR", "all"))
    return pd.concat(tables, ignore_index=True).assign(year=year)


def _totals(parts: pd.DataFrame, level: str, parent: str) -> pd.DataFrame:
    homes = parts[parent].fillna("")
    whole = homes.groupby(parts["block"]).transform("nunique") == 1
    rank = parts["status"].map(WORSE.index)
    rank = rank.where(parts["known"] & whole, np.maximum(rank, WORSE.index("imputed")))
    totals = parts.assign(rank=rank).groupby(parent).agg(part=("part", "sum"), rank=("rank", "max"))
    return pd.DataFrame(
        {
            "level": level,
            "code": totals.index,
            "population": totals["part"].to_numpy(),
            "status": [WORSE[rank] for rank in totals["rank"]],
        }
    )
