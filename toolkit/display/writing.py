"""How numbers are written in figures and tables: no more digits than their interval supports."""

import math
from collections.abc import Iterable

import numpy as np

from toolkit.estimate import Estimate, as_share
from toolkit.i18n import MINUS, Language

_MOST_DIGITS = 4


def supported_digits(low: Iterable[float], high: Iterable[float]) -> int:
    """Return the decimals that intervals support: two significant digits of the narrowest half.

    Where no interval has two finite ends, the spread of the finite ends decides; without any,
    one decimal.

    Examples
    --------
    >>> supported_digits([2.8], [9.4]), supported_digits([-0.02], [0.31])
    (1, 2)
    >>> supported_digits([-math.inf], [250])
    0
    """
    ends = np.array([list(low), list(high)], dtype=float)
    halves = (ends[1] - ends[0]) / 2
    halves = halves[np.isfinite(halves) & (halves > 0)]
    if halves.size:
        return _decimals(halves.min())
    return spread_digits(ends.ravel())


def spread_digits(values: Iterable[float]) -> int:
    """Return the decimals that tell values apart, where they have no interval."""
    finite = np.array(list(values), dtype=float)
    finite = finite[np.isfinite(finite)]
    if not finite.size:
        return 1
    spread = np.ptp(finite) / 4 or abs(finite[0])
    return _decimals(spread) if spread else 1


def write_number(
    value: float, lang: Language, digits: int, unit: str = "", *, sign: bool = False
) -> str:
    """Write a number in its unit (a code of the vocabulary "unit"), or "−∞" and "+∞"."""
    if math.isinf(value):
        return "+∞" if value > 0 else f"{MINUS}∞"
    return lang.quantity(value, unit, digits, sign=sign)


def write_level(value: float, lang: Language, digits: int, unit: str = "") -> str:
    """Write a value that is no difference: a percentage is in per cent, not in points."""
    return write_number(value, lang, digits, "relative_percent" if unit == "percent" else unit)


def write_interval(
    low: float, high: float, lang: Language, digits: int, *, sign: bool = True
) -> str:
    """Write the ends of an interval: "−1,2 à +3,4", "−1.2 to +3.4"; "" where there is none."""
    if math.isnan(low) or math.isnan(high):
        return ""
    ends = {
        name: write_number(value, lang, digits, sign=sign)
        for name, value in (("low", low), ("high", high))
    }
    return lang("interval.ends", **ends)


def write_effect(estimate: Estimate, lang: Language) -> str:
    """Write an effect in its unit with its interval; that on a logarithm as a percentage."""
    shares = [as_share(end, estimate.unit) for end in (estimate.value, estimate.low, estimate.high)]
    (value, unit), (low, _), (high, _) = shares
    digits = supported_digits([low], [high])
    written = write_number(value, lang, digits, unit, sign=True)
    interval = write_interval(low, high, lang, digits)
    if not interval:
        return lang("effect.bare", value=written)
    level = lang.percent(estimate.level, 0)
    return lang("effect.interval", value=written, interval=interval, level=level)


def unit_name(unit: str, lang: Language, *, difference: bool = False) -> str:
    """Return what a column's header says of its unit; a difference of percentages is in points."""
    if not unit:
        return ""
    return lang("unit.name.points" if difference and unit == "percent" else f"unit.name.{unit}")


def headed(name: str, unit: str, lang: Language, *, difference: bool = False) -> str:
    """Return a column's title with its unit in brackets."""
    named = unit_name(unit, lang, difference=difference)
    return f"{name} ({named})" if named else name


def write_period(period: object, lang: Language) -> str:
    """Write a period as it stands on an axis: a year, a quarter (2015-T1, 2015-Q1), a month."""
    if hasattr(period, "strftime") and hasattr(period, "year"):
        return period.strftime("%Y-%m-%d").removesuffix("-01").removesuffix("-01")
    if isinstance(period, float) and period.is_integer():
        period = int(period)
    text = str(period).replace("-", MINUS) if isinstance(period, int | np.integer) else str(period)
    return lang.period(text)


def _decimals(half: float) -> int:
    return int(np.clip(1 - math.floor(math.log10(half)), 0, _MOST_DIGITS))
