"""Adjusted p-values hold the family-wise error, and lose less power than Bonferroni."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from toolkit.designs.multiple_outcomes import possible_assignments, romano_wolf
from toolkit.designs.randomisation import randomisation
from toolkit.errors import DesignError


def first(k: int, n: int) -> np.ndarray:
    return np.arange(n) < k


def outcomes(seed: int, *, n=12, k=3, m=4, shared=0.0, effects=0.0) -> np.ndarray:
    """Unit noise; `shared` is the correlation of any two outcomes."""
    rng = np.random.default_rng(seed)
    noise = np.sqrt(shared) * rng.normal(size=(n, 1)) + np.sqrt(1 - shared) * rng.normal(
        size=(n, m)
    )
    return noise + first(k, n)[:, None] * effects


def adjusted(changes, treated, draws=999) -> pd.DataFrame:
    return romano_wolf(changes, treated, seed=0, draws=draws)


def slowly(changes: np.ndarray, treated: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By the definition: Student's t of every assignment, the outcomes rejected taken away."""
    n, m = changes.shape

    def student(members) -> list[float]:
        inside = np.isin(np.arange(n), members)
        return [abs(ttest_ind(c[inside], c[~inside]).statistic) for c in changes.T]

    own = np.array(student(np.flatnonzero(treated)))
    others = np.array([student(a) for a in combinations(range(n), int(treated.sum()))])
    raw = (others >= own - 1e-9).mean(axis=0)
    left, highest, result = list(range(m)), 0.0, np.zeros(m)
    while left:
        leader = max(left, key=lambda j: own[j])
        reached = (others[:, left].max(axis=1) >= own[leader] - 1e-9).mean()
        highest = result[leader] = max(highest, reached)
        left.remove(leader)
    return raw, result


@pytest.mark.parametrize(("seed", "k"), [(1, 2), (2, 3), (3, 4), (4, 3)])
def test_a_slow_implementation_with_students_t_agrees(seed, k):
    changes = outcomes(seed, n=7, k=k, m=3, shared=0.4, effects=[2, 0, 1]) * [1, 100, 0.01]
    raw, family = slowly(changes, first(k, 7))
    result = adjusted(changes, first(k, 7))
    assert result.p.to_numpy() == pytest.approx(raw, abs=1e-12)
    assert result.p_adjusted.to_numpy() == pytest.approx(family, abs=1e-12)


@pytest.mark.parametrize(("n", "k"), [(12, 3), (60, 9)])  # listed, drawn
def test_one_outcome_has_the_p_of_randomisation(n, k):
    changes = outcomes(5, n=n, k=k, m=1, effects=0.6)
    alone = randomisation(changes[:, 0], first(k, n), rng=np.random.default_rng(0), draws=999)
    result = adjusted(changes, first(k, n)).iloc[0]
    assert result.p == result.p_adjusted == pytest.approx(alone.p, abs=1e-12)
    assert result.value == changes[:k].mean() - changes[k:].mean()


@pytest.mark.parametrize("seed", range(20))
def test_adjusted_p_is_never_smaller_and_keeps_the_order(seed):
    changes = outcomes(seed, m=6, shared=0.3, effects=[3, 2, 1, 0, 0, 0])
    result = adjusted(changes, first(3, 12))
    assert (result.p_adjusted >= result.p).all()
    assert result.p_adjusted.max() <= 1
    order = np.argsort(-np.abs(result.value.to_numpy()) / changes.std(axis=0))
    assert result.p_adjusted.iloc[order].is_monotonic_increasing


def test_copies_of_one_outcome_cost_nothing():
    changes = outcomes(8, m=1, effects=1.5) * [1, -10, 0.1] + [0, 5, 1e3]
    result = adjusted(changes, first(3, 12))
    assert result.p_adjusted.to_numpy() == pytest.approx(result.p.iloc[0], abs=1e-12)


