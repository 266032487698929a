"""The conditional / least-favourable test of Andrews, Roth and Pakes, by its dual vertices.

The null "the effect is theta and the violation of parallel trends obeys A delta <= d" is a set of
moment inequalities with nuisance parameters. Its statistic is the value of a linear program, that
is the greatest of finitely many linear statistics, one for each vertex of the dual. Bounds on the
differences of delta make those vertices explicit, so that no program is solved: everything is
matrix arithmetic over all thetas at once.

Source: Andrews, Roth, Pakes (2023), "Inference for linear conditional moment inequalities", Review
of Economic Studies 90(6); Rambachan, Roth (2023), "A more credible approach to parallel trends",
Review of Economic Studies 90(5), sections 3 and 2.4.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaincc, gammainccinv, log_ndtr, ndtri
from scipy.stats import qmc

# The first stage of the hybrid has this share of the size (Rambachan-Roth, section 5).
FIRST_STAGE = 0.1
_GRID = 201
_ZOOM = 65
_ZOOMS = 4
_SEED = 0
# Variances below this share of the greatest one are rounding errors.
_TINY = 1e-12


@dataclass(frozen=True)
class VertexStatistics:
    """The statistics whose maximum tests "the effect is theta": normal, and at most 0 in mean.

    Attributes
    ----------
    at_zero : ndarray, shape (n_vertices,)
        Their values at theta = 0, in standard errors of the binding moments.
    slope : ndarray, shape (n_vertices,)
        What they lose for each unit of theta.
    covariance : ndarray, shape (n_vertices, n_vertices)
    """

    at_zero: np.ndarray
    slope: np.ndarray
    covariance: np.ndarray


def vertex_statistics(
    beta: np.ndarray,
    covariance: np.ndarray,
    *,
    differences: np.ndarray,
    bounds: np.ndarray,
    constant: float,
    weights: np.ndarray,
    pre_rows: bool,
) -> VertexStatistics:
    """Return the dual vertices of |differences @ delta| <= bounds @ delta + constant.

    The last n_post rows of `differences` touch the post-periods and determine them, so that the
    multipliers of their upper and lower sides differ by a multiple of fixed loadings: the vertices
    are those loadings, their opposite, and each row's two sides together.

    Parameters
    ----------
    beta : ndarray, shape (n,)
        Event-study coefficients.
    covariance : ndarray, shape (n, n)
    differences, bounds : ndarray, shape (n_rows, n)
    constant : float
        In the outcome's unit.
    weights : ndarray, shape (n_post,)
        Of the post-periods in the effect.
    pre_rows : bool
        Also use the rows that touch no post-period. The reference does so with one post-period
        only: with several they say nothing of the effect and cost power.
    """
    n_post = len(weights)
    loadings = np.linalg.solve(differences[-n_post:, -n_post:].T, weights)
    upper, lower = differences - bounds, -differences - bounds
    n_rows = len(differences)
    post = np.arange(n_rows - n_post, n_rows)
    multipliers = np.zeros((2 + n_post, 2 * n_rows))
    multipliers[0, post], multipliers[0, n_rows + post] = loadings.clip(0), (-loadings).clip(0)
    multipliers[1, post], multipliers[1, n_rows + post] = (-loadings).clip(0), loadings.clip(0)
    pairs = np.arange(n_post)
    multipliers[2 + pairs, post] = multipliers[2 + pairs, n_rows + post] = 1
    rows = np.concatenate([upper, lower])
    if pre_rows:
        alone = np.flatnonzero((np.arange(2 * n_rows) % n_rows < post[0]) & rows.any(axis=1))
        multipliers = np.concatenate([multipliers, np.eye(2 * n_rows)[alone]])
    scale = multipliers @ np.sqrt(np.einsum("ij,jk,ik->i", rows, covariance, rows).clip(0))
    # A side known without error has no standard error to be measured in: any scale will do.
    multipliers /= np.where(scale > 0, scale, 1)[:, None]
    statistics = multipliers @ rows
    slope = np.zeros(len(multipliers))
    slope[0], slope[1] = multipliers[:2].sum(axis=1) * [1, -1] / np.abs(loadings).sum()
    return VertexStatistics(
        statistics @ beta - constant * multipliers.sum(axis=1),
        slope,
        statistics @ covariance @ statistics.T,
    )


def accepted_range(vertices: VertexStatistics, level: float) -> tuple[float, float]:
    """Return the least and the greatest theta that the test accepts; NaN if it accepts none.

    The least-favourable stage bounds the region before any search. Within those bounds a grid of
    201 thetas is tested, then the cell beyond each outermost accepted one by 65 thetas, four
    times over: an end is exact to the bounds' distance times 3e-10. As in the reference it is the
    hull of the accepted thetas that is returned, so a gap counts as accepted; a region narrower
    than one cell of the first grid can be missed.
    """
    critical = least_favourable_value(vertices.covariance, FIRST_STAGE * (1 - level))
    low, high = _first_stage_range(vertices, critical)
    if not low <= high:
        return np.nan, np.nan
    thetas = np.linspace(low, high, _GRID)
    accepted = np.flatnonzero(accepts(vertices, thetas, level, critical))
    if not len(accepted):
        return np.nan, np.nan
    inside = thetas[[accepted[0], accepted[-1]]]
    outside = thetas[[max(accepted[0] - 1, 0), min(accepted[-1] + 1, _GRID - 1)]]
    for _ in range(_ZOOMS):
        finer = np.linspace(inside, outside, _ZOOM)
        kept = accepts(vertices, finer.ravel(), level, critical).reshape(finer.shape)
        # The first row is accepted already; rounding must not lose it.
        kept[0] = True
        last = _ZOOM - 1 - kept[::-1].argmax(axis=0)
        inside = finer[last, [0, 1]]
        outside = finer[np.minimum(last + 1, _ZOOM - 1), [0, 1]]
    return float(inside[0]), float(inside[1])


def accepts(
    vertices: VertexStatistics, thetas: np.ndarray, level: float, critical: float
) -> np.ndarray:
    """Test each theta by the conditional / least-favourable hybrid.

    The greatest statistic is compared with a normal truncated to the values at which the same
    vertex stays the greatest, and to no more than `critical`, which rejects by itself.

    Returns
    -------
    ndarray of bool, shape (n_thetas,)
    """
    values = vertices.at_zero - np.multiply.outer(thetas, vertices.slope)
    best = values.argmax(axis=1)
    greatest = values.max(axis=1)
    rows = vertices.covariance[best]
    variance = vertices.covariance[best, best]
    certain = variance <= _TINY * vertices.covariance.max()
    ratio = rows / np.where(certain, 1, variance)[:, None]
    room = 1 - ratio
    with np.errstate(divide="ignore", invalid="ignore"):
        bound = (values - ratio * greatest[:, None]) / room
    floor = np.where(room > _TINY, bound, -np.inf).max(axis=1)
    ceiling = np.where(room < -_TINY, bound, np.inf).min(axis=1).clip(max=critical)
    deviation = np.sqrt(np.where(certain, 1, variance))
    tail = _truncated_tail(greatest / deviation, floor / deviation, ceiling / deviation)
    kappa = FIRST_STAGE * (1 - level)
    second_stage = ((1 - level) - kappa) / (1 - kappa)
    return (greatest <= _TINY) | ((greatest <= critical) & ~certain & (tail >= second_stage))


def least_favourable_value(covariance: np.ndarray, size: float) -> float:
    """Return the value that the greatest of N(0, covariance) exceeds with probability `size`.

    In polar coordinates the radius is integrated exactly and only directions are enumerated:
    both of a line; 512 equally spaced ones of a plane (error below 1e-4); in more dimensions
    2048 pairs from a Sobol sequence of fixed seed (error of the value about 0.003).
    """
    eigenvalues, vectors = np.linalg.eigh(covariance)
    kept = eigenvalues > _TINY * max(eigenvalues[-1], 0)
    rank = int(kept.sum())
    if not rank:
        return 0.0
    factor = vectors[:, kept] * np.sqrt(eigenvalues[kept])
    reach = (factor @ _directions(rank)).max(axis=0).clip(0)
    reached = reach[reach > 0]

    def excess(value: float) -> float:
        half_square = (value / reached) ** 2 / 2
        # The radius is chi with `rank` degrees of freedom; two of them make it an exponential.
        tails = np.exp(-half_square) if rank == 2 else gammaincc(rank / 2, half_square)
        return float(tails.sum()) / len(reach) - size

    if not len(reached) or excess(0.0) <= 0:
        return 0.0
    # In the direction of furthest reach alone the radius is a chi: no value is beyond its quantile.
    most = reached.max() * np.sqrt(2 * gammainccinv(rank / 2, size))
    return float(brentq(excess, 0.0, 1.001 * most, xtol=1e-9 * most))


@cache
def _directions(rank: int) -> np.ndarray:
    if rank == 1:
        return np.array([[-1.0, 1.0]])
    if rank == 2:
        angles = 2 * np.pi * (np.arange(512) + 0.5) / 512
        return np.array([np.cos(angles), np.sin(angles)])
    points = qmc.Sobol(rank, rng=np.random.default_rng(_SEED)).random_base2(11)
    normal = ndtri(points.clip(1e-12, 1 - 1e-12)).T
    normal /= np.linalg.norm(normal, axis=0)
    return np.concatenate([normal, -normal], axis=1)


def _first_stage_range(vertices: VertexStatistics, critical: float) -> tuple[float, float]:
    """Return the thetas at which no statistic exceeds the least-favourable value."""
    fixed = vertices.at_zero[2:]
    if len(fixed) and fixed.max() > max(critical, _TINY):
        return np.inf, -np.inf
    low, high = (vertices.at_zero[:2] - critical) / vertices.slope[:2]
    return float(low), float(high)


def _truncated_tail(value: np.ndarray, floor: np.ndarray, ceiling: np.ndarray) -> np.ndarray:
    """P(Z > value | floor <= Z <= ceiling), by logarithms that hold far in the tail."""
    floor, ceiling = np.minimum(floor, value), np.maximum(ceiling, value)
    at_value, at_floor, at_ceiling = (log_ndtr(-x) for x in (value, floor, ceiling))
    with np.errstate(invalid="ignore", divide="ignore"):
        above = np.exp(at_value - at_floor) * -np.expm1(at_ceiling - at_value)
        tail = above / -np.expm1(at_ceiling - at_floor)
    # A point of truncation leaves nothing to chance: it refutes nothing.
    return np.where(np.isnan(tail), 1.0, tail)
