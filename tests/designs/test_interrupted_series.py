"""Interrupted series: equal to statsmodels, honest with few points, clear when refused."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.designs.interrupted_series import interrupted_series
from toolkit.errors import DesignError
from toolkit.i18n import language
from toolkit.records.portfolio import load_panel, load_project


def series(seed: int, *, n=40, first=20, level=3.0, slope=0.2, rho=0.4, noise=1.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    time = np.arange(n)
    errors = rng.normal(size=n)
    for at in range(1, n):
        errors[at] = rho * errors[at - 1] + np.sqrt(1 - rho**2) * errors[at]
    after = time >= first
    effect = after * (level + slope * (time - first))
    return pd.DataFrame(
        {
            "period": 100 + time,
            "value": 10 + 0.1 * time + effect + noise * errors,
            "other": 5 + 0.1 * time + rng.normal(size=n),
            "x": rng.normal(size=n),
            "effect": effect,
        }
    )


def estimate(frame, **options):
    return interrupted_series(frame, outcome="value", intervention=120, **options)


def textbook(frame: pd.DataFrame) -> np.ndarray:
    time = frame.period - 120.0
    after = (time >= 0) * 1.0
    return np.column_stack([after, after * time, time, np.ones(len(frame))])


def test_hac_is_that_of_statsmodels():
    frame = series(1)
    fit = sm.OLS(frame.value, textbook(frame)).fit(
        cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True}, use_t=True
    )
    found = estimate(frame, errors="hac")
    for one, at in ((found.level_change, 0), (found.slope_change, 1)):
        low, high = fit.conf_int().to_numpy()[at]
        assert (one.value, one.low, one.high) == pytest.approx((fit.params.iloc[at], low, high))
        assert one.p == pytest.approx(fit.pvalues.iloc[at])
    average = fit.t_test([1, 9.5, 0, 0])
    assert found.average_effect.value == pytest.approx(average.effect[0])
    assert found.average_effect.high == pytest.approx(average.conf_int()[0, 1])


def test_hac_by_hand():
    frame = series(2)
    x = textbook(frame)
    y = frame.value.to_numpy()
    coefficients = np.linalg.solve(x.T @ x, x.T @ y)
    residuals = y - x @ coefficients
    middle = sum(
        max(0, 1 - abs(i - j) / 4) * residuals[i] * residuals[j] * np.outer(x[i], x[j])
        for i in range(40)
        for j in range(40)
    )
    bread = np.linalg.inv(x.T @ x)
    error = np.sqrt((bread @ middle @ bread * 40 / 36)[0, 0])
    found = estimate(frame, errors="hac").level_change
    # Student's quantile at .975 with 36 degrees of freedom.
    assert (found.high - found.value) / 2.0280940 == pytest.approx(error)


def test_ar1_averages_generalised_least_squares_over_the_restricted_likelihood():
    """Held against dense matrices and a fine grid; a gap is a matrix without its row."""
    frame = series(3).drop(index=[7, 8, 30])
    x, y = textbook(frame), frame.value.to_numpy()
    distance = np.abs(np.subtract.outer(frame.period.to_numpy(), frame.period.to_numpy()))
    values, logs = [], []
    for rho in np.sin(np.linspace(-np.pi / 2, np.pi / 2, 802)[1:-1]):
        inverse = np.linalg.inv(np.power(rho, distance))
        information = x.T @ inverse @ x
        coefficients = np.linalg.solve(information, x.T @ inverse @ y)
        residuals = y - x @ coefficients
        values.append(coefficients[0])
        determinants = -np.linalg.slogdet(inverse)[1] + np.linalg.slogdet(information)[1]
        logs.append(-determinants / 2 - 33 / 2 * np.log(residuals @ inverse @ residuals))
    weights = np.exp(np.array(logs) - max(logs))
    expected = weights @ values / weights.sum()
    found = estimate(frame)
    assert found.level_change.value == pytest.approx(expected, abs=1e-3)
    assert "missing_periods" in found.level_change.cautions


def test_arma_errors_agree_with_sarimax():
    frame = series(4, n=120, first=20)
    model = sm.tsa.SARIMAX(frame.value, exog=textbook(frame), order=(1, 0, 0))
    fit = model.fit(disp=False, maxiter=500, cov_type="approx")
    found = estimate(frame, errors="arma").level_change
    assert found.value == pytest.approx(fit.params.iloc[0], abs=0.02)
    assert (found.high - found.low) / 2 == pytest.approx(1.98 * fit.bse.iloc[0], rel=0.1)


@pytest.mark.parametrize("errors", ["ar1", "hac", "arma", "structural"])
def test_a_large_known_effect_is_found(errors):
    frame = series(5, noise=0.2)
    found = estimate(frame, errors=errors, unit="days")
    truth = frame.effect[frame.period >= 120].mean()
    assert found.average_effect.low < truth < found.average_effect.high
    assert found.level_change.low < 3 < found.level_change.high
    assert found.average_effect.p < 0.01
    assert found.average_effect.inference == errors
    # The path says the same: its effects average to the estimate, and add up to what was seen.
    after = found.path[found.path.after]
    assert after.effect.mean() == pytest.approx(found.average_effect.value)
    assert (found.path.low <= found.path.counterfactual).all()
    assert "increase" in found.sentence(language("en"))
    assert "hausse" in found.sentence(language("fr"))
    told = found.explanation(language("fr"))
    assert len(told) == 2 + len(found.average_effect.cautions)


def test_the_comparison_takes_out_what_both_share():
    frame = series(6, level=0, slope=0)
    shock = 8.0 * (frame.period >= 120)
    frame = frame.assign(value=frame.value + shock, other=frame.other + shock)
    alone = estimate(frame).average_effect
    compared = estimate(frame, comparison="other").average_effect
    assert alone.low > 0
    assert compared.low < 0 < compared.high
    assert "no_comparison" in alone.cautions
    assert "no_comparison" not in compared.cautions
    assert (compared.n_comparison, compared.design) == (1, "controlled_interrupted_series")


def test_the_gap_gives_the_stacked_regression_with_all_interactions():
    frame = series(7)
    x = textbook(frame)
    stacked = np.block([[x, x], [x, np.zeros_like(x)]])
    outcome = np.concatenate([frame.value, frame.other])
    expected = np.linalg.lstsq(stacked, outcome, rcond=None)[0][4]
    found = estimate(frame, comparison="other", errors="hac").level_change.value
    assert found == pytest.approx(expected)


def test_a_season_is_taken_out_of_text_periods():
    frame = series(8, n=48, first=24, slope=0, rho=0, noise=0.1)
    months = pd.period_range("2015-01", periods=48, freq="M")
    frame["period"] = months.astype(str)
    frame["value"] += 5 * np.sin(2 * np.pi * months.month / 12)
    options = {"outcome": "value", "intervention": "2017-01", "season": 12}
    plain = interrupted_series(frame, **options | {"season": 0}).level_change
    for errors in ("ar1", "structural"):
        found = interrupted_series(frame, errors=errors, **options).level_change
        assert found.low < 3 < found.high
        assert found.high - found.low < (plain.high - plain.low) / 5


def test_without_a_trend_it_is_a_difference_of_means():
    frame = series(9, slope=0)
    found = estimate(frame, trend=False, errors="hac")
    means = frame.groupby(frame.period >= 120).value.mean()
    assert found.slope_change is None
    assert found.level_change.value == pytest.approx(means[True] - means[False])
    assert found.average_effect.value == pytest.approx(found.level_change.value)
    assert len(found.table()) == 2


def test_autocorrelation_left_by_the_model_is_a_caution():
    rng = np.random.default_rng(1)
    frame = series(10, n=100, noise=0.1)
    frame["value"] += np.tile([3, 0, -3, 0], 25) + 0.1 * rng.normal(size=100)
    found = estimate(frame)
    assert found.autocorrelation.status == "failed"
    assert "autocorrelated" in found.level_change.cautions
    assert "Ljung-Box" in found.autocorrelation.sentence(language("fr"))
    assert estimate(frame, errors="hac").autocorrelation.status == "informative"


def test_ljung_box_and_durbin_watson_are_those_of_statsmodels():
    frame = series(11)
    outcome = estimate(frame, errors="hac").autocorrelation
    residuals = sm.OLS(frame.value, textbook(frame)).fit().resid
    expected = sm.stats.acorr_ljungbox(residuals, lags=[8]).lb_pvalue.iloc[0]
    assert outcome.values["lags"] == 8
    # Without a constant the test centres nothing; least squares leave a mean of zero.
    assert outcome.values["ljung_box"] == pytest.approx(expected)
    durbin_watson = sm.stats.stattools.durbin_watson(residuals)
    assert outcome.values["durbin_watson"] == pytest.approx(durbin_watson)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda f: f.iloc[14:], {}, r"before: 6, after: 20\. 8 are needed before and 8 after"),
        (lambda f: f.iloc[:25], {}, "before: 20, after: 5"),
        (lambda f: f, {"season": 12}, "24 are needed before"),
        (lambda f: f.assign(value=1.0), {}, "constant|same value|1"),
        (lambda f: f.assign(value=np.inf), {}, "'value' holds values that are no finite"),
        (lambda f: f.drop(index=3), {"errors": "hac"}, "Periods without a value: 1"),
        (lambda f: pd.concat([f, f.head(1)]), {}, "Periods stand twice: 100"),
        (lambda f: f.assign(period=f.period + 0.5), {}, "Periods are whole numbers, or text"),
        (lambda f: f, {"errors": "newey"}, "'newey'; it must be one of: ar1, hac"),
        (lambda f: f, {"season": 1}, "season is 1; it is 0, or a whole number"),
        (lambda f: f, {"order": (0, 0)}, r"order is \(0, 0\)"),
        (lambda f: f, {"level": 1}, "level is 1"),
        (lambda f: f.assign(x=2 * f.period), {"covariates": ["x"]}, "x"),
        (lambda f: f, {"covariates": ["nothing"]}, "Missing columns: nothing"),
        (lambda f: f.assign(value=f.period * 2.0), {}, "exactly through every point"),
    ],
)
def test_says_what_it_refuses(change, options, message):
    with pytest.raises(DesignError, match=message):
        estimate(change(series(1)), **options)


def test_all_faults_come_in_one_message():
    frame = series(1).iloc[14:].drop(index=30)
    with pytest.raises(DesignError) as caught:
        estimate(frame, errors="hac", season=1)
    assert all(text in str(caught.value) for text in ("season is 1", "before: 6", "value: 1"))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.floats(0, 0.7), st.sampled_from(["ar1", "hac"]))
def test_no_input_gives_a_nan_in_silence(seed, missing, errors):
    frame = series(seed)
    frame["value"] = frame.value.mask(np.random.default_rng(seed).random(40) < missing)
    before = frame.copy()
    try:
        found = estimate(frame, errors=errors)
    except DesignError:
        return
    pd.testing.assert_frame_equal(frame, before)
    for one in (found.level_change, found.slope_change, found.average_effect):
        assert one.low <= one.value <= one.high
        assert 0 <= one.p <= 1
    assert found.path.drop(columns="period").notna().all(axis=None)


@pytest.mark.parametrize("seed", range(8))
def test_a_random_walk_leaves_no_noise_around_the_level(seed):
    frame = series(seed, rho=0.999, noise=20)
    found = estimate(frame, errors="structural")
    assert found.path.drop(columns="period").notna().all(axis=None)


@pytest.mark.parametrize(("errors", "least"), [("ar1", 0.88), ("hac", 0.5)])
def test_the_default_covers_with_24_points(errors, least):
    """100 series of 24 points, rho .6; benchmarks/interrupted_series.py has the whole table.

    Over 600 of them the default covers .933: two errors of 100 lie at .88.
    """
    held = 0
    for seed in range(100):
        found = interrupted_series(
            series(seed, n=24, first=12, rho=0.6, slope=0),
            outcome="value", intervention=112, errors=errors,
        ).level_change  # fmt: skip
        held += found.low <= 3 <= found.high
    assert held / 100 >= least
    # Newey-West does not hold: should it one day, the caution is to go.
    assert errors == "ar1" or held / 100 < 0.85


def test_a_demonstration_project_against_its_comparison():
    """Processing times, six days shorter from March 2015 on (data/projects/demande-unique)."""
    panel = load_panel(load_project("demande-unique"), "delai-traitement")
    means = panel.pivot_table(index="period", columns="role", values="value").reset_index()
    found = interrupted_series(
        means, outcome="treated", comparison="comparison", intervention="2015-03",
        season=12, unit="days",
    )  # fmt: skip
    assert found.average_effect.low <= -6 <= found.average_effect.high
    assert found.average_effect.value == pytest.approx(-6, abs=3)
