"""What an event study still shows if trends were not quite parallel (Rambachan and Roth 2023)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import brentq, minimize_scalar
from scipy.special import ndtr, ndtri

from toolkit.designs.coefficients import checked_coefficients, checked_weights, refuse
from toolkit.designs.moment_inequalities import accepted_range, vertex_statistics
from toolkit.estimate import CheckOutcome
from toolkit.i18n import interface_language

# The breakdown value is bracketed to this share of itself, and sought up to this many doublings.
_BREAKDOWN_TOLERANCE = 1e-4
_DOUBLINGS = 40
# Added to the variances of the differences, as a share of the greatest, so that a singular
# covariance still has one shortest interval.
_RIDGE = 1e-12

Interval = tuple[float, float]


@dataclass(frozen=True)
class HonestTrends:
    """Intervals of an effect under violations of parallel trends of growing size.

    Attributes
    ----------
    frame : DataFrame, shape (n_grid, 3)
        Columns m, low, high; low and high in the outcome's unit. NaN where the method accepts no
        effect at all: the pre-trends themselves refute this m.
    breakdown : float
        The m up to which every interval excludes zero, in the unit of m (none for "relative",
        the outcome's unit a period for "smoothness"). NaN when the interval at m = 0 already
        covers zero; infinite when none was found that does. An empty interval covers nothing.
    breakdown_method : {"bisection", "covers_at_zero", "never_covers"}
        "bisection": from 0 through the grid and then by doubling, the first m whose interval
        covers zero, then bisected with the last that does not to a relative 1e-4. Above it the
        intervals cover zero wherever they grow with m, as they do but for rounding.
    original : tuple of float
        The interval if trends were exactly parallel.
    value : float
        The effect if trends were exactly parallel.
    restriction : {"relative", "smoothness"}
    method : {"conditional", "fixed_length"}
    level : float
    """

    frame: pd.DataFrame
    breakdown: float
    breakdown_method: str
    original: Interval
    value: float
    restriction: str
    method: str
    level: float

    def outcome(self) -> CheckOutcome:
        """Return what this says of the effect: how large a violation it withstands."""
        low, high = self.original
        values = {"low": low, "high": high}
        if low <= 0 <= high:
            return CheckOutcome(
                "honest_trends", "not_applicable", "nothing_to_overturn", values, self.frame
            )
        status, reason = "informative", self.breakdown_method
        if reason == "bisection":
            reason, values = self.restriction, values | {"breakdown": self.breakdown}
        elif reason == "covers_at_zero":
            status = "failed"
        return CheckOutcome("honest_trends", status, reason, values, self.frame)


def honest_trends(
    beta: ArrayLike,
    covariance: ArrayLike,
    *,
    n_pre: int,
    grid: ArrayLike,
    restriction: Literal["relative", "smoothness"] = "relative",
    method: Literal["conditional", "fixed_length"] | None = None,
    weights: ArrayLike | Literal["first", "average"] = "first",
    level: float = 0.95,
) -> HonestTrends:
    """Bound an effect when its trends may diverge as much as the pre-periods suggest.

    "relative": between two consecutive periods after adoption, trends diverge by at most m times
    their greatest divergence between two consecutive periods before it (the reference period
    included). At m = 0 trends are parallel after adoption: with several post-periods the interval
    is the original one. "smoothness": the slope of the divergence changes by at most m between
    consecutive periods. At m = 0 the pre-trend goes on as a straight line and the interval is the
    efficient linear extrapolation.

    Parameters
    ----------
    beta : array_like, shape (n_pre + n_post,)
        Event-study coefficients in the order of event time, -1 left out as the reference: -n_pre
        - 1, ..., -2, 0, ..., n_post - 1. They are read as jointly normal.
    covariance : array_like, shape (n_pre + n_post, n_pre + n_post)
        Taken as known: with few clusters the intervals inherit the faults of its estimate.
    n_pre : int
        How many coefficients come before the reference period; at least one.
    grid : array_like, shape (n_grid,)
        The values of m to report, none negative.
    restriction : {"relative", "smoothness"}
    method : {"conditional", "fixed_length"}, optional
        "conditional" is the conditional / least-favourable hybrid, its first stage at a tenth of
        the size; "fixed_length" the shortest interval around a linear estimate, for "smoothness"
        only. The default is what the authors recommend: conditional for "relative", fixed_length
        for "smoothness".
    weights : array_like, shape (n_post,), or {"first", "average"}
        The effect as a sum over post-periods.
    level : float
        Of the intervals; at least 0.5 and less than 1.

    Returns
    -------
    HonestTrends

    Raises
    ------
    DesignError
        All that is wrong: shapes that do not fit, values that are not finite, a covariance that
        is not symmetric or not positive semidefinite, no pre-period, a negative m, unknown names.

    Notes
    -----
    Fixed-length intervals are exact to 1e-8 of the outcome's standard error. The tolerances of
    the conditional ones are in `toolkit.designs.moment_inequalities`.

    Source: Rambachan, Roth (2023), "A more credible approach to parallel trends", Review of
    Economic Studies 90(5), 2555-2591.

    Examples
    --------
    >>> result = honest_trends(
    ...     [0.1, -0.1, 2.0], 0.04 * np.eye(3), n_pre=2, grid=[0, 0.5], restriction="smoothness"
    ... )
    >>> result.frame.round(3).values.tolist()
    [[0.0, 1.591, 2.449], [0.5, 0.935, 2.865]]
    """
    method = method or ("conditional" if restriction == "relative" else "fixed_length")
    beta, covariance, faults = checked_coefficients(beta, covariance, n_pre=n_pre)
    weights, wrong_weights = checked_weights(weights, max(len(beta) - max(n_pre, 0), 1))
    grid, wrong_grid = _checked_grid(grid)
    refuse(faults + wrong_weights + wrong_grid + _choice_faults(restriction, method, level))
    estimator = np.concatenate([np.zeros(n_pre), weights])
    value = float(estimator @ beta)
    half = ndtri((1 + level) / 2) * np.sqrt(estimator @ covariance @ estimator)
    interval = _intervals(beta, covariance, n_pre, weights, restriction, method, level)
    found = [interval(m) for m in grid]
    frame = pd.DataFrame({"m": grid, "low": [f[0] for f in found], "high": [f[1] for f in found]})
    breakdown, how = _breakdown(interval, grid)
    original = (float(value - half), float(value + half))
    return HonestTrends(frame, breakdown, how, original, value, restriction, method, level)


def _checked_grid(grid: ArrayLike) -> tuple[np.ndarray, list[str]]:
    say = interface_language()
    try:
        values = np.atleast_1d(np.array(grid, dtype=float))
    except (TypeError, ValueError):
        return np.empty(0), [say("error.trends.grid", seen=grid)]
    sound = values.ndim == 1 and len(values) and np.isfinite(values).all() and values.min() >= 0
    return values, [] if sound else [say("error.trends.grid", seen=grid)]


def _choice_faults(restriction: str, method: str, level: float) -> list[str]:
    say = interface_language()
    faults = []
    if restriction not in ("relative", "smoothness"):
        faults.append(say("error.trends.restriction", seen=restriction))
    if method not in ("conditional", "fixed_length"):
        faults.append(say("error.trends.method", seen=method))
    elif method == "fixed_length" and restriction == "relative":
        faults.append(say("error.trends.no_fixed_length"))
    if not 0.5 <= level < 1:
        faults.append(say("error.trends.level", seen=level))
    return faults


def _intervals(
    beta, covariance, n_pre, weights, restriction, method, level
) -> Callable[[float], Interval]:
    """Return the function from m to the interval, with what does not depend on m made once."""
    if restriction == "relative":
        return lambda m: _relative_interval(beta, covariance, n_pre, weights, m, level)
    second = _differences(n_pre, len(weights), order=2)
    if method == "fixed_length":
        estimates = _smooth_estimates(beta, covariance, second, weights)
        return lambda m: estimates.interval(m, level)
    return lambda m: _smoothness_interval(beta, covariance, second, weights, m, level)


def _differences(n_pre: int, n_post: int, order: int) -> np.ndarray:
    """Differences of the violation between consecutive periods, the reference being zero.

    Shape (n_pre + n_post + 1 - order, n_pre + n_post); the last n_post rows touch post-periods.
    """
    with_reference = np.diff(np.eye(n_pre + n_post + 1), n=order, axis=0)
    return np.delete(with_reference, n_pre, axis=1)


def _relative_interval(beta, covariance, n_pre, weights, m, level) -> Interval:
    """Join the intervals of each way the greatest pre-period difference can fall.

    "At most m times the greatest" is no convex set, but the union over which difference is the
    greatest and over its sign is one of polyhedra, and the union of their intervals covers
    (Rambachan-Roth, lemma 2.2).
    """
    first = _differences(n_pre, len(weights), order=1)
    multiples = np.where(np.arange(len(first)) < n_pre, 1.0, m)
    ranges = []
    for greatest in first[:n_pre]:
        for sign in (1, -1):
            vertices = vertex_statistics(
                beta,
                covariance,
                differences=first,
                bounds=np.outer(multiples, sign * greatest),
                constant=0.0,
                weights=weights,
                pre_rows=len(weights) == 1,
            )
            ranges.append(accepted_range(vertices, level))
    lows, highs = np.array(ranges).T
    if np.isnan(lows).all():
        return np.nan, np.nan
    return float(np.nanmin(lows)), float(np.nanmax(highs))


def _smoothness_interval(beta, covariance, second, weights, m, level) -> Interval:
    vertices = vertex_statistics(
        beta,
        covariance,
        differences=second,
        bounds=np.zeros_like(second),
        constant=m,
        weights=weights,
        pre_rows=len(weights) == 1,
    )
    return accepted_range(vertices, level)


@dataclass(frozen=True)
class _SmoothEstimates:
    """Linear estimates from least variance to least bias, straight between neighbours.

    `bias` is for m = 1. A segment's bias and value are linear along it, its variance quadratic:
    `variance` holds the coefficients of the squares (start, cross, end).
    """

    bias: np.ndarray
    value: np.ndarray
    variance: np.ndarray

    def interval(self, m: float, level: float) -> Interval:
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


def _smooth_estimates(beta, covariance, second, weights) -> _SmoothEstimates:
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
    return _SmoothEstimates(
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


def _breakdown(interval: Callable[[float], Interval], grid: np.ndarray) -> tuple[float, str]:
    """Return the m up to which intervals exclude zero, and how it was found."""

    def covers(m: float) -> bool:
        low, high = interval(m)
        return low <= 0 <= high

    if covers(0.0):
        return np.nan, "covers_at_zero"
    excluding, step = 0.0, float(grid.max()) or 1.0
    tried = [*np.unique(grid[grid > 0]), *(step * 2.0 ** np.arange(1, _DOUBLINGS))]
    for covering in tried:
        if covers(covering):
            break
        excluding = covering
    else:
        return np.inf, "never_covers"
    while covering - excluding > _BREAKDOWN_TOLERANCE * covering:
        middle = (excluding + covering) / 2
        excluding, covering = (excluding, middle) if covers(middle) else (middle, covering)
    return float(excluding), "bisection"
