"""The wild bootstrap equals fitting every bootstrap outcome anew, and its size is what it says."""

import numpy as np
import pandas as pd
import pytest

from toolkit.designs.regression import regression
from toolkit.designs.wild_bootstrap import WildBootstrap, wild_cluster_bootstrap
from toolkit.errors import DesignError


def panel(seed: int, *, n=12, periods=6, k=5, effect=0.0, missing=0.0) -> pd.DataFrame:
    """Return territories with noise of their own trend, treated in the second half."""
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product([range(n), range(periods)], names=["u", "t"])
    frame = grid.to_frame(index=False)
    frame["treated"] = frame.u < k
    frame["d"] = (frame.treated & (frame.t >= periods // 2)) * 1.0
    frame["z"] = rng.normal(size=len(frame))
    trend = rng.normal(size=n)[frame.u] * frame.t / periods
    frame["y"] = effect * frame.d + frame.z + trend + rng.normal(size=len(frame))
    return frame[rng.random(len(frame)) >= missing].reset_index(drop=True)


def bootstrap(frame: pd.DataFrame, *, seed=1, effects=("u", "t"), **options) -> WildBootstrap:
    return wild_cluster_bootstrap(
        frame.y.to_numpy(),
        frame.d.to_numpy(),
        frame.u.to_numpy(),
        treated=frame.treated.to_numpy(),
        controls=frame[["z"]].to_numpy(),
        effects=[frame[name].to_numpy() for name in effects],
        rng=np.random.default_rng(seed),
        **options,
    )


def t_of(frame: pd.DataFrame, null: float) -> float:
    fit = regression(frame, outcome="y", regressors=["d", "z"], effects=["u", "t"], cluster="u")
    value, error = fit["d"]
    return (value - null) / error


def direct(frame: pd.DataFrame, null: float, vectors: np.ndarray) -> float:
    """Second implementation: impose the null with dummies, draw outcomes, fit each anew."""
    dummies = pd.get_dummies(frame[["u", "t"]].astype(str), dtype=float).to_numpy()
    rest = np.column_stack([frame.z, dummies])
    shifted = (frame.y - null * frame.d).to_numpy()
    fitted = rest @ np.linalg.lstsq(rest, shifted, rcond=None)[0]
    observed = abs(t_of(frame, null))
    codes = pd.factorize(frame.u, sort=True)[0]
    drawn = [
        t_of(frame.assign(y=null * frame.d + fitted + vector[codes] * (shifted - fitted)), null)
        for vector in vectors
    ]
    return float(np.mean(np.abs(drawn) >= observed * (1 - 1e-9)))


@pytest.mark.parametrize(("seed", "missing"), [(1, 0), (2, 0.15)])
def test_p_and_interval_equal_fitting_every_outcome_anew(seed, missing):
    frame = panel(seed, n=8, effect=1, missing=missing)
    test = bootstrap(frame, weights="rademacher", draws=256, level=0.8)
    assert test.exact
    assert test.n_vectors == 256
    bits = np.array([[i >> j & 1 for j in range(8)] for i in range(256)])
    # A vector and its opposite have the same |t|: half of them will do.
    vectors = 1.0 - 2.0 * bits[bits[:, 0] == 0]
    assert test.p == pytest.approx(direct(frame, 0, vectors))
    step = 1e-6
    for end, out in ((test.low, -step), (test.high, step)):
        assert direct(frame, end - out, vectors) > 0.2 + 1e-9
        assert direct(frame, end + out, vectors) <= 0.2 + 1e-9


def test_webb_weights_equal_fitting_every_drawn_outcome_anew():
    frame = panel(4, n=10, effect=0.5)
    test = bootstrap(frame, draws=199, seed=6)
    assert test.weights == "webb"
    points = np.array([-1.5, 1.5, -1, 1, -0.5, 0.5])
    six = np.sign(points) * np.sqrt(np.abs(points))
    vectors = np.random.default_rng(6).choice(six, (199, 10))
    assert test.p == pytest.approx((1 + 199 * direct(frame, 0, vectors)) / 200)


def test_swept_or_not_the_answer_is_the_same_and_the_value_is_least_squares():
    frame = panel(5, effect=1, missing=0.1)
    fit = regression(frame, outcome="y", regressors=["d", "z"], effects=["u", "t"])
    means = frame.groupby("u")[["y", "d", "z"]].transform("mean")
    swept = frame.assign(**(frame[["y", "d", "z"]] - means))
    first, second = bootstrap(frame), bootstrap(swept)
    assert first.value == pytest.approx(fit["d"][0])
    assert (second.value, second.p) == pytest.approx((first.value, first.p))
    assert (second.low, second.high) == pytest.approx((first.low, first.high))


@pytest.mark.parametrize(
    ("n", "weights", "exact", "smallest"),
    [
        (11, "webb", False, 1 / 5001),
        (12, "rademacher", True, 2 / 4096),
        (13, "rademacher", False, 1 / 5001),
    ],
)
def test_the_number_of_clusters_chooses_the_weights(n, weights, exact, smallest):
    test = bootstrap(panel(1, n=n), draws=5000)
    assert (test.weights, test.exact) == (weights, exact)
    assert test.smallest_p == pytest.approx(smallest)
    assert (test.n_clusters, test.n_treated) == (n, 5)


def test_a_plain_effect_attains_the_smallest_p():
    test = bootstrap(panel(1, n=12, k=6, effect=50))
    assert test.p == test.smallest_p == 2 / 4096
    assert test.low < 50 < test.high


def test_the_seed_settles_the_draws_and_rows_may_come_in_any_order():
    frame = panel(7, n=30, k=10)
    first, again, other = (bootstrap(frame, seed=s, draws=999) for s in (1, 1, 2))
    assert first == again
    assert other.p != first.p
    assert other.p == pytest.approx(first.p, abs=0.06)
    shuffled = bootstrap(frame.sample(frac=1, random_state=3), draws=999)
    assert (shuffled.p, shuffled.low) == pytest.approx((first.p, first.low))


def test_more_clusters_than_powers_of_two_that_can_be_written():
    """2 to the 1,100th overflows: the signs are drawn, not counted."""
    rng = np.random.default_rng(1)
    treated = np.arange(1_100) < 20
    found = wild_cluster_bootstrap(
        rng.normal(size=1_100) + treated, treated.astype(float), np.arange(1_100),
        treated=treated, draws=99, rng=rng,
    )  # fmt: skip
    assert not found.exact
    assert found.p == pytest.approx(0.01)


def test_an_interval_that_never_rejects_is_unbounded():
    """Eight clusters: the smallest p is 1/128, so a level of 99.9 % rejects nothing."""
    test = bootstrap(panel(1, n=8), weights="rademacher", level=0.999)
    assert (test.low, test.high) == (-np.inf, np.inf)


def test_ten_treated_of_thirty_reject_a_true_null_about_as_often_as_it_says():
    """400 repeats: two Monte Carlo standard errors are 2.2 points around 5 %."""
    tests = [bootstrap(panel(seed, n=30, k=10), draws=399) for seed in range(400)]
    rejected = np.mean([test.p <= 0.05 for test in tests])
    assert 0.025 <= rejected <= 0.085
    assert 0.91 <= np.mean([test.low <= 0 <= test.high for test in tests]) <= 0.98


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda f: f.assign(treated=f.u < 4), {}, "With 4 treated clusters .* randomisation"),
        (lambda f: f.assign(y=f.y.where(f.index != 3)), {}, "not finite numbers, rows: 3"),
        (lambda f: f.assign(d=f.t * 1.0), {}, "Follows from .*: regressor"),
        (lambda f: f.assign(d=f.z * 2), {}, "Follows from .*: regressor"),
        (lambda f: f.assign(y=f.d * 2.0 + f.u), {}, "exactly"),
        (lambda f: f, {"draws": 0}, "draws is 0: at least 1"),
        (lambda f: f, {"level": 95}, "level is 95: it must lie between 0 and 1"),
    ],
)
def test_says_what_is_wrong(change, options, message):
    with pytest.raises(DesignError, match=message):
        bootstrap(change(panel(1)), **options)
