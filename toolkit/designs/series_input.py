"""The series an interrupted series reads: checked once, laid out in time, with its regressors."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Literal, get_args

import numpy as np
import pandas as pd

from toolkit.designs.arguments import LEAST, as_numbers, check_columns, option_faults
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

# Points needed on each side (Penfold and Zhang, Academic Pediatrics 2013).
FEWEST_POINTS = 8
BREAKS = ("level_change", "slope_change")
Errors = Literal["ar1", "hac", "arma", "structural"]
# Degrees of freedom left once all columns are fitted.
_FEWEST_FREE = 4
_TEXT_PERIOD = re.compile(r"\d{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True, eq=False)
class CheckedSeries:
    """A series in time.

    Attributes
    ----------
    known : DataFrame
        One row a period whose values are all known: ordinal (consecutive periods one apart),
        period (as written), outcome (the gap, with a comparison), and "column <name>" for each.
    first : int
        Ordinal of the first period after.
    n_missing : int
        Periods between the first and the last that are absent, or rows that are not known.
    """

    known: pd.DataFrame
    first: int
    n_missing: int

    @property
    def after(self) -> np.ndarray:
        """Which known periods are under the intervention."""
        return (self.known.ordinal >= self.first).to_numpy()


def check_series(
    series: pd.DataFrame, *, outcome: str, intervention, period: str, comparison: str | None,
    covariates: Sequence[str], season: int, errors: str, order: tuple[int, int], level: float,
) -> CheckedSeries:  # fmt: skip
    """Check a series and its options, and lay it out; parameters are `interrupted_series`'s.

    Raises
    ------
    DesignError
        All that is wrong.
    """
    names = [outcome, *([comparison] if comparison else []), *covariates]
    check_columns(series, [*names, period])
    faults = [*_option_faults(season, errors, order, level)]
    ordinals, unread = _ordinals([*series[period], intervention])
    if unread:
        seen = ", ".join(repr(one) if isinstance(one, str) else str(one) for one in unread[:5])
        faults.append(interface_language()("error.series.periods", values=seen))
        raise _refused(faults)
    frame = pd.DataFrame({"ordinal": ordinals[:-1], "period": series[period].to_numpy()})
    for name in dict.fromkeys(names):
        values, fault = _numbers(series[name], name)
        frame[f"column {name}"] = values
        faults += fault
    frame = frame.sort_values("ordinal", ignore_index=True)
    frame["outcome"] = frame[f"column {outcome}"]
    if comparison:
        frame["outcome"] -= frame[f"column {comparison}"]
    known = frame[frame.filter(like="column ").notna().all(axis="columns")]
    known = known.reset_index(drop=True)
    cycle = season if isinstance(season, Integral) and season > 1 else 0
    faults += _series_faults(frame, known, ordinals[-1], cycle, errors)
    if faults:
        raise _refused(faults)
    return CheckedSeries(known, int(ordinals[-1]), _absent(known) + len(frame) - len(known))


def series_columns(
    series: CheckedSeries, covariates: Sequence[str], trend: bool, season: int, *, structural: bool
) -> pd.DataFrame:
    """Return the regressors; time counts from the first period after.

    Parameters
    ----------
    structural : bool
        The level and the season are states of the model, not columns.

    Raises
    ------
    DesignError
        Too few points for the coefficients, or columns that follow from each other.
    """
    known = series.known
    time = (known.ordinal - series.first).astype("float64")
    after = (time >= 0).astype("float64")
    columns = {"level_change": after}
    if trend:
        columns |= {"slope_change": after * time, "trend": time}
    columns |= {f"covariate {name}": known[f"column {name}"] for name in covariates}
    if not structural:
        columns["intercept"] = np.ones(len(known))
        place = known.ordinal % season if season else known.ordinal * 0
        columns |= {f"season {at}": (place == at).astype("float64") for at in range(1, season)}
    columns = pd.DataFrame(columns)
    _check_regressors(columns, season if structural else 0)
    return columns


def _ordinals(labels: list) -> tuple[np.ndarray, list]:
    """Return a rank in time of each label, consecutive periods one apart; and those not read."""
    if all(_whole(label) for label in labels):
        return np.array([int(label) for label in labels], dtype="int64"), []
    texts = [label if isinstance(label, str) else "" for label in labels]
    shapes = {len(text) for text in texts if _TEXT_PERIOD.fullmatch(text)}
    unread = [
        label
        for label, text in zip(labels, texts, strict=True)
        if not _TEXT_PERIOD.fullmatch(text) or len(shapes) > 1
    ]
    if unread:
        return np.empty(0), unread
    # 2015, 2015-03 and 2015-Q1 are of 4, 7 and 7 characters; a quarter bears its letter.
    quarters = {"Q" in text for text in texts}
    if len(quarters) > 1:
        return np.empty(0), labels
    rhythm = "Q" if quarters == {True} else "M" if shapes == {7} else "Y"
    return pd.PeriodIndex(texts, freq=rhythm).asi8.astype("int64"), []


def _whole(label) -> bool:
    """Whether a label is a whole number; a column with a gap elsewhere holds 2015 as 2015.0."""
    if isinstance(label, bool | np.bool_) or not isinstance(label, Real):
        return False
    return bool(np.isfinite(label)) and label == int(label) and abs(label) < 2**53


def _numbers(column: pd.Series, name: str) -> tuple[np.ndarray, list[str]]:
    """Return a column as numbers, and what is wrong with it."""
    say = interface_language()
    values = as_numbers(column)
    if (np.isnan(values) & column.notna().to_numpy()).any():
        return values, [say("error.series.numbers", name=name)]
    size = np.nanmax(np.abs(values), initial=0)
    if 0 < size < LEAST:
        return values, [say("error.arguments.size", seen=f"{size:.0e}")]
    return values, []


def _option_faults(season, errors, order, level) -> Iterator[str]:
    say = interface_language()
    yield from option_faults(("errors", errors, get_args(Errors)), level=level)
    if not isinstance(season, Integral) or season < 0 or season == 1:
        yield say("error.series.season", seen=season)
    pair = list(order) if isinstance(order, tuple | list) else []
    whole = len(pair) == 2 and all(isinstance(one, Integral) and one >= 0 for one in pair)
    if not whole or sum(pair) == 0:
        yield say("error.series.order", seen=order)


def _series_faults(
    frame: pd.DataFrame, known: pd.DataFrame, first: int, season: int, errors: str
) -> Iterator[str]:
    say = interface_language()
    twice = frame.period[frame.ordinal.duplicated()]
    if len(twice):
        yield say("error.series.twice", periods=", ".join(map(str, twice[:5])))
    span = int(np.ptp(frame.ordinal)) + 1 if len(frame) else 0
    if 2 * frame.ordinal.nunique() < span:
        values = {"n": frame.ordinal.nunique(), "span": span}
        yield say("error.series.sparse", first=frame.period.iloc[0], **values)
    before, after = int((known.ordinal < first).sum()), int((known.ordinal >= first).sum())
    needed = max(FEWEST_POINTS, 2 * season)
    if before < needed or after < FEWEST_POINTS:
        counts = {"before": before, "after": after, "needed_before": needed}
        yield say("error.series.few", **counts, needed_after=FEWEST_POINTS)
    if len(known) and known.outcome.min() == known.outcome.max():
        yield say("error.panel.constant", value=known.outcome.iloc[0])
    if errors == "hac" and len(known) and _absent(known):
        yield say("error.series.gaps", n=_absent(known))


def _absent(known: pd.DataFrame) -> int:
    """Count the periods missing between the first known and the last."""
    return int(known.ordinal.iloc[-1] - known.ordinal.iloc[0] + 1 - known.ordinal.nunique())


def _refused(faults: list[str]) -> DesignError:
    say = interface_language()
    return DesignError("\n".join([say("error.series"), *(f"- {fault}" for fault in faults)]))


def _check_regressors(columns: pd.DataFrame, states: int) -> None:
    say = interface_language()
    n, k = columns.shape
    if n < k + states + _FEWEST_FREE:
        needed = k + states + _FEWEST_FREE
        raise _refused([say("error.series.rows", n=n, k=k + states, needed=needed)])
    scaled = columns.to_numpy() / np.maximum(np.abs(columns.to_numpy()).max(axis=0), 1e-300)
    if "intercept" not in columns:
        scaled = np.column_stack([scaled, np.ones(n)])
    if np.linalg.matrix_rank(scaled, tol=1e-8 * np.sqrt(n)) < scaled.shape[1]:
        names = [name.removeprefix("covariate ") for name in columns if "covariate " in name]
        raise _refused([say("error.regression.collinear", names=", ".join(names or columns))])
