"""Agreement of raters beyond chance: Cohen's kappa, Fleiss's kappa, Krippendorff's alpha.

All three are one idea, 1 - observed disagreement / disagreement expected by chance, over pairs of
ratings of the same unit. They differ in who is paired and in what chance is: two raters, each with
a distribution of their own (Cohen 1960, 1968); any raters, as many for each unit (Fleiss 1971); any
raters, with gaps, chance being two different ratings of the whole table (Krippendorff 2011).

A coefficient compares the disagreement on a unit with that between units: where all ratings are
equal there is nothing to compare, and none is given. Verbal grades ("substantial") are not given
either: no such scale holds across numbers of categories and of raters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from toolkit.designs.agreement_interval import Interval, bootstrap, jackknife
from toolkit.designs.arguments import option_faults
from toolkit.designs.disagreement import Pairs, coefficient, distances
from toolkit.designs.ratings import MISSING, RatingMatrix, check_matrix
from toolkit.errors import DesignError
from toolkit.i18n import Language, interface_language

Metric = Literal["nominal", "ordinal", "interval", "ratio"]
METRICS = ("nominal", "ordinal", "interval", "ratio")
METHODS = ("jackknife", "bootstrap")
# Columns of a table of agreements that are missing where there is no such number.
NULLABLE = ("value", "low", "high", "observed")
# Cohen's weights, and the distance between categories that each stands for.
_WEIGHTS = {"none": "nominal", "linear": "linear", "quadratic": "quadratic"}


@dataclass(frozen=True)
class Agreement:
    """A coefficient of agreement, how sure it is, or why there is none.

    Attributes
    ----------
    coefficient : str
        Code: "cohen", "fleiss", "alpha", "alpha_between", "icc_1_1"...
    metric : str
        What counts as a distance between two ratings ("ordinal"...), or "".
    value : float or None
        1 is perfect, 0 is what chance gives, below is worse; None where it is not applicable.
    low, high : float or None
        Interval at `level`; None where there is none, a caution then says why.
    inference : str
        Code of how the interval was made, "" without one.
    observed : float or None
        Share of pairs of ratings of the same unit that are equal, chance included.
    n_units, n_raters, n_ratings : int
        What it rests on: units with at least a pair, and their raters and ratings.
    reason : str
        Why it is not applicable (``agreement.reason.<reason>`` in the catalogue), else "".
    cautions : tuple of str
        Codes of the doubts it carries.
    """

    coefficient: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    inference: str
    observed: float | None
    n_units: int
    n_raters: int
    n_ratings: int
    level: float = 0.95
    reason: str = ""
    cautions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.value is None) != bool(self.reason):
            raise ValueError("An agreement has a value, or a reason why it has none.")

    def row(self) -> dict:
        """Return the fields by name, cautions as one text."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return fields | {"cautions": ", ".join(self.cautions)}

    def table(self) -> pd.DataFrame:
        """Return the agreement as one row; numbers are nullable, missing where not applicable."""
        return pd.DataFrame([self.row()]).astype(dict.fromkeys(NULLABLE, "Float64"))

    def details(self, lang: Language) -> list[str]:
        """Say how the interval was obtained, and every caution."""
        keys = [f"inference.{self.inference}"] if self.inference else []
        return [lang(key) for key in (*keys, *(f"caution.{code}" for code in self.cautions))]

    def sentence(self, lang: Language, *, digits: int = 2) -> str:
        """Say the coefficient and its interval, or why there is none."""
        name = lang(f"agreement.coefficient.{self.coefficient}")
        if self.metric:
            name = lang(
                "agreement.named", name=name, metric=lang(f"agreement.metric.{self.metric}")
            )
        if self.value is None:
            reason = lang(f"agreement.reason.{self.reason}")
            return lang("agreement.sentence.not_applicable", name=name, reason=reason)
        values = {
            "name": name,
            "value": lang.number(self.value, digits),
            "units": lang.plural("agreement.units", self.n_units),
            "raters": lang.plural("agreement.raters", self.n_raters),
        }
        if self.low is None or self.high is None:
            return lang("agreement.sentence.no_interval", **values)
        return lang(
            "agreement.sentence.interval",
            **values,
            level=lang.percent(self.level, 0),
            low="−∞" if np.isinf(self.low) else lang.number(self.low, digits),
            high=lang.number(self.high, digits),
        )


