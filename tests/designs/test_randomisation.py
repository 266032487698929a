"""The randomisation test is Fisher's, its interval inverts it, and its size is what it says."""

from itertools import combinations

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
