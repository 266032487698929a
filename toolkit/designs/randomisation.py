"""Randomisation inference for few treated territories: every assignment that could have been.

The statistic of an assignment is the mean change of its treated territories less that of the
others. Under the null the changes do not depend on who is treated, so the observed statistic is
one draw among those of all assignments (Fisher 1935). When territories differ in noise the draws
are not exchangeable: `size_adjusted` rescales them first (Ferman and Pinto 2019).
"""

from dataclasses import dataclass
from math import comb

import numpy as np

from toolkit.designs.assignments import MOST_EXACT, all_assignments, chunks, drawn_assignments
from toolkit.designs.inversion import TIE, invert


@dataclass(frozen=True)
class Randomisation:
    """The outcome of a randomisation test.

    Attributes
    ----------
    p : float
        Share of assignments at least as extreme as the observed one; with draws, (1 + count) /
        (1 + draws), so that it is never zero (Phipson and Smyth 2010).
    smallest_p : float
        The smallest p these numbers allow.
    low, high : float
        Interval of the effects that the test does not reject at `level`; infinite where it never
        rejects.
    exact : bool
        Whether all assignments were listed.
    n_assignments : int
        Listed or drawn.
    """

    p: float
    smallest_p: float
    low: float
    high: float
    level: float
    exact: bool
    n_assignments: int


def randomisation(
    changes: np.ndarray,
    treated: np.ndarray,
    *,
    rng: np.random.Generator,
    draws: int = 9_999,
    level: float = 0.95,
) -> Randomisation:
    """Test that treatment changed nothing, and find the effects that are compatible.

    Parameters
    ----------
    changes : ndarray, shape (n_territories,)
        Change of each territory from before to after.
    treated : ndarray of bool, shape (n_territories,)
    rng : Generator
        Draws assignments when they are more than a million.
    draws : int
        How many to draw then.

    Returns
    -------
    Randomisation
        The interval is by test inversion, for an effect equal on all treated territories.
    """
    n, k = len(changes), int(treated.sum())
    exact = comb(n, k) <= MOST_EXACT
    chosen = all_assignments(n, k) if exact else drawn_assignments(n, k, draws, rng)
    share = 1 / k + 1 / (n - k)
    statistics = changes[chosen].sum(axis=1) * share - changes.sum() / (n - k)
    # What an effect of 1 on the treated adds to the statistic of each assignment: 1 for their own.
    overlaps = treated[chosen].sum(axis=1) * share - k / (n - k)
    observed = changes[treated].mean() - changes[~treated].mean()
    added = 0 if exact else 1
    p, low, high = invert(observed, statistics, overlaps, level=level, added=added)
    # Where half are treated, the mirror of the observed assignment is always as extreme.
    smallest = (2 if exact and 2 * k == n else 1) / (len(statistics) + added)
    return Randomisation(p, smallest, low, high, level, exact, len(statistics))


def size_adjusted(
    changes: np.ndarray,
    treated: np.ndarray,
    sizes: np.ndarray,
    *,
    rng: np.random.Generator,
    draws: int = 9_999,
    level: float = 0.95,
) -> Randomisation:
    """Test and invert as `randomisation` does, for territories whose noise depends on their size.

    The variance of a change is taken as a + b / size, a and b not negative, fitted on the
    comparison territories. A placebo gives every territory the standardised change of a comparison
    one, at its own scale: the treated keep their scale, and the noise of the comparison's mean
    counts too (Ferman and Pinto, Review of Economics and Statistics 2019, on average changes).

    Parameters
    ----------
    sizes : ndarray, shape (n_territories,)
        Inhabitants, or the count the outcome rests on; positive.

    Returns
    -------
    Randomisation
        Always by draws; the interval adds the placebos' quantile on either side.
    """
    comparison = ~treated
    scale = np.sqrt(_variance_by_size(changes[comparison], sizes[comparison], sizes))
    observed = changes[treated].mean() - changes[comparison].mean()
    n, n_comparison = len(changes), int(comparison.sum())
    standard = (changes[comparison] - changes[comparison].mean()) / scale[comparison]
    # Deviations from a fitted mean are a little small: restore their variance.
    standard = (standard - standard.mean()) * np.sqrt(n_comparison / (n_comparison - 1))
    weights = scale * np.where(treated, 1 / treated.sum(), -1 / n_comparison)
    placebos = np.concatenate(
        [standard[rng.integers(0, n_comparison, (size, n))] @ weights for size in chunks(draws, n)]
    )
    extreme = np.abs(placebos)
    count = np.sum(extreme >= abs(observed) * (1 - TIE)) + 1
    half = float(np.quantile(np.append(extreme, np.inf), level, method="inverted_cdf"))
    low, high = float(observed - half), float(observed + half)
    return Randomisation(count / (draws + 1), 1 / (draws + 1), low, high, level, False, draws)


def _variance_by_size(changes: np.ndarray, sizes: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Fit squared deviations on a + b / size (non-negative least squares); return it anywhere."""
    from scipy.optimize import nnls

    squares = (changes - changes.mean()) ** 2
    scaled = np.median(sizes) / sizes
    # Squares have a variance that grows with their mean: two rounds of weights tame the largest.
    weights = np.ones(len(sizes))
    for _ in range(3):
        design = np.column_stack([np.ones(len(sizes)), scaled]) * weights[:, None]
        coefficients, _ = nnls(design, squares * weights)
        fitted = coefficients[0] + coefficients[1] * scaled
        weights = 1 / np.maximum(fitted, squares.mean() * 1e-3)
    return np.maximum(
        coefficients[0] + coefficients[1] * np.median(sizes) / wanted, squares.mean() * 1e-6
    )
