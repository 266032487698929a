"""An event study compares every period with the last before adoption."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

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


def clustered(seed: int, members: list[int], k: int, *, n_periods=3) -> pd.DataFrame:
    """Draw clusters whose territories share their noise, the first k treated in the last period."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(len(members)), members)
    shared = rng.normal(size=(len(members), n_periods))[cluster]
    grid = pd.MultiIndex.from_product(
        [range(len(cluster)), range(n_periods)], names=["territory", "period"]
    )
    frame = grid.to_frame(index=False).assign(region=np.repeat(cluster, n_periods))
    frame["adoption"] = np.where(frame.region < k, n_periods - 1.0, np.nan)
    frame["value"] = (shared + 0.5 * rng.normal(size=shared.shape)).ravel()
    return frame


def test_clusters_are_assigned_whole():
    members = [1, 3, 2, 2, 4, 1, 3, 2]
    frame = clustered(1, members, 2)
    study = event_study(frame, outcome="value", cluster="region")
    assert study.inference == "randomisation_exact_clusters"
    wide = frame.pivot(index="territory", columns="period", values="value").to_numpy()
    cluster = np.repeat(np.arange(8), members)
    for row, column in zip(study.table.itertuples(), (0, 2), strict=True):
        change = wide[:, column] - wide[:, 1]
        gaps = []
        for pair in combinations(range(8), 2):
            treated = np.isin(cluster, pair)
            gaps.append(change[treated].mean() - change[~treated].mean())
        assert row.value == pytest.approx(gaps[0])
        assert row.p == pytest.approx(np.mean(np.abs(gaps) >= abs(gaps[0]) - 1e-12))
        assert study.smallest_p == pytest.approx(1 / 28)


def test_the_covariance_by_cluster_is_that_of_regressions_on_a_constant():
    frame = clustered(2, [2, 3, 1, 2] * 6, 12, n_periods=4)
    study = event_study(frame, outcome="value", cluster="region", draws=19)
    assert study.inference == "wild_clusters"
    wide = frame.pivot(index="territory", columns="period", values="value")
    first = frame.groupby("territory")[["region", "adoption"]].first()
    changes = wide[[0, 1, 3]].sub(wide[2], axis=0)
    for weights in np.vstack([np.eye(3), [1, 1, 0], [1, 0, -1]]):
        variance = 0.0
        for treated in (True, False):
            own = first[first.adoption.notna() == treated]
            fit = sm.OLS((changes.loc[own.index] @ weights).to_numpy(), np.ones(len(own))).fit(
                cov_type="cluster", cov_kwds={"groups": own.region.to_numpy()}
            )
            variance += fit.cov_params()[0, 0]
        assert weights @ study.covariance @ weights == pytest.approx(variance)


@pytest.mark.parametrize("k", [2, 12])
def test_territories_each_a_cluster_change_nothing_but_the_name(k):
    frame = panel(3, k=k).assign(own=lambda p: p.territory)
    plain, own = (event_study(frame, outcome="value", cluster=c, draws=99) for c in (None, "own"))
    pd.testing.assert_frame_equal(plain.table, own.table)
    assert own.covariance == pytest.approx(plain.covariance)
    assert own.inference == f"{plain.inference}_clusters"


def test_by_cluster_the_size_holds_where_territories_share_their_noise():
    """400 panels: two standard errors are 2.2 points."""
    p = {"region": [], None: []}
    for seed in range(400):
        frame = clustered(seed, [3] * 20, 2)
        for cluster in p if seed < 80 else ["region"]:
            study = event_study(frame, outcome="value", cluster=cluster, draws=199)
            p[cluster].append(study.table.p.iloc[-1])
    assert 0.025 < np.mean(np.array(p["region"]) <= 0.05) < 0.075
    assert np.mean(np.array(p[None]) <= 0.05) > 0.15


def test_a_cluster_treated_in_part_is_refused():
    frame = clustered(1, [2] * 6, 1)
    frame.loc[frame.territory == 0, "adoption"] = np.nan
    with pytest.raises(DesignError, match="differ in adoption: 0"):
        event_study(frame, outcome="value", cluster="region")
