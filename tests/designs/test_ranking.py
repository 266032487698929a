"""Rank shares by brute force, draws with the right spread, and no order that is not there."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t, ttest_ind

from toolkit.designs.ranking import SOURCES, rank_projects
from toolkit.errors import DesignError
from toolkit.i18n import language


def ratings(scores, *, shared=False) -> pd.DataFrame:
    """Make the table of an array of projects by raters by criteria."""
    scores = np.asarray(scores, dtype=float)
    rows = [
        (f"p{p}", f"C{c + 1}", f"r{r}" if shared else f"r{p}{r}", scores[p, r, c])
        for p, r, c in np.ndindex(scores.shape)
    ]
    return pd.DataFrame(rows, columns=["project", "criterion", "rater", "score"])


def some(seed=0, projects=3, raters=4, criteria=3):
    return np.random.default_rng(seed).integers(0, 4, size=(projects, raters, criteria))


def share(ranking, project, source, rank=1) -> float:
    ranks = ranking.ranks
    chosen = (ranks.project == project) & (ranks.source == source) & (ranks["rank"] == rank)
    return float(ranks.share[chosen].iloc[0])


def test_shares_are_probabilities_and_the_same_seed_gives_the_same():
    frame = ratings(some())
    before = frame.copy()
    one, two, other = (rank_projects(frame, seed=s, draws=2_000) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(one.table(), two.table())
    assert not one.table().equals(other.table())
    assert set(one.ranks.source) == set(SOURCES)
    for keys in (["source", "project"], ["source", "rank"]):
        assert one.ranks.groupby(keys).share.sum().to_numpy() == pytest.approx(1)
    pd.testing.assert_frame_equal(frame, before)


def test_weights_two_criteria_by_arithmetic():
    """p0 has (3, 0), p1 (1, 1): p0 is first where its weight w on C1 is such that 3w > 1."""
    ranking = rank_projects(ratings([[[3, 0]] * 2, [[1, 1]] * 2]), draws=40_000)
    assert share(ranking, "p0", "weights") == pytest.approx(2 / 3, abs=0.01)
    assert ranking.projects.value.tolist() == [1.5, 1]
    assert ranking.cautions == ("same_ratings",)


def test_raters_drawn_spread_like_the_difference_of_two_means():
    """One criterion: the share is that of Student's test, paired where raters are the same."""
    scores = np.array([[3, 2, 3, 1, 2], [2, 2, 1, 1, 2]])[:, :, None]
    paired = rank_projects(ratings(scores, shared=True), draws=100_000)
    difference = (scores[0] - scores[1])[:, 0]
    statistic = difference.mean() / (difference.std(ddof=1) / np.sqrt(5))
    assert share(paired, "p0", "raters") == pytest.approx(t.cdf(statistic, 4), abs=0.006)
    apart = rank_projects(ratings(scores), draws=100_000)
    statistic = ttest_ind(*scores[:, :, 0]).statistic
    assert share(apart, "p0", "raters") == pytest.approx(t.cdf(statistic, 8), abs=0.006)


def test_a_rater_who_is_strict_everywhere_changes_no_order_when_shared():
    scores = np.array([[3, 2, 1, 0], [2, 1, 0, 0]])[:, :, None]
    scores[1, 3, 0] = 0
    strict = rank_projects(ratings(scores, shared=True), draws=20_000)
    apart = rank_projects(ratings(scores), draws=20_000)
    assert share(strict, "p0", "raters") > share(apart, "p0", "raters") + 0.1


@pytest.mark.parametrize("shared", [True, False])
def test_leave_one_out_by_hand(shared):
    scores = some(3, projects=3, raters=3)
    ranking = rank_projects(ratings(scores, shared=shared), draws=200)
    firsts = []
    cases = (
        [(None, r) for r in range(3)] if shared else [(p, r) for p in range(3) for r in range(3)]
    )
    for project, rater in cases:
        means = np.array([
            np.delete(s, rater, axis=0).mean() if project in (None, p) else s.mean()
            for p, s in enumerate(scores)
        ])  # fmt: skip
        best = np.isclose(means, means.max())
        firsts.append(best[0] / best.sum())
    assert share(ranking, "p0", "leave_one_out") == pytest.approx(np.mean(firsts))


