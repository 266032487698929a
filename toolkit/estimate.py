"""What every design and every check returns: an `Estimate`, a `CheckOutcome`."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral
from typing import Literal

import pandas as pd

from toolkit.cards import Card
from toolkit.i18n import Language

STATUSES = ("passed", "failed", "informative", "not_applicable")
# Of effects on a logarithm.
LOG_UNIT = "log_points"
_ROUNDING = 1e-12
# Of a check, in per cent: shares whose decimals mean nothing.
_SHARES = frozenset({"power", "robustness", "robustness_interval"})


@dataclass(frozen=True)
class Estimate(Card):
    """An effect, how sure it is, and how that was established.

    Attributes
    ----------
    value : float
        The effect, in the outcome's unit.
    low, high : float
        Interval at `level`; infinite where the data set no bound on that side, NaN where the
        inference gives none.
    p : float
        Of the null that the effect is zero; NaN where the inference gives none.
    design, estimand, inference : str
        Codes. The catalogue holds the design's name (``design.<design>``) and a sentence on the
        inference (``inference.<inference>``).
    unit : str
        Code of the vocabulary "unit", or "" for a bare number.
    n_treated, n_comparison, n_periods : int
        Territories and periods the estimate rests on.
    level : float
        Of the interval.
    smallest_p : float
        The smallest p this inference can attain with these numbers; 0 when there is none.
    cautions : tuple of str
        Codes of the doubts it carries ("sizes_unknown"...), each a sentence ``caution.<code>``.
    reason : str
        Code of why this inference was chosen (``inference.why.<reason>``), or "".
    n_later : int
        Of the comparison, the territories that are treated later: they count among both.
    """

    value: float
    low: float
    high: float
    p: float
    design: str
    estimand: str
    inference: str
    unit: str
    n_treated: int
    n_comparison: int
    n_periods: int
    level: float = 0.95
    smallest_p: float = 0.0
    cautions: tuple[str, ...] = ()
    reason: str = ""
    n_later: int = 0

    def __post_init__(self) -> None:
        if math.isnan(self.value):
            raise ValueError("An estimate is a number: refuse what cannot be identified.")

    def table(self) -> pd.DataFrame:
        """Return the estimate as one row, its fields as columns."""
        row = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return pd.DataFrame([row | {"cautions": ", ".join(self.cautions)}])

    def sentence(self, lang: Language, *, digits: int = 2, concluded: bool = False) -> str:
        """Say the effect, its interval and what can be concluded, in one language.

        Numbers have `digits` decimals, more where that would leave fewer than two figures. Where
        `concluded`, a verdict stands beside it: that zero is possible does not sound like another.
        """
        values = {
            "value": write_value(self.value, self.unit, lang, digits),
            "low": write_value(self.low, self.unit, lang, digits),
            "high": write_value(self.high, self.unit, lang, digits),
            "level": lang.percent(self.level, 0),
            "design": lang(f"design.{self.design}"),
            "treated": lang.plural("estimate.treated", self.n_treated),
            "comparison": lang.plural("estimate.comparison", self.n_comparison),
        }
        if self.n_later:
            values["comparison"] = lang.plural("estimate.later", self.n_later, **values)
        if math.isnan(self.low) or math.isnan(self.high):
            return lang("estimate.sentence.no_interval", **values)
        covers_zero = self.low <= 0 <= self.high
        unsure = "compatible" if concluded else "inconclusive"
        verdict = unsure if covers_zero else "up" if self.value > 0 else "down"
        return lang(f"estimate.sentence.{verdict}", **values)

    def card(self, lang: Language) -> tuple[str, list[tuple[str, str]]]:
        """Return its design, the effect as a sentence, and how to read it."""
        reading = [(lang("card.reading"), text) for text in self.explanation(lang)]
        return lang(f"design.{self.design}"), [(lang("card.effect"), self.sentence(lang)), *reading]

    def explanation(self, lang: Language) -> list[str]:
        """Say how p and interval were obtained, why so, the p itself, and every caution."""
        return explain(
            lang,
            inference=self.inference,
            reason=self.reason,
            p=self.p,
            smallest_p=self.smallest_p,
            level=self.level,
            cautions=self.cautions,
        )


def explain(
    lang: Language,
    *,
    inference: str,
    reason: str = "",
    p: float = math.nan,
    smallest_p: float = 0.0,
    level: float = 0.95,
    cautions: Sequence[str] = (),
) -> list[str]:
    """Return sentences on an inference, for any result that carries these codes.

    The parameters are the attributes of `Estimate`. First what the inference is, then why it was
    chosen, p with the smallest that these numbers allow, and each caution.
    """
    sentences = [lang(f"inference.{inference}")]
    if reason:
        sentences.append(lang(f"inference.why.{reason}"))
    if not math.isnan(p):
        sentences.append(lang("inference.p", p=lang.p_value(p)))
    if smallest_p > 0:
        values = {
            "smallest": written(smallest_p, lang, 2),
            "of": lang.number(1 / smallest_p),
            "threshold": lang.percent(1 - level, 0 if level <= 0.99 else 1),
        }
        attainable = smallest_p <= 1 - level + 1e-12
        key = "inference.smallest_p" if attainable else "inference.unattainable"
        sentences.append(lang(key, **values))
    return sentences + [lang(f"caution.{code}") for code in cautions]


def as_share(value: float, unit: str) -> tuple[float, str]:
    """Return a change of a logarithm as the change in per cent it stands for; others as they are.

    Examples
    --------
    >>> round(as_share(-0.05, "log_points")[0], 2), as_share(-0.05, "days")
    (-4.88, (-0.05, 'days'))
    """
    return (100 * math.expm1(value), "relative_percent") if unit == LOG_UNIT else (value, unit)


def write_value(value: float, unit: str, lang: Language, digits: int = 2) -> str:
    """Write an effect with its sign and its unit (a code of the vocabulary "unit", or "").

    One on a logarithm is written in per cent.
    """
    if unit == LOG_UNIT and not math.isinf(value):
        return lang.quantity(*as_share(value, unit), 1, sign=True)
    return written(value, lang, digits, unit, sign=True)


def written(
    value: float, lang: Language, digits: int, unit: str = "", *, sign: bool = False
) -> str:
    """Write a number with `digits` decimals, more where that would leave fewer than two figures."""
    if math.isinf(value):
        return "+∞" if value > 0 else "−∞"
    # Less than a millionth of a millionth is rounding.
    if abs(value) > _ROUNDING:
        digits = max(digits, 1 - math.floor(math.log10(abs(value))))
    return lang.quantity(value, unit, digits, sign=sign)


@dataclass(frozen=True)
class CheckOutcome:
    """What became of one attempt to refute an estimate.

    Attributes
    ----------
    check : str
        Code of what it tries to refute.
    status : {"passed", "failed", "informative", "not_applicable"}
    reason : str
        Catalogue key ``check.<check>.<reason>`` of the sentence that says why.
    values : mapping
        What that sentence names: numbers, counts as int, names as str. One called "p" is written
        with its sign, "= 0.003" or "< 0.001".
    data : DataFrame or None
        What a figure of the check draws.
    """

    check: str
    status: Literal["passed", "failed", "informative", "not_applicable"]
    reason: str
    values: Mapping[str, float | str] = field(default_factory=dict)
    data: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"status is '{self.status}'; it must be one of {', '.join(STATUSES)}.")

    def table(self) -> pd.DataFrame:
        """Return the outcome as one row."""
        return pd.DataFrame(
            [{"check": self.check, "status": self.status, "reason": self.reason, **self.values}]
        )

    def sentence(self, lang: Language, *, digits: int = 2) -> str:
        """Say what was tried and what came of it; numbers as in `Estimate.sentence`."""
        words = {name: _said(name, value, lang, digits) for name, value in self.values.items()}
        return lang(f"check.{self.check}.{self.reason}", **words)


def _said(name: str, value: float | str, lang: Language, digits: int) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Integral):
        return lang.number(int(value))
    if name in _SHARES:
        # Never certain: 99.9999 times out of 100 is not said as 100.
        return written(min(value, 99.0), lang, 0)
    return lang.p_value(value) if name == "p" else written(value, lang, digits)
