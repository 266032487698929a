"""A study in five hundred characters, in both languages, and where it stands among standards."""

from toolkit.display.blocks import Block, Callout, Heading, Paragraph
from toolkit.i18n import LANGUAGES, Language, language
from toolkit.records.portfolio import Project
from toolkit.study.analyse import Study
from toolkit.study.evidence import nesta

LONGEST = 500


def summarise_study(study: Study, *, lang: Language) -> list[Block]:
    """Return the summary of a study in the language of the page, then in the other."""
    others = [language(code) for code in LANGUAGES if code != lang.code]
    return [
        Heading(lang("summary.title")),
        Paragraph(write_summary(study, lang)),
        # Only a callout says that it is in another language than its page.
        *(Callout("note", write_summary(study, other), other) for other in others),
    ]


def write_summary(study: Study, lang: Language) -> str:
    """Sum a study up in at most `LONGEST` characters.

    What it is, the effect with its interval, the verdict and the grade; then, as room allows,
    what must be known to read them.
    """
    protocol, grade = study.file.protocol, study.grade
    said = [
        getattr(protocol.title, lang.code),
        study.estimate.sentence(lang),
        study.conclusion.sentence(lang),
        lang("summary.grade", level=grade.level, ceiling=grade.ceiling),
    ]
    if study.sample.simulated:
        said.append(lang("summary.simulated"))
    said += [getattr(limit, lang.code) for limit in protocol.limits]
    text = ""
    for sentence in said:
        longer = f"{text} {sentence}".strip()
        if len(longer) <= LONGEST:
            text = longer
    return text


def place_on_nesta(study: Study, project: Project, *, lang: Language) -> Block:
    """Say the level on Nesta's Standards of Evidence, beside the Maryland grade."""
    found = nesta(
        study.grade,
        study.conclusion,
        study.estimate,
        direction=study.sample.direction,
        theory=bool(len(project.tables["theory_links"])),
    )
    return Paragraph(found.sentence(lang))
