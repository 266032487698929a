"""Rows of the tables of data/territories: read from the file, or looked up in memory.

One report needs little of them, and reads no more. A thousand reports look up in one copy: a
notebook's shared cell asks for it (`hold_tables`), and each report is forked from there.
"""

import functools
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from toolkit.records.reads import answered, recorded
from toolkit.records.sources import damaged, table_path

_held: dict[Path, pa.Table] = {}


def hold_tables(*tables: str) -> None:
    """Keep whole tables in memory: what is loaded of them from now on is looked up there.

    It changes no result: `table_path` has compared the file with its description.

    Parameters
    ----------
    tables : str
        "territories" (2 MB in memory), "population" (12 MB).

    Examples
    --------
    >>> hold_tables("territories", "population")
    """
    with answered():
        for table in tables:
            path = table_path("territories", table)
            _held[path] = _read(path)


@recorded
def read_slice(
    table: str, filters: Sequence[Sequence], columns: list[str] | None = None
) -> pd.DataFrame:
    """Return the rows of a territories table that pass all filters.

    Parameters
    ----------
    table : str
        "territories", "population"...
    filters : sequence of (column, "==", value) or (column, "in", values)
    columns : list of str, optional
        All by default. From a file, only these are read, and only the row groups that can pass.
    """
    path = table_path("territories", table)
    if path not in _held:
        return _read(path, [tuple(test) for test in filters] or None, columns).to_pandas()
    held = _held[path]
    tests = [
        pc.is_in(held[column], pa.array(value)) if test == "in" else pc.equal(held[column], value)
        for column, test, value in filters
    ]
    found = held.filter(functools.reduce(pc.and_, tests)) if tests else held
    return (found.select(columns) if columns else found).to_pandas()


def _read(
    path: Path, filters: list[tuple] | None = None, columns: list[str] | None = None
) -> pa.Table:
    try:
        return pq.read_table(path, filters=filters, columns=columns)
    except (OSError, pa.ArrowException) as error:
        raise damaged(path, error) from error
