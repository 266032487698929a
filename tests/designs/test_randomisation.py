"""The randomisation test is Fisher's, its interval inverts it, and its size is what it says."""

from itertools import combinations
from math import comb

import numpy as np
import pytest

from toolkit.designs.randomisation import randomisation, size_adjusted


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def direct(changes: np.ndarray, treated: np.ndarray, effect: float) -> float:
    """Second implementation: list every assignment, one by one."""
    left = changes - effect * treated
    observed = abs(left[treated].mean() - left[~treated].mean())
    count = total = 0
    for chosen in combinations(range(len(left)), int(treated.sum())):
        mask = np.zeros(len(left), bool)
        mask[list(chosen)] = True
        count += abs(left[mask].mean() - left[~mask].mean()) >= observed * (1 - 1e-9)
        total += 1
    return count / total


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("k", [1, 2, 4])
def test_p_and_interval_equal_listing_every_assignment(seed, k):
    changes = rng(seed).normal(size=11)
    treated = np.arange(11) < k
    changes[treated] += 1
    level = 0.8
    test = randomisation(changes, treated, rng=rng(), level=level)
    assert test.exact
    assert test.p == pytest.approx(direct(changes, treated, 0))
    step = 1e-6
    for end, out in ((test.low, -step), (test.high, step)):
        assert direct(changes, treated, end - out) > 1 - level + 1e-9
        assert direct(changes, treated, end + out) <= 1 - level + 1e-9


def test_the_smallest_p_of_one_of_101_is_one_in_101():
    changes = rng().normal(size=101)
    changes[0] = 100
    test = randomisation(changes, np.arange(101) < 1, rng=rng())
    assert test.p == test.smallest_p == pytest.approx(1 / 101)


def test_with_half_treated_the_mirror_is_as_extreme():
    changes = np.arange(6.0) ** 3
    test = randomisation(changes, np.arange(6) >= 3, rng=rng())
    assert test.p == test.smallest_p == pytest.approx(2 / 20)


def test_too_few_assignments_leave_the_interval_unbounded():
    """One of ten: the smallest p is 0.1, so nothing is ever rejected at 5 %."""
    test = randomisation(rng().normal(size=10), np.arange(10) < 1, rng=rng())
    assert (test.low, test.high) == (-np.inf, np.inf)


def test_draws_stand_for_a_list_too_long_and_the_seed_settles_them():
    changes, treated = rng().normal(size=60), np.arange(60) < 6
    first, again = (randomisation(changes, treated, rng=rng(7), draws=2000) for _ in range(2))
    assert first == again
    assert not first.exact
    assert first.smallest_p == pytest.approx(1 / 2001)
    other = randomisation(changes, treated, rng=rng(8), draws=2000)
    assert other.p == pytest.approx(first.p, abs=0.05)


def rejections(test, *, which: str, k: int, repeats: int, by_size: bool) -> float:
    """Share of true nulls rejected at 5 %: 100 territories, variance 0.2 + 1 / size."""
    draw = rng(20131107)
    size = np.exp(draw.normal(size=100))
    order = np.argsort(size)
    pool = {"any": order, "smallest": order[:10], "largest": order[-10:]}[which]
    scale = np.sqrt(0.2 + 1 / size)
    count = 0
    for _ in range(repeats):
        treated = np.zeros(100, bool)
        treated[draw.choice(pool, k, replace=False)] = True
        changes = scale * draw.normal(size=100)
        arguments = (changes, treated, size) if by_size else (changes, treated)
        count += test(*arguments, rng=draw, draws=499).p <= 0.05
    return count / repeats


def test_plain_randomisation_fails_where_territories_differ_in_size():
    """The reason for the adjustment: the smallest decile rejects far too often."""
    share = rejections(randomisation, which="smallest", k=5, repeats=300, by_size=False)
    assert share > 0.15


