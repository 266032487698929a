"""An executed notebook as a document: its masthead, its title, and its parts in order.

Only blocks are read, never the HTML that other objects leave: what a page holds is what our own
writers wrote.
"""

from dataclasses import dataclass

from toolkit.display.block_record import MIME, Block, from_record, to_record
from toolkit.display.blocks import Heading, Masthead
from toolkit.errors import ToolkitError
from toolkit.i18n import interface_language
from toolkit.runs.manifest import SKIPPED


@dataclass(frozen=True)
class Code:
    """A code cell: its number in the notebook, its source, and what it printed besides blocks."""

    number: int
    source: str
    printed: str


@dataclass(frozen=True)
class Document:
    """What a page and a PDF are made from; `parts` are without the masthead and the title."""

    masthead: Masthead
    title: str
    parts: tuple[Block | Code, ...]

    def facts(self) -> dict[str, object]:
        """Return what an index says of it, as JSON: its masthead and its title."""
        facts = to_record(self.masthead) | {"title": self.title}
        return {name: value for name, value in facts.items() if name not in ("version", "block")}

    def blocks(self) -> list[Block]:
        """Return the parts that a reader without interest in code sees."""
        return [part for part in self.parts if isinstance(part, Block)]


def read_document(notebook, *, name: str) -> Document:
    """Read the blocks and the code of an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        Executed. It shows one `Masthead`, one `Heading` of level 1, then whatever it has to say.
    name : str
        Its file name, for errors.

    Raises
    ------
    ToolkitError
        Nothing was executed, or the document has not one masthead, one title and headings that
        descend a level at a time: all that is wrong in one message.
    """
    say = interface_language()
    parts = [part for cell in notebook.cells if _is_read(cell) for part in _read(cell)]
    blocks = [part for part in parts if isinstance(part, Block)]
    if not blocks:
        raise ToolkitError(say("error.no_blocks", notebook=name))
    mastheads = [block for block in blocks if isinstance(block, Masthead)]
    headings = [block for block in blocks if isinstance(block, Heading)]
    titles = [heading for heading in headings if heading.level == 1]
    faults = [
        say(f"error.number_of.{kind}", n=len(found))
        for kind, found in (("masthead", mastheads), ("title", titles))
        if len(found) != 1
    ]
    level = 1
    for heading in headings:
        if heading.level > level + 1:
            faults.append(say("error.heading_jump", text=heading.text, level=heading.level))
        level = heading.level
    if faults:
        raise ToolkitError("\n".join([say("error.document", notebook=name), *faults]))
    kept = tuple(part for part in parts if part not in (mastheads[0], titles[0]))
    return Document(mastheads[0], titles[0].text, kept)


def _is_read(cell) -> bool:
    return cell.cell_type == "code" and SKIPPED not in cell.metadata.get("tags", [])


def _read(cell) -> list[Block | Code]:
    """Return a cell's source, then its blocks."""
    blocks = [from_record(o.data[MIME]) for o in cell.outputs if MIME in o.get("data", {})]
    printed = "".join(_printed(output) for output in cell.outputs)
    if not cell.source.strip():
        return blocks
    return [Code(cell.execution_count or 0, cell.source, printed), *blocks]


def _printed(output) -> str:
    if output.output_type == "stream":
        return output.text
    data = output.get("data", {})
    return "" if MIME in data or "text/plain" not in data else data["text/plain"] + "\n"
