"""How a block leaves a notebook and is read again: a record, JSON under a private MIME type.

A displayed block leaves three forms. JupyterLab shows its HTML; a terminal its text; its record is
what `toolkit.sharing` makes the page and the PDF from. Text is kept raw in the record: whoever
writes it out escapes it, once.
"""

from dataclasses import fields
from datetime import date
from typing import ClassVar

from toolkit.errors import ToolkitError
from toolkit.i18n import Language, interface_language, language

MIME = "application/vnd.futurs-publics.block+json"
VERSION = 1  # of the record: raised when a reader of today could no longer read it

# Where a notebook is open there is no page style: enough to read well, in the notebook's colours.
_LAB_STYLE = (
    "<style>.futurs{max-width:46rem;line-height:1.5;font-size:1rem}"
    ".futurs .callout{border-left:5px solid;padding:4px 14px;margin:8px 0}"
    ".futurs .shape{width:.7em;height:.7em;fill:currentColor}"
    ".futurs .lead{font-size:1.15rem}.futurs .title{font-weight:700;margin:0}"
    ".futurs .subtitle,.futurs p.note,.futurs .unit,.futurs .facts{opacity:.85;margin:2px 0}"
    ".futurs .unit{display:block;font-weight:400}.futurs .facts{list-style:none;padding:0}"
    ".futurs figure{margin:8px 0}.futurs img{max-width:100%;background:#fff}"
    ".futurs caption{text-align:left;font-weight:700}.futurs tr.strong *{font-weight:700}"
    ".futurs th,.futurs td{text-align:left}.futurs .number{text-align:right}"
    ".futurs .visually-hidden{display:none}</style>"
)


class Block:
    """What every block does when a cell displays it; `toolkit.display.blocks` has the kinds."""

    kinds: ClassVar[dict[str, type["Block"]]] = {}

    def __init_subclass__(cls) -> None:
        Block.kinds[cls.__name__.lower()] = cls

    def html(self) -> str:
        """Return the block as HTML, without style."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return f'{_LAB_STYLE}<div class="futurs">{self.html()}</div>'

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, object]:
        return {"text/html": self._repr_html_(), "text/plain": str(self), MIME: to_record(self)}


def to_record(block: Block) -> dict[str, object]:
    """Return a block as JSON data, with its kind and the version of this form."""
    values = {f.name: _to_json(getattr(block, f.name)) for f in fields(block)}
    return {"version": VERSION, "block": type(block).__name__.lower(), **values}


def from_record(record: dict[str, object]) -> Block:
    """Return the block of a record.

    Raises
    ------
    ToolkitError
        The record is of another version, or is not one that `to_record` gives.
    """
    say = interface_language()
    if record.get("version") != VERSION:
        seen = record.get("version")
        raise ToolkitError(say("error.block_version", seen=seen, known=VERSION))
    values = {name: value for name, value in record.items() if name not in ("version", "block")}
    try:
        kind = Block.kinds[record["block"]]
        # A field that is newer than the record keeps its default.
        known = [f for f in fields(kind) if f.name in values]
        return kind(**{f.name: _from_json(f, values.pop(f.name)) for f in known}, **values)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        name = record.get("block")
        raise ToolkitError(say("error.bad_block", block=name, reason=repr(error))) from error


def _to_json(value: object) -> object:
    match value:
        case Language():
            return value.code
        case Block():
            return to_record(value)
        case bytes():
            return value.decode("utf-8")
        case date():
            return value.isoformat()
        case frozenset():
            return sorted(value)
    return value


# How a field is read back, by its name; any other must already be of its declared type.
_READERS = {
    "lang": language,
    "svg": str.encode,
    "as_of": date.fromisoformat,
    "table": from_record,
    "header": lambda cells: tuple(map(_text, cells)),
    "units": lambda cells: tuple(map(_text, cells)),
    "langs": lambda codes: tuple(language(code).code if code else "" for code in codes),
    "territories": lambda ids: tuple(map(_text, ids)),
    "rows": lambda rows: tuple(tuple(map(_text, row)) for row in rows),
    "links": lambda links: tuple(tuple(map(_text, link)) for link in links),
    "strong": frozenset,
    "text_columns": frozenset,
}


def _from_json(declared, value: object) -> object:
    if declared.name in _READERS:
        return None if value is None else _READERS[declared.name](value)
    return _text(value) if declared.type is str else value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} must be text")
    return value
