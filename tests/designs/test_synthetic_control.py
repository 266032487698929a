"""Synthetic control: equal to other implementations, right on known effects, clear when refused."""

import re
import warnings
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from toolkit.designs.simplex import optimality_gap
from toolkit.designs.synthetic_checks import (
    leave_one_donor_out,
    synthetic_fit,
    synthetic_placebo_in_space,
)
from toolkit.designs.synthetic_control import Predictor, synthetic_control
from toolkit.designs.synthetic_fit import _Nested, fit_predictors
from toolkit.display.synthetic import plot_synthetic_gaps
from toolkit.errors import DesignError
from toolkit.i18n import LANGUAGES, language


def factor_panel(
    seed: int, *, n: int = 20, n_before: int = 15, n_after: int = 5, treated: dict | None = None,
    effect: float = 0.0,
) -> pd.DataFrame:  # fmt: skip
    """Simulate two common factors with loadings of each territory, noise, and an effect."""
    draw = np.random.default_rng(seed)
    n_periods = n_before + n_after
    factors = draw.normal(size=(2, n_periods)).cumsum(axis=1)
    loadings = draw.dirichlet(np.ones(3), size=n)[:, :2]
    outcome = 10 + loadings @ factors + draw.normal(scale=0.3, size=(n, n_periods))
    adoption = np.full(n, np.nan)
    for row, start in (treated or {0: n_before}).items():
        adoption[row] = start
        outcome[row, start:] += effect
    return pd.DataFrame(
        {
            "territory": np.repeat([f"t{i:02}" for i in range(n)], n_periods),
            "period": np.tile(np.arange(n_periods), n),
            "y": outcome.ravel(),
            "x": np.repeat(loadings[:, 0], n_periods),
            "adoption": np.repeat(adoption, n_periods),
        }
    )


def test_an_exact_mix_is_found_and_its_effect_is_exact():
    panel = factor_panel(1, n=6)
    wide = panel.pivot(index="territory", columns="period", values="y")
    mix = 0.3 * wide.loc["t01"] + 0.7 * wide.loc["t04"] + 1e-4 * np.sin(np.arange(20))
    mix.iloc[15:] += 2.0
    panel.loc[panel.territory == "t00", "y"] = mix.to_numpy()
    control = synthetic_control(panel, outcome="y")
    found = control.weights.set_index("donor").weight
    assert found["t01"] == pytest.approx(0.3, abs=1e-3)
    assert found["t04"] == pytest.approx(0.7, abs=1e-3)
    assert control.estimate.value == pytest.approx(2.0, abs=1e-3)


def test_weights_are_optimal_and_paths_add_up():
    panel = factor_panel(2)
    control = synthetic_control(panel, outcome="y")
    wide = panel.pivot(index="territory", columns="period", values="y").to_numpy()
    weights = np.zeros(19)
    names = list(control.donors)
    for row in control.weights.itertuples():
        weights[names.index(row.donor)] = row.weight
    assert weights.sum() == pytest.approx(1)
    assert optimality_gap(wide[1:, :15].T, wide[0, :15], weights) < 1e-8
    paths = control.paths
    np.testing.assert_allclose(paths.synthetic, weights @ wide[1:], atol=1e-10)
    np.testing.assert_allclose(paths.gap, wide[0] - weights @ wide[1:], atol=1e-10)
    assert control.estimate.value == pytest.approx(paths.gap[paths.event_time >= 0].mean())
    assert control.fits.loss[0] == pytest.approx((paths.gap[paths.event_time < 0] ** 2).mean())


def test_p_and_interval_by_hand():
    """One treated: p is its rank, the interval the effects whose rank would stay above 5 %."""
    control = synthetic_control(factor_panel(3, n=41, effect=0.4), outcome="y")
    fits = control.fits
    scaled = (fits.mean_gap.abs() / fits.rmspe_before).to_numpy()
    assert control.estimate.p == pytest.approx((scaled >= scaled[0]).mean())
    low, high, value = control.estimate.low, control.estimate.high, control.estimate.value

    def p_of(effect: float) -> float:
        own = abs(value - effect) / fits.rmspe_before[0]
        return (1 + (scaled[1:] >= own).sum()) / 41

    assert p_of(low + 1e-9) > 0.05 >= p_of(low - 1e-6)
    assert p_of(high - 1e-9) > 0.05 >= p_of(high + 1e-6)


