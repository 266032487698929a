"""Intraclass correlations: agreement of scores that are taken as numbers.

Six forms, in the names of McGraw and Wong (Psychological Methods 1996, errata p. 390): one-way (1),
any raters on each unit; two-way, the same raters on all units, of absolute agreement (A: a rater who
is always stricter disagrees) or of consistency (C: only the order counts); each for a single rater
(1) or for the mean of k (k). Shrout and Fleiss (1979) call them ICC(1,1), (2,1), (3,1), (1,k), (2,k)
and (3,k).

Intervals come from the F distribution: exact for (1) and (C) under normal errors, Satterthwaite's
approximation for (A). Units are a sample; so are raters for (1) and (A).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from toolkit.designs.agreement import Agreement
from toolkit.designs.agreement_interval import FEW_UNITS
from toolkit.designs.ratings import RatingMatrix
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

Form = Literal["1,1", "A,1", "C,1", "1,k", "A,k", "C,k"]
FORMS = ("1,1", "A,1", "C,1", "1,k", "A,k", "C,k")
# A two-way form rests on this many raters, or bears a caution: their variance has few degrees.
FEW_RATERS = 5
# Mean squares below this share of the total are rounding.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class _Squares:
    """Mean squares of units, of raters and of what is left, and their numbers."""

    units: float
    raters: float
    rest: float
    n: int
    k: float
    freedom: float


def intraclass_correlation(
    ratings: RatingMatrix, *, form: Form = "A,1", level: float = 0.95
) -> Agreement:
    """Measure how much of the variance of scores is between units.

    Parameters
    ----------
    ratings : RatingMatrix
        With numbers as scores. A one-way form leaves out units with a single rating and, where
        units have different numbers of ratings, takes k as Fisher's mean number (caution
        "unequal_numbers"). A two-way form leaves out units that a rater has not rated (caution
        "incomplete_units"), which is right only if gaps do not depend on the scores.
    form : {"1,1", "A,1", "C,1", "1,k", "A,k", "C,k"}
    level : float

    Returns
    -------
    Agreement
        Not applicable where all scores, or the means of all units, are equal, or fewer than two
        units or raters are left. A lower limit can be minus infinity: a mean of k ratings has none.

    Raises
    ------
    DesignError
        `form` is unknown, or the scores are labels.
    """
    say = interface_language()
    if form not in FORMS:
        raise DesignError(say("error.agreement.form", seen=form, known=" ".join(FORMS)))
    if not np.issubdtype(ratings.categories.dtype, np.number):
        raise DesignError(say("error.agreement.labels", metric=f"ICC({form})"))
    scores, cautions = _kept(ratings.values, one_way=form[0] == "1")
    known = ~np.isnan(scores)
    result = {
        "coefficient": "icc_" + form.replace(",", "_").lower(),
        "metric": "",
        "n_units": len(scores),
        "n_raters": int(known.any(axis=0).sum()) if len(scores) else 0,
        "n_ratings": int(known.sum()),
        "level": level,
        "observed": None,
    }
    nothing = {"value": None, "low": None, "high": None, "inference": ""}
    reason = _not_applicable(scores, known)
    if reason:
        return Agreement(**result | nothing, reason=reason)
    squares = _one_way(scores) if form[0] == "1" else _two_way(scores)
    value = _value(form, squares)
    if squares.units <= _ROUNDING * (squares.raters + squares.rest) or np.isinf(value):
        return Agreement(**result | nothing, reason="units_alike")
    if squares.rest <= _ROUNDING * squares.units and (form[0] != "A" or value > 1 - _ROUNDING):
        reached = nothing | {"value": value}
        return Agreement(**result | reached, cautions=(*cautions, "perfect_agreement"))
    low, high = _limits(form, squares, level)
    if len(scores) < FEW_UNITS:
        cautions.append("icc_few_units")
    if form[0] == "A" and result["n_raters"] < FEW_RATERS:
        cautions.append("icc_few_raters")
    inference = "icc_satterthwaite" if form[0] == "A" else "icc_f"
    reached = {"value": value, "low": low, "high": high, "inference": inference}
    return Agreement(**result | reached, cautions=tuple(cautions))


def _kept(scores: np.ndarray, *, one_way: bool) -> tuple[np.ndarray, list[str]]:
    """Return the units a form can use, and what is to be said of those left out."""
    numbers = (~np.isnan(scores)).sum(axis=1)
    if one_way:
        kept = numbers >= 2
        return scores[kept], ["unequal_numbers"] if len(np.unique(numbers[kept])) > 1 else []
    rated = ~np.isnan(scores).all(axis=0)
    complete = numbers == rated.sum()
    return scores[complete][:, rated], [] if complete.all() else ["incomplete_units"]


def _not_applicable(scores: np.ndarray, known: np.ndarray) -> str:
    if not len(scores) or scores.shape[1] < 2:
        return "no_pair"
    if len(scores) < 2:
        return "one_unit"
    seen = scores[known]
    return "no_variance" if seen.min() == seen.max() else ""


def _one_way(scores: np.ndarray) -> _Squares:
    known = ~np.isnan(scores)
    numbers, n, total = known.sum(axis=1), len(scores), known.sum()
    means = np.nansum(scores, axis=1) / numbers
    grand = np.nansum(scores) / total
    between = (numbers * (means - grand) ** 2).sum() / (n - 1)
    freedom = float(total - n)
    within = np.nansum((scores - means[:, None]) ** 2) / freedom
    k = (total - (numbers**2).sum() / total) / (n - 1)
    return _Squares(float(between), 0.0, float(within), n, float(k), freedom)


def _two_way(scores: np.ndarray) -> _Squares:
    n, k = scores.shape
    units = scores.mean(axis=1) - scores.mean()
    raters = scores.mean(axis=0) - scores.mean()
    rest = scores - scores.mean() - units[:, None] - raters[None, :]
    freedom = float((n - 1) * (k - 1))
    return _Squares(
        float(k * (units**2).sum() / (n - 1)),
        float(n * (raters**2).sum() / (k - 1)),
        float((rest**2).sum() / freedom),
        n,
        float(k),
        freedom,
    )


def _value(form: str, s: _Squares) -> float:
    extra = (s.raters - s.rest) / s.n if form[0] == "A" else 0.0
    if form[-1] == "1":
        return _ratio(s.units - s.rest, s.units + (s.k - 1) * s.rest + s.k * extra)
    return _ratio(s.units - s.rest, s.units + extra)


def _ratio(top: float, below: float) -> float:
    """Divide; a mean of k ratings that is all noise has no lower bound."""
    return top / below if below > 0 else float("-inf")


def _limits(form: str, s: _Squares, level: float) -> tuple[float, float]:
    """Return McGraw and Wong's limits (their tables 7 and 8)."""
    from scipy.stats import f

    share, a = (1 + level) / 2, s.n - 1
    if form[0] != "A":
        ratio = s.units / s.rest
        below, above = ratio / f.ppf(share, a, s.freedom), ratio * f.ppf(share, s.freedom, a)
        if form[-1] == "k":
            return _ratio(below - 1, below), _ratio(above - 1, above)
        return (below - 1) / (below + s.k - 1), (above - 1) / (above + s.k - 1)
    single = max(_value("A,1", s), 0.0)
    odds = single / (1 - single)
    weights = s.k * odds / s.n, 1 + s.k * odds * (s.n - 1) / s.n
    parts = weights[0] * s.raters, weights[1] * s.rest
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (s.k - 1) + parts[1] ** 2 / s.freedom)
    below, above = f.ppf(share, a, freedom), 1 / f.ppf(share, freedom, a)
    return tuple(
        _ratio(
            s.n * (s.units - factor * s.rest),
            factor * (s.k * s.raters + (s.k * s.n - s.k - s.n) * s.rest) + s.n * s.units
            if form[-1] == "1"
            else factor * (s.raters - s.rest) + s.n * s.units,
        )
        for factor in (below, above)
    )
