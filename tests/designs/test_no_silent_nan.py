"""Whatever the panel, a design or check gives numbers or says what is wrong: no NaN in silence.

Panels come whole and damaged in every way that was thought of, one or two at a time, and with
columns of every wrong type; a design may refuse with a `DesignError`, and nothing else.
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.designs.bacon import goodman_bacon
from toolkit.designs.censoring import bound_estimate
from toolkit.designs.checks import anticipation, placebo_in_time, spillover
from toolkit.designs.comparison import choose_comparison
from toolkit.designs.counts import rate_ratio
from toolkit.designs.did import difference_in_differences
from toolkit.designs.event_study import event_study
from toolkit.designs.honest_trends import honest_trends
from toolkit.designs.leave_one_out import leave_one_out
from toolkit.designs.multiple_outcomes import romano_wolf
from toolkit.designs.placebo_in_space import placebo_in_space
from toolkit.designs.power import minimum_detectable_effect
from toolkit.designs.pretrends import pretrend_power, pretrend_test
from toolkit.designs.sensitivity import sensitivity
from toolkit.designs.specification_curve import Specification, specification_curve
from toolkit.designs.staggered import staggered, staggered_effect
from toolkit.designs.synthetic_checks import synthetic_fit, synthetic_placebo_in_space
from toolkit.designs.synthetic_control import Predictor, synthetic_control
from toolkit.designs.synthetic_did import synthetic_did
from toolkit.errors import DesignError
from toolkit.estimate import CheckOutcome, Estimate

# How a panel may be damaged: each takes the panel and a generator, and returns another.
DAMAGES = {
    "none": lambda p, r: p,
    "staggered": lambda p, r: p.assign(adoption=p.adoption.where(p.territory > 0, 2)),
    "missing values": lambda p, r: p.assign(value=p.value.mask(r.random(len(p)) < 0.3)),
    "missing rows": lambda p, r: p[r.random(len(p)) > 0.3],
    "nothing after for one": lambda p, r: p[(p.territory > 0) | (p.period < 3)],
    "nothing before for one": lambda p, r: p[(p.territory > 0) | (p.period >= 3)],
    "duplicates": lambda p, r: pd.concat([p, p.head(2)]),
    "infinite": lambda p, r: p.assign(value=p.value.where(p.index != 1, np.inf)),
    "constant": lambda p, r: p.assign(value=1.5),
    "constant within": lambda p, r: p.assign(value=p.territory * 1.0),
    "no noise": lambda p, r: p.assign(value=(p.period >= p.adoption) * 1.0),
    "huge": lambda p, r: p.assign(value=p.value * 1e200),
    "tiny": lambda p, r: p.assign(value=p.value * 1e-200),
    "far from zero": lambda p, r: p.assign(value=p.value + 1e15),
    "all treated": lambda p, r: p.assign(adoption=3),
    "none treated": lambda p, r: p.assign(adoption=np.nan),
    "one period": lambda p, r: p[p.period == 3],
    "two periods": lambda p, r: p[p.period.isin([2, 3])],
    "no period before": lambda p, r: p[p.period >= 3],
    "adoption outside": lambda p, r: p.assign(adoption=p.adoption + 100),
    "adoption varies": lambda p, r: p.assign(adoption=p.adoption.mask(p.period == 1)),
    "integers": lambda p, r: (
        p.assign(value=(10 * p.value).round().fillna(0).astype("Int64"))
        if p.value.dtype == float and np.isfinite(p.value).all() and p.value.abs().max() < 1e9
        else p
    ),
    "covariate missing": lambda p, r: p.assign(x=np.nan),
    "covariate infinite": lambda p, r: p.assign(x=np.inf),
    "covariate constant": lambda p, r: p.assign(x=1.0),
    "sizes zero": lambda p, r: p.assign(size=0),
    "empty": lambda p, r: p.iloc[:0],
}
# Columns of the wrong type, whatever else befell the panel.
MISTYPED = {
    "text": lambda p: p.assign(value=p.value.astype(object).where(p.index != 1, "nd")),
    "complex": lambda p: p.assign(value=p.value.to_numpy("complex128", na_value=np.nan) + 1j),
    "booleans": lambda p: p.assign(value=p.value.to_numpy("float64", na_value=0) > 0),
    "outcome of dates": lambda p: p.assign(value=pd.to_datetime("2015-03-01")),
    "text periods": lambda p: p.assign(period=p.period.astype(str)),
    "uneven periods": lambda p: p.assign(
        period=(p.period + 8).astype(str), adoption=(p.adoption + 8).astype("Int64").astype("str")
    ),
    "categories": lambda p: p.assign(period=p.period.astype("category").cat.as_ordered()),
    "dates": lambda p: p.assign(
        period=pd.to_datetime("2010") + pd.to_timedelta(p.period, "D"),
        adoption=pd.to_datetime("2010") + pd.to_timedelta(p.adoption, "D"),
    ),
    "periods of pandas": lambda p: p.assign(
        period=pd.PeriodIndex.from_ordinals(p.period, freq="Y")
    ),
    "boolean periods": lambda p: p.assign(period=p.period > 2),
    "treated or not": lambda p: p.assign(adoption=p.adoption.notna()),
    "text adoption": lambda p: p.assign(
        adoption=p.adoption.map("{:.0f}".format, na_action="ignore")
    ),
    "adoption between": lambda p: p.assign(adoption=p.adoption - 0.5),
    "mixed territories": lambda p: p.assign(
        territory=p.territory.astype(object).where(p.index % 2 == 0, p.territory.astype(str))
    ),
    "value twice": lambda p: pd.concat([p, p.value], axis="columns"),
    "period twice": lambda p: pd.concat([p, p.period], axis="columns"),
    "bounds": lambda p: p.assign(status=np.where(p.index == 1, "censored", "ok")),
    "text covariate": lambda p: p.assign(x="a"),
    "text sizes": lambda p: p.assign(size="a"),
}  # fmt: skip


def panel(rng: np.random.Generator, n: int, periods: int, k: int) -> pd.DataFrame:
    grid = pd.MultiIndex.from_product([range(n), range(periods)], names=["territory", "period"])
    frame = grid.to_frame(index=False)
    frame["adoption"] = np.where(frame.territory < k, 3, np.nan)
    frame["value"], frame["x"] = rng.normal(size=(2, len(frame)))
    frame["size"] = 10.0 + frame.territory
    return frame


def effects(panel: pd.DataFrame, **options):
    found = staggered(panel, outcome="value", **options)
    rng = np.random.default_rng(1)
    numbers = [found.aggregate(kind, rng=rng, draws=19) for kind in ("simple", "dynamic")]
    return [*numbers, found.event_times(rng=rng, draws=19).frame]


def coefficients(panel: pd.DataFrame):
    """Run what takes an event study's coefficients on those of the panel."""
    study = event_study(panel, outcome="value", draws=19)
    beta, n_pre = study.table.value.to_numpy(), study.n_before
    n_post = len(beta) - n_pre
    before = slice(0, n_pre)
    found = [pretrend_test(beta[before], study.covariance[before, before], estimate=1.0)]
    power = pretrend_power(study.covariance, n_pre=n_pre, n_post=n_post)
    honest = honest_trends(beta, study.covariance, n_pre=n_pre, grid=[0, 1])
    return [*found, power.slope, power.bias_if_passed, honest.outcome()]