def by_listing(control, first: dict, effect: float) -> float:
    """Share of the ways to deal the adoptions that are at least as extreme, one by one."""
    fits = {
        (one.territory, one.adoption): (one.mean_gap - effect * one.treated, one.rmspe_before**2)
        for one in control.fits.itertuples()
    }
    found = {}
    for way in permutations([*first, *control.donors], len(first)):
        # The order of territories within a date is no other way.
        cells = frozenset(zip(way, first.values(), strict=True))
        if cells <= fits.keys():
            gaps, squares = zip(*(fits[cell] for cell in cells), strict=True)
            found[cells] = abs(np.mean(gaps)) / np.sqrt(np.mean(squares))
    own = found[frozenset(first.items())]
    return float(np.mean([value >= own * (1 - 1e-9) for value in found.values()]))


@pytest.mark.parametrize(
    "first", [{"t00": 15, "t01": 15}, {"t00": 12, "t01": 15}, {"t00": 15, "t01": 12, "t02": 15}]
)
def test_several_treated_p_and_interval_equal_listing_every_way(first):
    rows = {int(name[1:]): start for name, start in first.items()}
    panel = factor_panel(14, n=11, treated=rows, effect=0.2)
    control = synthetic_control(panel, outcome="y", level=0.8)
    estimate = control.estimate
    assert estimate.p == pytest.approx(by_listing(control, first, 0))
    assert np.isfinite([estimate.low, estimate.high]).all()
    step = 1e-6
    for end, out in ((estimate.low, -step), (estimate.high, step)):
        assert by_listing(control, first, end - out) > 0.2 + 1e-9
        assert by_listing(control, first, end + out) <= 0.2 + 1e-9


def test_several_treated_among_few_donors_keep_the_size():
    """150 panels, 3 treated and 12 donors; against donors alone 13 % were rejected."""
    estimates = [
        synthetic_control(
            factor_panel(seed, n=15, treated={0: 15, 1: 15, 2: 15}), outcome="y"
        ).estimate
        for seed in range(150)
    ]
    assert np.mean([e.p <= 0.05 for e in estimates]) <= 0.10
    assert np.mean([e.low <= 0 <= e.high for e in estimates]) >= 0.90


def test_few_donors_can_reject_nothing_and_say_so():
    control = synthetic_control(factor_panel(4, n=16), outcome="y")
    assert control.estimate.smallest_p == pytest.approx(1 / 16)
    assert control.estimate.low == -np.inf
    assert "interval_unbounded" in control.estimate.cautions


def test_several_treated_in_several_periods_are_averaged_by_event_time():
    panel = factor_panel(5, n=30, treated={0: 12, 1: 15, 2: 15}, effect=3.0)
    control = synthetic_control(panel, outcome="y")
    assert control.estimate.n_treated == 3
    assert len(control.donors) == 27
    assert set(control.weights.treated) == {"t00", "t01", "t02"}
    gaps = control.event_gaps().set_index("event_time")
    assert gaps.n[0] == 3
    assert gaps.n[-13] == 2
    assert gaps.value[0] == pytest.approx(3.0, abs=0.5)
    assert control.estimate.p < 0.01
    assert control.estimate.low < 3.0 < control.estimate.high
    again = synthetic_control(panel, outcome="y")
    assert again.estimate == control.estimate


def test_the_known_effect_is_covered_and_a_true_null_seldom_rejected():
    """200 panels of factors, 20 donors and 1 treated: p is exact where the treated is a donor."""
    found = [
        synthetic_control(factor_panel(s, n=40, effect=1.0), outcome="y").estimate
        for s in range(200)
    ]
    covered = np.mean([e.low <= 1.0 <= e.high for e in found])
    assert 0.90 <= covered <= 0.99
    assert abs(np.mean([e.value for e in found]) - 1.0) < 0.1


def test_excluded_and_incomplete_donors_are_left_out():
    panel = factor_panel(6)
    panel.loc[(panel.territory == "t05") & (panel.period == 3), "y"] = np.nan
    control = synthetic_control(panel, outcome="y", exclude=["t07"])
    assert {"t05", "t07"} & set(control.donors) == set()
    assert control.estimate.n_comparison == 17
    assert "donors_left_out" in control.estimate.cautions


def test_predictors_bring_weights_of_their_own():
    panel = factor_panel(7)
    predictors = [Predictor("x", 0, 14), Predictor("y", 14, 14), Predictor("y", 0, 6)]
    control = synthetic_control(panel, outcome="y", predictors=predictors, placebos=False)
    table = control.predictor_weights
    assert table.predictor.tolist() == ["x 0–14", "y 14", "y 0–6"]
    assert table.weight.sum() == pytest.approx(1)
    outcomes_alone = synthetic_control(panel, outcome="y", placebos=False)
    assert control.fits.loss[0] >= outcomes_alone.fits.loss[0] - 1e-12
    assert np.isnan(control.estimate.p)


