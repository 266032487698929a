"""What was learnt: failures and lessons that projects wrote in their logbooks for anyone."""

from collections.abc import Mapping

import pandas as pd

from toolkit.records.portfolio import Project
from toolkit.study.validity import public_entries

_KINDS = ("erreur", "lecon")


def public_lessons(projects: Mapping[str, Project]) -> pd.DataFrame:
    """Return the public entries that tell a failure or a lesson, the first one first.

    Returns
    -------
    DataFrame
        project, date, cycle, kind ("erreur", "lecon"), lang, text, lesson (missing where none was
        written), text_translated, lesson_translated.

    Examples
    --------
    See `load_portfolio`.
    """
    columns = ["project", "date", "cycle", "kind", "lang", "text", "lesson"]
    columns += ["text_translated", "lesson_translated"]
    parts = [
        public_entries(project).assign(project=name)[columns] for name, project in projects.items()
    ]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    found = found[found.kind.isin(_KINDS)]
    return found.sort_values(["date", "project"], kind="stable", ignore_index=True)


def count_failures(projects: Mapping[str, Project]) -> pd.DataFrame:
    """Count the failures of each project: logged, with a lesson, and public.

    Returns
    -------
    DataFrame
        Indexed by project: failures, learnt, public; a project without a logbook has no row.
    """
    rows = {}
    for name, project in projects.items():
        logbook = project.tables["logbook"]
        if len(logbook):
            failures = logbook[logbook.kind == "erreur"]
            rows[name] = {
                "failures": len(failures),
                "learnt": int(failures.lesson.notna().sum()),
                "public": int((failures.confidentiality == "public").sum()),
            }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["failures", "learnt", "public"])
