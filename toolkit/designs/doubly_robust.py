"""One cell fitted doubly robust: right if either the regression or the propensity is right.

The changes of the comparison are regressed on the covariates, and weighed by the odds to adopt
(Sant'Anna and Zhao, Journal of Econometrics 2020); without covariates it is a difference of means.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

# A territory this sure to be treated has no counterpart: the rule of the R package `did`.
_NO_OVERLAP = 0.999
# Eigenvalues closer to zero than this share of the largest are a collinear covariate's.
_COLLINEAR = 1e-10
_NEWTON_STEPS = 60
_CONVERGED = 1e-9


@dataclass(frozen=True, eq=False)
class Fit:
    """Doubly robust fits of one cell for several assignments (first axis)."""

    value: np.ndarray
    fault: np.ndarray
    treated: np.ndarray
    compared: np.ndarray
    propensity: np.ndarray
    weight: np.ndarray
    slope: np.ndarray


def fit_cell(
    treated: np.ndarray,
    compared: np.ndarray,
    design: np.ndarray,
    changes: np.ndarray,
    trimming: float,
) -> Fit:
    """Estimate one cell for several assignments at once.

    Parameters
    ----------
    treated, compared : ndarray of 0 and 1, shape (n_assignments, n)
    design : ndarray, shape (n, n_columns)
        Its first column is the constant.
    changes : ndarray, shape (n, n_values)
    """
    n_treated, n_compared = treated.sum(axis=1), compared.sum(axis=1)
    columns = design.shape[1]
    fault = np.where((n_treated == 0) | (n_compared == 0), "empty", "").astype("<U9")
    sample = treated + compared
    if columns == 1:
        share = n_treated / np.maximum(n_treated + n_compared, 1)
        propensity, weight = np.broadcast_to(share[:, None], treated.shape), compared
        slope = (compared @ changes / np.maximum(n_compared, 1)[:, None])[:, None, :]
    else:
        slope, collinear = _regression(compared, design, changes)
        collinear |= n_compared <= columns
        propensity = _propensity(treated, sample, design)
        odds = propensity / np.maximum(1 - propensity, 1e-12)
        weight = compared * odds * (propensity < trimming)
        apart = (sample * propensity).max(axis=1, initial=0) >= _NO_OVERLAP
        apart |= ~np.isfinite(propensity).all(axis=1) | (weight.sum(axis=1) <= 0)
        fault[apart & (fault == "")] = "overlap"
        fault[collinear & (fault != "empty")] = "collinear"
    with np.errstate(divide="ignore", invalid="ignore"):
        contrast = treated / n_treated[:, None] - weight / weight.sum(axis=1)[:, None]
        # The contrast of what the regression leaves of the changes.
        value = contrast @ changes - np.einsum("bc,bcr->br", contrast @ design, slope)
    return Fit(value, fault, treated, compared, propensity, weight, slope)


def _regression(compared: np.ndarray, design: np.ndarray, changes: np.ndarray):
    """Regress changes on the design among comparison territories; say where it is collinear."""
    columns = design.shape[1]
    squares = weighted_squares(compared, design)
    crossed = np.einsum("bn,nc,nr->bcr", compared, design, changes, optimize=True)
    roots = np.linalg.eigvalsh(squares)
    collinear = roots[:, 0] <= _COLLINEAR * roots[:, -1]
    squares[collinear] = np.eye(columns)
    return np.linalg.solve(squares, crossed), collinear


def weighted_squares(weight: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Return the weighted cross products of the columns, one matrix an assignment."""
    columns = design.shape[1]
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), columns**2)
    return (weight @ products).reshape(-1, columns, columns)


def _propensity(treated: np.ndarray, sample: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Fit a logit of each assignment by Newton's method; return the fitted shares.

    NaN where the method did not settle.
    """
    columns = design.shape[1]
    slope = np.zeros((len(treated), columns))
    for _ in range(_NEWTON_STEPS):
        fitted = expit(slope @ design.T)
        gradient = (treated - sample * fitted) @ design
        # Those that separate drift for ever, and are refused for it: no need to follow them.
        moving = (np.abs(gradient).max(axis=1) > _CONVERGED) & (
            (sample * fitted).max(axis=1, initial=0) < _NO_OVERLAP
        )
        if not moving.any():
            break
        information = weighted_squares((sample * fitted * (1 - fitted))[moving], design)
        # The ridge bends the path, never its end, where the gradient is zero.
        ridge = 1e-10 * np.maximum(np.trace(information, axis1=1, axis2=2), 1e-6)
        information += ridge[:, None, None] * np.eye(columns)
        step = np.linalg.solve(information, gradient[moving][:, :, None])[:, :, 0]
        longest = np.abs(step @ design.T).max(axis=1)
        slope[moving] += step * np.minimum(1, 4 / np.maximum(longest, 1e-300))[:, None]
    fitted = expit(slope @ design.T)
    stuck = np.abs((treated - sample * fitted) @ design).max(axis=1) > 1e-6
    stuck &= (sample * fitted).max(axis=1, initial=0) < _NO_OVERLAP
    fitted[stuck] = np.nan
    return fitted


def influence_of(fit: Fit, design: np.ndarray, change: np.ndarray) -> np.ndarray:
    """Return what each territory adds to the error of a cell (Sant'Anna and Zhao 2020, theorem 1).

    The estimated regression and propensity add their own errors to that of the two means.
    """
    treated, compared, weight = fit.treated[0], fit.compared[0], fit.weight[0]
    share, residual = fit.propensity[0], change - design @ fit.slope[0, :, 0]
    mean_treated = treated @ residual / treated.sum()
    mean_compared = weight @ residual / weight.sum()
    deviation = weight * (residual - mean_compared)
    regression = (compared * residual)[:, None] * design
    regression = regression @ np.linalg.inv(weighted_squares(compared[None], design)[0])
    score = (treated - (treated + compared) * share)[:, None] * design
    variance = ((treated + compared) * share * (1 - share))[None]
    score = score @ np.linalg.pinv(weighted_squares(variance, design)[0], hermitian=True)
    of_treated = treated * (residual - mean_treated) - regression @ (treated @ design)
    of_compared = deviation + score @ (deviation @ design) - regression @ (weight @ design)
    return of_treated / treated.sum() - of_compared / weight.sum()
