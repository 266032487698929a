"""Paths dealt out at each territory's scale: equal to a slow double, of the size it says."""

import numpy as np
import pandas as pd
import pytest

from toolkit.designs.group_time import Study, cells_of, effects_of, linear_form
from toolkit.designs.randomisation import size_adjusted
from toolkit.designs.staggered import staggered
from toolkit.errors import DesignError


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def panel(seed: int, sizes: dict, *, n=30, n_periods=6, gaps=0.0, smallest=False) -> pd.DataFrame:
    """Simulate noise of variance 0.2 + 1 / size and an effect of 1; `sizes`: adoption -> how many.

    The treated are any territories, or all from the smallest fifth.
    """
    draw = rng(seed)
    size = np.exp(draw.normal(size=n))
    pool = np.argsort(size)[: n // 5] if smallest else np.arange(n)
    chosen = np.repeat(list(sizes), list(sizes.values()))
    adoption = np.full(n, np.nan)
    adoption[draw.permutation(pool)[: len(chosen)]] = chosen
    noise = draw.normal(size=(n, n_periods)) * np.sqrt(0.2 + 1 / size)[:, None]
    frame = pd.MultiIndex.from_product(
        [range(n), range(1, n_periods + 1)], names=["territory", "period"]
    ).to_frame(index=False)
    for name, column in (("adoption", adoption), ("size", size), ("x", draw.normal(size=n))):
        frame[name] = np.repeat(column, n_periods)
    frame["y"] = noise.ravel() + (frame.period >= frame.adoption)
    frame["y"] = frame.y.mask(draw.random(len(frame)) < gaps)
    return frame


def run(frame: pd.DataFrame, **options):
    return staggered(frame, outcome="y", **({"size": "size"} | options))


def sized(frame: pd.DataFrame, *, draws=4_999, **options):
    return run(frame, **options).aggregate(rng=rng(), draws=draws)


def slow_p(frame: pd.DataFrame, effect: float, draws: int) -> float:
    """Deal paths out one territory at a time, one permutation at a time (never treated, simple).

    The scales are fitted by numpy's least squares on squares about the mean of the cohort, the
    expected squares written out, the weights iterated as the module says.
    """
    wide = frame.assign(y=frame.y - effect * (frame.period >= frame.adoption)).pivot(
        index="territory", columns="period", values="y"
    ).to_numpy()  # fmt: skip
    first = frame.groupby("territory").adoption.first().fillna(np.inf).to_numpy()
    size = frame.groupby("territory")["size"].first().to_numpy()
    n, last = wide.shape
    after = {g: [t for t in range(1, last + 1) if t >= g] for g in set(first) - {np.inf}}
    many = {g: int(np.sum(first == g)) for g in after}
    total = sum(many[g] * len(after[g]) for g in after)
    never = ~np.isfinite(first)

    def part(path, g):
        """What a path adds: treated at g, or (g infinite) as a comparison of every cohort."""
        if np.isfinite(g):
            return sum(path[t - 1] - path[int(g) - 2] for t in after[g]) / total
        return -sum(many[h] * part(path, h) for h in after) / never.sum()

    parts = {g: np.array([part(path - wide[never].mean(axis=0), g) for path in wide])
             for g in [*after, np.inf]}  # fmt: skip
    scale = {g: slow_scale(parts[g], first, size) for g in parts}
    observed = sum(parts[g][i] for i, g in enumerate(first))
    count, draw = 1, rng(8)
    for _ in range(draws):
        deal = draw.permutation(n)
        value = sum(
            parts[g][deal[i]] * scale[g][i] / scale[g][deal[i]] for i, g in enumerate(first)
        )
        count += abs(value) >= abs(observed) * (1 - 1e-9)
    return count / (draws + 1)


def slow_scale(values, groups, size):
    n, columns = len(values), np.column_stack([np.ones(len(size)), np.median(size) / size])
    squares, expected = np.empty(n), np.empty((n, 2))
    for i in range(n):
        peers = groups == groups[i]
        m = peers.sum()
        squares[i] = (values[i] - values[peers].mean()) ** 2
        expected[i] = columns[i] * (1 - 2 / m) + columns[peers].sum(axis=0) / m**2
    from scipy.optimize import nnls

    weights = np.ones(n)
    for _ in range(4):
        found, _ = nnls(expected * weights[:, None], squares * weights)
        weights = 1 / np.maximum(columns @ found, squares.mean() * 1e-3)
    return np.sqrt(np.maximum(columns @ found, squares.mean() * 1e-6))


@pytest.mark.parametrize("seed", range(3))
def test_p_and_interval_are_those_of_a_slow_double(seed):
    """1,500 permutations against 4,999: four standard errors at p = .2 are 4.7 points."""
    frame = panel(seed, {3: 2, 5: 1}, n=18)
    estimate = run(frame).aggregate(rng=rng(), draws=4_999, level=0.8)
    assert estimate.inference == "size_adjusted"
    assert estimate.p == pytest.approx(slow_p(frame, 0, 1_500), abs=0.05)
    for end in (estimate.low, estimate.high):
        assert slow_p(frame, end, 1_500) == pytest.approx(0.2, abs=0.05)


@pytest.mark.parametrize("options", [{}, {"comparison": "not_yet"}, {"covariates": ("x",)}])
@pytest.mark.parametrize("gaps", [0, 0.1])
def test_shares_times_residual_changes_sum_to_every_cell(options, gaps):
    frame = panel(4, {3: 8, 5: 7}, n=40, gaps=gaps)
    wide = frame.pivot(index="territory", columns="period", values="y").to_numpy()
    first = frame.groupby("territory").adoption.first().fillna(7).to_numpy(int) - 1
    x = np.repeat(frame.groupby("territory").x.first().to_numpy()[:, None, None], 6, axis=1)
    study = Study(
        wide, first, x if "covariates" in options else x[:, :, :0],
        options.get("comparison", "never"), 0, 0.995, "varying",
    )  # fmt: skip
    cells = cells_of(study)
    shares, residuals = linear_form(study, cells, wide[:, :, None])
    sums = np.nansum(shares * residuals[:, :, 0], axis=0)
    np.testing.assert_allclose(sums, effects_of(study, cells).value, atol=1e-10)


def test_one_date_is_the_adjusted_test_of_changes_from_the_last_period_before():
    frame = panel(2, {4: 3})
    wide = frame.pivot(index="territory", columns="period", values="y").to_numpy()
    changes = wide[:, 3:].mean(axis=1) - wide[:, 2]
    treated = frame.groupby("territory").adoption.first().notna().to_numpy()
    sizes = frame.groupby("territory")["size"].first().to_numpy()
    one = size_adjusted(changes, treated, sizes, rng=rng(3), draws=20_000)
    other = sized(frame, draws=20_000)
    assert other.p == pytest.approx(one.p, abs=0.01)
    assert (other.low, other.high) == pytest.approx((one.low, one.high), abs=0.1)


def test_sizes_alike_adjust_nothing():
    frame = panel(5, {3: 2, 5: 1}).assign(size=3)
    plain = run(frame, size=None).aggregate(rng=rng(), draws=20_000)
    adjusted = sized(frame, draws=20_000)
    assert adjusted.value == pytest.approx(plain.value)
    assert adjusted.p == pytest.approx(plain.p, abs=0.01)
    assert (adjusted.low, adjusted.high) == pytest.approx((plain.low, plain.high), abs=0.1)


@pytest.mark.parametrize("options", [{}, {"comparison": "not_yet"}, {"covariates": ("x",)}])
@pytest.mark.parametrize("gaps", [0, 0.03])
def test_the_interval_moves_with_the_effect(options, gaps):
    """An effect of 5 more on the treated moves value and bounds by 5, at every event time."""
    frame = panel(1, {4: 7, 5: 6}, n=60, gaps=gaps)
    shifted = frame.assign(y=frame.y + 5 * (frame.period >= frame.adoption))
    first, second = (run(f, **options) for f in (frame, shifted))
    estimates = [effects.aggregate(rng=rng(), draws=199) for effects in (first, second)]
    before, after = ([e.value, e.low, e.high] for e in estimates)
    np.testing.assert_allclose(after, np.array(before) + 5, atol=1e-7)
    tables = [e.event_times(rng=rng(), draws=199).frame.query("event_time == 1") for e in
              (first, second)]  # fmt: skip
    before, after = (t[["value", "low", "high"]].to_numpy() for t in tables)
    np.testing.assert_allclose(after, before + 5, atol=1e-7)


def test_it_rejects_a_true_null_as_often_as_it_says_where_the_plain_test_does_not():
    """150 panels, three of the smallest fifth treated; two standard errors are 3.6 points."""
    count = np.zeros(2)
    for seed in range(150):
        frame = panel(seed, {3: 2, 4: 1}, n=50, smallest=True)
        effects = run(frame.assign(y=frame.y - (frame.period >= frame.adoption)))
        for k, inference in enumerate(("placebo", "size_adjusted")):
            count[k] += effects.aggregate(inference=inference, rng=rng(seed), draws=199).p <= 0.05
    assert count[0] / 150 > 0.12
    assert 0.02 <= count[1] / 150 <= 0.095


def test_what_the_choice_rests_on_is_said():
    frame = panel(1, {3: 2, 5: 1})
    effects = run(frame)
    plain = effects.aggregate(inference="placebo", rng=rng())
    assert (plain.inference, plain.cautions) == ("placebo", ("sizes_unused",))
    assert sized(frame).cautions == ()
    one = run(panel(1, {3: 1}, n=12)).aggregate(rng=rng(), draws=2_000)
    assert one.smallest_p == pytest.approx(1 / 12)
    assert "interval_unbounded" in one.cautions
    small = frame.assign(size=frame["size"].where(frame.adoption.isna(), 1e-3))
    assert "size_extrapolated" in sized(small).cautions
    table = effects.event_times(rng=rng(), draws=99)
    assert table.inference == "size_adjusted"
    assert np.isfinite(table.frame).all(axis=None)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda p: p, {"size": None}, r"needs sizes: pass size= to staggered"),
        (lambda p: p.assign(size=0), {}, r"A size must be positive and known: 0, 1"),
        (lambda p: p, {"size": "people"}, r"Missing columns: people"),
        (
            lambda p: p.assign(y=p.y.mask((p.territory > 8) & (p.period == 4))),
            {},
            r"10 comparison territories .* are needed; there are [0-9]\.",
        ),
    ],
)
def test_says_what_is_wrong(change, options, message):
    with pytest.raises(DesignError, match=message):
        run(change(panel(1, {3: 2}, n=40)), **options).aggregate(
            inference="size_adjusted", rng=rng()
        )


def test_no_p_lies_below_what_the_numbers_allow():
    """One treated of twelve and an effect beyond doubt; then without noise at all."""
    frame = panel(3, {4: 1}, n=12)
    frame["y"] += 1000 * (frame.period >= frame.adoption)
    frame["flat"] = 1.0 * (frame.period >= frame.adoption)
    for outcome in ("y", "flat"):
        effects = staggered(frame, outcome=outcome, size="size")
        found = effects.aggregate("simple", rng=rng(), draws=499)
        assert found.smallest_p == pytest.approx(1 / 12)
        assert found.p == pytest.approx(1 / 12, abs=0.02)
        assert found.p >= found.smallest_p
        assert (found.low, found.high) == (-np.inf, np.inf)
