"""Where projects run: in a territory, around it, within it; and how far the nearest one is.

A project that cannot be read (one still being written, say) runs nowhere here, and is named by
`unreadable_projects`.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from toolkit.records.contours import load_centres
from toolkit.records.projects import FACTS, Facts, project_ids
from toolkit.records.reads import recorded
from toolkit.records.schemas import load_schema
from toolkit.records.sources import data_dir
from toolkit.records.tables import read_table
from toolkit.records.territories import (
    Territory,
    container_ids,
    load_territories,
    load_territory,
)
from toolkit.records.toml_model import read_toml

RELATIONS = ["own", "around", "within"]
EARTH_RADIUS = 6371.0  # km, of the sphere with the same volume
_PROJECT = ("project", "title_fr", "title_en", "simulated")
_DEPLOYMENT = ("territory", "role", "adopted_on", "ended_on", "dose")
_COLUMN = {"REG": "region", "DEP": "department", "EPCI": "epci", "COM": "code"}


@recorded
def sites_in(territory: Territory) -> pd.DataFrame:
    """Return the treated sites of every project that concern a territory.

    Returns
    -------
    DataFrame
        A row a project and site, by project, relation and adoption: project, title_fr, title_en,
        simulated, territory (id of the site), name, relation ("own" of a site that is the territory
        or the same land, "around" of one that contains it, "within" of one that lies in it),
        adopted_on, ended_on (Timestamp;
        that of the project where the site has none), dose (share of the site covered).

    Examples
    --------
    >>> from toolkit import load_territory
    >>> sites_in(load_territory("DEP-77"))[["project", "relation"]].values.tolist()
    [['plateforme-inclusion', 'around']]
    """
    sites = _load_sites(data_dir())
    sites = sites[sites.role == "treated"]
    column = _COLUMN.get(territory.level)
    within = sites[column] == territory.code if column else sites.territory.notna()
    around = sites.territory.isin(container_ids(territory))
    own = sites.territory.isin(same_land(territory))
    rank = np.select([own, around, within], range(len(RELATIONS)), default=-1)
    found = sites.assign(rank=rank)[rank >= 0].sort_values(["project", "rank"], kind="stable")
    found["relation"] = found["rank"].map(dict(enumerate(RELATIONS))).astype("str")
    columns = [*_PROJECT, "territory", "name", "relation", "adopted_on", "ended_on", "dose"]
    return found[columns].reset_index(drop=True)


@recorded
def roles_of(territory: Territory) -> dict[str, str]:
    """Return the role a territory itself has in each project that names it, by project.

    "in_part" is that of one left out because the project reached a part of it, or perhaps did.

    Examples
    --------
    >>> from toolkit import load_territory
    >>> roles_of(load_territory("DEP-77"))["demande-unique"]
    'excluded'
    """
    sites = _load_sites(data_dir())
    own = sites[sites.territory.isin(same_land(territory))]
    return dict(zip(own.project, own.role.mask(reached_in_part(own), "in_part"), strict=True))


def reached_in_part(sites: pd.DataFrame) -> pd.Series:
    """Tell which rows of deployments are of a territory left out because it was reached in part.

    One kept out of the comparison although it adopted was covered in part, no one knows how far.
    """
    return (sites.role == "excluded") & sites.adopted_on.notna()


def same_land(territory: Territory) -> list[str]:
    """Return the id of a territory, then that of the département or région of the same extent.

    Each overseas région is one département.

    Examples
    --------
    >>> from toolkit import load_territory
    >>> same_land(load_territory("REG-04")), same_land(load_territory("DEP-23"))
    (['REG-04', 'DEP-974'], ['DEP-23'])
    """
    if territory.level not in ("DEP", "REG"):
        return [territory.id]
    departments = load_territories("DEP")
    alone = departments[departments.region == territory.region].code
    same = [f"DEP-{alone.iloc[0]}", f"REG-{territory.region}"] if len(alone) == 1 else []
    return [territory.id, *(name for name in same if name != territory.id)]


@recorded
def nearest_sites(territory: Territory) -> pd.DataFrame:
    """Return the nearest treated site of each project that has none in, around or within.

    Returns
    -------
    DataFrame
        A row a project, the nearest first: project, title_fr, title_en, simulated, territory,
        name, adopted_on, ended_on and km, to the nearest: from centre to centre along the surface
        of the Earth. An intercommunality or a commune stands at the centre of its département, so
        that it is at 0 km from what lies in the same. Empty for the whole country.

    Examples
    --------
    >>> from toolkit import load_territory
    >>> nearest_sites(load_territory("DEP-23"))[["project", "name"]].iloc[0].tolist()
    ['armoire-numerique', 'Haute-Vienne']
    """
    sites = _load_sites(data_dir())
    sites = sites[sites.role == "treated"]
    far = sites[~sites.project.isin(sites_in(territory).project)]
    columns = [*_PROJECT, "territory", "name", "adopted_on", "ended_on"]
    if territory.level == "FR" or far.empty:
        return far.iloc[:0][columns].assign(km=pd.Series(dtype="int64"))
    here = _centre(territory.level, territory.code, territory.department)
    there = [_centre(row.level, row.code, row.department) for row in far.itertuples()]
    far = far.assign(km=_kilometres(here, np.array(there)).round().astype("int64"))
    far = far.sort_values(["km", "project", "territory"]).drop_duplicates("project")
    return far[[*columns, "km"]].reset_index(drop=True)


@recorded
def sites_among(territories: Iterable[str]) -> pd.DataFrame:
    """Return `sites_in` several territories, by id, each under the column "of".

    Examples
    --------
    >>> sites_among(["DEP-77"])[["of", "project", "territory"]].values.tolist()
    [['DEP-77', 'plateforme-inclusion', 'REG-11']]
    """
    found = [sites_in(load_territory(name)).assign(of=name) for name in territories]
    return pd.concat(found, ignore_index=True)


@recorded
def unreadable_projects() -> list[str]:
    """Return the projects whose facts or sites have faults: `futurs validate` says which.

    Examples
    --------
    >>> unreadable_projects()
    []
    """
    folder = data_dir() / "projects"
    return [project for project in project_ids() if _read_sites(folder / project) is None]


@cache
def _load_sites(data: Path) -> pd.DataFrame:
    """Load every site of every project, with its name and the territories that contain it."""
    read = [_read_sites(data / "projects" / project) for project in project_ids()]
    rows = [row for found in read if found for row in found]
    sites = pd.DataFrame(rows, columns=[*_PROJECT, *_DEPLOYMENT])
    for day in ("adopted_on", "ended_on"):
        sites[day] = pd.to_datetime(sites[day])
    levels = sorted({name.partition("-")[0] for name in sites.territory})
    places = pd.concat([load_territories(level) for level in levels or ["FR"]], ignore_index=True)
    places["territory"] = (places.level + "-" + places.code).astype(sites.territory.dtype)
    kept = ["territory", "level", "code", "name", "department", "region", "epci"]
    sites = sites.merge(places[kept], on="territory").sort_values(
        ["project", "adopted_on", "territory"], ignore_index=True
    )
    # A territory that took part twice counts from its first adoption.
    return sites.drop_duplicates(["project", "territory"], ignore_index=True)


@cache
def _read_sites(folder: Path) -> list[dict] | None:
    """Read the sites of a project, or None where what is written cannot be relied on."""
    facts = read_toml(folder / FACTS, FACTS, Facts).model
    path = folder / "deployments.csv"
    table = read_table(path, load_schema("deployments"), path.name)
    if facts is None or table.faults:
        return None
    known = (folder.name, facts.title.fr, facts.title.en, facts.simulated)
    told = dict(zip(_PROJECT, known, strict=True))
    sites = [told | {name: row.parsed.get(name) for name in _DEPLOYMENT} for row in table.rows]
    return [site | {"ended_on": site["ended_on"] or facts.ended_on} for site in sites]


def _centre(level: str, code: str, department: str | None) -> np.ndarray:
    """Return longitude and latitude of where a territory stands; see `nearest_sites`."""
    if level in ("REG", "DEP"):
        return load_centres(level)[code]
    return load_centres("DEP")[department]


def _kilometres(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Measure great-circle distances from one place to others, in kilometres (haversine)."""
    (east, north), (easts, norths) = np.radians(here), np.radians(there).T
    chord = np.sin((norths - north) / 2) ** 2
    chord += np.cos(north) * np.cos(norths) * np.sin((easts - east) / 2) ** 2
    return 2 * EARTH_RADIUS * np.arcsin(np.sqrt(chord))
