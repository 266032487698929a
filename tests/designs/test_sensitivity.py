"""Sensitivity to an omitted cause: what is published, and a cause put there and hidden."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.designs.sensitivity import (
    proportional_selection,
    robustness_value,
    sensitivity,
)
from toolkit.errors import DesignError
from toolkit.i18n import language

EN, FR = language("en"), language("fr")


def test_the_robustness_values_printed_for_darfur():
    """Cinelli and Hazlett (2020), table 1: t = 4.18, 783 degrees of freedom.

    Partial R2 2.2 %, RV 13.9 %, RV at 5 % 7.6 %, to the digits printed.
    """
    t, dof = 4.18, 783
    assert t**2 / (t**2 + dof) == pytest.approx(0.022, abs=5e-4)
    assert robustness_value(t, dof) == pytest.approx(0.139, abs=5e-4)
    assert robustness_value(t, dof, level=0.95) == pytest.approx(0.076, abs=5e-4)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.05, 60), st.integers(5, 2000))
def test_a_cause_of_that_strength_takes_the_effect_away_exactly(t, dof):
    """Their equation (7): the bias, over the error, is sqrt(dof r2_y r2_d / (1 - r2_d))."""
    share = robustness_value(t, dof)
    assert np.sqrt(dof * share**2 / (1 - share)) == pytest.approx(t)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.05, 60), st.integers(5, 2000))
def test_a_cause_of_that_strength_takes_the_interval_to_zero(t, dof):
    """Their adjusted error: se sqrt((1 - r2_y) / (1 - r2_d) dof / (dof - 1))."""
    from scipy.stats import t as student

    share = robustness_value(t, dof, level=0.95)
    critical = student.ppf(0.975, dof - 1)
    if share == 0:
        assert t / np.sqrt(dof) <= critical / np.sqrt(dof - 1)
        return

    def adjusted_t(r2_y: float, r2_d: float) -> float:
        bias = np.sqrt(dof * r2_y * r2_d / (1 - r2_d))
        return (t - bias) / np.sqrt((1 - r2_y) / (1 - r2_d) * dof / (dof - 1))

    # A weaker effect on the outcome than on treatment can be the worst, but only for strong t.
    worst = min(adjusted_t(r2_y, share) for r2_y in np.linspace(0, share, 4001))
    assert worst == pytest.approx(critical, abs=5e-3 * critical)


def hidden_cause(seed: int, strength: float):
    """Return data with a cause orthogonal to the covariate, and Oster's delta and R2 of it."""
    rng = np.random.default_rng(seed)
    n = 400
    seen, hidden = rng.normal(size=(2, n))
    treatment = 0.8 * seen + strength * hidden + rng.normal(size=n)
    # In this very sample the hidden cause has nothing to do with the covariate.
    hidden = hidden - sm.OLS(hidden, sm.add_constant(seen)).fit().fittedvalues
    outcome = 0.5 * treatment + 1.5 * seen + 2.0 * hidden + rng.normal(size=n)
    full = sm.OLS(outcome, sm.add_constant(np.column_stack([treatment, seen, hidden]))).fit()
    index_seen, index_hidden = full.params[2] * seen, full.params[3] * hidden
    cov = [
        np.cov(treatment, index)[0, 1] / index.var(ddof=1) for index in (index_seen, index_hidden)
    ]
    return outcome, treatment, seen[:, None], cov[1] / cov[0], full.rsquared, full.params[1]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("strength", [0.3, 0.9])
def test_oster_finds_the_strength_of_a_cause_that_was_put_there_and_hidden(seed, strength):
    """Shifting the outcome so that the true effect is zero, delta is that of the hidden cause."""
    outcome, treatment, seen, delta, r2, effect = hidden_cause(seed, strength)
    # Without the effect the full regression still fits: its own R2 with a zero effect.
    flat = outcome - effect * treatment
    full = sm.OLS(flat, sm.add_constant(np.column_stack([treatment, seen]))).fit()
    left = 1 - (1 - r2) * outcome.var() / flat.var()
    assert full.rsquared < left
    found = proportional_selection(flat, treatment, seen, r2_max=left)
    assert found.delta == pytest.approx(delta, rel=1e-6)


def by_basu(parameters: dict[str, float], r2_max: float) -> float:
    """Delta as Basu (2022, eq. 20-22) writes it: C / (A (Rmax - R2) + B)."""
    p = parameters
    move = p["short"] - p["effect"]
    a = p["effect"] * p["syy"] * (p["sxx"] - p["tau"]) + p["syy"] * p["sxx"] * move
    b = p["effect"] ** 3 * (p["sxx"] * p["tau"] - p["tau"] ** 2)
    c = b + p["effect"] * p["tau"] * (
        p["syy"] * (p["r2"] - p["r2_short"])
        + p["sxx"] * move**2
        + 2 * p["effect"] * p["sxx"] * move
    )
    b += p["effect"] ** 2 * p["sxx"] * p["tau"] * move
    return c / (a * (r2_max - p["r2"]) + b)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.05, 1))
