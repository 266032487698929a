"""Attempts to refute a synthetic control: its fit, its rank among placebos, its single donors."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from toolkit.designs.synthetic_control import SyntheticControl
from toolkit.errors import DesignError
from toolkit.estimate import CheckOutcome

# Abadie, Diamond and Hainmueller (2010) set aside placebos fitted worse than 5 and 2 times the
# treated; here the treated is held against its donors by the same multiples.
_POOR, _FAIR = 5.0, 2.0


def synthetic_fit(control: SyntheticControl) -> CheckOutcome:
    """Ask whether the treated is fitted before as well as its donors are.

    Not applicable where so many donors let some territory be fitted perfectly: a fit then proves
    nothing. It fails where the mean squared gap of a treated territory before adoption exceeds
    five times the donors' median, passes where none exceeds twice, and informs between.

    Examples
    --------
    See `synthetic_control`.
    """
    fits = control.fits.assign(mspe=control.fits.rmspe_before**2)
    if fits.perfect.any():
        return CheckOutcome("fit", "not_applicable", "perfect", {"n": int(fits.perfect.sum())})
    median = fits[~fits.treated].groupby("adoption").mspe.median()
    own = fits[fits.treated]
    worst = float((own.mspe / own.adoption.map(median)).max())
    values = {"times": worst, "outside": 100 * float(own.outside.max())}
    data = own[["territory", "rmspe_before", "outside", "agreeing", "searches"]]
    if worst > _POOR:
        return CheckOutcome("fit", "failed", "poor", values, data)
    if worst > _FAIR:
        return CheckOutcome("fit", "informative", "fair", values, data)
    return CheckOutcome("fit", "passed", "close", values, data)


def synthetic_placebo_in_space(control: SyntheticControl, *, level: float = 0.95) -> CheckOutcome:
    """Rank the treated's ratio of fit after to fit before among all its donors' (exact).

    Null: the treated is no different from a donor. With several treated, each is ranked among its
    donors and the largest p is said, the least favourable.

    Examples
    --------
    See `synthetic_control`.
    """
    fits, rows = control.fits, []
    if fits.perfect.any():
        values = {"n": int(fits.perfect.sum())}
        return CheckOutcome("placebo_in_space", "not_applicable", "perfect", values)
    for one in fits[fits.treated].itertuples():
        pool = fits[~fits.treated & (fits.adoption == one.adoption)]
        rank = 1 + int((pool.ratio >= one.ratio).sum())
        rows.append({"territory": one.territory, "ratio": one.ratio, "rank": rank,
                     "n": len(pool) + 1, "p": rank / (len(pool) + 1)})  # fmt: skip
    data = pd.DataFrame(rows)
    worst = data.loc[data.p.idxmax()]
    values = {"rank": int(worst["rank"]), "n": int(worst.n), "p": float(worst.p)}
    reason = "stands_out" if worst.p <= 1 - level else "among_them"
    return CheckOutcome("placebo_in_space", "informative", reason, values, data)


def leave_one_donor_out(
    control: SyntheticControl, refit: Callable[[str], SyntheticControl]
) -> CheckOutcome:
    """Estimate without each donor that counts in turn: no single one should carry the effect.

    It fails where leaving one out changes the sign of an estimate whose interval excludes zero.

    Parameters
    ----------
    refit : callable
        Estimates anew without a donor, whose name it is given.

    Examples
    --------
    See `synthetic_control`.
    """
    full, rows = control.estimate, []
    for donor in control.weights.donor.unique():
        try:
            value = refit(donor).estimate.value
        except DesignError:
            continue
        rows.append({"left_out": donor, "value": value})
    if not rows:
        return CheckOutcome("leave_one_donor_out", "not_applicable", "refused")
    data = pd.DataFrame(rows)
    values = {"value": full.value, "lowest": data.value.min(), "highest": data.value.max()}
    same = bool((np.sign(data.value) == np.sign(full.value)).all())
    around_zero = full.low <= 0 <= full.high
    status = "informative" if same or around_zero else "failed"
    reason = "same_sign" if same else "around_zero" if around_zero else "changes_sign"
    return CheckOutcome("leave_one_donor_out", status, reason, values, data)
