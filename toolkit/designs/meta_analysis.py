"""Effects of several projects or territories, put together: their mean, and how far they differ.

The estimand is the mean of the true effects of studies like these. Each study must measure the
same thing in the same unit, and no two may share territories: errors are taken as independent. The
interval of the mean is Hartung and Knapp's, with the safeguard that its variance is never below the
usual one (Röver, Knapp and Friede, BMC Medical Research Methodology 2015; Jackson and others,
Statistics in Medicine 2017).
"""

from dataclasses import asdict, dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.stats import norm, t

from toolkit.designs.arguments import LEAST, as_numbers, check_columns, option_faults
from toolkit.designs.heterogeneity import ESTIMATORS, Heterogeneity, cochran_q, heterogeneity
from toolkit.designs.study_effects import FROM_ERRORS
from toolkit.errors import DesignError
from toolkit.estimate import CheckOutcome, explain, write_value
from toolkit.i18n import Language, interface_language

# Below this many studies the variance between them is hardly known: it is said.
FEW_STUDIES = 5
# Columns that must hold one value, where the table has them.
_ALIKE = ("unit", "measure")

Method = Literal["reml", "paule_mandel", "dersimonian_laird", "fixed"]
Interval = Literal["hartung_knapp", "normal"]


@dataclass(frozen=True)
class MetaAnalysis:
    """The mean effect over studies, and how far the effects differ.

    Attributes
    ----------
    value, error : float
        The mean effect and its standard error, in the unit of the effects.
    low, high : float
        Interval of the mean at `level`.
    p : float
        Null: the mean effect is zero.
    prediction_low, prediction_high : float
        Where the true effect of a new study like these lies, at `level`; NaN with two studies, and
        where a single common effect is supposed ("fixed").
    between : Heterogeneity
    method, interval : str
        Codes of the estimator of the variance between studies, and of the interval.
    unit : str
        Code of the vocabulary "unit", or "" for a bare number.
    level : float
    studies : DataFrame
        What a forest plot draws, in the order given: study, value, error, low, high, weight (a
        share), and where the input has them, its other columns.
    cautions : tuple of str
        "few_studies", "fixed_effect", "too_homogeneous", "no_spread_seen",
        "errors_from_intervals".
    """

    value: float
    error: float
    low: float
    high: float
    p: float
    prediction_low: float
    prediction_high: float
    between: Heterogeneity
    method: str
    interval: str
    unit: str
    level: float
    studies: pd.DataFrame
    cautions: tuple[str, ...] = ()

    @property
    def verdict(self) -> Literal["up", "down", "inconclusive"]:
        """What can be concluded on the mean effect, at `level`."""
        if self.low <= 0 <= self.high:
            return "inconclusive"
        return "up" if self.value > 0 else "down"

    def table(self) -> pd.DataFrame:
        """Return the result as one row, heterogeneity included."""
        apart = ("between", "studies", "cautions")
        row = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in apart}
        row |= asdict(self.between) | {"n_studies": len(self.studies)}
        return pd.DataFrame([row | {"cautions": ", ".join(self.cautions)}])

    def sentence(self, lang: Language, *, digits: int = 2) -> str:
        """Say the mean effect, what to expect of a new study, the differences and the doubts."""

        def written(value: float) -> str:
            return write_value(value, self.unit, lang, digits)

        level, between = lang.percent(self.level, 0), self.between
        values = {
            "value": written(self.value), "low": written(self.low), "high": written(self.high),
            "studies": lang.plural("meta.studies", len(self.studies)), "level": level,
        }  # fmt: skip
        said = [lang(f"meta.sentence.{self.verdict}", **values)]
        if not np.isnan(self.prediction_low):
            low, high = written(self.prediction_low), written(self.prediction_high)
            covers = self.prediction_low <= 0 <= self.prediction_high
            key = "either_way" if covers else "one_way"
            said.append(lang(f"meta.prediction.{key}", low=low, high=high, level=level))
        shares = {"i2": between.i2, "low": between.i2_low, "high": between.i2_high}
        shares = {name: lang.percent(share, 0) for name, share in shares.items()}
        said.append(lang("meta.heterogeneity", level=level, **shares))
        return " ".join(said + [lang(f"caution.{code}") for code in self.cautions])

    def explanation(self, lang: Language) -> list[str]:
        """Say how the interval was obtained, and p; the cautions are in the sentence."""
        return explain(lang, inference=self.interval, p=self.p, level=self.level)


