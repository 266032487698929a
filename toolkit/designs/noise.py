"""How the noise of a territory depends on its size, and chance dealt out at each one's own scale.

The variance of what a territory adds to a statistic is taken as a + b / size, a and b not negative
(Ferman and Pinto, Review of Economics and Statistics 2019, on outcomes that are averages over
inhabitants). Divided by its own scale, one territory's noise can stand for another's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from toolkit.designs.assignments import chunks

# Squares have a variance that grows with their mean: rounds of weights tame the largest.
_ROUNDS = 4
# Shares of the mean: below which no variance is weighed, nor taken to fall.
_LEAST_FITTED, _LEAST = 1e-3, 1e-6
_RIDGE = 1e-12


@dataclass(frozen=True, eq=False)
class NoiseBySize:
    """A variance for each of several sums, linear in the columns of a design.

    Attributes
    ----------
    coefficients : ndarray, shape (n_sums, n_columns)
        Not negative.
    least : ndarray, shape (n_sums,)
        Below which no variance is taken to fall.
    """

    coefficients: np.ndarray
    least: np.ndarray

    def scale(self, design: np.ndarray) -> np.ndarray:
        """Return the standard deviations at the rows of a design, shape (n_rows, n_sums).

        All 1 where nothing varies: territories are then alike.
        """
        variances = np.maximum(design @ self.coefficients.T, self.least)
        return np.sqrt(np.where(self.least > 0, variances, 1))


def noise_design(sizes: np.ndarray, clusters: np.ndarray | None = None) -> np.ndarray:
    """Return what the variance of the mean of each unit is linear in.

    Parameters
    ----------
    sizes : ndarray, shape (n_territories,)
        Inhabitants, or the count the outcome rests on; positive.
    clusters : ndarray of int, shape (n_territories,), optional
        The cluster of each, counted from 0; a unit is then a cluster, else a territory.

    Returns
    -------
    ndarray, shape (n_units, n_columns)
        1 for noise common to a unit; with clusters of several sizes 1 / members, for noise of each
        territory whatever its size; and the mean of 1 / size over members, divided by members.
    """
    inverse = np.median(sizes) / sizes
    if clusters is None:
        return np.column_stack([np.ones(len(sizes)), inverse])
    members = np.bincount(clusters)
    by_size = np.bincount(clusters, inverse) / members**2
    columns = [np.ones(len(members)), by_size]
    if np.ptp(members) > 0:
        columns.insert(1, 1 / members)
    return np.column_stack(columns)


def noise_by_size(values: np.ndarray, groups: np.ndarray, design: np.ndarray) -> NoiseBySize:
    """Fit variances to the squared distances of units from the mean of their group.

    An effect shared by a group moves none of these distances; a group of one tells nothing. The
    mean of a group is itself noisy: the expected square of unit i among m is
    v_i (1 - 2/m) + (v_1 + ... + v_m) / m², linear in the same coefficients.

    Parameters
    ----------
    values : ndarray, shape (n_units, n_sums)
    groups : ndarray, shape (n_units,)
        Units whose means may differ: treated or not, or the period of adoption.
    design : ndarray, shape (n_units, n_columns)
        From `noise_design`.
    """
    distances, expected = np.empty_like(values), np.empty_like(design)
    for group in np.unique(groups):
        own = groups == group
        m = own.sum()
        distances[own] = values[own] - values[own].mean(axis=0)
        expected[own] = design[own] * (1 - 2 / m) + design[own].sum(axis=0) / m**2
    squares = (distances**2).T
    mean = squares.mean(axis=1, keepdims=True)
    # Relative to their mean, so that units and rounding play no part.
    squares = np.divide(squares, mean, out=np.zeros_like(squares), where=mean > 0)
    weights = np.ones_like(squares)
    for _ in range(_ROUNDS):
        coefficients = _not_negative(expected[None] * weights[:, :, None], squares * weights)
        weights = 1 / np.maximum(coefficients @ design.T, _LEAST_FITTED)
    return NoiseBySize(coefficients * mean, mean[:, 0] * _LEAST)


def _not_negative(design: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Fit several least squares without negative coefficients, by trying every set of columns.

    Parameters
    ----------
    design : ndarray, shape (n_fits, n, n_columns)
    values : ndarray, shape (n_fits, n)

    Returns
    -------
    ndarray, shape (n_fits, n_columns)
    """
    squares = np.einsum("fnq,fnr->fqr", design, design)
    crossed = np.einsum("fnq,fn->fq", design, values)
    columns = design.shape[2]
    best, gain = np.zeros_like(crossed), np.zeros(len(design))
    for count in range(1, columns + 1):
        for chosen in map(list, combinations(range(columns), count)):
            part = squares[:, chosen][:, :, chosen]
            ridge = _RIDGE * np.trace(part, axis1=1, axis2=2) + 1e-300
            part = part + ridge[:, None, None] * np.eye(count)
            fit = np.linalg.solve(part, crossed[:, chosen, None])[:, :, 0]
            explained = np.einsum("fq,fq->f", fit, crossed[:, chosen])
            better = (fit >= 0).all(axis=1) & (explained > gain)
            best[better] = 0
            best[np.ix_(better, chosen)] = fit[better]
            gain[better] = explained[better]
    return best


def beyond(design: np.ndarray, treated: np.ndarray) -> bool:
    """Whether most treated units are smaller, or larger, than every other: noise never seen."""
    own, others = design[treated, -1], design[~treated, -1]
    return bool(max(np.mean(own > others.max()), np.mean(own < others.min())) > 0.5)


def deals(
    n_donors: int, n_units: int, draws: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Deal donors out to units at random, without replacement: arrays of shape (some, n_units).

    Where donors are fewer than units, they are dealt out again once all are used.
    """
    again = np.arange(n_units) % n_donors
    for size in chunks(draws, max(n_units, n_donors)):
        yield rng.permuted(np.tile(np.arange(n_donors), (size, 1)), axis=1)[:, again]
