"""A bundle as a Workflow Run RO-Crate: each run, what it read and left, how it ended.

The crate is of RO-Crate 1.1 and of the Process and Workflow Run Crate 0.5 profiles. It holds no
time of a run: the same inputs give the same crate.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import PurePosixPath

from toolkit.sharing.shared_runs import Run

CRATE = "ro-crate-metadata.json"
COMPLETED = "http://schema.org/CompletedActionStatus"
FAILED = "http://schema.org/FailedActionStatus"
_LOCK = "requirements.lock"
_BASE = "https://w3id.org/ro/crate/1.1"
_WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
_TERMS = "https://w3id.org/ro/terms/workflow-run#"
_PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    _WORKFLOW_CRATE: ("Workflow RO-Crate", "1.0"),
}
_BIOSCHEMAS = {
    name: f"https://bioschemas.org/profiles/{name}/1.0-RELEASE"
    for name in ("ComputationalWorkflow", "FormalParameter")
}
_LICENCES = {
    "https://spdx.org/licenses/MIT": "MIT",
    "https://spdx.org/licenses/etalab-2.0": "Licence Ouverte 2.0",
}
_URL = "https://www.python.org/"
_AGENT = {"@id": "#authors", "@type": "Organization", "name": "The Futurs Publics toolkit authors"}
_FORMATS = {
    ".html": "text/html", ".json": "application/json", ".md": "text/markdown",
    ".pdf": "application/pdf", ".ipynb": "application/x-ipynb+json", ".csv": "text/csv",
    ".txt": "text/plain", ".toml": "application/toml", ".py": "text/x-python",
    ".parquet": "application/vnd.apache.parquet", ".geojson": "application/geo+json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


def describe_crate(
    files: Mapping[str, bytes], runs: list[Run], *, title: str, description: str, date: str
) -> bytes:
    """Return ro-crate-metadata.json for the files of a bundle.

    Parameters
    ----------
    files : mapping of str to bytes
        All files but this one and the list of checksums. Those of the program stand as one
        folder.
    runs : list of Run
    title, description : str
    date : str
        ISO date of the data: the latest of the reports.
    """
    notebooks = list(dict.fromkeys(run.notebook for run in runs))
    described = [name for name in sorted(files) if not name.startswith("toolkit/")]
    program = {"@id": "toolkit/", "@type": "Dataset", "name": "The toolkit, as it ran"}
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": title,
        "description": description,
        "datePublished": date,
        "license": _refs(_LICENCES),
        "conformsTo": _refs(_PROFILES),
        "author": {"@id": _AGENT["@id"]},
        "publisher": {"@id": _AGENT["@id"]},
        "hasPart": _refs([*described, program["@id"]]),
        "mainEntity": {"@id": notebooks[0]},
        "mentions": _refs(_action_id(run) for run in runs),
    }
    entities = [
        _descriptor(),
        root,
        *(_profile(address, *named) for address, named in _PROFILES.items()),
        *({"@id": a, "@type": "CreativeWork", "name": n} for a, n in _LICENCES.items()),
        *({"@id": a, "@type": "CreativeWork", "name": n} for n, a in _BIOSCHEMAS.items()),
        _AGENT,
        {"@id": "#python", "@type": "ComputerLanguage", "name": "Python", "url": {"@id": _URL}},
        program,
        *(_file(name, files[name], notebooks, runs) for name in described),
        *_environment(runs),
        *_parameters(runs),
        *(_action(run, files) for run in runs),
    ]
    context = [f"{_BASE}/context", {name: _TERMS + name for name in ("sha256", "environment")}]
    crate = {"@context": context, "@graph": [_without_nothing(entity) for entity in entities]}
    return (json.dumps(crate, ensure_ascii=False, indent=1) + "\n").encode()


def _descriptor() -> dict:
    return {
        "@id": CRATE,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": _refs([_BASE, _WORKFLOW_CRATE]),
    }


def _profile(address: str, name: str, version: str) -> dict:
    return {"@id": address, "@type": "CreativeWork", "name": name, "version": version}


def _file(name: str, content: bytes, notebooks: list[str], runs: list[Run]) -> dict:
    """Describe a file; a notebook that ran is a workflow too."""
    entity = {
        "@id": name,
        "@type": "File",
        "name": name,
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
        "encodingFormat": _FORMATS.get(PurePosixPath(name).suffix, "text/plain"),
    }
    if name == "README.md":
        entity["about"] = {"@id": "./"}
    if name in notebooks:
        own = [run for run in runs if run.notebook == name]
        versions = {run.manifest["toolkit"] for run in own if run.manifest}
        entity |= {
            "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
            "conformsTo": {"@id": _BIOSCHEMAS["ComputationalWorkflow"]},
            "programmingLanguage": {"@id": "#python"},
            "url": {"@id": "https://jupyter.org/"},
            "version": min(versions, default="0"),
            "softwareRequirements": {"@id": _LOCK},
            "input": _refs(_parameter_id(name, p) for p in own[0].parameters),
        }
    return entity


def _environment(runs: list[Run]) -> list[dict]:
    """Describe the versions that runs had, each once."""
    versions = {pair for run in runs for pair in _versions(run)}
    return [
        {"@id": _version_id(*pair), "@type": "PropertyValue", "name": pair[0], "value": pair[1]}
        for pair in sorted(versions)
    ]


def _parameters(runs: list[Run]) -> list[dict]:
    """Describe the parameters of the notebooks, and the values that runs gave them."""
    values: dict[tuple[str, str], list[str]] = {}
    for run in runs:
        for name, value in run.parameters.items():
            given = values.setdefault((run.notebook, name), [])
            given += [str(value)] if str(value) not in given else []
    entities = []
    for (notebook, name), given in values.items():
        formal = _parameter_id(notebook, name)
        entities.append(
            {
                "@id": formal,
                "@type": "FormalParameter",
                "conformsTo": {"@id": _BIOSCHEMAS["FormalParameter"]},
                "name": name,
                "additionalType": "Text",
                "valueRequired": "True",
                "workExample": _refs(_value_id(notebook, name, value) for value in given),
            }
        )
        entities += [
            {
                "@id": _value_id(notebook, name, value),
                "@type": "PropertyValue",
                "name": name,
                "value": value,
                "exampleOfWork": {"@id": formal},
            }
            for value in given
        ]
    return entities


def _action(run: Run, files: Mapping[str, bytes]) -> dict:
    results = [name for name in sorted(files) if name.startswith(f"{run.folder}/")]
    study = f"{run.folder.rpartition('/')[0]}/estimates.json"
    given = [_value_id(run.notebook, name, str(value)) for name, value in run.parameters.items()]
    read = [path for name in run.manifest.get("data", {}) if (path := _input(name)) in files]
    return {
        "@id": _action_id(run),
        "@type": "CreateAction",
        "name": run.address,
        "description": f"{run.notebook} was executed into {run.folder}/.",
        "instrument": {"@id": run.notebook},
        "agent": {"@id": _AGENT["@id"]},
        "object": _refs([*given, *read, _LOCK]),
        "result": _refs([*results, *([study] if study in files else [])]),
        "environment": _refs(_version_id(*pair) for pair in _versions(run)),
        "actionStatus": FAILED if run.failure else COMPLETED,
        "error": run.failure,
    }


def _input(name: str) -> str:
    """Return where the bundle has what a manifest says was read."""
    cached = name.removeprefix("cache:")
    return f"pulled/{cached}" if cached != name else f"data/{name}"


def _versions(run: Run) -> list[tuple[str, str]]:
    if not run.manifest:
        return []
    own = {"python": run.manifest["python"], "futurs-publics-toolkit": run.manifest["toolkit"]}
    return sorted((own | run.manifest["packages"]).items())


def _action_id(run: Run) -> str:
    return f"#run/{run.address}"


def _parameter_id(notebook: str, name: str) -> str:
    return f"#{PurePosixPath(notebook).stem}/{name}"


def _value_id(notebook: str, name: str, value: str) -> str:
    return f"{_parameter_id(notebook, name)}/{value}"


def _version_id(name: str, version: str) -> str:
    return f"#environment/{name}/{version}"


def _refs(ids) -> list[dict] | dict:
    """Refer to entities; to one alone without a list, as JSON-LD is written compactly."""
    found = [{"@id": name} for name in ids]
    return found[0] if len(found) == 1 else found


def _without_nothing(entity: dict) -> dict:
    return {name: value for name, value in entity.items() if value not in ("", [], None)}
