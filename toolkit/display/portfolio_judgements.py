"""The six DAC criteria across studies: what people judged, and what nobody has yet."""

from toolkit.display.blocks import Block, Heading, Paragraph, Table
from toolkit.display.portfolio import part_name, project_name
from toolkit.display.projects import vocabulary_words
from toolkit.i18n import Language
from toolkit.records.studies import StudyFile, study_files
from toolkit.study.portfolio import Portfolio
from toolkit.study.reading import load_reading


def compare_judgements(portfolio: Portfolio, *, lang: Language) -> list[Block]:
    """Lay out the judgements of all studies on the six criteria.

    A judgement is what people wrote in a study's reading; where they wrote none, it says so.

    Examples
    --------
    See ``notebooks/oecd_case_study.ipynb``.
    """
    words = vocabulary_words("dac", lang)
    blocks: list[Block] = [
        Heading(lang("case.judgements.title")),
        Paragraph(lang("case.judgements.explain")),
    ]
    for part in portfolio.parts:
        studies = [study for study in study_files() if study.project in part.projects]
        if studies:
            blocks.append(_tabulate(part, studies, words, lang))
    return blocks


def _tabulate(
    part: Portfolio, studies: list[StudyFile], words: dict[str, str], lang: Language
) -> Table:
    return Table(
        caption=lang("case.judgements.caption", part=part_name(part, lang)),
        header=(lang("portfolio.column.project"), *(word.capitalize() for word in words.values())),
        rows=tuple(
            (project_name(study.project, part, lang), *_judged(study.id, words, lang))
            for study in studies
        ),
        note=lang("case.judgements.note"),
        text_columns=frozenset(range(len(words) + 1)),
        simulated=part.is_simulated,
        lang=lang,
    )


def _judged(study: str, words: dict[str, str], lang: Language) -> list[str]:
    judgements = load_reading(study).judgements
    answers = [judgements[code].answer if code in judgements else "none" for code in words]
    return [lang(f"case.judged.{answer}") for answer in answers]
