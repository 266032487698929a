"""Staggered adoption: equal to slow second implementations, honest, clear when refused."""

import os
import runpy
import subprocess
import sys
import warnings
from collections import Counter
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.designs.staggered import staggered
from toolkit.designs.staggered_result import KINDS
from toolkit.errors import DesignError

ROOT = Path(__file__).parents[2]
peers = runpy.run_path(str(ROOT / "benchmarks/staggered.py"))
random_panel, SETTINGS = peers["random_panel"], peers["SETTINGS"]


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def small_panel(seed: int, sizes: dict, *, n: int, n_periods: int, gaps: float = 0.0):
    """Give noise and an effect of 1; `sizes` is the number of territories of each adoption."""
    draw = rng(seed)
    adoption = np.full(n, np.nan)
    chosen = np.repeat(list(sizes), list(sizes.values()))
    adoption[draw.permutation(n)[: len(chosen)]] = chosen
    frame = pd.MultiIndex.from_product(
        [[f"t{i:02}" for i in range(n)], range(1, n_periods + 1)], names=["territory", "period"]
    ).to_frame(index=False)
    frame["adoption"] = np.repeat(adoption, n_periods)
    frame["x"] = np.repeat(draw.normal(size=n), n_periods)
    frame["y"] = draw.normal(size=len(frame)) + (frame.period >= frame.adoption)
    frame.loc[draw.random(len(frame)) < gaps, "y"] = np.nan
    return frame.sample(frac=1, random_state=seed)


def run(panel: pd.DataFrame, **options):
    return staggered(panel, outcome="y", **options)


# The second implementation: one cell at a time, territory by territory, from the article.


def direct_cell(y, adoption, g, t, base, comparison, anticipation):
    """Return the cell's value and standard error; y[territory][period]; None without a pair."""
    changes = {"treated": [], "compared": []}
    for territory, series in y.items():
        a = adoption[territory]
        late = comparison == "not_yet" and a > max(t, base) + anticipation and a != g
        group = "treated" if a == g else "compared" if np.isinf(a) or late else None
        change = series.get(t, np.nan) - series.get(base, np.nan)
        if group and not np.isnan(change):
            changes[group].append(change)
    one, other = changes["treated"], changes["compared"]
    if not one or not other:
        return None
    error = np.sqrt(np.var(one) / len(one) + np.var(other) / len(other))
    return np.mean(one) - np.mean(other), error


def direct_cells(y, adoption, periods, comparison="never", anticipation=0, base="varying"):
    found = {}
    for g in sorted({a for a in adoption.values() if not np.isinf(a)}):
        last = g - anticipation - 1
        for t in periods:
            reference = t - 1 if t <= last and base == "varying" else last
            if reference >= periods[0] and reference != t:
                cell = direct_cell(y, adoption, g, t, reference, comparison, anticipation)
                if cell is not None:
                    found[g, t] = cell
    return found


def direct_average(values: dict, sizes: dict, kind: str) -> float:
    """Average values[g, t] after adoption."""
    after = {(g, t): value for (g, t), value in values.items() if t >= g}
    label = {
        "simple": lambda g, t: 0,
        "group": lambda g, t: g,
        "dynamic": lambda g, t: t - g,
        "calendar": lambda g, t: t,
    }[kind]
    buckets = {}
    for (g, t), value in after.items():
        weight = 1 if kind == "group" else sizes[g]
        buckets.setdefault(label(g, t), []).append((value, weight))
    means = {
        key: sum(value * weight for value, weight in pairs) / sum(weight for _, weight in pairs)
        for key, pairs in buckets.items()
    }
    weights = [sizes[key] if kind == "group" else 1 for key in means]
    return float(np.average(list(means.values()), weights=weights))