def outcomes(panel: pd.DataFrame) -> pd.DataFrame:
    rows = panel.loc[:, ~panel.columns.duplicated()].drop_duplicates(["territory", "period"])
    wide = rows.set_index(["territory", "period"]).value.unstack(sort=False)
    adoption = rows.groupby("territory", sort=False).adoption.first()
    treated = adoption.notna().to_numpy()
    return romano_wolf(wide, treated, seed=1, draws=19)


def curve(panel: pd.DataFrame):
    ways = [Specification("plain"), Specification("with x", {"covariates": ["x"]})]
    found = specification_curve(panel, ways, outcome="value", draws=19)
    return [found.median, found.p_median, found.p_share, found.frame[["value", "p"]]]


def choice(panel: pd.DataFrame):
    treated = panel.territory[panel.adoption.notna()].unique()
    found = choose_comparison(
        panel, outcome="value", treated=treated, before=3, n_per_treated=1, covariates=["x"]
    )
    return [found.chosen.distance, found.balance]


def power(panel: pd.DataFrame, **options):
    found = minimum_detectable_effect(
        panel, outcome="value", n_treated=1, n_after=1, placebos=9, draws=19, **options
    )
    return [found.mde, found.curve, found.smallest_p]


def synthetic(panel: pd.DataFrame, **options):
    found = synthetic_control(panel, outcome="value", draws=19, **options)
    checks = [synthetic_fit(found), synthetic_placebo_in_space(found)]
    return [found.estimate, found.weights, found.event_gaps(), *checks]


