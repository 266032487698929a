"""Pre-trends: the test, what it could have seen, and what passing it does to the estimate."""

import numpy as np
import pytest
from scipy.stats import norm

from toolkit.designs.pretrends import pretrend_power, pretrend_test
from toolkit.errors import DesignError
from toolkit.i18n import language

COVARIANCE = 0.01 * (0.5 * np.eye(5) + 0.5)


@pytest.fixture(autouse=True)
def _speak_english(monkeypatch):
    monkeypatch.setenv("FUTURS_LANG", "en")


def test_the_wald_test_by_hand():
    outcome = pretrend_test([0.1, 0.2], np.diag([0.01, 0.04]))
    # 1 + 1, chi-squared with two degrees of freedom: exp(-1).
    assert outcome.values["p"] == pytest.approx(np.exp(-1))
    # The line is (-2, -1): information 4/0.01 + 1/0.04; 9.6347 is the noncentrality of power 0.8.
    assert outcome.values["detectable"] == pytest.approx(np.sqrt(9.6347 / 425), abs=1e-5)
    assert (outcome.status, outcome.reason) == ("informative", "no_estimate")


@pytest.mark.parametrize(
    ("beta", "estimate", "status", "reason"),
    [
        ([0.5, 0.0], 0.3, "failed", "rejected"),
        ([0.01, 0.0], 0.3, "passed", "powerful"),
        ([0.01, 0.0], -0.3, "passed", "powerful"),
        ([0.01, 0.0], 0.1, "informative", "weak"),
        ([0.01, 0.0], None, "informative", "no_estimate"),
    ],
)
def test_not_rejected_is_not_fine(beta, estimate, status, reason):
    outcome = pretrend_test(beta, 0.01 * np.eye(2), estimate=estimate)
    assert (outcome.status, outcome.reason) == (status, reason)
    for code in ("fr", "en"):
        assert outcome.sentence(language(code))


def test_the_line_between_passed_and_informative_is_a_power_of_80_per_cent():
    detectable = pretrend_test([0.0, 0.0], 0.01 * np.eye(2)).values["detectable"]
    for share, status in ((0.999, "informative"), (1.001, "passed")):
        outcome = pretrend_test([0.0, 0.0], 0.01 * np.eye(2), estimate=share * detectable)
        assert outcome.status == status
        # Three periods after the reference, a third of the slope explains the same effect.
        later = pretrend_test(
            [0.0, 0.0], 0.01 * np.eye(2), estimate=3 * share * detectable, periods_after=3
        )
        assert later.values["power"] == pytest.approx(outcome.values["power"])


def test_the_power_of_the_wald_test_is_that_of_simulation():
    covariance = COVARIANCE[:3, :3]
    outcome = pretrend_test([0.0, 0.0, 0.0], covariance, estimate=0.06)
    line = 0.06 * np.arange(-3, 0)
    draws = np.random.default_rng(1).multivariate_normal(line, covariance, 100_000)
    statistics = np.einsum("ij,jk,ik->i", draws, np.linalg.inv(covariance), draws)
    rejected = 100 * (statistics > 7.814728).mean()
    assert outcome.values["power"] == pytest.approx(rejected, abs=0.5)


def test_without_a_pre_period_it_says_why():
    outcome = pretrend_test([], np.empty((0, 0)))
    assert (outcome.status, outcome.reason) == ("not_applicable", "no_pre_period")
    assert "no period before the reference" in outcome.sentence(language("en"))


@pytest.mark.parametrize("power", [0.5, 0.8])
@pytest.mark.parametrize(("n_pre", "weights"), [(1, "first"), (2, "average"), (3, "average")])
def test_the_slope_and_its_biases_are_those_of_simulation(n_pre, weights, power):
    result = pretrend_power(COVARIANCE, n_pre=n_pre, n_post=5 - n_pre, power=power, weights=weights)
    n_post = 5 - n_pre
    trend = np.concatenate([np.arange(-n_pre, 0), np.arange(1, n_post + 1)])
    assert result.frame.violation.to_numpy() == pytest.approx(result.slope * trend)
    draws = np.random.default_rng(2).multivariate_normal(result.slope * trend, COVARIANCE, 400_000)
    passed = (np.abs(draws[:, :n_pre]) <= norm.ppf(0.975) * 0.1).all(axis=1)
    assert 1 - passed.mean() == pytest.approx(power, abs=0.003)
    assert result.frame.if_passed.to_numpy() == pytest.approx(
        draws[passed].mean(axis=0), abs=0.0015
    )
    chosen = np.eye(n_post)[0] if weights == "first" else np.full(n_post, 1 / n_post)
    assert result.bias == pytest.approx(result.slope * chosen @ trend[n_pre:])
    assert result.bias_if_passed == pytest.approx(
        draws[passed][:, n_pre:].mean(axis=0) @ chosen, abs=0.0015
    )


def test_with_independent_coefficients_the_size_is_known_and_passing_changes_no_effect():
    result = pretrend_power(0.04 * np.eye(4), n_pre=3, n_post=1)
    assert result.size == pytest.approx(1 - 0.95**3, abs=2e-5)
    assert result.bias_if_passed == pytest.approx(result.bias)


def test_positively_correlated_errors_make_passing_worse():
    result = pretrend_power(COVARIANCE, n_pre=3, n_post=2)
    assert result.bias_if_passed > result.bias > 0


def test_more_power_needs_a_steeper_slope_and_the_unit_carries_over():
    half, most = (pretrend_power(COVARIANCE, n_pre=3, n_post=2, power=p) for p in (0.5, 0.8))
    assert most.slope > half.slope
    scaled = pretrend_power(10000 * COVARIANCE, n_pre=3, n_post=2)
    assert scaled.slope == pytest.approx(100 * half.slope, rel=1e-4)
    assert scaled.bias_if_passed == pytest.approx(100 * half.bias_if_passed, rel=1e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pretrend_test([0.1, np.nan], np.eye(2)), "missing or infinite"),
        (lambda: pretrend_test([0.1, 0.2], np.eye(3)), r"\(2,\) do not go with .* \(3, 3\)"),
        (lambda: pretrend_test([0.1, 0.2], np.ones((2, 2))), "singular"),
        (lambda: pretrend_test([0.1], [[1.0]], estimate=np.nan, level=1), r"nan;(.|\n)*level is 1"),
        (lambda: pretrend_test([0.1], [[1.0]], periods_after=0), "0 periods after"),
        (lambda: pretrend_power(np.eye(3), n_pre=0, n_post=3), "There are 0 pre-period"),
        (lambda: pretrend_power(np.eye(3), n_pre=1, n_post=1), "3 coefficients, of which 1"),
        (lambda: pretrend_power(np.eye(3), n_pre=2, n_post=1, power=0.05), "more than 0.09"),
        (lambda: pretrend_power(np.eye(3), n_pre=2, n_post=1, power=1), "less than 1"),
        (lambda: pretrend_power(np.ones((3, 3)), n_pre=2, n_post=1), "singular"),
    ],
)
def test_says_what_is_wrong(call, message):
    with pytest.raises(DesignError, match=message):
        call()
