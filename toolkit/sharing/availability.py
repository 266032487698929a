"""Which sources a bundle rests on, and which of their files it may hold.

A source whose licence lets anyone pass its file on is copied; any other is described, with its
address and its hash, so that whoever may have it can fetch the same bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from toolkit.records.sources import Source, load_sources
from toolkit.sharing.shared_runs import Run
from toolkit.sharing.stage import PULLED

# Licences under which a file may be passed on, as the register writes them.
_OPEN = ("Licence Ouverte 2.0", "CC BY 4.0", "MIT")
_CACHE = "cache:"
_TERRITORIES = "data/territories/datapackage.json"


@dataclass(frozen=True)
class Availability:
    """A source that a bundle rests on.

    Attributes
    ----------
    source : Source
    path : str
        Its file in the bundle; empty where it has none.
    reason : {"embedded", "copied", "licence", "personal"}
        Why: tables made from it are here; its file is; its licence does not say that it may be
        passed on; it holds personal data.
    """

    source: Source
    path: str
    reason: str


def list_sources(files: Mapping[str, bytes], runs: list[Run]) -> list[Availability]:
    """Return the sources that the runs of a bundle rest on, in the order of the register."""
    packages = json.loads(files[_TERRITORIES])["resources"]
    embedded = {source["id"] for table in packages for source in table["sources"]}
    read = {
        name.removeprefix(_CACHE)
        for run in runs
        for name in run.manifest.get("data", {})
        if name.startswith(_CACHE)
    }
    return [
        _availability(source, embedded)
        for source in load_sources().values()
        if source.id in embedded or source.path in read
    ]


def keep_shareable(files: Mapping[str, bytes], sources: list[Availability]) -> dict[str, bytes]:
    """Return the files without those of sources that no run read or that may not be passed on."""
    allowed = {source.path for source in sources if source.path}
    return {
        name: content
        for name, content in files.items()
        if not name.startswith(f"{PULLED}/") or name in allowed
    }


def _availability(source: Source, embedded: set[str]) -> Availability:
    if source.id in embedded:
        return Availability(source, "data/territories/", "embedded")
    if source.personal_data:
        return Availability(source, "", "personal")
    if source.licence not in _OPEN:
        return Availability(source, "", "licence")
    return Availability(source, f"{PULLED}/{source.path}", "copied")