def synthetic_by_predictors(panel: pd.DataFrame):
    predictors = [Predictor("x", 0, 2), Predictor("value", 1, 2)]
    return synthetic(panel, predictors=predictors, search="local")


def synthetic_differences(panel: pd.DataFrame, **options):
    found = synthetic_did(panel, outcome="value", draws=19, **options)
    return [found.estimate, found.standard_error, found.cohorts, found.unit_weights]


def rates(panel: pd.DataFrame, **options):
    """Take the whole part of values as counts, where they are numbers."""
    numbers = pd.to_numeric(panel.value, errors="coerce").astype("float64")
    counts = panel.assign(value=panel.value.where(numbers.isna(), (numbers + 3).round()))
    found = rate_ratio(counts, outcome="value", exposure="size", draws=19, **options)
    return [found.ratio, found.low, found.high, found.estimate, found.dispersion]


def bounds(panel: pd.DataFrame):
    hidden = panel.assign(status=np.where(np.arange(len(panel)) % 7 == 2, "censored", "ok"))
    limits = {"censored": (-1, 1)}
    found = bound_estimate(hidden, outcome="value", status="status", limits=limits, draws=19)
    return [found.lowest, found.highest, found.low, found.high]


DESIGNS = {
    "synthetic control": synthetic,
    "synthetic control by predictors": synthetic_by_predictors,
    "synthetic did": synthetic_differences,
    "synthetic did by jackknife": lambda p: synthetic_differences(p, inference="jackknife"),
    "ratio of rates": rates,
    "ratio of rates, negative binomial": lambda p: rates(p, family="negative_binomial"),
    "ratio of rates, crv1": lambda p: rates(p, inference="crv1"),
    "bounds": bounds,
    "did": lambda p: difference_in_differences(p, outcome="value", draws=19),
    "did by size": lambda p: difference_in_differences(p, outcome="value", size="size", draws=19),
    "did net of x": lambda p: difference_in_differences(
        p, outcome="value", covariates=["x"], draws=19
    ),
    "did crv1": lambda p: difference_in_differences(p, outcome="value", inference="crv1"),
    "did crv3": lambda p: difference_in_differences(p, outcome="value", inference="crv3"),
    "did wild": lambda p: difference_in_differences(p, outcome="value", inference="wild", draws=19),
    "event study": lambda p: event_study(p, outcome="value", draws=19).table,
    "event study by size": lambda p: event_study(p, outcome="value", size="size", draws=19).table,
    "staggered": effects,
    "staggered net of x": lambda p: effects(p, covariates=["x"]),
    "staggered, not yet": lambda p: effects(p, comparison="not_yet"),
    "bacon": lambda p: goodman_bacon(p, outcome="value")[["weight", "estimate"]],
    "coefficients": coefficients,
    "several outcomes": outcomes,
    "specification curve": curve,
    "comparison": choice,
    "power": power,
    "power by size": lambda p: power(p, size="size"),
    "placebo in time": lambda p: placebo_in_time(p, outcome="value", draws=19),
    "placebo in space": lambda p: placebo_in_space(p, outcome="value", draws=19),
    "anticipation": lambda p: anticipation(p, outcome="value", draws=19),
    "anticipation, staggered": lambda p: anticipation(
        p, outcome="value", design=staggered_effect, draws=19
    ),
    "leave one out": lambda p: leave_one_out(p, outcome="value", draws=19),
    "leave one out, staggered": lambda p: leave_one_out(
        p, outcome="value", design=staggered_effect, draws=19
    ),
    "spillover": lambda p: spillover(p, {2, 3}, outcome="value", draws=19),
    "sensitivity": lambda p: sensitivity(p, outcome="value", covariates=["x"]),
}


def numbers_of(found) -> list[float]:
    """Return the numbers that a result states as its findings."""
    if isinstance(found, list):
        return [number for part in found for number in numbers_of(part)]
    if isinstance(found, Estimate):
        return [found.value, found.low, found.high, found.p, found.smallest_p]
    if isinstance(found, CheckOutcome):
        return [value for value in found.values.values() if not isinstance(value, str)]
    if isinstance(found, pd.DataFrame):
        return list(found.select_dtypes("number").to_numpy("float64").ravel())
    if isinstance(found, pd.Series):
        return list(found)
    return [float(found)]


