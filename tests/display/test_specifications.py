"""The curve shows every specification, sorted, and the choices under each."""

import numpy as np
import pandas as pd

from toolkit.display.specifications import plot_specification_curve
from toolkit.i18n import language

EN = language("en")


def curve(n: int, **options):
    values = np.linspace(4, -1, n)
    frame = pd.DataFrame({"name": [f"S{i}" for i in range(n)], "value": values})
    choices = pd.DataFrame({"Rows": np.where(np.arange(n) % 2, "all", "similar")})
    if options.pop("bounded", False):
        frame = frame.assign(low=values - 2.5, high=np.where(values > 3.9, np.inf, values + 2.5))
    return plot_specification_curve(frame, choices, measure="Effect", lang=EN, **options)


def test_sixty_specifications_are_all_in_the_table_sorted():
    figure = curve(60, main=0)
    assert len(figure.table.rows) == 60
    assert figure.table.rows[0][:2] == ("S59", "−1.0")
    assert figure.table.rows[-1] == ("S0", "+4.0", "similar")
    assert figure.table.strong == {59}
    assert figure.title == "Positive effect: 48 of 60 specifications; median +1.5"
    assert "the specification of the protocol (+4.0)" in figure.alt


def test_intervals_and_an_unbounded_one():
    figure = curve(6, bounded=True)
    assert "effect and 95% interval" in figure.subtitle
    assert "Arrow" in figure.note
    assert figure.table.rows[-1][2:4] == ("+1.5", "+∞")


def test_one_specification():
    assert "1 of 1 specification;" in curve(1).title


def test_a_median_of_zero_has_no_sign():
    frame = pd.DataFrame({"name": ["a", "b", "c"], "value": [-1.0, 0.0, 1.0]})
    figure = plot_specification_curve(frame, pd.DataFrame({"R": list("xyz")}), measure="E", lang=EN)
    assert figure.title == "A median effect of zero, over 3 specifications"
