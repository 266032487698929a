"""A document as an accessible PDF (PDF/A-2a and PDF/UA-1), through Typst.

Blocks reach the template as JSON: their text is data there, never markup. The date of the file is
that of the data, so that equal inputs give equal bytes.
"""

import json
import re
from pathlib import Path

import typst

from toolkit.display.block_record import Block
from toolkit.display.blocks import (
    SHAPES,
    Callout,
    Figure,
    Heading,
    Paragraph,
    Table,
    on_the_web,
)
from toolkit.i18n import Language
from toolkit.sharing.acronyms import explain_acronyms
from toolkit.sharing.document import Document
from toolkit.sharing.provenance import list_inputs, rerun_command

_TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
_FONTS = Path(__file__).parents[1] / "display" / "fonts"
STANDARDS = ["a-2a", "ua-1"]
_HASH = 12  # characters of a hash
_LINE = 100  # characters of a table's text across the page
_LONGEST = 40  # rows of the table behind a figure; more is for the page


def render_pdf(document: Document, manifest: dict) -> bytes:
    """Write a document as PDF; figures are drawn from the same SVG as the page's.

    Parameters
    ----------
    document : Document
    manifest : dict
        As `toolkit.runs.manifest.describe_run` gives it: the last section says what is in it.

    Returns
    -------
    bytes
        Tagged, with bookmarks and fonts inside. Code cells are left to the page.
    """
    report = json.dumps(_describe(document, manifest), ensure_ascii=False)
    return typst.compile(
        str(_TEMPLATE),
        root=str(_TEMPLATE.parent),
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"report": report},
        pdf_standards=STANDARDS,
    )


def _describe(document: Document, manifest: dict) -> dict[str, object]:
    masthead = document.masthead
    lang = masthead.lang
    day, shown = masthead.as_of, document.blocks()
    return {
        "lang": lang.code,
        "region": {"fr": "FR", "en": "GB"}[lang.code],
        "title": document.title,
        "date": [day.year, day.month, day.day],
        "programme": lang("page.programme"),
        "subject": masthead.subject,
        "facts": masthead.facts(),
        "simulated": masthead.stamp(),
        "licence": lang("page.licence"),
        "cite": lang(
            "page.cite",
            title=lang.quoted(document.title),
            dated=masthead.dated(),
            toolkit=manifest["toolkit"],
        ),
        "parts": [
            *([_write(masthead.warning())] if masthead.simulated else []),
            *_with_rights([*shown, *explain_acronyms(shown, lang)]),
            *_how_made(manifest, lang),
        ],
    }


def _with_rights(blocks: list[Block]) -> list[dict[str, object]]:
    """Return the blocks as parts; licence and citation stand between the answer and the rest."""
    headings = (i for i, block in enumerate(blocks) if isinstance(block, Heading))
    first = next(headings, len(blocks))
    parts = [_write(block) for block in blocks]
    return [*parts[:first], {"kind": "rights"}, *parts[first:]]


def _how_made(manifest: dict, lang: Language) -> list[dict[str, object]]:
    """Return the last section as parts like any other."""
    say = {"toolkit": manifest["toolkit"], "python": manifest["python"]}
    again = rerun_command(manifest)
    later = [lang("page.how_made.later")] if manifest.get("rendered_later") else []
    sentences = [
        lang("page.how_made.text", notebook=manifest["notebook"], **say),
        *later,
        *([f"{lang('page.how_made.again')} {again}"] if again else []),
    ]
    inputs = Table(
        caption=lang("page.how_made.caption"),
        header=(lang("page.how_made.item"), lang("page.how_made.value")),
        rows=tuple((name, _short(value)) for name, value in list_inputs(manifest, lang)),
        text_columns=frozenset({0, 1}),
        note=lang("page.how_made.short"),
    )
    parts = [Heading(lang("page.how_made")), *map(Paragraph, sentences)]
    return [*map(_write, parts), {**_write(inputs), "small": True}]


def _short(value: str) -> str:
    """Cut a hash to what tells it from any other; the page has it whole."""
    return f"{value[:_HASH]}…" if re.fullmatch(r"[0-9a-f]{64}", value) else value


def _write(block: Block) -> dict[str, object]:
    """Return what the template needs of a block."""
    match block:
        case Heading():
            return {"kind": "heading", "text": block.text, "level": block.level}
        case Paragraph():
            pieces = [{"text": t, "link": on_the_web(address)} for t, address in block.pieces()]
            return {"kind": "paragraph", "pieces": pieces, "lead": block.lead}
        case Callout():
            shape = _shape(block.kind)
            warns = block.kind in ("caution", "simulated", "suppressed")
            return {
                "kind": "callout", "shape": shape, "warns": warns, "word": block.word,
                "text": block.text, "lang": block.lang.code,
            }  # fmt: skip
        case Table():
            return {
                "kind": "table", "caption": block.caption, "stamp": block.stamp(),
                "header": block.header, "units": block.units, "langs": block.langs,
                "rows": block.rows, "strong": sorted(block.strong),
                "text_columns": sorted(block.text_columns),
                "widths": _widths(block), "notes": block.explanations(), "small": False,
            }  # fmt: skip
        case Figure():
            return {
                "kind": "figure", "svg": block.svg.decode("utf-8"), "alt": block.alt,
                "title": block.title, "stamp": block.stamp(), "subtitle": block.subtitle,
                "lang": block.lang.code, "tall": _is_tall(block.svg), **_data(block),
            }  # fmt: skip
    raise TypeError(f"No PDF form for {type(block).__name__}.")


def _data(figure: Figure) -> dict[str, object]:
    """Return a figure's note and the table behind it; a long one is left to the page, and said."""
    table = figure.table
    if table is None or len(table.rows) <= _LONGEST:
        return {"note": figure.note, "table": table and {**_write(table), "small": True}}
    left = figure.lang("figure.data_in_page", n=figure.lang.number(len(table.rows)))
    return {"note": f"{figure.note} {left}", "table": None}


def _is_tall(svg: bytes) -> bool:
    """Tell whether a drawing at full width would take more than half of a page."""
    size = re.search(rb'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    return size is not None and float(size[2]) > 0.75 * float(size[1])


def _widths(table: Table) -> list[float]:
    """Return the share of the width each column needs: long texts wrap, words stay whole."""
    columns = zip(table.header, *table.rows, strict=True)
    least, more = [], []
    for cells in columns:
        title, *words = (max(map(len, cell.split(" "))) for cell in cells)
        longest_cell = max(len(cell) for cell in cells[1:] or cells)
        # Titles are bold. A column of sentences takes more than one of names, though it wraps too.
        word = max(1.1 * title, *words, 0) + 3
        sentences = min(max(longest_cell - 30, 0) // 4, 40)
        least.append(word)
        more.append(max(min(longest_cell, 30) + sentences + 3 - word, 0))
    # Where not all fits on a line, it is the long texts that give way.
    spare = max(_LINE - sum(least), 0)
    fits = min(spare / sum(more), 1) if sum(more) else 0
    return [word + fits * rest for word, rest in zip(least, more, strict=True)]


def _shape(kind: str) -> str:
    colour = "#8a4b00" if kind in ("caution", "simulated", "suppressed") else "#0b4f8a"
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10" viewBox="0 0 10 10">'
        f'<path fill="{colour}" d="{SHAPES[kind]}"/></svg>'
    )