@pytest.mark.parametrize("name", DESIGNS)
@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 1000),
    n=st.integers(3, 14),
    periods=st.integers(4, 6),
    k=st.integers(1, 6),
    damages=st.lists(st.sampled_from(list(DAMAGES)), min_size=1, max_size=2),
    mistyped=st.none() | st.sampled_from(list(MISTYPED)),
)
def test_no_nan_in_silence(name, seed, n, periods, k, damages, mistyped):
    rng = np.random.default_rng(seed)
    frame = panel(rng, n, periods, min(k, n - 1))
    for damage in damages:
        frame = DAMAGES[damage](frame, rng)
    if mistyped:
        frame = MISTYPED[mistyped](frame)
    before = frame.copy()
    try:
        found = DESIGNS[name](frame)
    except DesignError:
        return
    finally:
        pd.testing.assert_frame_equal(frame, before)
    assert not np.isnan(numbers_of(found)).any()


def damaged(frame: pd.DataFrame, damage: str, rng: np.random.Generator) -> pd.DataFrame:
    return MISTYPED[damage](frame) if damage in MISTYPED else DAMAGES[damage](frame, rng)


# What the message about a damage says, whatever the design: the rule, and the rows.
SAID = {
    "duplicates": "two rows for a period: 0 0, 0 1",
    "infinite": "infinite values, rows: 1",
    "text": r"column value: values that are no numbers, rows: 1 \(seen: nd\)",
    "complex": r"no numbers, rows: 0, 1, 2, .* \(seen: \(",
    "booleans": r"no numbers, rows: 0, 1, 2, .* \(seen: (True|False)\)",
    "outcome of dates": r"no numbers, rows: 0, .* \(seen: 2015-03-01",
    "text periods": r"as the periods are: column adoption holds 3\.0, column period 0",
    "uneven periods": r"column period: texts of unequal length .* \(8, 10\)",
    "categories": "column period: .*it holds: category. Seen: 0, rows: 0, 1",
    "dates": "column period: .*it holds: Timestamp. Seen: 2010-01-01",
    "periods of pandas": "column period: .*it holds: Period. Seen: 1970",
    "boolean periods": "column period: .*it holds: bool. Seen: False, rows: 0",
    "treated or not": "column adoption: .*it holds: bool. Seen: True, rows: 0",
    "text adoption": "as the periods are: column adoption holds 3, column period 0",
    "adoption between": r"no period of the panel: 0 2\.5 \(2 < 2\.5 < 3\), 1 2\.5",
    "mixed territories": "column territory: .*it holds: int, str. Seen: 0",
    "value twice": "stand twice: value",
    "period twice": "stand twice: period",
    "bounds": r"only as bounds \(status censored\): 1, rows: 1. .*bound_estimate",
    "constant": r"the same everywhere \(1\.5\)",
    "huge": "too large to compute with .* rows: 0, 1, 2, ",
    "all treated": "all territories are treated",
    "none treated": "no territory is treated",
    "one period": "only one period",
    "no period before": "no period before: 0, 1",
    "adoption outside": r"outside the periods of the panel \(0–5\): 0, 1",
    "adoption varies": "adoption varies within a territory: 0, 1",
}
OF_PANELS = [
    "did", "did crv1", "event study", "staggered", "bacon", "specification curve",
    "placebo in time", "placebo in space", "anticipation", "leave one out", "spillover",
    "sensitivity", "synthetic control", "synthetic did",
]  # fmt: skip


@pytest.mark.parametrize("damage", SAID)
@pytest.mark.parametrize("name", OF_PANELS)
def test_a_fault_is_named_with_its_rows_by_every_design(name, damage):
    rng = np.random.default_rng(1)
    frame = damaged(panel(rng, 10, 6, 2), damage, rng)
    with pytest.raises(DesignError, match=SAID[damage]):
        DESIGNS[name](frame)


@pytest.mark.parametrize("name", ["power", "comparison"])
@pytest.mark.parametrize(
    "damage",
    [
        "duplicates", "infinite", "text", "huge", "complex", "booleans", "categories", "dates",
        "mixed territories", "value twice", "bounds",
    ],
)  # fmt: skip
def test_what_reads_the_periods_before_names_faults_too(name, damage):
    rng = np.random.default_rng(1)
    frame = panel(rng, 10, 6, 2)
    with pytest.raises(DesignError, match=SAID[damage]):
        DESIGNS[name](damaged(frame, damage, rng))
