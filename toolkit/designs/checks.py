"""Attempts to refute a difference-in-differences: each gives a `CheckOutcome`.

A check asks what should not be there if the estimate is right. It passes, fails, informs, or is not
applicable and says why: a check that cannot run proves nothing. Those here estimate the effect
again on a panel changed on purpose, by any design: `staggered_effect` where adoption is staggered.
"""

from collections.abc import Callable, Collection, Iterable

import numpy as np
import pandas as pd

from toolkit.designs.arguments import option_faults
from toolkit.designs.did import difference_in_differences
from toolkit.designs.panel import panel_matrix
from toolkit.errors import DesignError
from toolkit.estimate import CheckOutcome, Estimate

# A placebo that the test rejects at this level is a failure.
PLACEBO_LEVEL = 0.10
# Periods before adoption that placebo_in_time splits in two.
_FEWEST_BEFORE = 4
Design = Callable[..., Estimate]


def placebo_in_time(
    panel: pd.DataFrame,
    *,
    outcome: str,
    territory: str = "territory",
    period: str = "period",
    adoption: str = "adoption",
    design: Design = difference_in_differences,
    **settings,
) -> CheckOutcome:
    """Pretend that adoption came half-way through the periods before it: nothing should show.

    Null: the treated and the comparison territories changed alike before the first adoption.

    Parameters
    ----------
    panel, outcome, territory, period, adoption
        As for `difference_in_differences`.
    design : callable
        Of the signature of `difference_in_differences`; `staggered_effect` for several dates.
    **settings
        Of the design.

    Returns
    -------
    CheckOutcome
        Values: value (in the outcome's unit) and p of the placebo.

    Raises
    ------
    DesignError
        The panel has faults.

    References
    ----------
    Abadie, Diamond and Hainmueller, American Journal of Political Science 2015 (placebo in time).

    Examples
    --------
    >>> panel = pd.DataFrame(
    ...     {"territory": np.repeat(np.arange(20), 8), "period": np.tile(np.arange(2010, 2018), 20)}
    ... )
    >>> panel["adoption"] = np.where(panel.territory < 4, 2014, np.nan)
    >>> noise = np.random.default_rng(0).normal(50, 1, len(panel))
    >>> panel["value"] = noise - 5 * (panel.period >= panel.adoption)
    >>> placebo_in_time(panel, outcome="value").status
    'passed'
    """
    columns = {"outcome": outcome, "territory": territory, "period": period, "adoption": adoption}
    matrix = panel_matrix(panel, **columns)
    first = matrix.adoption.min()
    if first < _FEWEST_BEFORE:
        values = {"n": int(first), "needed": _FEWEST_BEFORE}
        return CheckOutcome("placebo_in_time", "not_applicable", "few_periods", values)
    before = panel[panel[period] < matrix.periods[first]]
    pretended = before.assign(
        **{adoption: before[adoption].where(before[adoption].isna(), matrix.periods[first // 2])}
    )
    try:
        estimate = design(pretended, **columns, **settings)
    except DesignError:
        return CheckOutcome("placebo_in_time", "not_applicable", "refused")
    if estimate.smallest_p > PLACEBO_LEVEL:
        return _cannot_fail("placebo_in_time", estimate)
    status = "failed" if estimate.p <= PLACEBO_LEVEL else "passed"
    values = {"value": estimate.value, "p": estimate.p}
    return CheckOutcome("placebo_in_time", status, status, values, estimate.table())


def refuse_faults(faults: Iterable[str]) -> None:
    """Raise what is wrong with the options of a check, if anything is."""
    faults = list(faults)
    if faults:
        raise DesignError("\n".join(faults))


def _cannot_fail(check: str, placebo: Estimate) -> CheckOutcome:
    """Say that so few territories could not refute anything: passing would prove nothing."""
    values = {"smallest": placebo.smallest_p, "limit": PLACEBO_LEVEL}
    return CheckOutcome(check, "not_applicable", "cannot_fail", values)


def anticipation(
    panel: pd.DataFrame,
    *,
    outcome: str,
    territory: str = "territory",
    period: str = "period",
    adoption: str = "adoption",
    n_periods: int = 1,
    design: Design = difference_in_differences,
    **settings,
) -> CheckOutcome:
    """Look for an effect in the periods just before adoption, and estimate without them.

    Null: what was announced or expected changed nothing before it began. It fails where the treated
    had moved away already; the estimate without those periods then stands for the effect.

    Parameters
    ----------
    panel, outcome, territory, period, adoption, design, **settings
        As for `placebo_in_time`. Where there are several adoption dates, the design takes
        ``anticipation=`` too, as `staggered_effect` does.
    n_periods : int
        How many periods before adoption may already bear an effect.

    Returns
    -------
    CheckOutcome
        Values: n, the periods looked at; value and p of the effect in them; whole and without, the
        estimate with and without them. All in the outcome's unit.

    Raises
    ------
    DesignError
        The panel has faults, or the design refuses it.

    References
    ----------
    Malani and Reif, Journal of Public Economics 2015 (anticipation).

    Examples
    --------
    See `placebo_in_time`.
    """
    columns = {"outcome": outcome, "territory": territory, "period": period, "adoption": adoption}
    refuse_faults(option_faults(n_periods=n_periods))
    matrix = panel_matrix(panel, **columns)
    whole = design(panel, **columns, **settings)
    earliest = int(matrix.adoption.min())
    if earliest <= n_periods:
        values = {"n": earliest, "needed": n_periods + 1}
        return CheckOutcome("anticipation", "not_applicable", "few_periods", values)
    rows = panel.reset_index(drop=True)
    at = np.searchsorted(matrix.periods, rows[period].to_numpy())
    treated = rows[adoption].notna().to_numpy()
    began = np.full(len(rows), len(matrix.periods))
    began[treated] = np.searchsorted(matrix.periods, rows[adoption][treated].to_numpy())
    earlier = pd.Series(matrix.periods[began[treated] - n_periods], rows.index[treated])
    moved = rows.assign(**{adoption: earlier.reindex(rows.index)})
    several = len(np.unique(matrix.adoption[matrix.treated])) > 1
    try:
        # Nobody is looked at after the last adoption: periods of the comparison alone add noise.
        in_them = design(moved[(at < began) & (at < began[treated].max())], **columns, **settings)
        if several:
            without = design(panel, **columns, **settings, anticipation=n_periods)
        else:
            kept = (at < earliest - n_periods) | (at >= earliest)
            without = design(rows[kept], **columns, **settings)
    except DesignError:
        return CheckOutcome("anticipation", "not_applicable", "refused")
    if in_them.smallest_p > PLACEBO_LEVEL:
        return _cannot_fail("anticipation", in_them)
    status = "failed" if in_them.p <= PLACEBO_LEVEL else "passed"
    values = {
        "n": n_periods, "value": in_them.value, "p": in_them.p,
        "whole": whole.value, "without": without.value,
    }  # fmt: skip
    data = pd.concat([each.table() for each in (in_them, whole, without)], ignore_index=True)
    data.insert(0, "what", ["before", "whole", "without"])
    return CheckOutcome("anticipation", status, status, values, data)


def spillover(
    panel: pd.DataFrame,
    neighbours: Collection[str],
    *,
    outcome: str,
    territory: str = "territory",
    period: str = "period",
    adoption: str = "adoption",
    design: Design = difference_in_differences,
    **settings,
) -> CheckOutcome:
    """Look for an effect on the neighbours of the treated, and estimate without them.

    Null: the untreated neighbours changed as the comparison territories further away did, from the
    first adoption on. It fails where they did not, and the estimate without them then stands for
    the effect.

    Parameters
    ----------
    panel, outcome, territory, period, adoption, design, **settings
        As for `placebo_in_time`.
    neighbours : collection of str
        The territories that border a treated one.

    Returns
    -------
    CheckOutcome
        Values: n, the neighbours compared; value and p of the gap on them; without, the estimate
        without them. In the outcome's unit.

    Raises
    ------
    DesignError
        The panel has faults.

    References
    ----------
    Butts, Difference-in-differences estimation with spatial spillovers, arXiv 2105.03737, 2021.

    Examples
    --------
    See `placebo_in_time`.
    """
    columns = {"outcome": outcome, "territory": territory, "period": period, "adoption": adoption}
    matrix = panel_matrix(panel, **columns)
    names = matrix.territories[~matrix.treated]
    beside = [name for name in names if name in neighbours]
    if not beside:
        return CheckOutcome("spillover", "not_applicable", "no_neighbour")
    if len(beside) == len(names):
        return CheckOutcome("spillover", "not_applicable", "only_neighbours")
    comparison = panel[panel[adoption].isna()]
    reached = comparison[territory].isin(beside)
    # The neighbours take the place of the treated, from the first adoption on.
    first = panel[adoption].dropna().min()
    exposed = comparison.assign(**{adoption: comparison[adoption].where(~reached, first)})
    try:
        on_them = design(exposed, **columns, **settings)
        without = design(panel[~panel[territory].isin(beside)], **columns, **settings)
    except DesignError:
        return CheckOutcome("spillover", "not_applicable", "refused")
    if on_them.smallest_p > PLACEBO_LEVEL:
        return _cannot_fail("spillover", on_them)
    status = "failed" if on_them.p <= PLACEBO_LEVEL else "passed"
    values = {
        "n": len(beside), "value": on_them.value, "p": on_them.p, "without": without.value,
    }  # fmt: skip
    data = pd.concat([on_them.table(), without.table()], ignore_index=True)
    return CheckOutcome("spillover", status, status, values, data)
