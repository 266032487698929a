"""What a bundle says of the cells it hides, and whether its projects hide the same ones."""

from collections.abc import Iterable

import pandas as pd

from toolkit.records.portfolio import Project

COLUMNS = ("run", "table", "cell", "rule", "action")
_KEY = ["source", "indicator", "territory", "period"]


def disclosure_decisions(projects: Iterable[Project], *, run: str) -> pd.DataFrame:
    """Return every decision on a cell that the data of some projects bears, as it may be shared.

    Parameters
    ----------
    projects : iterable of Project
    run : str
        What the decisions were made for: the bundle's id.

    Returns
    -------
    DataFrame
        One row a cell: run, table ("projects/demande-unique/observations.csv"), cell ("DEP-48
        non-recours 2014"), rule ("secrecy" or "censoring") and action ("suppressed", "floored").
        Whether a cell is hidden for itself or so that another cannot be computed is not said: it
        would tell which are small.
    """
    parts = [_decisions(project) for project in projects]
    rows = pd.concat(parts) if parts else pd.DataFrame(columns=COLUMNS[1:])
    return rows.assign(run=run)[list(COLUMNS)].reset_index(drop=True)


def _decisions(project: Project) -> pd.DataFrame:
    observed = project.tables["observations"]
    observed = observed[observed.status.isin(["secret", "censored"])]
    secret = observed.status == "secret"
    return pd.DataFrame(
        {
            "table": f"projects/{project.id}/observations.csv",
            "cell": observed.territory + " " + observed.indicator + " " + observed.period,
            "rule": secret.map({True: "secrecy", False: "censoring"}),
            "action": secret.map({True: "suppressed", False: "floored"}),
        }
    )


def cells_shown_elsewhere(projects: Iterable[Project]) -> pd.DataFrame:
    """Find cells that one project of a bundle hides and another shows.

    Returns
    -------
    DataFrame
        One row a cell: source, indicator, territory, period, hidden_in and shown_in (ids of
        projects). Simulated cells of two projects are two things, whatever their names.
    """
    parts = [p.tables["observations"].assign(project=p.id) for p in projects]
    cells = pd.concat(parts) if parts else pd.DataFrame(columns=[*_KEY, "status", "project"])
    cells = cells[cells.source != "simulation"]
    hidden = cells[cells.status.isin(["secret", "censored"])]
    shown = cells[~cells.status.isin(["secret", "censored", "nd"])]
    both = hidden.merge(shown, on=_KEY, suffixes=("_hidden", "_shown"))
    named = {"project_hidden": "hidden_in", "project_shown": "shown_in"}
    return both.rename(columns=named)[[*_KEY, *named.values()]].reset_index(drop=True)
