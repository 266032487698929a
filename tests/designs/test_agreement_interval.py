"""The jackknife against a slow one; both intervals where they meet, and their coverage."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from toolkit.designs import agreement_interval
from toolkit.designs.agreement import krippendorff_alpha
from toolkit.designs.ratings import RatingMatrix


def scored(n, k, icc, rng) -> np.ndarray:
    values = np.sqrt(icc) * rng.normal(size=(n, 1)) + np.sqrt(1 - icc) * rng.normal(size=(n, k))
    return np.searchsorted([-1.5, -0.5, 0.5], values)


def alpha(codes, clusters=None, **options):
    n, k = codes.shape
    own = np.arange(n) if clusters is None else clusters
    matrix = RatingMatrix(codes, np.arange(4), pd.RangeIndex(n), pd.RangeIndex(k), own)
    return krippendorff_alpha(matrix, **options)


@pytest.mark.parametrize("per_cluster", [1, 3])
def test_jackknife_by_leaving_out_for_real(per_cluster):
    codes = scored(12, 4, 0.5, np.random.default_rng(5))
    clusters = np.arange(12) // per_cluster
    result = alpha(codes, clusters)
    n = clusters.max() + 1
    left = np.array([alpha(codes[clusters != g]).value for g in range(n)])
    error = np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum())
    z = np.log((1 + 3 * result.value) / (1 - result.value)) / 2
    slope = (3 / (1 + 3 * result.value) + 1 / (1 - result.value)) / 2
    ends = np.exp(2 * (z + np.array([-1, 1]) * t.ppf(0.975, n - 1) * error * slope))
    assert (result.low, result.high) == pytest.approx(tuple((ends - 1) / (ends + 3)))


def test_blocks_change_nothing(monkeypatch):
    codes = scored(40, 3, 0.5, np.random.default_rng(6))
    whole = [alpha(codes, method=m, draws=300) for m in ("jackknife", "bootstrap")]
    monkeypatch.setattr(agreement_interval, "_CHUNK", 2_000)
    parts = [alpha(codes, method=m, draws=300) for m in ("jackknife", "bootstrap")]
    assert [a.value for a in whole] == [a.value for a in parts]
    assert whole[0].low == pytest.approx(parts[0].low)
    assert whole[1].low == pytest.approx(parts[1].low, abs=1e-12)


def test_with_many_units_both_intervals_say_the_same():
    codes = scored(400, 4, 0.5, np.random.default_rng(7))
    one, two = (alpha(codes, method=m) for m in ("jackknife", "bootstrap"))
    assert (one.low, one.high) == pytest.approx((two.low, two.high), abs=0.01)


def test_coverage_with_few_units():
    """Five units, three raters: the jackknife near 95 %, the bootstrap far below (seeded)."""
    rng = np.random.default_rng(8)
    true = alpha(scored(100_000, 2, 0.5, rng), method="bootstrap", draws=2).value
    hits = {"jackknife": [], "bootstrap": []}
    for _ in range(300):
        codes = scored(5, 3, 0.5, rng)
        results = {m: alpha(codes, method=m, draws=200) for m in hits}
        if results["jackknife"].low is not None:
            for m, a in results.items():
                hits[m].append(a.low <= true <= a.high)
    assert np.mean(hits["jackknife"]) > 0.87
    assert np.mean(hits["bootstrap"]) < 0.85


def test_a_coefficient_below_its_floor_keeps_its_own_scale():
    low, high = agreement_interval._on_fishers_scale(-0.6, 0.3, 3.0)
    assert (low, high) == pytest.approx((-0.9, -0.3))
