"""Ratios of rates: the textbook's in a two by two, statsmodels' in a panel, honest with few."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.designs.count_fit import fit_counts
from toolkit.designs.counts import rate_ratio
from toolkit.errors import DesignError
from toolkit.i18n import language


def panel(
    seed: int, *, n=30, periods=8, k=3, adoption=4, ratio=1.5, spread=0.0, rate=0.004
) -> pd.DataFrame:
    """Draw counts; `spread` is the standard deviation of territories' own log changes."""
    rng = np.random.default_rng(seed)
    people = np.round(np.exp(rng.normal(9, 1, n)))
    frame = pd.MultiIndex.from_product(
        [range(n), range(periods)], names=["territory", "period"]
    ).to_frame(index=False)
    frame["people"] = people[frame.territory]
    treated, after = frame.territory < k, frame.period >= adoption
    log = 0.3 * rng.normal(size=n)[frame.territory] + 0.1 * rng.normal(size=periods)[frame.period]
    log += np.log(ratio) * (treated & after) + spread * rng.normal(size=n)[frame.territory] * after
    frame["events"] = rng.poisson(rate * frame.people * np.exp(log)).astype(float)
    frame["adoption"] = np.where(treated, adoption, np.nan)
    frame["status"] = "ok"
    return frame


COLUMNS = {"outcome": "events", "exposure": "people"}


def dummies(frame: pd.DataFrame) -> pd.DataFrame:
    effect = (frame.adoption.notna() & (frame.period >= 4)).astype(float)
    columns = [
        pd.get_dummies(frame.territory, prefix="i", dtype=float),
        pd.get_dummies(frame.period, prefix="t", dtype=float).iloc[:, 1:],
    ]
    return pd.concat([effect.rename("effect"), *columns], axis="columns")


def test_two_territories_and_two_periods_give_a_ratio_of_ratios():
    counts = np.array([[30.0, 66.0], [50.0, 55.0]])
    exposure = np.array([[1000.0, 1100.0], [2000.0, 2500.0]])
    under = np.array([[False, True], [False, False]])
    fit = fit_counts(counts, exposure, under, negative_binomial=False)
    # (66/1100) / (30/1000) = 2, over (55/2500) / (50/2000) = .88.
    assert np.exp(fit.log_ratio) == pytest.approx(2 / 0.88)
    assert fit.expected == pytest.approx(counts)


@pytest.mark.parametrize("missing", [0, 20])
def test_poisson_and_its_clustered_error_are_those_of_statsmodels(missing):
    frame = panel(1, k=6, spread=0.1)
    frame.loc[frame.sample(missing, random_state=1).index, "events"] = np.nan
    found = rate_ratio(frame, **COLUMNS, inference="crv1")
    used = frame.dropna(subset=["events"])
    model = sm.GLM(
        used.events, dummies(used), family=sm.families.Poisson(), offset=np.log(used.people)
    )
    expected = model.fit(cov_type="cluster", cov_kwds={"groups": used.territory}, tol=1e-12)
    assert np.log(found.ratio) == pytest.approx(expected.params["effect"])
    # Student's quantile at .975 with 29 degrees of freedom.
    half = np.log(found.high / found.low) / 2
    assert half / 2.0452296 == pytest.approx(expected.bse["effect"], rel=1e-5)
    assert found.estimate.value == pytest.approx(100 * (found.ratio - 1))
    assert "few_treated" in found.estimate.cautions
    assert ("missing_cells" in found.estimate.cautions) == bool(missing)


def test_the_negative_binomial_is_that_of_statsmodels():
    frame = panel(2, spread=0)
    frame["events"] = np.random.default_rng(1).poisson(
        frame.events * np.random.default_rng(2).gamma(4, 0.25, len(frame))
    )
    found = rate_ratio(frame, **COLUMNS, family="negative_binomial")
    assert found.dispersion == pytest.approx(0.25, abs=0.15)
    model = sm.GLM(
        frame.events, dummies(frame), offset=np.log(frame.people),
        family=sm.families.NegativeBinomial(alpha=found.dispersion),
    )  # fmt: skip
    fit = model.fit(tol=1e-12)
    assert np.log(found.ratio) == pytest.approx(fit.params["effect"], abs=1e-6)
    assert fit.pearson_chi2 / fit.df_resid == pytest.approx(1, abs=1e-4)
    assert found.estimate.design == "rate_ratio_negative_binomial"


