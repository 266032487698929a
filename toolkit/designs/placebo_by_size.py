"""A staggered adoption when noise depends on size: whole paths dealt out, each at its own scale.

An average of cells is a sum over territories of shares times residual changes. Under the null a
territory's residual path is chance alone, of a variance that depends on its size: divided by its
own scale it can stand for another's. Paths are dealt out whole, so that serial correlation is kept
(the idea of Ferman and Pinto, Review of Economics and Statistics 2019, for several adoptions).
Where all scales are alike this is the test of `placebos`.
"""

from dataclasses import dataclass

import numpy as np

from toolkit.designs.aggregation import Target, by_unit
from toolkit.designs.assignments import count_adoptions
from toolkit.designs.group_time import Cells, Study, linear_form
from toolkit.designs.inversion import TIE
from toolkit.designs.noise import deals, noise_by_size, noise_design
from toolkit.designs.placebo import Placebo, exposure
from toolkit.designs.staggered_input import check_rng, refuse
from toolkit.i18n import interface_language

# Fewer comparison paths than this tell little of how noise depends on size.
_FEWEST_PATHS = 10


def scaled_placebos(
    study: Study,
    cells: Cells,
    targets: list[Target],
    *,
    rng: np.random.Generator | None,
    draws: int,
) -> Placebo:
    """Average the cells with paths of noise dealt out to other territories, or clusters.

    Only paths without gaps are dealt out, again and again where they are fewer than territories.
    """
    check_rng(rng)
    adoption = study.unit_adoption
    sums = [_sum_of(study, cells, target) for target in targets]
    donors = np.all([one.complete for one in sums], axis=0)
    _check_donors(study, int((donors & (adoption == study.never)).sum()))
    design = noise_design(study.sizes, study.clusters)
    # Those treated are dealt to first: where paths are few, they are given different ones.
    order = np.argsort(adoption, kind="stable")
    scaled = [_scaled(one, donors, order, adoption, design) for one in sums]
    drawn = [
        np.stack([values[:, deal, row] @ scale for values, row, scale in scaled], axis=2)
        for deal in deals(int(donors.sum()), len(adoption), draws, rng)
    ]
    happened = np.stack([one.happened for one in sums], axis=1)[:, None]
    statistic, overlap = np.concatenate([happened, *drawn], axis=1)
    # A draw that deals the treated their own paths is as extreme as what happened: it says no more
    # of the effect, though the comparison's paths are dealt out besides.
    other = np.abs(overlap[1:]) < (1 - TIE) * np.abs(overlap[0])
    statistic[1:] = np.where(other, statistic[1:], np.inf)
    sizes = np.bincount(adoption)[study.cohorts]
    return Placebo(statistic, overlap, 1, 1 / count_adoptions(len(adoption), sizes))


@dataclass(frozen=True, eq=False)
class _Sum:
    """An average of cells as a sum over units (territories, or clusters).

    Attributes
    ----------
    shares : ndarray, shape (n_units, n_cells)
    paths : ndarray, shape (2, n_units, n_cells)
        Residual changes, and those of an effect of one; NaN where not observed.
    """

    shares: np.ndarray
    paths: np.ndarray

    @property
    def complete(self) -> np.ndarray:
        """Which units are observed in every cell, shape (n_units,)."""
        return np.isfinite(self.paths[0]).all(axis=1)

    @property
    def happened(self) -> np.ndarray:
        """The average, and what an effect of one adds to it, shape (2,)."""
        return (self.shares * np.where(self.shares != 0, self.paths, 0)).sum(axis=(1, 2))


def _sum_of(study: Study, cells: Cells, target: Target) -> _Sum:
    values = np.stack([study.outcome, exposure(study, target)], axis=2)
    shares, paths = linear_form(study, cells, values)
    sizes = np.bincount(study.adoption, minlength=study.never + 1)
    weights = target.weights(shares.any(axis=0), sizes)
    used = weights > 0
    shares, paths = (shares * weights)[:, used], np.moveaxis(paths, 2, 0)[:, :, used]
    if study.clusters is not None:
        members = np.bincount(study.clusters)[:, None]
        shares = by_unit(shares, study)
        paths = np.stack([by_unit(part, study) / members for part in paths])
    return _Sum(shares, paths)


def _scaled(
    one: _Sum, donors: np.ndarray, order: np.ndarray, adoption: np.ndarray, design: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what each donor adds under each unit's shares, over its scale; and the units' scales.

    Returns
    -------
    values : ndarray, shape (2, n_donors, n_rows)
        A row of shares serves all units that have it: a cohort, the never treated.
    row : ndarray of int, shape (n_units,)
        Of each unit, in `order`.
    scale : ndarray, shape (n_units,)
        Of each unit, in `order`.
    """
    rows, row = np.unique(one.shares[order], axis=0, return_inverse=True)
    row = row.ravel()
    added = one.paths[:, donors] @ rows.T
    noise = noise_by_size(added[0], adoption[donors], design[donors])
    values = added / noise.scale(design[donors])
    return values, row, noise.scale(design[order])[np.arange(len(row)), row]


def _check_donors(study: Study, n_comparison: int) -> None:
    say = interface_language()
    if study.clusters is not None and not study.is_linear:
        refuse([say("error.staggered.size_cluster")])
    if n_comparison < _FEWEST_PATHS:
        refuse([say("error.staggered.few_paths", seen=n_comparison, needed=_FEWEST_PATHS)])
