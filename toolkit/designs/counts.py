"""Difference-in-differences of counts with an exposure: the ratio of rates (events per person).

The estimand is the factor by which the change multiplied the rate of the treated, identified if
without it their rate would have changed in the proportion the comparison's did. With few treated
territories, inference is by placebo on the log scale, small counts being noisier.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.stats import norm, t

from toolkit.designs.arguments import check_columns, option_faults
from toolkit.designs.columns import numbers
from toolkit.designs.count_fit import CountFit, degrees_of_freedom, fit_counts, pearson
from toolkit.designs.did import FEWEST_TREATED
from toolkit.designs.noise import noise_by_size, noise_design
from toolkit.designs.panel import NOT_EXACT, PanelMatrix, one_adoption, panel_matrix
from toolkit.errors import DesignError
from toolkit.estimate import CheckOutcome, Estimate
from toolkit.i18n import Language, interface_language

# Placebos are drawn among the comparison's changes: fewer say too little of the tails.
FEWEST_COMPARISON = 10
_REJECTED = 0.05
_TIE = 1e-9
Family = Literal["poisson", "negative_binomial"]
Inference = Literal["auto", "size_adjusted", "crv1"]


@dataclass(frozen=True, eq=False)
class RateRatio:
    """The effect on a rate, as a ratio.

    Attributes
    ----------
    ratio, low, high : float
        1 is no effect; `low` and `high` are the interval.
    estimate : Estimate
        The same in per cent of the rate: 100 (ratio - 1), whose null is 0.
    overdispersion : CheckOutcome
        Whether the counts vary more than Poisson's.
    dispersion : float
        Of the negative binomial: variance = mean + dispersion x mean²; 0 for Poisson.
    n_without_events : int
        Territories without a single event: they say nothing of a ratio and were left out.
    """

    ratio: float
    low: float
    high: float
    estimate: Estimate
    overdispersion: CheckOutcome
    dispersion: float
    n_without_events: int

    def table(self) -> pd.DataFrame:
        """Return one row: the ratio with its interval, then the estimate's columns."""
        own = pd.DataFrame([{"ratio": self.ratio, "ratio_low": self.low, "ratio_high": self.high}])
        return pd.concat([own, self.estimate.table()], axis="columns")

    def sentence(self, lang: Language, *, digits: int = 1) -> str:
        """Say the effect in per cent, its interval and what can be concluded, in one language."""
        return self.estimate.sentence(lang, digits=digits)


