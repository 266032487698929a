"""Synthetic difference-in-differences (Arkhangelsky, Athey, Hirshberg, Imbens and Wager 2021).

A difference-in-differences against comparison territories weighted to move as the treated did
before adoption, over periods before weighted to resemble those after. It is identified if the gap
between the treated and their weighted comparison would have stayed what it was; levels may differ.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.stats import norm

from toolkit.designs.arguments import option_faults
from toolkit.designs.assignments import all_adoptions, count_adoptions, drawn_assignments
from toolkit.designs.did import FEWEST_TREATED
from toolkit.designs.inversion import TIE
from toolkit.designs.panel import PanelMatrix, panel_matrix
from toolkit.designs.simplex import simplex_weights
from toolkit.errors import DesignError
from toolkit.estimate import Estimate
from toolkit.i18n import Language, interface_language

# Of the noise, the ridge on time weights: enough to make them unique.
_TIME_RIDGE = 1e-6
_ROUNDING = 1e-12
Inference = Literal["placebo", "jackknife"]


@dataclass(frozen=True, eq=False)
class SyntheticDid:
    """A synthetic difference-in-differences, and the weights it rests on.

    Attributes
    ----------
    estimate : Estimate
        The average effect on the treated, each territory and period after adoption alike, in the
        outcome's unit.
    standard_error : float
        Standard deviation of the placebos, or the jackknife's.
    cohorts : DataFrame
        One row an adoption: adoption, value, n_treated, n_after (periods), share (of the estimate).
    unit_weights : DataFrame
        adoption, territory, weight: of the comparison territories, summing to 1 in each adoption.
    time_weights : DataFrame
        adoption, period, weight: of the periods before, summing to 1 in each adoption.
    path : DataFrame
        adoption, period, treated (their mean), synthetic (the weighted comparison, moved by the
        weighted gap before); after adoption the mean gap between both is the cohort's value.
    placebos : ndarray, shape (n_placebos,)
        Estimates where comparison territories were taken for treated; empty with "jackknife".
    """

    estimate: Estimate
    standard_error: float
    cohorts: pd.DataFrame
    unit_weights: pd.DataFrame
    time_weights: pd.DataFrame
    path: pd.DataFrame
    placebos: np.ndarray

    def table(self) -> pd.DataFrame:
        """Return the estimate as one row, with its standard error."""
        return self.estimate.table().assign(standard_error=self.standard_error)

    def sentence(self, lang: Language, *, digits: int = 2) -> str:
        """Say the effect, its interval and what can be concluded, in one language."""
        return self.estimate.sentence(lang, digits=digits)


@dataclass(frozen=True, eq=False)
class _Fit:
    """One cohort: value, weights of the comparison territories and of the periods before."""

    value: float
    units: np.ndarray
    times: np.ndarray


def synthetic_did(
    panel: pd.DataFrame,
    *,
    outcome: str,
    territory: str = "territory",
    period: str = "period",
    adoption: str = "adoption",
    inference: Inference = "placebo",
    unit: str = "",
    level: float = 0.95,
    seed: int = 20131107,
    draws: int = 499,
) -> SyntheticDid:
    """Estimate the effect on the treated against a weighted comparison.

    Adoptions are estimated one by one, each against the territories never treated, and averaged by
    treated territories times periods after.

    Parameters
    ----------
    panel, outcome, territory, period, adoption
        As for `difference_in_differences`, no outcome missing; several adoptions are allowed.
    inference : {"placebo", "jackknife"}
        "placebo": the same estimate with comparison territories in the place of the treated, as
        many to each adoption; all of these where they are at most `draws`, else `draws` of them. p
        is the share at least as large, the estimate counted; the interval adds and takes away the
        placebos' quantile. "jackknife": normal, leaving out each territory with the weights kept
        (algorithm 3 of the article); not below five treated territories.
    seed, draws : int
        Of the placebos drawn.

    Returns
    -------
    SyntheticDid
        Cautions: "sizes_unknown" (placebos take the treated to be as noisy as the comparison),
        "interval_unbounded", "few_treated" (jackknife below twenty).

    Raises
    ------
    DesignError
        The panel has faults or missing values; an adoption comes in the second period (two before
        are needed); fewer comparison territories than treated, and two more; too few treated for
        the jackknife, or one alone in its adoption.

    Examples
    --------
    >>> panel = pd.DataFrame(
    ...     {"territory": np.repeat(np.arange(20), 8), "period": np.tile(np.arange(2010, 2018), 20)}
    ... )
    >>> panel["adoption"] = np.where(panel.territory < 4, 2014, np.nan)
    >>> noise = np.random.default_rng(0).normal(50, 1, len(panel))
    >>> panel["value"] = noise - 5 * (panel.period >= panel.adoption)
    >>> round(synthetic_did(panel, outcome="value", draws=99).estimate.value, 1)
    -5.2
    """
    matrix = panel_matrix(
        panel, outcome=outcome, territory=territory, period=period, adoption=adoption
    )
    _check(matrix, inference, level=level, draws=draws, seed=seed)
    comparison = matrix.outcome[~matrix.treated]
    firsts = np.unique(matrix.adoption[matrix.treated])
    cohorts = [matrix.outcome[matrix.adoption == first] for first in firsts]
    sizes = np.array([len(cohort) for cohort in cohorts])
    fits = [_fit(cohort, comparison, first) for cohort, first in zip(cohorts, firsts, strict=True)]
    cells = sizes * (len(matrix.periods) - firsts)
    shares = cells / cells.sum()
    value = float(shares @ [fit.value for fit in fits])
    placebos, cautions = np.empty(0), ["sizes_unknown"]
    if inference == "placebo":
        placebos = _placebos(comparison, firsts, sizes, shares, seed, draws)
        error = float(placebos.std())
        p, half = _among(value, placebos, level)
        smallest = 1 / (len(placebos) + 1)
        cautions += ["interval_unbounded"] if np.isinf(half) else []
    else:
        error = _jackknife(cohorts, comparison, firsts, fits)
        if not error > _ROUNDING * abs(value):
            raise DesignError(interface_language()("error.synthetic_did.no_noise"))
        p, half = float(2 * norm.sf(abs(value) / error)), float(norm.ppf((1 + level) / 2) * error)
        smallest, cautions = 0.0, ["few_treated"] if sizes.sum() < 20 else []
    estimate = Estimate(
        value=value, low=value - half, high=value + half, p=p, design="synthetic_did",
        estimand="att", inference="placebo_territories" if inference == "placebo" else inference,
        unit=unit, n_treated=int(sizes.sum()), n_comparison=len(comparison),
        n_periods=len(matrix.periods), level=level, smallest_p=smallest, cautions=tuple(cautions),
    )  # fmt: skip
    return SyntheticDid(
        estimate, error, *_frames(matrix, firsts, cohorts, comparison, fits, shares), placebos
    )


def _check(matrix: PanelMatrix, inference: str, **numbers) -> None:
    say = interface_language()
    faults = [*option_faults(("inference", inference, get_args(Inference)), **numbers)]
    gaps = np.argwhere(np.isnan(matrix.outcome))
    if len(gaps):
        cells = [f"{matrix.territories[row]} {matrix.periods[column]}" for row, column in gaps[:5]]
        faults.append(say("error.synthetic_did.gaps", n=len(gaps), cells=", ".join(cells)))
    treated = matrix.adoption[matrix.treated]
    if treated.min() < 2:
        early = matrix.territories[matrix.adoption < 2]
        faults.append(say("error.synthetic_did.early", rows=", ".join(map(str, early[:5]))))
    n, n_comparison = len(treated), int((~matrix.treated).sum())
    if n_comparison < n + 2:
        counts = {"n": n_comparison, "treated": n, "needed": n + 2}
        faults.append(say("error.synthetic_did.few_comparison", **counts))
    alone = np.unique(treated, return_counts=True)[1].min() == 1
    if inference == "jackknife" and (n < FEWEST_TREATED or alone):
        faults.append(say("error.synthetic_did.jackknife", n=n, needed=FEWEST_TREATED))
    if faults:
        lines = [say("error.synthetic_did"), *(f"- {fault}" for fault in faults)]
        raise DesignError("\n".join(lines))


def _fit(treated: np.ndarray, comparison: np.ndarray, first: int) -> _Fit:
    """Estimate one cohort, shape (n, n_periods), treated from column `first` on.

    The ridge on unit weights is (n_treated x n_after)^(1/4) times the noise, the standard deviation
    of the comparison's changes from one period to the next before adoption; both programs have an
    intercept, which centring takes out.
    """
    n_after = treated.shape[1] - first
    before, after = comparison[:, :first], comparison[:, first:].mean(axis=1)
    own, own_after = treated[:, :first].mean(axis=0), treated[:, first:].mean()
    noise = np.diff(before, axis=1).std(ddof=1)
    ridge = np.sqrt(len(treated) * n_after) * noise**2
    units = simplex_weights(
        (before - before.mean(axis=1, keepdims=True)).T, own - own.mean(), ridge=ridge * first
    )
    times = simplex_weights(
        before - before.mean(axis=0), after - after.mean(),
        ridge=(_TIME_RIDGE * noise) ** 2 * len(comparison),
    )  # fmt: skip
    value = own_after - own @ times - units @ (after - before @ times)
    return _Fit(float(value), units, times)


def _placebos(
    comparison: np.ndarray, firsts: np.ndarray, sizes: np.ndarray, shares: np.ndarray, seed: int,
    draws: int,
) -> np.ndarray:  # fmt: skip
    """Estimate with comparison territories in the place of the treated."""
    n, k = len(comparison), int(sizes.sum())
    if count_adoptions(n, sizes) <= draws:
        chosen = all_adoptions(n, sizes)
    else:
        chosen = drawn_assignments(n, k, draws, np.random.default_rng(seed))
    ends = np.cumsum(sizes)
    values = np.empty(len(chosen))
    for row, places in enumerate(chosen):
        left = np.delete(comparison, places, axis=0)
        parts = np.split(places, ends[:-1])
        fits = [
            _fit(comparison[part], left, first) for part, first in zip(parts, firsts, strict=True)
        ]
        values[row] = shares @ [fit.value for fit in fits]
    return values


def _among(value: float, placebos: np.ndarray, level: float) -> tuple[float, float]:
    """Return p and half the interval."""
    extreme = np.abs(placebos)
    p = (np.sum(extreme >= abs(value) * (1 - TIE)) + 1) / (len(placebos) + 1)
    half = np.quantile(np.append(extreme, np.inf), level, method="inverted_cdf")
    return float(p), float(half)


def _jackknife(
    cohorts: list[np.ndarray], comparison: np.ndarray, firsts: np.ndarray, fits: list[_Fit]
) -> float:
    """Leave out each territory in turn, the weights of the others kept (scaled to sum to 1)."""
    n_after = comparison.shape[1] - firsts
    changes = [
        (group[:, first:].mean(axis=1) - group[:, :first] @ fit.times,
         comparison[:, first:].mean(axis=1) - comparison[:, :first] @ fit.times)
        for group, first, fit in zip(cohorts, firsts, fits, strict=True)
    ]  # fmt: skip

    def without(cohort: int | None, place: int) -> float:
        total = cells = 0.0
        for at, ((own, others), fit) in enumerate(zip(changes, fits, strict=True)):
            kept = np.delete(own, place) if cohort == at else own
            units = fit.units.copy()
            if cohort is None:
                units[place] = 0
            # Where the one left out had all the weight, the rest share it.
            units = units / units.sum() if units.sum() > 0 else _alike(len(units), place)
            total += len(kept) * n_after[at] * (kept.mean() - units @ others)
            cells += len(kept) * n_after[at]
        return total / cells

    values = [without(at, place) for at, group in enumerate(cohorts) for place in range(len(group))]
    values += [without(None, place) for place in range(len(comparison))]
    values = np.array(values)
    return float(np.sqrt((len(values) - 1) * values.var()))


def _alike(n: int, place: int) -> np.ndarray:
    return np.insert(np.full(n - 1, 1 / (n - 1)), place, 0.0)


def _frames(
    matrix: PanelMatrix, firsts: np.ndarray, cohorts: list[np.ndarray], comparison: np.ndarray,
    fits: list[_Fit], shares: np.ndarray,
) -> tuple[pd.DataFrame, ...]:  # fmt: skip
    """Lay out cohorts, unit weights, time weights and paths."""
    n_periods = len(matrix.periods)
    rows, units, times, paths = [], [], [], []
    names = matrix.territories[~matrix.treated]
    for first, group, fit, share in zip(firsts, cohorts, fits, shares, strict=True):
        label = matrix.periods[first]
        rows.append({"adoption": label, "value": fit.value, "n_treated": len(group),
                     "n_after": n_periods - int(first), "share": share})  # fmt: skip
        units.append(pd.DataFrame({"adoption": label, "territory": names, "weight": fit.units}))
        before = matrix.periods[:first]
        times.append(pd.DataFrame({"adoption": label, "period": before, "weight": fit.times}))
        own, synthetic = group.mean(axis=0), fit.units @ comparison
        moved = synthetic + (own[:first] - synthetic[:first]) @ fit.times
        paths.append(pd.DataFrame({"adoption": label, "period": matrix.periods,
                                   "treated": own, "synthetic": moved}))  # fmt: skip
    tables = [pd.concat(parts, ignore_index=True) for parts in (units, times, paths)]
    return pd.DataFrame(rows), *tables
