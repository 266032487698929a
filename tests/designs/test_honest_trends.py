"""Honest intervals: published values, an oracle's, coverage, and what must hold by construction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.stats import norm

from toolkit.designs.honest_trends import _differences, _relative_interval, honest_trends
from toolkit.designs.moment_inequalities import (
    accepted_range,
    accepts,
    least_favourable_value,
    vertex_statistics,
)
from toolkit.errors import DesignError
from toolkit.i18n import language

# Insurance coverage and the 2014 expansion of Medicaid, 2008-2015, states: the example of the
# HonestDiD R package (README, "Example usage"). Two-way fixed effects on `ehec_data` (as carried
# by moderndid 0.2.0; years before 2016, the 2015 cohort left out), errors clustered by state with
# the corrections of fixest.
MEDICAID = np.array(
    [-0.00528536, -0.01129733, -0.00267599, -0.00141931, 0.00033966, 0.04644685, 0.06920617]
)
MEDICAID_COVARIANCE = 1e-6 * np.array(
    [
        [74.8848, 60.3987, 44.4462, 33.8576, 43.2801, 47.6588, 24.2513],
        [60.3987, 72.665, 37.8933, 28.6658, 45.4332, 44.2885, 28.2466],
        [44.4462, 37.8933, 50.5205, 26.7368, 27.7819, 30.6064, 9.6375],
        [33.8576, 28.6658, 26.7368, 40.0322, 24.1286, 23.8087, 2.9239],
        [43.2801, 45.4332, 27.7819, 24.1286, 54.6266, 36.8253, 9.7229],
        [47.6588, 44.2885, 30.6064, 23.8087, 36.8253, 83.7567, 63.214],
        [24.2513, 28.2466, 9.6375, 2.9239, 9.7229, 63.214, 107.1235],
    ]
)


def study(seed, n_pre, n_post, effect=1.0):
    rng = np.random.default_rng(seed)
    n = n_pre + n_post
    errors = rng.normal(size=(3 * n, n)) * 0.15
    covariance = errors.T @ errors / (3 * n) + 0.01
    trend = 0.05 * np.concatenate([np.arange(-n_pre, 0), np.arange(1, n_post + 1)])
    effects = np.repeat([0.0, effect], [n_pre, n_post])
    return trend + effects + rng.multivariate_normal(np.zeros(n), covariance), covariance


def ends(result):
    return result.frame[["low", "high"]].to_numpy()


def test_relative_magnitudes_as_published_for_medicaid():
    result = honest_trends(MEDICAID, MEDICAID_COVARIANCE, n_pre=5, grid=[0.5, 1, 1.5, 2])
    published = [[0.0240, 0.0672], [0.0170, 0.0720], [0.00824, 0.0797], [-0.000916, 0.0881]]
    # The R package reports the ends on a grid of 40 standard errors in 999 steps: 0.00037.
    assert ends(result) == pytest.approx(np.array(published), abs=3.7e-4)
    assert result.breakdown == pytest.approx(1.946, abs=0.005)


def test_smoothness_as_published_for_medicaid():
    result = honest_trends(
        MEDICAID, MEDICAID_COVARIANCE, n_pre=5, grid=np.arange(6) / 100, restriction="smoothness"
    )
    published = [
        [0.0259, 0.0607],
        [0.0132, 0.0787],
        [0.00286, 0.0907],
        [-0.00714, 0.101],
        [-0.0171, 0.111],
        [-0.0271, 0.121],
    ]
    # Three digits are printed, of which the last is 0.001 above 0.1.
    assert ends(result) == pytest.approx(np.array(published), abs=5e-4)
    assert ends(result)[:3] == pytest.approx(np.array(published[:3]), abs=1e-4)


# Made by benchmarks/honest_trends.py with moderndid 0.2.0, numpy 2.4, scipy 1.17, cvxpy 1.9: study
# of that seed, m, interval. Relative magnitudes: its grid's step is 0.008 or less, and its
# least-favourable value comes from 1000 draws; fixed length: its solver's tolerance.
@pytest.mark.parametrize(
    ("shape", "weights", "restriction", "m", "interval", "tolerance"),
    [
        ((1, 3, 2), "first", "relative", 0.5, [0.3391, 1.2804], 0.01),
        ((1, 3, 2), "first", "relative", 1.5, [-0.0986, 1.6334], 0.01),
        ((2, 4, 3), "average", "relative", 1.5, [-1.0420, 3.0273], 0.01),
        ((4, 5, 2), "average", "relative", 1.0, [0.1863, 1.9892], 0.01),
        ((5, 3, 4), "first", "relative", 2.0, [-0.8438, 2.5863], 0.01),
        ((1, 3, 2), "first", "smoothness", 0.05, [0.4493, 1.2611], 1e-4),
        ((2, 4, 3), "average", "smoothness", 0.1, [-0.0541, 1.5694], 1e-4),
        ((4, 5, 2), "average", "smoothness", 0.2, [0.0179, 1.8273], 1e-4),
        ((5, 3, 4), "first", "smoothness", 0.1, [0.4038, 1.4304], 1e-4),
    ],
)
def test_agrees_with_the_oracle(shape, weights, restriction, m, interval, tolerance):
    beta, covariance = study(*shape)
    result = honest_trends(
        beta, covariance, n_pre=shape[1], grid=[m], restriction=restriction, weights=weights
    )
    assert ends(result)[0] == pytest.approx(interval, abs=tolerance)


@pytest.mark.parametrize("restriction", ["relative", "smoothness"])
@pytest.mark.parametrize("weights", ["first", "average", [0.5, -1.0, 2.0]])
def test_the_explicit_vertices_solve_the_linear_program(restriction, weights):
    beta, covariance = study(7, 3, 3)
    weights = {"first": [1, 0, 0], "average": np.full(3, 1 / 3)}.get(str(weights), weights)
    weights = np.array(weights, float)
    order = 1 if restriction == "relative" else 2
    rows = _differences(3, 3, order=order)
    multiples = np.where(np.arange(len(rows)) < len(rows) - 3, 1.0, 0.7)
    bounds = np.outer(multiples, -rows[1]) if restriction == "relative" else 0 * rows
    constant = 0.0 if restriction == "relative" else 0.1
    vertices = vertex_statistics(
        beta,
        covariance,
        differences=rows,
        bounds=bounds,
        constant=constant,
        weights=weights,
        pre_rows=False,
    )
    post = slice(len(rows) - 3, None)
    matrix = np.concatenate([(rows - bounds)[post], (-rows - bounds)[post]])
    deviations = np.sqrt(np.diag(matrix @ covariance @ matrix.T))
    for theta in (-1.0, 0.3, 2.0):
        # min eta over the post-period effects tau with weights'tau = theta.
        found = linprog(
            [1, 0, 0, 0],
            A_ub=-np.column_stack([deviations, matrix[:, 3:]]),
            b_ub=constant - matrix @ beta,
            A_eq=[[0, *weights]],
            b_eq=[theta],
            bounds=[(None, None)] * 4,
        )
        greatest = (vertices.at_zero - theta * vertices.slope).max()
        assert greatest == pytest.approx(found.fun, abs=1e-8)


def test_the_least_favourable_value_is_that_of_simulation():
    correlation = np.array([[1, 0.5, -0.3], [0.5, 1, 0.1], [-0.3, 0.1, 1]])
    for covariance in (np.eye(1), correlation[:2, :2], correlation):
        draws = np.random.default_rng(1).multivariate_normal(
            np.zeros(len(covariance)), covariance, 400_000
        )
        value = least_favourable_value(covariance, 0.005)
        assert (draws.max(axis=1) > value).mean() == pytest.approx(0.005, abs=5e-4)
    assert least_favourable_value(np.eye(1), 0.005) == pytest.approx(norm.ppf(0.995), abs=1e-8)
    assert least_favourable_value(np.zeros((2, 2)), 0.005) == 0


def test_the_ends_are_those_of_a_fine_grid():
    beta, covariance = study(4, 3, 2)
    rows = _differences(3, 2, order=1)
    thetas = np.linspace(-1, 3, 20_001)
    union = np.zeros(len(thetas), bool)
    for greatest in (*rows[:3], *-rows[:3]):
        vertices = vertex_statistics(
            beta,
            covariance,
            differences=rows,
            bounds=np.outer([1, 1, 1, 0.8, 0.8], greatest),
            constant=0.0,
            weights=np.array([0.5, 0.5]),
            pre_rows=False,
        )
        critical = least_favourable_value(vertices.covariance, 0.005)
        accepted = accepts(vertices, thetas, 0.95, critical)
        hull = thetas[np.flatnonzero(accepted)[[0, -1]]]
        assert accepted_range(vertices, 0.95) == pytest.approx(hull, abs=2e-4)
        union |= accepted
    # Two of the six parts have a gap here; their union, which is reported, has none.
    assert (np.diff(np.flatnonzero(union)) == 1).all()
    low, high = _relative_interval(beta, covariance, 3, np.array([0.5, 0.5]), 0.8, 0.95)
    assert [low, high] == pytest.approx(thetas[np.flatnonzero(union)[[0, -1]]], abs=2e-4)


def test_coverage_under_a_kink_inside_the_smooth_set():
    _, covariance = study(1, 3, 2)
    kink = 0.1
    trend = np.array([-0.15, -0.1, -0.05, 1.05 + kink, 1.1 + 3 * kink])
    draws = np.random.default_rng(5).multivariate_normal(trend, covariance, 150)
    covered = 0
    for beta in draws:
        result = honest_trends(beta, covariance, n_pre=3, grid=[kink], restriction="smoothness")
        covered += result.frame.low[0] <= 1 <= result.frame.high[0]
    # Three simulation errors below 0.95.
    assert covered / 150 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 150)


@pytest.mark.parametrize("n_post", [1, 2])
def test_coverage_under_a_divergence_as_large_as_any_before(n_post):
    _, covariance = study(2, 2, n_post)
    trend = np.concatenate([[0.1, 0.3], -0.3 * np.arange(1, n_post + 1)])
    truth = trend + np.repeat([0.0, 1.0], [2, n_post])
    weights = np.full(n_post, 1 / n_post)
    draws = np.random.default_rng(6).multivariate_normal(truth, covariance, 150)
    intervals = [_relative_interval(b, covariance, 2, weights, 1.0, 0.95) for b in draws]
    covered = np.mean([low <= 1 <= high for low, high in intervals])
    assert covered >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 150)


@pytest.mark.parametrize(
    ("restriction", "method"),
    [("relative", None), ("smoothness", None), ("smoothness", "conditional")],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_intervals_widen_with_m_and_break_down_once(restriction, method, seed):
    beta, covariance = study(seed, 3, 2, effect=1.5)
    options = {"n_pre": 3, "restriction": restriction, "method": method}
    grid = np.linspace(0, 2, 9)
    result = honest_trends(beta, covariance, grid=grid, **options)
    widths = result.frame.high - result.frame.low
    assert (widths.diff().dropna() >= -1e-6).all()
    near = honest_trends(
        beta, covariance, grid=result.breakdown * np.array([0.9, 0.999, 1.001, 1.1]), **options
    )
    covers = (near.frame.low <= 0) & (near.frame.high >= 0)
    assert covers.tolist() == [False, False, True, True]
    smaller = honest_trends(beta - np.repeat([0, 0.3], [3, 2]), covariance, grid=grid, **options)
    assert smaller.breakdown < result.breakdown


@pytest.mark.parametrize("weights", ["first", "average"])
def test_smoothness_at_zero_is_the_linear_extrapolation(weights):
    beta, covariance = study(3, 4, 2)
    chosen = np.array([1, 0]) if weights == "first" else np.array([0.5, 0.5])
    # Generalised least squares of the coefficients on a line and one effect a post-period.
    line = np.array([-4, -3, -2, -1, 1, 2.0])
    design = np.column_stack([line, np.eye(6)[:, 4:]])
    precision = np.linalg.inv(covariance)
    spread = np.linalg.inv(design.T @ precision @ design)
    fitted = spread @ design.T @ precision @ beta
    half = norm.ppf(0.975) * np.sqrt(chosen @ spread[1:, 1:] @ chosen)
    result = honest_trends(
        beta, covariance, n_pre=4, grid=[0], restriction="smoothness", weights=weights
    )
    assert ends(result)[0] == pytest.approx(chosen @ fitted[1:] + np.array([-half, half]), abs=1e-8)


@pytest.mark.parametrize("weights", ["first", "average", [1.0, -0.5]])
def test_relative_at_zero_is_the_original_interval(weights):
    beta, covariance = study(3, 4, 2)
    result = honest_trends(beta, covariance, n_pre=4, grid=[0], weights=weights)
    assert ends(result)[0] == pytest.approx(result.original, abs=1e-7)


@settings(max_examples=12, deadline=None)
@given(
    st.floats(1e-3, 1e3),
    st.sampled_from([1, -1]),
    st.sampled_from(["relative", "smoothness"]),
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_changing_the_unit_or_the_sign_changes_the_result_alike(
    scale, sign, restriction, n_pre, n_post
):
    beta, covariance = study(11, n_pre, n_post)
    grid = np.array([0, 0.1, 0.6])
    plain = honest_trends(beta, covariance, n_pre=n_pre, grid=grid, restriction=restriction)
    unit = 1 if restriction == "relative" else scale
    other = honest_trends(
        sign * scale * beta,
        scale**2 * covariance,
        n_pre=n_pre,
        grid=unit * grid,
        restriction=restriction,
    )
    expected = sign * scale * ends(plain)[:, ::sign]
    assert ends(other) == pytest.approx(expected, rel=2e-4, abs=2e-4 * scale)
    assert other.breakdown == pytest.approx(unit * plain.breakdown, rel=1e-3, nan_ok=True)
    assert other.breakdown_method == plain.breakdown_method


def test_a_singular_covariance_still_gives_an_interval():
    factor = np.random.default_rng(3).normal(size=(6, 3)) * 0.1
    beta = np.array([0.05, -0.02, 0.03, 0.01, 1, 1.2])
    for restriction in ("relative", "smoothness"):
        result = honest_trends(
            beta, factor @ factor.T, n_pre=4, grid=[0.2], restriction=restriction
        )
        assert np.isfinite(ends(result)).all()
        assert ends(result)[0, 0] < result.value < ends(result)[0, 1]


def test_what_it_says_in_both_languages():
    result = honest_trends(MEDICAID, MEDICAID_COVARIANCE, n_pre=5, grid=[0.5, 1])
    outcome = result.outcome()
    assert outcome.status == "informative"
    assert outcome.sentence(language("en")) == (
        "The conclusion holds as long as trends diverge, from one period to the next, by no more "
        "than 1.95 times their greatest divergence before adoption (1: as much as was seen "
        "already). If trends were exactly parallel, the effect, counted from the reference period "
        "alone, would lie between 0.029 and 0.064."
    )
    assert "de plus de 1,95 fois" in outcome.sentence(language("fr"))
    assert outcome.data is result.frame


@pytest.mark.parametrize(
    ("beta", "restriction", "status", "reason"),
    [
        ([0.0, 0.0, 0.1], "relative", "not_applicable", "nothing_to_overturn"),
        ([-2.0, -1.0, 1.0], "smoothness", "failed", "covers_at_zero"),
        ([0.0, 0.0, 9.0], "smoothness", "informative", "smoothness"),
    ],
)
def test_its_status_says_what_was_found(beta, restriction, status, reason):
    result = honest_trends(beta, 0.04 * np.eye(3), n_pre=2, grid=[0, 1], restriction=restriction)
    outcome = result.outcome()
    assert (outcome.status, outcome.reason) == (status, reason)
    assert np.isnan(result.breakdown) == (reason != "smoothness")
    assert outcome.sentence(language("fr"))


def test_all_faults_come_in_one_message():
    with pytest.raises(DesignError) as error:
        honest_trends(
            [1.0, np.nan, 2.0],
            np.eye(2),
            n_pre=0,
            grid=[-1],
            restriction="relativ",
            weights=[1],
            level=2,
        )
    text = str(error.value)
    for said in (
        r"shape (3,) do not go with a covariance of shape (2, 2)",
        "There are 0 pre-period",
        "missing or infinite",
        "The grid is [-1]",
        "no restriction relativ",
        "Weights are [1]",
        "The level is 2",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"beta": ["a", 1, 2]}, "not numbers"),
        ({"beta": 1.0}, r"shape \(\) do not go with"),
        ({"covariance": np.array([[1, 0.5, 0], [0, 1, 0], [0, 0, 1]])}, "not symmetric"),
        ({"covariance": np.diag([1, 1, -1])}, "eigenvalue is -1"),
        ({"covariance": np.diag([1, 1, 0])}, "no variance"),
        ({"covariance": np.diag([1, 1, np.inf])}, "missing or infinite"),
        ({"n_pre": 3}, "3 coefficients, of which 3 are pre-period; 4 or more"),
        ({"grid": []}, r"The grid is \[\]"),
        ({"grid": [np.nan]}, r"The grid is \[nan\]"),
        ({"weights": "last"}, "Weights are last"),
        ({"weights": [0.0]}, r"Weights are \[0\.0\]"),
        ({"method": "flci"}, "no method flci"),
        ({"method": "fixed_length"}, "do not exist for relative magnitudes"),
        ({"level": 0.3}, "The level is 0.3"),
    ],
)
def test_says_what_is_wrong(change, message, monkeypatch):
    monkeypatch.setenv("FUTURS_LANG", "en")
    good = {"beta": [0.1, 0.2, 1.0], "covariance": np.eye(3), "n_pre": 2, "grid": [0, 1]}
    given_ = good | change
    with pytest.raises(DesignError, match=message):
        honest_trends(given_.pop("beta"), given_.pop("covariance"), **given_)