def rate_ratio(
    panel: pd.DataFrame,
    *,
    outcome: str,
    exposure: str,
    territory: str = "territory",
    period: str = "period",
    adoption: str = "adoption",
    status: str | None = None,
    family: Family = "poisson",
    inference: Inference = "auto",
    level: float = 0.95,
    seed: int = 20131107,
    draws: int = 9_999,
) -> RateRatio:
    """Estimate the factor by which one change multiplied a rate.

    Parameters
    ----------
    panel, territory, period, adoption
        As for `difference_in_differences`; all treated territories have the same adoption.
    outcome : str
        Column of counts: whole, not negative; missing ones are left out.
    exposure : str
        Column of what the count is out of (inhabitants, applications), positive where the count is
        known.
    status : str, optional
        Column of each value's status: "censored" and "secret" ones are refused, never taken as
        exact; `bound_estimate` gives what they allow.
    family : {"poisson", "negative_binomial"}
        The latter gives large territories less weight, where counts vary more than Poisson's.
    inference : {"auto", "size_adjusted", "crv1"}
        "auto" is "size_adjusted": each territory's log change is rescaled by what its counts tell,
        a + b / information fitted on the comparison, and placebos deal the comparison's changes out
        (Ferman and Pinto 2019, on the scores). "crv1": clustered by territory, not below five
        treated.

    Returns
    -------
    RateRatio
        Cautions: "missing_cells", "no_events", "few_treated" (crv1 below twenty).

    Raises
    ------
    DesignError
        The panel has faults; counts are negative or not whole; an exposure is missing or not
        positive; values are censored or secret; the treated or the comparison have no event on one
        side (their ratio is 0 or infinite); adoption is staggered; too few territories.

    Examples
    --------
    See `difference_in_differences`.
    """
    matrix = panel_matrix(
        panel, outcome=outcome, territory=territory, period=period, adoption=adoption
    )
    exposures = _check(panel, matrix, outcome, exposure, territory, period, status)
    first = one_adoption(matrix)
    counts = matrix.outcome
    with_events = np.nansum(counts, axis=1) > 0
    in_periods = np.nansum(counts, axis=0) > 0
    after = (np.arange(len(matrix.periods)) >= first)[in_periods]
    counts = counts[with_events][:, in_periods]
    exposures, treated = exposures[with_events][:, in_periods], matrix.treated[with_events]
    _check_events(counts, treated, after)
    chosen = "size_adjusted" if inference == "auto" else inference
    _check_options(treated, chosen, family, level=level, draws=draws, seed=seed)
    fit = fit_counts(
        counts, exposures, treated[:, None] & after,
        negative_binomial=family == "negative_binomial",
    )  # fmt: skip
    if chosen == "crv1":
        p, half, smallest = (*_clustered(fit, counts, level), 0.0)
    else:
        p, half = _placebo(fit, treated, after, level, np.random.default_rng(seed), draws)
        smallest = 1 / (draws + 1)
    ends = np.exp(fit.log_ratio + np.array([-half, 0, half]))
    low, value, high = (float(100 * (end - 1)) for end in ends)
    doubts = {
        "missing_cells": bool(np.isnan(counts).any()),
        "no_events": not with_events.all(),
        "few_treated": chosen == "crv1" and treated.sum() < 20,
    }
    estimate = Estimate(
        value=value, low=low, high=high, p=p, design=f"rate_ratio_{family}", estimand="rate_ratio",
        inference="score_placebo" if chosen == "size_adjusted" else chosen,
        unit="relative_percent", n_treated=int(treated.sum()),
        n_comparison=int((~treated).sum()), n_periods=len(matrix.periods), level=level,
        smallest_p=smallest, cautions=tuple(name for name, doubt in doubts.items() if doubt),
    )  # fmt: skip
    overdispersion = check_overdispersion(counts, exposures, treated[:, None] & after)
    return RateRatio(
        float(ends[1]), float(ends[0]), float(ends[2]), estimate, overdispersion, fit.dispersion,
        int((~with_events).sum()),
    )  # fmt: skip


def check_overdispersion(
    counts: np.ndarray, exposure: np.ndarray, under: np.ndarray
) -> CheckOutcome:
    """Ask whether counts vary more than Poisson's around the fitted rates.

    Null: Poisson. Pearson's statistic against its degrees of freedom; its variance counts that
    small counts are skewed (McCullagh and Nelder 1989, section 4.4). The outcome informs: the
    inferences of `rate_ratio` do not take the counts to be Poisson's.

    Parameters
    ----------
    counts, exposure, under : ndarray, shape (n_territories, n_periods)
        As for `fit_counts`.
    """
    expected = fit_counts(counts, exposure, under, negative_binomial=False).expected
    known, freedom = expected[~np.isnan(expected)], degrees_of_freedom(counts)
    if freedom < 1:
        return CheckOutcome("overdispersion", "not_applicable", "no_freedom")
    statistic = pearson(counts, expected, 0.0)
    # Fitted effects take their part of the variance: in proportion.
    variance = np.sum(2 + 1 / known) * freedom / len(known)
    p = float(norm.sf((statistic - freedom) / np.sqrt(variance)))
    reason = "more" if p <= _REJECTED else "no_more"
    values = {"ratio": statistic / freedom, "probability": p}
    return CheckOutcome("overdispersion", "informative", reason, values)


def _check(
    panel: pd.DataFrame, matrix: PanelMatrix, outcome: str, exposure: str, territory: str,
    period: str, status: str | None,
) -> np.ndarray:  # fmt: skip
    """Check counts and exposures; return the exposures laid out as the counts are."""
    say = interface_language()
    check_columns(panel, [exposure, *([] if status is None else [status])])
    faults = []
    if status is not None:
        inexact = panel[status].isin(NOT_EXACT)
        if inexact.any():
            faults.append(say("error.counts.inexact", n=int(inexact.sum())))
    values = numbers(panel[outcome])
    known = ~np.isnan(values)
    wrong = panel.index[known & ((values < 0) | (values != np.round(values)))]
    if len(wrong):
        faults.append(say("error.counts.whole", rows=", ".join(map(str, wrong[:5]))))
    of = numbers(panel[exposure])
    wrong = panel.index[known & ~((of > 0) & np.isfinite(of))]
    if len(wrong):
        faults.append(say("error.counts.exposure", rows=", ".join(map(str, wrong[:5]))))
    if faults:
        raise DesignError("\n".join([say("error.counts"), *(f"- {fault}" for fault in faults)]))
    wide = panel.assign(**{exposure: of}).pivot(index=territory, columns=period, values=exposure)
    return wide.reindex(index=matrix.territories, columns=matrix.periods).to_numpy()


