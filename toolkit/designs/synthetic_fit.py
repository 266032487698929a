"""Weights of a synthetic control: on the outcome's own past, or on predictors of it.

On outcomes alone the weights are those of the donors whose past is nearest. With predictors the
weights depend on how much each predictor counts (V), and V is chosen for the past outcomes it
reproduces best: a nested problem with many local optima (Becker and Kloessner 2018), so that it is
started from several points and the attained loss is always reported.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from toolkit.designs.simplex import simplex_weights

_STARTS = 10
# A start agrees with the best where its loss is within this share of it.
_SAME = 0.01
_EVALUATIONS = 200  # by predictor and start
_LEAST = -18.0  # logarithm of the least share a predictor is given while it is searched


@dataclass(frozen=True, eq=False)
class Fit:
    """Weights of the donors for one treated territory.

    Attributes
    ----------
    weights : ndarray, shape (n_donors,)
    predictor_weights : ndarray, shape (n_predictors,)
        They sum to one; empty on outcomes alone.
    loss : float
        Mean squared gap over the periods that are fitted, in the outcome's unit squared.
    agreeing, starts : int
        Starts that reached the best loss within 1 %, of all; 1 of 1 on outcomes alone, whose
        optimum is exact.
    """

    weights: np.ndarray
    predictor_weights: np.ndarray
    loss: float
    agreeing: int = 1
    starts: int = 1


def fit_outcomes(donors: np.ndarray, treated: np.ndarray) -> Fit:
    """Fit past outcomes: donors of shape (n_periods, n_donors), treated of shape (n_periods,)."""
    weights = simplex_weights(donors, treated)
    return Fit(weights, np.empty(0), _loss(donors, treated, weights))


def fit_predictors(
    donors: np.ndarray,
    treated: np.ndarray,
    donor_predictors: np.ndarray,
    treated_predictors: np.ndarray,
    *,
    rng: np.random.Generator,
) -> Fit:
    """Fit predictors, weighed so that past outcomes are best reproduced.

    Parameters
    ----------
    donors, treated : ndarray, shapes (n_periods, n_donors) and (n_periods,)
        Past outcomes, which choose V.
    donor_predictors, treated_predictors : ndarray, shapes (n_predictors, n_donors), (n_predictors,)
    rng : Generator
        Of the starts but the first two: equal weights, and those of a regression of the outcomes
        on the predictors.
    """
    both = np.column_stack([donor_predictors, treated_predictors])
    spread = both.std(axis=1, ddof=1)
    spread = np.where(spread > 0, spread, 1.0)
    x0, x1 = donor_predictors / spread[:, None], treated_predictors / spread

    def weights_of(log_v: np.ndarray) -> np.ndarray:
        root = np.sqrt(_shares(log_v))
        return simplex_weights(root[:, None] * x0, root * x1)

    def loss_of(log_v: np.ndarray) -> float:
        return _loss(donors, treated, weights_of(log_v))

    k = len(x1)
    starts = [np.zeros(k), _by_regression(x0, x1, donors, treated)]
    starts += [np.log(rng.dirichlet(np.ones(k)) + 1e-9) for _ in range(_STARTS - len(starts))]
    options = {"maxfev": _EVALUATIONS * k, "xatol": 1e-4, "fatol": 1e-10, "adaptive": True}
    found = [minimize(loss_of, s, method="Nelder-Mead", options=options) for s in starts]
    best = min(found, key=lambda result: result.fun)
    # The simplex of a search shrinks early; from its best point a fresh one often goes on.
    for _ in range(3):
        again = minimize(loss_of, best.x, method="Nelder-Mead", options=options)
        if again.fun >= best.fun * (1 - 1e-6):
            break
        best = again
    losses = np.array([result.fun for result in found])
    agreeing = int(np.sum(losses <= best.fun * (1 + _SAME)))
    return Fit(weights_of(best.x), _shares(best.x), float(best.fun), agreeing, len(starts))


def _shares(log_v: np.ndarray) -> np.ndarray:
    weights = np.exp(np.maximum(log_v - log_v.max(), _LEAST))
    return weights / weights.sum()


def _by_regression(x0, x1, donors, treated) -> np.ndarray:
    """Weigh each predictor by how much it moves the outcomes, as Synth's own start does."""
    predictors = np.column_stack([x0, x1]).T
    design = np.column_stack([np.ones(len(predictors)), predictors])
    outcomes = np.column_stack([donors, treated]).T
    slopes = np.linalg.lstsq(design, outcomes, rcond=None)[0][1:]
    squares = (slopes**2).sum(axis=1)
    return np.log(squares / max(squares.sum(), 1e-300) + 1e-9)


def _loss(donors: np.ndarray, treated: np.ndarray, weights: np.ndarray) -> float:
    return float(np.mean((treated - donors @ weights) ** 2))
