"""The smallest effect a design detects: against a formula, and against running it on shifts."""

from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from toolkit.designs.did import difference_in_differences
from toolkit.designs.power import minimum_detectable_effect
from toolkit.designs.randomisation import randomisation, size_adjusted
from toolkit.designs.staggered import staggered
from toolkit.errors import DesignError
from toolkit.i18n import NBSP, language

FR, EN = language("fr"), language("en")
COLUMNS = {"outcome": "y", "territory": "u", "period": "t"}


def long(values: np.ndarray, **columns: np.ndarray) -> pd.DataFrame:
    """Return a panel with territories from the rows and periods from the columns of `values`."""
    n, n_periods = values.shape
    frame = {"u": np.repeat(np.arange(n), n_periods), "t": np.tile(np.arange(n_periods), n)}
    repeated = {name: np.repeat(column, n_periods) for name, column in columns.items()}
    return pd.DataFrame(frame | {"y": values.ravel()} | repeated)


def noise(n: int, n_periods: int, *, seed: int = 1, ar: float = 0.0) -> np.ndarray:
    """Return stationary series of variance 1, correlated over time by `ar`."""
    draws = np.random.default_rng(seed).normal(size=(n, n_periods))
    for t in range(1, n_periods):
        draws[:, t] = ar * draws[:, t - 1] + np.sqrt(1 - ar**2) * draws[:, t]
    return draws


def mde(panel: pd.DataFrame, **settings) -> float:
    return minimum_detectable_effect(panel, **COLUMNS, **settings).mde


@pytest.mark.parametrize("with_size", [False, True])
def test_independent_normal_noise_gives_the_power_of_a_z_test(with_size):
    """400 placebos: 4 Monte Carlo standard errors are 8 points at most, on either side."""
    panel = long(noise(400, 8), size=np.ones(400)).assign(t=lambda p: p.t + 2000)
    error = np.sqrt((1 / 5 + 1 / 3) * (1 / 9 + 1 / 391))
    effects = error * np.array([1.0, 2, 2.8, 4])
    found = minimum_detectable_effect(
        panel, **COLUMNS, n_treated=9, n_after=3, effects=effects, placebos=400, draws=999,
        size="size" if with_size else None,
    )  # fmt: skip
    expected = norm.cdf(effects / error - norm.ppf(0.975))
    for side in ("rise", "fall"):
        assert found.curve[side].to_numpy() == pytest.approx(expected, abs=0.08)
    assert found.mde == pytest.approx((norm.ppf(0.975) + norm.ppf(0.8)) * error, rel=0.08)
    assert found.inference == ("size_adjusted" if with_size else "randomisation")
    assert found.smallest_p == pytest.approx(1 / 1000)
    assert (found.n_territories, found.n_before, found.n_after) == (400, 5, 3)
    assert (found.n_windows, found.n_placebos) == (1, 400)


def detected(changes, treated, effect, **sizes) -> bool:
    """Run the test on shifted changes: does it reject, on the effect's side?"""
    shifted = changes + effect * treated
    test = (size_adjusted if sizes else randomisation)(
        shifted, treated, *sizes.values(), rng=np.random.default_rng(3), draws=199, level=0.9
    )
    estimate = shifted[treated].mean() - shifted[~treated].mean()
    return bool(test.p <= 0.1 + 1e-9 and estimate * effect > 0)


@pytest.mark.parametrize("k", [1, 2, 10])
def test_the_curve_equals_running_the_test_on_shifted_changes(k):
    """All placebos are listed: 12 (or 66) choices of territories in each of 3 windows."""
    values = noise(12, 7, seed=k).cumsum(axis=1)
    effects = np.linspace(0.05, 8, 9)
    found = minimum_detectable_effect(
        long(values), **COLUMNS, n_treated=k, n_after=2, n_before=3, effects=effects, level=0.9,
        placebos=1000,
    )  # fmt: skip
    rise, fall = np.zeros(9), np.zeros(9)
    for start in range(3):
        window = values[:, start : start + 5]
        changes = window[:, 3:].mean(axis=1) - window[:, :3].mean(axis=1)
        for chosen in combinations(range(12), k):
            treated = np.isin(np.arange(12), chosen)
            rise += [detected(changes, treated, e) for e in effects]
            fall += [detected(changes, treated, -e) for e in effects]
    assert found.n_windows == 3
    assert (found.curve.rise * found.n_placebos).round(6).tolist() == rise.tolist()
    assert (found.curve.fall * found.n_placebos).round(6).tolist() == fall.tolist()
    assert found.curve.power.tolist() == np.minimum(found.curve.rise, found.curve.fall).tolist()
    assert found.inference == "randomisation_exact"


