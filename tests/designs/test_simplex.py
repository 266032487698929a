"""The weights are on the simplex and optimal: held to the KKT conditions and to another solver."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize

from toolkit.designs.simplex import optimality_gap, simplex_weights
from toolkit.errors import DesignError


def problem(seed: int, rows: int, n: int):
    rng = np.random.default_rng(seed)
    level = rng.normal(50, 10, (1, n))
    return level + rng.normal(0, 3, (rows, n)).cumsum(axis=0), rng.normal(50, 8, rows)


def objective(columns, target, weights, ridge):
    return np.sum((columns @ weights - target) ** 2) + ridge * np.sum(weights**2)


@pytest.mark.parametrize("ridge", [0.0, 0.3, 400.0])
@pytest.mark.parametrize(("rows", "n"), [(19, 38), (40, 7), (1, 5), (12, 100), (5, 1)])
def test_the_conditions_of_an_optimum_hold(rows, n, ridge):
    for seed in range(20):
        columns, target = problem(seed, rows, n)
        weights = simplex_weights(columns, target, ridge=ridge)
        assert weights.min() >= 0
        assert weights.sum() == pytest.approx(1, abs=1e-12)
        largest = objective(columns, target, np.full(n, 1 / n), ridge)
        assert abs(optimality_gap(columns, target, weights, ridge=ridge)) <= 1e-9 * largest


@pytest.mark.parametrize("ridge", [0.0, 5.0])
def test_another_solver_finds_nothing_better(ridge):
    for seed in range(5):
        columns, target = problem(seed, 15, 8)
        weights = simplex_weights(columns, target, ridge=ridge)
        other = minimize(
            lambda w, c=columns, t=target: objective(c, t, w, ridge),
            np.full(8, 1 / 8),
            bounds=[(0, 1)] * 8,
            constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
            method="SLSQP",
            options={"maxiter": 500, "ftol": 1e-14},
        )
        found = objective(columns, target, other.x / other.x.sum(), ridge)
        assert objective(columns, target, weights, ridge) <= found * (1 + 1e-9)
        np.testing.assert_allclose(weights, other.x, atol=2e-4)


def test_a_target_inside_the_hull_is_met_exactly():
    rng = np.random.default_rng(3)
    columns, mixed = rng.normal(size=(6, 20)), rng.dirichlet(np.ones(20))
    weights = simplex_weights(columns, columns @ mixed)
    np.testing.assert_allclose(columns @ weights, columns @ mixed, atol=1e-10)
    assert np.count_nonzero(weights) <= 7


def test_a_donor_equal_to_the_target_takes_all_the_weight():
    columns, _ = problem(1, 10, 4)
    np.testing.assert_array_equal(simplex_weights(columns, columns[:, 2]), [0, 0, 1, 0])


def test_a_large_ridge_gives_equal_weights():
    columns, target = problem(2, 10, 5)
    np.testing.assert_allclose(simplex_weights(columns, target, ridge=1e12), 0.2, atol=1e-6)


def test_several_targets_are_solved_one_by_one():
    columns, target = problem(4, 12, 9)
    targets = np.column_stack([target, target[::-1]])
    both = simplex_weights(columns, targets, ridge=0.1)
    for k in range(2):
        np.testing.assert_array_equal(
            both[:, k], simplex_weights(columns, targets[:, k], ridge=0.1)
        )


@settings(max_examples=150, deadline=None)
@given(
    arrays(float, st.tuples(st.integers(1, 8), st.integers(1, 9)), elements=st.floats(-1e6, 1e6)),
    st.data(),
)
def test_any_finite_input_gives_an_optimum(columns, data):
    target = data.draw(arrays(float, len(columns), elements=st.floats(-1e6, 1e6)))
    weights = simplex_weights(columns, target)
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1, abs=1e-9)
    scale = np.abs(columns - target[:, None]).max() ** 2 * columns.size
    assert optimality_gap(columns, target, weights) <= 1e-9 * scale + 1e-300


@pytest.mark.parametrize(
    ("columns", "target", "ridge", "message"),
    [
        ([[1.0, np.nan]], [0.0], 0.0, r"not finite.*\(1, 2\)"),
        ([[1.0, 2.0]], [np.inf], 0.0, "not finite"),
        (np.empty((3, 0)), np.zeros(3), 0.0, r"\(3, 0\)"),
        ([[1.0, 2.0]], [0.0], -1.0, r"ridge is -1\.0"),
    ],
)
def test_says_what_is_wrong(columns, target, ridge, message):
    with pytest.raises(DesignError, match=message):
        simplex_weights(np.asarray(columns), np.asarray(target), ridge=ridge)
