"""Comparison territories are the nearest, always the same, and their balance is shown."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.designs.comparison import Comparison, choose_comparison
from toolkit.errors import DesignError


def lines(**levels_and_slopes: tuple[float, float]) -> pd.DataFrame:
    """Return four periods of straight lines: level is the mean, slope the change a period."""
    rows = [
        (name, 2010 + t, level + slope * (t - 1.5))
        for name, (level, slope) in levels_and_slopes.items()
        for t in range(4)
    ]
    return pd.DataFrame(rows, columns=["territory", "period", "y"])


def noisy(seed: int, *, n=30, periods=6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    names = [f"c{i:02}" for i in range(n)]
    grid = pd.MultiIndex.from_product([names, range(periods)], names=["territory", "period"])
    frame = grid.to_frame(index=False)
    frame["y"] = rng.normal(size=n).repeat(periods) + rng.normal(size=len(frame))
    frame["x"] = rng.normal(size=n).repeat(periods)
    return frame


# Levels 0, 1, 2, 4 and slopes 0 but for e: the standard deviations are those of five lines.
FIVE = {"a": (0, 0), "b": (1, 0), "c": (2, 0), "d": (4, 0), "e": (0, 1)}


def choose(panel: pd.DataFrame, treated=("a",), **options) -> Comparison:
    return choose_comparison(panel, outcome="y", treated=treated, **options)


def test_the_nearest_are_chosen_with_their_distances():
    found = choose(lines(**FIVE), n_per_treated=4).chosen
    level, slope = np.std([0, 1, 2, 4, 0]), np.std([0, 0, 0, 0, 1])
    assert list(found.territory) == ["b", "c", "e", "d"]
    assert list(found["rank"]) == [1, 2, 3, 4]
    expected = [1 / level, 2 / level, 1 / slope, 4 / level]
    assert found.distance.to_numpy() == pytest.approx(expected)


def test_balance_is_in_standard_deviations_of_the_candidates():
    result = choose(lines(**FIVE), n_per_treated=2)
    assert result.territories == ("b", "c")
    assert result.n_candidates == 4
    level, trend = result.balance.to_dict("records")
    assert (level["feature"], trend["feature"]) == ("level", "trend")
    assert (level["treated"], level["candidates"], level["chosen"]) == (0, 1.75, 1.5)
    spread = np.std([1, 2, 4, 0], ddof=1)
    assert level["difference_before"] == pytest.approx(-1.75 / spread)
    assert level["difference_after"] == pytest.approx(-1.5 / spread)
    assert trend["candidates"] == pytest.approx(0.25)
    assert trend["difference_before"] == pytest.approx(-0.5)
    assert trend["difference_after"] == pytest.approx(0)


def test_the_figure_has_a_mean_per_period_of_each_group():
    result = choose(lines(**FIVE), n_per_treated=2)
    assert list(result.trajectories.period) == [2010, 2011, 2012, 2013]
    assert list(result.trajectories.treated) == [0, 0, 0, 0]
    assert list(result.trajectories.chosen) == [1.5] * 4
    expected = 1.75 + np.array([-1.5, -0.5, 0.5, 1.5]) / 4
    assert result.trajectories.candidates.to_numpy() == pytest.approx(expected)


def test_only_the_periods_before_are_read():
    panel = lines(**FIVE)
    after = panel.assign(period=panel.period + 4, y=-100 * panel.y)
    both = choose(pd.concat([panel, after]), before=2014, n_per_treated=2)
    alone = choose(panel, n_per_treated=2)
    pd.testing.assert_frame_equal(both.chosen, alone.chosen)
    pd.testing.assert_frame_equal(both.trajectories, alone.trajectories)


def test_a_covariate_counts_as_much_as_the_level():
    panel = lines(a=(0, 0), b=(1, 0), c=(2, 0), d=(3, 1))
    panel["x"] = panel.territory.map({"a": 0.0, "b": 9.0, "c": 0.0, "d": 3.0})
    assert choose(panel, n_per_treated=1).territories == ("b",)
    found = choose(panel, n_per_treated=1, covariates=["x"])
    assert found.territories == ("c",)
    assert list(found.balance.feature) == ["level", "trend", "x"]
    assert found.balance.difference_after[2] == 0


def test_ties_go_by_name_and_the_excluded_are_never_chosen():
    panel = lines(m=(0, 0), z=(1, 0), b=(-1, 0), q=(1, 0), far=(5, 2))
    assert list(choose(panel, ["m"], n_per_treated=2).chosen.territory) == ["b", "q"]
    left = choose(panel, ["m"], n_per_treated=2, exclude=["b"])
    assert list(left.chosen.territory) == ["q", "z"]
    assert left.n_candidates == 3


def test_without_replacement_the_nearest_pair_comes_first():
    panel = lines(a=(0, 0), b=(1, 0), p=(1.1, 0), q=(3, 0), r=(9, 1))
    shared = choose(panel, ["a", "b"], n_per_treated=1)
    assert list(shared.chosen.territory) == ["p", "p"]
    assert shared.territories == ("p",)
    once = choose(panel, ["b", "a"], n_per_treated=1, replacement=False)
    assert list(zip(once.chosen.treated, once.chosen.territory, strict=True)) == [
        ("a", "q"),
        ("b", "p"),
    ]


def test_a_candidate_with_a_gap_is_left_out():
    panel = lines(**FIVE)
    gap = panel.drop(panel.index[(panel.territory == "b") & (panel.period == 2011)])
    assert choose(gap, n_per_treated=1).territories == ("c",)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(1e-3, 1e3),
    st.floats(-1e3, 1e3),
    st.booleans(),
)
def test_neither_the_order_of_rows_nor_the_unit_changes_the_choice(seed, scale, shift, replacement):
    panel = noisy(seed)
    options = {"treated": ["c03", "c07"], "covariates": ["x"], "replacement": replacement}
    first = choose(panel, **options)
    moved = panel.assign(y=panel.y * scale + shift, x=panel.x * -scale)
    second = choose(moved.sample(frac=1, random_state=seed), **options)
    assert list(second.chosen.territory) == list(first.chosen.territory)
    assert second.chosen.distance.to_numpy() == pytest.approx(first.chosen.distance, rel=1e-4)
    signs = np.array([1, 1, -1])
    assert second.balance.difference_after.to_numpy() * signs == pytest.approx(
        first.balance.difference_after.to_numpy(), abs=1e-4
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_whoever_is_not_chosen_is_no_nearer(seed, n):
    panel = noisy(seed)
    few = choose(panel, ["c03"], n_per_treated=n, covariates=["x"])
    every = choose(panel, ["c03"], n_per_treated=29, covariates=["x"])
    assert list(few.chosen.territory) == list(every.chosen.territory)[:n]
    assert every.chosen.distance.is_monotonic_increasing
    assert "c03" not in every.territories


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda p: p.drop(columns="y"), {}, "Missing columns: y"),
        (lambda p: p, {"covariates": ["x"]}, "Missing columns: x"),
        (lambda p: p, {"treated": ["a", "nowhere"]}, "not in the panel: nowhere"),
        (
            lambda p: p,
            {"treated": ["nowhere"], "exclude": ["b", "B"]},
            "(?s)not in the panel: nowhere.*exclude names .* does not have: B\\.",
        ),
        (lambda p: p, {"treated": []}, "No treated territory is given"),
        (lambda p: p, {"before": 2010}, "Periods before: 0. At least 2"),
        (lambda p: p, {"before": 2011}, "Periods before: 1. At least 2"),
        (lambda p: p, {"n_per_treated": 5}, "Territories left .*: 4. 5 are needed"),
        (lambda p: p, {"exclude": ["b", "c"], "n_per_treated": 3}, "Territories left .*: 2. 3 are"),
        (
            lambda p: p,
            {"treated": ["a", "b"], "n_per_treated": 2, "replacement": False},
            "Territories left .*: 3. 4 are needed",
        ),
        (lambda p: p, {"n_per_treated": 0}, "n_per_treated is 0"),
        (lambda p: p.drop(index=1), {"n_per_treated": 1}, "missing value in the pre-period: a"),
        (lambda p: pd.concat([p, p.head(1)]), {}, "two rows for a period: a 2010"),
        (lambda p: p.assign(y=p.y.where(p.index != 2, np.inf)), {}, "infinite values, rows: 2"),
        (
            lambda p: p.assign(x=[np.inf] + [1.0] * (len(p) - 1)),
            {"covariates": ["x"]},
            "Covariate x has values .*rows: ",
        ),
    ],
)
def test_says_what_is_wrong(change, options, message):
    with pytest.raises(DesignError, match=message):
        choose(change(lines(**FIVE)), **options)
