"""Do the errors of a series still follow each other? Ljung-Box (1978), Durbin-Watson (1950)."""

import numpy as np
import pandas as pd
from scipy.stats import chi2

from toolkit.designs.series_fit import SeriesFit
from toolkit.estimate import CheckOutcome

_REJECTED = 0.05


def check_autocorrelation(fit: SeriesFit, *, season: int = 0) -> CheckOutcome:
    """Test that what the errors' model leaves is unrelated from one point to the next.

    Null: the innovations are white. It fails where the null is rejected at 5 %. With "hac" there is
    no model of the errors to refute: the outcome informs.

    Parameters
    ----------
    season : int
        Lags go up to two cycles, 10 without a season, and in any case a fifth of the points.

    Returns
    -------
    CheckOutcome
        "autocorrelation"; values: durbin_watson (near 2 where errors are unrelated), ljung_box (its
        p, degrees of freedom less the errors' parameters), lags; data: lag, autocorrelation.
    """
    errors = fit.innovations
    n = len(errors)
    lags = max(min(2 * season or 10, n // 5), fit.n_parameters + 1)
    centred = errors - errors.mean()
    correlations = np.array([centred[lag:] @ centred[:-lag] for lag in range(1, lags + 1)])
    correlations /= centred @ centred
    statistic = n * (n + 2) * (correlations**2 / (n - np.arange(1, lags + 1))).sum()
    p = float(chi2.sf(statistic, lags - fit.n_parameters))
    values = {
        "durbin_watson": float(np.sum(np.diff(errors) ** 2) / np.sum(errors**2)),
        "ljung_box": p,
        "lags": lags,
    }
    data = pd.DataFrame({"lag": np.arange(1, lags + 1), "autocorrelation": correlations})
    related = p <= _REJECTED
    if fit.inference == "hac":
        reason = "related" if related else "unrelated"
        return CheckOutcome("autocorrelation", "informative", reason, values, data)
    status = "failed" if related else "passed"
    return CheckOutcome("autocorrelation", status, status, values, data)
