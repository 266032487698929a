"""Group-time effects: what adoption changed for one cohort in one period.

A cell compares, between a base period and another, the change of a cohort (the territories that
adopt together) with the change of territories not treated by then (Callaway and Sant'Anna, Journal
of Econometrics 2021). With covariates a cell is doubly robust: right if either the regression of
the changes or the propensity to adopt is right (Sant'Anna and Zhao, Journal of Econometrics 2020).
"""

from dataclasses import dataclass

import numpy as np

from toolkit.designs.doubly_robust import fit_cell, influence_of, weighted_squares

# Floats held at once while assignments are worked through: some tens of megabytes.
CHUNK = 2_000_000


@dataclass(frozen=True, eq=False)
class Study:
    """A panel and the comparisons to be made in it.

    Attributes
    ----------
    outcome : ndarray, shape (n_territories, n_periods)
        NaN where missing.
    adoption : ndarray of int, shape (n_territories,)
        Index of the first treated period; n_periods for a territory never treated.
    covariates : ndarray, shape (n_territories, n_periods, n_covariates)
        Read in the base period of a cell; NaN where missing.
    comparison : {"never", "not_yet"}
    anticipation : int
        Periods before adoption in which an effect may already show.
    trimming : float
        Comparison territories at least this likely to be treated are left out.
    base : {"varying", "universal"}
        Of the cells before adoption: the period just before, or the one of the other cells.
    sizes : ndarray, shape (n_territories,), or None
        What the noise of a territory depends on.
    clusters : ndarray of int, shape (n_territories,), or None
        The cluster of each, counted from 0, where clusters adopt as a whole.
    """

    outcome: np.ndarray
    adoption: np.ndarray
    covariates: np.ndarray
    comparison: str
    anticipation: int
    trimming: float
    base: str
    sizes: np.ndarray | None = None
    clusters: np.ndarray | None = None

    @property
    def never(self) -> int:
        """The adoption of a territory never treated."""
        return self.outcome.shape[1]

    @property
    def cohorts(self) -> np.ndarray:
        """Adoptions that occur, sorted, never apart, shape (n_cohorts,)."""
        return np.unique(self.adoption[self.adoption < self.never])

    @property
    def units(self) -> np.ndarray:
        """What adopts as a whole, of each territory: its cluster, or itself."""
        return np.arange(len(self.adoption)) if self.clusters is None else self.clusters

    @property
    def unit_adoption(self) -> np.ndarray:
        """The adoption of each unit, shape (n_units,)."""
        return self.adoption[np.unique(self.units, return_index=True)[1]]

    @property
    def is_linear(self) -> bool:
        """Whether every cell is a difference of means of all its territories."""
        return not self.covariates.shape[2] and bool(np.isfinite(self.outcome).all())


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a study, each array of shape (n_cells,), as indices of periods.

    Attributes
    ----------
    cohort, period, base : ndarray of int
    against : ndarray of bool, shape (n_cells, n_periods + 1)
        Whether the territories of an adoption (the last column: never) serve as comparison.
    """

    cohort: np.ndarray
    period: np.ndarray
    base: np.ndarray
    against: np.ndarray

    @property
    def event_time(self) -> np.ndarray:
        """Periods since adoption."""
        return self.period - self.cohort


@dataclass(frozen=True, eq=False)
class Effects:
    """The effect of each cell, NaN where a cell cannot be identified.

    Attributes
    ----------
    value : ndarray, shape (n_cells,)
    influence : ndarray, shape (n_territories, n_cells)
        What each territory adds to the error of the effect: ``influence.T @ influence`` is the
        covariance of the effects.
    n_treated, n_comparison, n_left_out : ndarray of int, shape (n_cells,)
        Territories compared, and those left out for a missing value.
    fault : tuple of str
        Of each cell: "" where identified, else "empty", "collinear" or "overlap".
    treated, compared : ndarray of bool, shape (n_territories, n_cells)
    """

    value: np.ndarray
    influence: np.ndarray
    n_treated: np.ndarray
    n_comparison: np.ndarray
    n_left_out: np.ndarray
    fault: tuple[str, ...]
    treated: np.ndarray
    compared: np.ndarray


def cells_of(study: Study) -> Cells:
    """List the cells of a study: each cohort in each period that has a base.

    From the first period in which an effect may show, the base is the last period before it. In
    earlier periods it is the period just before (base "varying", the default of the R package
    `did`) or again that last one ("universal", which has no cell of its own).
    """
    rows = []
    for cohort in study.cohorts:
        last = cohort - 1 - study.anticipation
        for period in range(study.never):
            base = period - 1 if period <= last and study.base == "varying" else last
            if base >= 0 and base != period:
                rows.append((cohort, period, base))
    cohort, period, base = np.array(rows, dtype=int).reshape(-1, 3).T
    adoptions = np.arange(study.never + 1)
    against = np.tile(adoptions == study.never, (len(cohort), 1))
    if study.comparison == "not_yet":
        untouched_until = np.maximum(period, base) + study.anticipation
        against |= adoptions > untouched_until[:, None]
        against &= adoptions != cohort[:, None]
    return Cells(cohort, period, base, against)


def effects_of(study: Study, cells: Cells) -> Effects:
    """Estimate every cell on the adoption that happened."""
    if not study.covariates.shape[2]:
        return _mean_effects(study, cells)
    n, n_cells = len(study.adoption), len(cells.cohort)
    value, influence = np.full(n_cells, np.nan), np.zeros((n, n_cells))
    left_out, faults = np.zeros(n_cells, dtype=int), []
    treated, compared = np.zeros((n, n_cells), dtype=bool), np.zeros((n, n_cells), dtype=bool)
    for k in range(n_cells):
        meant = (study.adoption == cells.cohort[k]) | cells.against[k][study.adoption]
        known, change, design = _cell_data(study, cells, k, study.outcome[:, :, None])
        used = known & meant
        treated[:, k] = used & (study.adoption == cells.cohort[k])
        compared[:, k] = used & ~treated[:, k]
        left_out[k] = np.sum(meant & ~known)
        fit = fit_cell(
            treated[None, used, k].astype(float),
            compared[None, used, k].astype(float),
            design[used],
            change[used],
            study.trimming,
        )
        faults.append(str(fit.fault[0]))
        if not faults[k]:
            value[k] = fit.value[0, 0]
            influence[used, k] = influence_of(fit, design[used], change[used, 0])
    return Effects(
        value,
        influence,
        treated.sum(axis=0),
        compared.sum(axis=0),
        left_out,
        tuple(faults),
        treated,
        compared,
    )


def _mean_effects(study: Study, cells: Cells) -> Effects:
    """Estimate every cell as a difference of mean changes, all at once."""
    known, treated, compared = _sides(study, cells)
    changes = study.outcome[:, cells.period] - study.outcome[:, cells.base]
    changes = np.where(known, changes, 0)
    means = [(side * changes).sum(axis=0) for side in (treated, compared)]
    sizes = [np.count_nonzero(side, axis=0) for side in (treated, compared)]
    meant = (study.adoption[:, None] == cells.cohort) | cells.against[:, study.adoption].T
    empty = np.minimum(*sizes) == 0
    influence = treated * (changes - means[0]) - compared * (changes - means[1])
    return Effects(
        np.where(empty, np.nan, means[0] - means[1]),
        np.where(empty, 0, influence),
        *sizes,
        (meant & ~known).sum(axis=0),
        tuple(np.where(empty, "empty", "").tolist()),
        treated > 0,
        compared > 0,
    )


def _sides(study: Study, cells: Cells) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return who is observed in each cell, and what each counts for in its two means.

    Each has shape (n_territories, n_cells).
    """
    observed = np.isfinite(study.outcome)
    known = observed[:, cells.period] & observed[:, cells.base]
    sides = (study.adoption[:, None] == cells.cohort, cells.against[:, study.adoption].T)
    shares = [known * side / np.maximum((known & side).sum(axis=0), 1) for side in sides]
    return known, *shares


