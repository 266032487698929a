"""How sure a coefficient of agreement is, from units left out or drawn again.

The unit of resampling is what was rated (or a cluster of units), never the rater or the rating.

The bootstrap's percentile interval is far too narrow with few units (see
docs/methods/agreement.md for its coverage). So the default is the jackknife, with Student's
quantile, on Fisher's scale for k, log((1 + (k - 1) a) / (1 - a)) / 2, on which an intraclass
correlation of normal ratings is nearly normal (Fisher 1925, section 40).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# Weights of the units, one row a draw, to the coefficient of each draw; NaN where it has none.
Statistic = Callable[[np.ndarray], np.ndarray]
# With fewer units an interval can be too narrow: the jackknife, and the bootstrap.
FEW_UNITS, FEW_UNITS_BOOTSTRAP = 10, 50
# A coefficient this near 1, or a spread this small, is exact but for rounding.
_ROUNDING = 1e-12
# Weights handled at once: some tens of megabytes.
_CHUNK = 2_000_000


@dataclass(frozen=True)
class Interval:
    """An interval, or None on both sides with the caution that says why."""

    low: float | None
    high: float | None
    cautions: tuple[str, ...] = ()


def jackknife(
    statistic: Statistic, value: float, clusters: np.ndarray, *, per_unit: float, level: float
) -> Interval:
    """Return the interval from leaving out each unit, or each cluster of units, in turn.

    Parameters
    ----------
    statistic : callable
    value : float
        The coefficient on all units.
    clusters : ndarray of int, shape (n_units,)
        Units with the same number are left out together.
    per_unit : float
        Mean number of ratings of a unit.
    level : float
    """
    from scipy.stats import t

    labels, cluster = np.unique(clusters, return_inverse=True)
    n = len(labels)
    if n < 2:
        return Interval(None, None, ("one_cluster",))
    if value > 1 - _ROUNDING:
        return Interval(None, None, ("perfect_agreement",))
    blocks = _blocks(n, len(cluster))
    left = np.concatenate([statistic((b[:, None] != cluster).astype(float)) for b in blocks])
    if np.isnan(left).any():
        return Interval(None, None, ("one_carries_all",))
    error = float(np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum()))
    if error < _ROUNDING:
        return Interval(None, None, ("no_spread",))
    half = float(t.ppf((1 + level) / 2, n - 1)) * error
    low, high = _on_fishers_scale(value, half, max(per_unit, 2.0))
    return Interval(low, high, ("few_units",) if n < FEW_UNITS else ())


def _on_fishers_scale(value: float, half: float, k: float) -> tuple[float, float]:
    """Take a half-width from the coefficient's scale to Fisher's, and the interval back."""
    inside = 1 + (k - 1) * value
    if inside <= _ROUNDING:
        # At or below the least an intraclass correlation can be: there is no such scale.
        return value - half, min(value + half, 1.0)
    middle = np.log(inside / (1 - value)) / 2
    width = half * ((k - 1) / inside + 1 / (1 - value)) / 2
    # (exp(2z) - 1) / (exp(2z) + k - 1), written so that no exponential overflows.
    low, high = (
        1 - k / (np.exp(np.clip(2 * z, -700, 700)) + k - 1)
        for z in (middle - width, middle + width)
    )
    return float(low), float(high)


def bootstrap(
    statistic: Statistic,
    value: float,
    clusters: np.ndarray,
    *,
    rng: np.random.Generator,
    draws: int,
    level: float,
) -> Interval:
    """Return the percentile interval over units, or clusters, drawn with replacement.

    Draws in which no two ratings differ have no coefficient; they are set aside and said.
    """
    labels, cluster = np.unique(clusters, return_inverse=True)
    n = len(labels)
    if n < 2:
        return Interval(None, None, ("one_cluster",))
    if value > 1 - _ROUNDING:
        return Interval(None, None, ("perfect_agreement",))
    even = np.full(n, 1 / n)
    times = (rng.multinomial(n, even, size=len(b)) for b in _blocks(draws, len(cluster)))
    drawn = np.concatenate([statistic(part.astype(float)[:, cluster]) for part in times])
    known = drawn[~np.isnan(drawn)]
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    cautions = ("bootstrap_few_units",) if n < FEW_UNITS_BOOTSTRAP else ()
    cautions += ("bootstrap_undefined",) if len(known) < draws else ()
    return Interval(float(low), float(high), cautions)


def _blocks(n_rows: int, n_units: int) -> list[np.ndarray]:
    return np.array_split(np.arange(n_rows), 1 + n_rows * n_units // _CHUNK)
