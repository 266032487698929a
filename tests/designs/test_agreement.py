"""Kappas and alpha against brute force and statsmodels, their symmetries, and what has no value."""

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from statsmodels.stats import inter_rater

from toolkit.designs.agreement import (
    METRICS,
    Agreement,
    alpha_between,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
)
from toolkit.designs.ratings import RatingMatrix, rating_matrix
from toolkit.errors import DesignError
from toolkit.i18n import language

SCALE = np.arange(4)


def matrix(codes, clusters=None) -> RatingMatrix:
    codes = np.asarray(codes)
    n, k = codes.shape
    own = np.arange(n) if clusters is None else np.asarray(clusters)
    return RatingMatrix(codes, SCALE, pd.RangeIndex(n), pd.RangeIndex(k), own)


def tables(min_raters=2, max_raters=4, lowest=-1):
    shapes = st.tuples(st.integers(2, 6), st.integers(min_raters, max_raters))
    return hnp.arrays(int, shapes, elements=st.integers(lowest, 3))


def distance(c, d, metric, pool):
    if metric == "nominal":
        return float(c != d)
    if metric == "interval":
        return float(c - d) ** 2
    if metric == "ratio":
        return ((c - d) / (c + d)) ** 2 if c + d else 0.0
    # Ordinal: the ratings in between, with half of those at either end.
    low, high = sorted((c, d))
    between = sum(low <= other <= high for other in pool)
    return (between - (pool.count(c) + pool.count(d)) / 2) ** 2 if c != d else 0.0


def brute_alpha(codes, metric) -> float | None:
    """By the definition: all pairs of ratings, of a unit and of the whole table."""
    units = [[c for c in row if c >= 0] for row in codes.tolist()]
    units = [row for row in units if len(row) > 1]
    pool = [c for row in units for c in row]
    if len(units) < 2 or len(set(pool)) < 2:
        return None
    observed = sum(
        distance(c, d, metric, pool) / (len(row) - 1)
        for row in units
        for c, d in permutations(row, 2)
    ) / len(pool)
    pairs = list(permutations(pool, 2))
    expected = sum(distance(c, d, metric, pool) for c, d in pairs) / len(pairs)
    return 1 - observed / expected


@pytest.mark.parametrize("metric", METRICS)
@given(codes=tables())
def test_alpha_is_what_its_definition_says(metric, codes):
    result = krippendorff_alpha(matrix(codes), metric=metric)
    expected = brute_alpha(codes, metric)
    if expected is None:
        assert result.value is None
        assert result.reason in ("no_pair", "one_unit", "no_variance")
    else:
        assert result.value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("metric", METRICS)
@settings(max_examples=25)
@given(codes=tables(), data=st.data())
def test_alpha_does_not_know_the_order_of_units_or_raters(metric, codes, data):
    n, k = codes.shape
    units, raters = data.draw(st.permutations(range(n))), data.draw(st.permutations(range(k)))
    shuffled = codes[units][:, raters]
    own, other = (krippendorff_alpha(matrix(c), metric=metric) for c in (codes, shuffled))
    assert own.table()[["value", "low", "high"]].to_numpy("float64", na_value=np.nan) == (
        pytest.approx(
            other.table()[["value", "low", "high"]].to_numpy("float64", na_value=np.nan),
            abs=1e-6, nan_ok=True,
        )
    )  # fmt: skip


@given(codes=tables(), data=st.data())
def test_nominal_alpha_does_not_know_the_names_of_categories(codes, data):
    renamed = np.array([*data.draw(st.permutations(range(4))), -1])[codes]
    own, other = (krippendorff_alpha(matrix(c), metric="nominal").value for c in (codes, renamed))
    assert own == (None if other is None else pytest.approx(other))