def test_delta_equals_another_writing_of_it_from_separate_regressions(seed, way):
    rng = np.random.default_rng(seed)
    w = rng.normal(size=(60, 3))
    x = w @ rng.normal(size=3) + rng.normal(size=60)
    y = rng.normal() * x + w @ rng.normal(size=3) + rng.normal(size=60)
    short = sm.OLS(y, sm.add_constant(x)).fit()
    long = sm.OLS(y, sm.add_constant(np.column_stack([x, w]))).fit()
    parameters = {
        "short": short.params[1], "r2_short": short.rsquared,
        "effect": long.params[1], "r2": long.rsquared,
        "sxx": x.var(), "syy": y.var(), "tau": sm.OLS(x, sm.add_constant(w)).fit().resid.var(),
    }  # fmt: skip
    r2_max = long.rsquared + way * (1 - long.rsquared)
    found = proportional_selection(y, x, w, r2_max=r2_max)
    assert found.delta == pytest.approx(by_basu(parameters, r2_max), rel=1e-6)
    # And the adjusted effect is where delta, computed on the outcome less it, is one.
    again = proportional_selection(
        y - found.adjusted * x, x, w,
        r2_max=1 - (1 - r2_max) * y.var() / (y - found.adjusted * x).var(),
    )  # fmt: skip
    assert again.delta == pytest.approx(1, rel=1e-5)


def panel(seed: int, *, n=60, k=20, effect=2.0, confounding=0.0) -> pd.DataFrame:
    """Return a panel with a seen cause, and one like it, `confounding` times as strong, unseen."""
    rng = np.random.default_rng(seed)
    seen, hidden = rng.normal(size=(2, n))
    order = np.argsort(-(seen + confounding * hidden + rng.normal(size=n)))
    treated = np.isin(np.arange(n), order[:k])
    grid = pd.MultiIndex.from_product([range(n), range(8)], names=["territory", "period"])
    frame = grid.to_frame(index=False)
    frame["adoption"] = np.where(treated[frame.territory], 5, np.nan)
    after = frame.period >= 5
    frame["seen"] = seen[frame.territory]
    frame["moving"] = rng.normal(size=len(frame))
    frame["value"] = rng.normal(size=len(frame)) + after * (
        effect * treated[frame.territory] + (seen + confounding * hidden)[frame.territory]
    )
    return frame


def test_an_effect_with_a_mild_cause_left_out_passes():
    outcome = sensitivity(panel(1), outcome="value", covariates=["seen", "moving"])
    assert (outcome.status, outcome.values["delta"] > 1) == ("passed", True)
    assert outcome.values["value"] == pytest.approx(2, abs=0.5)
    assert list(outcome.data.name) == ["seen", "moving"]
    assert outcome.data.r2_outcome[0] > outcome.data.r2_outcome[1]
    assert outcome.values["robustness"] > outcome.values["robustness_interval"] > 0


def test_an_effect_made_by_a_cause_as_strong_as_the_seen_one_fails():
    """No effect at all: what shows is the hidden cause, as strong as the covariate."""
    frames = [panel(s, n=400, k=130, effect=0, confounding=1.0) for s in range(10)]
    outcomes = [sensitivity(f, outcome="value", covariates=["seen"], r2_max=0.75) for f in frames]
    assert np.median([o.values["delta"] for o in outcomes]) == pytest.approx(1, abs=0.35)
    assert {o.status for o in outcomes} <= {"failed", "passed"}
    assert any(o.reason == "weaker" for o in outcomes)


def test_partial_shares_are_those_of_regressions():
    frame = panel(2)
    outcome = sensitivity(frame, outcome="value", covariates=["seen"])
    wide = frame.pivot(index="territory", columns="period", values="value")
    change = wide.loc[:, 5:].mean(axis=1) - wide.loc[:, :4].mean(axis=1)
    first = frame.groupby("territory").first()
    x = sm.add_constant(np.column_stack([first.adoption.notna(), first.seen]).astype(float))
    fit = sm.OLS(change.to_numpy(), x).fit()
    assert outcome.values["value"] == pytest.approx(fit.params[1])
    assert outcome.values["robustness"] == pytest.approx(
        100 * robustness_value(fit.tvalues[1], fit.df_resid)
    )
    t = fit.tvalues[2]
    assert outcome.data.r2_outcome[0] == pytest.approx(t**2 / (t**2 + fit.df_resid))


def test_every_outcome_has_its_sentence_in_both_languages():
    staggered = panel(1)
    staggered.loc[staggered.territory == staggered.territory[staggered.adoption.notna()].iloc[0],
                  "adoption"] = 6  # fmt: skip
    weak = panel(3, n=400, k=130, effect=0, confounding=1.0)
    outcomes = [
        sensitivity(panel(1), outcome="value"),
        sensitivity(panel(1, effect=0), outcome="value"),
        sensitivity(panel(1), outcome="value", covariates=["seen"]),
        sensitivity(weak, outcome="value", covariates=["seen"], r2_max=0.95),
        sensitivity(panel(1, n=4, k=1), outcome="value", covariates=["seen"]),
        sensitivity(staggered, outcome="value"),
    ]
    assert [o.status for o in outcomes] == [
        "informative", "informative", "passed", "failed", "not_applicable", "not_applicable",
    ]  # fmt: skip
    for outcome in outcomes:
        assert outcome.sentence(EN) != outcome.sentence(FR)
    assert "no effect" not in outcomes[1].sentence(EN)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda p: p, {"covariates": ["rain"]}, "Missing columns: rain"),
        (lambda p: p.assign(seen=np.inf), {"covariates": ["seen"]}, "Covariate seen .* rows: 0, 1"),
        (lambda p: p.assign(seen=p.adoption.notna() * 1.0), {"covariates": ["seen"]}, "adoption"),
        (lambda p: p, {"covariates": ["seen"], "r2_max": 0.1}, "r2_max is 0.1"),
        (lambda p: p, {"level": 1.0}, "level is 1.0"),
        (
            lambda p: p.assign(value=(p.period >= p.adoption) * 1.0),
            {},
            "exactly through every value",
        ),
    ],
)
def test_says_what_it_refuses(change, options, message):
    with pytest.raises(DesignError, match=message):
        sensitivity(change(panel(1)), outcome="value", **options)
