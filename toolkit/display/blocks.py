"""The pieces a report is made of: plain data that knows how to write itself as HTML.

Text is escaped here, once, so that no name or note can become live markup.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from html import escape
from typing import Literal, get_args
from urllib.parse import quote

from toolkit.display.block_record import Block
from toolkit.i18n import Language

Kind = Literal["finding", "caution", "note", "simulated", "suppressed"]
Status = Literal["descriptive", "exploratory", "locked"]

# What stands in a cell that is hidden: it would show too few people, or let others be computed.
SUPPRESSED = "s"

# A callout has a shape and a word, never colour alone. The shapes are drawn, in a square of ten
# units, on screen and on paper: fonts disagree on such signs.
SHAPES = {
    "finding": "M5 0 10 5 5 10 0 5Z",
    "caution": "M5 .5 10 9.5H0Z",
    "note": "M5 0a5 5 0 0 1 0 10 5 5 0 0 1 0-10Z",
    "simulated": "M0 0H10V2H0ZM0 4H10V6H0ZM0 8H10V10H0Z",
    "suppressed": "M.5 .5H9.5V9.5H.5Z",
}


# A folder within the site of reports.
_FOLDER = re.compile(r"([a-z0-9_-]+/)+")


def on_the_web(address: str) -> str:
    """Return an address of the web, or nothing for one within the site of reports."""
    return address if address.startswith("https://") else ""


@dataclass(frozen=True)
class Masthead(Block):
    """What a report is about and how far it can be trusted, before anything it says.

    Attributes
    ----------
    subject : str
        The territory or project, with its level and code.
    status : {"descriptive", "exploratory", "locked"}
        No effect is estimated; or one is, freely; or by a protocol locked beforehand.
    as_of : date
        Latest update of the data: the date of the report, whenever it is made. Of
        simulated data it is the last day they pretend to describe.
    lang : Language
        The language of the whole report.
    simulated : bool
        Some numbers are made up, with a known effect; every page says so.
    partly : bool
        Where some are, they are those of the tables and figures that say so, and no other.
    grade : str
        Strength of proof, in words; empty when nothing is graded.
    project : str
        Id of the project it evaluates; empty of a report on territories alone.
    territories : tuple of str
        Ids ("DEP-23") of the territories it is about; those treated, of a study.
    verdict : str
        What the evidence allows to conclude ("beneficial"); the page says it in its answer.

    Examples
    --------
    >>> from toolkit import language
    >>> top = {"status": "descriptive", "as_of": date(2026, 1, 1), "lang": language("en")}
    >>> Masthead("Creuse (DEP-23)", **top).simulated
    False
    """

    subject: str
    status: Status
    as_of: date
    lang: Language
    simulated: bool = False
    grade: str = ""
    project: str = ""
    territories: tuple[str, ...] = ()
    verdict: str = ""
    partly: bool = False

    def __post_init__(self) -> None:
        _check_among("status", self.status, Status)

    def facts(self) -> list[str]:
        """Return what the masthead says, one phrase a fact."""
        said = [self.subject, self.lang(f"masthead.status.{self.status}")]
        if self.simulated:
            said.append(self.stamp())
        if self.grade:
            said.append(self.lang("masthead.grade", grade=self.grade))
        return [*said, self.dated()]

    def dated(self) -> str:
        """Return the date in words: of the data, or how far simulated ones go."""
        made_up = self.simulated and not self.partly
        key = "masthead.as_of.simulated" if made_up else "masthead.as_of"
        return self.lang(key, date=self.lang.date(self.as_of))

    def stamp(self) -> str:
        """Return the words that mark a report of which some numbers are simulated, or nothing."""
        part = "partly" if self.partly else "simulated"
        return self.lang(f"masthead.{part}") if self.simulated else ""

    def warning(self) -> "Callout":
        """Return what a report on simulated data says before anything else."""
        part = "partly" if self.partly else "simulated"
        return Callout("simulated", self.lang(f"masthead.{part}.warning"), self.lang)

    def html(self) -> str:
        """Return the facts as a list."""
        facts = "".join(f"<li>{escape(fact)}</li>" for fact in self.facts())
        return f'<ul class="facts" lang="{self.lang.code}">{facts}</ul>'

    def __str__(self) -> str:
        return " · ".join(self.facts())


@dataclass(frozen=True)
class Heading(Block):
    """A title: level 1 is the question of the report, 2 a section, 3 a part of one.

    Examples
    --------
    >>> Heading("Who lives here", level=1).text
    'Who lives here'
    """

    text: str
    level: Literal[1, 2, 3] = 2

    def __post_init__(self) -> None:
        if self.level not in (1, 2, 3):
            raise ValueError(f"The heading '{self.text}' has level {self.level!r}: 1, 2 or 3.")

    def html(self, anchor: str = "") -> str:
        """Return the heading; `anchor` is its address within a page."""
        identifier = f' id="{escape(anchor)}"' if anchor else ""
        return f"<h{self.level}{identifier}>{escape(self.text)}</h{self.level}>"

    def __str__(self) -> str:
        return f"{'#' * self.level} {self.text}"


@dataclass(frozen=True)
class Paragraph(Block):
    """Some sentences; `lead` sets the answer of the report apart.

    `links` are pairs of a term of the text and an address: of the web, or of a folder of the site
    of reports ("projects/demande-unique/"), which only a page of that site can follow. The first
    occurrence of the term becomes the link.

    Examples
    --------
    >>> Paragraph("Fewer people each year.", lead=True).text
    'Fewer people each year.'
    """

    text: str
    lead: bool = False
    links: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for term, address in self.links:
            if not term or term not in self.text:
                raise ValueError(f"The term '{term}' is not in the paragraph '{self.text}'.")
            if not address.startswith("https://") and not _FOLDER.fullmatch(address):
                raise ValueError(
                    f"The address '{address}' of '{term}' must begin with https://, or be a folder "
                    f"of the site of reports, as 'projects/demande-unique/'."
                )

    def pieces(self) -> list[tuple[str, str]]:
        """Cut the text at its links: pairs of text and address, empty where there is no link."""
        pieces, rest = [], self.text
        for term, address in sorted(self.links, key=lambda link: self.text.index(link[0])):
            before, found, after = rest.partition(term)
            if found:  # a term inside another's link is left as text
                pieces += [(before, ""), (term, address)]
                rest = after
        return [piece for piece in [*pieces, (rest, "")] if piece[0]]

    def html(self, follow: Callable[[str], str] = on_the_web) -> str:
        """Return the paragraph with its links; `follow` gives "" for an address it cannot reach."""
        text = "".join(
            f'<a href="{escape(follow(address))}">{escape(words)}</a>'
            if follow(address)
            else escape(words)
            for words, address in self.pieces()
        )
        lead = ' class="lead"' if self.lead else ""
        return f"<p{lead}>{text}</p>"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Callout(Block):
    """A finding, a caution, a note, what is simulated or suppressed: each a shape and a word.

    Examples
    --------
    >>> from toolkit import language
    >>> Callout("caution", "Two years share their surveys.", language("en")).kind
    'caution'
    """

    kind: Kind
    text: str
    lang: Language

    def __post_init__(self) -> None:
        _check_among("kind", self.kind, Kind)

    @property
    def word(self) -> str:
        """The word that says its kind."""
        return self.lang(f"callout.{self.kind}")

    def html(self) -> str:
        """Return the callout as a note."""
        return (
            f'<div class="callout {self.kind}" role="note" lang="{self.lang.code}"><p><strong>'
            f"{_shape(self.kind)} {escape(self.word)}</strong> {escape(self.text)}</p></div>"
        )

    def __str__(self) -> str:
        return f"{self.word} {self.text}"


@dataclass(frozen=True)
class Table(Block):
    """A table whose cells are already written in the reader's language.

    Attributes
    ----------
    caption : str
        What the table shows; it stands above.
    header : tuple of str
        Column titles.
    rows : tuple of tuple of str
        Cells; the first of each row is the row's own title. `SUPPRESSED` in a column of numbers
        marks a hidden cell, and the table then explains it.
    note : str
        Under the table: what signs mean, where the numbers come from.
    strong : frozenset of int
        Numbers of the rows that matter most.
    text_columns : frozenset of int
        Columns that hold text: left-aligned, where numbers are right-aligned.
    units : tuple of str
        One a column, under its title; empty where there is none, or for the whole table.
    langs : tuple of str
        The language ("fr", "en") of the cells of a column that quotes words in their own; empty
        where it is the page's, or for the whole table.
    simulated : bool
        Its numbers are made up, and it says so.
    lang : Language, optional
        Needed to explain what is suppressed or simulated.

    Examples
    --------
    >>> Table("Inhabitants", ("Year", "Creuse"), (("2016", "118,638"), ("2022", "114,000"))).header
    ('Year', 'Creuse')
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    strong: frozenset[int] = frozenset()
    text_columns: frozenset[int] = field(default=frozenset({0}))
    units: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    simulated: bool = False
    lang: Language | None = None

    def __post_init__(self) -> None:
        width = len(self.header)
        uneven = [number for number, row in enumerate(self.rows) if len(row) != width]
        odd = [name for name in ("units", "langs") if len(getattr(self, name)) not in (0, width)]
        if uneven or odd:
            raise ValueError(
                f"The table '{self.caption}' has {width} column titles and {len(self.units)} "
                f"units, {len(self.langs)} langs; rows {uneven} have another number of cells."
            )
        if self.lang is None and (self.simulated or self._has_suppressed()):
            raise ValueError(
                f"The table '{self.caption}' has suppressed or simulated cells: give it lang, "
                f"so that it can say so."
            )

    def explanations(self) -> list[str]:
        """Return what stands under the table: suppressed cells, then its own note."""
        suppressed = [self.lang("table.sign.s")] if self._has_suppressed() else []
        return [*suppressed, *([self.note] if self.note else [])]

    def stamp(self) -> str:
        """Return the word that marks simulated numbers, or nothing."""
        return self.lang("stamp.simulated") if self.simulated else ""

    def html(self) -> str:
        """Return the table, in a frame that scrolls by itself where the screen is narrow."""
        head = "".join(
            f'<th scope="col"{self._align(i)}>{escape(title)}{self._unit(i)}</th>'
            for i, title in enumerate(self.header)
        )
        body = "".join(self._row(i, row) for i, row in enumerate(self.rows))
        note = "".join(f'<p class="note">{escape(text)}</p>' for text in self.explanations())
        lang = f' lang="{self.lang.code}"' if self.lang else ""
        return (
            f'<div class="table"{lang}>'
            f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(self.caption)}">'
            f"<table><caption>{escape(self.caption)}{_stamp('simulated', self.stamp())}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{note}</div>"
        )

    def __str__(self) -> str:
        lines = ["\t".join(cells) for cells in (self.header, *self.rows)]
        return "\n".join([self.caption, *lines, *self.explanations()])

    def _has_suppressed(self) -> bool:
        numbers = set(range(len(self.header))) - self.text_columns
        return any(row[i] == SUPPRESSED for row in self.rows for i in numbers)

    def _align(self, column: int) -> str:
        return "" if column in self.text_columns else ' class="number"'

    def _lang(self, column: int) -> str:
        code = self.langs[column] if self.langs else ""
        return f' lang="{code}"' if code else ""

    def _unit(self, column: int) -> str:
        unit = self.units[column] if self.units else ""
        return f' <span class="unit">{escape(unit)}</span>' if unit else ""

    def _row(self, index: int, row: tuple[str, ...]) -> str:
        cells = f'<th scope="row"{self._lang(0)}>{escape(row[0])}</th>' + "".join(
            f"<td{self._align(i)}{self._lang(i)}>{self._cell(i, cell)}</td>"
            for i, cell in enumerate(row[1:], start=1)
        )
        strong = ' class="strong"' if index in self.strong else ""
        return f"<tr{strong}>{cells}</tr>"

    def _cell(self, column: int, text: str) -> str:
        if text != SUPPRESSED or column in self.text_columns:
            return escape(text)
        return f'<abbr title="{escape(self.lang("table.sign.s"))}">{SUPPRESSED}</abbr>'


