"""Disagreement of pairs of ratings, seen and expected by chance: what coefficients rest on.

Sums over pairs of ratings are taken over categories, by counts, so that a thousand draws of units
are one product of matrices.
"""

from dataclasses import dataclass

import numpy as np

from toolkit.designs.agreement_interval import Statistic

# Ranks are large numbers: a share this small of what could be is rounding, not variance.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Pairs:
    """Pairs of ratings of the same unit, by category.

    The disagreement of unit u is scale[u] * sum over c, d of left[u, c] right[u, d] distance(c, d).
    Chance pairs ratings of all units: `pooled`, from one distribution, else from one a side;
    `different`, never a rating with itself.
    """

    left: np.ndarray
    right: np.ndarray
    scale: np.ndarray
    pooled: bool = True
    different: bool = True

    def observed(self, apart: np.ndarray) -> np.ndarray:
        """Return each unit's disagreement, for distances between categories, shape (n_units,)."""
        return self.scale * ((self.left @ apart) * self.right).sum(axis=1)

    def margins(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the two distributions chance draws from, each of shape (n_draws, n_categories)."""
        if not self.pooled:
            return weights @ self.left, weights @ self.right
        both = weights @ ((self.left + self.right) / 2)
        return both, both


def coefficient(pairs: Pairs, metric: str, positions: np.ndarray) -> Statistic:
    """Return the function that gives 1 - observed / expected disagreement under unit weights."""
    fixed = None if metric == "ordinal" else distances(metric, positions)
    by_unit = None if fixed is None else pairs.observed(fixed)

    def statistic(weights: np.ndarray) -> np.ndarray:
        first, second = pairs.margins(weights)
        total, others = first.sum(axis=1), second.sum(axis=1)
        if fixed is None:
            ranks = np.cumsum(first, axis=1) - first / 2
            observed = (weights * _squares(pairs, ranks)).sum(axis=1)
            spread = (first * ranks**2).sum(axis=1) * total - (first * ranks).sum(axis=1) ** 2
            expected = 2 * spread
        else:
            observed = weights @ by_unit
            expected = ((first @ fixed) * second).sum(axis=1)
        chance = others - 1 if pairs.different else others
        largest = total**2 if fixed is None else 0.0
        none = expected <= _ROUNDING * total * others * largest
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(none, np.nan, 1 - observed * chance / expected)

    return statistic


def _squares(pairs: Pairs, ranks: np.ndarray) -> np.ndarray:
    """Return each unit's disagreement under squared differences of ranks, (n_draws, n_units)."""
    left, right = pairs.left.T, pairs.right.T
    squared = ranks**2
    apart = (squared @ left) * right.sum(axis=0) + (squared @ right) * left.sum(axis=0)
    return pairs.scale * (apart - 2 * (ranks @ left) * (ranks @ right))


def distances(metric: str, positions: np.ndarray) -> np.ndarray:
    """Return what a disagreement weighs for each two categories; ordinal ones have no fixed one."""
    apart = np.abs(positions[:, None] - positions[None, :])
    if metric == "nominal":
        return (apart > 0).astype(float)
    if metric == "linear":
        return apart
    if metric in ("interval", "quadratic"):
        return apart**2
    added = positions[:, None] + positions[None, :]
    return np.divide(apart, added, out=np.zeros_like(apart), where=added > 0) ** 2
