"""The pieces a report is made of. Each is plain data that knows how to write itself as HTML.

JupyterLab shows a block as it is; `toolkit.sharing.render` gathers the same HTML into a page.
Text is escaped here, once, so that no name or note can become live HTML.
"""

import base64
from dataclasses import dataclass, field
from html import escape
from typing import Literal

from toolkit.i18n import Language

# A shape and a word, never colour alone.
_CALLOUT_SHAPES = {"finding": "◆", "caution": "▲", "note": "●", "suppressed": "■"}


@dataclass(frozen=True)
class Heading:
    """A title: level 1 is the question of the report, 2 a section, 3 a part of one."""

    text: str
    level: Literal[1, 2, 3] = 2

    def _repr_html_(self) -> str:
        return f"<h{self.level}>{escape(self.text)}</h{self.level}>"


@dataclass(frozen=True)
class Paragraph:
    """Some sentences; `lead` sets the answer of the report apart."""

    text: str
    lead: bool = False

    def _repr_html_(self) -> str:
        lead = ' class="lead"' if self.lead else ""
        return f"<p{lead}>{escape(self.text)}</p>"


@dataclass(frozen=True)
class Callout:
    """A finding, a caution or a note, with a shape and a word of its own."""

    kind: Literal["finding", "caution", "note", "suppressed"]
    text: str
    lang: Language

    def _repr_html_(self) -> str:
        word = self.lang(f"callout.{self.kind}")
        return (
            f'<div class="callout {self.kind}" role="note"><p><strong>'
            f'<span aria-hidden="true">{_CALLOUT_SHAPES[self.kind]}</span> {escape(word)}</strong> '
            f"{escape(self.text)}</p></div>"
        )


@dataclass(frozen=True)
class Table:
    """A table whose cells are already written in the reader's language.

    Attributes
    ----------
    caption : str
        What the table shows; it stands above.
    header : tuple of str
        Column titles, units included.
    rows : tuple of tuple of str
        Cells; the first of each row is the row's own title.
    note : str
        Under the table: what signs mean, where the numbers come from.
    strong : frozenset of int
        Numbers of the rows that matter most.
    text_columns : frozenset of int
        Columns that hold text: left-aligned, where numbers are right-aligned.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    strong: frozenset[int] = frozenset()
    text_columns: frozenset[int] = field(default=frozenset({0}))

    def _repr_html_(self) -> str:
        head = "".join(
            f'<th scope="col"{self._align(i)}>{escape(title)}</th>'
            for i, title in enumerate(self.header)
        )
        body = "".join(self._row(i, row) for i, row in enumerate(self.rows))
        note = f'<p class="note">{escape(self.note)}</p>' if self.note else ""
        return (
            f'<div class="table" tabindex="0" role="region" aria-label="{escape(self.caption)}">'
            f"<table><caption>{escape(self.caption)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}</div>"
        )

    def _align(self, column: int) -> str:
        return "" if column in self.text_columns else ' class="number"'

    def _row(self, index: int, row: tuple[str, ...]) -> str:
        cells = f'<th scope="row">{escape(row[0])}</th>' + "".join(
            f"<td{self._align(i)}>{escape(cell)}</td>" for i, cell in enumerate(row[1:], start=1)
        )
        strong = ' class="strong"' if index in self.strong else ""
        return f"<tr{strong}>{cells}</tr>"


@dataclass(frozen=True)
class Figure:
    """A figure with what it says in words and the numbers behind it.

    Attributes
    ----------
    svg : bytes
        The drawing.
    title, subtitle, note : str
        What is seen; measure, unit, territory and period; source and date.
    alt : str
        Text alternative: the kind of figure, what it shows, its main numbers.
    table : Table or None
        The numbers drawn, shown folded under the figure.
    lang : Language
    """

    svg: bytes
    title: str
    subtitle: str
    note: str
    alt: str
    lang: Language
    table: Table | None = None

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise ValueError(f"The figure '{self.title}' needs a text alternative (alt).")

    def _repr_html_(self) -> str:
        source = base64.b64encode(self.svg).decode("ascii")
        folded = ""
        if self.table is not None:
            folded = (
                f"<details><summary>{escape(self.lang('figure.data'))}</summary>"
                f"{self.table._repr_html_()}</details>"
            )
        return (
            f'<figure><figcaption><p class="title">{escape(self.title)}</p>'
            f'<p class="subtitle">{escape(self.subtitle)}</p></figcaption>'
            f'<img alt="{escape(self.alt)}" src="data:image/svg+xml;base64,{source}">'
            f'<p class="note">{escape(self.note)}</p>{folded}</figure>'
        )


Block = Heading | Paragraph | Callout | Table | Figure


def show(*blocks: Block) -> None:
    """Display blocks one under another, in a notebook cell."""
    from IPython.display import display

    for block in blocks:
        display(block)
