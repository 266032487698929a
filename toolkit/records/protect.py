"""Finer observations made into those that may be shown: suppressed, floored, rounded."""

from dataclasses import dataclass

import pandas as pd

from toolkit.records.limits import Limits
from toolkit.records.secrecy import primary_rules, with_limits
from toolkit.records.sums import sums_of

_ACTIONS = {"censoring": "floored", "rounding": "rounded"}


@dataclass(frozen=True)
class Protected:
    """Observations as they may be shown, and what was decided.

    Attributes
    ----------
    observations : DataFrame
        Rows and columns as given, without largest_share. A suppressed cell has neither value nor n.
    decisions : DataFrame
        One row a decision: territory, indicator, period, rule ("producer", "min_count",
        "dominance", "complement": hidden so that another cannot be computed; "censoring",
        "rounding") and action ("suppressed", "floored", "rounded"). It holds no value, but its
        rules say which cells are small: it stays with who may know that.
    """

    observations: pd.DataFrame
    decisions: pd.DataFrame


def protect_observations(
    observations: pd.DataFrame, indicators: pd.DataFrame, *, limits: Limits
) -> Protected:
    """Hide what must be, what would give it back, and nothing else.

    Parameters
    ----------
    observations : DataFrame
        Columns of the table observations, values of every cell included; it may have
        largest_share, the share of the largest unit in a total.
    indicators : DataFrame
        The project's table.
    limits : Limits
    """
    cells = with_limits(observations, indicators, limits)
    rules = primary_rules(cells)
    rules[cells.status == "censored"] = "censoring"
    shown = observations.drop(columns="largest_share", errors="ignore")
    new = True
    while new:  # as data/ would hold it, it is checked again: what was rounded adds up otherwise
        given = with_limits(_show(shown, cells, rules), indicators, limits)
        values = cells.assign(value=given.value.fillna(cells.value), n=given.n.fillna(cells.n))
        new = _hide_others(values, rules) or _hide_others(given, rules)
    shown = _show(shown, cells, rules)
    rules[(rules == "") & _rounded(cells)] = "rounding"
    decided = rules != ""
    decisions = observations.loc[decided, ["territory", "indicator", "period"]].assign(
        rule=rules[decided], action=rules[decided].map(_ACTIONS).fillna("suppressed")
    )
    return Protected(shown, decisions.reset_index(drop=True))


def _hide_others(cells: pd.DataFrame, rules: pd.Series) -> bool:
    """Mark, in place, the cells to hide so that others stay hidden; tell whether there are any."""
    before = (rules == "").sum()
    for sums in sums_of(cells):
        floored = rules == "censoring"
        hidden = (rules != "") & (~floored | (sums.measure == "total"))
        rules[sums.hide_enough(hidden).difference(hidden.index[hidden])] = "complement"
    return (rules == "").sum() < before


def _show(observations: pd.DataFrame, cells: pd.DataFrame, rules: pd.Series) -> pd.DataFrame:
    """Return the observations as the rules let them be shown."""
    shown, floored = observations.copy(), rules == "censoring"
    hidden = ~rules.isin(["", "censoring"])
    base = cells.rule_rounding.fillna(1)
    for column, counts in (("value", cells.unit == "count"), ("n", cells.n.notna())):
        which = _rounded(cells) & counts & ~floored
        shown.loc[which, column] = (cells[column] / base)[which].round() * base[which]
    shown.loc[floored, "value"] = cells.censored_below[floored]
    shown.loc[floored, "status"] = "censored"
    shown.loc[hidden, ["value", "n"]] = pd.NA
    shown.loc[hidden, "status"] = "secret"
    return shown


def _rounded(cells: pd.DataFrame) -> pd.Series:
    return (cells.rule_rounding > 1) & cells["count"].notna()
