"""Population over time, and the tables that go with it."""

from collections.abc import Sequence

import matplotlib.ticker
import numpy as np
import pandas as pd

from toolkit.display.blocks import Figure, Table
from toolkit.display.drawing import canvas, label_ends, number_axis
from toolkit.display.signs import NOT_AVAILABLE, STATUS_SIGNS, with_signs
from toolkit.display.style import COMPARISONS, STRONG, in_style, to_svg
from toolkit.i18n import Language
from toolkit.records.territories import Territory

# Lines of a figure: the territory and its comparisons.
MOST_LINES = 1 + len(COMPARISONS)


def plot_population(
    population: pd.DataFrame, places: Sequence[Territory], *, lang: Language, note: str
) -> Figure:
    """Draw the population of a territory beside what contains it, as an index.

    Parameters
    ----------
    population : DataFrame
        Columns level, code, year, population and status, as `load_population` gives.
    places : sequence of Territory
        The territory, then those it is compared with: at most `MOST_LINES`. All have
        inhabitants in some common year.

    Returns
    -------
    Figure
        Lines labelled at their end, 100 in the first year that all know; gaps in the data stay
        gaps; what is estimated or provisional has hollow markers. The title compares the last
        year that is not provisional. A place whose series is the territory's own is left out.

    Examples
    --------
    See ``docs/examples/territory.md``.
    """
    wide = _wide(population, places)
    own = wide[places[0].id]
    places = [places[0], *(p for p in places[1:] if (wide[p.id] - own).any())]
    wide, statuses = wide[[p.id for p in places]], _wide(population, places, "status")
    base = wide.index[(wide > 0).all(axis="columns")][0]
    index = 100 * wide / wide.loc[base]
    provisional = (statuses == "provisional").any(axis="columns")
    own = index.loc[~provisional, places[0].id].dropna()
    values = {
        "name": places[0].name,
        "base": str(base),
        "last_year": str(own.index[-1]),
        "first_year": str(index.index[0]),
        "final_year": str(index.index[-1]),
        "index": lang.number(own.iloc[-1], 1),
    }
    ends = {place.name: index[place.id].loc[own.index[-1]] for place in places[1:]}
    others = [f"{name} {lang.number(end, 1)}" for name, end in ends.items()]
    direction = {1: "up", -1: "down", 0: "stable"}[int(np.sign(round(own.iloc[-1] - 100, 1)))]
    notes = [lang("population.figure.hollow")] if (statuses != "ok").any(axis=None) else []
    notes += [lang("population.figure.gap")] if wide.isna().any(axis=None) else []
    return Figure(
        svg=_draw(index, places, statuses, lang),
        title=lang(f"population.figure.title.{direction}", **values),
        subtitle=lang("population.figure.subtitle", **values),
        note=" ".join([*notes, note]),
        alt=lang("population.figure.alt", **values)
        + (" " + lang("population.figure.others", others=lang.join(others)) if others else ""),
        lang=lang,
        table=tabulate_population(population, places, lang=lang, note=note),
    )


def tabulate_population(
    population: pd.DataFrame, places: Sequence[Territory], *, lang: Language, note: str
) -> Table:
    """Lay out inhabitants by census year, one column a territory.

    Examples
    --------
    See `plot_population`.
    """
    values, statuses = _wide(population, places), _wide(population, places, "status")
    rows = tuple(
        (
            str(year),
            *(
                _inhabitants(value, lang) + STATUS_SIGNS.get(status, "")
                for value, status in zip(values.loc[year], statuses.loc[year], strict=True)
            ),
        )
        for year in values.index
    )
    return Table(
        caption=lang("population.table.caption"),
        header=(lang("population.year"), *(place.name for place in places)),
        rows=rows,
        note=with_signs(rows, note, lang),
    )


