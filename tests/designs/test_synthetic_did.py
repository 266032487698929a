"""Synthetic difference-in-differences: the article's estimate, honest with few treated."""

import numpy as np
import pandas as pd
import pytest
from diff_diff import SyntheticDiD
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.designs.did import difference_in_differences
from toolkit.designs.synthetic_did import synthetic_did
from toolkit.errors import DesignError
from toolkit.i18n import language
from toolkit.records.portfolio import load_panel, load_project


def panel(seed: int, *, n=20, periods=12, k=3, adoption=8, effect=2.0, noise=0.5) -> pd.DataFrame:
    """Draw a panel whose territories follow two factors, the treated those of high loading."""
    rng = np.random.default_rng(seed)
    loadings = rng.normal(size=(n, 2))
    loadings = loadings[np.argsort(-loadings[:, 0])]
    factors = np.cumsum(rng.normal(size=(2, periods)), axis=1)
    outcome = 10 + loadings @ factors + noise * rng.normal(size=(n, periods))
    frame = pd.DataFrame(
        [(i, t + 1, outcome[i, t]) for i in range(n) for t in range(periods)],
        columns=["territory", "period", "value"],
    )
    treated = frame.territory.isin(range(1, 1 + k))
    frame["adoption"] = np.where(treated, adoption, np.nan)
    frame["value"] += effect * (treated & (frame.period >= adoption))
    return frame


def oracle(frame: pd.DataFrame, **options):
    known = frame.assign(treat=frame.adoption.notna().astype(int))
    after = sorted(frame.period[frame.period >= frame.adoption.min()].unique())
    return SyntheticDiD(seed=1, **options).fit(
        known, outcome="value", treatment="treat", unit="territory", time="period",
        post_periods=after,
    )  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("k", [1, 3])
def test_agrees_with_diff_diff(seed, k):
    """Their Frank-Wolfe stops near the optimum, ours is at it: hundredths of the noise apart."""
    frame = panel(seed, k=k)
    expected = oracle(frame, variance_method="placebo", n_bootstrap=50)
    found = synthetic_did(frame, outcome="value", draws=20)
    assert found.estimate.value == pytest.approx(expected.att, abs=0.02)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(3))
def test_the_jackknife_agrees_with_diff_diff(seed):
    frame = panel(seed, k=6, n=24)
    expected = oracle(frame, variance_method="jackknife")
    found = synthetic_did(frame, outcome="value", inference="jackknife")
    assert found.standard_error == pytest.approx(expected.se, rel=0.03)
    assert found.estimate.cautions == ("few_treated",)


def test_by_hand_from_the_weights():
    frame = panel(1)
    found = synthetic_did(frame, outcome="value")
    wide = frame.pivot(index="territory", columns="period", values="value")
    own = wide.loc[[1, 2, 3]].mean()
    others = wide.drop(index=[1, 2, 3])
    times = found.time_weights.weight.to_numpy()
    units = found.unit_weights.weight.to_numpy()
    gap = own - units @ others
    value = gap.loc[8:].mean() - gap.loc[:7] @ times
    assert found.estimate.value == pytest.approx(value)
    assert times.sum() == pytest.approx(1)
    assert units.sum() == pytest.approx(1)
    after = found.path[found.path.period >= 8]
    assert (after.treated - after.synthetic).mean() == pytest.approx(value)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.floats(0.1, 50), st.floats(-100, 100))
def test_it_follows_the_unit_and_forgets_levels(seed, scale, shift):
    frame = panel(seed)
    levels = frame.territory.map(dict(enumerate(np.random.default_rng(seed).normal(size=20))))
    moved = frame.assign(value=scale * (frame.value + shift + 10 * levels))
    plain = synthetic_did(frame, outcome="value", draws=5).estimate.value
    other = synthetic_did(moved, outcome="value", draws=5)
    assert other.estimate.value == pytest.approx(scale * plain, rel=1e-3, abs=1e-3 * scale)


def test_an_effect_is_added_one_for_one():
    with_effect = synthetic_did(panel(2, effect=5.0), outcome="value").estimate
    without = synthetic_did(panel(2, effect=0.0), outcome="value").estimate
    assert with_effect.value - without.value == pytest.approx(5)