@pytest.mark.parametrize("sizes", [(), (np.linspace(1, 50, 60),)])
def test_with_drawn_assignments_too_the_interval_moves_with_the_effect(sizes):
    """One test a placebo is enough: rejecting c + e T is 0 being outside [low + e, high + e]."""
    changes, treated = noise(60, 1)[:, 0], np.arange(60) < 6
    run = size_adjusted if sizes else randomisation

    def tested(effect):
        rng = np.random.default_rng(5)
        return run(changes + effect * treated, treated, *sizes, rng=rng, draws=499)

    plain = tested(0)
    assert not plain.exact
    for effect in np.linspace(-3, 3, 41):
        inside = plain.low + effect <= 0 <= plain.high + effect
        assert (tested(effect).p <= 0.05 + 1e-9) == (not inside)


@pytest.mark.parametrize("size", [None, "size"])
def test_it_is_the_test_that_difference_in_differences_runs(size):
    """One candidate is one placebo: its effect is found just above the mde, not just below."""
    sizes = np.exp(noise(30, 1)[:, 0])
    panel = long(noise(30, 6, seed=4), size=sizes)
    options = COLUMNS | {"size": size, "draws": 19_999}
    found = minimum_detectable_effect(panel, **options, n_treated=1, n_after=2, candidates=[7])
    assert found.n_placebos == 1
    adopted = panel.assign(g=np.where(panel.u == 7, 4.0, np.nan))
    p = {}
    for sign in (-1, 1):
        for factor in (0.9, 1.1):
            effect = sign * factor * found.mde * (adopted.t >= adopted.g)
            estimate = difference_in_differences(
                adopted.assign(y=adopted.y + effect), adoption="g", **options
            )
            p[sign, factor] = estimate.p
    assert max(p[-1, 1.1], p[1, 1.1]) <= 0.05 < max(p[-1, 0.9], p[1, 0.9])


def test_from_ten_treated_on_it_is_the_wild_bootstrap():
    """The whole pool is treated: one placebo, and the effect is found just above the mde."""
    panel = long(noise(40, 6, seed=4))
    options = COLUMNS | {"draws": 9_999}
    found = minimum_detectable_effect(
        panel, **options, n_treated=12, n_after=2, candidates=list(range(12))
    )
    assert (found.inference, found.n_placebos) == ("wild", 1)
    adopted = panel.assign(g=np.where(panel.u < 12, 4.0, np.nan))
    p = {}
    for sign in (-1, 1):
        for factor in (0.85, 1.15):
            effect = sign * factor * found.mde * (adopted.t >= adopted.g)
            shifted = adopted.assign(y=adopted.y + effect)
            p[sign, factor] = difference_in_differences(shifted, adoption="g", **options).p
    assert max(p[-1, 1.15], p[1, 1.15]) <= 0.05 < max(p[-1, 0.85], p[1, 0.85])


def test_with_very_many_territories_it_is_the_error_by_jackknife():
    values = noise(2_600, 4)
    found = minimum_detectable_effect(long(values), **COLUMNS, n_treated=50, n_after=2, placebos=30)
    assert (found.inference, found.smallest_p) == ("crv3", 0.0)
    assert found.mde == pytest.approx(2.8 * np.sqrt(1 / 50), rel=0.35)


# Staggered adoption.


def detected_in_turn(values, adoption, effect, **options) -> bool:
    """Add the effect and run the whole design anew: does it reject, on the effect's side?"""
    n_periods = values.shape[1]
    panel = long(values + effect * (np.arange(n_periods) >= adoption[:, None]), **options)
    panel["g"] = np.repeat(np.where(adoption < n_periods, adoption, np.nan), n_periods)
    size = "size" if "size" in options else None
    estimate = staggered(panel, **COLUMNS, adoption="g", size=size).aggregate(
        rng=np.random.default_rng(3), draws=199, level=0.8
    )
    return bool(estimate.p <= 0.2 + 1e-9 and estimate.value * effect > 0)