def test_missing_ratings_are_allowed():
    frame = ratings(some(4, projects=3, raters=5), shared=True)
    gaps = frame[~((frame.rater == "r0") & (frame.criterion == "C1"))].copy()
    gaps.loc[gaps.index[7], "score"] = np.nan
    ranking = rank_projects(gaps, draws=500)
    means = gaps.groupby(["project", "criterion"]).score.mean().groupby("project").mean()
    assert ranking.projects.value.to_numpy() == pytest.approx(means.to_numpy())
    assert ranking.projects.n_raters.tolist() == [5, 5, 5]


def test_ties_are_shared():
    ranking = rank_projects(ratings([[[1, 2]] * 2, [[2, 1]] * 2, [[0, 0]] * 2]), draws=200)
    assert share(ranking, "p0", "raters", 1) == share(ranking, "p1", "raters", 2) == 0.5
    assert share(ranking, "p2", "raters", 3) == 1


def test_only_differences_beyond_their_uncertainty_are_an_order():
    rng = np.random.default_rng(5)
    low = rng.integers(0, 2, size=(2, 8, 3))
    high = rng.integers(2, 4, size=(1, 8, 3))
    ranking = rank_projects(ratings(np.concatenate([low, high])))
    sure = ranking.pairs[ranking.pairs.separated]
    assert set(zip(sure.higher, sure.lower, strict=True)) == {("p2", "p0"), ("p2", "p1")}
    assert ranking.projects.loc["p2", ["rank_low", "rank_high"]].tolist() == [1, 1]
    assert ranking.sentence(language("fr"), names={"p2": "Antenne"}) == (
        "Sur 3 paires de projets, 2 ont un ordre établi\u00a0: "
        "Antenne avant p1 et Antenne avant p0."
    )
    assert "severe panel" in ranking.details(language("en"))[0]


def test_projects_that_are_alike_are_rarely_separated():
    """40 seeded sets of 5 projects of the same quality, 4 raters each: 5 in 100 at most, so 5."""
    rng = np.random.default_rng(6)
    wrong = 0
    for _ in range(40):
        scores = np.clip(np.round(rng.normal(1.6, 0.8, size=(5, 4, 4))), 0, 3)
        wrong += bool(rank_projects(ratings(scores), draws=2_000).pairs.separated.any())
    assert wrong <= 5
    assert rank_projects(ratings(some()), draws=5_000).sentence(language("en")) == (
        "These ratings do not rank the 3 projects: no difference exceeds its uncertainty."
    )


def test_given_weights_are_used_and_few_draws_are_said():
    scores = some(2)
    ranking = rank_projects(ratings(scores), weights={"C1": 2, "C2": 1, "C3": 1}, draws=100)
    assert ranking.projects.value.tolist() == pytest.approx(
        scores.mean(axis=1) @ np.array([0.5, 0.25, 0.25])
    )
    assert "few_draws" in ranking.cautions


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (ratings(some(projects=1)), {}, r"two projects at least; there are 1"),
        (ratings(some(raters=1)), {}, r"too few for: p0 C1, p0 C2"),
        (ratings(some()).iloc[4:], {}, r"p0 C1"),
        (ratings(some()), {"weights": {"C1": 1}}, r"Weights are for C1; .* C1, C2, C3"),
        (ratings(some()), {"weights": {"C1": 1, "C2": -1, "C3": 0}}, r"they are C1: 1, C2: -1"),
    ],
)
def test_says_what_is_wrong(frame, options, message):
    if len(frame) == 32:
        frame = frame[~((frame.project == "p0") & (frame.criterion == "C1"))]
    with pytest.raises(DesignError, match=message):
        rank_projects(frame, draws=100, **options)
