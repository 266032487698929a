"""What an event study still shows if trends were not quite parallel (Rambachan and Roth 2023)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtri

from toolkit.designs.coefficients import checked_coefficients, checked_weights, refuse
from toolkit.designs.moment_inequalities import accepted_range, vertex_statistics
from toolkit.designs.smooth_estimates import smooth_estimates
from toolkit.estimate import CheckOutcome
from toolkit.i18n import interface_language

# The breakdown value is bracketed to this share of itself, and sought up to this many doublings.
_BREAKDOWN_TOLERANCE = 1e-4
_DOUBLINGS = 40

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
        estimates = smooth_estimates(beta, covariance, second, weights)
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
