"""The mean of several effects, its intervals, and what is refused or said."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t
from statsmodels.stats.meta_analysis import combine_effects

from toolkit import load_panel, load_project
from toolkit.designs.did import difference_in_differences
from toolkit.designs.meta_analysis import leave_one_study_out, meta_analysis
from toolkit.designs.randomisation import randomisation
from toolkit.designs.study_effects import standard_error, studies_from
from toolkit.errors import DesignError
from toolkit.estimate import Estimate
from toolkit.i18n import language

EN, FR = language("en"), language("fr")
ESTIMATE = Estimate(
    value=-4.0, low=-5.96, high=-2.04, p=0.001, design="staggered", estimand="att",
    inference="analytic", unit="days", n_treated=6, n_comparison=20, n_periods=8,
)  # fmt: skip


def table(effects, errors, **columns) -> pd.DataFrame:
    names = [f"s{i}" for i in range(len(effects))]
    return pd.DataFrame({"study": names, "value": effects, "error": errors, **columns})


def drawn(seed: int, k: int = 7, tau2: float = 0.4, mean: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    errors = rng.uniform(0.2, 1.2, size=k)
    return table(mean + rng.normal(size=k) * np.sqrt(errors**2 + tau2), errors)


def test_equal_errors_by_hand():
    """Effects 1, 2, 3, 6 with errors of 1: mean 3, variance 14/3, so tau2 = 14/3 - 1 = 11/3."""
    result = meta_analysis(table([1.0, 2.0, 3.0, 6.0], [1.0] * 4), method="dersimonian_laird")
    assert result.value == pytest.approx(3)
    assert result.between.tau2 == pytest.approx(11 / 3)
    error = np.sqrt(14 / 3 / 4)  # both the usual one and Hartung and Knapp's
    assert result.error == pytest.approx(error)
    assert result.high - result.value == pytest.approx(t.ppf(0.975, 3) * error)
    around = t.ppf(0.975, 2) * np.sqrt(11 / 3 + error**2)
    assert result.prediction_low == pytest.approx(3 - around)
    assert result.p == pytest.approx(2 * t.sf(3 / error, 3))
    assert result.studies.weight.to_list() == pytest.approx([0.25] * 4)


@pytest.mark.parametrize("seed", range(10))
def test_statsmodels_agrees_on_paule_mandel_and_its_errors(seed):
    data = drawn(seed)
    theirs = combine_effects(
        data.value.to_numpy(), data.error.to_numpy() ** 2, method_re="iterated", atol=1e-7
    )
    normal = meta_analysis(data, method="paule_mandel", interval="normal")
    safe = meta_analysis(data, method="paule_mandel")
    if theirs.tau2 > 1e-6:
        assert normal.value == pytest.approx(theirs.mean_effect_re, rel=1e-4)
        assert normal.error == pytest.approx(theirs.sd_eff_w_re, rel=1e-4)
        scale = max(1.0, theirs.scale_hksj_re)
        assert safe.error == pytest.approx(theirs.sd_eff_w_re * np.sqrt(scale), rel=1e-4)
    fixed = meta_analysis(data, method="fixed")
    assert fixed.value == pytest.approx(theirs.mean_effect_fe)
    assert fixed.error == pytest.approx(theirs.sd_eff_w_fe)


def test_the_safeguard_keeps_lucky_agreement_from_shrinking_the_error():
    agreeing = table([1.0, 1.01, 0.99], [0.5, 0.4, 0.6])
    usual = np.sqrt(1 / (1 / np.array([0.5, 0.4, 0.6]) ** 2).sum())
    result = meta_analysis(agreeing)
    assert result.error == pytest.approx(usual)
    assert "too_homogeneous" in result.cautions
    assert (result.between.tau2_low, result.between.tau2_high) == (0, 0)


def test_the_mean_is_covered_as_often_as_said():
    """250 draws of 5 studies, tau2 0.4: the standard error of a share of 95 % is 1.4 %."""
    results = [meta_analysis(drawn(seed, k=5)) for seed in range(250)]
    assert 0.93 <= np.mean([result.low <= 1 <= result.high for result in results]) <= 0.99


def test_what_a_forest_plot_draws():
    data = drawn(1, k=6).assign(mode=list("aabbcc"), unit="days")
    result = meta_analysis(data)
    forest = result.studies
    assert forest.study.to_list() == data.study.to_list()
    assert list(forest.columns) == [
        "study", "value", "error", "low", "high", "weight", "mode", "unit",
    ]  # fmt: skip
    assert forest.weight.sum() == pytest.approx(1)
    assert (forest.high - forest.low).to_numpy() == pytest.approx(2 * 1.959964 * data.error, 1e-6)
    assert result.unit == "days"
    row = result.table().iloc[0]
    assert (row.n_studies, row.tau2) == (6, result.between.tau2)
    assert row.cautions == ", ".join(result.cautions)


def test_few_studies_are_said_and_two_predict_nothing():
    two = meta_analysis(table([1.0, 2.0], [0.3, 0.3]), unit="days")
    assert np.isnan(two.prediction_low)
    assert two.cautions == ("few_studies",)
    said = two.sentence(EN, digits=1)
    assert said.startswith("Inconclusive: over 2 studies, the data are compatible with a mean")
    assert said.endswith("Fewer than five studies: too few to know how far effects differ.")
    assert "prediction" not in said
    spread = table([1.0, 2.0, 4.0, 3.0, 6.0], [0.3] * 5)
    assert meta_analysis(spread).cautions == ()
    close = meta_analysis(spread.assign(error=2.0))
    assert (close.between.tau2, close.cautions) == (0, ("no_spread_seen",))
    assert "No difference between studies is seen" in close.sentence(EN)


def test_the_sentences():
    data = table([-4.0, -5.0, -6.5, -4.4, -5.6, -1.0], [0.5, 0.6, 0.8, 0.5, 0.9, 0.7], unit="days")
    result = meta_analysis(data)
    assert result.verdict == "down"
    said = result.sentence(EN, digits=1)
    assert said.startswith("Over 6 studies, the mean effect is −4.4 days (95% interval: −6.3 days")
    assert "a decrease. In a new study like these, the effect to expect goes from −9.6 days" in said
    assert said.count("either way") == 1
    french = result.sentence(FR, digits=1)
    assert "l’effet moyen est de −4,4 jours (intervalle à 95\u00a0%\u00a0: −6,3 jours" in french
    assert "(I²)\u00a0:" in french
    up = meta_analysis(data.assign(value=-data.value), method="fixed")
    assert "an increase" in up.sentence(EN)
    assert "One effect is supposed everywhere" in up.sentence(EN)


def test_an_analytic_estimate_gives_back_its_error():
    assert standard_error(ESTIMATE) == pytest.approx(1.0, abs=1e-4)
    clustered = replace(ESTIMATE, inference="crv1")
    assert standard_error(clustered) == pytest.approx(1.96 / t.ppf(0.975, 25))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"low": -np.inf}, r"\(-inf to -2\.04\) is absent, unbounded"),
        ({"low": np.nan, "high": np.nan}, r"\(nan to nan\) is absent"),
        ({"low": -4.0, "high": -4.0}, r"without width"),
        ({"high": -1.0}, r"not symmetric around -4"),
    ],
)
def test_an_interval_that_gives_no_error_is_refused(change, message, monkeypatch):
    monkeypatch.setenv("FUTURS_LANG", "en")
    with pytest.raises(DesignError, match=message):
        standard_error(replace(ESTIMATE, **change))
    bad = replace(ESTIMATE, **change)
    with pytest.raises(DesignError, match=r"one: .*\ntwo: "):
        studies_from({"one": bad, "good": ESTIMATE, "two": bad})


def test_the_error_behind_a_randomisation_interval():
    """4 treated of 40, unit noise: the true error is sqrt(1/4 + 1/36); a tenth, on average."""
    treated = np.arange(40) < 4
    errors = []
    for seed in range(50):
        changes = np.random.default_rng(seed).normal(size=40)
        test = randomisation(changes, treated, rng=np.random.default_rng(0), draws=999)
        value = changes[:4].mean() - changes[4:].mean()
        errors.append(
            standard_error(
                replace(
                    ESTIMATE, value=value, low=test.low, high=test.high, inference="randomisation"
                )
            )
        )
    assert np.mean(errors) == pytest.approx(np.sqrt(1 / 4 + 1 / 36), rel=0.1)


def test_estimates_of_several_projects():
    rng = np.random.default_rng(7)
    estimates = {}
    for project in ("one", "two", "three"):
        names = [f"t{i:02}" for i in range(30)]
        rows = [
            {"territory": name, "period": p, "adoption": 4 if i < 3 else np.nan,
             "value": 10 + rng.normal() + (-5 if i < 3 and p >= 4 else 0)}
            for i, name in enumerate(names) for p in range(8)
        ]  # fmt: skip
        estimates[project] = difference_in_differences(
            pd.DataFrame(rows), outcome="value", unit="days", draws=999
        )
    studies = studies_from(estimates)
    assert studies.columns.to_list()[:5] == ["study", "value", "error", "unit", "measure"]
    result = meta_analysis(studies)
    assert result.unit == "days"
    assert result.low <= -5 <= result.high
    assert result.cautions[0] == "few_studies"
    assert result.cautions[-1] == "errors_from_intervals"


def test_one_study_that_carries_the_conclusion_is_found():
    carried = table([0.1, -0.2, 0.15, 0.0, 4.0], [0.3, 0.3, 0.3, 0.3, 0.3])
    steady = table([2.0, 2.2, 1.9, 2.1, 2.3], [0.3, 0.3, 0.3, 0.3, 0.3])
    passed = leave_one_study_out(steady)
    assert passed.status == "passed"
    assert passed.data.left_out.to_list() == ["s0", "s1", "s2", "s3", "s4"]
    without = meta_analysis(steady[steady.study != "s2"])
    assert passed.data.set_index("left_out").value["s2"] == without.value
    assert passed.data.set_index("left_out").tau2["s2"] == without.between.tau2
    assert "stays the same" in passed.sentence(EN)
    fixed = leave_one_study_out(carried, method="fixed")
    assert (fixed.status, fixed.values["changed"]) == ("failed", 1)
    assert fixed.data.verdict.to_list() == ["up"] * 4 + ["inconclusive"]
    assert leave_one_study_out(steady[:2]).status == "not_applicable"
    assert "none can be left out" in leave_one_study_out(steady[:2]).sentence(EN)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda d: d.drop(columns="error"), {}, r"Missing columns: error\. The table has: study"),
        (lambda d: d[:1], {}, r"Number of studies: 1\. At least two"),
        (lambda d: d.assign(study="a"), {}, r"more than once: a\."),
        (lambda d: d.assign(value=[1.0, np.nan, np.inf]), {}, r"'value' is missing.*: s1, s2"),
        (lambda d: d.assign(error=[0.0, -1.0, np.nan]), {}, r"'error' must .*: s0, s1, s2"),
        (lambda d: d.assign(unit=["days", "days", "percent"]), {}, r"'unit' is not the same"),
        (lambda d: d.assign(measure=["att", "rr", "att"]), {}, r"'measure' is not .*: att, rr"),
        (lambda d: d, {"method": "bayes"}, r"method is 'bayes'; it must be one of: reml, paule"),
        (lambda d: d, {"interval": "z"}, r"interval is 'z'"),
        (lambda d: d, {"method": "fixed", "interval": "hartung_knapp"}, r"one of: normal"),
        (lambda d: d, {"level": 95}, r"level is 95"),
    ],
)
def test_says_what_is_wrong(change, options, message, monkeypatch):
    monkeypatch.setenv("FUTURS_LANG", "en")
    data = table([1.0, 2.0, 3.0], [0.3, 0.4, 0.5])
    with pytest.raises(DesignError, match=message):
        meta_analysis(change(data), **options)


def test_all_faults_come_at_once_and_the_input_stays():
    data = table([1.0, np.nan], [0.3, -1.0], unit=["days", "hours"])
    before = data.copy()
    with pytest.raises(DesignError) as caught:
        meta_analysis(data, level=2)
    assert len(str(caught.value).splitlines()) == 4
    pd.testing.assert_frame_equal(data, before)


def apart(project: str, indicator: str) -> dict[str, Estimate]:
    """Each treated territory against comparison territories of its own, so that errors differ."""
    panel = load_panel(load_project(project), indicator)
    panel = panel[panel.role != "excluded"]
    first = panel[panel.event_time == 0].set_index("territory").period
    panel = panel.assign(adoption=panel.territory.map(first))
    treated = sorted(panel.territory[panel.role == "treated"].unique())
    others = np.sort(panel.territory[panel.role == "comparison"].unique())
    dealt = np.array_split(np.random.default_rng(20131107).permutation(others), len(treated))
    return {
        one: difference_in_differences(
            panel[panel.territory.isin([one, *group])], outcome="value", unit=panel.attrs["unit"]
        )
        for one, group in zip(treated, dealt, strict=True)
    }


@pytest.mark.parametrize(
    ("project", "indicator", "truth"),
    [
        ("demande-unique", "delai-traitement", -6.0),
        ("autonomie-domicile", "part-apa-domicile", 0.0),
    ],
)
def test_the_known_effect_of_a_demonstration_project_is_recovered(project, indicator, truth):
    result = meta_analysis(studies_from(apart(project, indicator)))
    assert result.low <= truth <= result.high
    assert result.between.tau2_low == 0  # the same effect everywhere


def test_territories_with_too_few_of_their_own_to_compare_with_are_refused():
    with pytest.raises(DesignError, match=r"DEP-08: .*inf"):
        studies_from(apart("maison-handicap", "delai-decision"))
