"""The variance between studies solves its own equation, wherever the studies lie."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import chi2
from statsmodels.stats.meta_analysis import combine_effects

from toolkit.designs.heterogeneity import (
    cochran_q,
    dersimonian_laird,
    heterogeneity,
    paule_mandel,
    q_profile,
    restricted_likelihood,
)


def studies(seed: int, k: int = 8, tau2: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    variances = rng.uniform(0.05, 1.5, size=k)
    return 1 + rng.normal(size=k) * np.sqrt(variances + tau2), variances


@pytest.mark.parametrize("seed", range(12))
def test_statsmodels_agrees_where_it_is_right(seed):
    effects, variances = studies(seed, tau2=6.0)  # below 0 it does not truncate
    moments = combine_effects(effects, variances, method_re="dl")
    assert moments.tau2 > 0
    assert dersimonian_laird(effects, variances) == pytest.approx(moments.tau2, abs=1e-10)
    iterated = combine_effects(effects, variances, method_re="iterated", atol=1e-7)
    assert paule_mandel(effects, variances) == pytest.approx(iterated.tau2, rel=1e-4)


def test_moments_are_truncated_at_zero():
    effects, variances = np.array([1.0, 1.1, 0.9]), np.array([0.5, 0.5, 0.5])
    assert dersimonian_laird(effects, variances) == 0
    assert paule_mandel(effects, variances) == 0
    assert restricted_likelihood(effects, variances) == 0


def minus_likelihood(tau2: float, effects: np.ndarray, variances: np.ndarray) -> float:
    """By the definition: the density of the contrasts to the first study, a constant apart."""
    contrasts = np.column_stack([-np.ones(len(effects) - 1), np.eye(len(effects) - 1)])
    covariance = contrasts @ np.diag(variances + tau2) @ contrasts.T
    seen = contrasts @ effects
    return (np.linalg.slogdet(covariance)[1] + seen @ np.linalg.solve(covariance, seen)) / 2


@pytest.mark.parametrize("seed", range(12))
def test_the_restricted_likelihood_is_that_of_contrasts(seed):
    effects, variances = studies(seed, tau2=0.3)
    ours = restricted_likelihood(effects, variances)
    points = np.concatenate([[0], np.geomspace(1e-6, 50, 4000)])
    lowest = min(minus_likelihood(p, effects, variances) for p in points[::20])
    assert minus_likelihood(ours, effects, variances) <= lowest + 1e-9
    near = minimize_scalar(
        minus_likelihood, args=(effects, variances), bounds=(0, 2 * ours + 0.1), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    assert ours == pytest.approx(near.x, abs=1e-4)


def test_two_studies_of_one_variance_by_hand():
    """Two effects 0 and 2, errors of variance 0.5: the variance of the pair, 2, less 0.5."""
    effects, variances = np.array([0.0, 2.0]), np.array([0.5, 0.5])
    for estimator in (dersimonian_laird, paule_mandel, restricted_likelihood):
        assert estimator(effects, variances) == pytest.approx(1.5, abs=1e-9)
    assert cochran_q(effects, variances) == pytest.approx(4.0)


@pytest.mark.parametrize("seed", range(6))
def test_the_ends_of_the_profile_are_quantiles(seed):
    effects, variances = studies(seed, tau2=2.0)
    low, high = q_profile(effects, variances, level=0.9)
    if low > 0:
        assert cochran_q(effects, variances, low) == pytest.approx(chi2.ppf(0.95, 7))
    assert cochran_q(effects, variances, high) == pytest.approx(chi2.ppf(0.05, 7))
    assert low <= paule_mandel(effects, variances) <= high


def test_equal_effects_do_not_differ():
    found = heterogeneity(np.full(4, 3.0), np.full(4, 0.2), tau2=0.0, level=0.95)
    assert (found.q, found.tau2_low, found.tau2_high, found.i2, found.h2) == (0, 0, 0, 0, 1)
    assert found.q_p == 1


def test_moments_give_the_i2_of_q():
    effects, variances = studies(3, tau2=1.0)
    tau2 = dersimonian_laird(effects, variances)
    found = heterogeneity(effects, variances, tau2=tau2, level=0.95)
    assert found.i2 == pytest.approx((found.q - 7) / found.q)
    assert found.i2_low <= found.i2 <= found.i2_high
    assert found.h2 == pytest.approx(found.q / 7)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    k=st.integers(2, 12),
    scale=st.sampled_from([1e-4, 1.0, 1e5]),
    shift=st.sampled_from([0.0, 1e3]),
)
def test_units_and_origins_change_nothing(seed, k, scale, shift):
    effects, variances = studies(seed, k)
    for estimator in (dersimonian_laird, paule_mandel, restricted_likelihood):
        plain = estimator(effects, variances)
        moved = estimator((effects + shift) * scale, variances * scale**2) / scale**2
        assert moved == pytest.approx(plain, abs=1e-6)
        assert plain >= 0
