"""An event study compares every period with the last before adoption."""

import numpy as np
import pandas as pd
import pytest

from toolkit.designs.event_study import event_study
from toolkit.errors import DesignError


def panel(seed: int, *, n=24, k=2, effect=3.0, trend=0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product([range(n), range(2010, 2018)], names=["territory", "period"])
    frame = grid.to_frame(index=False)
    treated = frame.territory < k
    after = frame.period >= 2014
    frame["adoption"] = np.where(treated, 2014, np.nan)
    frame["value"] = (
        rng.normal(size=len(frame))
        + np.repeat(rng.normal(size=n), 8)
        + treated * (effect * after + trend * (frame.period - 2013))
    )
    return frame


def test_each_coefficient_is_a_difference_of_changes_from_the_reference():
    frame = panel(1)
    study = event_study(frame, outcome="value")
    assert study.table.event_time.tolist() == [-4, -3, -2, 0, 1, 2, 3]
    assert study.n_before == 3
    wide = frame.pivot(index="territory", columns="period", values="value")
    change = wide[2016] - wide[2013]
    row = study.table.set_index("event_time").loc[2]
    assert row.value == pytest.approx(change[:2].mean() - change[2:].mean())
    assert row.low <= row.value <= row.high
    assert row.period == 2016


def test_the_effect_shows_after_and_not_before():
    values = pd.concat([event_study(panel(s), outcome="value").table for s in range(40)])
    mean = values.groupby("event_time").value.mean()
    assert mean[[-4, -3, -2]].abs().max() < 0.6
    assert (mean[[0, 1, 2, 3]] - 3).abs().max() < 0.6


def test_a_trend_of_the_treated_shows_before():
    values = pd.concat([event_study(panel(s, trend=1), outcome="value").table for s in range(40)])
    assert values.groupby("event_time").value.mean()[-4] == pytest.approx(-3, abs=0.6)


def test_the_covariance_is_that_of_the_coefficients_over_many_draws():
    studies = [event_study(panel(s, effect=0), outcome="value", draws=9) for s in range(300)]
    observed = np.cov(np.array([s.table.value for s in studies]), rowvar=False)
    stated = np.mean([s.covariance for s in studies], axis=0)
    assert stated == pytest.approx(observed, abs=0.25)


def test_a_period_without_anybody_to_compare_is_refused():
    frame = panel(1)
    frame.loc[(frame.territory < 2) & (frame.period == 2016), "value"] = np.nan
    with pytest.raises(DesignError, match="2016"):
        event_study(frame, outcome="value")


def test_staggered_adoption_is_refused():
    frame = panel(1)
    frame.loc[frame.territory == 0, "adoption"] = 2015
    with pytest.raises(DesignError, match=r"staggered \(2014, 2015\)"):
        event_study(frame, outcome="value")