def tabulate_growth(
    growth: pd.DataFrame, places: Sequence[Territory], *, lang: Language, note: str
) -> Table:
    """Lay out first and last population and change, a row a territory, the first in bold.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    first_year, last_year = str(growth.first_year.iloc[0]), str(growth.last_year.iloc[0])
    rows = tuple(
        (
            place.name,
            _inhabitants(row.first, lang) + STATUS_SIGNS.get(row.first_status, ""),
            _inhabitants(row.last, lang) + STATUS_SIGNS.get(row.last_status, ""),
            _change(row.change, lang, digits=1),
            _change(row.yearly, lang),
        )
        for place, row in zip(places, growth.itertuples(), strict=True)
    )
    return Table(
        caption=lang("growth.table.caption", first_year=first_year, last_year=last_year),
        header=(
            lang("table.territory"),
            lang("growth.inhabitants", year=first_year),
            lang("growth.inhabitants", year=last_year),
            lang("growth.total"),
            lang("growth.yearly"),
        ),
        rows=rows,
        note=with_signs(rows, note, lang),
        strong=frozenset({0}),
    )


def tabulate_places(frame: pd.DataFrame, *, caption: str, lang: Language, note: str) -> Table:
    """Lay out some territories of `describe_populations`: code, inhabitants, change a year.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    first_year, last_year = str(frame.first_year.iloc[0]), str(frame.last_year.iloc[0])
    rows = tuple(
        (
            row.name,
            row.code,
            _inhabitants(row.last, lang) + STATUS_SIGNS.get(row.last_status, ""),
            _change(row.yearly, lang),
        )
        for row in frame.itertuples()
    )
    return Table(
        caption=caption,
        header=(
            lang("table.territory"),
            lang("table.code"),
            lang("growth.inhabitants", year=last_year),
            lang("growth.yearly.years", first_year=first_year, last_year=last_year),
        ),
        rows=rows,
        note=with_signs(rows, note, lang),
        text_columns=frozenset({0, 1}),
    )


def tabulate_similar(frame: pd.DataFrame, *, lang: Language, note: str) -> Table:
    """Lay out `similar_territories`: distance and covariates, the territory itself in bold.

    Examples
    --------
    See ``notebooks/territory_report.ipynb``.
    """
    covariates = list(frame.columns[3:])
    rows = tuple(
        (
            row["name"],
            lang.number(row["distance"], 2),
            *(_covariate(name, row[name], lang) for name in covariates),
        )
        for row in frame.to_dict("records")
    )
    return Table(
        caption=lang("similar.table.caption"),
        header=(
            lang("table.territory"),
            lang("similar.distance"),
            *(lang(f"covariate.{name}") for name in covariates),
        ),
        rows=rows,
        note=f"{lang('similar.table.note')} {note}",
        strong=frozenset({0}),
    )


def _wide(
    population: pd.DataFrame, places: Sequence[Territory], column: str = "population"
) -> pd.DataFrame:
    """Return a column by year (rows) and territory (columns, by id, in the order given)."""
    rows = {
        place.id: population[(population.level == place.level) & (population.code == place.code)]
        for place in places
    }
    series = {key: own.set_index("year")[column] for key, own in rows.items()}
    wide = pd.DataFrame(series).sort_index()
    return wide.astype("float64") if column == "population" else wide


def _draw(
    index: pd.DataFrame, places: Sequence[Territory], statuses: pd.DataFrame, lang: Language
) -> bytes:
    years = index.index.to_numpy()
    shades = [(STRONG, "-"), *COMPARISONS]
    with in_style():
        figure = canvas(3.9)
        axes = figure.add_subplot()
        for number, (colour, dash) in enumerate(shades[: len(places)]):
            own, series = number == 0, index.iloc[:, number]
            hollow = series.index[statuses.iloc[:, number].isin(["imputed", "provisional"])]
            axes.plot(
                years, series, color=colour, linestyle=dash, linewidth=2.6 if own else 1.5,
                marker="o", markersize=6 if own else 3.5, zorder=4 - number,
            )  # fmt: skip
            axes.plot(
                hollow, series[hollow], linestyle="", marker="o", color=colour,
                markerfacecolor="white", markersize=6 if own else 3.5, zorder=4.5 - number,
            )  # fmt: skip
        axes.axhline(100, color="#9a9a9a", linewidth=0.8, zorder=0.5)
        ends = index.ffill().iloc[-1]
        label_ends(
            axes,
            [
                (years[-1], ends[place.id], place.name, colour, number == 0)
                for number, (place, (colour, _)) in enumerate(zip(places, shades, strict=False))
            ],
        )
        axes.xaxis.set_major_locator(matplotlib.ticker.FixedLocator(years))
        axes.set_xlim(years[0] - 0.2, years[-1] + 0.2)
        number_axis(axes, "y", lang)
        return to_svg(figure)


def _inhabitants(value, lang: Language) -> str:
    return NOT_AVAILABLE if pd.isna(value) else lang.number(value)


def _change(value, lang: Language, digits: int = 2) -> str:
    return NOT_AVAILABLE if pd.isna(value) else lang.percent(float(value), digits, sign=True)


def _covariate(name: str, value: float, lang: Language) -> str:
    if name == "yearly_growth":
        return _change(value, lang)
    if name == "largest_share":
        return lang.percent(value, 1)
    return lang.number(value)
