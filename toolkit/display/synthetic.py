"""A synthetic control: the treated beside its double, the gap among placebos, and the weights."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from toolkit.display.blocks import Figure, Table
from toolkit.display.drawing import (
    canvas,
    label_ends,
    mark_adoption,
    number_axis,
    period_axis,
    period_positions,
    reach,
    zero_line,
)
from toolkit.display.signs import with_signs, write_cell
from toolkit.display.style import COMPARISONS, PLACEBO, STRONG, in_style, to_svg
from toolkit.display.writing import headed, spread_digits, write_level, write_number, write_period
from toolkit.i18n import Language

# Weights below this are shown as one line: they carry nothing.
_LEAST_WEIGHT = 0.001


def plot_synthetic_paths(
    paths: pd.DataFrame,
    *,
    name: str,
    adoption: object,
    measure: str,
    unit: str = "",
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Figure:
    """Draw a treated territory beside its synthetic control.

    Parameters
    ----------
    paths : DataFrame
        One row a period, in order: period, observed, synthetic, in `unit`.
    name : str
        The treated territory.
    adoption : object
        The first treated period.
    measure, unit
        As for `plot_event_study`.

    Returns
    -------
    Figure
        Titled by the mean gap after adoption.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    paths = paths.sort_values("period", ignore_index=True)
    gap = paths.observed - paths.synthetic
    digits = spread_digits([*paths.observed, *paths.synthetic])
    after = paths.period >= adoption
    values = {
        "name": name,
        "measure": measure,
        "adoption": write_period(adoption, lang),
        "after": write_number(gap[after].mean(), lang, digits, unit, sign=True),
        "before": write_number(gap[~after].abs().mean(), lang, digits, unit),
        "observed": write_level(paths.observed[after].mean(), lang, digits, unit),
        "synthetic": write_level(paths.synthetic[after].mean(), lang, digits, unit),
    }
    title = lang("synthetic.paths.title", **values)
    return Figure(
        svg=_draw_paths(paths, name, adoption, lang),
        title=title,
        subtitle=headed(measure, unit, lang),
        note=" ".join([lang("synthetic.paths.note", **values), note]).strip(),
        alt=lang("synthetic.paths.alt", title=title, **values),
        lang=lang,
        simulated=simulated,
        table=_tabulate_paths(paths, gap, name, measure, unit, digits, lang),
    )