def as_dicts(panel: pd.DataFrame):
    seen = panel.dropna(subset="y")
    y = {
        name: dict(zip(rows.period, rows.y, strict=True))
        for name, rows in seen.groupby("territory")
    }
    first = panel.groupby("territory").adoption.first().fillna(np.inf).to_dict()
    return y, {name: first[name] for name in y}


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from(["never", "not_yet"]),
    st.sampled_from(["varying", "universal"]),
    st.integers(0, 1),
    st.sampled_from([0.0, 0.15, 0.4]),
)
def test_cells_and_averages_equal_the_second_implementation(
    seed, comparison, base, anticipation, gaps
):
    panel = small_panel(seed, {3: 2, 4: 1, 6: 3}, n=20, n_periods=6, gaps=gaps)
    y, adoption = as_dicts(panel)
    expected = direct_cells(y, adoption, range(1, 7), comparison, anticipation, base)
    options = {"comparison": comparison, "base": base, "anticipation": anticipation}
    if not any(t >= g for g, t in expected):
        with pytest.raises(DesignError, match="No treated territory is observed"):
            run(panel, **options)
        return
    effects = run(panel, **options)
    cells = effects.cells
    assert list(zip(cells.cohort, cells.period, strict=True)) == list(expected)
    np.testing.assert_allclose(cells[["value", "se"]], list(expected.values()), atol=1e-12)
    np.testing.assert_allclose(effects.influence.sum(axis=0), 0, atol=1e-12)
    sizes = Counter(adoption.values())
    values = {key: value for key, (value, _) in expected.items()}
    for kind in KINDS:
        estimate = effects.aggregate(kind, rng=rng(), draws=5)
        assert estimate.value == pytest.approx(direct_average(values, sizes, kind), abs=1e-12)
    try:
        events = effects.event_times(rng=rng(), draws=50).frame
    except DesignError as error:
        # With many gaps no draw may let every event time be estimated: no covariance then.
        assert gaps > 0.2 and "Under no other assignment" in str(error)  # noqa: PT017, PT018
        return
    for event, value in zip(events.event_time, events.value, strict=True):
        at = {key: v for key, v in values.items() if key[1] - key[0] == event}
        weights = [sizes[g] for g, _ in at]
        assert value == pytest.approx(np.average(list(at.values()), weights=weights), abs=1e-12)


def doubly_robust(change, treated, x):
    """Sant'Anna and Zhao (2020), equation 2.1 with normalised weights, by statsmodels."""
    design = sm.add_constant(x)
    share = sm.Logit(treated.astype(float), design).fit(disp=0, tol=1e-12).predict()
    line = sm.OLS(change[~treated], design[~treated]).fit().predict(design)
    odds = (share / (1 - share) * (share < 0.995))[~treated]
    left = change - line
    return left[treated].mean() - np.average(left[~treated], weights=odds)


@pytest.mark.parametrize("seed", range(6))
def test_covariates_give_the_doubly_robust_cells(seed):
    panel = random_panel(seed, n=120, gaps=0.05)
    cells = run(panel, covariates=("x",)).cells
    wide = panel.pivot(index="territory", columns="period", values="y")
    first = panel.groupby("territory").adoption.first()
    x = panel.groupby("territory").x.first()
    for cell in cells.itertuples():
        base = cell.period - 1 if cell.period < cell.cohort else cell.cohort - 1
        change = wide[cell.period] - wide[base]
        used = change.notna() & (first.isna() | (first == cell.cohort))
        expected = doubly_robust(
            change[used].to_numpy(), first[used].notna().to_numpy(), x[used].to_numpy()
        )
        assert cell.value == pytest.approx(expected, abs=1e-8)


# csdid and diff-diff, second implementations, on random panels. Tolerances: rounding, but for the
# doubly robust cells of diff-diff, whose comparison weights are divided by the number of treated
# and not by their sum.


@pytest.mark.filterwarnings("ignore:Be aware that there are some small groups:UserWarning")
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("setting", [name for name in SETTINGS if "missing" not in name])
def test_csdid_agrees(setting, seed):
    """A territory with a gap is dropped altogether by csdid: another estimand, not compared."""
    data, options = SETTINGS[setting]
    value, se, cells = peers["differences"](
        random_panel(seed, **data), peers["csdid_cells"], options
    )
    assert (value, se) == pytest.approx((0, 0), abs=1e-7)
    assert cells >= 12


