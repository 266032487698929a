"""A project's observations as sums: which territory is a sum of which, indicator by indicator."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from toolkit.disclosure.suppression import Margin, hide_enough, narrow_facts
from toolkit.disclosure.system import System, system_of
from toolkit.records.nesting import common_pieces
from toolkit.records.observations import KEY

# Units whose values add up over territories; the others are means or shares of n units.
_ADDITIVE = ("count", "eur")


@dataclass(frozen=True)
class Sums:
    """One indicator in one period, as sums of pieces.

    Attributes
    ----------
    rows : Index
        Labels of the observations, in the order of the system's first facts.
    measure : str
        What adds up: "value", "n", or "total", which is a mean times its n.
    system : System
    margin : Margin
    """

    rows: pd.Index
    measure: str
    system: System
    margin: Margin

    def narrow_rows(self, hidden: pd.Series) -> pd.Index:
        """Return the labels of hidden cells that can be computed too closely.

        A difference of shown cells that is too small counts for the smallest of them.
        """
        found = set()
        for fact in narrow_facts(self.system, self._mask(hidden), self.margin):
            found.add(fact if fact < len(self.rows) else self._smallest_around(fact))
        return self.rows[sorted(found)]

    def hide_enough(self, hidden: pd.Series) -> pd.Index:
        """Return the labels of the cells to hide, those hidden already included."""
        chosen = hide_enough(self.system, self._mask(hidden), margin=self.margin)
        return self.rows[chosen[: len(self.rows)]]

    def _mask(self, hidden: pd.Series) -> np.ndarray:
        mask = np.zeros(len(self.system), bool)
        mask[: len(self.rows)] = hidden.loc[self.rows]
        return mask

    def _smallest_around(self, fact: int) -> int:
        parts = self.system.parts
        around = np.flatnonzero((parts[: len(self.rows)] @ parts[[fact]].T).toarray().ravel())
        return int(around[np.argmin(parts[around].sum(axis=1))])


def sums_of(cells: pd.DataFrame) -> Iterator[Sums]:
    """Yield what adds up: each indicator of several levels of territories, period by period.

    Parameters
    ----------
    cells : DataFrame
        As `with_limits` gives it; a value or an n that is hidden may be there or not.
    """
    asked = cells[cells.fewest > 0].dropna(subset=KEY).drop_duplicates(KEY)
    for _, series in asked.groupby("indicator", sort=False):
        if series.territory.str.partition("-")[0].nunique() < 2:
            continue
        for _, rows in series.groupby("period", sort=False):
            yield from _measures(rows)


def _measures(rows: pd.DataFrame) -> Iterator[Sums]:
    unit, fewest = rows.unit.iloc[0], float(rows.fewest.max())
    few, relative = Margin(count=fewest), Margin(share=float(rows.rule_margin.max()))
    if unit == "count":
        measures = {"value": (rows.value, few)}
    elif unit in _ADDITIVE:
        measures = {"value": (rows.value, relative)}
    else:
        measures = {"total": (rows.value * rows.n, relative)}
    if rows.n.notna().any():
        measures["n"] = (rows.n, few)
    pieces = common_pieces(tuple(rows.territory))
    for name, (values, margin) in measures.items():
        system = system_of(pieces, dict(zip(rows.territory, values, strict=True)))
        standing = system.published.copy()
        standing[: len(rows)] = rows.status != "nd"
        yield Sums(rows.index, name, replace(system, published=standing).reconciled(), margin)
