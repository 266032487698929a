"""What the data of a project can bear: what is there, what is missing, what stands out.

A value stands out where it is far from what its territory and its period lead to expect; a series
breaks where the whole of the territories move at once more than they ever do. Both are questions to
the producer, not faults: an effect of the project, or a real event, may look like one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t

from toolkit.errors import DataError
from toolkit.records.portfolio import Project, load_panel

# How often a panel without any would show an outlier, at most.
OUTLYING = 0.01
# How far a change must be from the usual ones, in robust standard deviations, to be a break.
BREAKING = 6.0
# Fewer values or changes than this say nothing of what is usual.
FEWEST_CHANGES = 8
_NORMAL = 1.4826  # a median absolute deviation times this is a standard deviation
_SEASONS = {"year": 1, "quarter": 4, "month": 12}


@dataclass(frozen=True)
class SeriesQuality:
    """One indicator of a project.

    Attributes
    ----------
    panel : DataFrame
        As `load_panel` gives it.
    statuses : Series
        Number of cells by status ("ok", "secret"...); "absent": a territory and period without a
        row, among the territories and periods that have one.
    outliers : DataFrame
        One row a value that stands out: territory (id), period, value, expected, distance in
        standard deviations of the others; cells of too few cases to publish are never listed.
    relative : bool
        Whether distances are of logarithms: a count moves in proportion to its territory's size.
    breaks : DataFrame or None
        One row a period at which the series breaks: period, change (of the middle territory, in the
        indicator's unit) and distance; None where there are too few periods to tell.
    """

    panel: pd.DataFrame
    statuses: pd.Series
    outliers: pd.DataFrame
    relative: bool
    breaks: pd.DataFrame | None


def describe_series(project: Project) -> Mapping[str, SeriesQuality | None]:
    """Describe each indicator of a project; None where its outcome is not here to be read.

    Examples
    --------
    See ``notebooks/data_quality.ipynb``.
    """
    found: dict[str, SeriesQuality | None] = {}
    for row in project.tables["indicators"].itertuples():
        try:
            panel = load_panel(project, row.indicator)
        except DataError:
            found[row.indicator] = None
            continue
        fewest = 0 if pd.isna(row.min_count) else row.min_count
        publishable = panel[panel.n.isna() | ~(panel.n < fewest)]
        relative = panel.attrs["unit"] == "count"
        found[row.indicator] = SeriesQuality(
            panel,
            count_statuses(panel),
            find_outliers(publishable, relative=relative),
            relative,
            find_breaks(panel, season=_SEASONS[row.frequency]),
        )
    return found


def describe_tables(project: Project) -> pd.DataFrame:
    """Return one row a table: rows, filled (share of its cells), unused (columns never filled)."""
    rows = {}
    for name, frame in project.tables.items():
        known = frame.notna()
        rows[name] = {
            "rows": len(frame),
            "filled": known.to_numpy().mean() if frame.size else np.nan,
            "unused": tuple(known.columns[~known.any()]) if len(frame) else (),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("table")


def count_statuses(panel: pd.DataFrame) -> pd.Series:
    """Count the cells of a panel by status, and those without a row."""
    whole = panel.territory.nunique() * panel.period.nunique()
    return pd.concat([panel.status.value_counts(), pd.Series({"absent": whole - len(panel)})])


def find_outliers(
    panel: pd.DataFrame, *, level: float = OUTLYING, relative: bool = False
) -> pd.DataFrame:
    """Find the values far from the other periods of their territory, what periods share aside.

    Each value is held against the mean and the spread of the others of its territory, in which it
    has no part (a studentised deleted residual); the level is shared among all cells (Bonferroni),
    so that a panel where nothing is wrong has an outlier with that probability at most, if its
    noise is normal. `relative` compares logarithms (of one more, for a count may be zero): what
    periods share is then a proportion, where territories of unlike sizes share no number.
    """
    wide = np.log1p(_wide(panel)) if relative else _wide(panel)
    shared = wide.sub(wide.median(axis="columns"), axis="index").median(axis="index")
    own = wide - shared
    known = own.notna()
    others = known.sum(axis="columns").to_numpy()[:, None] - 1
    total, squares = own.sum(axis="columns"), (own**2).sum(axis="columns")
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (total.to_numpy()[:, None] - own) / others
        variance = (squares.to_numpy()[:, None] - own**2 - others * mean**2) / (others - 1)
        distance = (own - mean).abs() / np.sqrt(variance * (1 + 1 / others))
    chance = 2 * t.sf(distance, np.maximum(others - 1, 1)) * known.to_numpy().sum()
    judged = (others >= FEWEST_CHANGES) & (variance > 0)
    back = np.expm1 if relative else (lambda values: values)
    cells = {
        "value": back(wide),
        "expected": back(mean + shared),
        "distance": distance.where(judged & (chance < level)),
    }
    rows = pd.concat({name: part.T.unstack() for name, part in cells.items()}, axis="columns")
    found = rows.dropna(subset="distance").sort_values("distance", ascending=False)
    return found.reset_index()


def find_breaks(
    panel: pd.DataFrame, *, season: int = 1, threshold: float = BREAKING
) -> pd.DataFrame | None:
    """Find the periods at which most territories move at once, unlike at any other.

    `season` is the number of periods in a year: each is compared with the same of the year before,
    and of the periods in a row that one jump moves, the first is kept.
    """
    wide = _wide(panel)
    change = wide.diff(season, axis="columns").median(axis="index").dropna()
    if len(change) < FEWEST_CHANGES:
        return None
    apart = (change - change.median()).abs()
    scale = _NORMAL * apart.median()
    distance = apart / scale if scale > 0 else apart * np.nan
    far = distance > threshold
    first = far & ~far.shift(fill_value=False)
    return pd.DataFrame({"change": change[first], "distance": distance[first]}).reset_index()


def _wide(panel: pd.DataFrame) -> pd.DataFrame:
    values = panel.pivot(index="territory", columns="period", values="value")
    return values.astype("float64").sort_index(axis="columns")
