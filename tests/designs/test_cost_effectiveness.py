"""A ratio where it means something, its interval, and the plane in every case."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from toolkit.designs.cost_effectiveness import cost_effectiveness
from toolkit.designs.cost_effectiveness_by_territory import cost_effectiveness_by_territory
from toolkit.errors import DesignError
from toolkit.estimate import Estimate
from toolkit.i18n import language

EN, FR = language("en"), language("fr")


def effect(value: float, error: float = 1.0, **changes) -> Estimate:
    half = norm.ppf(0.975) * error
    estimate = Estimate(
        value=value, low=value - half, high=value + half, p=0.01, design="staggered",
        estimand="att", inference="analytic", unit="days", n_treated=9, n_comparison=30,
        n_periods=8,
    )  # fmt: skip
    return replace(estimate, **changes)


def test_a_ratio_by_hand():
    """300 euros for 6 days less: 50 a day; a known cost leaves the effect's interval alone."""
    result = cost_effectiveness(effect(-6.0), cost=300, cost_error=0, better="lower")
    assert (result.ratio, result.refusal, result.cautions) == (50, "", ())
    assert result.ratio_low == pytest.approx(300 / 7.96, rel=1e-3)
    assert result.ratio_high == pytest.approx(300 / 4.04, rel=1e-3)
    said = result.sentence(EN, digits=1)
    assert said == (
        "An improvement of 1 day costs €50 (95% interval: €38 to €74), "
        "for an effect of −6.0 days and a cost of €300."
    )
    assert "amélioration de 1 jour coûte 50\u00a0€" in result.sentence(FR)


@pytest.mark.parametrize("correlation", [-0.6, 0.0, 0.6])
def test_the_plane_against_draws(correlation):
    """400,000 draws of both errors: shares to 0.3 %; the ratio's interval to 2 %."""
    result = cost_effectiveness(
        effect(4.0), cost=100, cost_error=40, better="higher", correlation=correlation
    )
    rng = np.random.default_rng(3)
    joint = [[1, 40 * correlation], [40 * correlation, 1600]]
    gain, price = rng.multivariate_normal([4, 100], joint, size=400_000).T
    shares = result.quadrants().set_index("quadrant").probability
    drawn = {
        "better_dearer": np.mean((gain > 0) & (price > 0)),
        "better_cheaper": np.mean((gain > 0) & (price < 0)),
        "worse_dearer": np.mean((gain < 0) & (price > 0)),
        "worse_cheaper": np.mean((gain < 0) & (price < 0)),
    }
    assert shares.to_dict() == pytest.approx(drawn, abs=3e-3)
    assert shares.sum() == pytest.approx(1)
    curve = result.acceptability([0, 10, 25, 60])
    likely = [np.mean(w * gain - price > 0) for w in (0, 10, 25, 60)]
    assert curve.probability.to_list() == pytest.approx(likely, abs=3e-3)
    assert curve.net_benefit.to_list() == [-100, -60, 0, 140]
    ends = np.quantile(price / gain, [0.025, 0.975])
    assert [result.ratio_low, result.ratio_high] == pytest.approx(ends, rel=0.05)


def test_the_interval_of_the_ratio_covers_as_often_as_said():
    """2,000 draws of both, correlated: the standard error of a share of 95 % is 0.5 %."""
    rng = np.random.default_rng(5)
    joint = [[1, 20], [20, 1600]]
    covered = []
    for gain, price in rng.multivariate_normal([8, 400], joint, size=2000):
        result = cost_effectiveness(
            effect(gain), cost=price, cost_error=40, better="higher", correlation=0.5
        )
        covered.append(result.ratio_low <= 50 <= result.ratio_high)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(
    ("value", "cost", "better", "refusal", "word"),
    [
        (1.0, 300, "higher", "effect_covers_zero", "no cost per unit is given, since the data are"),
        (5.0, -300, "higher", "dominant", "Better, and no dearer: an effect of +5.0 days"),
        (5.0, 300, "lower", "dominated", "Worse, and no cheaper"),
        (-5.0, 0.0, "lower", "dominant", "A negative ratio would rank nothing"),
    ],
)
def test_where_a_ratio_means_nothing_it_is_refused_as_a_value(value, cost, better, refusal, word):
    result = cost_effectiveness(effect(value), cost=cost, cost_error=10, better=better)
    assert result.refusal == refusal
    assert np.isnan([result.ratio, result.ratio_low, result.ratio_high]).all()
    assert word in result.sentence(EN, digits=1)
    assert result.sentence(FR)
    assert result.quadrants().probability.sum() == pytest.approx(1)
    assert len(result.acceptability([0, 50])) == 2


def test_worse_and_cheaper_saves_per_unit_lost():
    result = cost_effectiveness(effect(5.0), cost=-200, cost_error=0, better="lower")
    assert result.ratio == 40
    assert result.ratio_low < 40 < result.ratio_high
    assert result.sentence(EN).startswith("A loss of 1 day saves €40 (95% interval:")


