"""What a project costs in full: by territory, period and category.

A line of expense has an amount in euros, a time in person-days, or both. Time is never worth
nothing: days without an amount are valued at a stated rate or refused, and where a line has both,
the caller says whether the amount includes the time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import Literal

import pandas as pd

from toolkit.designs.arguments import as_numbers, check_columns, is_finite, option_faults
from toolkit.errors import DesignError
from toolkit.estimate import written
from toolkit.i18n import Language, interface_language

_PERIODS = {"year": "Y", "quarter": "Q", "month": "M"}
_COLUMNS = ("territory", "date", "category", "amount", "person_days")


@dataclass(frozen=True)
class FullCost:
    """The full cost of a project, line by line, and the conventions it rests on.

    Attributes
    ----------
    lines : DataFrame
        One row an expense: territory ("" where it is shared by all), period, category, money (the
        amount), time (the days valued apart), cost (their sum), in euros.
    day_rate : float or None
        Euros a person-day, where days were valued.
    days : {"in_amount", "on_top"} or None
        Whether the amount of a line with both includes its days; None where no line has both.
    plan : str
        "actual" or "planned"; "" where the table does not say.
    price_year : int or None
        Year of the prices; None: current prices.
    discount_rate, discount_year : float, int or None
        Costs are worth their value in that year; 0 and None without discounting.
    """

    lines: pd.DataFrame
    day_rate: float | None
    days: str | None
    plan: str
    price_year: int | None
    discount_rate: float
    discount_year: int | None

    @property
    def total(self) -> float:
        """All expenses, in euros."""
        return float(self.lines.cost.sum())

    @property
    def shared(self) -> float:
        """The expenses that belong to no one territory, in euros."""
        return float(self.lines.cost[self.lines.territory == ""].sum())

    def by(self, *columns: str) -> pd.DataFrame:
        """Return money, time and cost summed by any of territory, period and category.

        Raises
        ------
        DesignError
            Another column is named, or none.
        """
        known = ("territory", "period", "category")
        faults = [*option_faults(*(("by", name, known) for name in columns or [None]))]
        if faults:
            raise DesignError("\n".join(faults))
        return self.lines.groupby(list(columns), as_index=False)[["money", "time", "cost"]].sum()

    def table(self) -> pd.DataFrame:
        """Return the costs by territory, period and category."""
        return self.by("territory", "period", "category")

    def sentence(self, lang: Language) -> str:
        """Say the total, what part of it is shared or time valued apart, and the conventions."""
        named = self.lines.territory[self.lines.territory != ""]
        values = {
            "total": write_euros(self.total, lang),
            "shared": write_euros(self.shared, lang),
            "territories": lang.plural("cost.territories", named.nunique()),
        }
        said = [lang("cost.sentence", **values)]
        if self.day_rate is not None:
            time = write_euros(float(self.lines.time.sum()), lang)
            said.append(lang("cost.time_valued", time=time, rate=write_euros(self.day_rate, lang)))
        if self.price_year is not None:
            said.append(lang("cost.prices", year=self.price_year))
        if self.discount_year is not None:
            rate = lang.percent(self.discount_rate, 1)
            said.append(lang("cost.discounted", rate=rate, year=self.discount_year))
        return " ".join(said)


def full_cost(
    costs: pd.DataFrame,
    *,
    day_rate: float | None = None,
    days: Literal["in_amount", "on_top"] | None = None,
    plan: str = "actual",
    period: Literal["year", "quarter", "month"] = "year",
    prices: Mapping[int, float] | None = None,
    price_year: int | None = None,
    discount_rate: float = 0.0,
    discount_year: int | None = None,
) -> FullCost:
    """Add up the expenses of a project.

    Parameters
    ----------
    costs : DataFrame
        One row an expense: territory (missing: shared by all), date, category, amount (euros),
        person_days; and plan, where planned and actual expenses stand in one table. Read, never
        changed.
    day_rate : float, optional
        Euros a person-day, for the days that no amount includes.
    days : {"in_amount", "on_top"}, optional
        For lines with both: the amount includes the days, or the days come on top of it.
    plan : str
        Which of the lines count, where the table has the column.
    period : {"year", "quarter", "month"}
    prices, price_year : mapping of int to float, int, optional
        A price index by year: amounts are brought to the prices of `price_year`.
    discount_rate, discount_year : float, int, optional
        Costs are divided by (1 + rate)^(year - discount_year). The rate is real if prices are
        constant.

    Raises
    ------
    DesignError
        All that is wrong: columns missing; dates, amounts or days that cannot be read or are
        negative; a line with neither; days to value without a rate; lines with both and nothing
        said of them; a year without a price index; options that do not go together.

    Examples
    --------
    >>> costs = pd.DataFrame(
    ...     {
    ...         "territory": ["DEP-01", None],
    ...         "date": ["2015-03-01", "2016-03-01"],
    ...         "category": "staff",
    ...         "amount": [12000.0, None],
    ...         "person_days": [0, 20],
    ...     }
    ... )
    >>> full_cost(costs, day_rate=300).total
    18000.0
    """
    lines = _checked_lines(costs, plan)
    both = lines.amount.notna() & (lines.person_days > 0)
    alone = lines.amount.isna() & lines.person_days.notna()
    valued = alone | both if days == "on_top" else alone
    years = lines.date.dt.year
    _check_conventions(
        lines, both=both, valued=valued, day_rate=day_rate, days=days, period=period,
        prices=prices, price_year=price_year, discount_rate=discount_rate,
        discount_year=discount_year,
    )  # fmt: skip
    money = lines.amount.fillna(0.0)
    time = lines.person_days.where(valued, 0.0).fillna(0.0) * (day_rate or 0.0)
    factor = pd.Series(1.0, index=lines.index)
    if prices is not None:
        factor *= prices[price_year] / years.map(prices)
    if discount_year is not None:
        factor /= (1 + discount_rate) ** (years - discount_year)
    kept = pd.DataFrame(
        {
            "territory": lines.territory.fillna("").astype(str),
            "period": lines.date.dt.to_period(_PERIODS[period]).astype(str),
            "category": lines.category, "money": money * factor, "time": time * factor,
            "cost": (money + time) * factor,
        }
    )  # fmt: skip
    rate = day_rate if valued.any() else None
    return FullCost(
        kept.reset_index(drop=True), rate, days if both.any() else None,
        plan if "plan" in costs else "", price_year, discount_rate, discount_year,
    )  # fmt: skip


def write_euros(value: float, lang: Language, digits: int = 0) -> str:
    """Write an amount in euros, with cents below ten."""
    return written(value, lang, max(digits, 2) if 0 < abs(value) < 10 else digits, "eur")


def _checked_lines(costs: pd.DataFrame, plan: str) -> pd.DataFrame:
    """Return the lines of a plan with their columns read, or refuse them."""
    say = interface_language()
    check_columns(costs, _COLUMNS, of="meta")
    lines = costs[costs.plan == plan] if "plan" in costs else costs
    if lines.empty:
        seen = ", ".join(sorted(set(map(str, costs.plan.dropna())))) if "plan" in costs else "-"
        raise DesignError(say("error.cost.empty", plan=plan, seen=seen))
    read = lines[["territory", "category"]].copy()
    # The day alone: an hour or its zone must not move an expense to another day.
    days = lines.date.astype("string").str.slice(0, 10)
    read["date"] = pd.to_datetime(days, errors="coerce", format="ISO8601")
    faults = []
    if read.date.isna().any():
        faults.append(say("error.cost.date", rows=_rows(read.date.isna())))
    if read.category.isna().any():
        faults.append(say("error.cost.category", rows=_rows(read.category.isna())))
    for name in ("amount", "person_days"):
        read[name] = as_numbers(lines[name])
        wrong = (read[name].isna() & lines[name].notna()) | (read[name] < 0)
        if wrong.any():
            faults.append(say("error.cost.number", column=name, rows=_rows(wrong)))
    neither = lines.amount.isna() & lines.person_days.isna()
    if neither.any():
        faults.append(say("error.cost.neither", rows=_rows(neither)))
    if faults:
        raise DesignError("\n".join(faults))
    return read


def _check_conventions(
    lines, *, both, valued, day_rate, days, period, prices, price_year, discount_rate, discount_year
) -> None:
    say = interface_language()
    choices = ("days", days, (None, "in_amount", "on_top")), ("period", period, tuple(_PERIODS))
    faults = [*option_faults(*choices)]
    if both.any() and days is None:
        faults.append(say("error.cost.both", n=int(both.sum()), rows=_rows(both)))
    if day_rate is not None and not (is_finite(day_rate) and day_rate > 0):
        faults.append(say("error.cost.rate", seen=day_rate))
    elif valued.any() and day_rate is None:
        n_days = f"{lines.person_days[valued].sum():g}"
        faults.append(say("error.cost.no_rate", n=n_days, rows=_rows(valued)))
    years = sorted(set(lines.date.dt.year))
    if (prices is None) != (price_year is None):
        faults.append(say("error.cost.prices_pair"))
    elif prices is not None:
        index = prices if isinstance(prices, Mapping) else {}
        asked = dict.fromkeys([*years, price_year])
        wrong = [y for y in asked if not (is_finite(index.get(y)) and index[y] > 0)]
        if wrong:
            faults.append(say("error.cost.prices", years=", ".join(map(str, wrong))))
    dated = isinstance(discount_year, Integral)
    if not (is_finite(discount_rate) and discount_rate >= 0) or (discount_rate > 0) != dated:
        faults.append(say("error.cost.discount", rate=discount_rate, year=discount_year))
    if faults:
        raise DesignError("\n".join(faults))


def _rows(wrong: pd.Series, most: int = 5) -> str:
    labels = list(wrong.index[wrong.to_numpy(dtype=bool)])
    return ", ".join(map(str, labels[:most])) + (", …" if len(labels) > most else "")
