"""Interrupted time series: one series, before and after a known date (segmented regression).

The counterfactual is the line the series was on before, season included: the effect is identified
if, without the intervention, the series would have gone on along it. Nothing in one series tells
the intervention from what else happened that day; a comparison series takes out what both share.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from toolkit.designs.series_checks import check_autocorrelation
from toolkit.designs.series_fit import Contrasts, SeriesFit, contrasts, fit_ar1, fit_arma, fit_hac
from toolkit.designs.series_input import (
    BREAKS,
    CheckedSeries,
    Errors,
    check_series,
    series_columns,
)
from toolkit.designs.structural_series import fit_structural
from toolkit.estimate import CheckOutcome, Estimate
from toolkit.i18n import Language

# Below this many points Newey-West intervals cover far less than they say (.77 for .95 with 96
# points and an autocorrelation of .6), and those of a fitted ARMA less (.88).
_MANY = 400


@dataclass(frozen=True, eq=False)
class InterruptedSeries:
    """What an intervention changed in a series.

    Attributes
    ----------
    level_change : Estimate
        The effect in the first period under the intervention, in the outcome's unit.
    slope_change : Estimate or None
        What the effect gains each period, in the outcome's unit a period; None without a trend.
    average_effect : Estimate
        Mean of the effect over the known periods after.
    path : DataFrame
        One row a known period: period, observed (the gap, with a comparison), after (bool),
        counterfactual, low, high (expected without the intervention and the interval of this
        expectation; one period's own noise is not in it), effect, effect_low, effect_high (0
        before). Intervals are of each period on its own.
    autocorrelation : CheckOutcome
        Whether errors still follow each other.
    intervention : object
        Label of the first period after.
    """

    level_change: Estimate
    slope_change: Estimate | None
    average_effect: Estimate
    path: pd.DataFrame
    autocorrelation: CheckOutcome
    intervention: object

    def table(self) -> pd.DataFrame:
        """Return one row an estimate."""
        found = (self.level_change, self.slope_change, self.average_effect)
        return pd.concat([one.table() for one in found if one is not None], ignore_index=True)

    def sentence(self, lang: Language, *, digits: int = 2) -> str:
        """Say the average effect and what can be concluded, in one language."""
        effect = self.average_effect
        covers_zero = effect.low <= 0 <= effect.high
        verdict = "inconclusive" if covers_zero else "up" if effect.value > 0 else "down"
        return lang(
            f"estimate.interrupted_series.{verdict}",
            value=lang.quantity(effect.value, effect.unit, digits, sign=True),
            low=lang.quantity(effect.low, effect.unit, digits, sign=True),
            high=lang.quantity(effect.high, effect.unit, digits, sign=True),
            level=lang.percent(effect.level, 0),
            n=lang.number(int(self.path.after.sum())),
            period=self.intervention,
        )

    def explanation(self, lang: Language) -> list[str]:
        """Say how the intervals were obtained, whether errors follow each other, every caution."""
        effect = self.average_effect
        return [
            lang(f"inference.{effect.inference}"),
            self.autocorrelation.sentence(lang),
            *(lang(f"caution.{code}") for code in effect.cautions),
        ]


def interrupted_series(
    series: pd.DataFrame,
    *,
    outcome: str,
    intervention,
    period: str = "period",
    comparison: str | None = None,
    covariates: Sequence[str] = (),
    trend: bool = True,
    season: int = 0,
    errors: Errors = "ar1",
    order: tuple[int, int] = (1, 0),
    unit: str = "",
    level: float = 0.95,
) -> InterruptedSeries:
    """Estimate the change of level and slope of one series at a known date.

    Parameters
    ----------
    series : DataFrame, shape (n_periods, n_columns)
        One row a period, in any order. It is read, never changed.
    outcome : str
        Numeric column; effects come back in its unit.
    intervention
        First period after, as the column writes it.
    period : str
        Whole numbers one apart, or text: 2015, 2015-Q1, 2015-03.
    comparison : str, optional
        Column of the same outcome where nothing was changed: the gap between the two is then the
        series (the point estimates of the stacked regression with all interactions).
    covariates : sequence of str
        Numeric columns the intervention does not move.
    trend : bool
        A straight line before, and a change of slope; False: a level before, and another after.
    season : int
        Periods a cycle (12 for months of a year, 4 for quarters), 0 for none: an effect each.
    errors : {"ar1", "hac", "arma", "structural"}
        "ar1": first-order autoregressive, averaged over the autocorrelation. "hac": least squares,
        Newey-West. "arma": of `order`. "structural": a level that wanders
        (`UnobservedComponents`).
    order : tuple of int
        Autoregressive and moving-average orders of "arma".

    Returns
    -------
    InterruptedSeries
        Estimands "level_change", "slope_change", "average_effect". Cautions: "no_comparison",
        "narrow_errors", "autocorrelated", "missing_periods", "not_converged".

    Raises
    ------
    DesignError
        All that is wrong: missing columns; periods that cannot be read or stand twice; values that
        are no finite numbers; a missing outcome where `errors` is "hac"; fewer than 8 known points
        before or after, or than two cycles before; a constant outcome; collinear columns; an
        unknown option.

    Examples
    --------
    >>> months = [f"{year}-{month:02}" for year in (2013, 2014, 2015) for month in range(1, 13)]
    >>> value = np.random.default_rng(0).normal(40, 1, 36) - 6 * (np.arange(36) >= 24)
    >>> series = pd.DataFrame({"period": months, "value": value})
    >>> found = interrupted_series(series, outcome="value", intervention="2015-01", trend=False)
    >>> round(found.level_change.value, 1)
    -5.9
    """
    checked = check_series(
        series, outcome=outcome, intervention=intervention, period=period, comparison=comparison,
        covariates=covariates, season=season, errors=errors, order=order, level=level,
    )  # fmt: skip
    known = checked.known
    columns = series_columns(checked, covariates, trend, season, structural=errors == "structural")
    fit = _fit(known, columns, season, errors, order)
    breaks = [at for at, name in enumerate(columns) if name in BREAKS]
    x = columns.to_numpy()
    effect_rows = np.zeros_like(x)
    effect_rows[:, breaks] = x[:, breaks]
    after = checked.after
    autocorrelation = check_autocorrelation(fit, season=season)
    cautions = _cautions(fit, checked, comparison, autocorrelation)
    units = np.eye(x.shape[1])[breaks]
    rows = np.vstack([units, effect_rows[after].mean(axis=0)])
    found = contrasts(fit, rows, level=level)
    estimands = [*(columns.columns[at] for at in breaks), "average_effect"]
    estimates = {
        name: _estimate(found, at, name, fit, unit, bool(comparison), len(known), level, cautions)
        for at, name in enumerate(estimands)
    }
    return InterruptedSeries(
        estimates["level_change"],
        estimates.get("slope_change"),
        estimates["average_effect"],
        _path(known, after, x, effect_rows, fit, level),
        autocorrelation,
        intervention,
    )


def _fit(
    known: pd.DataFrame, columns: pd.DataFrame, season: int, errors: str, order: tuple[int, int]
) -> SeriesFit:
    given = known.outcome.to_numpy(), columns.to_numpy(), known.ordinal.to_numpy()
    if errors == "structural":
        breaks = [at for at, name in enumerate(columns) if name in BREAKS]
        return fit_structural(*given, interventions=breaks, season=season)
    if errors == "arma":
        return fit_arma(*given, order)
    return fit_hac(*given) if errors == "hac" else fit_ar1(*given)


def _cautions(
    fit: SeriesFit, checked: CheckedSeries, comparison: str | None, autocorrelation: CheckOutcome
) -> tuple[str, ...]:
    doubts = {
        "no_comparison": comparison is None,
        "narrow_errors": fit.inference in ("hac", "arma") and len(checked.known) < _MANY,
        "autocorrelated": autocorrelation.status == "failed",
        "missing_periods": checked.n_missing > 0,
        "not_converged": not fit.converged,
    }
    return tuple(name for name, doubted in doubts.items() if doubted)


def _estimate(
    found: Contrasts, at: int, estimand: str, fit: SeriesFit, unit: str, compared: bool, n: int,
    level: float, cautions: tuple[str, ...],
) -> Estimate:  # fmt: skip
    return Estimate(
        value=float(found.value[at]),
        low=float(found.low[at]),
        high=float(found.high[at]),
        p=float(found.p[at]),
        design="controlled_interrupted_series" if compared else "interrupted_series",
        estimand=estimand,
        inference=fit.inference,
        unit=unit,
        n_treated=1,
        n_comparison=int(compared),
        n_periods=n,
        level=level,
        cautions=cautions,
    )


def _path(
    known: pd.DataFrame, after: np.ndarray, x: np.ndarray, effect_rows: np.ndarray,
    fit: SeriesFit, level: float,
) -> pd.DataFrame:  # fmt: skip
    """Lay out what was observed, what was expected without the intervention, and the effect."""
    if fit.counterfactual is None:
        found = contrasts(fit, x - effect_rows, level=level)
        expected, low, high = found.value, found.low, found.high
    else:
        expected, error = fit.counterfactual.T
        half = stdtrit(fit.freedom, (1 + level) / 2) * error
        low, high = expected - half, expected + half
    effect = contrasts(fit, effect_rows[after], level=level)
    path = pd.DataFrame(
        {
            "period": known.period,
            "observed": known.outcome,
            "after": after,
            "counterfactual": expected,
            "low": low,
            "high": high,
        }
    )
    for name, values in (("", effect.value), ("_low", effect.low), ("_high", effect.high)):
        path[f"effect{name}"] = 0.0
        path.loc[after, f"effect{name}"] = values
    return path
