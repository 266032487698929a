"""What each project was to cost and did cost, in euros and in days, beside what it changed."""

import pandas as pd

from toolkit.display.blocks import Block, Callout, Heading, Table
from toolkit.display.portfolio import part_name, project_name
from toolkit.display.projects import EMPTY
from toolkit.display.signs import NOT_AVAILABLE, with_signs, write_cell
from toolkit.display.writing import write_effect
from toolkit.i18n import Language
from toolkit.study.fidelity import planned_and_actual
from toolkit.study.portfolio import Portfolio

_COLUMNS = ("amount_planned", "amount_actual", "amount_change", "days_planned", "days_actual")


def show_costs(portfolio: Portfolio, *, lang: Language) -> list[Block]:
    """Set the expenses and days that each project planned beside the actual ones, and its effect.

    Examples
    --------
    See ``notebooks/portfolio_synthesis.ipynb``.
    """
    blocks: list[Block] = [Heading(lang("portfolio.costs.title"))]
    for part in portfolio.parts:
        sums = {
            name: planned_and_actual(project, "category").sum(min_count=1)
            for name, project in part.projects.items()
            if not project.tables["costs"].empty
        }
        if sums:
            blocks.append(_tabulate(sums, part, lang))
        elif part.projects:
            text = lang("portfolio.costs.none", part=part_name(part, lang))
            blocks.append(Callout("note", text, lang))
    return blocks


def _tabulate(sums: dict[str, pd.Series], part: Portfolio, lang: Language) -> Table:
    rows = tuple(
        (project_name(name, part, lang), *_found(name, part, lang), *_cells(told, lang))
        for name, told in sums.items()
    )
    return Table(
        caption=lang("portfolio.costs.caption", part=part_name(part, lang)),
        header=(
            *(lang(f"portfolio.column.{name}") for name in ("project", "effect", "verdict")),
            *(lang(f"fidelity.column.{column}") for column in _COLUMNS),
        ),
        rows=rows,
        note=with_signs(rows, lang("portfolio.costs.note"), lang),
        text_columns=frozenset(range(3)),
        simulated=part.is_simulated,
        lang=lang,
    )


def _found(name: str, part: Portfolio, lang: Language) -> tuple[str, str]:
    """Return the effects that studies found of a project, and their verdicts."""
    studies = [one.found for one in part.findings if one.found and one.project == name]
    effects = [write_effect(study.estimate, lang) for study in studies]
    verdicts = [lang(f"index.verdict.{study.conclusion.verdict}") for study in studies]
    return " · ".join(effects) or EMPTY, " · ".join(verdicts) or EMPTY


def _cells(told: pd.Series, lang: Language) -> tuple[str, ...]:
    planned, actual = told.amount_planned, told.amount_actual
    comparable = pd.notna(planned) and pd.notna(actual) and planned > 0
    change = lang.percent(actual / planned - 1, 0, sign=True) if comparable else NOT_AVAILABLE
    days = (write_cell(told[column], lang) for column in ("days_planned", "days_actual"))
    return (write_cell(planned, lang), write_cell(actual, lang), change, *days)
