"""An interval holds the effects the test does not reject, and no others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.designs.inversion import invert


@given(
    st.integers(0, 10_000), st.integers(5, 60), st.sampled_from([0, 1]), st.sampled_from([0.5, 0.9])
)
def test_bounds_are_where_the_count_changes(seed, n, added, level):
    draw = np.random.default_rng(seed)
    statistics, overlaps = draw.normal(size=n), draw.uniform(-0.9, 0.9, size=n)
    observed = draw.normal()
    p, low, high = invert(observed, statistics, overlaps, level=level, added=added)

    def direct(effect):
        extreme = np.abs(statistics - effect * overlaps) >= abs(observed - effect) * (1 - 1e-9)
        return (extreme.sum() + added) / (n + added)

    assert p == pytest.approx(direct(0))
    for end, out in ((low, -1e-5), (high, 1e-5)):
        if np.isfinite(end):
            assert direct(end - out) > 1 - level + 1e-9
            assert direct(end + out) <= 1 - level + 1e-9
        else:
            assert direct(observed + np.sign(out) * 1e6) > 1 - level


def test_an_assignment_without_a_statistic_counts_against_rejection():
    statistics, overlaps = np.array([0.1, 0.2, np.nan]), np.zeros(3)
    p, low, high = invert(1.0, statistics, overlaps, level=0.5, added=0)
    assert p == pytest.approx(1 / 3)
    assert (low, high) == (pytest.approx(0.8), pytest.approx(1.2))
    assert invert(1.0, statistics, overlaps, level=0.9, added=0)[1:] == (-np.inf, np.inf)
