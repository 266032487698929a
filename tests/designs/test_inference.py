"""The inference follows the design, the estimate says why, and its size is what it says."""

import numpy as np
import pandas as pd
import pytest

from toolkit.designs.did import difference_in_differences
from toolkit.designs.event_study import event_study
from toolkit.designs.inference import FEWEST_WILD, MOST_WILD, choose_inference
from toolkit.designs.wild_bootstrap import wild_cluster_bootstrap
from toolkit.errors import DesignError
from toolkit.i18n import language

EN, FR = language("en"), language("fr")


def panel(seed: int, *, n: int, k: int, effect=0.0, noise=1.0) -> pd.DataFrame:
    """Return a panel of which the treated have `noise` times the noise of the others."""
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product([range(n), range(6)], names=["territory", "period"])
    frame = grid.to_frame(index=False)
    treated = frame.territory < k
    frame["adoption"] = np.where(treated, 3, np.nan)
    frame["value"] = rng.normal(size=len(frame)) * np.where(treated, noise, 1)
    frame["value"] += effect * treated * (frame.period >= 3)
    frame["people"] = 100 + frame.territory
    return frame


@pytest.mark.parametrize(
    ("treated", "comparison", "sizes", "expected"),
    [
        (1, 100, False, ("randomisation", "few")),
        (FEWEST_WILD - 1, 5000, True, ("size_adjusted", "few_sizes_known")),
        (200, FEWEST_WILD - 1, False, ("randomisation", "few")),
        (FEWEST_WILD, FEWEST_WILD, True, ("wild", "enough")),
        (FEWEST_WILD, MOST_WILD, False, ("crv3", "very_many")),
    ],
)
def test_the_rule(treated, comparison, sizes, expected):
    assert choose_inference(treated, comparison, sizes_known=sizes) == expected
    assert choose_inference(treated, comparison, sizes_known=sizes, asked="crv1")[1] == "asked"


@pytest.mark.parametrize(
    ("k", "options", "expected"),
    [
        (2, {}, ("randomisation_exact", "few")),
        (2, {"size": "people"}, ("size_adjusted", "few_sizes_known")),
        (12, {"size": "people"}, ("wild", "enough")),
        (12, {"inference": "randomisation"}, ("randomisation", "asked")),
    ],
)
def test_an_estimate_and_an_event_study_say_which_and_why(k, options, expected):
    frame = panel(1, n=30, k=k)
    estimate = difference_in_differences(frame, outcome="value", draws=199, **options)
    study = event_study(frame, outcome="value", draws=199, **options)
    assert (estimate.inference, estimate.reason) == expected
    assert (study.inference, study.reason) == expected
    assert study.cautions == estimate.cautions
    for lang in (EN, FR):
        told = estimate.explanation(lang)
        assert told[:2] == study.explanation(lang)[:2]
        assert told[1] == lang(f"inference.why.{expected[1]}")


def test_in_a_balanced_panel_the_bootstrap_of_changes_is_that_of_the_rows():
    frame = panel(3, n=24, k=11, effect=0.5)
    ours = difference_in_differences(frame, outcome="value", inference="wild", draws=499)
    rows = wild_cluster_bootstrap(
        frame.value.to_numpy(),
        ((frame.territory < 11) & (frame.period >= 3)).to_numpy("float64"),
        frame.territory.to_numpy(),
        treated=(frame.territory < 11).to_numpy(),
        effects=[frame.territory.to_numpy(), frame.period.to_numpy()],
        rng=np.random.default_rng(20131107),
        draws=499,
    )
    assert (ours.value, ours.low, ours.high) == pytest.approx((rows.value, rows.low, rows.high))
    assert ours.p == rows.p


def test_from_ten_treated_the_default_holds_where_permutation_does_not():
    """Treated twice and a half as noisy: a plain permutation rejects a true null far too often."""
    frames = [panel(seed, n=60, k=FEWEST_WILD, noise=2.5) for seed in range(100)]

    def size(inference):
        p = [
            difference_in_differences(f, outcome="value", inference=inference, draws=99).p
            for f in frames
        ]
        return np.mean(np.array(p) <= 0.05)

    assert size("auto") <= 0.09
    assert size("randomisation") >= 0.15


def test_a_clustered_error_with_some_treated_bears_a_caution():
    estimate = difference_in_differences(panel(1, n=30, k=6), outcome="value", inference="crv1")
    assert estimate.cautions == ("few_treated",)
    with pytest.raises(DesignError, match=r"(?s)inference is 'crv2'.*level is 1"):
        difference_in_differences(panel(1, n=30, k=6), outcome="value", inference="crv2", level=1)
    with pytest.raises(DesignError, match="an event study takes auto"):
        event_study(panel(1, n=30, k=6), outcome="value", inference="crv3")


def test_the_covariance_of_many_treated_is_their_own():
    studies = [
        event_study(panel(s, n=40, k=12, noise=3), outcome="value", draws=19) for s in range(80)
    ]
    observed = np.cov(np.array([s.table.value for s in studies]), rowvar=False)
    stated = np.mean([s.covariance for s in studies], axis=0)
    assert np.diag(stated) == pytest.approx(np.diag(observed), rel=0.5)


def test_clusters_are_what_the_rule_counts():
    frame = panel(1, n=60, k=24).assign(region=lambda p: p.territory // 2)
    estimate = difference_in_differences(frame, outcome="value", cluster="region", draws=199)
    assert (estimate.inference, estimate.reason) == ("wild_clusters", "enough")
    few = panel(1, n=60, k=12).assign(region=lambda p: p.territory // 2)
    estimate = difference_in_differences(few, outcome="value", cluster="region", draws=199)
    assert (estimate.inference, estimate.reason) == ("randomisation_exact_clusters", "few")
