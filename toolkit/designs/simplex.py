"""Weights that are not negative and sum to one, nearest to a target: an exact quadratic program.

With weights that sum to one, ``columns @ w - target`` is a weighted mean of the columns less the
target: the program asks for the point of a convex hull nearest to the origin. Non-negative least
squares with one more row finds it (Lawson and Hanson 1974, chapter 23): for a weight vector of
sum s, the squared length is s² q + (s - 1)², which is smallest where the normalised q is. Its
active-set method ends after finitely many steps, at the optimum and not near it.
"""

import numpy as np
from scipy.optimize import nnls

from toolkit.errors import DesignError
from toolkit.i18n import interface_language

# Passes of the active-set method a column may take; scipy's own limit, 3, stops short at times.
_PASSES = 50


def simplex_weights(columns: np.ndarray, target: np.ndarray, *, ridge: float = 0.0) -> np.ndarray:
    """Minimise ``||columns @ w - target||² + ridge ||w||²`` with w >= 0 and sum w = 1.

    Parameters
    ----------
    columns : ndarray, shape (n_rows, n_columns)
        One column a donor.
    target : ndarray, shape (n_rows,) or (n_rows, n_targets)
        Several targets share the columns and are solved one by one.
    ridge : float
        Not negative; above zero the optimum is unique.

    Returns
    -------
    ndarray, shape (n_columns,) or (n_columns, n_targets)
        Zero exactly outside the support. Without a ridge at most n_rows + 1 are positive; where
        several vectors attain the optimum, one of them.

    Raises
    ------
    DesignError
        A value is not finite, there is no column, or the ridge is negative.

    Examples
    --------
    >>> simplex_weights(np.array([[0.0, 4.0], [1.0, 1.0]]), np.array([1.0, 1.0])).round(6)
    array([0.75, 0.25])
    """
    columns, target = np.asarray(columns, float), np.asarray(target, float)
    if not (columns.size and np.isfinite(columns).all() and np.isfinite(target).all()):
        raise DesignError(interface_language()("error.simplex.values", shape=columns.shape))
    if not (ridge >= 0 and np.isfinite(ridge)):
        raise DesignError(interface_language()("error.simplex.ridge", ridge=ridge))
    if target.ndim == 2:
        solved = [nearest_mix(columns - one[:, None], ridge) for one in target.T]
        return np.stack(solved, axis=1)
    return nearest_mix(columns - target[:, None], ridge)


def nearest_mix(points: np.ndarray, ridge: float = 0.0) -> np.ndarray:
    """Return the weights of the point of the columns' hull nearest to the origin.

    `simplex_weights` without its checks, for searches that solve thousands: `points` are finite,
    of shape (n_rows, n_columns).
    """
    if ridge > 0:
        points = np.concatenate([points, np.sqrt(ridge) * np.eye(points.shape[1])])
    m, n = points.shape
    # In units of the nearest column the optimum is at most 1, and the added row weighs as much.
    lengths = np.einsum("ij,ij->j", points, points)
    nearest = int(lengths.argmin())
    scale = np.sqrt(lengths[nearest])
    if scale == 0:
        return np.eye(n)[nearest]
    stacked, target = np.ones((m + 1, n)), np.zeros(m + 1)
    np.divide(points, scale, out=stacked[:m])
    target[m] = 1
    weights, _ = nnls(stacked, target, maxiter=_PASSES * n)
    return weights / weights.sum()


def optimality_gap(
    columns: np.ndarray, target: np.ndarray, weights: np.ndarray, *, ridge: float = 0.0
) -> float:
    """Return a bound on how far the objective at `weights` lies above its minimum.

    The bound is that of Frank and Wolfe, in the objective's unit; at the optimum it is zero, which
    is the condition of Karush, Kuhn and Tucker: no donor has a smaller slope than those used.
    """
    slope = 2 * (columns.T @ (columns @ weights - target) + ridge * weights)
    return float(slope @ weights - slope.min())
