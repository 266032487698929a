"""The case for the OECD observatory in a notebook: how far it is, what it says, what is missing."""

from datetime import date
from itertools import groupby

from toolkit.display.blocks import Block, Heading, Masthead, Paragraph, Table
from toolkit.i18n import Language
from toolkit.sharing.opsi_case import Answer, Case
from toolkit.sharing.opsi_lints import count

_NOTHING = "–"


def introduce_case(case: Case, *, lang: Language) -> list[Block]:
    """Return the top of the page: the state of the case, what is to mend, the conditions.

    Examples
    --------
    See ``notebooks/oecd_case_study.ipynb``.
    """
    facts = case.project.facts
    title = getattr(facts.title, lang.code)
    asked = [answer for answer in case.answers if not answer.asked.by_hand]
    filled = sum(bool(answer.text) for answer in asked)
    counts = {"n": lang.number(filled), "of": lang.number(len(asked))}
    return [
        Masthead(
            subject=title,
            status="descriptive",
            as_of=case.project.updated_on,
            lang=lang,
            simulated=facts.simulated,
            project=case.project.id,
        ),
        Heading(lang("case.question", title=title), level=1),
        Paragraph(" ".join([lang(f"opsi.state.{case.state}"), *hindrances(case, lang)]), lead=True),
        Paragraph(lang("case.filled", version=write_day(case.form.version, lang), **counts)),
        Heading(lang("opsi.gates")),
        _gates(case, lang),
    ]


def show_case(case: Case, *, lang: Language) -> list[Block]:
    """Lay out the answers as the form groups them, each with its origin and what is to mend.

    Examples
    --------
    See ``notebooks/oecd_case_study.ipynb``.
    """
    blocks: list[Block] = [
        Heading(lang("case.answers")),
        Paragraph(lang("case.answers_are_english", project=case.project.id)),
    ]
    asked = [answer for answer in case.answers if not answer.asked.by_hand]
    for group, answers in groupby(asked, lambda answer: answer.asked.group):
        blocks.append(_answers(case, group or "about", list(answers), lang))
    said = [f"{write_day(day, lang)} – {title}" for day, title in case.actions]
    actions = " · ".join(said) or lang("opsi.no_action")
    return [*blocks, Paragraph(f"{lang('opsi.actions')}{lang('index.colon')} {actions}")]


def write_day(day: str, lang: Language) -> str:
    """Write a day of the form or of a record ("2021-04-21") as the reader does."""
    return lang.date(date.fromisoformat(day))


def hindrances(case: Case, lang: Language) -> list[str]:
    """Say how many fields, and which conditions, keep a case from being sent."""
    blocked = sum(answer.blocked for answer in case.answers)
    said = [lang.plural("opsi.to_mend", blocked)] if blocked else []
    for outcome in ("failed", "unknown"):
        names = [lang(f"opsi.gate.{gate.name}") for gate in case.gates if gate.outcome == outcome]
        if names:
            said.append(lang.plural(f"case.{outcome}", len(names), conditions=lang.join(names)))
    return said


def _gates(case: Case, lang: Language) -> Table:
    return Table(
        caption=lang("case.gates"),
        header=tuple(lang(f"case.column.{name}") for name in ("condition", "met", "why")),
        rows=tuple(
            (
                lang(f"opsi.gate.{gate.name}"),
                lang(f"case.outcome.{gate.outcome}"),
                _sentence(gate.sentence(lang)),
            )
            for gate in case.gates
        ),
        text_columns=frozenset(range(3)),
        lang=lang,
    )


def _answers(case: Case, group: str, answers: list[Answer], lang: Language) -> Table:
    names = ("field", "answer", "length", "origin", "to_mend")
    return Table(
        caption=lang(f"opsi.group.{group}"),
        header=tuple(lang(f"case.column.{name}") for name in names),
        rows=tuple(
            (
                answer.asked.label,
                answer.text or _NOTHING,
                _length(answer, lang),
                answer.origin or _NOTHING,
                " ".join(_sentence(found.sentence(lang)) for found in answer.findings) or _NOTHING,
            )
            for answer in answers
        ),
        text_columns=frozenset({0, 1, 3, 4}),
        langs=("en", "en", "", "", ""),
        simulated=case.project.facts.simulated,
        lang=lang,
    )


def _length(answer: Answer, lang: Language) -> str:
    n, most = lang.number(count(answer.text)), answer.asked.max_characters
    return n if most is None else f"{n} / {lang.number(most)}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