def meta_analysis(
    studies: pd.DataFrame,
    *,
    study: str = "study",
    value: str = "value",
    error: str = "error",
    method: Method = "reml",
    interval: Interval | None = None,
    unit: str = "",
    level: float = 0.95,
) -> MetaAnalysis:
    """Put the effects of several studies together.

    Parameters
    ----------
    studies : DataFrame, shape (n_studies, n_columns)
        One row a study; it is read, never changed. Where it has the columns "unit" and "measure",
        each must hold one value.
    study, value, error : str
        Columns with the study's name, its effect, and the standard error of that effect. Ratios
        go in as logarithms.
    method : {"reml", "paule_mandel", "dersimonian_laird", "fixed"}
        Estimator of the variance between studies; "fixed" supposes there is none.
    interval : {"hartung_knapp", "normal"}, optional
        Of the mean: Hartung and Knapp's with its safeguard unless `method` is "fixed". The normal
        one is too narrow with few studies.
    unit : str
        Code of the vocabulary "unit"; the column "unit", where there is one, says it already.

    Returns
    -------
    MetaAnalysis
        The prediction interval is that of Higgins, Thompson and Spiegelhalter (JRSS A 2009):
        Student's with two degrees of freedom less than there are studies.

    Raises
    ------
    DesignError
        All that is wrong: columns missing, fewer than two studies, one named twice, effects or
        errors that are missing, infinite or not positive, mixed units or measures, an option that
        is none of those known.

    Examples
    --------
    >>> studies = pd.DataFrame({"study": list("abc"), "value": [-3.0, -5.0, -4.0], "error": 1.0})
    >>> round(meta_analysis(studies, unit="days").value, 1)
    -4.0
    """
    chosen = interval or ("normal" if method == "fixed" else "hartung_knapp")
    _check_studies(studies, study, value, error, method, chosen, level)
    effects = as_numbers(studies[value])
    variances = as_numbers(studies[error]) ** 2
    tau2 = ESTIMATORS[method](effects, variances)
    between = heterogeneity(effects, variances, tau2=tau2, level=level)
    weights = 1 / (variances + tau2)
    mean = float(np.average(effects, weights=weights))
    usual = float(np.sqrt(1 / weights.sum()))
    spread, freedom = usual, np.inf
    if chosen == "hartung_knapp":
        freedom = len(effects) - 1
        # Never below 1: few effects that happen to agree must not shrink the error.
        spread *= np.sqrt(max(1.0, cochran_q(effects, variances, tau2) / freedom))
    tail = (1 + level) / 2
    half = float(t.ppf(tail, freedom) * spread)
    around = np.nan
    if len(effects) > 2 and method != "fixed":
        around = float(t.ppf(tail, len(effects) - 2) * np.sqrt(tau2 + usual**2))
    return MetaAnalysis(
        value=mean, error=float(spread), low=mean - half, high=mean + half,
        p=float(2 * t.sf(abs(mean) / spread, freedom)),
        prediction_low=mean - around, prediction_high=mean + around,
        between=between, method=method, interval=chosen,
        unit=str(studies["unit"].iloc[0]) if "unit" in studies else unit, level=level,
        studies=_forest(studies, study, value, error, weights / weights.sum(), level),
        cautions=_cautions(studies, method, between),
    )  # fmt: skip


