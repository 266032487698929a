"""Whether a project's observations may be shown as they stand, cell by cell and taken together."""

from collections.abc import Iterator

import pandas as pd

from toolkit.records.faults import Fault
from toolkit.records.limits import load_limits
from toolkit.records.rules import Context
from toolkit.records.secrecy import primary_rules, with_limits


def check_shown(context: Context) -> Iterator[Fault]:
    """Find cells that say too much of too few, and hidden ones that others give back."""
    rows = context.rows("observations")
    if not rows or not context.rows("indicators"):
        return
    observations, indicators = (
        context.tables[name].frame() for name in ("observations", "indicators")
    )
    cells = with_limits(observations, indicators, load_limits())
    rules = primary_rules(cells)
    secret = cells.status == "secret"
    found = {
        ("n", "small_cell"): rules == "min_count",
        ("n", "secret_count"): secret & cells.n.notna(),
        ("value", "below_censoring"): rules == "censoring",
        ("value", "censored_value"): (cells.status == "censored")
        & cells.value.notna()
        & (cells.value != cells.censored_below),
    }
    for (column, rule), wrong in found.items():
        for label in cells.index[wrong]:
            asked = {"min_count": cells.fewest[label], "limit": cells.censored_below[label]}
            details = {name: f"{number:g}" for name, number in asked.items()}
            yield context.fault("observations", rows[label], column, rule, **details)
    if not any(wrong.any() for wrong in found.values()):
        for label in _given_back(cells, secret):
            yield context.fault("observations", rows[label], "value", "given_back")


def _given_back(cells: pd.DataFrame, secret: pd.Series) -> pd.Index:
    """Return the labels of cells that the others give back, closer than the limits allow."""
    levels = cells.territory.str.partition("-")[0].groupby(cells.indicator).nunique()
    if not (levels > 1).any():
        return pd.Index([])
    # scipy's solvers are loaded only where something adds up.
    from toolkit.records.sums import sums_of

    given = pd.Index([], dtype="int64")
    for sums in sums_of(cells):
        hidden = secret | ((cells.status == "censored") & (sums.measure == "total"))
        given = given.union(sums.narrow_rows(hidden))
    return given