@pytest.mark.filterwarnings("ignore:Unbalanced panel detected:UserWarning")
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("setting", SETTINGS)
def test_diff_diff_agrees(setting, seed):
    data, options = SETTINGS[setting]
    value, se, cells = peers["differences"](
        random_panel(seed, **data), peers["diff_diff_cells"], options
    )
    tolerance = 1e-3 if "covariates" in options else 1e-9
    assert (value, se) == pytest.approx((0, 0), abs=tolerance)
    assert cells >= 12


# Placebo inference, against listing every assignment.


def direct_p(panel: pd.DataFrame, kind: str, effect: float, estimate) -> float:
    """Share of the ways to deal out the adoptions that are at least as extreme."""
    names = sorted(panel.territory.unique())
    first = panel.groupby("territory").adoption.first().reindex(names)
    left = panel.assign(y=panel.y - effect * (panel.period >= panel.adoption))
    ways = set(permutations(first.fillna(np.inf)))
    observed, found = None, []
    for way in sorted(ways):
        value = estimate(left, dict(zip(names, way, strict=True)), kind)
        found.append(value)
        if way == tuple(first.fillna(np.inf)):
            observed = value
    extreme = [v is None or abs(v) >= abs(observed) - 1e-10 for v in found]
    return sum(extreme) / len(extreme)


def by_means(panel, adoption, kind):
    y, _ = as_dicts(panel)
    values = {key: value for key, (value, _) in direct_cells(y, adoption, range(1, 5)).items()}
    if not any(t >= g for g, t in values):
        return None
    return direct_average(values, Counter(adoption.values()), kind)


def by_regression(panel, adoption, kind):
    """Doubly robust, on panels without gaps; None where covariates separate."""
    wide = panel.pivot(index="territory", columns="period", values="y")
    first = pd.Series(adoption).reindex(wide.index)
    x = panel.groupby("territory").x.first()
    values = {}
    for g in sorted(set(first[np.isfinite(first)])):
        for t in range(int(g), 5):
            used = np.isinf(first) | (first == g)
            change = (wide[t] - wide[g - 1])[used].to_numpy()
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    values[g, t] = doubly_robust(
                        change, (first[used] == g).to_numpy(), x[used].to_numpy()
                    )
            except (Warning, np.linalg.LinAlgError):
                continue
    known = {g for g, _ in values}
    return direct_average(values, Counter(adoption.values()), kind) if known else None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gaps", [0, 0.15])
def test_placebo_p_and_interval_equal_listing_every_assignment(kind, gaps):
    panel = small_panel(6, {2: 2, 3: 1}, n=7, n_periods=4, gaps=gaps)
    estimate = run(panel).aggregate(kind, level=0.7)
    assert estimate.smallest_p == pytest.approx(1 / 105)
    assert estimate.p == pytest.approx(direct_p(panel, kind, 0, by_means))
    step = 1e-6
    for end, out in ((estimate.low, -step), (estimate.high, step)):
        assert np.isfinite(end)
        assert direct_p(panel, kind, end - out, by_means) > 0.3 + 1e-9
        assert direct_p(panel, kind, end + out, by_means) <= 0.3 + 1e-9


def test_placebo_with_covariates_equals_listing_every_assignment():
    panel = small_panel(3, {3: 2}, n=9, n_periods=4)
    estimate = run(panel, covariates=("x",)).aggregate("simple", level=0.5)
    assert estimate.smallest_p == pytest.approx(1 / 36)
    assert estimate.p == pytest.approx(direct_p(panel, "simple", 0, by_regression))


