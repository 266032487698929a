"""A study in five hundred characters, in both languages, and where it stands among standards."""

from toolkit.display.blocks import Block, Callout, Heading, Paragraph
from toolkit.display.contribution import warn_of_doubts
from toolkit.display.studies import in_language
from toolkit.i18n import LANGUAGES, Language, language
from toolkit.records.portfolio import Project
from toolkit.study.analyse import Study
from toolkit.study.contribution import Contribution
from toolkit.study.evidence import nesta

LONGEST = 500


def summarise_study(study: Study, story: Contribution, *, lang: Language) -> list[Block]:
    """Return the summary of a study in the language of the page, then in the other.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    others = [language(code) for code in LANGUAGES if code != lang.code]
    return [
        Heading(lang("summary.title")),
        Paragraph(write_summary(study, story, lang)),
        # Only a callout says that it is in another language than its page.
        *(Callout("note", write_summary(study, story, other), other) for other in others),
    ]


def write_summary(study: Study, story: Contribution, lang: Language) -> str:
    """Sum a study up in at most `LONGEST` characters.

    The verdict, the effect with its interval, the grade, that data are simulated: always. As room
    allows, a doubt on the project's part, the question before them all, and the limits at the end.
    """
    protocol, grade, conclusion = study.file.protocol, study.grade, study.conclusion
    # The estimate says by itself that its interval does not decide.
    told = (conclusion.verdict, conclusion.reason) == ("inconclusive", "interval")
    said = [
        *([] if told else [conclusion.sentence(lang)]),
        study.estimate.sentence(lang, concluded=not told),
        lang("summary.grade", level=grade.level, ceiling=grade.ceiling),
    ]
    if study.sample.simulated:
        said.append(lang("summary.simulated"))
    text = " ".join(said)
    for doubt in warn_of_doubts(story, lang=lang):
        text = _longer(text, f"{text} {doubt.text}")
    text = _longer(text, f"{in_language(protocol.title, lang)} {text}")
    for limit in protocol.limits:
        text = _longer(text, f"{text} {in_language(limit, lang)}")
    return text


def _longer(text: str, longer: str) -> str:
    return longer if len(longer) <= LONGEST else text


def place_on_nesta(study: Study, project: Project, *, lang: Language) -> Block:
    """Say the level on Nesta's Standards of Evidence, beside the Maryland grade.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    found = nesta(
        study.grade,
        study.conclusion,
        study.estimate,
        direction=study.sample.direction,
        theory=bool(len(project.tables["theory_links"])),
    )
    return Paragraph(found.sentence(lang))
