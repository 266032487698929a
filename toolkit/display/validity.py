"""The five validities of action research as a table: what the records hold of each."""

from toolkit.display.blocks import Block, Heading
from toolkit.display.facts import tabulate_facts
from toolkit.i18n import Language
from toolkit.records.portfolio import Project
from toolkit.study.analyse import Study
from toolkit.study.validity import VALIDITIES, validities


def tabulate_validity(study: Study, project: Project, *, lang: Language) -> list[Block]:
    """Say what the records hold of the five validities of action research.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    return [
        Heading(lang("validity.title")),
        tabulate_facts(
            validities(study.conclusion, project),
            caption=lang("validity.caption"),
            names={kind: lang(f"validity.kind.{kind}") for kind in VALIDITIES},
            head=lang("validity.head"),
            lang=lang,
            simulated=project.facts.simulated,
            note=lang("validity.note"),
        ),
    ]
