"""What figures share: labels apart, limits that hold what is finite, arrows for what is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from toolkit.display.drawing import apart, draw_intervals, number_axis, period_axis, reach, wrapped
from toolkit.i18n import language

FR, EN = language("fr"), language("en")


@given(st.lists(st.floats(-100, 100), max_size=12), st.floats(0.1, 10))
def test_labels_keep_their_order_and_their_distance(wanted, gap):
    placed = apart(wanted, gap)
    ranked = placed[np.argsort(wanted, kind="stable")]
    assert (np.diff(ranked) >= gap - 1e-9).all()
    if len(wanted):
        assert np.mean(placed) == pytest.approx(np.mean(wanted), abs=1e-6)


def test_labels_far_apart_do_not_move():
    assert apart([3.0, 1.0, 2.0], 0.5).tolist() == [3.0, 1.0, 2.0]


def test_reach_leaves_out_what_is_not_finite():
    assert reach([1, np.nan, np.inf], [3], margin=0) == (1, 3)
    assert reach([np.nan]) == (-1.0, 1.0)
    assert reach([2.0], include=[0], margin=0.5) == (-1.0, 3.0)


def test_an_infinite_end_is_an_arrow_at_the_edge():
    axes = Figure().add_subplot()
    axes.set_ylim(-2, 2)
    draw_intervals(axes, [0, 1, 2], [-1, -np.inf, np.nan], [1, 1, 1])
    markers = {line.get_marker(): line.get_xydata().tolist() for line in axes.lines}
    assert markers[7] == [[1.0, -2.0]]
    assert markers["_"] == [[0.0, -1.0], [0.0, 1.0], [1.0, 1.0]]


def test_ticks_have_the_decimals_of_their_step_in_each_language():
    axes = Figure().add_subplot()
    axes.set_ylim(0, 1)
    number_axis(axes, "y", FR, sign=True)
    assert axes.yaxis.get_major_formatter()(0.2) == "+0,2"
    axes.set_ylim(0, 40000)
    number_axis(axes, "y", EN)
    assert axes.yaxis.get_major_formatter()(10000) == "10,000"


def test_many_periods_have_few_labels_the_first_among_them():
    axes = Figure().add_subplot()
    period_axis(axes, [f"{year}-Q1" for year in range(1990, 2021)], FR)
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert labels[0] == "1990-T1"
    assert len(labels) <= 9


def test_long_names_are_cut_with_a_sign():
    assert wrapped("word " * 30, 20, 2).count("\n") == 1
    assert wrapped("word " * 30, 20, 2).endswith("…")
    assert wrapped("short", 20) == "short"
