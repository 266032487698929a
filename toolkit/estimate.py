"""What every design and every check returns: an `Estimate`, a `CheckOutcome`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from toolkit.i18n import Language

STATUSES = ("passed", "failed", "informative", "not_applicable")


@dataclass(frozen=True)
class Estimate:
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
        Codes; the design's name stands in the catalogue under ``design.<design>``.
    unit : str
        Code of the vocabulary "unit", or "" for a bare number.
    n_treated, n_comparison, n_periods : int
        Territories and periods the estimate rests on.
    level : float
        Of the interval.
    smallest_p : float
        The smallest p this inference can attain with these numbers; 0 when there is none.
    cautions : tuple of str
        Codes of the doubts it carries ("sizes_unknown", "missing_cells"...).
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

    def __post_init__(self) -> None:
        if math.isnan(self.value):
            raise ValueError("An estimate is a number: refuse what cannot be identified.")

    def table(self) -> pd.DataFrame:
        """Return the estimate as one row, its fields as columns."""
        row = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return pd.DataFrame([row | {"cautions": ", ".join(self.cautions)}])

    def sentence(self, lang: Language, *, digits: int = 2) -> str:
        """Say the effect, its interval and what can be concluded, in one language."""
        values = {
            "value": self._written(self.value, lang, digits, sign=True),
            "low": self._written(self.low, lang, digits, sign=True),
            "high": self._written(self.high, lang, digits, sign=True),
            "level": lang.percent(self.level, 0),
            "design": lang(f"design.{self.design}"),
            "treated": lang.plural("estimate.treated", self.n_treated),
            "comparison": lang.plural("estimate.comparison", self.n_comparison),
        }
        if math.isnan(self.low) or math.isnan(self.high):
            return lang("estimate.sentence.no_interval", **values)
        covers_zero = self.low <= 0 <= self.high
        verdict = "inconclusive" if covers_zero else "up" if self.value > 0 else "down"
        return lang(f"estimate.sentence.{verdict}", **values)

    def _written(self, value: float, lang: Language, digits: int, *, sign: bool) -> str:
        if math.isinf(value):
            return "+∞" if value > 0 else "−∞"
        number = lang.number(value, digits, sign=sign)
        return lang(f"unit.{self.unit}", number=number) if self.unit else number


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
        What that sentence names: numbers, counts as int.
    data : DataFrame or None
        What a figure of the check draws.
    """

    check: str
    status: Literal["passed", "failed", "informative", "not_applicable"]
    reason: str
    values: Mapping[str, float] = field(default_factory=dict)
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
        """Say what was tried and what came of it."""
        written = {
            name: lang.number(value, 0 if isinstance(value, int) else digits)
            for name, value in self.values.items()
        }
        return lang(f"check.{self.check}.{self.reason}", **written)