@pytest.mark.parametrize("which", ["any", "smallest", "largest"])
@pytest.mark.parametrize("k", [1, 3, 10])
def test_adjusted_for_size_it_rejects_a_true_null_about_as_often_as_it_says(which, k):
    """400 repeats: two Monte Carlo standard errors are 2.2 points around 5 %."""
    share = rejections(size_adjusted, which=which, k=k, repeats=400, by_size=True)
    assert 0.02 <= share <= 0.09


def test_the_adjusted_interval_covers_the_effect():
    draw = rng(5)
    size = np.exp(draw.normal(size=80))
    covered = 0
    for _ in range(300):
        changes = np.sqrt(0.2 + 1 / size) * draw.normal(size=80)
        treated = np.zeros(80, bool)
        treated[draw.choice(80, 3, replace=False)] = True
        changes[treated] += 2
        test = size_adjusted(changes, treated, size, rng=draw, draws=499)
        covered += test.low <= 2 <= test.high
    assert 0.91 <= covered / 300 <= 0.98


# Clusters treated as a whole.

CLUSTERS = np.array([0, 0, 0, 1, 1, 2, 3, 3, 3, 3, 4, 4, 5])


def direct_clusters(changes, treated, clusters, effect):
    """Second implementation: treat every set of as many clusters, one by one."""
    left = changes - effect * treated
    names = np.unique(clusters)
    gaps = []
    for chosen in combinations(names, len(np.unique(clusters[treated]))):
        mask = np.isin(clusters, chosen)
        gaps.append(abs(left[mask].mean() - left[~mask].mean()))
    observed = abs(left[treated].mean() - left[~treated].mean())
    return np.mean(np.array(gaps) >= observed * (1 - 1e-9))


@pytest.mark.parametrize("chosen", [[0], [1, 3], [2, 4, 5]])
@pytest.mark.parametrize("seed", range(4))
def test_clusters_give_the_p_and_interval_of_listing_every_set_of_clusters(chosen, seed):
    changes = rng(seed).normal(size=len(CLUSTERS))
    treated = np.isin(CLUSTERS, chosen)
    changes[treated] += 1
    level = 0.8 if len(chosen) == 1 else 0.7
    test = randomisation(changes, treated, clusters=CLUSTERS, rng=rng(), level=level)
    assert test.n_assignments == comb(6, len(chosen))
    assert test.p == pytest.approx(direct_clusters(changes, treated, CLUSTERS, 0))
    step = 1e-6
    for end, out in ((test.low, -step), (test.high, step)):
        assert np.isfinite(end)
        assert direct_clusters(changes, treated, CLUSTERS, end - out) > 1 - level + 1e-9
        assert direct_clusters(changes, treated, CLUSTERS, end + out) <= 1 - level + 1e-9


def test_clusters_of_one_territory_change_nothing():
    changes, treated = rng().normal(size=30), np.arange(30) < 4
    sizes = np.exp(rng(2).normal(size=30))
    alone = rng(3).permutation(30)
    plain = randomisation(changes, treated, rng=rng())
    apart = randomisation(changes, treated, clusters=alone, rng=rng())
    assert (apart.p, apart.low, apart.high) == pytest.approx((plain.p, plain.low, plain.high))
    settings = {"rng": rng(), "draws": 5_000}
    adjusted = size_adjusted(changes, treated, sizes, **settings)
    apart = size_adjusted(changes, treated, sizes, clusters=alone, **settings)
    assert apart.p == pytest.approx(adjusted.p, abs=0.03)


def clustered(draw, size, clusters, treated_clusters, by_size):
    """Noise shared by a cluster beside that of each territory; who is treated."""
    scale = np.sqrt(0.2 + 1 / size) if by_size else np.ones(len(size))
    changes = draw.normal(size=clusters.max() + 1)[clusters] + scale * draw.normal(size=len(size))
    return changes, np.isin(clusters, treated_clusters)


