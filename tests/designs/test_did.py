"""Difference-in-differences: equal to the textbook, honest with few treated, clear when refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from toolkit.designs.did import difference_in_differences
from toolkit.designs.regression import regression
from toolkit.errors import DesignError
from toolkit.records.portfolio import load_panel, load_project
from toolkit.records.simulate import true_effects
from toolkit.records.sources import data_dir


def panel(seed: int, *, n=20, periods=8, k=3, adoption=5, effect=2.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product(
        [range(n), range(1, periods + 1)], names=["territory", "period"]
    )
    frame = grid.to_frame(index=False)
    noise = rng.normal(size=(n, periods)) + rng.normal(size=(n, 1)) + rng.normal(size=periods)
    treated = frame.territory < k
    frame["adoption"] = np.where(treated, adoption, np.nan)
    frame["value"] = noise.ravel() + effect * (treated & (frame.period >= adoption))
    frame["x"] = rng.normal(size=len(frame))
    frame["size"] = 1 + frame.territory
    return frame


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6))
def test_a_balanced_panel_gives_the_difference_of_mean_changes(seed, k):
    frame = panel(seed, k=k)
    after = frame.period >= 5
    change = (
        frame[after].groupby("territory").value.mean()
        - frame[~after].groupby("territory").value.mean()
    )
    estimate = difference_in_differences(frame, outcome="value", draws=99)
    assert estimate.value == pytest.approx(change[:k].mean() - change[k:].mean())
    assert estimate.low <= estimate.value <= estimate.high


def test_the_result_says_what_it_rests_on():
    estimate = difference_in_differences(panel(1), outcome="value", unit="days")
    assert (estimate.n_treated, estimate.n_comparison, estimate.n_periods) == (3, 17, 8)
    assert estimate.inference == "randomisation_exact"
    assert estimate.smallest_p == pytest.approx(1 / 1140)
    assert estimate.cautions == ("sizes_unknown",)


def test_sizes_choose_the_inference():
    estimate = difference_in_differences(panel(1), outcome="value", size="size", draws=499)
    assert estimate.inference == "size_adjusted"
    # Sizes 1, 2 and 3 of 20: no comparison territory is as small.
    assert estimate.cautions == ("size_extrapolated",)
    mixed = panel(1).assign(size=lambda p: 1 + (7 * p.territory) % 20)
    assert difference_in_differences(mixed, outcome="value", size="size").cautions == ()


def test_clusters_treated_as_a_whole_are_permuted_whole():
    """Territories 0 to 3 form one of five regions: the smallest p is 1 in 5."""
    frame = panel(1, k=4).assign(region=lambda p: "r" + (p.territory // 4).astype(str))
    estimate = difference_in_differences(frame, outcome="value", cluster="region")
    assert estimate.inference == "randomisation_exact_clusters"
    assert estimate.smallest_p == pytest.approx(1 / 5)
    plain = difference_in_differences(frame, outcome="value")
    assert estimate.value == plain.value
    assert (estimate.low, estimate.high) == (-np.inf, np.inf)
    sized = difference_in_differences(frame, outcome="value", cluster="region", size="size")
    assert sized.inference == "size_adjusted_clusters"
    assert sized.smallest_p == pytest.approx(1 / 5)


def test_a_clustered_error_is_by_cluster():
    frame = panel(1, k=10).assign(region=lambda p: p.territory // 2)
    estimate = difference_in_differences(frame, outcome="value", cluster="region", inference="crv1")
    after = (frame.territory < 10) & (frame.period >= 5)
    fit = regression(
        frame.assign(effect=after.astype(float)),
        outcome="value",
        regressors=["effect"],
        effects=["territory", "period"],
        cluster="region",
        covariance_type="crv1",
    )
    value, error = fit["effect"]
    half = float(t.ppf(0.975, 9)) * error
    assert (estimate.low, estimate.high) == pytest.approx((value - half, value + half))


def test_the_same_seed_gives_the_same_result():
    first, again = (difference_in_differences(panel(1), outcome="value", size="size") for _ in "ab")
    assert first == again


def test_missing_cells_are_said_and_the_value_is_still_least_squares():
    frame = panel(4)
    frame.loc[frame.sample(20, random_state=1).index, "value"] = np.nan
    estimate = difference_in_differences(frame, outcome="value")
    assert "missing_cells" in estimate.cautions
    used = frame.assign(effect=((frame.territory < 3) & (frame.period >= 5)).astype(float))
    fit = regression(used, outcome="value", regressors=["effect"], effects=["territory", "period"])
    assert estimate.value == pytest.approx(fit["effect"][0])


def test_a_perfect_fit_has_no_clustered_error():
    frame = panel(1, k=6)
    after = (frame.territory < 6) & (frame.period >= 5)
    frame["value"] = frame.territory + 2.0 * after
    with pytest.raises(DesignError, match="no variance is left"):
        difference_in_differences(frame, outcome="value", inference="crv1")


def test_a_covariate_is_netted_out():
    frame = panel(2, effect=0)
    frame["value"] += 5 * frame.x
    plain = difference_in_differences(frame, outcome="value")
    net = difference_in_differences(frame, outcome="value", covariates=["x"])
    assert net.high - net.low < plain.high - plain.low
    assert net.low < 0 < net.high


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (
            lambda p: p.assign(adoption=p.adoption.where(p.territory != 0, 6)),
            {},
            r"staggered \(5, 6\)",
        ),
        (lambda p: p, {"inference": "crv1"}, "With 3 treated territories .* 5 are needed"),
        (lambda p: p, {"inference": "size_adjusted"}, "needs the column of the sizes"),
        (lambda p: p.assign(size=0), {"size": "size"}, "A size must be positive and known: 0, 1"),
        (lambda p: p, {"cluster": "region"}, "Missing columns: region"),
        (lambda p: p.assign(r=p.territory // 2), {"cluster": "r"}, r"differ in adoption: 1\."),
        (
            lambda p: p.assign(r=p.period),
            {"cluster": "r"},
            "more than one cluster: 0, 1, 2",
        ),
        (
            lambda p: p.assign(r=p.territory.where(p.index > 0)),
            {"cluster": "r"},
            r"names no cluster: 0\.",
        ),
        (
            lambda p: panel(1, k=6).assign(r=p.territory // 3),
            {"cluster": "r", "inference": "crv1"},
            "With 2 treated clusters",
        ),
        (lambda p: p, {"size": "people"}, "Missing columns: people"),
        (
            lambda p: p.assign(value=p.value.where(p.territory > 2)),
            {},
            "(Follows from|both before and after)",
        ),
    ],
)
def test_says_what_it_refuses(change, options, message):
    with pytest.raises(DesignError, match=message):
        difference_in_differences(change(panel(1)), outcome="value", **options)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1000), st.floats(0, 0.95), st.integers(1, 3))
def test_no_input_gives_a_nan_in_silence(seed, missing, k):
    frame = panel(seed, n=6, periods=4, k=k, adoption=3)
    gone = np.random.default_rng(seed).random(len(frame)) < missing
    frame["value"] = frame.value.mask(gone)
    try:
        estimate = difference_in_differences(frame, outcome="value", draws=99)
    except DesignError:
        return
    assert not np.isnan([estimate.value, estimate.low, estimate.high, estimate.p]).any()
    assert estimate.low <= estimate.value <= estimate.high


@pytest.mark.parametrize(
    ("project", "indicator"),
    [
        ("demande-unique", "delai-traitement"),
        ("antenne-service-public", "resolution-premier-accueil"),
        ("autonomie-domicile", "part-apa-domicile"),
    ],
)
def test_the_known_effect_of_a_demonstration_project_lies_in_its_interval(project, indicator):
    loaded = load_panel(load_project(project), indicator)
    first = loaded[loaded.event_time == 0].set_index("territory").period
    frame = loaded.assign(adoption=loaded.territory.map(first))
    estimate = difference_in_differences(frame, outcome="value", unit=loaded.attrs["unit"])
    truth = true_effects(data_dir() / "projects" / project).query("indicator == @indicator").effect
    assert estimate.low <= truth.mean() <= estimate.high


@pytest.mark.parametrize("inputs", [{}, {"size": "size"}])
def test_one_against_one_says_nothing(inputs):
    estimate = difference_in_differences(panel(1, n=2, k=1), outcome="value", draws=99, **inputs)
    assert (estimate.p, estimate.low, estimate.high) == (1, -np.inf, np.inf)


def test_a_side_without_any_value_is_said():
    frame = panel(1).assign(value=lambda p: p.value.where(p.adoption.notna()))
    with pytest.raises(
        DesignError, match="No treated territory, or no comparison one, has a value"
    ):
        difference_in_differences(frame, outcome="value")


def test_what_must_not_matter_does_not():
    """Order of rows, names, constants of territories and periods; a unit multiplies the effect."""
    frame = panel(4, n=14, k=2)
    options = {"outcome": "value", "size": "size", "draws": 199}
    first = difference_in_differences(frame, **options)
    changed = {
        "order": frame.sample(frac=1, random_state=1),
        "names": frame.assign(territory=[f"DEP-{name:02d}" for name in frame.territory]),
        "constants": frame.assign(value=frame.value + 9.0 * frame.territory - 2.0 * frame.period),
        "large": frame.assign(value=1e12 * frame.value),
        "small": frame.assign(value=-1e-12 * frame.value),
    }
    assert difference_in_differences(frame, **options) == first
    for name, other in changed.items():
        unit = {"large": 1e12, "small": -1e-12}.get(name, 1.0)
        found = difference_in_differences(other, **options)
        assert found.p == first.p
        assert found.value == pytest.approx(unit * first.value, rel=1e-9, abs=0)
        ends = sorted([unit * first.low, unit * first.high])
        assert [found.low, found.high] == pytest.approx(ends, rel=1e-9, abs=0)


@pytest.mark.parametrize("name", ["outcome", "effect", "cluster", "period 2"])
def test_a_covariate_may_have_any_name(name):
    frame = panel(5)
    first = difference_in_differences(frame, outcome="value", covariates=["x"], draws=99)
    renamed = frame.rename(columns={"x": name})
    assert difference_in_differences(renamed, outcome="value", covariates=[name], draws=99) == first


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"covariates": ["value"]}, "'value' is the outcome and a covariate"),
        ({"level": "0.95"}, "level is 0.95; it must lie strictly between"),
        ({"seed": -1}, "seed is -1; it is a whole number from 0 on"),
        ({"draws": 1.5, "inference": "best"}, r"(?s)inference is 'best'; .*draws is 1\.5"),
    ],
)
def test_options_are_checked_together(options, message):
    with pytest.raises(DesignError, match=message):
        difference_in_differences(panel(1), outcome="value", **options)
