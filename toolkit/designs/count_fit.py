"""Counts with an exposure: a regression with territory and period effects on the log scale.

The expected count of a cell is its exposure times a territory's rate, a period's factor and, where
treated, the rate ratio. The variance is the mean (Poisson) or mean + dispersion x mean² (negative
binomial, type 2). With Poisson the estimate is right whatever the variance, if the mean is
(Gourieroux, Monfort and Trognon 1984).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from toolkit.errors import DesignError
from toolkit.i18n import interface_language

_ROUNDS, _PRECISION = 500, 1e-10


@dataclass(frozen=True, eq=False)
class CountFit:
    """A fitted regression on counts, laid out as the panel: shape (n_territories, n_periods).

    Attributes
    ----------
    log_ratio : float
        Of the treated cells' rate to what it would have been.
    expected : ndarray
        Counts; NaN where the cell is unknown.
    residual : ndarray
        Observed less expected, over the variance and times the mean; 0 where unknown.
    weight : ndarray
        What a cell tells of log rates: mean² over variance; 0 where unknown.
    regressor : ndarray
        The treatment, less its weighted projection on territory and period effects.
    dispersion : float
        0 for Poisson.
    """

    log_ratio: float
    expected: np.ndarray
    residual: np.ndarray
    weight: np.ndarray
    regressor: np.ndarray
    dispersion: float


def fit_counts(
    counts: np.ndarray, exposure: np.ndarray, under: np.ndarray, *, negative_binomial: bool
) -> CountFit:
    """Fit by iteratively reweighted least squares, effects swept out.

    The dispersion of the negative binomial is that which brings Pearson's statistic to its degrees
    of freedom, 0 where the counts vary no more than Poisson's (Breslow 1984).

    Parameters
    ----------
    counts, exposure : ndarray, shape (n_territories, n_periods)
        NaN where unknown; no territory or period whose counts are all 0.
    under : ndarray of bool, of the same shape
        Treated cells.

    Raises
    ------
    DesignError
        The fit does not converge.
    """
    fit = _fit(counts, exposure, under, 0.0)
    if not negative_binomial:
        return fit
    for _ in range(_ROUNDS):
        dispersion = _dispersion(counts, fit.expected)
        if abs(dispersion - fit.dispersion) <= 1e-8 * max(dispersion, 1e-8):
            return fit
        fit = _fit(counts, exposure, under, dispersion)
    raise DesignError(interface_language()("error.counts.no_convergence", rounds=_ROUNDS))


def degrees_of_freedom(counts: np.ndarray) -> int:
    """Return known cells less territory effects, period effects and the ratio."""
    rows, columns = counts.shape
    return int((~np.isnan(counts)).sum() - rows - columns)


def pearson(counts: np.ndarray, expected: np.ndarray, dispersion: float) -> float:
    """Return Pearson's statistic: squared residuals over the variance the model expects."""
    return float(np.nansum((counts - expected) ** 2 / (expected + dispersion * expected**2)))


def _dispersion(counts: np.ndarray, expected: np.ndarray) -> float:
    freedom = degrees_of_freedom(counts)
    if pearson(counts, expected, 0.0) <= freedom:
        return 0.0
    highest = 1.0
    while pearson(counts, expected, highest) > freedom:
        highest *= 2
    return float(brentq(lambda tried: pearson(counts, expected, tried) - freedom, 0, highest))


def _fit(
    counts: np.ndarray, exposure: np.ndarray, under: np.ndarray, dispersion: float
) -> CountFit:
    known = ~np.isnan(counts)
    y, offset = np.where(known, counts, 0.0), np.log(np.where(known, exposure, 1.0))
    rate = y.sum() / np.exp(offset)[known].sum()
    # Half-way between the counts and what one rate would give: no logarithm of zero.
    predictor = np.log((y + rate * np.exp(offset)) / 2)
    treatment, ratio = under.astype("float64"), np.inf
    for _ in range(_ROUNDS):
        mean = np.exp(predictor)
        weight = known * mean / (1 + dispersion * mean)
        working = predictor - offset + known * (y - mean) / mean
        left, regressor = sweep_weighted(np.stack([working, treatment]), weight)
        before = ratio
        ratio = (weight * regressor * left).sum() / (weight * regressor**2).sum()
        moved = offset + working - (left - ratio * regressor)
        step = np.abs(moved - predictor)[known].max()
        predictor = np.where(known, moved, 0.0)
        if step <= 1e-8 and abs(ratio - before) <= _PRECISION * max(abs(ratio), 1):
            mean = np.exp(predictor)
            residual = known * (y - mean) / (1 + dispersion * mean)
            weight = known * mean / (1 + dispersion * mean)
            expected = np.where(known, mean, np.nan)
            return CountFit(float(ratio), expected, residual, weight, regressor, dispersion)
    raise DesignError(interface_language()("error.counts.no_convergence", rounds=_ROUNDS))


def sweep_weighted(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Take weighted territory and period means out of each layer, in turn, until nothing moves.

    Parameters
    ----------
    values : ndarray, shape (n_layers, n_territories, n_periods)
    weight : ndarray, shape (n_territories, n_periods)
    """
    size = np.abs(values).max(axis=(1, 2), keepdims=True) + 1e-300
    for _ in range(20 * _ROUNDS):
        before = values
        for axis in (2, 1):
            means = (values * weight).sum(axis=axis, keepdims=True)
            values = values - means / weight.sum(axis=axis - 1, keepdims=True)
        if (np.abs(values - before) <= 1e-12 * size).all():
            return values
    raise DesignError(interface_language()("error.counts.no_convergence", rounds=20 * _ROUNDS))
