"""What is made of a finding: the six judgements, what would hold elsewhere, limits, how to redo."""

from toolkit.display.blocks import Block, Callout, Heading, Paragraph, Table
from toolkit.display.facts import write_fact
from toolkit.display.projects import write_date
from toolkit.display.writing import write_period
from toolkit.i18n import Language
from toolkit.records.portfolio import Project
from toolkit.records.recipe import date_ordinal, period_ordinal
from toolkit.records.vocabulary import load_vocabulary
from toolkit.study.analyse import Study
from toolkit.study.contribution import Contribution
from toolkit.study.facts import word
from toolkit.study.fidelity import treated_sites
from toolkit.study.judgements import judgements, rating_facts
from toolkit.study.protocol import FOLDER
from toolkit.study.reading import OwnWords, Reading, reading_path
from toolkit.study.record import study_record

_UNSURE = ("mixed", "failed", "untested")
# Letters of a hash that tell it apart.
_SHORT = 16


def judge(
    study: Study, project: Project, story: Contribution, reading: Reading, *, lang: Language
) -> list[Block]:
    """Show the six DAC criteria: the judgement, or what is missing, and what it can rest on.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    found = judgements(study, project, story, reading)
    names = load_vocabulary("dac").set_index("code")[lang.code].str.capitalize()
    place = f"data/{FOLDER}/{reading_path(study.id).name}"
    rows = []
    for judged in found:
        said = lang("judgement.none", place=place)
        if judged.judgement is not None:
            answer = lang(f"judgement.{judged.judgement.answer}")
            said = f"{answer} {getattr(judged.judgement.why, lang.code)}"
        facts = " ".join(write_fact(fact, lang) for fact in judged.facts)
        rows.append((names[judged.criterion], said, facts))
    beyond = [names[judged.criterion] for judged in found if judged.beyond]
    cautions = [Callout("caution", lang("judgement.beyond", criteria=lang.join(beyond)), lang)]
    n = sum(judged.judgement is not None for judged in found)
    return [
        Heading(lang("judgement.title")),
        Paragraph(lang("judgement.count", n=n, of=len(found))),
        Table(
            caption=lang("judgement.caption"),
            header=tuple(lang(f"judgement.head.{name}") for name in ("criterion", "said", "rests")),
            rows=tuple(rows),
            text_columns=frozenset(range(3)),
            simulated=project.facts.simulated,
            lang=lang,
        ),
        *(cautions if beyond else []),
    ]


def describe_transfer(project: Project, story: Contribution, *, lang: Language) -> list[Block]:
    """Say what became of the project, and which assumptions would have to hold elsewhere.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    state = getattr(word("reintegration", project.facts.reintegration), lang.code)
    blocks: list[Block] = [
        Heading(lang("transfer.title")),
        Paragraph(lang("transfer.state", state=state)),
        *(Paragraph(write_fact(fact, lang)) for fact in rating_facts(project, "C5", "C5")),
    ]
    unsure = story.chain.links[story.chain.links.status.isin(_UNSURE)]
    if unsure.empty:
        key = "transfer.all_held" if len(story.chain.links) else "transfer.no_theory"
        return [*blocks, Paragraph(lang(key))]
    rows = tuple(
        (
            row[f"assumption_{lang.code}"],
            getattr(word("assumption_status", row["status"]), lang.code),
        )
        for row in unsure.to_dict("records")
    )
    return [
        *blocks,
        Table(
            caption=lang("transfer.caption"),
            header=(lang("transfer.assumption"), lang("transfer.here")),
            rows=rows,
            text_columns=frozenset({0, 1}),
            simulated=project.facts.simulated,
            lang=lang,
        ),
    ]


def state_limits(
    study: Study, project: Project, reading: Reading, *, lang: Language
) -> list[Block]:
    """Say what the study cannot, what its data hide, and how people were treated.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    sample = study.sample
    limits = [lang.spaced(getattr(limit, lang.code)) for limit in study.file.protocol.limits]
    unrun = [lang(f"check.{c.check}.name") for c in study.checks if c.status == "not_applicable"]
    if unrun:
        limits.append(lang("limits.unrun", checks=lang.join(unrun)))
    hidden = int(sample.panel.value.isna().sum())
    if hidden:
        limits.append(lang.plural("limits.hidden", hidden, of=lang.number(len(sample.panel))))
    if sample.censored:
        limits.append(lang.plural("limits.censored", sample.censored))
    limits += _ended(study, project, lang)
    if sample.simulated:
        limits.append(lang("limits.simulated"))
    place = f"data/{FOLDER}/{reading_path(study.id).name}"
    ethics = lang("fact.missing", place=place)
    if reading.ethics is not None:
        ethics = lang.spaced(getattr(reading.ethics, lang.code))
    return [
        Heading(lang("limits.title")),
        *map(Paragraph, limits),
        Heading(lang("limits.ethics"), level=3),
        Paragraph(ethics),
        Paragraph(lang("limits.people")),
    ]


def _ended(study: Study, project: Project, lang: Language) -> list[str]:
    """Say that what is measured outlasts the sites: those that adopted stay treated."""
    last, frequency = study.sample.panel.period.max(), study.sample.frequency
    days = treated_sites(project).ended_on.dropna()
    ended = [date_ordinal(day, frequency) < period_ordinal(last, frequency) for day in days]
    if not any(ended):
        return []
    told = {"last": write_period(last, lang), "first": write_date(days[ended].min(), lang)}
    return [lang.plural("limits.ended", sum(ended), **told)]


def show_own_words(words: OwnWords, *, lang: Language) -> list[Block]:
    """Show what the researchers wrote of the study themselves, or where to write it.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    paragraphs = words.paragraphs or (lang("study.no_words", file=words.path.name),)
    return [
        Heading(lang("study.own_words_title")),
        *(Paragraph(lang.spaced(text)) for text in paragraphs),
    ]


def state_reproducibility(study: Study, *, lang: Language) -> list[Block]:
    """Say what the numbers were made from, so that anyone can make them again.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    record = study_record(study)
    lock = lang("study.unlocked")
    if study.lock is not None:
        lock = lang("study.locked_on", date=lang.date(study.lock.locked_on))
    environment = record["environment"]
    rows = {
        "protocol": record["protocol_sha256"][:_SHORT],
        "data": record["data_sha256"][:_SHORT],
        "lock": lock,
        "seed": str(study.file.protocol.seed),
        "environment": ", ".join(f"{name} {version}" for name, version in environment.items()),
        "command": f"futurs study run {study.id}",
    }
    return [
        Heading(lang("redo.title")),
        Paragraph(lang("redo.said")),
        Table(
            caption=lang("redo.caption"),
            header=(lang("study.item"), lang("redo.value")),
            rows=tuple((lang(f"redo.{name}"), value) for name, value in rows.items()),
            text_columns=frozenset({0, 1}),
        ),
    ]
