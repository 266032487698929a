"""The evidence of every kind set beside the effect, and the contribution story it makes."""

from toolkit.display.blocks import Block, Callout, Heading, Paragraph, Table
from toolkit.display.facts import count_present, tabulate_facts
from toolkit.estimate import write_value
from toolkit.i18n import Language
from toolkit.records.portfolio import Project
from toolkit.study.analyse import Study
from toolkit.study.completeness import gramms
from toolkit.study.contribution import Contribution, evidence_pieces
from toolkit.study.facts import word
from toolkit.study.protocol_rules import CHECKS
from toolkit.study.reading import Reading

_EVERY_CHECK = {check for checks in CHECKS.values() for check in checks}


def warn_of_doubts(story: Contribution, *, lang: Language) -> list[Block]:
    """Say that a beneficial effect may not be the project's, or that one may be hidden.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    if story.claim not in ("rivalled", "partial", "hidden"):
        return []
    return [Callout("caution", lang(f"claim.{story.claim}"), lang)]


def integrate_evidence(
    study: Study, project: Project, story: Contribution, reading: Reading, *, lang: Language
) -> list[Block]:
    """Show every piece of evidence, how it agrees with the interval, and how methods were mixed.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    blocks: list[Block] = [Heading(lang("evidence.title"))]
    simulated = project.facts.simulated
    pieces = evidence_pieces(project)
    if pieces:
        blocks.append(_tabulate_pieces(pieces, project, lang))
    else:
        place = f"data/projects/{project.id}/evidence.csv"
        blocks.append(Paragraph(lang("fact.missing", place=place)))
    if story.strands:
        blocks.append(_tabulate_strands(study, story, simulated, lang))
    facts = gramms(study.id, reading, story.strands)
    present, of = count_present(facts)
    return [
        *blocks,
        Heading(lang("gramms.title"), level=3),
        Paragraph(lang("gramms.complete", n=present, of=of)),
        tabulate_facts(
            facts,
            caption=lang("gramms.caption"),
            names={fact.topic: lang(f"gramms.item.{fact.topic}") for fact in facts},
            head=lang("gramms.head"),
            lang=lang,
            simulated=simulated,
        ),
    ]


def tell_contribution(story: Contribution, *, lang: Language, simulated: bool) -> list[Block]:
    """Say whether the project can be said to have contributed, on which four conditions.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    kind = "finding" if story.claim == "credible" else "caution"
    conditions = tabulate_facts(
        story.conditions,
        caption=lang("condition.caption"),
        names={fact.topic: lang(f"condition.name.{fact.topic}") for fact in story.conditions},
        head=lang("condition.head"),
        lang=lang,
        simulated=simulated,
    )
    blocks: list[Block] = [
        Heading(lang("claim.title")),
        Callout(kind, lang(f"claim.{story.claim}"), lang),
        conditions,
    ]
    if story.rivals:
        blocks.append(_tabulate_rivals(story, simulated, lang))
    return blocks


def _tabulate_pieces(pieces, project: Project, lang: Language) -> Table:
    rows = tuple(
        (
            piece.id,
            getattr(piece.claim, lang.code),
            getattr(word("evidence_type", piece.type), lang.code),
            getattr(word("evidence_direction", piece.direction), lang.code),
            lang("evidence.of_three", strength=piece.strength),
        )
        for piece in pieces
    )
    columns = ("id", "claim", "type", "direction", "strength")
    return Table(
        caption=lang("evidence.caption"),
        header=tuple(lang(f"evidence.{name}") for name in columns),
        rows=rows,
        note=lang("evidence.note", place=f"data/projects/{project.id}/evidence.csv"),
        text_columns=frozenset(range(5)),
        simulated=project.facts.simulated,
        lang=lang,
    )


def _tabulate_strands(study: Study, story: Contribution, simulated: bool, lang: Language) -> Table:
    e = study.estimate
    low, high = (write_value(end, e.unit, lang) for end in (e.low, e.high))
    interval = lang("interval.ends", low=low, high=high)
    rows = tuple(
        (
            getattr(strand.label, lang.code),
            interval if strand.measured else lang("strand.unmeasured"),
            ", ".join(f"{p.id} ({_side(p.direction, lang)})" for p in strand.pieces) or "–",
            lang(f"strand.{strand.agreement}", interval=interval),
        )
        for strand in story.strands
    )
    measured = [i for i, strand in enumerate(story.strands) if strand.measured]
    return Table(
        caption=lang("strand.caption"),
        header=tuple(lang(f"strand.head.{name}") for name in ("step", "effect", "other", "said")),
        rows=rows,
        strong=frozenset(measured),
        text_columns=frozenset(range(4)),
        note=lang("strand.note"),
        simulated=simulated,
        lang=lang,
    )


def _side(direction: str, lang: Language) -> str:
    return getattr(word("evidence_direction", direction), lang.code)


def _tabulate_rivals(story: Contribution, simulated: bool, lang: Language) -> Table:
    rows = tuple(
        (
            getattr(rival.explanation, lang.code),
            _named(rival.supporting, lang),
            _named(rival.weakening, lang),
            lang(f"rival.{rival.state}"),
        )
        for rival in story.rivals
    )
    return Table(
        caption=lang("rival.caption"),
        header=tuple(
            lang(f"rival.head.{name}") for name in ("explanation", "supports", "weakens", "state")
        ),
        rows=rows,
        text_columns=frozenset(range(4)),
        note=lang("rival.note"),
        simulated=simulated,
        lang=lang,
    )


def _named(codes: tuple[str, ...], lang: Language) -> str:
    """Name checks in words; pieces of evidence keep their id."""
    names = [lang(f"check.{code}.name") if code in _EVERY_CHECK else code for code in codes]
    return lang.join(names) if names else "–"
