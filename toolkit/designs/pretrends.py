"""What a look at pre-trends can and cannot show (Roth 2022)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.stats import chi2, multivariate_normal, ncx2, norm

from toolkit.designs.coefficients import checked_coefficients, checked_weights, refuse
from toolkit.estimate import CheckOutcome
from toolkit.i18n import interface_language

# Rectangle probabilities of more than two dimensions come from a quasi-random rule with this seed;
# its absolute error is at most this.
_SEED = 0
_PROBABILITY_ERROR = 1e-5
# "passed" needs this power against a violation as large as the estimate.
_ENOUGH_POWER = 0.8


@dataclass(frozen=True)
class PretrendPower:
    """The straight violation of parallel trends that a pre-test would often miss.

    Attributes
    ----------
    slope : float
        Divergence a period, in the outcome's unit, that shows at least one significant
        pre-period coefficient with probability `power`.
    bias : float
        What it adds to the effect on average, in the outcome's unit.
    bias_if_passed : float
        The same among the samples in which no pre-period coefficient is significant.
    size : float
        Probability of a significant coefficient when trends are parallel.
    frame : DataFrame, shape (n_pre + n_post, 3)
        event_time; violation, at each coefficient; if_passed, the coefficient's mean among the
        samples that pass (a figure draws both beside the estimates).
    power, level : float
    """

    slope: float
    bias: float
    bias_if_passed: float
    size: float
    frame: pd.DataFrame
    power: float
    level: float


def pretrend_test(
    beta_pre: ArrayLike,
    covariance_pre: ArrayLike,
    *,
    estimate: float | None = None,
    periods_after: float = 1.0,
    level: float = 0.95,
) -> CheckOutcome:
    """Test that all pre-period coefficients are zero, and say what the test could have seen.

    The null is that every pre-period coefficient is zero; the statistic is Wald's, chi-squared
    with n_pre degrees of freedom. A violation is a straight line through the reference period. A
    null that is not rejected proves nothing by itself: the outcome is "passed" only if a
    violation that explains the whole estimate would have been rejected with probability 0.8.

    Parameters
    ----------
    beta_pre : array_like, shape (n_pre,)
        Coefficients at event times -n_pre - 1, ..., -2; the reference is -1.
    covariance_pre : array_like, shape (n_pre, n_pre)
        Positive definite.
    estimate : float, optional
        The effect, in the outcome's unit. Without it the outcome is at best "informative".
    periods_after : float
        Periods from the reference to the estimate: 1 for the first post-period, the mean for an
        average.
    level : float
        One less the size of the test.

    Returns
    -------
    CheckOutcome
        Check "pretrends"; "failed", "passed", "informative" or, without a pre-period,
        "not_applicable". Values: n (degrees of freedom), p, detectable (the slope rejected with
        probability 0.8) and, given an estimate, explaining (the slope that yields it) and power
        (against that slope, in per cent).

    Raises
    ------
    DesignError
        All that is wrong: shapes, values that are not finite, a covariance that is not symmetric
        or not positive definite, a level outside (0.5, 1), an estimate that is not a number.

    Notes
    -----
    Source: Roth (2022), "Pretest with caution", American Economic Review: Insights 4(3); the
    power is that of the noncentral chi-squared, without simulation.

    Examples
    --------
    >>> pretrend_test([0.1, -0.2], np.eye(2), estimate=4.0).status
    'passed'
    """
    if np.size(beta_pre) == 0:
        return CheckOutcome("pretrends", "not_applicable", "no_pre_period")
    n_pre = np.shape(beta_pre)[0] if np.ndim(beta_pre) else 1
    beta, covariance, faults = checked_coefficients(beta_pre, covariance_pre, n_pre=n_pre, n_post=0)
    refuse(
        faults
        + _definite_faults(covariance, faults)
        + _number_faults(estimate, periods_after, level)
    )
    precision = np.linalg.inv(covariance)
    statistic = float(beta @ precision @ beta)
    line = np.arange(-n_pre, 0.0)
    information = float(line @ precision @ line)
    threshold = chi2.ppf(level, n_pre)
    values = {
        "n": n_pre,
        "p": float(chi2.sf(statistic, n_pre)),
        "detectable": float(np.sqrt(_noncentrality(_ENOUGH_POWER, n_pre, threshold) / information)),
    }
    if estimate is not None:
        explaining = float(abs(estimate)) / periods_after
        power = float(ncx2.sf(threshold, n_pre, explaining**2 * information))
        values |= {"explaining": explaining, "power": 100 * power}
    status, reason = _verdict(statistic > threshold, values)
    data = pd.DataFrame({"event_time": line - 1, "coefficient": beta})
    return CheckOutcome("pretrends", status, reason, values, data)


def _verdict(rejected: bool, values: dict[str, float]) -> tuple[str, str]:
    if rejected:
        return "failed", "rejected"
    if "power" not in values:
        return "informative", "no_estimate"
    if values["power"] >= 100 * _ENOUGH_POWER:
        return "passed", "powerful"
    return "informative", "weak"


def _noncentrality(power: float, df: int, threshold: float) -> float:
    """Return the noncentrality at which a chi-squared exceeds `threshold` with this power."""
    return brentq(lambda x: ncx2.sf(threshold, df, x) - power, 1e-9, 1e4, xtol=1e-12)


def pretrend_power(
    covariance: ArrayLike,
    *,
    n_pre: int,
    n_post: int,
    power: float = 0.5,
    weights: ArrayLike | Literal["first", "average"] = "first",
    level: float = 0.95,
) -> PretrendPower:
    """Find the straight violation that a pre-test detects with a given probability.

    The pre-test is the usual look at the figure: it detects a violation if at least one pre-period
    coefficient is significant on its own. Passing it distorts what remains, which
    `bias_if_passed` shows.

    Parameters
    ----------
    covariance : array_like, shape (n_pre + n_post, n_pre + n_post)
        Of coefficients at event times -n_pre - 1, ..., -2, 0, ..., n_post - 1, read as normal.
    n_pre, n_post : int
        At least one each.
    power : float
        More than the probability of a significant coefficient under parallel trends, less than 1.
    weights : array_like, shape (n_post,), or {"first", "average"}
        The effect as a sum over post-periods.
    level : float
        Of each coefficient's own interval.

    Returns
    -------
    PretrendPower
        The slope is positive; the opposite slope has the opposite biases.

    Raises
    ------
    DesignError
        All that is wrong, as in `pretrend_test`, or a power that no slope has.

    Notes
    -----
    Rectangle probabilities are those of scipy (Genz), quasi-random beyond two dimensions, with a
    fixed seed and an absolute error of about 1e-5; the truncated mean is exact given them.

    Source: Roth (2022), "Pretest with caution", American Economic Review: Insights 4(3), section
    II; Manjunath, Wilhelm (2021) for the moments of the truncated normal.

    Examples
    --------
    >>> round(pretrend_power(np.eye(4), n_pre=2, n_post=2).slope, 2)
    0.88
    """
    _, covariance, faults = checked_coefficients(None, covariance, n_pre=n_pre, n_post=n_post)
    weights, wrong_weights = checked_weights(weights, max(n_post, 1))
    refuse(faults + wrong_weights + _number_faults(None, 1.0, level))
    pre = covariance[:n_pre, :n_pre]
    half = norm.ppf((1 + level) / 2) * np.sqrt(np.diag(pre))
    refuse(_definite_faults(pre, []))
    trend = np.concatenate([np.arange(-n_pre, 0.0), np.arange(1.0, n_post + 1)])
    size = 1 - _inside(half, np.zeros(n_pre), pre)
    if not size < power < 1:
        say = interface_language()
        refuse([say("error.trends.power", seen=power, size=f"{size:.3f}")])
    slope = _detected_slope(power, trend[:n_pre], half, pre)
    violation = slope * trend
    passed = violation + covariance[:, :n_pre] @ _boundary_density(half, violation[:n_pre], pre)
    times = np.concatenate([np.arange(-n_pre - 1, -1), np.arange(n_post)])
    frame = pd.DataFrame({"event_time": times, "violation": violation, "if_passed": passed})
    bias, bias_if_passed = float(weights @ violation[n_pre:]), float(weights @ passed[n_pre:])
    return PretrendPower(slope, bias, bias_if_passed, size, frame, power, level)


def _detected_slope(power: float, line: np.ndarray, half: np.ndarray, pre: np.ndarray) -> float:
    # A symmetric rectangle loses probability as its centre moves away (Anderson's inequality), so
    # that the slope is unique. One coefficient alone reaches the power at this upper bound.
    most = float(np.min((half + norm.ppf(power) * np.sqrt(np.diag(pre))) / np.abs(line)))
    most = max(most, float(np.min(half / np.abs(line))))

    def missing(slope: float) -> float:
        return 1 - _inside(half, slope * line, pre) - power

    return float(brentq(missing, 0, 1.01 * most, xtol=1e-9 * most, rtol=1e-7))


def _inside(half: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> float:
    """Return the probability that a normal vector lies between -half and half."""
    if len(mean) == 1:
        deviation = np.sqrt(covariance[0, 0])
        low, high = (-half[0] - mean[0]) / deviation, (half[0] - mean[0]) / deviation
        return float(norm.cdf(high) - norm.cdf(low))
    return float(
        multivariate_normal.cdf(
            half,
            mean,
            covariance,
            lower_limit=-half,
            abseps=_PROBABILITY_ERROR,
            releps=_PROBABILITY_ERROR,
            maxpts=100_000 * len(mean),
            rng=np.random.default_rng(_SEED),
        )
    )


def _boundary_density(half: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Return f such that the mean inside the rectangle is mean + covariance @ f.

    f_k is the density of coordinate k at its lower end less that at its upper end, given that all
    lie inside.
    """
    inside = _inside(half, mean, covariance)
    found = np.zeros(len(mean))
    for k in range(len(mean)):
        others = np.arange(len(mean)) != k
        loading = covariance[others, k] / covariance[k, k]
        rest = covariance[np.ix_(others, others)] - np.outer(loading, covariance[k, others])
        for end, sign in ((-half[k], 1), (half[k], -1)):
            centre = mean[others] + loading * (end - mean[k])
            share = _inside(half[others], centre, rest) if others.any() else 1.0
            density = norm.pdf(end, mean[k], np.sqrt(covariance[k, k]))
            found[k] += sign * density * share / inside
    return found


def _definite_faults(covariance: np.ndarray, known: list[str]) -> list[str]:
    # A matrix with other faults may have no eigenvalues to speak of.
    if known:
        return []
    least, *_, greatest = np.linalg.eigvalsh(covariance).repeat(2)
    singular = least <= 1e-12 * greatest
    return [interface_language()("error.trends.singular")] if singular else []


def _number_faults(estimate: float | None, periods_after: float, level: float) -> list[str]:
    say = interface_language()
    faults = []
    if estimate is not None and not np.isfinite(estimate):
        faults.append(say("error.trends.estimate", seen=estimate))
    if not (np.isfinite(periods_after) and periods_after > 0):
        faults.append(say("error.trends.periods_after", seen=periods_after))
    if not 0.5 <= level < 1:
        faults.append(say("error.trends.level", seen=level))
    return faults
