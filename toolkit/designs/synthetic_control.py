"""Synthetic control: each treated territory beside the mix of donors that shares its past.

The effect is the treated's outcome after adoption less that of its synthetic twin, a weighted mean
of territories never treated (Abadie and Gardeazabal 2003; Abadie, Diamond and Hainmueller 2010).
It is identified if the mix that follows the treated before would have followed it after: credible
where the fit before is close over many periods and no donor is touched by the treatment.

Inference is by placebo in space: every donor is given the adoption in turn, and the treated's gap
is held against theirs, each in units of its own fit before.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit.designs.arguments import option_faults
from toolkit.designs.panel import PanelMatrix, panel_matrix
from toolkit.designs.synthetic_fit import SEARCHES, Fit, Search, fit_outcomes, fit_predictors
from toolkit.designs.synthetic_input import (
    Predictor,
    donor_pool,
    fitted_columns,
    predictor_values,
    refuse,
)
from toolkit.designs.synthetic_placebos import placebo_test
from toolkit.estimate import Estimate

# Few periods before are easily matched by chance (Abadie 2021, section 4).
_FEW_BEFORE = 10
# With several treated and fewer donors the test rejects too often (its page in docs/methods has how
# often): donors stand in each other's twins, so that their gaps offset each other; treated do not.
_FEW_DONORS = 20
# A gap before smaller than this share of the outcome's spread is no gap: the fit is perfect.
_PERFECT = 1e-6


@dataclass(frozen=True, eq=False)
class SyntheticControl:
    """A synthetic control: the effect, what it is made of, and the placebos.

    Attributes
    ----------
    estimate : Estimate
        The mean gap over treated territories and periods after adoption, each territory alike.
    weights : DataFrame
        treated, donor, weight; the donors that count, by weight.
    predictor_weights : DataFrame
        treated, predictor, weight; empty on outcomes alone.
    paths : DataFrame
        territory, period, event_time, observed, synthetic, gap, of the treated.
    placebos : DataFrame
        The same for each donor under each adoption, without observed and synthetic.
    fits : DataFrame
        One row a treated territory, and a donor by adoption: territory, treated, adoption, loss
        (mean squared gap over the fitted periods), rmspe_before, rmspe_after, ratio, mean_gap
        (after), perfect (no gap before at all, but for rounding), agreeing and searches (see
        `Fit`), outside (share of the periods before in which the
        territory lies outside the range of its donors).
    donors : tuple
        Names of the donors used.
    """

    estimate: Estimate
    weights: pd.DataFrame
    predictor_weights: pd.DataFrame
    paths: pd.DataFrame
    placebos: pd.DataFrame
    fits: pd.DataFrame
    donors: tuple

    def event_gaps(self) -> pd.DataFrame:
        """Average the gaps of the treated by time since adoption: event_time, value, n."""
        grouped = self.paths.groupby("event_time").gap
        return grouped.agg(value="mean", n="size").reset_index()


@dataclass(frozen=True, eq=False)
class _Setting:
    """What every fit of one call shares."""

    matrix: PanelMatrix
    predictors: tuple[Predictor, ...]
    values: np.ndarray  # (n_predictors, n_territories)
    fit_first: int
    fit_last: int | None
    search: Search
    seed: int


def synthetic_control(
    panel: pd.DataFrame,
    *,
    outcome: str,
    territory: str = "territory",
    period: str = "period",
    adoption: str = "adoption",
    predictors: Sequence[Predictor] = (),
    fit_periods: tuple | None = None,
    exclude: Collection = (),
    placebos: bool = True,
    search: Search = "global",
    unit: str = "",
    level: float = 0.95,
    seed: int = 20131107,
    draws: int = 9_999,
) -> SyntheticControl:
    """Estimate the effect on each treated territory by a weighted mean of donors.

    Parameters
    ----------
    panel, outcome, territory, period, adoption
        See `panel_matrix`. The donors are the territories never treated; those with a missing
        outcome are left out, and the estimate says so.
    predictors : sequence of Predictor
        What the weights are to match; without any, every outcome before adoption.
    fit_periods : tuple of (first, last), optional
        Periods whose outcomes choose the predictors' weights, or are matched without predictors;
        by default all before adoption.
    exclude : collection
        Territories that are not to be donors, such as neighbours of the treated.
    placebos : bool
        Without them there is neither p nor interval: for fitting many times over.
    search : {"global", "local"}
        How the predictors' weights are sought: by two independent searches for the best fit, or by
        one descent from equal weights, as the first programs did, to compare with what they found.
    seed : int
        Of the search for the predictors' weights, and of drawn assignments.
    draws : int
        Assignments drawn where those of several treated are more than a million.

    Returns
    -------
    SyntheticControl
        p is the share of the ways to deal the adoptions to territories, what happened included,
        whose mean gap is at least as large in units of the fit before. The interval holds the
        effects, equal for all treated, that this test does not reject (with one treated territory
        an effect may grow or fade: only its mean over periods counts). It takes the treated
        to be to its synthetic twin as a donor is to its own: no worse fitted, no noisier. Where
        there are so many donors that some territory is fitted perfectly, the fit before measures
        no noise: gaps are then compared as they are ("perfect_fits"). With several treated and
        fewer than twenty donors it rejects too often ("shared_donors").

    Raises
    ------
    DesignError
        The panel has faults; fewer than two donors or two periods before; a treated territory has
        a missing outcome; an option is unknown, a territory to exclude is not in the panel; a
        predictor is missing, empty, no number or constant; the treated outnumber the donors.

    Notes
    -----
    Abadie, Diamond and Hainmueller, Journal of the American Statistical Association 2010 (weights,
    placebos); Cavallo, Galiani, Noy and Pantano, Review of Economics and Statistics 2013 (several
    treated); Firpo and Possebom, Journal of Causal Inference 2018 (intervals by inversion).

    Examples
    --------
    >>> places, years = np.repeat(list("ABCDEF"), 10), np.tile(np.arange(2010, 2020), 6)
    >>> panel = pd.DataFrame({"territory": places, "period": years})
    >>> panel["adoption"] = np.where(panel.territory == "A", 2016, np.nan)
    >>> noise = np.random.default_rng(0).normal(50, 1, len(panel))
    >>> panel["value"] = noise - 9 * (panel.period >= panel.adoption)
    >>> round(synthetic_control(panel, outcome="value").estimate.value, 1)
    -9.2
    """
    search_known = ("search", search, SEARCHES)
    refuse([*option_faults(search_known, level=level, seed=seed, draws=draws)])
    full = panel_matrix(
        panel, outcome=outcome, territory=territory, period=period, adoption=adoption
    )
    matrix, n_left_out = donor_pool(full, exclude)
    values = predictor_values(panel, matrix, predictors, territory, period)
    first, last = fitted_columns(matrix, fit_periods)
    setting = _Setting(matrix, tuple(predictors), values, first, last, search, seed)
    treated = np.flatnonzero(matrix.treated)
    donors = np.flatnonzero(~matrix.treated)
    gaps = [_gaps(setting, one, matrix.adoption[one], donors) for one in treated]
    adoptions = np.unique(matrix.adoption[treated])
    others = [
        _gaps(setting, one, start, donors[donors != one])
        for start in adoptions
        for one in (donors if placebos else ())
    ]
    fits = pd.DataFrame([_fit_row(setting, g) for g in [*gaps, *others]])
    p, low, high, smallest, inference = np.nan, np.nan, np.nan, 0.0, "none"
    if placebos:
        rng = np.random.default_rng(seed)
        p, low, high, smallest = placebo_test(matrix, fits, level, draws, rng)
        inference = "placebo_in_space_unscaled" if fits.perfect.any() else "placebo_in_space"
    local = bool(predictors) and search == "local"
    cautions = _cautions(matrix, fits, n_left_out, (low, high), local)
    estimate = Estimate(
        value=float(fits.mean_gap[fits.treated].mean()),
        low=low,
        high=high,
        p=p,
        design="synthetic_control",
        estimand="att",
        inference=inference,
        unit=unit,
        n_treated=len(treated),
        n_comparison=len(donors),
        n_periods=len(matrix.periods),
        level=level,
        smallest_p=smallest,
        cautions=cautions,
    )
    return SyntheticControl(
        estimate=estimate,
        weights=_weights_table(matrix, gaps),
        predictor_weights=_predictor_table(matrix, predictors, gaps),
        paths=_paths(matrix, gaps),
        placebos=_paths(matrix, others).drop(columns=["observed", "synthetic"]),
        fits=fits,
        donors=tuple(matrix.territories[donors]),
    )


@dataclass(frozen=True, eq=False)
class _Gaps:
    """A territory beside its synthetic twin, over all periods."""

    row: int
    start: int
    donors: np.ndarray
    fit: Fit
    synthetic: np.ndarray
    gap: np.ndarray


def _gaps(setting: _Setting, row: int, start: int, donors: np.ndarray) -> _Gaps:
    outcome = setting.matrix.outcome
    fitted = slice(setting.fit_first, start if setting.fit_last is None else setting.fit_last + 1)
    past, own = outcome[donors, fitted].T, outcome[row, fitted]
    if setting.predictors:
        # One stream a territory: its fit does not depend on which others are fitted.
        rng = np.random.default_rng([setting.seed, row])
        pool, mine = setting.values[:, donors], setting.values[:, row]
        fit = fit_predictors(past, own, pool, mine, rng=rng, search=setting.search)
    else:
        fit = fit_outcomes(past, own)
    synthetic = fit.weights @ outcome[donors]
    return _Gaps(row, int(start), donors, fit, synthetic, outcome[row] - synthetic)


def _fit_row(setting: _Setting, gaps: _Gaps) -> dict:
    matrix, start = setting.matrix, gaps.start
    before, after = gaps.gap[:start], gaps.gap[start:]
    own, pool = matrix.outcome[gaps.row, :start], matrix.outcome[gaps.donors, :start]
    outside = (own > pool.max(axis=0)) | (own < pool.min(axis=0))
    rmspe = [float(np.sqrt(np.mean(part**2))) for part in (before, after)]
    return {
        "territory": matrix.territories[gaps.row],
        "treated": bool(matrix.treated[gaps.row]),
        "adoption": matrix.periods[start],
        "loss": gaps.fit.loss,
        "rmspe_before": rmspe[0],
        "rmspe_after": rmspe[1],
        "ratio": rmspe[1] / rmspe[0] if rmspe[0] > 0 else np.inf,
        "mean_gap": float(after.mean()),
        "perfect": bool(rmspe[0] <= _PERFECT * matrix.outcome.std()),
        "agreeing": gaps.fit.agreeing,
        "searches": gaps.fit.searches,
        "outside": float(outside.mean()),
    }


def _cautions(
    matrix, fits: pd.DataFrame, n_left_out: int, interval, local: bool
) -> tuple[str, ...]:
    own = fits[fits.treated]
    start = int(matrix.adoption[matrix.treated].min())
    found = {
        "donors_left_out": n_left_out > 0,
        "few_periods_before": start < _FEW_BEFORE,
        "shared_donors": len(own) > 1 and int((~matrix.treated).sum()) < _FEW_DONORS,
        "outside_donors": bool((own.outside > 0).any()),
        "unstable_search": bool((own.agreeing < own.searches).any()),
        "local_search": local,
        "perfect_fits": bool(fits.perfect.any()),
        "interval_unbounded": bool(np.isinf(interval).any()),
    }
    return tuple(code for code, holds in found.items() if holds)


def _paths(matrix: PanelMatrix, gaps: list[_Gaps]) -> pd.DataFrame:
    n, k = len(matrix.periods), len(gaps)
    starts = np.repeat([g.start for g in gaps], n).astype(int)
    return pd.DataFrame(
        {
            "territory": matrix.territories[np.repeat([g.row for g in gaps], n).astype(int)],
            "adoption": matrix.periods[starts],
            "period": np.tile(matrix.periods, k),
            "event_time": np.tile(np.arange(n), k) - starts,
            "observed": np.concatenate([matrix.outcome[g.row] for g in gaps] or [[]]),
            "synthetic": np.concatenate([g.synthetic for g in gaps] or [[]]),
            "gap": np.concatenate([g.gap for g in gaps] or [[]]),
        }
    )


def _weights_table(matrix: PanelMatrix, gaps: list[_Gaps]) -> pd.DataFrame:
    rows = [
        {"treated": matrix.territories[g.row], "donor": matrix.territories[d], "weight": float(w)}
        for g in gaps
        for d, w in sorted(zip(g.donors, g.fit.weights, strict=True), key=lambda pair: -pair[1])
        if w > 0
    ]
    return pd.DataFrame(rows)


def _predictor_table(matrix: PanelMatrix, predictors, gaps: list[_Gaps]) -> pd.DataFrame:
    rows = [
        {"treated": matrix.territories[g.row], "predictor": p.name, "weight": float(w)}
        for g in gaps
        for p, w in zip(predictors, g.fit.predictor_weights, strict=True)
    ]
    return pd.DataFrame(rows, columns=["treated", "predictor", "weight"])