def cohen_kappa(
    ratings: RatingMatrix,
    *,
    raters: tuple | None = None,
    weights: Literal["none", "linear", "quadratic"] = "none",
    **interval,
) -> Agreement:
    """Measure how far two raters agree beyond chance, each keeping their own distribution.

    Parameters
    ----------
    ratings : RatingMatrix
        Units that one of the two has not rated are left out.
    raters : pair of labels, optional
        Which two; not needed where there are only two.
    weights : {"none", "linear", "quadratic"}
        What a disagreement weighs: all alike; the distance between the two categories; its
        square (Cohen 1968). Weights take the distance between categories as known.
    **interval
        `method`, `level`, `draws`, `seed`: see `krippendorff_alpha`.

    Raises
    ------
    DesignError
        There are not two raters, or one is not in the table; `weights` is unknown.

    Examples
    --------
    See `krippendorff_alpha`.
    """
    check_matrix(ratings)
    say = interface_language()
    if weights not in _WEIGHTS:
        raise DesignError(say("error.agreement.weights", seen=weights, known=", ".join(_WEIGHTS)))
    chosen = tuple(ratings.raters) if raters is None else tuple(raters)
    known = [name for name in dict.fromkeys(chosen) if name in ratings.raters]
    if len(chosen) != 2 or len(known) != 2:
        listed = ", ".join(map(str, ratings.raters))
        raise DesignError(say("error.agreement.two_raters", n=len(known), raters=listed))
    first, second = (ratings.codes[:, ratings.raters.get_loc(name)] for name in chosen)
    kept = (first != MISSING) & (second != MISSING)
    unit = np.eye(len(ratings.categories))
    pairs = Pairs(
        unit[first[kept]], unit[second[kept]], np.ones(kept.sum()), pooled=False, different=False
    )
    return _measured("cohen", _WEIGHTS[weights], pairs, ratings.among(chosen), kept, **interval)


def fleiss_kappa(ratings: RatingMatrix, **interval) -> Agreement:
    """Measure agreement on categories when each unit has as many ratings, whoever gave them.

    Raises
    ------
    DesignError
        Units have different numbers of ratings: `krippendorff_alpha` allows that.

    Examples
    --------
    See `krippendorff_alpha`.
    """
    check_matrix(ratings)
    counts = ratings.counts
    numbers = counts.sum(axis=1)
    if len(np.unique(numbers)) > 1:
        say = interface_language()
        span = {"fewest": int(numbers.min()), "most": int(numbers.max())}
        raise DesignError(say("error.agreement.unequal", **span))
    kept = numbers >= 2
    pairs = Pairs(counts[kept], counts[kept], 1 / np.maximum(numbers[kept] - 1, 1), different=False)
    return _measured("fleiss", "nominal", pairs, ratings, kept, **interval)


def krippendorff_alpha(
    ratings: RatingMatrix, *, metric: Metric = "ordinal", **interval
) -> Agreement:
    """Measure agreement of any raters, with gaps, at the level of measurement of the ratings.

    Parameters
    ----------
    ratings : RatingMatrix
        Units with one rating only are left out.
    metric : {"nominal", "ordinal", "interval", "ratio"}
        Distance between two ratings. "ordinal" uses ranks among all ratings, so that no distance
        between categories is assumed; "interval" takes the scores as numbers; "ratio" also takes
        zero as the absence of what is rated.
    **interval
        method : {"jackknife", "bootstrap"}, of the interval; level : float; draws : int and
        seed : int, of the bootstrap.

    Raises
    ------
    DesignError
        `metric` is unknown, is "ratio" with negative scores, or needs numbers and has labels.

    Examples
    --------
    >>> from toolkit import rating_matrix
    >>> rated = {"unit": ["C1", "C1", "C2", "C2"], "rater": ["a", "b"] * 2, "score": [2, 3, 0, 0]}
    >>> ratings = pd.DataFrame(rated)
    >>> round(krippendorff_alpha(rating_matrix(ratings)).value, 2)
    0.83
    """
    _check_metric(ratings, metric)
    counts = ratings.counts
    kept = counts.sum(axis=1) >= 2
    paired = counts[kept]
    pairs = Pairs(paired, paired, 1 / (paired.sum(axis=1) - 1))
    return _measured("alpha", metric, pairs, ratings, kept, **interval)