@pytest.mark.parametrize("gaps", [0, 0.1])
@pytest.mark.parametrize(
    ("event", "options", "where"),
    [
        (0, {}, lambda p: p.period >= p.adoption),
        (2, {"comparison": "not_yet"}, lambda p: p.period >= p.adoption),
        (-1, {"comparison": "not_yet"}, lambda p: p.period >= p.adoption - 1),
        (-2, {}, lambda p: p.period >= p.adoption - 2),
        (-3, {"base": "universal"}, lambda p: p.period == p.adoption - 3),
    ],
)
def test_the_interval_of_an_event_time_moves_with_the_effect(event, options, where, gaps):
    """An effect of 5 more where the event time has one moves value and bounds by 5."""
    panel = small_panel(2, {4: 2, 5: 1}, n=9, n_periods=6, gaps=gaps)
    shifted = panel.assign(y=panel.y + 5 * where(panel))
    tables = [
        run(p, **options).event_times(level=0.6, rng=rng()).frame.set_index("event_time")
        for p in (panel, shifted)
    ]
    columns = ["value", "low", "high"]
    before, after = (table.loc[event, columns].to_numpy() for table in tables)
    assert np.isfinite(before).all()
    np.testing.assert_allclose(after, before + 5, atol=1e-8)


def test_a_universal_base_gives_every_event_time_but_its_own():
    panel = small_panel(6, {3: 2, 5: 1}, n=8, n_periods=6)
    for comparison in ("never", "not_yet"):
        table = run(panel, base="universal", comparison=comparison).event_times(level=0.8)
        assert -1 not in set(table.frame.event_time)
        assert np.isfinite(table.frame.to_numpy()).all()
        assert (table.frame.low <= table.frame.value).all()
        assert (table.frame.high >= table.frame.value).all()
        np.testing.assert_allclose(np.sqrt(np.diag(table.covariance)), table.frame.se)


def test_a_cohort_of_one_and_few_assignments_leave_the_interval_unbounded():
    panel = small_panel(1, {3: 1}, n=6, n_periods=4)
    estimate = run(panel).aggregate()
    assert estimate.smallest_p == pytest.approx(1 / 6)
    assert (estimate.low, estimate.high) == (-np.inf, np.inf)
    assert "interval_unbounded" in estimate.cautions


def test_draws_stand_for_a_long_list_and_the_seed_settles_them():
    effects = run(random_panel(2, n=40))
    for inference in ("placebo", "multiplier"):
        first, again, other = (
            effects.aggregate(inference=inference, rng=rng(seed)) for seed in (7, 7, 8)
        )
        assert first == again
        assert first != other
        assert first.smallest_p == 1 / 1000
        assert first.value == pytest.approx(other.value)


def test_drawn_and_listed_assignments_agree(monkeypatch):
    panel = small_panel(4, {3: 2, 4: 1}, n=12, n_periods=5)
    listed = run(panel).aggregate(level=0.8)
    monkeypatch.setattr("toolkit.designs.placebo.MOST_EXACT", 1)
    drawn = run(panel).aggregate(level=0.8, rng=rng(), draws=20_000)
    assert drawn.p == pytest.approx(listed.p, abs=0.02)
    assert drawn.high == pytest.approx(listed.high, abs=0.1)


def test_the_interval_covers_and_the_test_keeps_its_size_with_three_treated():
    """300 panels of effect 1, few treated; 5 % nominal: within three standard errors (3.8 %)."""
    missed = rejected = 0
    for seed in range(300):
        panel = small_panel(seed, {3: 2, 4: 1}, n=20, n_periods=5)
        effects = run(panel)
        # 3,420 assignments: listed.
        estimate = effects.aggregate()
        missed += not estimate.low <= 1 <= estimate.high
        rejected += estimate.p <= 0.05
    assert 0.012 <= missed / 300 <= 0.088
    assert rejected / 300 > 0.2