@given(codes=tables(2, 2, lowest=0))
def test_nominal_alpha_of_two_raters_is_scotts_pi_with_its_correction(codes):
    n = codes.size
    shares = np.bincount(codes.ravel(), minlength=4) / n
    expected = (shares**2).sum()
    if expected == 1:
        return
    pi = ((codes[:, 0] == codes[:, 1]).mean() - expected) / (1 - expected)
    alpha = krippendorff_alpha(matrix(codes), metric="nominal").value
    assert alpha == pytest.approx(1 - (1 - pi) * (n - 1) / n, abs=1e-12)


@given(codes=tables(2, 5, lowest=0))
def test_fleiss_agrees_with_statsmodels(codes):
    result = fleiss_kappa(matrix(codes))
    if len(np.unique(codes)) < 2:
        assert result.reason == "no_variance"
    else:
        counts = matrix(codes).counts
        assert result.value == pytest.approx(inter_rater.fleiss_kappa(counts), abs=1e-12)


@pytest.mark.parametrize(
    ("weights", "theirs"), [("none", None), ("linear",) * 2, ("quadratic",) * 2]
)
@given(codes=tables(2, 2, lowest=0))
def test_cohen_agrees_with_statsmodels(weights, theirs, codes):
    counts = np.zeros((4, 4))
    np.add.at(counts, tuple(codes.T), 1)
    result = cohen_kappa(matrix(codes), weights=weights)
    if len(np.unique(codes)) < 2:
        assert result.reason == "no_variance"
        return
    expected = inter_rater.cohens_kappa(counts, wt=theirs, return_results=False)
    assert result.value == pytest.approx(expected, abs=1e-12)


def brute_between(codes, split, metric) -> float:
    """Pairs across groups; chance from the two shares of each unit, as two ratings of the unit."""
    units = [([c for c in r[:split] if c >= 0], [c for c in r[split:] if c >= 0]) for r in codes]
    units = [(a, b) for a, b in units if a and b]
    apart = [np.mean([distance(c, d, metric, []) for c, d in product(a, b)]) for a, b in units]
    shares = sum(np.bincount(side, minlength=4) / len(side) for unit in units for side in unit)
    n = 2 * len(units)
    expected = sum(
        shares[c] * shares[d] * distance(c, d, metric, []) for c, d in product(range(4), repeat=2)
    ) / (n * (n - 1))
    return 1 - np.mean(apart) / expected


@pytest.mark.parametrize("metric", ["nominal", "interval", "ratio"])
def test_alpha_between_groups_is_what_its_definition_says(metric):
    rng = np.random.default_rng(3)
    for _ in range(20):
        codes = rng.integers(-1, 4, size=(8, 5))
        result = alpha_between(matrix(codes), [0, 1], [2, 3, 4], metric=metric)
        expected = brute_between(codes.tolist(), 2, metric)
        assert result.value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", METRICS)
def test_alpha_between_two_raters_is_their_alpha(metric):
    codes = np.random.default_rng(4).integers(-1, 4, size=(15, 2))
    own = krippendorff_alpha(matrix(codes), metric=metric)
    between = alpha_between(matrix(codes), [0], [1], metric=metric)
    assert (between.value, between.low, between.high) == pytest.approx(
        (own.value, own.low, own.high)
    )
    assert between.observed == pytest.approx(own.observed)


def test_groups_that_differ_disagree_between_and_not_within():
    lenient, strict = np.array([3, 3, 2, 2, 3, 2, 3, 2]), np.array([1, 1, 0, 0, 1, 0, 1, 0])
    ratings = matrix(np.column_stack([lenient, lenient, strict, strict]))
    assert krippendorff_alpha(ratings.among([0, 1])).value == 1
    assert alpha_between(ratings, [0, 1], [2, 3]).value < 0


@pytest.mark.parametrize(
    ("codes", "reason"),
    [
        ([[2, 2, 2], [2, 2, -1]], "no_variance"),
        ([[2, -1, -1], [-1, 1, -1]], "no_pair"),
        ([[2, 1, 0], [-1, 1, -1]], "one_unit"),
    ],
)
def test_without_anything_to_compare_there_is_a_reason_and_no_number(codes, reason):
    result = krippendorff_alpha(matrix(codes))
    assert (result.value, result.low, result.reason) == (None, None, reason)
    assert result.table().value.isna().all()
    for code in ("fr", "en"):
        lang = language(code)
        assert lang(f"agreement.reason.{reason}") in result.sentence(lang)


