"""What is wrong with a research object: held against the files and the runs that are there."""

import hashlib
import json
from collections.abc import Iterator, Mapping

from toolkit.records.faults import Fault
from toolkit.sharing.crate import COMPLETED, CRATE, FAILED
from toolkit.sharing.shared_runs import Run

_VERSION = "https://w3id.org/ro/crate/1.1"


def crate_faults(files: Mapping[str, bytes], runs: list[Run], *, aside: set[str]) -> list[Fault]:
    """Return the faults of ro-crate-metadata.json.

    Parameters
    ----------
    files : mapping of str to bytes
    runs : list of Run
    aside : set of str
        Files that the crate need not describe.

    Raises
    ------
    KeyError, TypeError, ValueError, AttributeError, RecursionError
        It is no JSON, or not of the shape of a crate.
    """
    graph = json.loads(files[CRATE])["@graph"]
    entities = {entity["@id"]: entity for entity in graph}
    found = [] if len(entities) == len(graph) else [_fault("crate_twice", "@id")]
    declared = json.dumps(entities[CRATE]["conformsTo"])
    if f'"{_VERSION}"' not in declared:
        found.append(_fault("crate_version", declared))
    found += _links(graph, entities)
    found += _files(files, entities, aside)
    for run in runs:
        found += _run(run, files, entities)
    known = {f"#run/{run.address}" for run in runs}
    ran = {name for name in entities if name.startswith("#run/")}
    return found + [_fault("crate_run", name) for name in sorted(ran - known)]


def _links(graph: list[dict], entities: Mapping[str, dict]) -> Iterator[Fault]:
    """Find what is referred to and not described; an address may stand for itself."""
    for entity in graph:
        for value in entity.values():
            for item in value if isinstance(value, list) else [value]:
                target = item.get("@id", "") if isinstance(item, dict) else ""
                if target and target not in entities and not target.startswith("https://"):
                    yield _fault("crate_link", target)


def _files(
    files: Mapping[str, bytes], entities: Mapping[str, dict], aside: set[str]
) -> Iterator[Fault]:
    for name, entity in entities.items():
        kinds = entity["@type"]
        if "File" in ([kinds] if isinstance(kinds, str) else kinds):
            if name not in files:
                yield _fault("crate_file", name)
            elif entity["sha256"] != hashlib.sha256(files[name]).hexdigest():
                yield _fault("crate_hash", name)
    for name in sorted(files.keys() - entities.keys() - aside):
        if not name.startswith("toolkit/"):
            yield _fault("crate_undescribed", name)


def _run(run: Run, files: Mapping[str, bytes], entities: Mapping[str, dict]) -> Iterator[Fault]:
    """Hold an action against what its run left."""
    name = f"#run/{run.address}"
    action = entities.get(name)
    if action is None:
        yield _fault("crate_no_run", run.address)
        return
    if action["actionStatus"] != (FAILED if run.failure else COMPLETED):
        yield _fault("crate_status", run.address)
    if action["instrument"]["@id"] != run.notebook:
        yield _fault("crate_instrument", run.address)
    results = action["result"]
    named = {item["@id"] for item in (results if isinstance(results, list) else [results])}
    left = {path for path in files if path.startswith(f"{run.folder}/")}
    for path in sorted(left - named):
        yield _fault("crate_result", path)


def _fault(rule: str, value: str) -> Fault:
    return Fault(CRATE, rule, value=value)