def test_multiplier_and_analytic_inference_agree_where_territories_are_many():
    effects = run(random_panel(5, n=400))
    for kind in KINDS:
        analytic = effects.aggregate(kind, inference="analytic")
        drawn = effects.aggregate(kind, inference="multiplier", rng=rng(), draws=4_000)
        width = analytic.high - analytic.low
        assert drawn.high - drawn.low == pytest.approx(width, rel=0.08)
        assert analytic.p == pytest.approx(drawn.p, abs=0.02)
    pointwise = effects.event_times(inference="analytic").frame
    band = effects.event_times(inference="multiplier", rng=rng()).frame
    assert ((band.high - band.low) > (pointwise.high - pointwise.low)).all()


def test_the_standard_error_counts_the_error_of_the_shares():
    """The spread of the simple average over samples is what its analytic error says."""
    estimates = [run(random_panel(s, n=80)).aggregate(inference="analytic") for s in range(120)]
    spread = np.std([e.value for e in estimates])
    said = np.mean([(e.high - e.low) / 2 / 1.96 for e in estimates])
    assert said == pytest.approx(spread, rel=0.2)


def test_what_is_left_out_is_counted():
    panel = small_panel(1, {3: 3, 4: 3}, n=12, n_periods=5)
    treated = panel[panel.adoption == 3].territory.min()
    gone = (panel.territory == treated) & (panel.period == 5)
    effects = run(panel.assign(y=panel.y.mask(gone)))
    cell = effects.cells.set_index(["cohort", "period"]).loc[(3, 5)]
    assert (cell.n_treated, cell.n_comparison, cell.n_left_out) == (2, 6, 1)
    assert effects.cautions == ("missing_cells",)
    nobody = (panel.adoption == 3) & (panel.period == 5)
    effects = run(panel.assign(y=panel.y.mask(nobody)))
    assert effects.left_out.to_numpy().tolist() == [[3, 5]]
    assert effects.cautions == ("missing_cells", "cells_left_out")


def test_cautions_of_usual_inference():
    panel = small_panel(1, {3: 1, 4: 5}, n=20, n_periods=5)
    estimate = run(panel).aggregate(inference="analytic")
    assert estimate.cautions == ("few_treated", "cohort_of_one")
    assert run(panel).aggregate(rng=rng(), draws=99).cautions == ("sizes_unknown",)


def test_the_panel_is_not_changed():
    panel = random_panel(1)
    kept = panel.copy(deep=True)
    run(panel, covariates=("x",)).aggregate(rng=rng(), draws=9)
    pd.testing.assert_frame_equal(panel, kept)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"comparison": "all"}, r"comparison is 'all'; it must be one of: never, not_yet"),
        ({"base": "first"}, r"base is 'first'; it must be one of: varying, universal"),
        ({"anticipation": -1}, r"anticipation is -1; it must be a whole number of periods"),
        ({"anticipation": 2}, r"With an anticipation of 2, no period .* of: 3\."),
        ({"trimming": 0}, r"trimming is 0; it must be a probability above 0"),
        ({"covariates": ("z",)}, r"Missing columns: z\. The panel has: territory,"),
        (
            {"covariates": ("name",)},
            r"Covariate name has values that are infinite or no numbers, rows: 0, 1",
        ),
        ({"covariates": ("x", "x")}, r"Covariates are collinear.*\(adoption → period: 3 → 2"),
        ({"covariates": ("apart",)}, r"nearly tell treated from comparison.*3 → 2"),
    ],
)
def test_says_what_is_wrong(options, message):
    panel = random_panel(0).assign(name="a")
    panel["apart"] = panel.adoption.notna() + 0.01 * panel.x
    with pytest.raises(DesignError, match=message):
        run(panel, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "all"}, r"kind is 'all'; it must be one of: simple, group, dynamic, calendar"),
        ({"inference": "crv1"}, r"inference is 'crv1'; it must be one of: auto, placebo, size"),
        ({"level": 95}, r"level is 95; it must lie strictly between 0 and 1"),
        ({"draws": 0, "rng": rng()}, r"draws is 0"),
        ({"rng": 7}, r"pass rng=numpy\.random\.default_rng\(seed\)"),
        ({}, r"rests on draws: pass rng=numpy\.random\.default_rng\(seed\)"),
    ],
)
def test_says_what_is_wrong_with_an_average(options, message):
    effects = run(random_panel(0))
    with pytest.raises(DesignError, match=message):
        effects.aggregate(**options)


