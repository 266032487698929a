"""A descent within bounds: as low as scipy's, never outside, at rest where nothing is gained."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from toolkit.designs.descent import descend


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10_000), st.integers(1, 7))
def test_a_convex_minimum_within_bounds_is_that_of_scipy(seed, n):
    draw = np.random.default_rng(seed)
    root = draw.normal(size=(n + 2, n))
    curve, centre = root.T @ root + 0.1 * np.eye(n), draw.normal(scale=3, size=n)

    def function(x):
        away = x - centre
        return 5 + float(away @ curve @ away), 2 * curve @ away

    start = draw.uniform(-2, 1, n)
    value, at = descend(function, start, low=-2, high=1, longest=6)
    other = minimize(function, start, jac=True, method="L-BFGS-B", bounds=[(-2, 1)] * n)
    assert value == pytest.approx(other.fun, rel=1e-5)
    assert value == function(at)[0]
    assert ((at >= -2) & (at <= 1)).all()


def test_it_ends_where_it_starts_when_nothing_can_be_gained():
    flat = descend(lambda x: (3.0, np.zeros(2)), np.array([0.0, -1.0]), low=-2, high=1, longest=6)
    assert flat[0] == 3
    np.testing.assert_array_equal(flat[1], [0.0, -1.0])
    cornered = descend(lambda x: (-x.sum(), -np.ones(2)), np.ones(2), low=-2, high=1, longest=6)
    np.testing.assert_array_equal(cornered[1], [1.0, 1.0])
