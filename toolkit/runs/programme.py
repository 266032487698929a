"""The whole programme as one batch: its studies, its projects, its territories, its portfolio."""

from collections.abc import Sequence
from pathlib import Path

from toolkit.i18n import LANGUAGES
from toolkit.records.places import list_places
from toolkit.records.projects import project_ids
from toolkit.records.studies import study_files
from toolkit.runs.plan import plan_batch
from toolkit.runs.reports import Report

_ON_PROJECTS = ("project_characterisation", "implementation", "data_quality")
# France last: by then the headlines it quotes, those of all studies, are kept.
_LEVELS = ("DEP", "REG", "FR")


def plan_programme(
    notebooks: Path, *, languages: Sequence[str] = LANGUAGES, formats: Sequence[str] = ("html",)
) -> list[Report]:
    """Plan a report of everything there is to say, for `toolkit.runs.batch.run_batch`.

    Parameters
    ----------
    notebooks : Path
        Their folder.
    languages, formats
        As `plan_batch`; studies and their synthesis come as PDF in any case, since those are sent.

    Returns
    -------
    list of Report
        The long ones first, so that all workers end together: each study whose data are there, the
        portfolio, the pages of each project, then départements, régions and France.

    Raises
    ------
    ParameterError
        A notebook does not take what it is to be given.
    """
    paper = tuple(dict.fromkeys([*formats, "pdf"]))
    studies = [study.id for study in study_files() if not study.missing]
    wanted = [
        ("impact_evaluation", {"studies": studies}, paper),
        ("portfolio_synthesis", {}, paper),
        *((name, {"projects": project_ids()}, formats) for name in _ON_PROJECTS),
        ("territory_report", {"territories": list_places(_LEVELS)}, formats),
    ]
    return [
        report
        for name, subjects, kinds in wanted
        if all(subjects.values())
        for report in plan_batch(
            [notebooks / f"{name}.ipynb"], languages=languages, formats=kinds, **subjects
        )
    ]
