"""How far the true effects of several studies differ: the variance between them, and its interval.

Each study has an effect y and the variance v of its error, taken as known. True effects vary around
a mean with variance tau2. Every estimator here is exact on its own equation: roots are bracketed,
never stepped towards, so that none depends on a start or stops half-way.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2

# Points between which the restricted likelihood may turn: it can have several maxima.
_GRID = 200


@dataclass(frozen=True)
class Heterogeneity:
    """How far true effects differ between studies.

    Attributes
    ----------
    q, q_p : float
        Cochran's statistic and its p. Null: all studies have the same true effect.
    tau2, tau2_low, tau2_high : float
        Variance of the true effects, in the squared unit of the effects; interval by Q-profile.
    i2, i2_low, i2_high : float
        Share of the observed variance that is not chance, 0 to 1 (Higgins and Thompson 2002).
    h2, h2_low, h2_high : float
        Total variance over the variance of a typical error; 1 means chance alone.
    """

    q: float
    q_p: float
    tau2: float
    tau2_low: float
    tau2_high: float
    i2: float
    i2_low: float
    i2_high: float
    h2: float
    h2_low: float
    h2_high: float


def heterogeneity(
    effects: np.ndarray, variances: np.ndarray, *, tau2: float, level: float
) -> Heterogeneity:
    """Describe the differences between studies, around a given tau2.

    I2 and H2 follow from tau2 and from the variance of a typical error, so that their intervals
    are those of tau2 (Higgins and Thompson, Statistics in Medicine 2002).
    """
    q = cochran_q(effects, variances)
    freedom = len(effects) - 1
    low, high = q_profile(effects, variances, level=level)
    weights = 1 / variances
    typical = freedom * weights.sum() / (weights * _others(weights)).sum()
    i2 = [float(t / (t + typical)) for t in (tau2, low, high)]
    h2 = [float(1 + t / typical) for t in (tau2, low, high)]
    return Heterogeneity(q, float(chi2.sf(q, freedom)), tau2, low, high, *i2, *h2)


def _others(weights: np.ndarray) -> np.ndarray:
    """Return for each weight the sum of the others: by adding, since one may outweigh them all."""
    return weights @ (1 - np.eye(weights.shape[-1]))


def cochran_q(effects: np.ndarray, variances: np.ndarray, tau2: float = 0.0) -> float:
    """Return the weighted sum of squares around the weighted mean, weights 1 / (v + tau2)."""
    weights = 1 / (variances + tau2)
    mean = np.average(effects, weights=weights)
    return float((weights * (effects - mean) ** 2).sum())


def dersimonian_laird(effects: np.ndarray, variances: np.ndarray) -> float:
    """Return tau2 by moments, truncated at 0 (DerSimonian and Laird 1986)."""
    weights = 1 / variances
    scale = (weights * _others(weights)).sum() / weights.sum()
    return float(max(0.0, (cochran_q(effects, variances) - (len(effects) - 1)) / scale))


def paule_mandel(effects: np.ndarray, variances: np.ndarray) -> float:
    """Return the tau2 at which Q equals its expectation, or 0 (Paule and Mandel 1982)."""
    return _where_q_is(len(effects) - 1, effects, variances)


def restricted_likelihood(effects: np.ndarray, variances: np.ndarray) -> float:
    """Return the tau2 >= 0 of the highest restricted likelihood (REML).

    Every turning point of the likelihood on a fine grid is solved for, and the highest kept.
    """

    def score(tau2: float | np.ndarray) -> np.ndarray:
        weights = 1 / (variances + np.asarray(tau2)[..., None])
        total = weights.sum(axis=-1)
        means = (weights * effects).sum(axis=-1) / total
        gained = (weights**2 * (effects - means[..., None]) ** 2).sum(axis=-1)
        return gained - (weights * _others(weights)).sum(axis=-1) / total

    def likelihood(tau2: float) -> float:
        weights = 1 / (variances + tau2)
        fit = np.log(weights).sum() - np.log(weights.sum())
        return float(fit - cochran_q(effects, variances, tau2)) / 2

    # Beyond this the score is negative: weights are within a factor two, and too small.
    highest = max(variances.max(), 4 * np.ptp(effects) ** 2)
    grid = np.concatenate([[0.0], np.geomspace(variances.min() * 1e-6, highest, _GRID)])
    scores = score(grid)
    falls = np.flatnonzero((scores[:-1] > 0) & (scores[1:] <= 0))
    found = [0.0, *(_root(score, grid[i], grid[i + 1]) for i in falls)]
    return max(found, key=likelihood)


def q_profile(effects: np.ndarray, variances: np.ndarray, *, level: float) -> tuple[float, float]:
    """Return the interval of tau2: the values at which Q is an ordinary draw (Viechtbauer 2007).

    (0, 0) where the effects are closer together than any tau2 explains.
    """
    freedom, tail = len(effects) - 1, (1 - level) / 2
    return (
        _where_q_is(float(chi2.isf(tail, freedom)), effects, variances),
        _where_q_is(float(chi2.ppf(tail, freedom)), effects, variances),
    )


def _where_q_is(target: float, effects: np.ndarray, variances: np.ndarray) -> float:
    """Return the tau2 at which Q, which falls as tau2 grows, has a value; 0 where it never has."""
    if cochran_q(effects, variances) <= target:
        return 0.0
    # Q <= n range^2 / tau2.
    highest = len(effects) * np.ptp(effects) ** 2 / target
    return _root(lambda tau2: cochran_q(effects, variances, tau2) - target, 0.0, highest)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(brentq(function, low, high, xtol=1e-14 * high, rtol=1e-12))


ESTIMATORS: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "reml": restricted_likelihood,
    "paule_mandel": paule_mandel,
    "dersimonian_laird": dersimonian_laird,
    "fixed": lambda effects, variances: 0.0,
}
