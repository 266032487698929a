"""Where projects have run and where none has: départements, and the people who live there.

A project ran in the territories its deployments call treated, whether or not it has ended. Reach is
counted commune by commune, so that a région and one of its départements are not counted twice. A
territory kept out of the comparison although it adopted was covered in part, no one knows how far:
it is told apart and adds nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from toolkit.records.population import load_populations, provisional_years
from toolkit.records.portfolio import Project
from toolkit.records.sites import reached_in_part
from toolkit.records.territories import load_territories

_COLUMNS = {"DEP": "department", "REG": "region", "EPCI": "epci", "COM": "code"}


@dataclass(frozen=True, eq=False)
class Reach:
    """How far projects reach.

    Attributes
    ----------
    departments : DataFrame
        Indexed by code: name, region, population (inhabitants), n_projects (that ran in some part
        of it), projects (their ids), in_part (ids of those known to have covered an unknown part)
        and covered (inhabitants of the communes where one ran at least).
    people : Series
        Inhabitants by how many projects ran where they live: 0, 1, 2...
    year : int
        Census year of the populations.
    """

    departments: pd.DataFrame
    people: pd.Series
    year: int


def measure_reach(projects: Mapping[str, Project]) -> Reach:
    """Count the projects that ran in each département, and the people they could reach.

    Examples
    --------
    See `load_portfolio`.
    """
    year, communes = _communes()
    sites = {name: project.tables["deployments"] for name, project in projects.items()}
    ran = pd.DataFrame(
        {
            name: _inside(communes, table.territory[_treated(table)])
            for name, table in sites.items()
        },
        index=communes.index,
    )
    partly = pd.DataFrame(
        {
            name: _inside(communes, table.territory[reached_in_part(table)])
            for name, table in sites.items()
        },
        index=communes.index,
    )
    n_projects = ran.sum(axis="columns")
    departments = load_territories("DEP").set_index("code")[["name", "region"]]
    by_department = communes.department
    reached = ran.groupby(by_department).any().reindex(departments.index, fill_value=False)
    perhaps = partly.groupby(by_department).any().reindex(departments.index, fill_value=False)
    population = communes.population.groupby(by_department).sum()
    covered = communes.population.where(n_projects > 0, 0).groupby(by_department).sum()
    return Reach(
        departments.assign(
            population=population,
            n_projects=reached.sum(axis="columns"),
            projects=_named(reached),
            in_part=_named(perhaps & ~reached),
            covered=covered,
        ),
        communes.population.groupby(n_projects).sum(),
        year,
    )


def _communes() -> tuple[int, pd.DataFrame]:
    """Return the last verified year and the communes with their population in it."""
    populations = load_populations("COM")
    year = int(populations.year[~populations.year.isin(provisional_years())].max())
    last = populations[populations.year == year].set_index("code").population
    places = load_territories("COM")[["code", "department", "region", "epci"]]
    return year, places.assign(population=places.code.map(last).astype(float).fillna(0.0))


def _treated(sites: pd.DataFrame) -> pd.Series:
    return sites.role == "treated"


def _inside(communes: pd.DataFrame, territories: pd.Series) -> pd.Series:
    """Tell which communes lie in one of some territories ("DEP-23")."""
    found = pd.Series(False, index=communes.index)
    for level, column in _COLUMNS.items():
        codes = [name.partition("-")[2] for name in territories if name.startswith(f"{level}-")]
        found |= communes[column].isin(codes)
    return found


def _named(reached: pd.DataFrame) -> list[tuple[str, ...]]:
    return [tuple(reached.columns[row]) for row in reached.to_numpy(dtype=bool)]