def _forest(studies, study, value, error, weights, level) -> pd.DataFrame:
    effects, errors = as_numbers(studies[value]), as_numbers(studies[error])
    half = norm.ppf((1 + level) / 2) * errors
    own = {
        "study": studies[study].to_numpy(), "value": effects, "error": errors,
        "low": effects - half, "high": effects + half, "weight": weights,
    }  # fmt: skip
    others = [name for name in studies if name not in (study, value, error, *own)]
    return pd.DataFrame(own).join(studies[others].reset_index(drop=True))


def _cautions(studies: pd.DataFrame, method: str, between: Heterogeneity) -> tuple[str, ...]:
    from_tests = "inference" in studies and not studies.inference.isin(FROM_ERRORS).all()
    found = {
        "few_studies": len(studies) < FEW_STUDIES,
        "fixed_effect": method == "fixed",
        "too_homogeneous": between.tau2_high == 0,
        "no_spread_seen": method != "fixed" and between.tau2 == 0 < between.tau2_high,
        "errors_from_intervals": from_tests,
    }
    return tuple(code for code, holds in found.items() if holds)


def leave_one_study_out(studies: pd.DataFrame, **options) -> CheckOutcome:
    """Put the studies together without each in turn: no single one should carry the conclusion.

    It fails where leaving one out changes what is concluded of the mean effect (an increase, a
    decrease, or nothing). `options` are those of `meta_analysis`; `data` has one row a study left
    out, with the mean effect, its interval, tau2 and I2 without it.

    Examples
    --------
    See `meta_analysis`.
    """
    full = meta_analysis(studies, **options)
    if len(studies) < 3:
        return CheckOutcome(
            "leave_one_study_out", "not_applicable", "two_studies", {"n": len(studies)}
        )
    names = full.studies.study
    without = [
        meta_analysis(studies[np.arange(len(studies)) != i], **options) for i in range(len(studies))
    ]
    data = pd.concat([result.table() for result in without], ignore_index=True)
    data = data[["value", "low", "high", "p", "tau2", "i2"]].assign(
        verdict=[result.verdict for result in without]
    )
    data.insert(0, "left_out", names.to_numpy())
    changed = int((data.verdict != full.verdict).sum())
    status = "failed" if changed else "passed"
    values = {
        "value": full.value, "lowest": data.value.min(), "highest": data.value.max(),
        "changed": changed,
    }  # fmt: skip
    return CheckOutcome("leave_one_study_out", status, status, values, data)


def _check_studies(studies, study, value, error, method, interval, level) -> None:
    say = interface_language()
    check_columns(studies, (study, value, error), of="meta")
    intervals = ("normal",) if method == "fixed" else get_args(Interval)
    choices = ("method", method, tuple(ESTIMATORS)), ("interval", interval, intervals)
    faults = [*option_faults(*choices, level=level)]
    if len(studies) < 2:
        faults.append(say("error.meta.few", n=len(studies)))
    twice = studies[study][studies[study].duplicated()].unique()
    if len(twice):
        faults.append(say("error.meta.twice", rows=_shown(twice)))
    names = studies[study].to_numpy()
    unknown = names[np.isnan(as_numbers(studies[value]))]
    if len(unknown):
        faults.append(say("error.meta.value", column=value, rows=_shown(unknown)))
    wrong = names[~(as_numbers(studies[error]) >= LEAST)]
    if len(wrong):
        faults.append(say("error.meta.error", column=error, rows=_shown(wrong)))
    for name in _ALIKE:
        seen = studies[name].unique() if name in studies else ()
        if len(seen) > 1:
            faults.append(say("error.meta.mixed", column=name, seen=_shown(seen)))
    if faults:
        raise DesignError("\n".join(faults))


def _shown(names: np.ndarray, most: int = 5) -> str:
    return ", ".join(map(str, names[:most])) + (", …" if len(names) > most else "")
