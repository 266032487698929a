"""The observation table: what every loader of a real file returns."""

from pathlib import Path

import pandas as pd

from toolkit.errors import DataError
from toolkit.i18n import interface_language

KEY = ["territory", "indicator", "period"]
COLUMNS = [*KEY, "value", "n", "status", "source"]


def observations(rows: pd.DataFrame, *, source: str, path: Path) -> pd.DataFrame:
    """Lay rows out as an observation table.

    Parameters
    ----------
    rows : DataFrame
        Columns territory, indicator, period (text), value (float) and status; sheet and row say
        where in the file each was read.
    source : str
        Id of the source in the register.

    Returns
    -------
    DataFrame
        Columns territory ("DEP-01"), indicator, period (2015, 2015-Q1 or 2015-03; all text),
        value (float; missing if and only if the status is "nd"), n (missing: these files give no
        count beside their values), status and source; sorted by the first three, which name one
        row.

    Raises
    ------
    DataError
        Two different values stand for one territory, indicator and period. Equal ones are one
        row printed twice, and count once.
    """
    rows = rows.drop_duplicates([*KEY, "value", "status"])
    twice = rows.duplicated(KEY)
    if twice.any():
        again = rows[twice].iloc[0]
        seen = f"{again.territory} {again.indicator} {again.period} = {again.value}"
        raise bad_cell(path, again.sheet, again.row, seen, "once")
    table = rows.assign(
        value=rows.value.where(rows.status != "nd").astype("float64"),
        n=float("nan"),
        source=source,
    )
    return table[COLUMNS].sort_values(KEY, ignore_index=True)


def bad_cell(path: Path, sheet: str, row: int, seen: object, wanted: str) -> DataError:
    """Return the error for a cell that is not what its place asks for (``cell.<wanted>``)."""
    say = interface_language()
    return DataError(
        say(
            "error.cell",
            path=path,
            sheet=sheet,
            row=row,
            seen=str(seen),
            wanted=say(f"cell.{wanted}"),
        )
    )