def _check_events(counts: np.ndarray, treated: np.ndarray, after: np.ndarray) -> None:
    say = interface_language()
    sides = {
        "treated_before": counts[treated][:, ~after],
        "treated_after": counts[treated][:, after],
        "comparison_before": counts[~treated][:, ~after],
        "comparison_after": counts[~treated][:, after],
    }
    empty = [say(f"error.counts.side.{name}") for name, own in sides.items() if not np.nansum(own)]
    if empty:
        raise DesignError(say("error.counts.no_event", sides=", ".join(empty)))


def _check_options(treated: np.ndarray, inference: str, family: str, **numbers) -> None:
    say = interface_language()
    n, n_comparison = int(treated.sum()), int((~treated).sum())
    faults = [
        *option_faults(
            ("family", family, get_args(Family)), ("inference", inference, get_args(Inference)),
            **numbers,
        )
    ]  # fmt: skip
    if inference == "crv1" and n < FEWEST_TREATED:
        faults.append(say("error.did.few_treated", n=n, needed=FEWEST_TREATED))
    if inference == "size_adjusted" and n_comparison < FEWEST_COMPARISON:
        faults.append(say("error.counts.few", n=n_comparison, needed=FEWEST_COMPARISON))
    if faults:
        raise DesignError("\n".join([say("error.counts"), *(f"- {fault}" for fault in faults)]))


def _clustered(fit: CountFit, counts: np.ndarray, level: float) -> tuple[float, float]:
    """Return p and half the interval of the log ratio, errors clustered by territory."""
    scores = (fit.regressor * fit.residual).sum(axis=1)
    information = (fit.weight * fit.regressor**2).sum()
    g, n = len(counts), int((~np.isnan(counts)).sum())
    correction = g / (g - 1) * (n - 1) / degrees_of_freedom(counts)
    error = np.sqrt(correction * (scores**2).sum()) / information
    if not error > 1e-10:
        raise DesignError(interface_language()("error.counts.no_variance"))
    p = 2 * t.sf(abs(fit.log_ratio) / error, g - 1)
    return float(p), float(t.ppf((1 + level) / 2, g - 1) * error)


def _placebo(
    fit: CountFit, treated: np.ndarray, after: np.ndarray, level: float, rng: np.random.Generator,
    draws: int,
) -> tuple[float, float]:  # fmt: skip
    """Return p and half the interval of the log ratio, by placebos of the comparison's changes.

    A territory's change is one Newton step of its own log change away from the fit: its score over
    its information. Its variance is b / information where counts are all the noise, and more by a
    where territories change differently.
    """
    totals = fit.weight.sum(axis=1, keepdims=True)
    share_after = (fit.weight * after).sum(axis=1, keepdims=True) / totals
    own = after - share_after
    information = (fit.weight * own**2).sum(axis=1)
    informed = information > 1e-9 * information.max()
    information, treated = information[informed], treated[informed]
    changes = (own * fit.residual).sum(axis=1)[informed] / information
    comparison = ~treated
    design = noise_design(information)
    together = np.zeros(comparison.sum())
    noise = noise_by_size(changes[comparison, None], together, design[comparison])
    scale = noise.scale(design)[:, 0]
    standard = changes[comparison] / scale[comparison]
    n, n_comparison = len(treated), int(comparison.sum())
    standard = (standard - standard.mean()) * np.sqrt(n_comparison / (n_comparison - 1))
    part = np.where(
        treated, information / information[treated].sum(),
        -information / information[comparison].sum(),
    )  # fmt: skip
    drawn = rng.integers(0, n_comparison, (draws, n))
    extreme = np.abs(standard[drawn] @ (part * scale))
    p = (np.sum(extreme >= abs(fit.log_ratio) * (1 - _TIE)) + 1) / (draws + 1)
    half = np.quantile(np.append(extreme, np.inf), level, method="inverted_cdf")
    return float(p), float(half)
