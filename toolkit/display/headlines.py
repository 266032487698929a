"""What the studies of some projects found, and one territory's own series, which is no effect."""

from collections.abc import Mapping, Sequence

import pandas as pd

from toolkit.display.blocks import Figure, Paragraph, Table
from toolkit.display.drawing import (
    canvas,
    label_ends,
    mark_adoption,
    number_axis,
    period_axis,
    period_positions,
    reach,
)
from toolkit.display.projects import EMPTY
from toolkit.display.signs import NOT_AVAILABLE, with_signs, write_cell
from toolkit.display.style import COMPARISONS, STRONG, in_style, to_svg
from toolkit.display.writing import (
    headed,
    spread_digits,
    write_effect,
    write_level,
    write_period,
)
from toolkit.i18n import Language
from toolkit.study.headlines import Headline, LocalSeries

_MOST_MARKED = 40  # points of a line that bear a marker


def tabulate_headlines(
    headlines: Sequence[Headline], projects: pd.DataFrame, *, lang: Language
) -> Table:
    """Lay out what studies found over all the sites of their projects, a row a study.

    `projects` has a row a project: project, title_fr, title_en and simulated, as
    `toolkit.records.sites.sites_in` gives them.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    told = projects.set_index("project")
    rows = [_row(headline, told.loc[headline.project], lang) for headline in headlines]
    names = ("project", "indicator", "effect", "verdict", "grade", "data")
    return Table(
        caption=lang("headlines.caption"),
        header=tuple(lang(f"headlines.{name}") for name in names),
        rows=tuple(rows),
        note=with_signs(rows, lang("headlines.note"), lang),
        text_columns=frozenset({0, 1, 2, 3, 5}),
        simulated=bool(told.simulated.any()),
        lang=lang,
    )


def plot_local_series(
    series: LocalSeries, names: Mapping[str, str], *, lang: Language, simulated: bool
) -> Figure:
    """Draw the indicator in one territory beside the mean of the comparison, as a description.

    `names` has the territory's, by id.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    name, frame = names[series.territory], series.frame.set_index("period")
    label = lang.spaced(series.label[lang.code])
    digits = spread_digits(frame.to_numpy().ravel())
    values = {
        "label": label,
        "measure": headed(label, series.unit, lang),
        "name": name,
        "first": write_period(frame.index[0], lang),
        "last": write_period(frame.index[-1], lang),
        "adoption": write_period(series.adoption, lang),
        "n": lang.number(series.n_comparison),
    }
    source = " · ".join(series.attribution[lang.code])
    return Figure(
        svg=_draw(frame, name, series.adoption, lang),
        title=lang("local.title", **values),
        subtitle=lang("local.subtitle", **values),
        note=f"{lang('local.note')} {source}.",
        alt=lang("local.alt", **values, **_ends(frame, series.unit, digits, lang)),
        lang=lang,
        table=_tabulate(frame, name, series, digits, lang),
        simulated=simulated,
    )


def say_no_series(n: int, *, lang: Language) -> list[Paragraph]:
    """Say why `n` projects, whose studies are quoted, have no series of a territory.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    return [Paragraph(lang.plural("local.none", n))] if n else []


def _row(headline: Headline, project: pd.Series, lang: Language) -> tuple[str, ...]:
    title = lang.spaced(project[f"title_{lang.code}"])
    data = lang("index.data.simulated" if project.simulated else "index.data.observed")
    label = lang.spaced(headline.label.get(lang.code, EMPTY))
    estimate = headline.estimate
    if estimate is None:
        why = lang(f"headlines.{headline.refusal}", sources=" ".join(headline.sources))
        return title, label, NOT_AVAILABLE, why, NOT_AVAILABLE, data
    return (
        title,
        label,
        write_effect(estimate, lang),
        lang(f"index.verdict.{headline.conclusion.verdict}"),
        lang.number(headline.grade),
        data,
    )


def _ends(frame: pd.DataFrame, unit: str, digits: int, lang: Language) -> dict[str, str]:
    """Write where each line starts and ends."""
    said = {}
    for column in frame:
        known = frame[column].dropna()
        for end, place in (("start", 0), ("end", -1)):
            written = write_level(known.iloc[place], lang, digits, unit) if len(known) else ""
            said[f"{column}_{end}"] = written or lang("figure.unknown")
    return said


def _draw(frame: pd.DataFrame, name: str, adoption: str, lang: Language) -> bytes:
    periods = list(frame.index)
    positions = period_positions(periods)
    looks = {"value": (STRONG, "-", 2.6, name), "comparison": (*COMPARISONS[0], 1.8, "")}
    with in_style():
        figure = canvas(3.2)
        axes = figure.add_subplot()
        axes.set_ylim(*reach(frame.to_numpy().ravel()))
        ends = []
        for column, (color, dash, width, called) in looks.items():
            axes.plot(
                positions, frame[column], color=color, linestyle=dash, linewidth=width,
                marker="o" if len(periods) <= _MOST_MARKED else "", markersize=width + 1.5,
            )  # fmt: skip
            if len(known := frame[column].dropna()):
                word = called or lang("group.comparison")
                ends.append((positions[-1], known.iloc[-1], word, color, bool(called)))
        number_axis(axes, "y", lang)
        period_axis(axes, periods, lang)
        label_ends(axes, ends)
        if adoption in periods:
            place = positions[periods.index(adoption)] - 0.5
            mark_adoption(axes, place, lang("figure.adoption"))
        return to_svg(figure)


def _tabulate(
    frame: pd.DataFrame, name: str, series: LocalSeries, digits: int, lang: Language
) -> Table:
    rows = tuple(
        (write_period(period, lang), *(write_cell(value, lang, digits) for value in row))
        for period, row in zip(frame.index, frame.to_numpy(), strict=True)
    )
    return Table(
        caption=lang.spaced(series.label[lang.code]),
        header=(
            lang("column.period"),
            headed(name, series.unit, lang),
            headed(lang("group.comparison"), series.unit, lang),
        ),
        rows=rows,
        note=with_signs(rows, "", lang),
        lang=lang,
    )
