"""Intraclass correlations: agreement of scores that are taken as numbers.

Six forms, in the names of McGraw and Wong (Psychological Methods 1996, errata p. 390): one-way (1),
any raters on each unit; two-way, the same raters on all units, of absolute agreement (A: a rater
who is always stricter disagrees) or of consistency (C: only the order counts); each for a single
rater (1) or for the mean of k (k). Shrout and Fleiss (1979) call them ICC(1,1), (2,1), (3,1),
(1,k), (2,k) and (3,k).

Under normal errors the intervals of (1) and (C) come from the F distribution and are exact. For (A)
that of McGraw and Wong is an approximation (Satterthwaite's), too narrow when few raters differ in
strictness: with three of them and thirty units it covers 86 times in a hundred instead of 95. So
the default is a generalised interval (Weerahandi 1993; Ionan and others, BMC Medical Research
Methodology 2014), which draws the three mean squares and covers as it says
(docs/methods/agreement.md).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from toolkit.designs.agreement import Agreement
from toolkit.designs.arguments import option_faults
from toolkit.designs.ratings import RatingMatrix, check_matrix
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

Form = Literal["1,1", "A,1", "C,1", "1,k", "A,k", "C,k"]
FORMS = ("1,1", "A,1", "C,1", "1,k", "A,k", "C,k")
METHODS = ("generalised", "satterthwaite")
# With fewer raters, Satterthwaite's approximation bears a caution, and strictness is hardly known.
FEW_RATERS = 5, 15
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
    ratings: RatingMatrix,
    *,
    form: Form = "A,1",
    level: float = 0.95,
    method: Literal["generalised", "satterthwaite"] = "generalised",
    draws: int = 20_000,
    seed: int = 20131107,
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
    method : {"generalised", "satterthwaite"}
        Of the interval of (A); (1) and (C) have one that is exact.
    draws, seed : int
        Of the generalised interval.

    Returns
    -------
    Agreement
        Not applicable where all scores, or the means of all units, are equal, or fewer than two
        units or raters are left. A lower limit can be minus infinity: a mean of k ratings has none.

    Raises
    ------
    DesignError
        `form` or `method` is unknown, or the scores are labels.

    Examples
    --------
    See `krippendorff_alpha`.
    """
    check_matrix(ratings)
    say = interface_language()
    choices = ("form", form, FORMS), ("method", method, METHODS)
    faults = [*option_faults(*choices, level=level, draws=draws, seed=seed)]
    if not np.issubdtype(ratings.categories.dtype, np.number):
        faults.append(say("error.agreement.labels", metric=f"ICC({form})"))
    if faults:
        raise DesignError("\n".join(faults))
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
    if form[0] != "A":
        inference = "icc_f"
        low, high = _limits(form, squares, level)
    elif method == "satterthwaite":
        inference = "icc_satterthwaite"
        low, high = _satterthwaite(form, squares, level)
    else:
        inference = "icc_generalised"
        rng = np.random.default_rng(seed)
        low, high = _generalised(form, squares, level, draws, rng)
    cautions += _few_raters(inference, result["n_raters"])
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
    """Return the exact limits of (1) and (C) (McGraw and Wong, table 7)."""
    from scipy.stats import f

    share, units = (1 + level) / 2, s.n - 1
    ratio = s.units / s.rest
    ends = ratio / f.ppf(share, units, s.freedom), ratio * f.ppf(share, s.freedom, units)
    if form[-1] == "k":
        return tuple(_ratio(end - 1, end) for end in ends)
    return tuple((end - 1) / (end + s.k - 1) for end in ends)


def _satterthwaite(form: str, s: _Squares, level: float) -> tuple[float, float]:
    """Return the approximate limits of (A) (McGraw and Wong, table 7)."""
    from scipy.stats import f

    share, units = (1 + level) / 2, s.n - 1
    # Below zero the formula for the degrees of freedom has no meaning.
    single = max(_value("A,1", s), 0.0)
    odds = single / (1 - single)
    parts = s.k * odds / s.n * s.raters, (1 + s.k * odds * (s.n - 1) / s.n) * s.rest
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (s.k - 1) + parts[1] ** 2 / s.freedom)
    factors = f.ppf(share, units, freedom), 1 / f.ppf(share, freedom, units)
    noise = s.k * s.raters + (s.k * s.n - s.k - s.n) * s.rest
    noise = noise if form[-1] == "1" else s.raters - s.rest
    return tuple(
        _ratio(s.n * (s.units - factor * s.rest), factor * noise + s.n * s.units)
        for factor in factors
    )


def _generalised(
    form: str, s: _Squares, level: float, draws: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Return the limits of (A) from mean squares over their own chi-square."""
    freedoms = (s.n - 1, s.units), (s.k - 1, s.raters), (s.freedom, s.rest)
    units, raters, rest = (d * square / rng.chisquare(d, size=draws) for d, square in freedoms)
    drawn = (units - rest) / (units + (s.k - 1) * rest + s.k / s.n * (raters - rest))
    if form[-1] == "k":
        below = 1 + (s.k - 1) * drawn
        drawn = np.where(below > 0, s.k * drawn / np.where(below > 0, below, 1.0), -np.inf)
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], method="inverted_cdf")
    return float(low), float(high)


def _few_raters(inference: str, n_raters: int) -> list[str]:
    few, narrow = FEW_RATERS
    if inference == "icc_satterthwaite" and n_raters < narrow:
        return ["icc_narrow"]
    return ["icc_few_raters"] if inference == "icc_generalised" and n_raters < few else []