def test_the_slope_of_the_nested_loss_is_that_of_small_steps():
    panel = factor_panel(7).pivot(index="territory", columns="period", values="y").to_numpy()
    draw = np.random.default_rng(1)
    problem = _Nested(draw.normal(size=(4, 19)), (panel[1:] - panel[0])[:, :15].T)
    for _ in range(5):
        at = draw.uniform(-4, 0, 4)
        steps = 1e-6 * np.eye(4)
        numeric = [(problem.loss(at + s) - problem.loss(at - s)) / 2e-6 for s in steps]
        np.testing.assert_allclose(problem.loss_and_slope(at)[1], numeric, atol=1e-6)


def test_a_global_search_fits_no_worse_than_a_local_one():
    predictors = [Predictor("x", 0, 14), *(Predictor("y", t, t) for t in (2, 7, 11, 14))]
    for seed in range(4):
        options = {"outcome": "y", "predictors": predictors, "placebos": False}
        found = synthetic_control(factor_panel(seed, n=7), **options)
        local = synthetic_control(factor_panel(seed, n=7), search="local", **options)
        assert found.fits.loss[0] <= local.fits.loss[0] * (1 + 1e-9)
        assert found.fits.searches[0] == 2
        assert "local_search" in local.estimate.cautions
        assert "local_search" not in found.estimate.cautions


def test_predictors_that_can_all_be_matched_leave_the_choice_to_outcomes():
    """Two predictors inside the hull: the best exact match, by another solver."""
    draw = np.random.default_rng(2)
    past, predictors = draw.normal(size=(8, 12)), draw.normal(size=(2, 12))
    mixed = draw.dirichlet(np.ones(12))
    own, matched = draw.normal(size=8), predictors @ mixed
    fit = fit_predictors(past, own, predictors, matched, rng=draw)
    np.testing.assert_allclose(predictors @ fit.weights, matched, atol=1e-7)
    other = minimize(
        lambda w: np.mean((past @ w - own) ** 2),
        mixed,
        bounds=[(0, 1)] * 12,
        constraints=[
            {"type": "eq", "fun": lambda w: w.sum() - 1},
            {"type": "eq", "fun": lambda w: predictors @ w - matched},
        ],
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )
    assert fit.loss == pytest.approx(other.fun, rel=1e-5)


def test_a_fit_before_that_is_worse_than_the_donors_fails():
    panel = factor_panel(8, n=30)
    far = panel.territory == "t00"
    panel.loc[far, "y"] += 8 * np.sin(panel.period[far])
    outcome = synthetic_fit(synthetic_control(panel, outcome="y"))
    assert (outcome.status, outcome.reason) == ("failed", "poor")
    assert outcome.values["times"] > 5
    close = synthetic_fit(synthetic_control(factor_panel(8, n=30), outcome="y"))
    assert close.status in ("passed", "informative")


def test_checks_say_what_they_found_in_both_languages():
    panel = factor_panel(9, n=30, effect=4.0)
    control = synthetic_control(panel, outcome="y")
    space = synthetic_placebo_in_space(control)
    assert (space.reason, space.values["rank"], space.values["n"]) == ("stands_out", 1, 30)
    donors = leave_one_donor_out(
        control, lambda name: synthetic_control(panel, outcome="y", exclude=[name], placebos=False)
    )
    assert donors.reason == "same_sign"
    assert set(donors.data.left_out) == set(control.weights.donor)
    for code in LANGUAGES:
        for check in (space, donors, synthetic_fit(control)):
            assert check.sentence(language(code))
        assert control.estimate.explanation(language(code))


def test_pysyncon_finds_no_better_weights():
    from pysyncon import Synth

    panel = factor_panel(10, n=12)
    ours = synthetic_control(panel, outcome="y", placebos=False)
    wide = panel.pivot(index="territory", columns="period", values="y")
    before = wide.loc[:, :14].T
    theirs = Synth()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs.fit(
            X0=before.iloc[:, 1:], X1=before.iloc[:, 0], Z0=before.iloc[:, 1:],
            Z1=before.iloc[:, 0], custom_V=np.ones(15) / 15,
        )  # fmt: skip
    loss = float(((before.iloc[:, 0] - before.iloc[:, 1:] @ theirs.W) ** 2).mean())
    assert ours.fits.loss[0] <= loss * (1 + 1e-9)