SETTLED = """
import numpy as np, runpy
from toolkit.designs.did import difference_in_differences
from toolkit.designs.staggered import staggered
panel = runpy.run_path("benchmarks/staggered.py")["random_panel"](3, n=400)
panel["size"] = np.exp(panel.x)
gaps = panel.assign(y=panel.y.mask(panel.index % 37 == 0))
one = panel.assign(adoption=panel.adoption.where(panel.adoption == 4))
for frame, options in ((panel, {}), (gaps, {}), (gaps, {"size": "size"})):
    effects = staggered(frame, outcome="y", **options)
    print(repr(effects.aggregate(rng=np.random.default_rng(1), draws=199)))
    print(effects.event_times(rng=np.random.default_rng(1), draws=199).frame.to_csv())
print(repr(difference_in_differences(one, outcome="y", size="size")))
"""


def test_the_same_seed_gives_the_same_result_on_any_number_of_cores():
    """To the last bit, with one thread of linear algebra or three."""
    told = []
    for threads in ("1", "3"):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        environment = os.environ | dict.fromkeys(names, threads)
        done = subprocess.run(
            [sys.executable, "-c", SETTLED], cwd=ROOT, env=environment, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        told.append(done.stdout)
    assert "size_adjusted" in told[0]
    assert told[0] == told[1]


@pytest.mark.parametrize("inference", ["analytic", "multiplier"])
def test_usual_inference_is_refused_with_fewer_than_five_treated(inference):
    effects = run(small_panel(1, {3: 2, 4: 2}, n=12, n_periods=5))
    for ask in (effects.aggregate, effects.event_times):
        with pytest.raises(DesignError, match=r'adoption: 4\. .* ask for inference="placebo"'):
            ask(inference=inference, rng=rng())


def test_an_outcome_without_noise_has_no_standard_error():
    panel = small_panel(1, {3: 3, 4: 3}, n=12, n_periods=5)
    panel["y"] = panel.period + 2.0 * (panel.period >= panel.adoption)
    assert run(panel).aggregate(rng=rng()).value == pytest.approx(2)
    with pytest.raises(DesignError, match="Nothing varies between territories"):
        run(panel).aggregate(inference="analytic")


numbers = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([0.0, 1.0, 1e308, np.nan])
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from([2, 3, 4, 5, np.nan]), min_size=2, max_size=7),
    st.data(),
    st.sampled_from(KINDS),
    st.sampled_from([(), ("x",)]),
)
def test_no_input_gives_nan_in_silence(adoptions, data, kind, covariates):
    n = len(adoptions)
    panel = pd.MultiIndex.from_product(
        [range(n), range(1, 5)], names=["territory", "period"]
    ).to_frame(index=False)
    panel["adoption"] = np.repeat(adoptions, 4)
    panel["y"] = data.draw(st.lists(numbers, min_size=4 * n, max_size=4 * n))
    panel["x"] = np.repeat(data.draw(st.lists(st.floats(-9, 9), min_size=n, max_size=n)), 4)
    for inference in ("placebo", "analytic", "multiplier"):
        try:
            effects = run(panel, covariates=covariates)
            estimate = effects.aggregate(kind, inference=inference, rng=rng(), draws=19)
            table = effects.event_times(inference=inference, rng=rng(), draws=19)
        except DesignError:
            continue
        assert np.isfinite(estimate.value)
        assert estimate.low <= estimate.value <= estimate.high
        assert 0 < estimate.p <= 1
        assert not table.frame.isna().any(axis=None)
        assert np.isfinite(effects.cells[["value", "se"]]).all(axis=None)
