"""What came of checking a bundle, and of running it again: as a page, and as data.

What a bundle says is shown as text, escaped once: a hostile name or title never becomes markup.
"""

from collections.abc import Iterator

from toolkit.display.block_record import Block
from toolkit.display.blocks import Callout, Heading, Paragraph, Table
from toolkit.i18n import LANGUAGES, Language, language
from toolkit.sharing.render import index_name, page_style, page_template
from toolkit.sharing.reproduce import Reproduction
from toolkit.sharing.verify import Checked

KINDS = ("figure", "table", "sentence", "number", "failure")
OUTCOMES = ("identical", "same", "different", "missing")
_MOST = 200  # differences shown; the data has all


def render_verification(
    name: str, checked: Checked, reproduction: Reproduction | None, lang: Language
) -> str:
    """Render the page in one language; it makes no request."""
    other = next(language(code) for code in LANGUAGES if code != lang.code)
    blocks = [*_intact(checked, lang), *(_again(reproduction, lang) if reproduction else [])]
    return page_template("verification.html").render(
        lang=lang,
        other=other,
        other_page=index_name(other.code),
        title=lang("verify.title", name=name),
        body="\n".join(block.html() for block in blocks),
        style=page_style(),
    )


def verification_record(name: str, checked: Checked, reproduction: Reproduction | None) -> dict:
    """Return the same as plain data.

    Returns
    -------
    dict
        bundle, sha256, intact, signer, faults; and of an execution verdict, environment (kind,
        python and versions that differ), commands, missing, same_files and items.
    """
    lang = language("en")
    record = {
        "bundle": name,
        "sha256": checked.sha256,
        "intact": not checked.faults,
        "signer": checked.signer,
        "faults": [fault.as_record(lang) for fault in checked.faults],
    }
    if reproduction is None:
        return record
    return record | {
        "verdict": reproduction.verdict,
        "environment": {
            "kind": reproduction.environment.kind,
            "differences": reproduction.environment.differences,
        },
        "commands": [{"command": r.command, "code": r.code} for r in reproduction.ran],
        "missing": list(reproduction.missing),
        "same_files": list(reproduction.same_files),
        "items": [vars(item) for item in reproduction.items],
    }


def explain_verdict(reproduction: Reproduction, lang: Language) -> list[str]:
    """Return the verdict in words, and the reasons for any that is not full."""
    said = [lang(f"verify.verdict.{reproduction.verdict}")]
    lost = [item for item in reproduction.items if item.outcome in ("different", "missing")]
    if lost:
        said.append(lang.plural("verify.lost", len(lost), all=len(reproduction.items)))
    if reproduction.missing:
        said.append(lang("verify.missing", files=", ".join(reproduction.missing)))
    failed = [ran for ran in reproduction.ran if ran.code and ran.code != 1]
    if failed or (lost and any(ran.code for ran in reproduction.ran)):
        words = next(ran.words for ran in reproduction.ran if ran.code).strip()
        said.append(lang("verify.command_failed", words=words[-500:]))
    for name, (then, now) in reproduction.environment.differences.items():
        said.append(lang("verify.version", name=name, then=then, now=now))
    return said


def _intact(checked: Checked, lang: Language) -> Iterator[Block]:
    yield Paragraph(lang("verify.sha256", sha256=checked.sha256))
    if checked.signer:
        yield Paragraph(lang("verify.signed", signer=checked.signer))
    if not checked.faults:
        files = lang.number(len(checked.files))
        yield Callout("finding", lang("verify.intact", files=files), lang)
        return
    yield Callout("caution", lang.plural("fault.total", len(checked.faults)), lang)
    rows = tuple((f.file, f.message(lang), f.remedy(lang)) for f in checked.faults[:_MOST])
    header = tuple(lang(f"verify.{name}") for name in ("file", "fault", "remedy"))
    yield Table(lang("verify.faults"), header, rows, text_columns=frozenset({0, 1, 2}), lang=lang)


def _again(reproduction: Reproduction, lang: Language) -> Iterator[Block]:
    yield Heading(lang("verify.again"))
    good = reproduction.verdict in ("full", "minor")
    said = explain_verdict(reproduction, lang)
    yield Callout("finding" if good else "caution", said[0], lang)
    yield from (Paragraph(sentence) for sentence in said[1:])
    yield Paragraph(lang(f"verify.environment.{reproduction.environment.kind}"))
    same, everything = reproduction.same_files
    yield Paragraph(lang("verify.same_files", same=same, all=everything))
    counts = reproduction.counts()
    rows = tuple(
        (lang(f"verify.kind.{kind}"), *(str(counts[kind][outcome]) for outcome in OUTCOMES))
        for kind in KINDS
        if kind in counts
    )
    header = (lang("verify.kind"), *(lang(f"verify.outcome.{outcome}") for outcome in OUTCOMES))
    yield Table(lang("verify.counts"), header, rows, note=lang("verify.tolerance"), lang=lang)
    lost = [i for i in reproduction.items if i.outcome in ("different", "missing")]
    if lost:
        header = tuple(lang(f"verify.{name}") for name in ("where", "what", "was", "now"))
        shown = tuple((i.where, i.title, i.was, i.now or "–") for i in lost[:_MOST])
        columns = frozenset(range(len(header)))
        yield Table(lang("verify.differences"), header, shown, text_columns=columns, lang=lang)
