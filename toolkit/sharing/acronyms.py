"""What the acronyms of a report stand for, at its end: nobody knows all those of the others."""

import re
from collections.abc import Iterable

from toolkit.display.blocks import Block, Heading, Table
from toolkit.i18n import Language

# Those that stand in names, sources and vocabularies; the catalogue says what each stands for.
ACRONYMS = (
    "APA", "CA", "CAD", "CC", "CU", "Caf", "DAC", "DGCL", "DINUM", "DREES", "EPCI", "GRAMMS",
    "IGPDE", "Insee", "MAP", "NPM", "OCDE", "OECD", "OPSI", "SGMAP", "TIDieR",
)  # fmt: skip


def explain_acronyms(blocks: Iterable[Block], lang: Language) -> list[Block]:
    """Return a table of the acronyms that some blocks use, in alphabetical order; none if none."""
    text = "\n".join(f"{block}\n{getattr(block, 'note', '')}" for block in blocks)
    words = set(re.findall(r"\w+", text))
    rows = tuple((name, lang(f"acronym.{name}")) for name in ACRONYMS if name in words)
    if not rows:
        return []
    return [
        Heading(lang("acronyms.title")),
        Table(
            caption=lang("acronyms.caption"),
            header=(lang("acronyms.acronym"), lang("acronyms.meaning")),
            rows=tuple(sorted(rows, key=lambda row: row[0].casefold())),
            text_columns=frozenset({0, 1}),
            lang=lang,
        ),
    ]
