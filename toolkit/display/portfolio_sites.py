"""Where each project runs and since when, with the way to its own pages."""

from toolkit.display.blocks import Block, Heading, Paragraph, Table
from toolkit.display.portfolio import listed, part_name, project_name
from toolkit.display.projects import site_names, write_date
from toolkit.i18n import Language
from toolkit.records.portfolio import Project
from toolkit.study.fidelity import treated_sites
from toolkit.study.portfolio import Portfolio


def show_sites(portfolio: Portfolio, *, lang: Language) -> list[Block]:
    """List the sites of every project, a row for those that opened together.

    Examples
    --------
    See ``notebooks/portfolio_synthesis.ipynb``.
    """
    blocks: list[Block] = [Heading(lang("portfolio.sites.title"))]
    for part in portfolio.parts:
        rows = [
            (project_name(name, part, lang), *row)
            for name, project in part.projects.items()
            for row in _openings(project, lang)
        ]
        if rows:
            names = ("project", "since", "until", "n", "sites")
            blocks.append(
                Table(
                    caption=lang("portfolio.sites.caption", part=part_name(part, lang)),
                    header=tuple(lang(f"portfolio.sites.{name}") for name in names),
                    rows=tuple(rows),
                    note=lang("portfolio.sites.note"),
                    text_columns=frozenset({0, 1, 2, 4}),
                    simulated=part.is_simulated,
                    lang=lang,
                )
            )
    return [*blocks, *_pages(portfolio, lang)]


def _openings(project: Project, lang: Language) -> list[tuple[str, ...]]:
    """Return when sites opened, when they closed, how many there are and their names."""
    sites = treated_sites(project)
    names = site_names(list(sites.territory), lang)
    return [
        (
            write_date(opened, lang),
            write_date(closed, lang),
            lang.number(len(group)),
            listed((names[id_] for id_ in group.territory), lang),
        )
        for (opened, closed), group in sites.groupby(["adopted_on", "ended_on"], dropna=False)
    ]


def _pages(portfolio: Portfolio, lang: Language) -> list[Block]:
    """Name every project with a link to its page on the site of reports."""
    titles = {project_name(name, portfolio, lang): name for name in portfolio.projects}
    if not titles:
        return []
    text = lang("sites.pages", titles=lang.join(list(titles)))
    return [Paragraph(text, links=tuple((t, f"projects/{id_}/") for t, id_ in titles.items()))]
