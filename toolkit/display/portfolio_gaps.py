"""Where no project has run: a map of départements, and the people it leaves out."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle

from toolkit.display.blocks import Block, Figure, Heading, Paragraph, Table
from toolkit.display.maps import draw_france
from toolkit.display.portfolio import listed, part_name, project_name
from toolkit.display.style import CAUTION, GREY, STRONG, WIDTH, in_style, to_svg
from toolkit.i18n import Language
from toolkit.study.portfolio import Portfolio
from toolkit.study.portfolio_gaps import Reach, measure_reach

# Hatched where nothing is, so that a gap is told by more than its colour.
_LOOKS = {
    "none": {"facecolor": "white", "edgecolor": CAUTION, "hatch": "/////", "zorder": 2},
    "one": {"facecolor": "#a9cce8", "edgecolor": GREY},
    "several": {"facecolor": STRONG, "edgecolor": "white"},
}


def show_gaps(
    portfolio: Portfolio, contours: Mapping[str, list[np.ndarray]], *, lang: Language, note: str
) -> list[Block]:
    """Show where projects have run, where none has, and how many people live there.

    Parameters
    ----------
    contours : dict of str to list of ndarray, shape (n_points, 2)
        Of the départements, as `load_contours` gives them.
    note : str
        The sources of population and contours.

    Examples
    --------
    See ``notebooks/portfolio_synthesis.ipynb``.
    """
    blocks: list[Block] = [
        Heading(lang("portfolio.gaps.title")),
        Paragraph(lang("portfolio.gaps.explain")),
    ]
    for part in portfolio.parts:
        if part.projects:
            reach = measure_reach(part.projects)
            blocks += [
                Paragraph(_people(reach, part, lang)),
                _plot(reach, part, contours, lang, note),
                _tabulate(reach, part, lang, note),
            ]
    return blocks


def _people(reach: Reach, part: Portfolio, lang: Language) -> str:
    total = reach.people.sum()
    shares = {
        "none": reach.people.get(0, 0.0),
        "one": reach.people.get(1, 0.0),
        "several": reach.people[reach.people.index > 1].sum(),
    }
    written = {name: lang.percent(float(n) / total, 0) for name, n in shares.items()}
    return lang(
        f"portfolio.gaps.people.{'simulated' if part.is_simulated else 'real'}",
        year=reach.year,
        **written,
    )


def _classes(reach: Reach) -> pd.Series:
    n = reach.departments.n_projects
    return pd.Series(np.select([n == 0, n == 1], ["none", "one"], "several"), index=n.index)


def _plot(reach: Reach, part: Portfolio, contours: Mapping, lang: Language, note: str) -> Figure:
    found = _classes(reach)
    counts = {name: int((found == name).sum()) for name in _LOOKS}
    written = {name: lang.number(n) for name, n in counts.items()}
    of = lang.number(len(found))
    title = lang.plural("portfolio.gaps.figure", counts["none"], of=of)
    if not counts["none"]:
        title = lang("portfolio.gaps.figure.all", of=of)
    several = listed(reach.departments.name[found == "several"], lang)
    return Figure(
        svg=_draw(found, reach.departments.name.to_dict(), contours, counts, lang),
        title=title,
        subtitle=lang("portfolio.gaps.subtitle", part=part_name(part, lang)),
        note=note,
        alt=lang("portfolio.gaps.alt", title=title, names=several, **written),
        lang=lang,
        simulated=part.is_simulated,
    )


def _draw(found: pd.Series, names: dict, contours, counts: dict[str, int], lang: Language) -> bytes:
    with in_style():
        figure = Drawing(figsize=(WIDTH, 6.0))
        draw_france(
            figure, contours, lambda code: _LOOKS[found.get(code, "none")] | {"linewidth": 0.4},
            level="DEP", names=names, lang=lang, top=0.93,
        )  # fmt: skip
        used = [name for name in _LOOKS if counts[name]]
        figure.legend(
            [Rectangle((0, 0), 1, 1, linewidth=0.6, **_LOOKS[name]) for name in used],
            [f"{lang(f'portfolio.gaps.{name}')} ({lang.number(counts[name])})" for name in used],
            loc="upper left", ncols=3, frameon=False, bbox_to_anchor=(0, 1), borderaxespad=0,
            fontsize=10, columnspacing=1.6,
        )  # fmt: skip
        return to_svg(figure)


def _tabulate(reach: Reach, part: Portfolio, lang: Language, note: str) -> Table:
    """Name the départements of each project, and those of none, with the people reached."""
    frame = reach.departments
    rows = []
    for project in part.projects:
        name = project_name(project, part, lang)
        rows.append(_row(name, frame[_holds(frame.projects, project)], lang))
        in_part = frame[_holds(frame.in_part, project)]
        if len(in_part):
            rows.append(_row(lang("portfolio.gaps.in_part", project=name), in_part, lang))
    rows.append(_row(lang("portfolio.gaps.none").capitalize(), frame[frame.n_projects == 0], lang))
    return Table(
        caption=lang("portfolio.gaps.caption", part=part_name(part, lang)),
        header=tuple(lang(f"portfolio.column.{name}") for name in ("project", "n", "departments")),
        rows=tuple(rows),
        note=" ".join([lang("portfolio.gaps.note"), note]),
        text_columns=frozenset({0, 2}),
        simulated=part.is_simulated,
        lang=lang,
    )


def _holds(projects: pd.Series, name: str) -> pd.Series:
    return projects.map(lambda named: name in named)


def _row(title: str, departments: pd.DataFrame, lang: Language) -> tuple[str, ...]:
    every = len(departments) == 101
    names = lang("portfolio.gaps.everywhere") if every else listed(departments.name, lang)
    return title, lang.number(len(departments)), names