def effects_under(
    study: Study, cells: Cells, adoptions: np.ndarray, values: np.ndarray
) -> np.ndarray:
    """Estimate every cell, had territories adopted otherwise.

    Parameters
    ----------
    adoptions : ndarray of int, shape (n_assignments, n_territories)
    values : ndarray, shape (n_territories, n_periods, n_values)
        What is estimated in place of the outcome.

    Returns
    -------
    ndarray, shape (n_assignments, n_cells, n_values)
        NaN where an assignment leaves a cell without identification.
    """
    result = np.full((len(adoptions), len(cells.cohort), values.shape[2]), np.nan)
    step = max(1, CHUNK // len(study.adoption))
    for k in range(len(cells.cohort)):
        known, change, design = _cell_data(study, cells, k, values)
        for start in range(0, len(adoptions), step):
            part = slice(start, start + step)
            labels = adoptions[part][:, known]
            treated = (labels == cells.cohort[k]).astype(float)
            compared = cells.against[k][labels].astype(float)
            fit = fit_cell(treated, compared, design[known], change[known], study.trimming)
            result[part, k] = np.where((fit.fault == "")[:, None], fit.value, np.nan)
    return result


def contributions(
    study: Study, cells: Cells, weights: np.ndarray, values: np.ndarray
) -> np.ndarray:
    """Return what each territory adds to a weighted sum of cells, by the adoption it is given.

    A difference of means is linear in who is treated once the number of territories of each cohort
    is fixed: an assignment's effect is a sum of one number a territory, whatever the cells.

    Parameters
    ----------
    weights : ndarray, shape (n_sums, n_cells)
    values : ndarray, shape (n_territories, n_periods)
        Without gaps.

    Returns
    -------
    ndarray, shape (n_sums, n_territories, n_periods + 1)
        The last axis is the adoption.
    """
    sizes = np.bincount(study.adoption, minlength=study.never + 1)
    changes = values[:, cells.period] - values[:, cells.base]
    own = np.arange(study.never + 1) == cells.cohort[:, None]
    share = own / sizes[cells.cohort][:, None] - cells.against / (cells.against @ sizes)[:, None]
    return np.einsum("nk,sk,kc->snc", changes, weights, share, optimize=True)


def linear_form(study: Study, cells: Cells, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Write every cell as a sum over territories: a share of each times its residual change.

    Once who is treated is given, a cell is linear in the changes, doubly robust or not.

    Parameters
    ----------
    values : ndarray, shape (n_territories, n_periods, n_values)
        What is estimated in place of the outcome.

    Returns
    -------
    shares : ndarray, shape (n_territories, n_cells)
        Zero for who is not in the cell, and in a cell without identification.
    residuals : ndarray, shape (n_territories, n_cells, n_values)
        Changes less those of the comparison (given the covariates); NaN where not observed.
    """
    if not study.covariates.shape[2]:
        known, treated, compared = _sides(study, cells)
        filled = treated.any(axis=0) & compared.any(axis=0)
        changes = values[:, cells.period] - values[:, cells.base]
        changes = np.where((known & filled)[:, :, None], changes, np.nan)
        expected = np.einsum("nk,nkr->kr", compared, np.nan_to_num(changes))
        return (treated - compared) * filled, changes - expected
    shares = np.zeros((len(study.adoption), len(cells.cohort)))
    residuals = np.full((*shares.shape, values.shape[2]), np.nan)
    for k in range(len(cells.cohort)):
        known, change, design = _cell_data(study, cells, k, values)
        treated = (study.adoption == cells.cohort[k])[known].astype(float)
        compared = cells.against[k][study.adoption][known].astype(float)
        design, change = design[known], change[known]
        fit = fit_cell(treated[None], compared[None], design, change, study.trimming)
        if fit.fault[0]:
            continue
        contrast = treated / treated.sum() - fit.weight[0] / fit.weight[0].sum()
        crossed = np.linalg.solve(weighted_squares(compared[None], design)[0], design.T @ contrast)
        shares[known, k] = contrast - compared * (design @ crossed)
        residuals[known, k] = change - design @ fit.slope[0]
    return shares, residuals


def _cell_data(study: Study, cells: Cells, k: int, values: np.ndarray):
    """Return who is observed in both periods of a cell, the changes, and the design matrix."""
    base = cells.base[k]
    observed = np.isfinite(study.outcome[:, [cells.period[k], base]]).all(axis=1)
    covariates = study.covariates[:, base]
    known = observed & np.isfinite(covariates).all(axis=1)
    centred = np.zeros_like(covariates)
    if known.any():
        # Centring and scaling change no estimate, and keep the equations well conditioned.
        spread = covariates[known].std(axis=0)
        scale = np.where(spread > 0, spread, 1)
        centred[known] = (covariates[known] - covariates[known].mean(axis=0)) / scale
    design = np.column_stack([np.ones(len(known)), centred])
    return known, values[:, cells.period[k]] - values[:, base], design
