"""Why the naive regression is not used when adoption is staggered (Goodman-Bacon 2021)."""

import numpy as np
import pandas as pd

from toolkit.designs.panel import PanelMatrix, panel_matrix
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

_MOST_SHOWN = 5


def goodman_bacon(
    panel: pd.DataFrame,
    *,
    outcome: str,
    territory: str = "territory",
    period: str = "period",
    adoption: str = "adoption",
) -> pd.DataFrame:
    """Take the regression with territory and period effects apart.

    Its coefficient is a weighted mean of all comparisons of two groups of territories, one whose
    treatment changes and one whose treatment does not. Some of the second kind are treated
    already ("later_vs_earlier"): where effects grow with time, these pull the coefficient the
    wrong way (Goodman-Bacon, Journal of Econometrics 2021, theorem 1).

    Parameters
    ----------
    panel, outcome, territory, period, adoption
        See `panel_matrix`. Every territory must have an outcome in every period.

    Returns
    -------
    DataFrame
        One row a comparison: treated and comparison (periods of adoption, the second missing for
        territories never treated), kind ("treated_vs_never", "earlier_vs_later",
        "later_vs_earlier"), weight (not negative; they sum to 1) and estimate (in the outcome's
        unit). ``(frame.weight * frame.estimate).sum()`` is the regression's coefficient.

    Raises
    ------
    DesignError
        The panel is faulty (see `panel_matrix`), an outcome is missing, or numbers overflow.

    Examples
    --------
    >>> panel = pd.DataFrame(
    ...     {"territory": np.repeat(np.arange(6), 6), "period": np.tile(np.arange(2010, 2016), 6)}
    ... )
    >>> panel["adoption"] = panel.territory.map({0: 2012, 1: 2014})
    >>> panel["value"] = 1.0 * panel.territory - 5 * (panel.period >= panel.adoption)
    >>> goodman_bacon(panel, outcome="value").kind.tolist()
    ['treated_vs_never', 'treated_vs_never', 'earlier_vs_later', 'later_vs_earlier']
    """
    matrix = panel_matrix(
        panel, outcome=outcome, territory=territory, period=period, adoption=adoption
    )
    _check_complete(matrix)
    sizes = np.bincount(matrix.adoption, minlength=len(matrix.periods) + 1)
    with np.errstate(over="ignore", invalid="ignore"):
        rows = [_comparison(matrix, sizes, *pair) for pair in _pairs(matrix)]
    frame = pd.DataFrame(rows)
    frame["weight"] /= frame["weight"].sum()
    if not np.isfinite(frame["estimate"]).all():
        raise DesignError(interface_language()("error.bacon.overflow"))
    return frame[["treated", "comparison", "kind", "weight", "estimate"]]


def _pairs(matrix: PanelMatrix):
    """Yield the adoption that changes, the one it is held against, and the kind of comparison."""
    never = len(matrix.periods)
    cohorts = np.unique(matrix.adoption[matrix.treated])
    for early in cohorts:
        yield early, never, "treated_vs_never"
    for k, early in enumerate(cohorts):
        for late in cohorts[k + 1 :]:
            yield early, late, "earlier_vs_later"
            yield late, early, "later_vs_earlier"


def _comparison(
    matrix: PanelMatrix, sizes: np.ndarray, treated: int, against: int, kind: str
) -> dict[str, object]:
    """Compare two cohorts over the periods in which only one of them changes treatment."""
    n_periods = len(matrix.periods)
    start = against if kind == "later_vs_earlier" else 0
    end = against if kind == "earlier_vs_later" else n_periods
    mean = {g: matrix.outcome[matrix.adoption == g].mean(axis=0) for g in (treated, against)}
    gap = mean[treated] - mean[against]
    # Shares of all periods before and after the change: the more equal, the more the comparison
    # counts, for treatment varies most there.
    before, after = (treated - start) / n_periods, (end - treated) / n_periods
    return {
        "treated": matrix.periods[treated],
        "comparison": matrix.periods[against] if against < n_periods else None,
        "kind": kind,
        "weight": float(sizes[treated] * sizes[against]) * before * after,
        "estimate": float(gap[treated:end].mean() - gap[start:treated].mean()),
    }


def _check_complete(matrix: PanelMatrix) -> None:
    rows, columns = np.nonzero(~np.isfinite(matrix.outcome))
    if len(rows):
        named = [
            f"{matrix.territories[i]} {matrix.periods[j]}"
            for i, j in zip(rows[:_MOST_SHOWN], columns[:_MOST_SHOWN], strict=True)
        ]
        text = ", ".join(named) + (", …" if len(rows) > _MOST_SHOWN else "")
        raise DesignError(interface_language()("error.bacon.incomplete", rows=text, n=len(rows)))
