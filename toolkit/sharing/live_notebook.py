"""What in a notebook would run or load where it is opened, before anyone runs a cell.

JupyterLab shows outputs as they were left. Ours are blocks, whose HTML is held to what our pages
may have, and text. What a cell would do when it is run is for whoever runs it.
"""

import json
from collections.abc import Iterator

from toolkit.display.block_record import MIME
from toolkit.records.faults import Fault
from toolkit.sharing.live_pages import page_faults
from toolkit.sharing.live_text import markdown_live

_PARTS = {"cells", "metadata", "nbformat", "nbformat_minor"}
_TOLD = {"kernelspec", "language_info", "papermill"}
_CELL = {"cell_type", "id", "metadata", "source", "execution_count", "outputs"}
_CELL_TOLD = {"papermill", "tags"}
_INERT = {MIME, "text/plain", "image/png", "image/jpeg"}
# What reading JSON of another's making can raise.
_SHAPES = (KeyError, TypeError, ValueError, AttributeError, RecursionError)


def notebook_faults(name: str, content: bytes) -> Iterator[Fault]:
    """Yield what a notebook of the toolkit never holds, each with the cell, counted from one."""
    try:
        notebook = json.loads(content)
        for seen in sorted({*notebook} - _PARTS | {*notebook["metadata"]} - _TOLD):
            yield Fault(name, "notebook_form", value=seen)
        for number, cell in enumerate(notebook["cells"], 1):
            for seen in _cell(name, cell):
                yield Fault(name, "notebook_live", value=seen, details={"cell": str(number)})
    except _SHAPES as error:
        yield Fault(name, "json_damaged", value=f"{type(error).__name__} {error}")


def _cell(name: str, cell: dict) -> Iterator[str]:
    """Yield what is of no cell of ours: attachments, marks of trust, live text or outputs."""
    yield from sorted(cell.keys() - _CELL)
    yield from sorted(cell["metadata"].keys() - _CELL_TOLD)
    if cell["cell_type"] == "markdown":
        for _, seen in markdown_live(_text(cell["source"])):
            yield seen
    elif cell["cell_type"] != "code":
        yield str(cell["cell_type"])
    for output in cell.get("outputs", []):
        yield from _output(name, output)


def _output(name: str, output: dict) -> Iterator[str]:
    if output["output_type"] in ("stream", "error"):
        return
    if output["metadata"]:
        yield from sorted(output["metadata"])
    for kind, shown in output["data"].items():
        if kind == "text/html":
            for fault in page_faults(name, _text(shown)):
                yield f"{kind}: {fault.value}"
        elif kind not in _INERT:
            yield kind


def _text(value: object) -> str:
    """Return a text that a notebook may hold line by line."""
    return value if isinstance(value, str) else "".join(value)