BROKEN = {
    "a treated gap": (
        lambda p: p.assign(y=p.y.mask((p.territory == "t00") & (p.period == 2))), {},
        r"treated territories have missing values: t00",
    ),
    "one donor": (
        lambda p: p[p.territory.isin(["t00", "t01"])], {}, r"1 donors .* at least 2 are needed",
    ),
    "all excluded": (lambda p: p, {"exclude": [f"t{i:02}" for i in range(20)]}, r"0 donors"),
    "one period before": (
        lambda p: p.assign(adoption=p.adoption.replace(15, 1)), {},
        r"fewer than 2 periods precede the adoption of: t00",
    ),
    "no such predictor": (
        lambda p: p, {"predictors": [Predictor("z", 0, 3)]}, r"z.*The panel has: territory",
    ),
    "a predictor out of the periods": (
        lambda p: p, {"predictors": [Predictor("x", 90, 99)]}, r"'x 90–99' is missing for: t00",
    ),
    "a constant predictor": (
        lambda p: p.assign(z=1.0), {"predictors": [Predictor("z", 0, 3)]}, r"same everywhere",
    ),
    "fit periods after adoption": (lambda p: p, {"fit_periods": (3, 18)}, r"fit_periods is 3 – 18"),
    "more treated than donors": (
        lambda p: p.assign(adoption=p.adoption.mask(p.territory < "t15", 15.0)), {},
        r"treated \(15\) outnumber the donors \(5\)",
    ),
    "an unknown search": (lambda p: p, {"search": "best"}, r"search is 'best'.*global, local"),
    "infinite": (lambda p: p.assign(y=p.y.replace(p.y[5], np.inf)), {}, r"infinite"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_says_what_is_wrong(case):
    break_it, options, message = BROKEN[case]
    with pytest.raises(DesignError, match=rf"(?s){message}"):
        synthetic_control(break_it(factor_panel(11)), outcome="y", **options)


def test_more_donors_than_periods_fit_anything_and_the_fit_is_no_measure():
    panel = factor_panel(13, n=60, n_before=4, effect=1.0)
    control = synthetic_control(panel, outcome="y")
    assert control.fits.perfect.any()
    assert "perfect_fits" in control.estimate.cautions
    gaps = control.fits.mean_gap.abs()
    assert control.estimate.p == pytest.approx((gaps >= gaps[0]).mean())
    assert control.estimate.inference == "placebo_in_space_unscaled"
    # The figure counts by itself, and comes to the same.
    gap = control.paths.set_index("period").gap
    others = control.placebos.pivot(index="period", columns="territory", values="gap")
    own = {"name": "t00", "adoption": control.paths.adoption.iloc[0], "measure": "y"}
    figure = plot_synthetic_gaps(gap, others, scaled=False, lang=language("en"), **own)
    rank, of = map(int, re.search(r"ranked (\d+) of (\d+)", figure.title).groups())
    assert rank / of == pytest.approx(control.estimate.p)
    assert control.estimate.high - control.estimate.low < 20
    for check in (synthetic_fit(control), synthetic_placebo_in_space(control)):
        assert (check.status, check.reason) == ("not_applicable", "perfect")


def test_all_faults_come_in_one_message():
    panel = factor_panel(12)
    panel.loc[(panel.territory == "t00") & (panel.period == 2), "y"] = np.nan
    with pytest.raises(DesignError, match=r"(?s)t00.*0 donors"):
        synthetic_control(panel, outcome="y", exclude=[f"t{i:02}" for i in range(20)])


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.integers(4, 8), st.floats(0, 0.3))
def test_no_estimate_is_nan_whatever_the_gaps(seed, n, share):
    panel = factor_panel(seed, n=n, n_before=4, n_after=2)
    gone = np.random.default_rng(seed).random(len(panel)) < share
    try:
        estimate = synthetic_control(panel.assign(y=panel.y.mask(gone)), outcome="y").estimate
    except DesignError:
        return
    assert np.isfinite(estimate.value)
    assert 0 < estimate.p <= 1
    assert estimate.low <= estimate.value <= estimate.high


@pytest.mark.parametrize(("n", "treated", "said"), [(14, 2, True), (24, 2, False), (14, 1, False)])
def test_several_treated_among_few_donors_are_said_to_share_them(n, treated, said):
    panel = factor_panel(14, n=n, treated=dict.fromkeys(range(treated), 15))
    estimate = synthetic_control(panel, outcome="y").estimate
    assert ("shared_donors" in estimate.cautions) is said
    for code in LANGUAGES:
        assert estimate.explanation(language(code))