def test_the_staggered_curve_equals_adding_the_effect_and_running_the_test_again():
    """All placebos are listed: 7 x 6 ways to adopt in turn, in each of 2 windows."""
    values, effects = noise(7, 6, seed=5), np.array([0.7, 2.0])
    found = minimum_detectable_effect(
        long(values), **COLUMNS, cohorts={0: 1, 1: 1}, n_after=3, n_before=2, effects=effects,
        level=0.8, placebos=100,
    )  # fmt: skip
    rise, fall = np.zeros(2), np.zeros(2)
    for window in (values[:, :5], values[:, 1:]):
        for chosen in permutations(range(7), 2):
            adoption = np.full(7, 5)
            adoption[list(chosen)] = 2, 3
            rise += [detected_in_turn(window, adoption, e) for e in effects]
            fall += [detected_in_turn(window, adoption, -e) for e in effects]
    assert (found.inference, found.n_windows, found.n_placebos) == ("placebo", 2, 84)
    assert found.smallest_p == pytest.approx(1 / 42)
    assert (found.curve.rise * 84).round(6).tolist() == rise.tolist()
    assert (found.curve.fall * 84).round(6).tolist() == fall.tolist()


def test_the_staggered_power_is_that_of_fresh_panels():
    """Sizes known, 150 panels: four Monte Carlo standard errors are 16 points at most."""
    sizes = np.exp(noise(60, 1)[:, 0])
    scale = np.sqrt(0.2 + 1 / sizes)[:, None]
    draws = [noise(60, 8, seed=s, ar=0.5) * scale for s in range(151)]
    options = {"cohorts": {0: 2, 2: 1}, "n_after": 4, "level": 0.8, "effects": [1.2]}
    found = minimum_detectable_effect(
        long(np.hstack(draws[:4]), size=sizes), **COLUMNS, **options, n_before=4, size="size",
        placebos=150, draws=199,
    )  # fmt: skip
    assert found.inference == "size_adjusted"
    rng, count = np.random.default_rng(1), 0
    for values in draws[1:]:
        adoption = np.full(60, 8)
        adoption[rng.choice(60, 3, replace=False)] = 4, 4, 6
        count += detected_in_turn(values, adoption, 1.2, size=sizes)
    assert found.curve.rise[0] == pytest.approx(count / 150, abs=0.16)


def test_one_cohort_and_the_last_period_before_make_the_staggered_test():
    """With one date the average effect is from the last period before: noisier than from all."""
    values = noise(30, 8)
    once = minimum_detectable_effect(long(values), **COLUMNS, n_treated=2, n_after=3)
    in_turn = minimum_detectable_effect(long(values), **COLUMNS, cohorts={0: 2}, n_after=3)
    assert in_turn.mde > 1.1 * once.mde
    assert (in_turn.cohorts, once.cohorts) == ({0: 2}, None)


def test_the_sentence_of_a_staggered_adoption_counts_its_dates():
    found = minimum_detectable_effect(
        long(noise(30, 8)), **COLUMNS, cohorts={2: 1, 0: 2}, n_after=4, placebos=20, draws=199
    )
    assert found.cohorts == {0: 2, 2: 1}
    assert found.sentence(EN).startswith("With 3 treated territories and 27 comparison")
    assert found.sentence(EN).endswith(
        "Adoption is staggered over 2 dates, and periods are counted from the first."
    )
    assert found.sentence(FR).endswith("et les périodes se comptent depuis la première.")


@given(seed=st.integers(0, 10_000), k=st.integers(1, 4), level=st.sampled_from([0.8, 0.9, 0.95]))
@settings(max_examples=25, deadline=None)
def test_power_never_falls_when_the_effect_grows_and_reaches_its_target_at_the_mde(seed, k, level):
    found = minimum_detectable_effect(
        long(noise(14, 5, seed=seed)), **COLUMNS, n_treated=k, n_after=2, level=level, placebos=60
    )
    for column in ("effect", "rise", "fall", "power"):
        assert (np.diff(found.curve[column]) >= 0).all()
    if np.isinf(found.mde):
        assert found.smallest_p > 1 - level
        assert found.curve.power.max() == 0
    else:
        assert found.smallest_p <= 1 - level + 1e-9
        reached = found.curve.effect >= found.mde * (1 - 1e-9)
        assert found.curve.power[found.curve.effect > found.mde].min() >= 0.8
        assert found.curve.power[~reached].max() < 0.8


