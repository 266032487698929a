"""A ratio of totals, and an interval over territories that holds."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from toolkit.designs.cost import full_cost
from toolkit.designs.cost_per_case import cost_per_case, fieller
from toolkit.errors import DesignError
from toolkit.i18n import language

EN, FR = language("en"), language("fr")


def series(values) -> pd.Series:
    return pd.Series(values, index=[f"DEP-{i:02}" for i in range(len(values))], dtype=float)


def drawn(seed: int, n: int = 8) -> tuple[pd.Series, pd.Series]:
    rng = np.random.default_rng(seed)
    cases = rng.uniform(80, 220, size=n)
    return series(1000 + 20 * cases + rng.normal(0, 300, size=n)), series(cases)


def test_the_ratio_of_totals_by_hand():
    """Costs 100, 200, 300 for 10, 10, 20 cases: 600 / 40; residuals -50, 50, 0 around 15."""
    result = cost_per_case(series([100, 200, 300]), series([10, 10, 20]))
    assert result.value == 15
    assert result.error == pytest.approx(50 / np.sqrt(3) / (40 / 3))
    assert (result.cost, result.cases, result.n_territories) == (600, 40, 3)
    # Fieller's quadratic, by hand: variances of the means 10000/3 and 100/9, covariance 500/3.
    square = t.ppf(0.975, 2) ** 2
    a, b, c = (
        (40 / 3) ** 2 - square * 100 / 9,
        200 * 40 / 3 - square * 500 / 3,
        200**2 - square * 10000 / 3,
    )
    assert a < 0
    assert (result.low, result.high) == (-np.inf, np.inf)
    assert result.cautions == ("few_territories", "ratio_unbounded")
    quantile = t.ppf(0.75, 2)
    narrow = cost_per_case(series([100, 200, 300]), series([10, 10, 20]), level=0.5)
    a = (40 / 3) ** 2 - quantile**2 * 100 / 9
    b = 200 * 40 / 3 - quantile**2 * 500 / 3
    c = 200**2 - quantile**2 * 10000 / 3
    assert [narrow.low, narrow.high] == pytest.approx(np.sort(np.roots([a, -2 * b, c])))


def test_equal_cases_give_students_interval():
    spent = series([100, 150, 130, 170, 90])
    result = cost_per_case(spent, series([10] * 5))
    half = t.ppf(0.975, 4) * spent.std() / np.sqrt(5) / 10
    assert (result.low, result.high) == pytest.approx((12.8 - half, 12.8 + half))


@pytest.mark.parametrize("seed", range(5))
def test_the_ends_of_fieller_are_where_the_difference_is_a_quantile(seed):
    spent, served = drawn(seed)
    result = cost_per_case(spent, served)
    assert result.low < result.value < result.high
    for end in (result.low, result.high):
        rest = spent - end * served
        statistic = rest.mean() / (rest.std() / np.sqrt(8))
        assert abs(statistic) == pytest.approx(t.ppf(0.975, 7))


def test_fieller_and_the_bootstrap_agree_with_many_territories():
    spent, served = drawn(1, n=80)
    ours = cost_per_case(spent, served)
    other = cost_per_case(spent, served, inference="bootstrap_territories", draws=4000)
    assert (ours.low, ours.high) == pytest.approx((other.low, other.high), rel=0.01)
    again = cost_per_case(spent, served, inference="bootstrap_territories", draws=4000)
    assert other == again


def test_the_interval_covers_as_often_as_said():
    """True ratio (1000 + 20 x 150) / 150; 500 draws: standard error of a share 1 %."""
    truth = 4000 / 150
    results = [cost_per_case(*drawn(seed, n=6)) for seed in range(500)]
    assert 0.93 <= np.mean([r.low <= truth <= r.high for r in results]) <= 0.975


def test_shared_costs_are_spread_and_add_no_uncertainty():
    lines = pd.DataFrame(
        {
            "territory": ["DEP-00", "DEP-01", "DEP-02", None], "date": "2015-01-01",
            "category": "terrain", "amount": [100.0, 200.0, 300.0, 60.0], "person_days": None,
        }
    )  # fmt: skip
    result = cost_per_case(full_cost(lines), series([10, 10, 20]))
    spread = cost_per_case(series([120, 220, 320]), series([10, 10, 20]))
    assert result == spread
    assert result.value == 660 / 40


def test_sentences_and_one_territory():
    result = cost_per_case(*drawn(3))
    assert result.sentence(EN).startswith(f"A case served costs €{result.value:.0f} (95% interval:")
    assert result.sentence(EN).endswith("over 8 territories.")
    alone = cost_per_case(series([500]), series([20]))
    assert np.isnan(alone.low)
    assert alone.sentence(EN) == (
        "A case served costs €25: €500 for 20 cases, over 1 territory; no interval can be given. "
        "A single territory: nothing says what another would cost."
    )
    assert "sur 1 territoire" in alone.sentence(FR)
    assert alone.table().cautions[0] == "one_territory"


@pytest.mark.parametrize(
    ("spent", "served", "options", "message"),
    [
        (series([1, 2]), series([1, 2, 3]), {}, r"same territories, once each: DEP-02"),
        (series([1, np.nan]), series([1, 2]), {}, r"'cost' must .*: DEP-01"),
        (series([1, 2]), series([1, -2]), {}, r"'cases' must .*: DEP-01"),
        (series([1, 2]), series([0, 0]), {}, r"No case was served"),
        (series([1, 2]), series([1, 2]), {"inference": "z"}, r"inference is 'z'"),
        (series([1, 2]), series([1, 2]), {"level": 2}, r"level is 2"),
        (
            series([1, 2]), series([1, 2]), {"inference": "bootstrap_territories"},
            r"Territories: 2\. 20 are needed",
        ),
    ],
)  # fmt: skip
def test_says_what_is_wrong(spent, served, options, message, monkeypatch):
    monkeypatch.setenv("FUTURS_LANG", "en")
    with pytest.raises(DesignError, match=message):
        cost_per_case(spent, served, **options)


def test_fieller_against_simulation():
    """The share of draws of both means whose ratio test keeps the truth: 95 %, to 0.7 %."""
    rng = np.random.default_rng(2)
    covariance = np.array([[4.0, 0.6], [0.6, 0.25]])
    draws = rng.multivariate_normal([20, 4], covariance, size=4000)
    kept = [
        low <= 5 <= high for low, high in (fieller(*d, covariance, quantile=1.96) for d in draws)
    ]
    assert np.mean(kept) == pytest.approx(0.95, abs=0.01)
