"""A bundle held against itself, without running anything of it: every fault, in one pass."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from toolkit.records.faults import Fault
from toolkit.records.reads import package_digest
from toolkit.runs.manifest import FILES, cells_digest
from toolkit.sharing.archive import unpack
from toolkit.sharing.compare import ESTIMATES
from toolkit.sharing.crate import CRATE
from toolkit.sharing.crate_faults import crate_faults
from toolkit.sharing.live import live_faults
from toolkit.sharing.shared_runs import Run, list_runs, shown_blocks
from toolkit.sharing.signature import SIGNATURE, check_signature
from toolkit.sharing.stage import CONTENTS, PACKAGE, SUMS, VERSION, Contents
from toolkit.sharing.tables_judged import table_faults

_PARTS = (CONTENTS, SUMS, PACKAGE, CRATE, "README.md", "requirements.lock", "data/sources.toml")
# What reading JSON of another's making can raise.
_SHAPES = (KeyError, TypeError, ValueError, AttributeError, RecursionError, IndexError)


@dataclass(frozen=True)
class Checked:
    """A bundle that was read: its files, none where it cannot be trusted to be read; its faults.

    `signer` is who signed it of those the reader trusts, "" where that was not asked for.
    """

    files: dict[str, bytes]
    runs: list[Run]
    faults: list[Fault]
    sha256: str
    signer: str = ""

    @property
    def contents(self) -> Contents:
        """What the bundle is about."""
        told = json.loads(self.files[CONTENTS])
        return Contents(tuple(told["studies"]), tuple(told["projects"]))


def check_bundle(path: Path, *, signers: Path | None = None) -> Checked:
    """Read a bundle and find every fault of its form, names, sizes, checksums and descriptions.

    Parameters
    ----------
    path : Path
        The zip. Nothing in it is run, and nothing is written.
    signers : Path, optional
        Whom the reader trusts (`toolkit.sharing.signature`): one of them must have signed it.
    """
    files, faults = unpack(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    if not files:
        return Checked({}, [], faults, digest)
    faults += [Fault(name, "part_missing") for name in _PARTS if name not in files]
    faults += _sums(files)
    faults += live_faults(files)
    faults += _attempt(CONTENTS, _contents, files)
    runs: list[Run] = []
    faults += _attempt("reports", lambda files: runs.extend(list_runs(files)) or [], files)
    faults += _attempt(CRATE, _crate, files, runs)
    faults += _attempt(PACKAGE, _package, files)
    for run in runs:
        faults += _attempt(f"{run.folder}/manifest.json", _manifest, files, run)
    faults += _attempt("data/studies", _locks, files, runs)
    faults += _attempt(ESTIMATES, _estimates, files)
    signer = ""
    if signers:
        signature = files.get(SIGNATURE)
        signer, wrong = check_signature(files.get(SUMS, b""), signature, signers)
        faults += wrong
    if not faults:  # only tables that are what their descriptions say are worth a judge
        faults += _attempt(PACKAGE, table_faults, files)
    return Checked(files, runs, _once(faults), digest, signer)


def _attempt(name: str, find, files: Mapping[str, bytes], *more) -> list[Fault]:
    """Find faults, or the one that what was to be read has not the shape it should."""
    try:
        return list(find(files, *more))
    except _SHAPES as error:
        return [Fault(name, "json_damaged", value=f"{type(error).__name__} {error}")]


def _contents(files: Mapping[str, bytes]) -> Iterator[Fault]:
    told = json.loads(files[CONTENTS])
    if told["version"] != VERSION:
        yield Fault(CONTENTS, "bundle_version", value=str(told["version"]))
    for name in [*told["studies"], *told["projects"]]:
        # They become words of a command.
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
            yield Fault(CONTENTS, "bundle_id", value=str(name))


def _sums(files: Mapping[str, bytes]) -> Iterator[Fault]:
    """Hold the files against the list of checksums."""
    listed = {}
    for number, line in enumerate(files.get(SUMS, b"").decode("utf-8", "replace").splitlines(), 1):
        found = re.fullmatch(r"([0-9a-f]{64})  (\S.*)", line)
        if found is None:
            yield Fault(SUMS, "sums_line", line=number, value=line)
        else:
            listed[found[2]] = found[1]
    for name in sorted(listed.keys() | files.keys() - {SUMS, SIGNATURE}):
        if name not in files:
            yield Fault(name, "sum_missing")
        elif name not in listed:
            yield Fault(name, "sum_unlisted")
        elif (seen := _sha256(files[name])) != listed[name]:
            yield Fault(name, "sum_differs", value=seen, details={"listed": listed[name]})


def _crate(files: Mapping[str, bytes], runs: list[Run]) -> list[Fault]:
    return crate_faults(files, runs, aside={CRATE, SUMS, SIGNATURE})


def _package(files: Mapping[str, bytes]) -> Iterator[Fault]:
    """Hold the resources of the data package against their files."""
    for resource in json.loads(files[PACKAGE])["resources"]:
        path, schema = resource["path"], resource.get("schema")
        if path not in files:
            yield Fault(PACKAGE, "package_file", value=str(path))
        elif resource["hash"] != f"sha256:{_sha256(files[path])}":
            yield Fault(PACKAGE, "package_hash", value=path)
        if isinstance(schema, str) and schema not in files:
            yield Fault(PACKAGE, "package_file", value=schema)


def _manifest(files: Mapping[str, bytes], run: Run) -> Iterator[Fault]:
    """Hold what a report says it was made from, and left, against the bundle."""
    if not run.manifest:
        return
    own, manifest = f"{run.folder}/manifest.json", run.manifest
    for name, digest in manifest["files"].items():
        seen = _sha256(files.get(f"{run.folder}/{name}", b""))
        if seen != digest:
            yield Fault(own, "manifest_file", value=f"{run.folder}/{name}")
    # Read here as `compare` will: what has not its shape is told now, and not when it was run.
    shown_blocks(files[f"{run.folder}/{FILES['executed']}"])
    cells = json.loads(files[run.notebook])["cells"]
    if cells_digest(cells) != manifest["notebook_sha256"]:
        yield Fault(own, "manifest_program", value=run.notebook)
    program = {n[8:]: content for n, content in files.items() if n.startswith("toolkit/")}
    if package_digest(program) != manifest["toolkit_sha256"]:
        yield Fault(own, "manifest_program", value="toolkit/")
    for name, digest in manifest["data"].items():
        path = f"pulled/{name[6:]}" if name.startswith("cache:") else f"data/{name}"
        if path in files and _sha256(files[path]) != digest:
            yield Fault(own, "manifest_data", value=path)


def _estimates(files: Mapping[str, bytes]) -> Iterator[Fault]:
    """Find estimates that are no JSON."""
    for name in sorted(files):
        if name.endswith(f"/{ESTIMATES}"):
            try:
                json.loads(files[name])
            except (ValueError, RecursionError) as error:
                yield Fault(name, "json_damaged", value=str(error))


def _locks(files: Mapping[str, bytes], runs: list[Run]) -> Iterator[Fault]:
    """Hold each lock against its protocol: a report that says "locked" must be."""
    for run in runs:
        study = run.parameters.get("study")
        if study is None or not run.manifest:
            continue
        path = f"data/studies/{study}.lock.json"
        lock = json.loads(files[path]) if path in files else None
        if lock is not None:
            content = {name: value for name, value in lock.items() if name != "seal"}
            seal = _sha256(json.dumps(content, sort_keys=True).encode())
            if seal != lock["seal"]:
                yield Fault(path, "lock_seal")
        if run.manifest["facts"]["status"] == "locked":
            protocol = files[f"data/studies/{study}.toml"].decode()
            if lock is None or lock["protocol"] != protocol:
                yield Fault(f"data/studies/{study}.toml", "lock_protocol")


def _once(faults: list[Fault]) -> list[Fault]:
    """Leave out what was found twice: a lock is that of a report in each language."""
    return [fault for n, fault in enumerate(faults) if fault not in faults[:n]]


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