def test_independence_and_an_unsure_cost_are_said():
    result = cost_effectiveness(effect(6.0), cost=10, cost_error=10, better="higher")
    assert result.cautions == ("independence_supposed", "cost_covers_zero")
    assert result.ratio_low < 0 < result.ratio_high
    assert result.sentence(EN).endswith("The cost is not told from zero.")
    known = cost_effectiveness(effect(6.0), cost=99, cost_error=10, better="higher", correlation=0)
    assert known.cautions == ()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"low": -np.inf}, "effect_covers_zero"),
        ({"high": np.inf}, "effect_without_error"),
        ({"high": 30.0}, "effect_without_error"),
        ({"low": np.nan, "high": np.nan}, "effect_without_interval"),
    ],
)
def test_an_interval_that_gives_no_error(changes, refusal):
    result = cost_effectiveness(effect(6.0, **changes), cost=100, cost_error=0, better="higher")
    assert result.refusal == refusal
    assert "nan" not in result.sentence(EN) + result.sentence(FR)
    for ask in (result.quadrants, lambda: result.acceptability([1])):
        with pytest.raises(DesignError, match=r"aucune erreur type|no standard error"):
            ask()


@settings(max_examples=80, deadline=None)
@given(
    value=st.floats(-10, 10), cost=st.floats(-1000, 1000), error=st.floats(0, 300),
    correlation=st.floats(-0.95, 0.95), better=st.sampled_from(["higher", "lower"]),
)  # fmt: skip
def test_a_ratio_is_given_only_where_the_effect_excludes_zero(
    value, cost, error, correlation, better
):
    cost = round(cost, 3)
    result = cost_effectiveness(
        effect(value), cost=cost, cost_error=error, better=better, correlation=correlation
    )
    covers = result.effect_low <= 0 <= result.effect_high
    assert (result.refusal == "effect_covers_zero") == covers
    if result.refusal:
        assert np.isnan(result.ratio)
    else:
        assert -np.inf < result.ratio_low <= result.ratio <= result.ratio_high < np.inf
        assert result.ratio > 0
    shares = result.quadrants().probability
    assert shares.between(0, 1).all()
    assert shares.sum() == pytest.approx(1, abs=1e-6)


def territories(seed: int, n: int = 12, others: int = 20) -> pd.DataFrame:
    """Territories that spend more gain more: 30 days for 1,500 euros on average."""
    rng = np.random.default_rng(seed)
    treated = np.arange(n + others) < n
    gain = np.where(treated, 30, 0) + rng.normal(0, 8, size=n + others)
    price = np.where(treated, 50 * gain + rng.normal(0, 200, size=n + others), 0.0)
    return pd.DataFrame({"gain": gain, "price": price, "treated": treated})


COLUMNS = {"effect": "gain", "cost": "price", "treated": "treated", "better": "higher"}


def test_territories_against_resampling_them():
    data = territories(1, n=60, others=80)
    result = cost_effectiveness_by_territory(data, **COLUMNS, unit="days")
    assert result.effect == pytest.approx(
        data[data.treated].gain.mean() - data[~data.treated].gain.mean()
    )
    assert result.cautions == ()
    rng = np.random.default_rng(0)
    sides = [data[data.treated == s][["gain", "price"]].to_numpy() for s in (True, False)]
    means = [side[rng.integers(len(side), size=(4000, len(side)))].mean(axis=1) for side in sides]
    drawn = means[0] - means[1]
    assert result.effect_error == pytest.approx(drawn[:, 0].std(), rel=0.05)
    assert result.cost_error == pytest.approx(drawn[:, 1].std(), rel=0.05)
    assert result.correlation == pytest.approx(np.corrcoef(drawn.T)[0, 1], abs=0.05)
    ends = np.quantile(drawn[:, 1] / drawn[:, 0], [0.025, 0.975])
    assert [result.ratio_low, result.ratio_high] == pytest.approx(ends, rel=0.03)


def test_the_known_cost_of_a_unit_is_covered():
    """200 draws of 8 treated and 15 others: the standard error of a share is 1.5 %."""
    results = [
        cost_effectiveness_by_territory(territories(seed, 8, 15), **COLUMNS) for seed in range(200)
    ]
    assert 0.92 <= np.mean([r.ratio_low <= 50 <= r.ratio_high for r in results]) <= 0.99


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda d: d.drop(columns="price"), {}, r"Missing columns: price"),
        (lambda d: d.assign(gain=np.nan), {}, r"'gain' is missing, infinite or no number, rows: 0"),
        (
            lambda d: d.assign(gain=1.0),
            {},
            r"'gain' does not vary between territories",
        ),
        (lambda d: d.assign(treated=2), {}, r"'treated' must hold 0 or 1"),
        (lambda d: d[8:], {}, r"Treated territories: 4, comparison: 20\. 5 of each"),
        (lambda d: d, {"level": 0}, r"level is 0"),
        (lambda d: d, {"better": "more"}, r"better is 'more'"),
    ],
)
def test_territories_that_cannot_serve(change, options, message, monkeypatch):
    monkeypatch.setenv("FUTURS_LANG", "en")
    with pytest.raises(DesignError, match=message):
        cost_effectiveness_by_territory(change(territories(1)), **(COLUMNS | options))


def test_all_faults_come_at_once(monkeypatch):
    monkeypatch.setenv("FUTURS_LANG", "en")
    with pytest.raises(DesignError) as caught:
        cost_effectiveness(effect(1), cost=np.nan, cost_error=-1, better="x", correlation=1)
    assert len(str(caught.value).splitlines()) == 4
    result = cost_effectiveness(effect(5), cost=1, cost_error=0, better="higher")
    with pytest.raises(DesignError, match=r"Thresholds must be finite"):
        result.acceptability([-1])
