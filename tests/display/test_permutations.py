"""The distribution of pretended effects holds all of them, and counts those as far from zero."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.display.permutations import _edges, plot_permutations
from toolkit.i18n import language

EN = language("en")


def drawn(values, observed):
    return plot_permutations(np.array(values), observed, measure="Effect", unit="days", lang=EN)


def test_ties_up_to_rounding_count_as_far():
    figure = drawn([-3.0, 3.0 - 1e-13, 2.9, 0.0], 3.0)
    assert figure.title == "Pretended effects at least as far from zero as +3.0 days: 2 of 4"
    assert sum(int(row[1]) for row in figure.table.rows) == 4


def test_missing_effects_are_left_out():
    assert "of 2" in drawn([np.nan, 1.0, -1.0], 2.0).title


def test_no_effect_at_all_is_said():
    assert drawn([], 2.0).alt.startswith("Empty histogram")


def test_one_value_equal_to_the_observed_and_to_zero():
    assert "1 of 1" in drawn([0.0], 0.0).title


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.floats(-1e6, 1e6))
def test_classes_hold_every_value(values, observed):
    edges = _edges(np.array(values), observed)
    assert np.histogram(values, edges)[0].sum() == len(values)
    assert edges[0] <= min(observed, 0) + 1e-9
    assert edges[-1] >= max(observed, 0) - 1e-9
    assert len(edges) <= 60
