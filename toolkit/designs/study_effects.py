"""Estimates as the studies of a meta-analysis: the standard error that an interval stands for."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import t

from toolkit.designs.arguments import is_finite
from toolkit.errors import DesignError
from toolkit.estimate import Estimate
from toolkit.i18n import interface_language

# Two sides of an interval that differ by more than this share of its width are not symmetric.
_ASYMMETRY = 0.10
# Inferences whose interval is made with a standard error: Student's, with the number of territories
# less one, or taken as normal. The intervals of others invert a test.
_STUDENT = ("crv1", "crv3")
_NORMAL = ("analytic", "multiplier", "ar1", "hac", "arma", "structural")
FROM_ERRORS = (*_STUDENT, *_NORMAL)


def check_estimate(estimate: Estimate) -> None:
    """Refuse what is no `Estimate`, or one of a value that cannot be computed with."""
    say = interface_language()
    if not isinstance(estimate, Estimate):
        seen = type(estimate).__name__
        raise DesignError(say("error.arguments.estimate", seen=seen))
    if not is_finite(estimate.value):
        raise DesignError(say("error.arguments.size", seen=f"{estimate.value:g}"))


def standard_error(estimate: Estimate) -> float:
    """Return the standard error an estimate's interval stands for, in the estimate's unit.

    Half the interval over the quantile it was made with: Student's, with the number of territories
    less one, for a clustered error; the normal one for all others (a little too large an error
    where they used Student's). An interval that inverts a randomisation test is read as if the
    estimator were normal, which holds near enough when it is symmetric and bounded; others are
    refused.

    Raises
    ------
    DesignError
        The interval is absent, unbounded, without width, or not symmetric around the value (by
        more than a tenth of its width).
    """
    check_estimate(estimate)
    say = interface_language()
    shown = {"low": f"{estimate.low:g}", "high": f"{estimate.high:g}"}
    width = estimate.high - estimate.low
    if not (np.isfinite(width) and width > 0):
        raise DesignError(say("error.meta.interval_unbounded", **shown))
    if abs(estimate.low + estimate.high - 2 * estimate.value) > _ASYMMETRY * width:
        shown["value"] = f"{estimate.value:g}"
        raise DesignError(say("error.meta.interval_asymmetric", **shown))
    tail = (1 + estimate.level) / 2
    student = estimate.inference in _STUDENT
    freedom = estimate.n_treated + estimate.n_comparison - 1 if student else np.inf
    return float(width / 2 / t.ppf(tail, freedom))


def studies_from(estimates: Mapping[str, Estimate]) -> pd.DataFrame:
    """Lay estimates out as the table `meta_analysis` reads, one row a study.

    Parameters
    ----------
    estimates : mapping of str to Estimate
        By study: a project's id, for example. All of the same indicator, which an estimate does not
        bear: that is yours to know.

    Returns
    -------
    DataFrame
        study, value, error (see `standard_error`), unit, measure (the estimand), design,
        inference, n_treated.

    Raises
    ------
    DesignError
        `estimates` is no mapping; an interval gives no standard error: all such studies are named.

    Examples
    --------
    >>> from toolkit.estimate import Estimate
    >>> counts = {"n_treated": 3, "n_comparison": 90, "n_periods": 66}
    >>> numbers = {"value": -6.6, "low": -7.6, "high": -5.5, "p": 0.001}
    >>> codes = {"design": "did", "estimand": "att", "inference": "crv1", "unit": "days"}
    >>> studies_from({"a": Estimate(**numbers, **codes, **counts)}).round(2).error.tolist()
    [0.53]
    """
    if not isinstance(estimates, Mapping):
        seen = type(estimates).__name__
        raise DesignError(interface_language()("error.meta.mapping", seen=seen))
    rows, faults = [], []
    for study, estimate in estimates.items():
        try:
            error = standard_error(estimate)
        except DesignError as fault:
            faults.append(f"{study}: {fault}")
            continue
        rows.append(
            {
                "study": study, "value": estimate.value, "error": error, "unit": estimate.unit,
                "measure": estimate.estimand, "design": estimate.design,
                "inference": estimate.inference, "n_treated": estimate.n_treated,
            }
        )  # fmt: skip
    if faults:
        raise DesignError("\n".join(faults))
    columns = ["study", "value", "error", "unit", "measure", "design", "inference", "n_treated"]
    return pd.DataFrame(rows, columns=columns)
