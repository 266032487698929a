"""How treated and comparison part over time: what the checks of parallel trends read.

Months and quarters are many for the territories there are: the outcome is averaged over years since
adoption first, so that the covariance of the coefficients can be estimated and a trend shows.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit.designs.event_study import event_study
from toolkit.designs.staggered import Staggered
from toolkit.study.protocol import Protocol
from toolkit.study.sample import Sample

# Coefficients further from adoption than this rest on few cohorts, and leave the checks unchanged.
_MOST_BEFORE, _MOST_AFTER = 6, 8


@dataclass(frozen=True, eq=False)
class Events:
    """Coefficients around adoption, the last period before it being the reference.

    Attributes
    ----------
    frame : DataFrame
        event_time (of `length` periods each, 0 the first after adoption), value, low, high, in the
        outcome's unit, sorted; the reference is left out.
    covariance : ndarray, shape (n_coefficients, n_coefficients)
    length : int
        Periods of the panel in one event time.
    """

    frame: pd.DataFrame
    covariance: np.ndarray
    length: int

    @property
    def n_before(self) -> int:
        """How many coefficients stand before adoption."""
        return int((self.frame.event_time < -1).sum())

    @property
    def before(self) -> tuple[np.ndarray, np.ndarray]:
        """Values and covariance of the coefficients before adoption."""
        n = self.n_before
        return self.frame.value.to_numpy()[:n], self.covariance[:n, :n]


def events_of_one_adoption(protocol: Protocol, sample: Sample) -> Events:
    """Return the event study of a sample with one adoption date, by years since adoption."""
    panel = sample.panel
    periods = np.sort(panel.period.unique())
    adoption = panel.adoption.dropna().iloc[0]
    length = sample.periods_a_year
    since = pd.Series(np.arange(len(periods)) - np.searchsorted(periods, adoption), periods)
    blocks = since // length
    whole = blocks.map(blocks.value_counts()) == length
    kept = panel[panel.period.map(whole)]
    block = kept.period.map(blocks)
    averaged = kept.groupby(["territory", block], as_index=False).agg(value=("value", "mean"))
    treated = set(sample.treated)
    averaged["adoption"] = np.where(averaged.territory.isin(treated), 0.0, np.nan)
    has_size = "size" in panel
    if has_size:
        averaged["size"] = averaged.territory.map(panel.groupby("territory")["size"].mean())
    if "cluster" in panel:
        averaged["cluster"] = averaged.territory.map(panel.groupby("territory").cluster.first())
    found = event_study(
        averaged,
        outcome="value",
        size="size" if has_size else None,
        cluster="cluster" if "cluster" in panel else None,
        level=protocol.thresholds.level,
        seed=protocol.seed,
    )
    return Events(found.table[["event_time", "value", "low", "high"]], found.covariance, length)


def events_of_several_adoptions(protocol: Protocol, effects: Staggered) -> Events:
    """Return the effects by time since adoption, near enough to it to rest on several cohorts."""
    rng = np.random.default_rng(protocol.seed)
    found = effects.event_times(rng=rng, level=protocol.thresholds.level)
    time = found.frame.event_time
    near = time.between(-_MOST_BEFORE - 1, _MOST_AFTER - 1) & (time != -1)
    frame = found.frame.loc[near, ["event_time", "value", "low", "high"]].reset_index(drop=True)
    rows = np.flatnonzero(near)
    return Events(frame, found.covariance[np.ix_(rows, rows)], 1)