def test_it_resists_trends_that_mislead_a_plain_comparison():
    errors = {"synthetic": [], "plain": []}
    for seed in range(30):
        frame = panel(seed, effect=0.0)
        errors["synthetic"].append(synthetic_did(frame, outcome="value", draws=2).estimate.value)
        errors["plain"].append(difference_in_differences(frame, outcome="value").value)
    spread = {name: np.sqrt(np.mean(np.square(values))) for name, values in errors.items()}
    assert spread["synthetic"] < spread["plain"] / 2


def test_placebos_are_all_or_drawn_and_repeat():
    one = synthetic_did(panel(3, k=1), outcome="value")
    assert len(one.placebos) == 19
    assert one.estimate.smallest_p == pytest.approx(1 / 20)
    assert one.estimate.inference == "placebo_territories"
    drawn, again = (synthetic_did(panel(3), outcome="value", draws=50) for _ in "ab")
    assert len(drawn.placebos) == 50
    assert drawn.estimate == again.estimate


def test_too_few_placebos_leave_the_interval_open():
    found = synthetic_did(panel(3, k=1, n=10), outcome="value")
    assert np.isinf([found.estimate.low, found.estimate.high]).all()
    assert "interval_unbounded" in found.estimate.cautions


def test_cohorts_are_averaged_by_treated_cells():
    frame = panel(4, k=4)
    later = frame.territory.isin([3, 4])
    frame["adoption"] = frame.adoption.mask(later, 11)
    frame["value"] -= 2.0 * (later & (frame.period >= 8) & (frame.period < 11))
    found = synthetic_did(frame, outcome="value", draws=50)
    parts = [
        synthetic_did(frame[~frame.territory.isin(gone)], outcome="value", draws=2).estimate.value
        for gone in ([3, 4], [1, 2])
    ]
    # Two territories over five periods, then two over two.
    assert found.estimate.value == pytest.approx((10 * parts[0] + 4 * parts[1]) / 14)
    assert found.cohorts.value.to_list() == pytest.approx(parts)
    assert found.cohorts.share.sum() == pytest.approx(1)
    assert found.estimate.low < 2 < found.estimate.high


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda f: f.assign(value=f.value.mask(f.index == 5)), {}, r"Missing outcomes: 1 \(0 6\)"),
        (lambda f: f[f.period >= 7], {}, "Treated from the second period on: 1, 2, 3"),
        (lambda f: f[f.territory < 7], {}, "Comparison territories: 4, treated: 3. 5"),
        (lambda f: f, {"inference": "jackknife"}, "Treated territories: 3. The jackknife needs 5"),
        (lambda f: f, {"inference": "bootstrap"}, "'bootstrap'; it must be one of: placebo"),
        (lambda f: f, {"level": 1.2}, "level is 1.2"),
        (lambda f: f.drop(columns="adoption"), {}, "Missing columns: adoption"),
    ],
)
def test_says_what_it_refuses(change, options, message):
    with pytest.raises(DesignError, match=message):
        synthetic_did(change(panel(1)), outcome="value", **options)


def test_size_with_two_treated():
    """150 panels without effect, 14 territories: at .1 the placebo rejects one time in ten."""
    rng = np.random.default_rng(8)
    rejected = 0
    for seed in range(150):
        frame = panel(seed, n=14, k=2, effect=0.0)
        # Treated at random: placebos then are as good as the treated.
        shuffled = dict(enumerate(rng.permutation(14)))
        frame["adoption"] = np.where(frame.territory.map(shuffled) < 2, 8.0, np.nan)
        estimate = synthetic_did(frame, outcome="value", draws=39).estimate
        rejected += estimate.p <= 0.1
        assert (estimate.p <= 0.05) == (not estimate.low <= 0 <= estimate.high)
    assert 0.05 <= rejected / 150 <= 0.15


def test_the_known_effect_of_a_demonstration_project_lies_in_its_interval():
    loaded = load_panel(load_project("antenne-service-public"), "resolution-premier-accueil")
    first = loaded[loaded.event_time == 0].set_index("territory").period
    frame = loaded.assign(adoption=loaded.territory.map(first))
    complete = frame.groupby("territory").value.transform(lambda values: values.notna().all())
    found = synthetic_did(frame[complete], outcome="value", unit="percent", draws=99)
    assert found.estimate.low <= 6 <= found.estimate.high
    assert "points" in found.sentence(language("fr"))
