"""The curve holds each specification's own estimate; its joint tests hold their level."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from toolkit.designs.did import difference_in_differences
from toolkit.designs.specification_curve import Specification, specification_curve
from toolkit.errors import DesignError
from toolkit.i18n import language


def panel(seed: int, *, n=14, k=3, effect=0.0, one=0.0) -> pd.DataFrame:
    """Six periods, adoption in the fourth, noise of 0.5; `one` falls on territory 0 alone."""
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product([range(n), range(6)], names=["territory", "period"])
    frame = grid.to_frame(index=False)
    treated, after = frame.territory < k, frame.period >= 3
    frame["adoption"] = np.where(treated, 3, np.nan)
    frame["x"] = rng.normal(size=len(frame))
    frame["value"] = rng.normal(size=len(frame)) * 0.5 + 0.3 * frame.x + frame.period
    frame["value"] += after * (effect * treated + one * (frame.territory == 0))
    frame["clipped"] = frame.value.clip(*frame.value.quantile([0.01, 0.99]))
    frame["odd"] = frame.territory % 2 == 1
    return frame


def late(frame: pd.DataFrame) -> pd.Series:
    return frame.period > 0


SPECIFICATIONS = [
    Specification("all"),
    Specification("covariate", {"covariates": ["x"]}),
    Specification("clipped", {"outcome": "clipped"}),
    Specification("without the first period", subset=late),
    Specification("odd", subset="odd"),
]


def curve(frame: pd.DataFrame, specifications=SPECIFICATIONS, **settings):
    return specification_curve(frame, specifications, **{"outcome": "value", **settings})


def test_each_row_is_the_estimate_of_its_specification():
    frame = panel(1, effect=1)
    found = curve(frame).frame.set_index("name")
    alone = {
        "all": difference_in_differences(frame, outcome="value"),
        "covariate": difference_in_differences(frame, outcome="value", covariates=["x"]),
        "clipped": difference_in_differences(frame, outcome="clipped"),
        "without the first period": difference_in_differences(frame[late(frame)], outcome="value"),
        "odd": difference_in_differences(frame[frame.odd], outcome="value"),
    }
    assert list(found.index) == list(alone)
    for name, estimate in alone.items():
        assert (found.value[name], found.p[name]) == (estimate.value, estimate.p)
    assert list(found.subset) == ["", "", "", "late", "odd"]
    assert found.options["covariate"] == {"covariates": ["x"]}
    # Where all territories are used, both tests list the same assignments.
    whole = found.drop(index="odd")
    assert whole.p_permutation.to_numpy() == pytest.approx(whole.p.to_numpy(), abs=1e-12)


def slowly(frame: pd.DataFrame, kept: list, threshold: float) -> dict[str, float]:
    """Both joint p-values by regressions refitted under every adoption (balanced, no covariate)."""
    names, k = frame.territory.unique(), frame.territory[frame.adoption.notna()].nunique()
    curves = []
    for members in combinations(names, k):
        moved = frame.assign(adoption=np.where(frame.territory.isin(members), 3, np.nan))
        values = []
        for rows in kept:
            some = moved[rows]
            inside = some.territory[some.adoption.notna()].nunique()
            possible = 0 < inside < some.territory.nunique()
            values.append(
                difference_in_differences(some, outcome="value", draws=1).value
                if possible
                else np.nan
            )
        curves.append(values)
    curves = np.array(curves)
    size = np.abs(curves)
    reference = np.where(np.isnan(size), np.inf, size)
    p = np.array([(reference >= row - 1e-9).mean(axis=0) for row in size])
    medians = np.nanmedian(curves, axis=1)
    shares = ((p <= threshold) & (np.sign(curves) == np.sign(medians)[:, None])).mean(axis=1)
    return {
        "p_permutation": p[0],
        "share_significant": shares[0],
        "p_median": (np.abs(medians) >= abs(medians[0]) - 1e-9).mean(),
        "p_share": (shares >= shares[0] - 1e-9).mean(),
    }


@pytest.mark.parametrize(("seed", "effect"), [(1, 0.3), (2, 0.6)])
def test_refitting_every_regression_gives_the_same_joint_p(seed, effect):
    frame = panel(seed, n=8, k=2, effect=effect)
    # The last leaves out two comparison territories: one assignment has nobody treated there.
    kept = [frame.period >= 0, frame.period > 0, frame.period < 5, frame.territory < 6]
    specifications = [
        Specification(str(i), subset=lambda f, rows=rows: rows) for i, rows in enumerate(kept)
    ]
    result = curve(frame, specifications, threshold=0.15)
    assert (result.exact, result.n_assignments) == (True, 28)
    expected = slowly(frame, kept, 0.15)
    assert result.frame.p_permutation.to_numpy() == pytest.approx(
        expected.pop("p_permutation"), abs=1e-12
    )
    for name, value in expected.items():
        assert getattr(result, name) == pytest.approx(value, abs=1e-12), name


def test_an_effect_shows_in_the_median_and_in_the_share():
    result = curve(panel(3, effect=2))
    assert result.median == pytest.approx(2, abs=0.4)
    assert result.median == result.frame.value.median()
    assert result.share_significant >= 0.8
    assert result.p_median == pytest.approx(1 / 364)
    # Where specifications agree, chance gives a share as high about as often as the threshold.
    assert result.p_share <= 0.05 < curve(panel(3)).p_share


def test_both_joint_tests_hold_their_level_when_nothing_happened():
    specifications = [SPECIFICATIONS[0], SPECIFICATIONS[3]]
    results = [curve(panel(s, n=10), specifications) for s in range(100)]
    # Standard error of a share of 10 % over 100: 3 %.
    assert 0.03 <= np.mean([r.p_median <= 0.1 for r in results]) <= 0.18
    assert np.mean([r.p_share <= 0.1 for r in results]) <= 0.18


def test_one_specification_has_the_p_of_its_design():
    result = curve(panel(4, effect=0.3), [Specification("all")])
    assert result.p_median == pytest.approx(result.frame.p[0], abs=1e-12)


def test_nothing_significant_is_as_likely_as_can_be():
    result = curve(panel(5, n=6, k=2, effect=3), threshold=0.01)
    assert (result.share_significant, result.p_share) == (0, 1)


def test_missing_cells_leave_a_territory_out_of_one_specification():
    frame = panel(6, effect=1)
    frame.loc[(frame.territory == 13) & (frame.period >= 3), "clipped"] = np.nan
    result = curve(frame)
    assert result.frame.value.notna().all()
    assert result.n_assignments == 364


def test_draws_follow_the_seed_whatever_the_order_of_the_rows():
    frame = panel(7, n=40, k=6, effect=1)
    once, again = (
        curve(rows, SPECIFICATIONS[:2], draws=199)
        for rows in (frame, frame.sample(frac=1, random_state=1))
    )
    assert (once.exact, once.n_assignments) == (False, 200)
    assert once.p_median == again.p_median == 1 / 200
    assert once.p_share == again.p_share


def test_the_order_of_the_specifications_does_not_matter():
    frame = panel(7, n=40, k=6, effect=0.2)
    once, again = (curve(frame, SPECIFICATIONS[::way], draws=199) for way in (1, -1))
    assert (once.p_median, once.p_share) == (again.p_median, again.p_share)
    assert 0.005 < once.p_median < 1


def test_a_significant_effect_of_the_other_sign_does_not_count():
    frame = panel(3, effect=2).assign(mirrored=lambda f: -f.value)
    mirrored = Specification("mirrored", {"outcome": "mirrored"})
    result = curve(frame, [SPECIFICATIONS[0], SPECIFICATIONS[2], mirrored])
    assert (result.frame.p_permutation <= 0.05).all()
    assert result.share_significant == pytest.approx(2 / 3)


def test_the_panel_is_not_changed():
    frame = panel(1)
    before = frame.copy()
    curve(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("specifications", "message"),
    [
        ([], r"specification|spécification"),
        ([Specification("a"), Specification("b"), Specification("a")], r"\(a\)"),
        ([Specification("a", {"period": "x"})], r"a.*period"),
        ([Specification("a", {"unit": "percent"}), Specification("b")], r"\(-, percent\)"),
        ([Specification("a", subset="nowhere")], r"a.*nowhere"),
        ([Specification("a", subset="period")], r"a.*84"),
        ([Specification("a", subset=lambda f: [True])], r"a.*84"),
        ([Specification("a", subset=lambda f: f.territory > 2)], r"(?s)'a'|«\u00a0a\u00a0»"),
        ([Specification("a", {"inference": "crv1"})], r"a.*auto"),
    ],
)
def test_says_what_is_wrong(specifications, message):
    with pytest.raises(DesignError, match=message):
        curve(panel(1), specifications)


@pytest.mark.parametrize("threshold", [2, 0, -0.05, np.nan, "5 %"])
def test_a_threshold_is_a_probability(threshold):
    with pytest.raises(DesignError, match=f"threshold is {threshold}: it must lie between 0 and 1"):
        curve(panel(1), threshold=threshold)


def test_an_unknown_option_is_refused():
    with pytest.raises(TypeError, match="clusters"):
        curve(panel(1), [Specification("a", {"clusters": 3})])


def test_a_sentence_in_both_languages():
    result = curve(panel(3, effect=2))
    assert "5 specifications" in result.sentence(language("en"))
    assert "5 spécifications" in result.sentence(language("fr"))
    assert "{" not in result.sentence(language("en")) + result.sentence(language("fr"))


def test_a_subset_may_leave_out_the_first_periods_treated():
    frame = panel(3, effect=2.0)
    donut = Specification("donut", subset=lambda rows: ~rows.period.isin([3, 4]))
    curve = specification_curve(frame, [donut], outcome="value", draws=99)
    kept = frame[~frame.period.isin([3, 4])].assign(adoption=lambda rows: rows.adoption + 2)
    alone = difference_in_differences(kept, outcome="value", draws=99)
    assert curve.median == pytest.approx(alone.value)
