"""What a bundle says of the cells it hides, and whether all of it hides the same ones."""

import io
from collections.abc import Mapping
from pathlib import PurePosixPath

import pandas as pd

from toolkit.errors import ToolkitError
from toolkit.i18n import interface_language
from toolkit.records.rules import SIMULATION

DECISIONS = "disclosure_decisions.csv"
COLUMNS = ["run", "table", "cell", "rule", "action"]
_KEY = ["source", "indicator", "territory", "period"]
_HIDDEN = {"secret": ("secrecy", "suppressed"), "censored": ("censoring", "floored")}
_MOST_NAMED = 5


def describe_hidden_cells(files: Mapping[str, bytes], *, run: str) -> bytes:
    """Return every decision on a cell that the observations of a bundle bear, as it may be shared.

    Parameters
    ----------
    files : mapping of str to bytes
        The bundle's, by name.
    run : str
        What the decisions were made for: the bundle's name.

    Returns
    -------
    bytes
        A CSV, one row a cell: run, table ("data/projects/demande-unique/observations.csv"), cell
        ("DEP-48 non-recours 2014"), rule ("secrecy" or "censoring") and action ("suppressed" or
        "floored"). Whether a cell is hidden for itself or so that another cannot be computed is
        not said: it would tell which are small.

    Raises
    ------
    ToolkitError
        A cell that one table hides stands in another.
    """
    observed = _observations(files)
    _check_shown_nowhere(observed)
    hidden = observed[observed.status.isin(list(_HIDDEN))]
    decided = hidden.status.map(_HIDDEN)
    rows = pd.DataFrame(
        {
            "run": run,
            "table": hidden.table,
            "cell": hidden.territory + " " + hidden.indicator + " " + hidden.period,
            "rule": decided.str[0],
            "action": decided.str[1],
        },
        columns=COLUMNS,
    )
    return rows.to_csv(index=False, lineterminator="\n").encode()


def _observations(files: Mapping[str, bytes]) -> pd.DataFrame:
    """Read the observations of every project of a bundle, all cells as text."""
    empty = pd.DataFrame(columns=[*_KEY, "status", "table"], dtype="str")
    tables = [
        pd.read_csv(io.BytesIO(files[name]), dtype="str", keep_default_na=False).assign(table=name)
        for name in sorted(files)
        if name.startswith("data/projects/") and PurePosixPath(name).name == "observations.csv"
    ]
    return pd.concat([empty, *tables], ignore_index=True)


def _check_shown_nowhere(observed: pd.DataFrame) -> None:
    """Refuse a cell that one project hides and another shows.

    Simulated cells of two projects are two things, whatever their names.
    """
    real = observed[observed.source != SIMULATION]
    hidden = real[real.status.isin(list(_HIDDEN))]
    shown = real[~real.status.isin([*_HIDDEN, "nd"])]
    both = hidden.merge(shown, on=_KEY, suffixes=("_hidden", "_shown"))
    if both.empty:
        return
    named = [
        f"{row.territory} {row.indicator} {row.period} ({row.table_hidden}, {row.table_shown})"
        for row in both.head(_MOST_NAMED).itertuples()
    ]
    say = interface_language()
    raise ToolkitError(say("error.shown_elsewhere", n=len(both), cells="; ".join(named)))
