"""The shortest interval around a linear estimate when the slope of trends changes little.

Estimates trade bias for variance along a path with finitely many knots; the interval of a given
restriction is that of the best place on it (Rambachan and Roth 2023; Armstrong and
Kolesar, Econometrica 2018).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import ndtr, ndtri

# Added to the variances of the differences, as a share of the greatest, so that a singular
# covariance still has one shortest interval.
_RIDGE = 1e-12


@dataclass(frozen=True)
class SmoothEstimates:
    """Linear estimates from least variance to least bias, straight between neighbours.

    `bias` is for m = 1. A segment's bias and value are linear along it, its variance quadratic:
    `variance` holds the coefficients of the squares (start, cross, end).
    """

    bias: np.ndarray
    value: np.ndarray
    variance: np.ndarray

    def interval(self, m: float, level: float) -> tuple[float, float]:
        """Return the shortest interval if slopes change by at most m."""
        places = np.arange(len(self.bias), dtype=float)
        lengths = [self._half_length(place, m, level) for place in places]
        best = float(np.argmin(lengths))
        # The half-length is convex along the path: its least lies beside the best knot.
        for start in (best - 1, best):
            if 0 <= start < len(places) - 1:
                found = minimize_scalar(
                    self._half_length,
                    bounds=(start, start + 1),
                    args=(m, level),
                    method="bounded",
                    options={"xatol": 1e-7},
                )
                lengths.append(found.fun)
                places = np.append(places, found.x)
        place = places[int(np.argmin(lengths))]
        centre = np.interp(place, np.arange(len(self.value)), self.value)
        return float(centre - min(lengths)), float(centre + min(lengths))

    def _half_length(self, place: float, m: float, level: float) -> float:
        start = int(min(place, max(len(self.bias) - 2, 0)))
        end, share = min(start + 1, len(self.bias) - 1), place - start
        bias = (1 - share) * self.bias[start] + share * self.bias[end]
        square, cross, end_square = (
            self.variance[start, start],
            self.variance[start, end],
            self.variance[end, end],
        )
        deviation = np.sqrt(
            max(
                (1 - share) ** 2 * square + 2 * share * (1 - share) * cross + share**2 * end_square,
                0,
            )
        )
        return _folded_half_length(m * bias, deviation, level)


def _folded_half_length(bias: float, deviation: float, level: float) -> float:
    """Return the `level` quantile of |N(bias, deviation**2)|."""
    if deviation <= 0:
        return float(bias)
    shift = bias / deviation
    low, high = shift + ndtri(level), shift + ndtri((1 + level) / 2)

    def excess(half: float) -> float:
        return float(ndtr(half - shift) - ndtr(-half - shift) - level)

    # Far from zero only one tail counts, and the lower bound is the quantile to rounding.
    quantile = low if excess(low) >= 0 else brentq(excess, low, high, xtol=1e-13)
    return float(deviation * quantile)


def smooth_estimates(beta, covariance, second, weights) -> SmoothEstimates:
    """Follow the estimates from least bias to least variance.

    A linear estimate without bias under straight trends is a sum of second differences with
    coefficients kappa; those of the rows that touch post-periods are given by the weights. Its
    greatest bias is m times the sum of |kappa|, so that variance against bias is a lasso, whose
    path is straight between finitely many knots (Osborne, Presnell, Turlach 2000).
    """
    n_post = len(weights)
    fixed = np.linalg.solve(second[-n_post:, -n_post:].T, weights)
    spread = second @ covariance @ second.T
    n_free = len(second) - n_post
    free = spread[:n_free, :n_free]
    ridge = _RIDGE * np.diag(spread).max() * np.eye(n_free)
    knots = _lasso_path(free + ridge, spread[:n_free, n_free:] @ fixed)
    kappa = np.hstack([knots, np.tile(fixed, (len(knots), 1))])
    return SmoothEstimates(
        np.abs(kappa).sum(axis=1), kappa @ (second @ beta), kappa @ spread @ kappa.T
    )


def _lasso_path(quadratic: np.ndarray, linear: np.ndarray) -> np.ndarray:
    """Return the knots of argmin x'Qx/2 + linear'x + penalty |x|, penalty from infinity to 0.

    Returns
    -------
    ndarray, shape (n_knots, n)
        The first is zero, the last has no penalty.
    """
    x = np.zeros(len(linear))
    knots = [x]
    penalty = np.abs(linear).max(initial=0)
    active = np.abs(linear) >= penalty * (1 - 1e-12) if penalty else np.zeros(len(linear), bool)
    signs = -np.sign(linear) * active
    # Each step adds or drops one coefficient; a path longer than this would be a cycle.
    for _ in range(50 * (len(linear) + 1)):
        if penalty <= 0:
            break
        x, penalty, active, signs = _lasso_step(quadratic, linear, x, penalty, active, signs)
        knots.append(x)
    return np.array(knots)


def _lasso_step(quadratic, linear, x, penalty, active, signs):
    """Lower the penalty until a coefficient reaches zero or another must move."""
    direction = np.zeros_like(x)
    direction[active] = np.linalg.solve(quadratic[np.ix_(active, active)], signs[active])
    gradient, change = quadratic @ x + linear, quadratic @ direction
    with np.errstate(divide="ignore", invalid="ignore"):
        leaves = np.where(active & (direction * signs < 0), -x / direction, np.inf)
        upper = (penalty - gradient) / (1 + change)
        lower = (penalty + gradient) / (1 - change)
    leaves[leaves <= 1e-12 * penalty] = np.inf
    enters = np.full((2, len(x)), np.inf)
    for row, steps, rate in ((0, upper, 1 + change), (1, lower, 1 - change)):
        possible = ~active & (rate > 1e-12) & (steps > 1e-12 * penalty)
        enters[row, possible] = steps[possible]
    step = min(penalty, leaves.min(), enters.min())
    moved, active, signs = x + step * direction, active.copy(), signs.copy()
    if step >= penalty:
        return moved, 0.0, active, signs
    if leaves.min() <= step:
        left = int(leaves.argmin())
        active[left], signs[left], moved[left] = False, 0, 0
    else:
        side, entered = np.unravel_index(enters.argmin(), enters.shape)
        active[entered], signs[entered] = True, -1 if side == 0 else 1
    return moved, penalty - step, active, signs
