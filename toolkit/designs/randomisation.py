"""Randomisation inference for few treated territories: every assignment that could have been.

The statistic of an assignment is the mean change of its treated territories less that of the
others. Under the null the changes do not depend on who is treated, so the observed statistic is
one draw among those of all assignments (Fisher 1935). When territories differ in noise the draws
are not exchangeable: `size_adjusted` rescales them first (Ferman and Pinto 2019).
"""

from dataclasses import dataclass
from math import comb

import numpy as np

from toolkit.designs.assignments import MOST_EXACT, all_assignments, drawn_assignments
from toolkit.designs.inversion import TIE, invert
from toolkit.designs.noise import beyond, deals, noise_by_size, noise_design


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
    extrapolated : bool
        Whether, adjusted for size, the noise of the treated had to be read off the fit where there
        is no comparison (see `beyond`).
    """

    p: float
    smallest_p: float
    low: float
    high: float
    level: float
    exact: bool
    n_assignments: int
    extrapolated: bool = False


def randomisation(
    changes: np.ndarray,
    treated: np.ndarray,
    *,
    rng: np.random.Generator,
    clusters: np.ndarray | None = None,
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
    clusters : ndarray of int, shape (n_territories,), optional
        The cluster of each, counted from 0, where clusters were treated as a whole: assignments
        then treat other clusters, as many of them. Where clusters differ in size, so does the
        number of territories treated: the two means are over those an assignment gives.
    draws : int
        How many to draw then.

    Returns
    -------
    Randomisation
        The interval is by test inversion, for an effect equal on all treated territories.
    """
    units = np.arange(len(changes)) if clusters is None else clusters
    members = np.bincount(units)
    own = np.bincount(units, treated)
    n, k = len(members), int((own > 0).sum())
    exact = comb(n, k) <= MOST_EXACT
    chosen = all_assignments(n, k) if exact else drawn_assignments(n, k, draws, rng)
    n_chosen = k if members.max() == 1 else members[chosen].sum(axis=1)
    n_others = len(changes) - n_chosen
    share = 1 / n_chosen + 1 / n_others
    sums = np.bincount(units, changes)
    statistics = sums[chosen].sum(axis=1) * share - changes.sum() / n_others
    # What an effect of 1 on the treated adds to the statistic of each assignment: 1 for their own.
    overlaps = own[chosen].sum(axis=1) * share - treated.sum() / n_others
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
    clusters: np.ndarray | None = None,
    draws: int = 9_999,
    level: float = 0.95,
) -> Randomisation:
    """Test and invert as `randomisation` does, for territories whose noise depends on their size.

    The variance of a change is taken as a + b / size (see `noise_by_size`). A draw deals the
    standardised changes out to other territories, each at its own scale: the treated keep their
    scale, and the noise of the comparison's mean counts too (Ferman and Pinto 2019, who draw from
    the comparison alone). Where all scales are alike it is plain randomisation.

    Parameters
    ----------
    sizes : ndarray, shape (n_territories,)
        Inhabitants, or the count the outcome rests on; positive.
    clusters : ndarray of int, shape (n_territories,), optional
        As in `randomisation`: the mean change of a cluster is dealt out.

    Returns
    -------
    Randomisation
        Always by draws.
    """
    units = np.arange(len(changes)) if clusters is None else clusters
    members = np.bincount(units)
    means = np.bincount(units, changes) / members
    of_treated = np.bincount(units, treated) > 0
    design = noise_design(sizes, clusters)
    scale = noise_by_size(means[:, None], of_treated, design).scale(design)[:, 0]
    base = changes[~treated].mean()
    observed = changes[treated].mean() - base
    weights = members * np.where(of_treated, 1 / treated.sum(), -1 / (~treated).sum()) * scale
    standard, shifts = (means - base) / scale, of_treated / scale
    drawn = [
        (standard[deal] @ weights, shifts[deal] @ weights)
        for deal in deals(len(means), len(means), draws, rng)
    ]
    statistics, overlaps = (np.concatenate(part) for part in zip(*drawn, strict=True))
    # A draw that deals the treated their own changes is as extreme as what happened: it says no
    # more of the effect, though the comparison's changes are dealt out besides.
    statistics = np.where(np.abs(overlaps) < 1 - TIE, statistics, np.inf)
    p, low, high = invert(observed, statistics, overlaps, level=level, added=1)
    smallest = max(1 / (draws + 1), 1 / comb(len(means), int(of_treated.sum())))
    extrapolated = beyond(design, of_treated)
    return Randomisation(max(p, smallest), smallest, low, high, level, False, draws, extrapolated)
