"""The amendments of a study's protocol: when, why, and what each of them changed."""

from toolkit.display.blocks import Block, Callout, Heading, Paragraph, Table
from toolkit.i18n import Language
from toolkit.study.amendments import Amended, read_amendments
from toolkit.study.analyse import Study


def list_amendments(study: Study, *, lang: Language) -> list[Block]:
    """Return each amendment with its date, its reason, and the keys that it changed.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    found = read_amendments(study.file)
    if not found:
        return []
    blocks: list[Block] = [Heading(lang("study.amendments.title"))]
    for amended in found:
        reason = getattr(amended.reason, lang.code)
        text = lang("study.amended", date=lang.date(amended.amended_on), reason=reason)
        blocks.append(Paragraph(text))
        if not amended.kept:
            blocks.append(Callout("caution", lang("study.amendment_lost"), lang))
        elif amended.changes:
            blocks.append(_table(amended, lang))
        else:
            blocks.append(Paragraph(lang("study.amendment_empty")))
    return blocks


def _table(amended: Amended, lang: Language) -> Table:
    names = ("key", "was", "now")
    return Table(
        caption=lang("study.amended_keys", date=lang.date(amended.amended_on)),
        header=tuple(lang(f"study.amended.{name}") for name in names),
        rows=tuple((c.subject, c.locked, c.found) for c in amended.changes),
        text_columns=frozenset(range(len(names))),
        lang=lang,
    )
