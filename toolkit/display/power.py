"""Power: how often an effect of each size would be found."""

import numpy as np

from toolkit.display.blocks import Figure, Table
from toolkit.display.drawing import canvas, number_axis
from toolkit.display.style import CAUTION, GREY, STRONG, in_style, to_svg
from toolkit.display.writing import headed, spread_digits, write_number
from toolkit.i18n import Language
from toolkit.study.power import Power

# One effect of the curve in so many stands in the table.
_EVERY = 4


def plot_power(
    power: Power, *, measure: str, lang: Language, simulated: bool = False, note: str = ""
) -> Figure:
    """Draw the share of placebos in which an effect is found, by its size.

    Returns
    -------
    Figure
        Titled by the smallest effect that can be found, where there is one.
    """
    digits = spread_digits(power.curve.effect.to_numpy())
    values = {
        "measure": headed(measure, power.unit, lang, difference=True),
        "mde": write_number(power.mde, lang, digits, power.unit),
        "power": lang.percent(power.power, 0),
        "placebos": lang.number(power.n_placebos),
    }
    found = bool(np.isfinite(power.mde))
    title = lang(f"power.title.{'least' if found else 'nothing'}", **values)
    return Figure(
        svg=_draw(power, lang, found),
        title=title,
        subtitle=lang("power.subtitle", **values),
        note=" ".join([lang("power.note", **values), note]).strip(),
        alt=lang("power.alt", title=title, **values),
        lang=lang,
        simulated=simulated,
        table=_tabulate(power, measure, digits, lang),
    )


def _draw(power: Power, lang: Language, found: bool) -> bytes:
    with in_style():
        figure = canvas(3.2)
        axes = figure.add_subplot()
        axes.set_ylim(0, 104)
        axes.axhline(100 * power.power, color=GREY, linewidth=1, linestyle=(0, (4, 3)))
        axes.plot(power.curve.effect, 100 * power.curve.power, color=STRONG, linewidth=2.4)
        if found:
            axes.plot(
                [power.mde], [100 * power.power], marker="D", color=CAUTION, markersize=8, zorder=4
            )
        number_axis(axes, "x", lang)
        number_axis(axes, "y", lang)
        axes.set_xlim(0, power.curve.effect.max())
        return to_svg(figure)


def _tabulate(power: Power, measure: str, digits: int, lang: Language) -> Table:
    rows = tuple(
        (
            lang.number(row.effect, digits),
            *(lang.percent(share, 0) for share in (row.rise, row.fall)),
        )
        for row in power.curve.iloc[::_EVERY].itertuples()
    )
    names = ("effect", "rise", "fall")
    titles = [lang(f"power.column.{name}") for name in names]
    titles[0] = headed(titles[0], power.unit, lang, difference=True)
    return Table(caption=measure, header=tuple(titles), rows=rows, lang=lang)
