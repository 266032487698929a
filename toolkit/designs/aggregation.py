"""Averages of group-time effects, what each territory adds to them, and their usual errors.

Callaway and Sant'Anna (Journal of Econometrics 2021), section 3 and algorithm 1.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from toolkit.designs.assignments import chunks
from toolkit.designs.group_time import Cells, Effects, Study
from toolkit.designs.inversion import TIE
from toolkit.designs.staggered_input import check_rng, refuse
from toolkit.i18n import interface_language


@dataclass(frozen=True, eq=False)
class Target:
    """An average of cells: by size or plainly within buckets, then so between buckets."""

    cohort: np.ndarray
    bucket: np.ndarray  # Of each cell; -1 outside the average.
    within_by_size: bool
    between_by_size: bool
    exposed_from: int  # Event time from which an effect is tested,
    exposed_alone: bool  # or in which alone it is.

    @property
    def members(self) -> np.ndarray:
        """Which bucket each cell is in, shape (n_cells, n_buckets)."""
        return self.bucket[:, None] == np.unique(self.bucket[self.bucket >= 0])

    def weights(self, known: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """Weigh the known cells, shape (..., n_cells); NaN where none of the average is known.

        `sizes` are the territories of each adoption, shape (n_periods + 1,), or (..., that).
        """
        size = sizes[..., self.cohort] if self.within_by_size else np.ones(len(self.cohort))
        members = self.members
        own = size * known
        total = own @ members
        between = total > 0
        if self.between_by_size:
            between = between * sizes[..., [self.cohort[member][0] for member in members.T]]
        share = between / np.where(between.any(-1), between.sum(-1), np.nan)[..., None]
        return own * ((share / np.where(total > 0, total, 1)) @ members.T)


def target_of(cells: Cells, kind: str) -> Target:
    """Return the average after adoption of that kind."""
    bucket = {
        "simple": np.zeros_like(cells.cohort),
        "group": cells.cohort,
        "dynamic": cells.event_time,
        "calendar": cells.period,
    }[kind]
    bucket = np.where(cells.event_time >= 0, bucket, -1)
    return Target(cells.cohort, bucket, kind != "group", kind == "group", 0, False)


def event_target(cells: Cells, event: int) -> Target:
    """Return the average of the cells that far from adoption."""
    chosen = cells.event_time == event
    # A universal base lies after the earliest cells: only their own period can be shifted.
    alone = bool((cells.base > cells.period)[chosen].any())
    bucket = np.where(chosen, 0, -1)
    return Target(cells.cohort, bucket, True, False, min(int(event), 0), alone)


def combine(targets: list[Target], effects: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Average effects of shape (n_assignments, n_cells, n_values) into (…, n_targets, …)."""
    known = np.isfinite(effects[:, :, 0])
    filled = np.where(known[:, :, None], effects, 0)
    return np.stack(
        [np.einsum("bk,bkr->br", target.weights(known, sizes), filled) for target in targets],
        axis=1,
    )


def with_influence(
    target: Target, effects: Effects, sizes: np.ndarray, study: Study
) -> tuple[float, np.ndarray]:
    """Return an average and what each territory adds to its error, shape (n_territories,).

    The cohorts' shares are estimated too: a territory more in a cohort moves the average towards
    that cohort's effect.
    """
    known = np.isfinite(effects.value)
    values = np.where(known, effects.value, 0)
    weights = target.weights(known, sizes)
    value = weights @ values
    shares = sizes / len(study.adoption)
    members = target.members
    total = weights @ members
    centre = (weights * values) @ members / np.where(total > 0, total, 1)
    if target.between_by_size:
        pull, cohort = total * (centre - value), [target.cohort[m][0] for m in members.T]
    else:
        pull, cohort = weights * (values - members @ centre), target.cohort
    slope = np.zeros(len(sizes))
    np.add.at(slope, cohort, pull)
    slope = slope / np.where(shares > 0, shares, 1)
    influence = effects.influence @ weights
    return value, influence + (slope[study.adoption] - slope @ shares) / len(study.adoption)


def by_unit(influence: np.ndarray, study: Study) -> np.ndarray:
    """Sum what territories add to errors over clusters, where clusters adopt as a whole."""
    if study.clusters is None:
        return influence
    sums = np.zeros((study.clusters.max() + 1, *influence.shape[1:]))
    np.add.at(sums, study.clusters, influence)
    return sums


def asymptotic(value, influence: np.ndarray, inference: str, rng, draws: int, level: float, scale):
    """Return half the interval's width and the p-value of each value."""
    se = np.sqrt((influence**2).sum(axis=0))
    if np.any(se <= 1e-10 * scale):
        refuse([interface_language()("error.staggered.no_variance")])
    if inference == "analytic":
        return norm.ppf((1 + level) / 2) * se, 2 * norm.sf(np.abs(value) / se)
    check_rng(rng)
    drawn = np.concatenate(
        [_mammen(rng, (size, len(influence))) @ influence for size in chunks(draws, len(influence))]
    )
    # The interquartile range resists the draws' tails, as in the authors' own package.
    spread = np.subtract(*np.quantile(drawn, [0.75, 0.25], axis=0)) / 1.3489795003921634
    spread = np.where(spread > 0, spread, se)
    furthest = np.abs(drawn / spread).reshape(draws, -1).max(axis=1)
    critical = np.quantile(np.append(furthest, np.inf), level, method="inverted_cdf")
    count = 1 + np.sum(np.abs(drawn) >= np.abs(value) * (1 - TIE), axis=0)
    return critical * spread, count / (draws + 1)


def _mammen(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Draw weights of mean 0, variance 1 and third moment 1 (Mammen 1993)."""
    root = np.sqrt(5)
    return np.where(rng.random(shape) < (root + 1) / (2 * root), (1 - root) / 2, (1 + root) / 2)
