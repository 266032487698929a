"""A descent by gradient within bounds, for a function of a few variables.

BFGS on the variables that no bound holds, steps cut back to the bounds (Bertsekas, SIAM Journal on
Control and Optimization 1982). scipy's L-BFGS-B ends in the same minima, but starts threads on
matrices of ten rows: where all processors are at work it takes five times as long.
"""

from collections.abc import Callable

import numpy as np

_STEPS, _CUTS = 60, 12
# Armijo's condition, and by how much a step that misses it is cut.
_ARMIJO, _CUT = 1e-4, 0.4
# A step that gains less than this share ends the descent.
_GAIN = 1e-7
_CURVED = 1e-12


def descend(
    function: Callable[[np.ndarray], tuple[float, np.ndarray]],
    start: np.ndarray,
    *,
    low: float,
    high: float,
    longest: float,
) -> tuple[float, np.ndarray]:
    """Return a local minimum within bounds, and where it is.

    Parameters
    ----------
    function : callable
        Returns the value and the gradient at a point of shape (n,).
    start : ndarray, shape (n,)
    low, high : float
        Bounds of every variable.
    longest : float
        Most that one step may move a variable; the first moves none by more than 1.
    """
    at = np.clip(start, low, high)
    value, slope = function(at)
    inverse = np.eye(len(at)) / max(np.abs(slope).max(), 1e-300)
    for _ in range(_STEPS):
        free = ~(((at >= high) & (slope < 0)) | ((at <= low) & (slope > 0)))
        direction = np.where(free, -inverse @ np.where(free, slope, 0), 0)
        if not direction @ slope < 0:
            break
        reached = _line_search(function, at, value, slope, direction, low, high, longest)
        if reached is None:
            break
        moved, least, other = reached
        inverse = _updated(inverse, moved - at, other - slope)
        gained = value - least
        at, value, slope = moved, least, other
        if gained <= _GAIN * abs(value):
            break
    return value, at


def _line_search(function, at, value, slope, direction, low, high, longest):
    """Return a point along the direction that is lower enough, its value and gradient, or None."""
    step = min(1.0, longest / np.abs(direction).max())
    for _ in range(_CUTS):
        moved = np.clip(at + step * direction, low, high)
        reached, other = function(moved)
        if reached <= value + _ARMIJO * (slope @ (moved - at)):
            return moved, reached, other
        step *= _CUT
    return None


def _updated(inverse: np.ndarray, moved: np.ndarray, turned: np.ndarray) -> np.ndarray:
    """Update the inverse of the second derivatives, where the function curves upwards."""
    curve = moved @ turned
    if curve <= _CURVED * np.sqrt((moved @ moved) * (turned @ turned)):
        return inverse
    left = np.eye(len(moved)) - np.outer(moved, turned) / curve
    return left @ inverse @ left.T + np.outer(moved, moved) / curve
