"""What must be hidden of a project's observations for itself: too few units, or one too large.

Observations are held at rest as they may be shown: what lies under data/ can then leave in any
page, figure, estimate or hash without saying more. Whoever has finer data keeps it elsewhere, and
`toolkit.records.protect` makes of it what data/ may hold.
"""

import numpy as np
import pandas as pd

from toolkit.records.limits import Limits


def with_limits(
    observations: pd.DataFrame, indicators: pd.DataFrame, limits: Limits
) -> pd.DataFrame:
    """Return observations with unit, fewest, censored_below, count and the rule's other limits."""
    described = indicators.drop_duplicates("indicator").set_index("indicator")
    asked = described[["unit", "min_count", "censored_below"]]
    cells = observations.join(asked, on="indicator")
    rules = {name: limits.of(name) for name in cells.source.dropna().unique()}
    keys = ("min_count", "dominance", "margin", "rounding")
    asked = {f"rule_{key}": {n: getattr(r, key) for n, r in rules.items()} for key in keys}
    cells = cells.join(pd.DataFrame(asked, dtype="float64"), on="source")
    numbers = ("value", "n", "min_count", "censored_below")
    cells = cells.assign(**{name: cells[name].astype("float64") for name in numbers})
    own = cells.min_count.fillna(0.0)
    fewest = np.where(cells.rule_min_count > 0, np.maximum(own, cells.rule_min_count), 0.0)
    count = cells.n.where(cells.n.notna() | (cells.unit != "count"), cells.value)
    return cells.assign(fewest=fewest, count=count)


def primary_rules(cells: pd.DataFrame) -> pd.Series:
    """Return the rule by which each cell is hidden for itself; empty where it is not.

    Parameters
    ----------
    cells : DataFrame
        As `with_limits` gives it; largest_share, if there, is the share of the largest unit.
    """
    known = ~cells.status.isin(["secret", "nd"])
    few = known & (cells["count"] > 0) & (cells["count"] < cells.fewest)
    largest = cells.get("largest_share", pd.Series(np.nan, cells.index)).astype("float64")
    below = known & (cells.value < cells.censored_below)
    rules = pd.Series("", cells.index)
    rules[below] = "censoring"
    rules[known & (largest > cells.rule_dominance)] = "dominance"
    rules[few] = "min_count"
    rules[cells.status == "secret"] = "producer"
    return rules
