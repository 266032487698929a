"""The data as one Data Package v2: data/datapackage.json, made from what lies under data/."""

import json

from toolkit.records.projects import FACTS, TABLES, project_ids, read_facts
from toolkit.records.sources import damaged, data_dir
from toolkit.records.validate import PROGRAMME_TABLES

_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def describe_data() -> str:
    """Describe every table under data/: where it is, its schema, and whether it is simulated.

    Returns
    -------
    str
        The text of data/datapackage.json. Tables of territories are described by their own
        package, with sources and hashes, and stand here as they do there.
    """
    resources = [_resource(name, f"programme/{name}.csv", name) for name in PROGRAMME_TABLES]
    for project in project_ids():
        folder = data_dir() / "projects" / project
        facts, _ = read_facts(folder / FACTS, project)
        simulated = {"simulated": facts.simulated} if facts else {}
        resources += [
            _resource(f"{project}.{name}", f"projects/{project}/{name}.csv", name) | simulated
            for name in TABLES
            if (folder / f"{name}.csv").exists()
        ]
    package = {
        "$schema": _PROFILE,
        "name": "futurs-publics-data",
        "title": "Projects, territories and vocabularies of the Futurs Publics toolkit",
        "licenses": [
            {"name": "MIT", "title": "MIT"},
            {"name": "etalab-2.0", "title": "Licence Ouverte 2.0"},
        ],
        "resources": [*resources, *_territories()],
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def _resource(name: str, path: str, schema: str) -> dict:
    return {
        "name": name.replace("_", "-"),
        "path": path,
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": f"schemas/{schema}.json",
    }


def _territories() -> list[dict]:
    path = data_dir() / "territories" / "datapackage.json"
    try:
        resources = json.loads(path.read_text(encoding="utf-8"))["resources"]
    except (OSError, ValueError) as error:
        raise damaged(path, error) from error
    return [resource | {"path": f"territories/{resource['path']}"} for resource in resources]