@dataclass(frozen=True)
class Figure(Block):
    """A figure with what it says in words and the numbers behind it.

    Attributes
    ----------
    svg : bytes
        The drawing.
    title, subtitle, note : str
        What is seen; measure, unit, territory and period; source and date.
    alt : str
        Text alternative: the kind of figure, what it shows, its main numbers.
    lang : Language
    table : Table or None
        The numbers drawn, shown folded under the figure.
    simulated : bool
        What is drawn is made up, and the figure says so.

    Examples
    --------
    See `plot_population`.
    """

    svg: bytes
    title: str
    subtitle: str
    note: str
    alt: str
    lang: Language
    table: Table | None = None
    simulated: bool = False

    def __post_init__(self) -> None:
        if not self.alt.strip() or self.alt.strip() == self.title.strip():
            raise ValueError(
                f"The figure '{self.title}' needs a text alternative (alt) that says what kind of "
                f"figure it is, what it shows and its main numbers; it has '{self.alt}'."
            )

    def stamp(self) -> str:
        """Return the word that marks simulated numbers, or nothing."""
        return self.lang("stamp.simulated") if self.simulated else ""

    def html(self) -> str:
        """Return the figure with its data folded under it."""
        source = _address_of(self.svg)
        folded = ""
        if self.table is not None:
            folded = (
                f"<details><summary>{escape(self.lang('figure.data'))}"
                f'<span class="visually-hidden"> ({escape(self.title)})</span></summary>'
                f"{self.table.html()}</details>"
            )
        return (
            f'<figure lang="{self.lang.code}"><figcaption><p class="title">{escape(self.title)}'
            f"{_stamp('simulated', self.stamp())}</p>"
            f'<p class="subtitle">{escape(self.subtitle)}</p></figcaption>'
            f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(self.title)}">'
            f'<img alt="{escape(self.alt)}" src="{source}"></div>'
            f'<p class="note">{escape(self.note)}</p>{folded}</figure>'
        )

    def __str__(self) -> str:
        return f"{self.title}\n{self.alt}"


def show(*blocks: Block) -> None:
    """Display blocks one under another, in a notebook cell.

    Examples
    --------
    See `Paragraph`.
    """
    from IPython.display import display

    for block in blocks:
        display(block)


def _check_among(name: str, value: object, known) -> None:
    if value not in get_args(known):
        raise ValueError(f"{name} is {value!r}: one of {', '.join(get_args(known))}.")


def _shape(kind: str) -> str:
    return (
        f'<svg class="shape" viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">'
        f'<path d="{SHAPES[kind]}"/></svg>'
    )


def _address_of(svg: bytes) -> str:
    """Return a drawing as an address that holds it: as text, a quarter less than in base64."""
    text = svg if b"'" in svg else svg.replace(b'"', b"'")
    return "data:image/svg+xml," + escape(quote(text, safe=" !$&'()*+,-./:;=?@_~"), quote=False)


def _stamp(kind: str, word: str) -> str:
    return f' <span class="stamp">{_shape(kind)} {escape(word)}</span>' if word else ""