def plot_synthetic_gaps(
    gap: pd.Series,
    placebos: pd.DataFrame,
    *,
    name: str,
    adoption: object,
    measure: str,
    unit: str = "",
    scaled: bool = True,
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Figure:
    """Draw the gap of the treated territory on top of the gaps of all placebos.

    Parameters
    ----------
    gap : Series
        Observed less synthetic of the treated, by period.
    placebos : DataFrame, shape (n_periods, n_donors)
        The same for each donor taken as if it were treated, on the same periods:
        ``placebos.pivot(index="period", columns="territory", values="gap")`` of a
        `SyntheticControl`.
    name, adoption, measure, unit
        As for `plot_synthetic_paths`.
    scaled : bool
        Rank by the gap after adoption in units of that before; False where some twin fits
        perfectly: by the mean gap after as it is, as the test then does.

    Returns
    -------
    Figure
        Titled by the treated's rank in the ratio of the root mean square gap after adoption to
        that before (Abadie, Diamond and Hainmueller 2010), or in the size of the mean gap after;
        ties counted against it.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    gap = gap.sort_index().astype(float)
    placebos = placebos.reindex(gap.index).astype(float)
    digits = spread_digits(gap)
    after = np.asarray(gap.index >= adoption)
    size_of = _ratio if scaled else _mean_size
    sizes = pd.Series({d: size_of(g, after=after) for d, g in placebos.items()}, dtype=float)
    own = size_of(gap, after=after)

    def write(size: float) -> str:
        return write_number(size, lang, 1) if scaled else write_number(size, lang, digits, unit)

    values = {
        "name": name,
        "measure": measure,
        "rank": lang.number(1 + int((sizes >= own).sum())),
        "of": lang.number(1 + len(sizes)),
        "placebos": lang.plural("synthetic.placebos", len(sizes)),
        "size": write(own),
        "after": write_number(gap[after].mean(), lang, digits, unit, sign=True),
        "largest": write(sizes.max()) if len(sizes) else lang("figure.unknown"),
    }
    values["ranked"] = lang(f"synthetic.ranked.{'ratio' if scaled else 'gap'}", **values)
    title = lang("synthetic.gaps.title", **values)
    return Figure(
        svg=_draw_gaps(gap, placebos, name, adoption, lang),
        title=title,
        subtitle=lang(
            "synthetic.gaps.subtitle", measure=headed(measure, unit, lang, difference=True)
        ),
        note=" ".join([lang("synthetic.gaps.note", **values), note]).strip(),
        alt=lang("synthetic.gaps.alt", title=title, **values),
        lang=lang,
        simulated=simulated,
        table=_tabulate_gaps(gap, placebos, name, measure, unit, digits, lang),
    )


def tabulate_weights(
    weights: Mapping[str, float],
    *,
    names: Mapping[str, str] | None = None,
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Table:
    """Lay out what a synthetic control is made of: a row a donor, the heaviest first.

    Parameters
    ----------
    weights : mapping
        Share of each donor, by territory.
    names : mapping, optional
        Its name, by territory. Donors below a thousandth share one last row.

    Examples
    --------
    See ``docs/gallery.py``.
    """
    ranked = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    shown = [(key, weight) for key, weight in ranked if abs(weight) >= _LEAST_WEIGHT]
    rest = len(ranked) - len(shown)
    rows = [((names or {}).get(key, key), lang.percent(weight, 1)) for key, weight in shown]
    if rest:
        left = sum(weights.values()) - sum(weight for _, weight in shown)
        rows.append((lang.plural("weights.rest", rest), lang.percent(left, 1)))
    return Table(
        caption=lang("weights.caption"),
        header=(lang("weights.donor"), lang("column.weight")),
        rows=tuple(rows),
        note=note,
        simulated=simulated,
        lang=lang,
    )


def _ratio(gap: pd.Series, *, after: np.ndarray) -> float:
    """Return the root mean square gap after over that before; infinite after a perfect fit."""
    late, early = (float(np.sqrt(np.nanmean(np.square(gap[side])))) for side in (after, ~after))
    return late / early if early > 0 else np.inf


def _mean_size(gap: pd.Series, *, after: np.ndarray) -> float:
    """Return the mean gap after, without its sign."""
    return abs(float(np.nanmean(gap[after])))


def _draw_paths(paths: pd.DataFrame, name: str, adoption: object, lang: Language) -> bytes:
    periods = list(paths.period)
    positions = period_positions(periods)
    with in_style():
        figure = canvas(3.4)
        axes = figure.add_subplot()
        axes.set_ylim(*reach(paths.observed, paths.synthetic))
        color, dash = COMPARISONS[0]
        axes.plot(positions, paths.synthetic, color=color, linestyle=dash, linewidth=1.8)
        axes.plot(positions, paths.observed, color=STRONG, linewidth=2.6, marker="o", markersize=4)
        number_axis(axes, "y", lang)
        period_axis(axes, periods, lang)
        twin = lang("synthetic.twin")
        label_ends(
            axes,
            [
                (positions[-1], paths.observed.ffill().iloc[-1], name, STRONG, True),
                (positions[-1], paths.synthetic.ffill().iloc[-1], twin, color, False),
            ],
        )
        mark_adoption(axes, positions[periods.index(adoption)] - 0.5, lang("figure.adoption"))
        return to_svg(figure)


def _draw_gaps(
    gap: pd.Series, placebos: pd.DataFrame, name: str, adoption: object, lang: Language
) -> bytes:
    periods = list(gap.index)
    positions = period_positions(periods)
    with in_style():
        figure = canvas(3.4)
        axes = figure.add_subplot()
        axes.set_ylim(*reach(gap, placebos.to_numpy().ravel(), include=[0]))
        zero_line(axes, "y")
        for _, own in placebos.items():
            axes.plot(positions, own, color=PLACEBO, linewidth=0.9, zorder=2)
        axes.plot(positions, gap, color=STRONG, linewidth=2.8, marker="o", markersize=4, zorder=5)
        number_axis(axes, "y", lang, sign=True)
        period_axis(axes, periods, lang)
        ends = [(positions[-1], gap.ffill().iloc[-1], name, STRONG, True)]
        if placebos.shape[1]:
            last = placebos.iloc[-1].dropna()
            word = lang("synthetic.placebo_label")
            away = last.min() if gap.iloc[-1] > last.median() else last.max()
            ends.append((positions[-1], away, word, COMPARISONS[1][0], False))
        label_ends(axes, ends)
        mark_adoption(axes, positions[periods.index(adoption)] - 0.5, lang("figure.adoption"))
        return to_svg(figure)


def _tabulate_paths(paths, gap, name, measure, unit, digits, lang: Language) -> Table:
    rows = tuple(
        (
            write_period(period, lang),
            write_cell(observed, lang, digits),
            write_cell(synthetic, lang, digits),
            write_cell(difference, lang, digits, sign=True),
        )
        for period, observed, synthetic, difference in zip(
            paths.period, paths.observed, paths.synthetic, gap, strict=True
        )
    )
    return Table(
        caption=measure,
        header=(
            lang("column.period"),
            headed(name, unit, lang),
            headed(lang("synthetic.twin"), unit, lang),
            headed(lang("synthetic.gap"), unit, lang, difference=True),
        ),
        rows=rows,
        note=with_signs(rows, "", lang),
        lang=lang,
    )


def _tabulate_gaps(gap, placebos, name, measure, unit, digits, lang: Language) -> Table:
    """Lay out the gap, and among the placebos the lowest, the median and the highest."""
    summary = [gap, placebos.min(axis=1), placebos.median(axis=1), placebos.max(axis=1)]
    rows = tuple(
        (
            write_period(period, lang),
            *(write_cell(series[period], lang, digits, sign=True) for series in summary),
        )
        for period in gap.index
    )
    return Table(
        caption=lang("synthetic.gaps.subtitle", measure=measure),
        header=(
            lang("column.period"),
            headed(name, unit, lang, difference=True),
            *(lang(f"synthetic.placebos.{which}") for which in ("lowest", "median", "highest")),
        ),
        rows=rows,
        note=with_signs(rows, "", lang),
        lang=lang,
    )