def alpha_between(
    ratings: RatingMatrix,
    first: Sequence,
    second: Sequence,
    *,
    metric: Metric = "ordinal",
    **interval,
) -> Agreement:
    """Measure agreement of two groups of raters with each other, whatever each has within itself.

    Krippendorff's alpha over pairs of one rater of each group. A unit counts once, and each group
    by the shares of its ratings there; with one rater a group it is the alpha of the two.

    Parameters
    ----------
    first, second : sequence of labels
        Raters of the two groups. Units that one group has not rated are left out.

    Raises
    ------
    DesignError
        As `krippendorff_alpha`; or a rater is in both groups.

    Examples
    --------
    See `krippendorff_alpha`.
    """
    _check_metric(ratings, metric)
    both = sorted(set(first) & set(second))
    if both:
        raise DesignError(
            interface_language()("error.agreement.both_groups", raters=", ".join(map(str, both)))
        )
    sides = [ratings.among(group).counts.astype(float) for group in (first, second)]
    kept = np.all([side.sum(axis=1) > 0 for side in sides], axis=0)
    # As if each group had given two ratings: one for each side of a pair.
    left, right = (2 * side[kept] / side[kept].sum(axis=1, keepdims=True) for side in sides)
    pairs = Pairs(left, right, np.full(kept.sum(), 0.5))
    rated = ratings.among([*first, *second])
    return _measured("alpha_between", metric, pairs, rated, kept, per_unit=2, **interval)


def _measured(
    code: str,
    metric: str,
    pairs: Pairs,
    ratings: RatingMatrix,
    kept: np.ndarray,
    *,
    per_unit: float | None = None,
    method: Literal["jackknife", "bootstrap"] = "jackknife",
    level: float = 0.95,
    draws: int = 2_000,
    seed: int = 20131107,
) -> Agreement:
    """Return the coefficient of some pairs, its interval, or the reason why there is none."""
    faults = [*option_faults(("method", method, METHODS), level=level, draws=draws, seed=seed)]
    if faults:
        raise DesignError("\n".join(faults))
    used = ratings.codes[kept] != MISSING
    result = {
        "coefficient": code,
        "metric": "" if code == "fleiss" else metric,
        "n_units": len(used),
        "n_raters": int(used.any(axis=0).sum()),
        "n_ratings": int(used.sum()),
        "level": level,
    }
    nothing = {"value": None, "low": None, "high": None, "inference": "", "observed": None}
    if len(used) < 2:
        return Agreement(**result | nothing, reason="one_unit" if len(used) else "no_pair")
    statistic = coefficient(pairs, metric, ratings.positions)
    everyone = np.ones((1, len(used)))
    value = float(statistic(everyone)[0])
    differing = pairs.observed(distances("nominal", ratings.positions)).sum()
    observed = 1 - float(differing / pairs.margins(everyone)[0].sum())
    if np.isnan(value):
        return Agreement(**result | nothing | {"observed": observed}, reason="no_variance")
    clusters = ratings.clusters[kept]
    if method == "jackknife":
        mean = used.sum() / len(used) if per_unit is None else per_unit
        interval = jackknife(statistic, value, clusters, per_unit=mean, level=level)
    else:
        rng = np.random.default_rng(seed)
        interval = bootstrap(statistic, value, clusters, rng=rng, draws=draws, level=level)
    return Agreement(**result | _with(interval, method), value=value, observed=observed)


def _with(interval: Interval, method: str) -> dict:
    inference = f"agreement_{method}" if interval.low is not None else ""
    return {
        "low": interval.low,
        "high": interval.high,
        "inference": inference,
        "cautions": interval.cautions,
    }


def _check_metric(ratings: RatingMatrix, metric: str) -> None:
    check_matrix(ratings)
    say = interface_language()
    if metric not in METRICS:
        raise DesignError(say("error.agreement.metric", seen=metric, known=", ".join(METRICS)))
    labels = not np.issubdtype(ratings.categories.dtype, np.number)
    if labels and metric in ("interval", "ratio"):
        raise DesignError(say("error.agreement.labels", metric=metric))
    if metric == "ratio" and (ratings.positions < 0).any():
        raise DesignError(say("error.agreement.negative", value=f"{ratings.positions.min():g}"))
