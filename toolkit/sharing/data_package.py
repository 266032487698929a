"""The data of a bundle as a Data Package v2: each table with its schema, size and hash."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import PurePosixPath

from toolkit.sharing.availability import Availability
from toolkit.sharing.own_schemas import described_tables

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_TERRITORIES = "data/territories/"
_LICENCES = [
    {"name": "MIT", "title": "MIT"},
    {"name": "etalab-2.0", "title": "Licence Ouverte 2.0"},
]


def describe_package(
    files: Mapping[str, bytes], sources: list[Availability], *, name: str, title: str
) -> bytes:
    """Return datapackage.json for the tables of a bundle, and for the files it copies.

    A source whose file is not here stands among the package's sources with where to fetch it.
    """
    package = {
        "$schema": PROFILE,
        "name": name,
        "title": title,
        "licenses": _LICENCES,
        "sources": [_source(entry) for entry in sources],
        "resources": [*_tables(files), *_territories(files), *_pulled(files)],
    }
    return (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode()


def _tables(files: Mapping[str, bytes]) -> list[dict]:
    """Describe each CSV that a schema of the same name describes."""
    resources = []
    for path, schema in described_tables(files):
        parts = PurePosixPath(path)
        own = "" if parts.parent.name == "programme" else f"{parts.parent.name}."
        resources.append(
            {
                "name": own + parts.stem.replace("_", "-"),
                "path": path,
                "type": "table",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                **_measures(files[path]),
                "schema": schema,
            }
        )
    return resources


def _territories(files: Mapping[str, bytes]) -> list[dict]:
    """Repeat the resources of the territories' own package, with their way from here.

    A parquet table stands as a file, whose schema is in that package: frictionless reads its
    empty cells as NaN, which is no integer, and would refuse it.
    """
    own = json.loads(files[f"{_TERRITORIES}datapackage.json"])["resources"]
    repeated = [resource | {"path": _TERRITORIES + resource["path"]} for resource in own]
    return [
        {k: v for k, v in table.items() if k != "schema"} | {"type": "file"}
        if table["format"] == "parquet"
        else table
        for table in repeated
    ]


def _pulled(files: Mapping[str, bytes]) -> list[dict]:
    """Describe the files of sources as they were published: their shape is the publisher's."""
    return [
        {
            "name": PurePosixPath(path).stem.lower(),
            "path": path,
            "type": "file",
            "format": PurePosixPath(path).suffix[1:],
            **_measures(files[path]),
        }
        for path in sorted(files)
        if path.startswith("pulled/")
    ]


def _measures(content: bytes) -> dict:
    return {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}


def _source(entry: Availability) -> dict:
    source = entry.source
    written = {"id": source.id, "title": source.title["en"], "path": source.url}
    written |= {"licence": source.licence, "attribution": source.attribution["en"]}
    if not entry.path:
        written |= {"included": False, "reason": entry.reason, "hash": f"sha256:{source.sha256}"}
    return written
