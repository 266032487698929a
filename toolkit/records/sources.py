"""Whose data it is and where it lies: the register of sources, the data packages under data/."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.folders import data_dir
from toolkit.records.reads import recorded

ACCESSES = ("package", "pull", "live", "simulated")
SOURCE_KEYS = (
    *("id", "publisher", "title", "title_en", "url", "licence"),
    *("attribution", "attribution_en", "access", "personal_data"),
)


@dataclass(frozen=True)
class Source:
    """Who made a table and on what terms it may be shown; texts by language.

    Attributes
    ----------
    access : {"package", "pull", "live", "simulated"}
        How we hold it: embedded, from a pinned package; pulled on demand from a pinned url; asked
        online, by the program `client` names; or made here.
    path : str or None
        ``"<folder>/<file>"`` in the cache and in a mirror, of a source that is pulled.
    sha256 : str or None
        Of the package or of the file; a source asked online or simulated has none.
    bytes : int or None
        Size of the file, of a source that is pulled.
    personal_data : bool
        The file as published holds some (our loaders never read it).
    """

    id: str
    title: dict[str, str]
    publisher: str
    url: str
    licence: str
    attribution: dict[str, str]
    updated_on: date | None
    access: str = "package"
    path: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    personal_data: bool = False
    client: str | None = None


def table_path(package: str, table: str) -> Path:
    """Return the file of a table, for instance ``table_path("territories", "population")``.

    Raises
    ------
    DataError
        The file cannot be read, or its bytes are not those its data package describes.
    """
    return _intact(data_dir() / package / _resource(package, table)["path"], package, table)


@cache
def _intact(path: Path, package: str, table: str) -> Path:
    """Compare a table's hash with the one its package states, once a process (a few ms)."""
    stated, seen = _resource(package, table)["hash"], f"sha256:{_digest(path)}"
    if stated != seen:
        say = interface_language()
        raise DataError(say("error.altered_data", path=path, stated=stated, seen=seen))
    return path


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise damaged(path, error) from error


def table_digest(package: str, table: str) -> str:
    """Return the sha256 (hexadecimal) of a table's bytes as they are on disk now."""
    return _digest(table_path(package, table))


@recorded
@cache
def load_sources() -> dict[str, Source]:
    """Load the register of every source, ``data/sources.toml``, by id."""
    import tomllib

    path = data_dir() / "sources.toml"
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["source"]
        return {entry["id"]: _source(entry) for entry in entries}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(path, error) from error


@recorded
def table_sources(package: str, table: str) -> tuple[Source, ...]:
    """Return the sources a table was made from, with their licences and attributions.

    Examples
    --------
    >>> table_sources("territories", "population")[0].attribution["en"][:26]
    'Insee and DGCL, via Etalab'
    """
    register = load_sources()
    return tuple(register[source["id"]] for source in _resource(package, table)["sources"])


def _source(entry: dict) -> Source:
    missing = [key for key in SOURCE_KEYS if key not in entry]
    if missing:
        say = interface_language()
        name = entry.get("id", "?")
        raise DataError(say("error.source_keys", source=name, missing=", ".join(missing)))
    return Source(
        id=entry["id"],
        title={"fr": entry["title"], "en": entry["title_en"]},
        publisher=entry["publisher"],
        url=entry["url"],
        licence=entry["licence"],
        attribution={"fr": entry["attribution"], "en": entry["attribution_en"]},
        updated_on=entry.get("updated_on"),
        access=entry["access"],
        path=entry.get("path"),
        sha256=entry.get("sha256"),
        bytes=entry.get("bytes"),
        personal_data=entry["personal_data"],
        client=entry.get("client"),
    )


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
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(path, error) from error
