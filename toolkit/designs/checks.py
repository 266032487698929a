"""Attempts to refute a difference-in-differences: each gives a `CheckOutcome`.

A check asks what should not be there if the estimate is right. It passes, fails, informs, or is not
applicable and says why: a check that cannot run proves nothing.
"""

from collections.abc import Callable, Collection

import numpy as np
import pandas as pd

from toolkit.designs.did import difference_in_differences
from toolkit.errors import DesignError
from toolkit.estimate import CheckOutcome, Estimate

# A placebo that the test rejects at this level is a failure.
PLACEBO_LEVEL = 0.10
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

    Null: the treated and the comparison territories changed alike before adoption.
    """
    first = panel[adoption].dropna()
    before = panel[panel[period] < first.min()] if len(first) else panel.iloc[:0]
    periods = np.sort(before[period].unique())
    if len(periods) < 4:
        values = {"n": len(periods)}
        return CheckOutcome("placebo_in_time", "not_applicable", "few_periods", values)
    middle = periods[len(periods) // 2]
    pretended = before.assign(**{adoption: before[adoption].where(before[adoption].isna(), middle)})
    try:
        estimate = design(
            pretended, outcome=outcome, territory=territory, period=period, adoption=adoption,
            **settings,
        )  # fmt: skip
    except DesignError:
        return CheckOutcome("placebo_in_time", "not_applicable", "refused")
    status = "failed" if estimate.p <= PLACEBO_LEVEL else "passed"
    values = {"value": estimate.value, "p": estimate.p}
    return CheckOutcome("placebo_in_time", status, status, values, estimate.table())


def leave_one_out(
    panel: pd.DataFrame,
    *,
    outcome: str,
    territory: str = "territory",
    adoption: str = "adoption",
    design: Design = difference_in_differences,
    **settings,
) -> CheckOutcome:
    """Estimate without each treated territory in turn: no single one should carry the effect.

    It fails where leaving one out changes the sign of an estimate whose interval excludes zero.
    """
    treated = panel[territory][panel[adoption].notna()].unique()
    if len(treated) < 2:
        return CheckOutcome("leave_one_out", "not_applicable", "one_treated")
    options = {"outcome": outcome, "territory": territory, "adoption": adoption, **settings}
    full = design(panel, **options)
    rows = []
    for left_out in treated:
        estimate = design(panel[panel[territory] != left_out], **options)
        rows.append({"left_out": left_out, "value": estimate.value, "p": estimate.p})
    data = pd.DataFrame(rows)
    values = {"value": full.value, "lowest": data.value.min(), "highest": data.value.max()}
    same_sign = bool((np.sign(data.value) == np.sign(full.value)).all())
    # An estimate that may be zero changes sign by chance: there is no effect to hang on anyone.
    around_zero = full.low <= 0 <= full.high
    status = "informative" if same_sign or around_zero else "failed"
    reason = "same_sign" if same_sign else "around_zero" if around_zero else "changes_sign"
    return CheckOutcome("leave_one_out", status, reason, values, data)


def spillover(
    panel: pd.DataFrame,
    neighbours: Collection[str],
    *,
    outcome: str,
    territory: str = "territory",
    adoption: str = "adoption",
    design: Design = difference_in_differences,
    **settings,
) -> CheckOutcome:
    """Look for an effect on the neighbours of the treated, and estimate without them.

    Null: the untreated neighbours changed as the comparison territories further away did. It fails
    where they did not, and the estimate without them then stands for the effect.

    Parameters
    ----------
    neighbours : collection of str
        The untreated territories that border a treated one.
    """
    comparison = panel[panel[adoption].isna()]
    names = comparison[territory].unique()
    beside = [name for name in names if name in neighbours]
    if not beside:
        return CheckOutcome("spillover", "not_applicable", "no_neighbour")
    if len(beside) == len(names):
        return CheckOutcome("spillover", "not_applicable", "only_neighbours")
    options = {"outcome": outcome, "territory": territory, "adoption": adoption, **settings}
    first = panel[adoption].dropna().min()
    reached = comparison[territory].isin(beside)
    # The neighbours take the place of the treated, from the first adoption on.
    exposed = comparison.assign(**{adoption: comparison[adoption].where(~reached, first)})
    try:
        on_them = design(exposed, **options)
        without = design(panel[~panel[territory].isin(beside)], **options)
    except DesignError:
        return CheckOutcome("spillover", "not_applicable", "refused")
    status = "failed" if on_them.p <= PLACEBO_LEVEL else "passed"
    values = {
        "n": len(beside), "value": on_them.value, "p": on_them.p, "without": without.value,
    }  # fmt: skip
    data = pd.concat([on_them.table(), without.table()], ignore_index=True)
    return CheckOutcome("spillover", status, status, values, data)
