"""The panel every design reads: checked once, then laid out as a matrix."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit.designs.arguments import check_columns
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

_MOST_SHOWN = 5
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
        Columns that name a row together. Periods must sort in time (numbers, or text such as
        2015-03).
    adoption : str
        Column with the first treated period of the territory, missing for a comparison; the same
        on all its rows.

    Raises
    ------
    DesignError
        All that is wrong, naming rows: missing columns, duplicates, an outcome that is not
        numeric or is infinite, constant or beyond what a machine can square, an adoption that
        varies or lies outside the periods, no treated or no comparison territory, a treated one
        without a period before, one period.
    """
    say = interface_language()
    check_columns(panel, (outcome, territory, period, adoption))
    frame = pd.DataFrame(
        {
            "territory": panel[territory].to_numpy(),
            "period": panel[period].to_numpy(),
            "outcome": pd.to_numeric(panel[outcome], errors="coerce").to_numpy(
                "float64", na_value=np.nan
            ),
            "adoption": panel[adoption].to_numpy(),
        }
    )
    faults = [text for check in _CHECKS for text in check(frame, panel[outcome])]
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


def _shown(values) -> str:
    listed = [str(value) for value in list(values)[:_MOST_SHOWN]]
    return ", ".join(listed) + (", …" if len(values) > _MOST_SHOWN else "")


def _check_rows(frame: pd.DataFrame, raw: pd.Series):
    say = interface_language()
    unnamed = frame.index[frame.territory.isna() | frame.period.isna()]
    if len(unnamed):
        yield say("error.panel.unnamed", rows=_shown(unnamed))
    twice = frame[frame.duplicated(["territory", "period"])]
    if len(twice):
        pairs = [f"{row.territory} {row.period}" for row in twice.itertuples()]
        yield say("error.panel.duplicates", rows=_shown(pairs))


def _check_outcome(frame: pd.DataFrame, raw: pd.Series):
    say = interface_language()
    text = frame.index[frame.outcome.isna() & raw.notna().to_numpy()]
    if len(text):
        yield say("error.panel.not_numeric", rows=_shown(text))
    infinite = frame.index[np.isinf(frame.outcome)]
    if len(infinite):
        yield say("error.panel.infinite", rows=_shown(infinite))
    known = frame.outcome.dropna()
    if known.empty:
        yield say("error.panel.no_outcome")
    elif known.min() == known.max():
        yield say("error.panel.constant", value=known.iloc[0])
    elif not len(infinite):
        large = frame.index[frame.outcome.abs() > _LARGEST]
        if len(large):
            yield say("error.panel.large", rows=_shown(large), limit=f"{_LARGEST:.0e}")
        if known.abs().max() < _LEAST:
            yield say("error.panel.small", limit=f"{_LEAST:.0e}")


def _check_adoption(frame: pd.DataFrame, raw: pd.Series):
    say = interface_language()
    periods = np.sort(frame.period.dropna().unique())
    if len(periods) < 2:
        yield say("error.panel.one_period")
        return
    by_territory = frame.groupby("territory").adoption
    varying = by_territory.nunique(dropna=False)
    if (varying > 1).any():
        yield say("error.panel.adoption_varies", rows=_shown(varying.index[varying > 1]))
        return
    first = by_territory.first()
    treated = first.dropna()
    if treated.empty:
        yield say("error.panel.no_treated")
    elif len(treated) == len(first):
        yield say("error.panel.all_treated")
    outside = treated[(treated < periods[0]) | (treated > periods[-1])]
    if len(outside):
        span = f"{periods[0]}–{periods[-1]}"
        yield say("error.panel.outside", rows=_shown(outside.index), span=span)
    early = treated[treated == periods[0]]
    if len(early):
        yield say("error.panel.no_before", rows=_shown(early.index))


_CHECKS = (_check_rows, _check_outcome, _check_adoption)