@given(
    scale=st.floats(1e-3, 1e4),
    shift=st.floats(-100, 100),
    slope=st.floats(-10, 10),
    with_size=st.booleans(),
)
@settings(max_examples=20, deadline=None)
def test_the_mde_scales_with_the_outcome_and_ignores_a_common_trend(scale, shift, slope, with_size):
    values = noise(20, 6)
    moved = scale * (values + shift + slope * np.arange(6))
    options = {"n_treated": 3, "n_after": 2, "placebos": 30, "draws": 199}
    options["size"] = "size" if with_size else None
    sizes = np.arange(1.0, 21)
    expected = scale * mde(long(values, size=sizes), **options)
    assert mde(long(moved, size=sizes), **options) == pytest.approx(expected, rel=1e-6)


def test_one_treated_of_ten_detects_nothing_and_says_so():
    found = minimum_detectable_effect(long(noise(10, 6)), **COLUMNS, n_treated=1, n_after=2)
    assert found.mde == np.inf
    assert found.smallest_p == pytest.approx(0.1)
    assert found.curve.power.max() == 0
    assert np.isfinite(found.curve.effect).all()
    assert found.sentence(EN) == (
        "With 1 treated territory and 9 comparison territories, nothing can be detected, however "
        "large the effect: the smallest p these numbers allow is 0.100, above the 5% threshold."
    )
    assert found.sentence(FR) == (
        "Avec 1 territoire traité et 9 territoires de comparaison, rien ne peut être décelé, si "
        f"grand que soit l’effet{NBSP}: le plus petit p que ces nombres permettent est de 0,100, "
        f"au-dessus du seuil de 5{NBSP}%."
    )


def test_half_treated_the_mirror_assignment_doubles_the_smallest_p():
    """3 of 6: 20 assignments, but each is as extreme as its mirror; 1 in 10 is the least."""
    found = minimum_detectable_effect(long(noise(6, 5)), **COLUMNS, n_treated=3, n_after=1)
    assert (found.smallest_p, found.mde) == (pytest.approx(0.1), np.inf)


def test_the_sentence_names_the_smallest_effect_in_its_unit():
    values = noise(40, 8)
    found = minimum_detectable_effect(
        long(values), **COLUMNS, n_treated=4, n_after=2, placebos=50, unit="percent"
    )
    english, french = (lang.quantity(found.mde, "percent", 2) for lang in (EN, FR))
    assert found.sentence(EN) == (
        "With 4 treated territories and 36 comparison territories (periods: 6 before, 2 after), "
        "this design cannot reliably detect an effect of less than "
        f"{english}: a smaller one would be seen less than "
        "80% of the time (test at the 5% threshold, placebos: 50)."
    )
    assert found.sentence(FR) == (
        f"Avec 4 territoires traités et 36 territoires de comparaison (périodes{NBSP}: 6 avant, 2 "
        "après), ce plan ne décèle pas de façon fiable un effet de moins de "
        f"{french}{NBSP}: plus petit, il serait vu moins de 80{NBSP}% "
        f"du temps (test au seuil de 5{NBSP}%, placebos{NBSP}: 50)."
    )
    assert found.table().n_treated.tolist() == [4]


def test_the_same_seed_gives_the_same_result():
    panel = long(noise(60, 6))
    options = COLUMNS | {"n_treated": 6, "n_after": 2, "placebos": 20, "draws": 199}
    first, again, other = (
        minimum_detectable_effect(panel.sample(frac=1, random_state=s), **options, seed=seed)
        for s, seed in enumerate((7, 7, 8))
    )
    assert first == again
    pd.testing.assert_frame_equal(first.curve, again.curve)
    assert first.mde != other.mde


def test_serial_correlation_raises_the_mde():
    """AR 0.8: the change of two means of 5 has a variance of 1.07, against 0.4 when shuffled."""
    values = noise(150, 10, ar=0.8)
    shuffled = np.random.default_rng(2).permuted(values, axis=1)
    options = {"n_treated": 10, "n_after": 5, "placebos": 150, "draws": 499}
    assert mde(long(values), **options) > 1.3 * mde(long(shuffled), **options)


