"""What was run for a bundle, read from its files: runs, failed ones too, and what each shows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from toolkit.display.block_record import MIME
from toolkit.runs.manifest import FAILURE, FILES, MANIFEST
from toolkit.sharing.stage import REPORTS

_SHOWN = {"table": "caption", "figure": "title"}
_STUDY = "impact_evaluation"


@dataclass(frozen=True)
class Run:
    """One run of a notebook.

    Attributes
    ----------
    address : str
        The folder of its report under reports/: "impact_evaluation/demande-unique/en".
    manifest : dict
        Its manifest; empty of a run that failed.
    failure : str
        Why it failed; empty of one that did not.
    """

    address: str
    manifest: dict
    failure: str = ""

    @property
    def folder(self) -> str:
        """Where its report lies in the bundle."""
        return f"{REPORTS}/{self.address}"

    @property
    def lang(self) -> str:
        """Its language: the last part of its address."""
        return self.address.rpartition("/")[2]

    @property
    def notebook(self) -> str:
        """The notebook, as the bundle has it."""
        return f"notebooks/{self.address.partition('/')[0]}.ipynb"

    @property
    def parameters(self) -> dict[str, object]:
        """The parameters; those of a run that failed are told by its address."""
        if self.manifest:
            return self.manifest["parameters"]
        stem, subject, lang = self.address.split("/")
        return {"study" if stem == _STUDY else "project": subject, "lang": lang}


@dataclass(frozen=True)
class Trace:
    """A table or a figure, and the cell of the notebook that shows it (its number in the run)."""

    address: str
    kind: str
    title: str
    cell: int


def list_runs(files: Mapping[str, bytes]) -> list[Run]:
    """Return the runs of a bundle, by address.

    Raises
    ------
    ValueError, KeyError
        A manifest is not JSON, or none of ours.
    """
    found = {}
    for name in sorted(files):
        folder, _, last = name.removeprefix(f"{REPORTS}/").rpartition("/")
        if name.startswith(f"{REPORTS}/") and last in (MANIFEST, FAILURE):
            text = files[name].decode("utf-8")
            found[folder] = (
                _made(folder, text) if last == MANIFEST else Run(folder, {}, text or "–")
            )
    return [found[address] for address in sorted(found)]


def _made(address: str, text: str) -> Run:
    manifest = json.loads(text)
    if not isinstance(manifest, dict) or not isinstance(manifest["parameters"], dict):
        raise ValueError(address)
    return Run(address, manifest)


def list_traces(files: Mapping[str, bytes], runs: list[Run]) -> list[Trace]:
    """Return each table and figure of the executed notebooks, in the order they are read."""
    traces = []
    for run in runs:
        content = files.get(f"{run.folder}/{FILES['executed']}")
        if content is None:
            continue
        for cell, block in shown_blocks(content):
            kind = block.get("block")
            if kind in _SHOWN:
                traces.append(Trace(run.address, kind, str(block[_SHOWN[kind]]), cell))
    return traces


def shown_blocks(notebook: bytes) -> list[tuple[int, dict]]:
    """Return the records of the blocks of an executed notebook, each with its cell's number.

    Only data is read: nothing of the notebook is run or rendered.
    """
    return [
        (int(cell.get("execution_count") or 0), output["data"][MIME])
        for cell in json.loads(notebook)["cells"]
        for output in cell.get("outputs", [])
        if isinstance(output.get("data", {}).get(MIME), dict)
    ]
