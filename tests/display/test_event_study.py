"""The event study says and tabulates what it draws; without a bound: an arrow and a word."""

import numpy as np
import pandas as pd
import pytest

from toolkit.designs.pretrends import pretrend_test
from toolkit.display.event_study import plot_event_study
from toolkit.errors import ToolkitError
from toolkit.i18n import language

FR, EN = language("fr"), language("en")
FRAME = pd.DataFrame(
    {
        "event_time": [-3, -2, 0, 1],
        "value": [0.2, -0.4, 3.1, 5.25],
        "low": [-1.1, -1.9, 1.2, 3.0],
        "high": [1.5, 1.1, 5.0, 7.5],
    }
)


def drawn(frame=FRAME, lang=EN, **options):
    return plot_event_study(frame, measure="Requests settled", unit="percent", lang=lang, **options)


def test_title_counts_the_intervals_that_exclude_zero():
    assert drawn().title == "Periods that exclude zero: 2 of 2 after adoption, 0 of 2 before"


def test_a_joint_test_comes_before_a_count_of_intervals():
    """Two standard errors away twice: chi-squared 8 with two degrees of freedom, exp(-4)."""
    quiet, loud = (
        pretrend_test([k * 0.2, -k * 0.4], np.diag([0.01, 0.04]), estimate=4.0) for k in (0.5, 1)
    )
    figure = drawn(pretrends=loud)
    assert figure.title == (
        "Before adoption, trends diverged already (joint test: p\u00a0=\u00a00.018); "
        "after it, zero is excluded by 2 of 2 intervals"
    )
    assert figure.title in figure.alt
    assert "chi-squared with 2 degrees of freedom" in figure.note
    weak = pretrend_test([0.1, -0.2], np.diag([0.01, 0.04]), estimate=0.1)
    assert "no divergence found, by a test of little power (" in drawn(pretrends=weak).title
    assert drawn(pretrends=quiet, lang=FR).title == (
        "Avant l’adoption, aucune divergence constatée (test conjoint\u00a0: p\u00a0=\u00a00,37)"
        "\u00a0; après, zéro est exclu 2 fois sur 2"
    )


def test_the_table_holds_the_numbers_drawn_with_the_digits_their_intervals_support():
    table = drawn().table
    assert table.header[1] == "Effect (points)"
    assert table.header[2] == "Lower bound (95%)"
    assert table.header[0] == "Periods since adoption"
    assert drawn(length=12).table.header[0] == "Blocks of 12 periods since adoption"
    assert table.rows[0] == ("−3", "+0.2", "−1.1", "+1.5")
    assert table.rows[3] == ("+1", "+5.2", "+3.0", "+7.5")


def test_the_alternative_gives_every_coefficient():
    assert "−2: −0.4 points (−1.9 to +1.1)" in drawn().alt
    assert "−2\u00a0: −0,4 point (−1,9 à +1,1)\u00a0; 0\u00a0: +3,1 points" in drawn(lang=FR).alt


def test_order_of_rows_does_not_matter():
    assert drawn(FRAME.iloc[::-1]).svg == drawn().svg


def test_an_unbounded_interval_is_said():
    frame = FRAME.assign(high=[1.5, 1.1, 5.0, np.inf])
    figure = drawn(frame)
    assert "Arrow: the interval has no bound on that side." in figure.note
    assert "(+3.0 to +∞)" in figure.alt
    assert figure.table.rows[3][3] == "+∞"
    assert "∞: the data set no bound" in figure.table.note
    assert "Arrow" not in drawn().note
    assert "Each 95% interval stands alone" in drawn().note


def test_no_period_before_and_no_interval():
    frame = FRAME[FRAME.event_time >= 0].assign(low=np.nan, high=np.nan)
    figure = drawn(frame)
    assert figure.title == "Periods that exclude zero: 0 of 2 after adoption"
    assert figure.table.rows[0][2] == "nd"
    assert "no interval" in figure.alt


def test_one_point_is_drawn():
    assert drawn(FRAME.iloc[[2]]).table.rows == (("0", "+3.1", "+1.2", "+5.0"),)


def test_a_simultaneous_band_is_named_and_tabulated():
    banded = FRAME.assign(band_low=FRAME.low - 1, band_high=FRAME.high + 1)
    figure = drawn(banded, level=0.9)
    assert "band: 90% for all periods at once" in figure.subtitle
    assert figure.table.rows[2][4:] == ("+0.2", "+6.0")


def test_nothing_to_draw_is_refused():
    with pytest.raises(ToolkitError, match="plot_event_study has nothing to draw"):
        drawn(FRAME.assign(value=np.nan))