@pytest.mark.parametrize("unit", [1e-12, 1e9])
def test_the_unit_of_scores_does_not_matter(unit):
    frame = pd.DataFrame({"unit": [1, 1, 2, 2, 3, 3], "rater": [1, 2] * 3})
    one, other = (
        krippendorff_alpha(rating_matrix(frame.assign(score=scores)), metric="interval")
        for scores in (np.array([1, 2, 2, 2, 3, 3.5]), unit * np.array([1, 2, 2, 2, 3, 3.5]))
    )
    assert (other.value, other.low) == pytest.approx((one.value, one.low))


def test_interval_says_what_stops_it():
    agreed = matrix([[1, 1], [2, 2], [3, 3]])
    assert krippendorff_alpha(agreed).cautions == ("perfect_agreement",)
    carried = matrix([[1, 1], [1, 1], [3, 2]])
    assert krippendorff_alpha(carried).cautions == ("one_carries_all",)
    together = matrix([[1, 1], [2, 3], [3, 3]], clusters=[0, 0, 0])
    assert krippendorff_alpha(together).cautions == ("one_cluster",)


def test_same_seed_same_bootstrap():
    ratings = matrix(np.random.default_rng(0).integers(0, 4, size=(12, 3)))
    one, two, other = (
        krippendorff_alpha(ratings, method="bootstrap", seed=s, draws=200) for s in (1, 1, 2)
    )
    assert one == two
    assert one.low != other.low
    assert one.cautions == ("bootstrap_few_units",)


def test_sentences():
    codes = np.random.default_rng(1).integers(0, 4, size=(12, 3))
    result = cohen_kappa(matrix(codes), raters=(0, 2), weights="quadratic")
    said = result.sentence(language("fr"))
    assert "kappa de Cohen (poids quadratiques), 12 unités notées, 2 évaluateurs" in said
    assert result.details(language("en"))[0].startswith("Interval by jackknife")


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        (lambda m: cohen_kappa(m), r"compares two raters; 3 found\. .* among: 0, 1, 2"),
        (lambda m: cohen_kappa(m, raters=(0, 9)), r"two raters; 1 found"),
        (lambda m: cohen_kappa(m, raters=(0, 1), weights="cubic"), r"No weights 'cubic'"),
        (lambda m: fleiss_kappa(m), r"there are from 2 to 3\. Use krippendorff_alpha"),
        (
            lambda m: krippendorff_alpha(m, method="x"),
            r"method is 'x'; .* jackknife",
        ),
        (lambda m: krippendorff_alpha(m, metric="x"), r"No metric 'x'\. There are: nominal"),
        (lambda m: alpha_between(m, [0, 1], [1, 2]), r"in both groups: 1"),
    ],
)
def test_says_what_is_wrong(measure, message):
    with pytest.raises(DesignError, match=message):
        measure(matrix([[0, 1, 2], [1, 1, -1], [2, 2, 3]]))


def test_metrics_that_need_numbers_refuse_labels_and_signs():
    frame = pd.DataFrame({"unit": [1, 1, 2, 2], "rater": [1, 2, 1, 2], "score": list("abab")})
    labels = rating_matrix(frame, numeric=False)
    assert krippendorff_alpha(labels, metric="nominal").value < 0
    with pytest.raises(DesignError, match=r"'interval' computes on numbers"):
        krippendorff_alpha(labels, metric="interval")
    with pytest.raises(DesignError, match=r"lowest score is -1"):
        krippendorff_alpha(rating_matrix(frame.assign(score=[-1, 0, 1, 2])), metric="ratio")


def test_an_agreement_has_a_value_or_a_reason():
    with pytest.raises(ValueError, match="a value, or a reason"):
        Agreement("alpha", "nominal", None, None, None, "", None, 0, 0, 0)
