"""Where the tables lie, whose they are and what they weigh: the data packages under data/."""

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from toolkit.errors import DataError
from toolkit.i18n import interface_language


@dataclass(frozen=True)
class Source:
    """Who made a table and on what terms it may be shown; texts by language."""

    id: str
    title: dict[str, str]
    publisher: str
    url: str
    licence: str
    attribution: dict[str, str]
    updated_on: date | None


def data_dir() -> Path:
    """Return the folder of the data: FUTURS_DATA, or data/ beside the toolkit package."""
    folder = Path(os.environ.get("FUTURS_DATA", Path(__file__).parents[2] / "data"))
    if not folder.is_dir():
        raise DataError(interface_language()("error.no_data", folder=folder))
    return folder


def table_path(package: str, table: str) -> Path:
    """Return the file of a table, for instance ``table_path("territories", "population")``."""
    return data_dir() / package / _resource(package, table)["path"]


def table_digest(package: str, table: str) -> str:
    """Return the sha256 (hexadecimal) of a table's bytes as they are on disk now."""
    path = table_path(package, table)
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise damaged(path, error) from error


def table_sources(package: str, table: str) -> tuple[Source, ...]:
    """Return the sources a table was made from, with their licences and attributions."""
    register = _register()
    return tuple(register[source["id"]] for source in _resource(package, table)["sources"])


def _resource(package: str, table: str) -> dict:
    resources = _package(data_dir() / package / "datapackage.json")
    if table not in resources:
        raise DataError(f"No table '{table}' in data/{package}; it has: {', '.join(resources)}.")
    return resources[table]


def damaged(path: Path, error: Exception) -> DataError:
    """Return the error for a file of data/ that cannot be read, with the remedy."""
    return DataError(interface_language()("error.damaged_data", path=path, reason=error))


@cache
def _package(path: Path) -> dict[str, dict]:
    try:
        return {r["name"]: r for r in json.loads(path.read_text(encoding="utf-8"))["resources"]}
    except (OSError, ValueError) as error:
        raise damaged(path, error) from error


@cache
def _register() -> dict[str, Source]:
    import tomllib

    entries = tomllib.loads((data_dir() / "sources.toml").read_text(encoding="utf-8"))["source"]
    return {
        entry["id"]: Source(
            id=entry["id"],
            title={"fr": entry["title"], "en": entry["title_en"]},
            publisher=entry["publisher"],
            url=entry["url"],
            licence=entry["licence"],
            attribution={"fr": entry["attribution"], "en": entry["attribution_en"]},
            updated_on=entry.get("updated_on"),
        )
        for entry in entries
    }
