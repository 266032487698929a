"""The panel every design reads: checked once, then laid out as a matrix."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit.designs.arguments import check_columns
from toolkit.designs.columns import kind_of, mixed_labels, numbers, shown
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

# Statuses of a value that is known only as a bound.
NOT_EXACT = ("censored", "secret")
# Beyond these the square of a value, or of what is left of it, is no number a machine can hold.
_LEAST, _LARGEST = 1e-100, 1e100


@dataclass(frozen=True)
class PanelMatrix:
    """A panel as arrays.

    Attributes
    ----------
    outcome : ndarray, shape (n_territories, n_periods)
        NaN where the value is missing.
    adoption : ndarray of int, shape (n_territories,)
        Index of the first treated period; n_periods for a territory never treated.
    territories, periods : ndarray
        Their labels, sorted.
    """

    outcome: np.ndarray
    adoption: np.ndarray
    territories: np.ndarray
    periods: np.ndarray

    @property
    def treated(self) -> np.ndarray:
        """Which territories are ever treated, shape (n_territories,)."""
        return self.adoption < len(self.periods)


def panel_matrix(
    panel: pd.DataFrame, *, outcome: str, territory: str, period: str, adoption: str
) -> PanelMatrix:
    """Check a panel and lay it out.

    Parameters
    ----------
    panel : DataFrame
        One row a territory and period. It is read, never changed.
    outcome : str
        Numeric column; missing values are allowed, infinite ones are not.
    territory, period : str
        Columns that name a row together, each of numbers or of text. Periods sort in time: numbers,
        or text such as 2015-03, all as long as each other.
    adoption : str
        Column with the first treated period of the territory, one of the panel's and written as
        they are; missing for a comparison; the same on all its rows.

    Raises
    ------
    DesignError
        All that is wrong, naming rows: columns that are missing or there several times; labels
        that do not sort; duplicates; an outcome that is not numeric or is infinite, constant or
        beyond what a machine can square; an outcome that a column named status says is censored or
        secret, which no design here may read as exact; an adoption that varies, is no period or
        lies outside them; no treated or no comparison territory; a treated one without a period
        before; one period.
    """
    say = interface_language()
    names = {"territory": territory, "period": period, "adoption": adoption, "outcome": outcome}
    check_columns(panel, list(dict.fromkeys(names.values())))
    columns = {role: panel[name].to_numpy() for role, name in names.items()}
    # Without the name of its own that an index may have: a column's, perhaps.
    index = panel.index.set_names([None] * panel.index.nlevels)
    frame = pd.DataFrame(columns | {"outcome": numbers(panel[outcome])}, index=index)
    # Labels that do not sort allow no further look at them.
    faults = list(_label_faults(panel, names)) or [*_row_faults(frame), *_adoption_faults(frame)]
    faults += [*_outcome_faults(frame, panel[outcome], outcome), *_status_faults(frame, panel)]
    if faults:
        raise DesignError("\n".join([say("error.panel"), *(f"- {fault}" for fault in faults)]))
    wide = frame.pivot(index="territory", columns="period", values="outcome").sort_index()
    wide = wide.sort_index(axis="columns")
    periods = wide.columns.to_numpy()
    first = frame.groupby("territory").adoption.first().reindex(wide.index)
    known = first.notna().to_numpy()
    index = np.full(len(wide), len(periods))
    index[known] = np.searchsorted(periods, first[known].to_numpy())
    return PanelMatrix(wide.to_numpy(), index, wide.index.to_numpy(), periods)


def matrix_of_untreated(
    panel: pd.DataFrame, outcome: str, territory: str, period: str
) -> PanelMatrix:
    """Lay out a panel in which nobody is treated: pretend that one is, in the last period."""
    names, last = panel[territory].dropna(), panel[period].max()
    adoption = pd.Series(last, panel.index).where((panel[territory] == names.iloc[0]).to_numpy())
    return panel_matrix(
        panel.assign(**{"pretended adoption": adoption}),
        outcome=outcome,
        territory=territory,
        period=period,
        adoption="pretended adoption",
    )


def one_adoption(matrix: PanelMatrix) -> int:
    """Return the index of the period in which all treated territories adopt.

    Raises
    ------
    DesignError
        They adopt in several periods.
    """
    adoptions = np.unique(matrix.adoption[matrix.treated])
    if len(adoptions) > 1:
        listed = ", ".join(str(matrix.periods[a]) for a in adoptions)
        raise DesignError(interface_language()("error.did.staggered", adoptions=listed))
    return int(adoptions[0])


def _label_faults(panel: pd.DataFrame, names: dict[str, str]):
    """Find what keeps labels from being sorted and compared."""
    say = interface_language()
    known = {role: panel[name].dropna() for role, name in names.items() if role != "outcome"}
    kinds = {role: kind_of(column) for role, column in known.items()}
    yield from (mixed_labels(known[role]) for role, kind in kinds.items() if kind is None)
    if kinds["period"] == "text":
        lengths = known["period"].str.len()
        if lengths.min() < lengths.max():
            short, long = (known["period"][lengths == n].iloc[0] for n in sorted({*lengths})[:2])
            yield say("error.panel.uneven", column=names["period"], short=short, long=long)
    if {kinds["period"], kinds["adoption"]} == {"text", "number"}:
        yield say(
            "error.panel.adoption_kind", adoption=names["adoption"], period=names["period"],
            seen=known["adoption"].iloc[0], other=known["period"].iloc[0],
        )  # fmt: skip


def _row_faults(frame: pd.DataFrame):
    say = interface_language()
    unnamed = frame.index[frame.territory.isna() | frame.period.isna()]
    if len(unnamed):
        yield say("error.panel.unnamed", rows=shown(unnamed))
    twice = frame[frame.duplicated(["territory", "period"])]
    if len(twice):
        pairs = [f"{row.territory} {row.period}" for row in twice.itertuples()]
        yield say("error.panel.duplicates", rows=shown(pairs))


def _outcome_faults(frame: pd.DataFrame, raw: pd.Series, name: str):
    say = interface_language()
    other = frame.outcome.isna().to_numpy() & raw.notna().to_numpy(dtype=bool)
    if other.any():
        seen = raw[other].iloc[0]
        yield say("error.panel.not_numeric", column=name, rows=shown(frame.index[other]), seen=seen)
    infinite = frame.index[np.isinf(frame.outcome)]
    if len(infinite):
        yield say("error.panel.infinite", rows=shown(infinite))
    known = frame.outcome.dropna()
    if known.empty and not other.any():
        yield say("error.panel.no_outcome")
    elif known.min() == known.max():
        yield say("error.panel.constant", value=known.iloc[0])
    elif not len(infinite):
        large = frame.index[frame.outcome.abs() > _LARGEST]
        if len(large):
            yield say("error.panel.large", rows=shown(large), limit=f"{_LARGEST:.0e}")
        if known.abs().max() < _LEAST:
            yield say("error.panel.small", limit=f"{_LEAST:.0e}")


def _status_faults(frame: pd.DataFrame, panel: pd.DataFrame):
    """Find values that the panel itself says are only bounds; a hidden one is merely missing."""
    if "status" not in panel:
        return
    check_columns(panel, ["status"])
    bounds = panel["status"].isin(NOT_EXACT).to_numpy() & frame.outcome.notna().to_numpy()
    if bounds.any():
        seen = ", ".join(sorted(set(panel["status"][bounds])))
        rows = shown(frame.index[bounds])
        yield interface_language()("error.panel.bounds", n=int(bounds.sum()), seen=seen, rows=rows)


def _adoption_faults(frame: pd.DataFrame):
    say = interface_language()
    periods = np.sort(frame.period.dropna().unique())
    if len(periods) < 2:
        yield say("error.panel.one_period")
        return
    by_territory = frame.groupby("territory").adoption
    varying = by_territory.nunique(dropna=False)
    if (varying > 1).any():
        yield say("error.panel.adoption_varies", rows=shown(varying.index[varying > 1]))
        return
    first = by_territory.first()
    treated = first.dropna()
    if treated.empty:
        yield say("error.panel.no_treated")
        return
    if len(treated) == len(first):
        yield say("error.panel.all_treated")
    inside = (treated >= periods[0]) & (treated <= periods[-1])
    if not inside.all():
        span = f"{periods[0]}–{periods[-1]}"
        yield say("error.panel.outside", rows=shown(treated.index[~inside]), span=span)
    between = treated[inside & ~treated.isin(periods)]
    if len(between):
        after = np.searchsorted(periods, between.to_numpy())
        seen = [
            f"{name} {value} ({periods[at - 1]} < {value} < {periods[at]})"
            for (name, value), at in zip(between.items(), after, strict=True)
        ]
        yield say("error.panel.between", rows=shown(seen))
    early = treated[treated == periods[0]]
    if len(early):
        yield say("error.panel.no_before", rows=shown(early.index))
