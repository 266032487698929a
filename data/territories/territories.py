"""Régions, départements, EPCI and communes of today, and who belongs to whom."""

import pandas as pd
from packages import Packages

TODAY = "6.0.0"
COG_YEAR = 2026
# epci.json of 6.0.0 is, byte for byte, the 2025 edition: see README.md.
EPCI_YEAR = 2025
# Overseas collectivities are no départements; "zone" does not exist before package 2.1.0.
COLLECTIVITIES = ("975", "977", "978", "984", "986", "987", "988", "989")
COLUMNS = [
    "level",
    "code",
    "name",
    "kind",
    "article",
    "department",
    "region",
    "epci",
    "seat",
    "cog_year",
]


def in_departments(rows: list[dict]) -> list[dict]:
    """Keep the rows of the 101 départements, dropping overseas collectivities."""
    return [row for row in rows if not row["code"].startswith(COLLECTIVITIES)]


def communes(packages: Packages, version: str) -> list[dict]:
    """List the communes proper of one version: no arrondissement, no delegated commune."""
    rows = in_departments(packages.read(version, "communes"))
    return [row for row in rows if row["type"] == "commune-actuelle"]


def build_territories(packages: Packages) -> pd.DataFrame:
    """Build the table of territories, one row each, with the columns ``COLUMNS``.

    Rows come level by level (FR, REG, DEP, EPCI, COM), and within a level département by
    département, so that each parquet row group holds one level, and one département's communes.
    """
    towns = _communes(packages)
    tables = [
        pd.DataFrame([{"level": "FR", "code": "FR", "name": "France", "cog_year": COG_YEAR}]),
        _official(packages, "REG", "regions").assign(region=lambda table: table["code"]),
        _official(packages, "DEP", "departements").assign(department=lambda table: table["code"]),
        _epci(packages, towns).sort_values(["department", "code"]),
        towns.drop(columns="population").sort_values(["department", "code"]),
    ]
    return pd.concat(tables, ignore_index=True).reindex(columns=COLUMNS)


def _official(packages: Packages, level: str, name: str) -> pd.DataFrame:
    rows = [
        {
            "level": level,
            "code": row["code"],
            "name": row["nom"],
            "article": row["typeLiaison"],
            "region": row.get("region"),
            "seat": row["chefLieu"],
            "cog_year": COG_YEAR,
        }
        for row in in_departments(packages.read(TODAY, name))
    ]
    return pd.DataFrame(rows).sort_values("code")


def _communes(packages: Packages) -> pd.DataFrame:
    epci = {
        member["code"]: group["code"]
        for group in packages.read(TODAY, "epci")
        for member in group["membres"]
    }
    rows = [
        {
            "level": "COM",
            "code": row["code"],
            "name": row["nom"],
            "article": row["typeLiaison"],
            "department": row["departement"],
            "region": row["region"],
            "epci": epci.get(row["code"]),
            "cog_year": COG_YEAR,
            "population": row["population"],
        }
        for row in communes(packages, TODAY)
    ]
    return pd.DataFrame(rows)


def _epci(packages: Packages, towns: pd.DataFrame) -> pd.DataFrame:
    rows = [
        {
            "level": "EPCI",
            "code": group["code"],
            "name": group["nom"],
            "kind": group["type"],
            "cog_year": EPCI_YEAR,
        }
        for group in packages.read(TODAY, "epci")
    ]
    table = pd.DataFrame(rows)
    for parent in ("department", "region"):
        table[parent] = table["code"].map(_most_populated(towns, parent))
    return table


def _most_populated(towns: pd.DataFrame, parent: str) -> pd.Series:
    """Return, by EPCI, the parent that holds most of its inhabitants (first code if equal)."""
    totals = towns.groupby(["epci", parent])["population"].sum().reset_index()
    totals = totals.sort_values(["epci", "population", parent], ascending=[True, False, True])
    return totals.drop_duplicates("epci").set_index("epci")[parent]