@pytest.mark.parametrize("shared", [0.0, 1.0])
def test_the_family_wise_error_is_held_when_nothing_happened(shared):
    smallest = [
        adjusted(outcomes(s, m=5, shared=shared), first(3, 12)).p_adjusted.min() for s in range(600)
    ]
    # Standard error of a share of 5 % over 600: 0.9 %.
    assert 0.025 <= np.mean(np.array(smallest) <= 0.05) <= 0.075


def test_the_family_wise_error_is_held_beside_a_true_effect():
    smallest = [
        adjusted(outcomes(s, m=4, effects=[6, 0, 0, 0]), first(3, 12)).p_adjusted.iloc[1:].min()
        for s in range(600)
    ]
    assert np.mean(np.array(smallest) <= 0.05) <= 0.075


def test_more_power_than_bonferroni_when_outcomes_move_together():
    found, bonferroni = [], []
    for seed in range(60):
        changes = outcomes(seed, n=16, k=4, m=10, shared=0.9, effects=1.5)
        result = adjusted(changes, first(4, 16))
        found.append((result.p_adjusted <= 0.05).mean())
        bonferroni.append((result.p * 10 <= 0.05).mean())
    assert np.mean(found) > np.mean(bonferroni) + 0.1


def test_the_names_and_the_order_of_the_columns_are_kept_and_the_data_too():
    frame = pd.DataFrame(outcomes(1, m=3, effects=[0, 5, 1]), columns=["delay", "trust", "cost"])
    before = frame.copy()
    result = adjusted(frame, first(3, 12))
    assert list(result.index) == ["delay", "trust", "cost"]
    assert list(result.columns) == ["value", "p", "p_adjusted"]
    assert result.p.idxmin() == "trust"
    pd.testing.assert_frame_equal(frame, before)


def test_draws_follow_the_seed_and_never_give_zero():
    changes = outcomes(1, n=60, k=9, m=3, effects=9)
    once, again = (adjusted(changes, first(9, 60), draws=199) for _ in range(2))
    pd.testing.assert_frame_equal(once, again)
    assert once.p_adjusted.to_numpy() == pytest.approx(1 / 200)
    rows = possible_assignments(first(9, 60), rng=np.random.default_rng(0), draws=199)
    assert rows.shape == (200, 9)
    assert set(rows[0]) == set(range(9))


def spoilt(row: int, column: int, value: float) -> np.ndarray:
    changes = outcomes(1)
    changes[row, column] = value
    return changes


@pytest.mark.parametrize(
    ("changes", "treated", "message"),
    [
        (spoilt(7, 2, np.nan), first(3, 12), r"'2'.* 1 .*\(7\)|«\u00a02\u00a0».* 1 .*\(7\)"),
        (spoilt(4, 1, np.inf), first(3, 12), r"1.*\(4\)"),
        (np.column_stack([outcomes(1), np.full(12, 3.5)]), first(3, 12), r"3\.5"),
        (outcomes(1), first(3, 11), r"\(12, 4\).*\(11,\)"),
        (outcomes(1)[:, :0], first(3, 12), r"\(12, 0\)"),
        (outcomes(1), first(0, 12), r"0 .*12"),
        (outcomes(1), first(12, 12), r"12 .*12"),
    ],
)
def test_says_what_is_wrong(changes, treated, message):
    with pytest.raises(DesignError, match=message):
        adjusted(changes, treated)


def test_a_seed_or_draws_that_are_none_are_refused_beside_the_data():
    for options, message in (
        ({"seed": None}, "seed is None"),
        ({"seed": -1, "draws": 0}, r"seed is -1.*\ndraws is 0.*\n.*missing"),
    ):
        with pytest.raises(DesignError, match=message):
            romano_wolf(spoilt(7, 2, np.nan), first(3, 12), **options)


def test_all_faults_come_at_once():
    changes = spoilt(7, 2, np.nan)
    changes[:6, 0] = np.nan
    with pytest.raises(DesignError) as caught:
        adjusted(changes, first(3, 12))
    assert len(str(caught.value).splitlines()) == 2
    assert "(0, 1, 2, 3, 4, …)" in str(caught.value)