def test_only_candidates_are_treated():
    """A sixth of the territories is ten times as noisy: an effect there is harder to see."""
    values = noise(60, 6) * np.where(np.arange(60) < 10, 10, 1)[:, None]
    options = {"n_treated": 2, "n_after": 2, "placebos": 100}
    noisy = mde(long(values), **options, candidates=list(range(10)))
    quiet = mde(long(values), **options, candidates=list(range(10, 60)))
    assert noisy > 1.5 * quiet


def test_a_territory_with_a_missing_value_is_left_out():
    values = noise(25, 6)
    gap = values.copy()
    gap[24, 2] = np.nan
    options = COLUMNS | {"n_treated": 1, "n_after": 2}
    found = minimum_detectable_effect(long(gap), **options)
    assert (found.n_territories, found.n_left_out) == (24, 1)
    without_row = minimum_detectable_effect(long(gap).dropna(), **options)
    assert found == without_row
    assert found.mde == minimum_detectable_effect(long(values[:24]), **options).mde


@pytest.mark.parametrize(
    ("break_it", "settings", "message"),
    [
        (lambda p: p.drop(columns="y"), {}, r"Missing columns: y\. The panel has: u, t"),
        (None, {"size": "people"}, r"Missing columns: people\."),
        (lambda p: pd.concat([p, p.iloc[[3]]]), {}, r"a territory has two rows for a period: 0 3"),
        (lambda p: p.assign(y=1.0), {}, r"the value is the same everywhere"),
        (lambda p: p.assign(y=p.y.where(p.t > 0, np.inf)), {}, r"infinite values, rows: 0, 6"),
        (lambda p: p.assign(y=p.u + p.t), {}, r"all change alike"),
        (None, {"n_treated": 0}, r"n_treated is 0: at least 1"),
        (None, {"n_treated": 8}, r"n_treated=8 for 8 territories .* 1 for the comparison"),
        (None, {"n_treated": 7, "size": "u"}, r"size must be positive"),
        (lambda p: p.assign(s=1), {"n_treated": 7, "size": "s"}, r"2 for the comparison"),
        (lambda p: p.assign(y=p.y.where(p.u < 2)), {"n_treated": 2}, r"for 2 territories"),
        (None, {"n_treated": None}, r"Give either n_treated, for one date"),
        (None, {"cohorts": {0: 1}}, r"Give either n_treated, for one date"),
        (
            None,
            {"n_treated": None, "cohorts": {1: 2}},
            r"cohorts is {1: 2}: .* such as {0: 2, 3: 1}",
        ),
        (None, {"n_treated": None, "cohorts": {0: 1, 1: 0}}, r"cohorts is {0: 1, 1: 0}"),
        (None, {"n_treated": None, "cohorts": {0: 1, 2: 1}}, r"adopts 2 periods .* n_after is 2"),
        (
            lambda p: p.assign(y=p.u + p.t),
            {"n_treated": None, "cohorts": {0: 1, 1: 1}},
            r"all change alike",
        ),
        (None, {"n_after": 5}, r"1 periods before and 5 after, in a panel that has 6"),
        (None, {"n_after": 0}, r"n_after is 0: at least 1"),
        (None, {"n_before": 1}, r"1 periods before"),
        (None, {"n_before": 5}, r"5 periods before and 2 after, in a panel that has 6"),
        (None, {"candidates": [1, 99]}, r"Candidates are not in the panel.*: 99\."),
        (None, {"n_treated": 2, "candidates": [1]}, r"1 candidates for 2 territories"),
        (None, {"power": 1.0}, r"power is 1\.0: it must lie between 0 and 1"),
        (None, {"level": 95}, r"level is 95"),
        (None, {"placebos": 0, "draws": 0}, r"placebos is 0: at least 1 .*\ndraws is 0"),
        (None, {"effects": [0, -1.5, np.nan]}, r"effects has -1\.5, nan"),
        (None, {"effects": [np.inf], "power": 2}, r"power is 2: .*\neffects has inf"),
        (lambda p: p.iloc[:0], {}, r"n_treated=1 for 0 territories"),
    ],
)
def test_it_says_what_is_wrong(break_it, settings, message):
    panel = long(noise(8, 6))
    before = panel.copy()
    options = COLUMNS | {"n_treated": 1, "n_after": 2} | settings
    with pytest.raises(DesignError, match=message):
        minimum_detectable_effect(panel if break_it is None else break_it(panel), **options)
    pd.testing.assert_frame_equal(panel, before)