def test_ignoring_clusters_rejects_too_often_and_permuting_them_does_not():
    """600 repeats, 20 clusters of 5: two Monte Carlo standard errors are 1.8 points at 5 %."""
    draw = rng(9)
    clusters, count = np.repeat(np.arange(20), 5), np.zeros(2)
    for _ in range(600):
        chosen = draw.choice(20, 3, replace=False)
        changes, treated = clustered(draw, np.ones(100), clusters, chosen, False)
        for k, own in enumerate((None, clusters)):
            test = randomisation(changes, treated, clusters=own, rng=draw, draws=299)
            count[k] += test.p <= 0.05
    assert count[0] / 600 > 0.2
    assert 0.03 <= count[1] / 600 <= 0.08


def test_adjusted_for_size_by_cluster_it_keeps_its_size():
    """40 clusters of 1 to 6; three of the ten whose mean is noisiest by design are treated."""
    draw = rng(11)
    clusters, count = np.repeat(np.arange(40), np.resize([1, 2, 3, 6], 40)), np.zeros(2)
    for _ in range(400):
        size = np.exp(draw.normal(size=len(clusters)))
        noisy = np.bincount(clusters, 1 / size) / np.bincount(clusters) ** 2
        chosen = draw.choice(np.argsort(noisy)[-10:], 3, replace=False)
        changes, treated = clustered(draw, size, clusters, chosen, True)
        options = {"clusters": clusters, "rng": draw, "draws": 299}
        count[0] += randomisation(changes, treated, **options).p <= 0.05
        count[1] += size_adjusted(changes, treated, size, **options).p <= 0.05
    assert count[0] / 400 > 0.1
    assert 0.02 <= count[1] / 400 <= 0.09


def test_adjusted_for_size_too_the_smallest_p_is_that_of_the_assignments():
    """One of ten: however large its change, chance alone ranks it first one time in ten."""
    changes = rng().normal(size=10)
    changes[0] = 100
    test = size_adjusted(changes, np.arange(10) < 1, np.ones(10), rng=rng(), draws=4_999)
    assert test.smallest_p == pytest.approx(1 / 10)
    assert test.p == pytest.approx(1 / 10, abs=0.02)
    assert (test.low, test.high) == (-np.inf, np.inf)


@pytest.mark.parametrize("treated", [1, 5])
def test_sizes_alike_adjust_nothing(treated):
    changes, who = rng(3).normal(size=24), np.arange(24) < treated
    plain = randomisation(changes, who, rng=rng())
    adjusted = size_adjusted(changes, who, np.full(24, 7.0), rng=rng(), draws=40_000)
    assert adjusted.p == pytest.approx(plain.p, abs=0.01)
    assert adjusted.high == pytest.approx(plain.high, rel=0.05)


@pytest.mark.parametrize(("treated", "said"), [([0, 1], True), ([0, 20], False), ([38, 39], True)])
def test_noise_of_treated_beyond_all_others_is_said_to_be_extrapolated(treated, said):
    who = np.isin(np.arange(40), treated)
    test = size_adjusted(rng().normal(size=40), who, np.arange(1.0, 41), rng=rng(), draws=9)
    assert test.extrapolated == said


@pytest.mark.parametrize(("n", "k"), [(2, 1), (5, 1), (10, 1), (10, 2)])
def test_by_size_no_p_lies_below_what_the_numbers_allow(n, k):
    """However clear the effect: who keeps its own change is as extreme as what happened."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        changes, treated = rng.normal(size=n), np.arange(n) < k
        changes[treated] += 1000
        found = size_adjusted(changes, treated, rng.lognormal(size=n), rng=rng, draws=499)
        assert found.smallest_p == 1 / comb(n, k)
        assert found.p >= found.smallest_p
        # Told from zero by the test where its interval leaves zero out, and only there.
        assert (found.p <= 0.05) == (not found.low <= 0 <= found.high)


def test_by_size_without_noise_it_is_plain_randomisation():
    changes, treated = np.array([1.0, 0, 0, 0, 0]), np.arange(5) < 1
    found = size_adjusted(
        changes, treated, np.arange(1.0, 6), rng=np.random.default_rng(1), draws=499
    )
    assert found.p == pytest.approx(0.2, abs=0.04)
    assert (found.low, found.high) == (-np.inf, np.inf)
