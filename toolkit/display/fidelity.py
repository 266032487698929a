"""What was planned beside what was done: expenses, time and sites."""

import pandas as pd

from toolkit.display.blocks import Block, Heading, Paragraph, Table
from toolkit.display.projects import site_names, vocabulary_words, write_date
from toolkit.display.signs import NOT_AVAILABLE, with_signs, write_cell
from toolkit.i18n import Language
from toolkit.records.portfolio import Project
from toolkit.records.sites import reached_in_part
from toolkit.records.territories import load_territories
from toolkit.study.fidelity import planned_and_actual, treated_sites


def explain_sites(project: Project, *, lang: Language) -> list[Block]:
    """List the sites: when users were first served, how much of it is covered, who agreed.

    Examples
    --------
    See ``notebooks/implementation.ipynb``.
    """
    sites = treated_sites(project)
    if sites.empty:
        return []
    names = site_names(list(sites.territory), lang)
    rows = tuple(
        (
            names[row.territory],
            write_date(row.adopted_on, lang),
            NOT_AVAILABLE if pd.isna(row.dose) else lang.percent(row.dose, 0),
            write_date(row.signed_off_on, lang),
            write_date(row.ended_on, lang),
        )
        for row in sites.itertuples()
    )
    before = lang.number(int(sites.signed_before.sum()))
    # A sign-off that no site has was not written down: it is not one that nobody gave.
    key = "fidelity.sites.unsigned" if sites.signed_off_on.isna().all() else "fidelity.sites"
    said = [lang.plural(key, len(sites), before=before)]
    said += [*_within(sites, lang), *_aside(project, lang)]
    columns = ("territory", "adopted_on", "dose", "signed_off_on", "ended_on")
    return [
        Heading(lang("fidelity.sites.title")),
        Paragraph(" ".join(said)),
        Table(
            caption=lang("fidelity.sites.caption"),
            header=tuple(lang(f"fidelity.column.{name}") for name in columns),
            rows=rows,
            note=with_signs(rows, lang("fidelity.sites.note"), lang),
            text_columns=frozenset({0, 1, 3, 4}),
            simulated=project.facts.simulated,
            lang=lang,
        ),
    ]


def _within(sites: pd.DataFrame, lang: Language) -> list[str]:
    """Say how many sites are départements of a région that is a site too."""
    regions = [id_ for id_ in sites.territory if id_.startswith("REG-")]
    if not regions:
        return []
    places = load_territories("DEP")
    inside = "DEP-" + places.code[("REG-" + places.region).isin(regions)]
    n = int(sites.territory.isin(inside).sum())
    return [lang.plural("fidelity.sites.within", n)] if n else []


def _aside(project: Project, lang: Language) -> list[str]:
    """Say how many territories the project reached without being counted among its sites."""
    aside = int(reached_in_part(project.tables["deployments"]).sum())
    return [lang.plural("fidelity.sites.aside", aside)] if aside else []


def explain_costs(project: Project, *, lang: Language) -> list[Block]:
    """Set the expenses and the days that were planned beside the actual ones.

    Examples
    --------
    See ``notebooks/implementation.ipynb``.
    """
    costs = project.tables["costs"]
    if costs.empty:
        return []
    said = [lang("fidelity.costs.explain")]
    if (costs.person_days.notna() & costs.amount.isna()).any():
        said.append(lang("fidelity.costs.unpriced"))
    categories = vocabulary_words("cost_category", lang)
    by_category = planned_and_actual(project, "category")
    by_category = by_category.reindex([c for c in categories if c in by_category.index])
    by_year = planned_and_actual(project, "year")
    return [
        Heading(lang("fidelity.costs.title")),
        Paragraph(" ".join(said)),
        _tabulate(project, "category", by_category.rename(index=categories), lang),
        _tabulate(project, "year", by_year.rename(index=str), lang),
    ]


def _tabulate(project: Project, by: str, sums: pd.DataFrame, lang: Language) -> Table:
    """Lay out euros and days, planned, actual and apart, the total last and in bold."""
    everything = pd.concat([sums, sums.sum(min_count=1).to_frame(lang("fidelity.total")).T])
    rows = tuple(
        (
            str(name).capitalize(),
            *(
                cell
                for measure in ("amount", "days")
                for cell in _cells(row[f"{measure}_planned"], row[f"{measure}_actual"], lang)
            ),
        )
        for name, row in everything.iterrows()
    )
    heads = [
        lang(f"fidelity.column.{measure}_{name}")
        for measure in ("amount", "days")
        for name in ("planned", "actual", "change")
    ]
    return Table(
        caption=lang(f"fidelity.by.{by}"),
        header=(lang(f"fidelity.column.{by}"), *heads),
        rows=rows,
        note=with_signs(rows, lang("fidelity.costs.rounded"), lang),
        strong=frozenset({len(rows) - 1}),
        simulated=project.facts.simulated,
        lang=lang,
    )


def _cells(planned: float, actual: float, lang: Language) -> tuple[str, str, str]:
    comparable = pd.notna(planned) and pd.notna(actual) and planned > 0
    change = lang.percent(actual / planned - 1, 0, sign=True) if comparable else NOT_AVAILABLE
    return write_cell(planned, lang), write_cell(actual, lang), change
