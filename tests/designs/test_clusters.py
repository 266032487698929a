"""Clusters that adopt as a whole: adoptions dealt out whole, usual errors by cluster."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from toolkit.designs.clusters import clusters_of
from toolkit.designs.staggered import staggered
from toolkit.designs.staggered_result import KINDS
from toolkit.errors import DesignError


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def panel(seed: int, members: list[int], adoption: list, *, n_periods=4, shared=0.0, gaps=0.0):
    """Simulate clusters of so many territories that adopt at these periods; effect 1."""
    draw = rng(seed)
    cluster = np.repeat(np.arange(len(members)), members)
    n = len(cluster)
    frame = pd.MultiIndex.from_product(
        [range(n), range(1, n_periods + 1)], names=["territory", "period"]
    ).to_frame(index=False)
    frame["region"] = [f"r{c}" for c in np.repeat(cluster, n_periods)]
    frame["adoption"] = np.repeat(np.array(adoption, float)[cluster], n_periods)
    common = shared * draw.normal(size=(len(members), n_periods))[cluster]
    frame["y"] = (common + draw.normal(size=(n, n_periods))).ravel()
    frame["y"] += frame.period >= frame.adoption
    frame["y"] = frame.y.mask(draw.random(len(frame)) < gaps)
    return frame


def run(frame: pd.DataFrame, **options):
    return staggered(frame, outcome="y", **({"cluster": "region"} | options))


NEVER = np.nan
MEMBERS = {"alike": [2] * 6, "unlike": [1, 3, 2, 1, 2, 4]}
ADOPTION = [2, NEVER, 3, NEVER, NEVER, 2]


def average(wide: np.ndarray, first: np.ndarray, kind: str) -> float:
    """Average the cells by hand: never treated as comparison, each territory counted alike."""
    never, cells = first == 0, []
    for g in sorted({*first} - {0}):
        for t in range(int(g), wide.shape[1] + 1):
            change = wide[:, t - 1] - wide[:, int(g) - 2]
            label = {"simple": 0, "group": g, "dynamic": t - g, "calendar": t}[kind]
            gap = change[first == g].mean() - change[never].mean()
            cells.append((label, gap, 1 if kind == "group" else np.sum(first == g)))
    labels, gaps, weights = map(np.array, zip(*cells, strict=True))
    buckets = np.unique(labels)
    means = [np.average(gaps[labels == b], weights=weights[labels == b]) for b in buckets]
    between = [np.sum(first == b) if kind == "group" else 1 for b in buckets]
    return float(np.average(means, weights=between))


def listed(frame: pd.DataFrame, kind: str, effect: float) -> float:
    """Deal the adoptions out to the clusters in every way; estimate each panel anew."""
    left = frame.assign(y=frame.y - effect * (frame.period >= frame.adoption))
    wide = left.pivot(index="territory", columns="period", values="y").to_numpy()
    cluster = frame.groupby("territory").region.first().str[1:].astype(int).to_numpy()
    dates = tuple(np.nan_to_num(ADOPTION))
    values = {way: average(wide, np.array(way)[cluster], kind) for way in permutations(dates)}
    return float(np.mean(np.abs([*values.values()]) >= abs(values[dates]) - 1e-10))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("members", MEMBERS)
def test_p_and_interval_equal_listing_every_deal(kind, members):
    frame = panel(3, MEMBERS[members], ADOPTION)
    estimate = run(frame).aggregate(kind, level=0.7)
    assert estimate.inference == "placebo_clusters"
    assert estimate.smallest_p == pytest.approx(1 / 60)
    plain = staggered(frame, outcome="y").aggregate(kind, rng=rng(), draws=1)
    assert estimate.value == pytest.approx(plain.value)
    assert estimate.p == pytest.approx(listed(frame, kind, 0))
    for end, out in ((estimate.low, -1e-6), (estimate.high, 1e-6)):
        assert np.isfinite(end)
        assert listed(frame, kind, end - out) > 0.3 + 1e-9
        assert listed(frame, kind, end + out) <= 0.3 + 1e-9


@pytest.mark.parametrize("gaps", [0, 0.1])
def test_clusters_of_one_change_nothing(gaps):
    frame = panel(2, [1] * 14, [3, 3, 4, *[NEVER] * 11], n_periods=6, gaps=gaps)
    plain = run(frame, cluster=None).aggregate()
    apart = run(frame).aggregate()
    assert (apart.p, apart.low, apart.high) == pytest.approx((plain.p, plain.low, plain.high))
    pd.testing.assert_frame_equal(run(frame).cells, run(frame, cluster=None).cells)


def test_ignoring_clusters_rejects_too_often_and_dealing_them_out_does_not():
    """200 panels, 15 clusters of 4, 3 of them treated: two standard errors are 3.1 points."""
    count = np.zeros(2)
    for seed in range(200):
        frame = panel(seed, [4] * 15, [3, 3, 4, *[NEVER] * 12], n_periods=5, shared=1.0)
        frame["y"] -= frame.period >= frame.adoption
        for k, cluster in enumerate((None, "region")):
            estimate = run(frame, cluster=cluster).aggregate(rng=rng(seed), draws=199)
            count[k] += estimate.p <= 0.05
    assert count[0] / 200 > 0.15
    assert 0.02 <= count[1] / 200 <= 0.09


def test_adjusted_for_size_by_cluster():
    """One mean path a cluster: with clusters alike and sizes alike it is the plain test."""
    frame = panel(4, [2] * 16, [3, 3, 4, *[NEVER] * 13], n_periods=6).assign(size=5)
    plain = run(frame).aggregate(rng=rng())
    adjusted = run(frame, size="size").aggregate(rng=rng(), draws=20_000)
    assert adjusted.inference == "size_adjusted_clusters"
    assert adjusted.value == pytest.approx(plain.value)
    assert adjusted.p == pytest.approx(plain.p, abs=0.015)
    assert adjusted.high == pytest.approx(plain.high, abs=0.1)
    gap = frame.assign(y=frame.y.mask(frame.index == 3))
    with pytest.raises(DesignError, match="allows neither missing values nor covariates"):
        run(gap, size="size").aggregate(rng=rng())


def test_usual_errors_are_by_cluster():
    """Two copies of every territory in a cluster tell no more than one."""
    single = panel(5, [1] * 20, [3, 3, 3, 4, 4, 4, *[NEVER] * 14], n_periods=5)
    double = pd.concat([single, single.assign(territory=single.territory + 100)])
    one, two = run(single), run(double)
    np.testing.assert_allclose(two.cells[["value", "se"]], one.cells[["value", "se"]])
    estimates = [effects.aggregate(inference="analytic") for effects in (one, two)]
    assert estimates[1].low == pytest.approx(estimates[0].low)
    assert estimates[1].cautions == ("few_treated",)
    few = panel(5, [3] * 8, [3, 3, 4, 4, *[NEVER] * 4], n_periods=5)
    with pytest.raises(DesignError, match=r"adoption: 4\. .* ask for inference"):
        run(few).aggregate(inference="analytic")


def test_a_cluster_is_named_where_it_is_treated_in_part():
    frame = panel(1, [2, 2, 2], [2, NEVER, NEVER])
    frame.loc[frame.territory == 1, "adoption"] = 3
    frame.loc[frame.territory == 4, "adoption"] = 2
    with pytest.raises(DesignError, match=r"differ in adoption: r0, r2\. A cluster treated"):
        run(frame)


def test_clusters_are_counted_in_the_order_of_their_names():
    frame = pd.DataFrame({"u": [1, 1, 2, 3], "c": ["b", "b", "a", "b"]})
    found = clusters_of(
        frame,
        cluster="c",
        territory="u",
        territories=np.array([3, 2, 1]),
        adoption=np.array([4, 9, 4]),
    )
    assert found.tolist() == [1, 0, 1]
