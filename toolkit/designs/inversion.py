"""A test by assignments, and the interval of the effects it does not reject.

Taking an effect t away from the treated leaves |statistic - t overlap| for an assignment and
|observed - t| for the one that was: the assignment counts against rejection where the first is not
smaller. Where |overlap| < 1 that is an interval of t around `observed`; the ends of all these
intervals, sorted, are where the count changes.
"""

import numpy as np

# Two statistics that differ by less than rounding are equal.
TIE = 1e-9


def invert(
    observed: float, statistics: np.ndarray, overlaps: np.ndarray, *, level: float, added: int
) -> tuple[float, float, float]:
    """Return the p-value of no effect, and the bounds of the effects that are not rejected.

    Parameters
    ----------
    observed : float
        The statistic of what happened.
    statistics, overlaps : ndarray, shape (n_assignments,)
        Of each assignment: its statistic, NaN where it has none, and what an effect of 1 on the
        treated adds to it (1 for the assignment that was). An assignment without a statistic, or
        whose overlap is 1 or more in absolute value, counts against rejection throughout: the
        interval can only be too wide.
    level : float
        Of the interval.
    added : {0, 1}
        1 where assignments were drawn: what happened then counts among them (Phipson and Smyth
        2010).

    Returns
    -------
    p, low, high : float
        Bounds are infinite where nothing is ever rejected.
    """
    total = len(statistics) + added
    known = np.isfinite(statistics) & np.isfinite(overlaps)
    statistics, overlaps = np.where(known, statistics, np.inf), np.where(known, overlaps, 1)
    rounding = 1e-12 * np.abs(statistics[known]).max(initial=0)
    extreme = np.abs(statistics) >= abs(observed) * (1 - TIE) - rounding
    p = float((extreme.sum() + added) / total)
    always = ~known | (np.abs(overlaps) >= 1 - TIE)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = statistics - overlaps * observed
        right = np.maximum(spread / (1 + overlaps), -spread / (1 - overlaps))
        left = np.maximum(spread / (1 - overlaps), -spread / (1 + overlaps))
    right, left = np.where(always, np.inf, right), np.where(always, np.inf, left)
    # Not rejected while more than 1 - level of the assignments are at least as extreme.
    needed = int(np.floor((1 - level) * total + TIE)) - added
    if needed < 0 or needed >= len(right):
        return p, -np.inf, np.inf
    return p, observed - _kth_largest(left, needed), observed + _kth_largest(right, needed)


def _kth_largest(values: np.ndarray, k: int) -> float:
    return float(np.partition(values, len(values) - 1 - k)[len(values) - 1 - k])
