"""Trends say how each group changed; gaps stay gaps."""

import numpy as np
import pandas as pd

from toolkit.display.trends import plot_trends
from toolkit.i18n import language

FR, EN = language("fr"), language("en")
FRAME = pd.DataFrame(
    {
        "group": ["treated"] * 4 + ["comparison"] * 4,
        "period": ["2019-Q1", "2019-Q2", "2019-Q3", "2019-Q4"] * 2,
        "value": [50.0, 52.0, 60.0, 61.0, 40.0, 41.0, 42.0, 43.5],
    }
)


def drawn(frame=FRAME, lang=EN):
    return plot_trends(frame, adoption="2019-Q3", measure="Settled", unit="percent", lang=lang)


def test_title_compares_means_after_and_before():
    title = "Since adoption: +9.5 points among the treated, +2.2 points in comparison"
    assert drawn().title == title


def test_quarters_are_written_in_each_language():
    assert drawn(lang=FR).table.rows[0][0] == "2019-T1"
    assert drawn().table.rows[0] == ("2019-Q1", "50.0", "40.0")


def test_the_alternative_has_both_ends_of_each_line():
    assert "Treated: from 50.0% to 61.0%" in drawn().alt


def test_a_gap_stays_a_gap_and_is_said():
    figure = drawn(FRAME.assign(value=FRAME.value.where(FRAME.index != 5)))
    assert figure.table.rows[1][2] == "nd"
    assert "Broken line" in figure.note
    assert "nd: not available." in figure.table.note


def test_a_group_without_a_value_is_unknown():
    figure = drawn(FRAME.assign(value=FRAME.value.where(FRAME.group == "treated")))
    assert "unknown in comparison" in figure.title
    assert {row[2] for row in figure.table.rows} == {"nd"}


def test_bands_have_their_level():
    banded = FRAME.assign(low=FRAME.value - 2, high=np.inf)
    assert "95% bands" in drawn(banded).subtitle
