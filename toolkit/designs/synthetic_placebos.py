"""The test of a synthetic control: the treated's gap among those of every way to deal adoptions."""

import numpy as np
import pandas as pd

from toolkit.designs.assignments import (
    MOST_EXACT,
    all_adoptions,
    count_adoptions,
    drawn_assignments,
)
from toolkit.designs.inversion import invert
from toolkit.designs.panel import PanelMatrix


def placebo_test(
    matrix: PanelMatrix, fits: pd.DataFrame, level: float, draws: int, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """Hold the treated's mean gap, in units of the fit before, against every way to deal adoptions.

    A way may leave some treated where they were and put donors beside them: without those the
    treated would be held against donors alone, and with few donors rejected too often. A treated
    territory is not given another date than its own, its past would hold its effect.
    """
    if fits.perfect.any():
        fits = fits.assign(rmspe_before=1.0)
    order = pd.Index([*fits.territory[fits.treated], *fits.territory[~fits.treated].unique()])
    starts = matrix.adoption[matrix.treated]
    cohorts, column, sizes = np.unique(starts, return_inverse=True, return_counts=True)
    wide = [
        fits.pivot(index="territory", columns="adoption", values=name).reindex(order).to_numpy()
        for name in ("mean_gap", "rmspe_before")
    ]
    # Treated first, by cohort, as the assignments come.
    by_cohort = np.argsort(column, kind="stable")
    gap, fit = (np.r_[values[by_cohort], values[len(starts) :]] for values in wide)
    rows, exact = _ways(len(order), sizes, draws, rng)
    places = np.repeat(np.arange(len(cohorts)), sizes)
    gaps, scales = gap[rows, places], np.sqrt((fit[rows, places] ** 2).mean(axis=1))
    allowed = ~np.isnan(scales)
    mine = (np.arange(len(starts)), places)
    observed, scale = gap[mine].mean(), np.sqrt((fit[mine] ** 2).mean())
    ratio = scales[allowed] / scale
    share = (rows[allowed] < len(starts)).mean(axis=1)
    added = 0 if exact else 1
    p, low, high = invert(
        float(observed), gaps[allowed].mean(axis=1) / ratio, share / ratio,
        level=level, added=added,
    )  # fmt: skip
    return p, low, high, 1 / (int(allowed.sum()) + added)


def _ways(
    n: int, sizes: np.ndarray, draws: int, rng: np.random.Generator
) -> tuple[np.ndarray, bool]:
    """Deal adoptions to n territories: listed, or drawn where there are more than a million."""
    if count_adoptions(n, sizes) <= MOST_EXACT:
        return all_adoptions(n, sizes), True
    return drawn_assignments(n, int(sizes.sum()), draws, rng), False
