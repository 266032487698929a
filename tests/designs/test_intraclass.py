"""Intraclass correlations against mixed-model variances, their coverage, and what has no value."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.designs.intraclass import FORMS, intraclass_correlation
from toolkit.designs.ratings import RatingMatrix, rating_matrix
from toolkit.errors import DesignError
from toolkit.i18n import language


def matrix(scores) -> RatingMatrix:
    scores = np.asarray(scores, dtype=float)
    categories = np.unique(scores[~np.isnan(scores)])
    codes = pd.Index(categories).get_indexer(scores.ravel()).reshape(scores.shape)
    n, k = scores.shape
    return RatingMatrix(codes, categories, pd.RangeIndex(n), pd.RangeIndex(k), np.arange(n))


def drawn(n, k, icc, rng, strictness=0.0) -> np.ndarray:
    units, raters = rng.normal(size=(n, 1)), rng.normal(size=(1, k))
    rest = rng.normal(size=(n, k))
    left = 1 - icc - strictness
    return np.sqrt(icc) * units + np.sqrt(strictness) * raters + np.sqrt(left) * rest


def by_anova(scores) -> dict[str, float]:
    """From an ordinary least-squares analysis of variance, by statsmodels."""
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    n, k = scores.shape
    long = pd.DataFrame(scores).melt(ignore_index=False, var_name="rater").reset_index(names="unit")
    two = anova_lm(ols("value ~ C(unit) + C(rater)", long).fit())["mean_sq"]
    one = anova_lm(ols("value ~ C(unit)", long).fit())["mean_sq"]
    units, raters, rest = two["C(unit)"], two["C(rater)"], two["Residual"]
    # Variances of units, raters and rest, as expected mean squares give them.
    unit, rater = (units - rest) / k, (raters - rest) / n
    alone = (one["C(unit)"] - one["Residual"]) / k
    return {
        "1,1": alone / (alone + one["Residual"]),
        "A,1": unit / (unit + rater + rest),
        "C,1": unit / (unit + rest),
        "1,k": alone / (alone + one["Residual"] / k),
        "A,k": unit / (unit + (rater + rest) / k),
        "C,k": unit / (unit + rest / k),
    }


def test_forms_are_ratios_of_variances():
    scores = drawn(9, 4, 0.5, np.random.default_rng(1), strictness=0.2)
    expected = by_anova(scores)
    assert {f: intraclass_correlation(matrix(scores), form=f).value for f in FORMS} == (
        pytest.approx(expected)
    )


@given(st.integers(0, 1000), st.sampled_from(FORMS), st.floats(0.1, 10), st.floats(-5, 5))
def test_neither_unit_of_score_nor_order_matters(seed, form, scale, shift):
    rng = np.random.default_rng(seed)
    scores = drawn(6, 3, 0.4, rng, strictness=0.2)
    other = (scale * scores + shift)[rng.permutation(6)][:, rng.permutation(3)]
    own, changed = (intraclass_correlation(matrix(s), form=form) for s in (scores, other))
    assert (own.value, own.low, own.high) == pytest.approx(
        (changed.value, changed.low, changed.high), abs=1e-6
    )
    assert own.low < own.value < own.high


def test_strict_raters_lower_agreement_and_not_consistency():
    scores = drawn(10, 3, 0.6, np.random.default_rng(2))
    strict = scores + np.array([0.0, 5.0, -5.0])
    values = {
        f: [intraclass_correlation(matrix(s), form=f).value for s in (scores, strict)]
        for f in ("A,1", "C,1")
    }
    assert values["C,1"][0] == pytest.approx(values["C,1"][1])
    assert values["A,1"][1] < values["A,1"][0] / 2


@pytest.mark.parametrize(
    ("form", "strictness"), [("1,1", 0), ("C,1", 0), ("A,1", 0.2), ("A,k", 0.2)]
)
@pytest.mark.parametrize(("n", "k"), [(5, 3), (20, 4)])
def test_intervals_cover(form, strictness, n, k):
    """400 seeded tables of known correlation .4: 95 % within three Monte Carlo errors, or above."""
    rng = np.random.default_rng(3)
    true = 0.4 if form[-1] == "1" else k * 0.4 / (1 + (k - 1) * 0.4)
    hits = 0
    for _ in range(400):
        scores = matrix(drawn(n, k, 0.4, rng, strictness))
        a = intraclass_correlation(scores, form=form, draws=1_000)
        hits += a.low <= true <= a.high
    assert hits / 400 > 0.917


def test_the_default_covers_where_the_usual_approximation_does_not():
    """Three raters of different strictness, thirty units, 300 seeded tables."""
    rng = np.random.default_rng(9)
    hits = {"generalised": 0, "satterthwaite": 0}
    for _ in range(300):
        scores = matrix(drawn(30, 3, 0.7, rng, 0.2))
        for method in hits:
            a = intraclass_correlation(scores, method=method, draws=1_000)
            hits[method] += a.low <= 0.7 <= a.high
    assert hits["generalised"] / 300 > 0.92
    assert hits["satterthwaite"] / 300 < 0.91


def test_one_way_allows_gaps_and_says_so():
    scores = [[1, 2, np.nan], [3, 3, 2], [0, np.nan, np.nan], [5, 4, 5]]
    result = intraclass_correlation(matrix(scores), form="1,1")
    kept = [[1, 2], [3, 3, 2], [5, 4, 5]]
    grand = np.mean(np.concatenate(kept))
    between = sum(len(u) * (np.mean(u) - grand) ** 2 for u in kept) / 2
    within = sum(((np.array(u) - np.mean(u)) ** 2).sum() for u in kept) / 5
    k = (8 - (4 + 9 + 9) / 8) / 2
    assert result.value == pytest.approx((between - within) / (between + (k - 1) * within))
    assert (result.n_units, result.n_ratings) == (3, 8)
    assert result.cautions == ("unequal_numbers",)


def test_two_way_leaves_out_incomplete_units_and_says_so():
    whole = drawn(6, 5, 0.5, np.random.default_rng(4))
    gap = np.vstack([whole, [1, 2, np.nan, 0, 1]])
    result = intraclass_correlation(matrix(gap), form="A,1")
    assert result.value == pytest.approx(intraclass_correlation(matrix(whole)).value)
    assert result.cautions == ("incomplete_units",)


@pytest.mark.parametrize(
    ("scores", "form", "reason"),
    [
        ([[2, 2], [2, 2]], "A,1", "no_variance"),
        ([[2, 3], [2, 3], [2, 3]], "A,1", "units_alike"),
        ([[1, 3], [3, 1], [2, 2]], "1,k", "units_alike"),
        ([[1, np.nan], [np.nan, 1]], "1,1", "no_pair"),
        ([[1, 2], [np.nan, 1]], "C,1", "one_unit"),
    ],
)
def test_without_anything_to_compare_there_is_a_reason(scores, form, reason):
    result = intraclass_correlation(matrix(scores), form=form)
    assert (result.value, result.reason) == (None, reason)


def test_complete_agreement_has_a_value_and_no_interval():
    for form in FORMS:
        result = intraclass_correlation(matrix([[1, 1], [2, 2], [3, 3]]), form=form)
        assert (result.value, result.low) == (1, None)
        assert result.cautions == ("perfect_agreement",)


def test_few_raters_and_sentence():
    result = intraclass_correlation(matrix(drawn(12, 3, 0.5, np.random.default_rng(5))))
    assert result.cautions == ("icc_few_raters",)
    assert "corrélation intraclasse (un évaluateur, accord absolu)" in result.sentence(
        language("fr")
    )
    assert result.details(language("en"))[0].startswith("Generalised interval")
    usual = intraclass_correlation(
        matrix(drawn(12, 6, 0.5, np.random.default_rng(5))), method="satterthwaite"
    )
    assert usual.cautions == ("icc_narrow",)
    assert "Satterthwaite" in usual.details(language("fr"))[0]


def test_says_what_is_wrong():
    with pytest.raises(DesignError, match="method is 'f'; it must be one of: generalised"):
        intraclass_correlation(matrix([[1, 2], [2, 3]]), method="f")
    with pytest.raises(DesignError, match="form is '2,1'; it must be one of: 1,1, A,1"):
        intraclass_correlation(matrix([[1, 2], [2, 3]]), form="2,1")
    frame = pd.DataFrame({"unit": [1, 1, 2, 2], "rater": [1, 2, 1, 2], "score": list("abab")})
    with pytest.raises(DesignError, match=r"ICC\(A,1\)' computes on numbers"):
        intraclass_correlation(rating_matrix(frame, numeric=False))