def test_overdispersion_is_seen_and_its_absence_too():
    even = rate_ratio(panel(3), **COLUMNS).overdispersion
    uneven = rate_ratio(panel(3, spread=0.5, rate=0.05), **COLUMNS).overdispersion
    assert (even.reason, uneven.reason) == ("no_more", "more")
    assert even.values["ratio"] == pytest.approx(1, abs=0.25)
    assert "Poisson" in uneven.sentence(language("fr"))


def test_overdispersion_rejects_true_poisson_counts_as_often_as_it_says():
    """100 panels of small counts (4 on average, some of 0): 5 % within two errors."""
    rejected = sum(
        rate_ratio(panel(seed, n=20, rate=0.0003), **COLUMNS, draws=9).overdispersion.reason
        == "more"
        for seed in range(100)
    )
    assert rejected <= 10


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.floats(0.01, 100))
def test_the_unit_of_exposure_does_not_matter(seed, scale):
    frame = panel(seed)
    one = rate_ratio(frame, **COLUMNS, draws=99)
    other = rate_ratio(frame.assign(people=frame.people * scale), **COLUMNS, draws=99)
    assert other.ratio == pytest.approx(one.ratio)
    assert (other.low, other.high) == pytest.approx((one.low, one.high))
    assert one.low <= one.ratio <= one.high


def test_territories_without_events_are_left_out_and_said():
    frame = panel(4)
    frame["events"] = frame.events.mask(frame.territory == 9, 0)
    found = rate_ratio(frame, **COLUMNS)
    without = rate_ratio(frame[frame.territory != 9], **COLUMNS)
    assert found.ratio == pytest.approx(without.ratio)
    assert found.n_without_events == 1
    assert "no_events" in found.estimate.cautions


def test_it_says_what_it_found():
    found = rate_ratio(panel(5, ratio=3, rate=0.02), **COLUMNS)
    assert found.low > 1
    assert "%" in found.sentence(language("en"))
    assert "hausse" in found.sentence(language("fr"))
    assert found.table().ratio[0] == found.ratio
    assert found.estimate.inference == "score_placebo"


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda f: f, {"inference": "crv1"}, "With 3 treated territories .* 5 are needed"),
        (lambda f: f[f.territory < 12], {}, "Comparison territories with events: 9. 10 are"),
        (lambda f: f.assign(events=f.events + 0.5), {}, "A count is a whole number"),
        (lambda f: f.assign(events=-f.events), {}, "not negative"),
        (lambda f: f.assign(people=0), {}, "exposure must be positive and known"),
        (
            lambda f: f.assign(status=f.status.mask(f.index == 3, "secret")),
            {"status": "status"},
            r"status secret\): 1, rows: 3\. .*bound_estimate",
        ),
        (
            lambda f: f.assign(events=f.events.where((f.territory > 2) | (f.period < 4), 0)),
            {},
            "Not a single event among: the treated after",
        ),
        (lambda f: f, {"family": "normal"}, "family is 'normal'"),
        (lambda f: f, {"exposure": "area"}, "Missing columns: area"),
        (lambda f: f, {"level": 0}, "level is 0"),
    ],
)
def test_says_what_it_refuses(change, options, message):
    with pytest.raises(DesignError, match=message):
        rate_ratio(change(panel(1)), **COLUMNS | options)


@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_coverage_with_two_treated_of_any_size(spread):
    """150 panels, so within .04 of the .91 of benchmarks/counts.py, which has the whole table."""
    held = 0
    for seed in range(150):
        found = rate_ratio(panel(seed, k=2, spread=spread), **COLUMNS, draws=299)
        held += found.low <= 1.5 <= found.high
    assert held / 150 >= 0.87
