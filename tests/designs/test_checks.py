"""Each check refutes what it is made to refute, and says when it cannot."""

import numpy as np
import pandas as pd
import pytest

from toolkit.designs.checks import anticipation, placebo_in_time, spillover
from toolkit.designs.did import difference_in_differences
from toolkit.designs.leave_one_out import leave_one_out
from toolkit.designs.staggered import staggered_effect
from toolkit.errors import DesignError
from toolkit.i18n import language
from toolkit.records.portfolio import load_panel, load_project
from toolkit.records.territories import load_territory, neighbours

EN, FR = language("en"), language("fr")


def test_a_seed_that_is_none_is_refused():
    with pytest.raises(DesignError, match="seed is -1"):
        staggered_effect(panel(1), outcome="value", seed=-1)


def panel(seed: int, *, n=40, k=3, trend=0.0, effect=2.0, one=0.0, beside=0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product([range(n), range(12)], names=["territory", "period"])
    frame = grid.to_frame(index=False)
    treated, after = frame.territory < k, frame.period >= 8
    frame["adoption"] = np.where(treated, 8, np.nan)
    frame["value"] = rng.normal(size=len(frame)) * 0.5 + after * (
        effect * treated + one * (frame.territory == 0) + beside * frame.territory.between(k, 15)
    )
    frame["value"] += trend * treated * frame.period
    return frame


def share(status: str, outcomes: list) -> float:
    return np.mean([outcome.status == status for outcome in outcomes])


def test_a_placebo_in_time_fails_about_as_often_as_it_says_when_trends_are_parallel():
    outcomes = [placebo_in_time(panel(s, k=2), outcome="value") for s in range(80)]
    assert share("failed", outcomes) <= 0.2
    assert share("passed", outcomes) >= 0.8


def test_a_placebo_in_time_sees_a_trend_of_the_treated():
    outcomes = [placebo_in_time(panel(s, k=2, trend=0.5), outcome="value") for s in range(20)]
    assert share("failed", outcomes) >= 0.9


def test_a_placebo_in_time_needs_four_periods():
    frame = panel(1).query("period >= 5")
    outcome = placebo_in_time(frame, outcome="value")
    assert (outcome.status, outcome.reason, outcome.values["n"]) == (
        "not_applicable",
        "few_periods",
        3,
    )


def test_leaving_one_out_shows_the_territory_that_carries_the_effect():
    outcome = leave_one_out(panel(1, effect=0, one=9, k=2), outcome="value")
    assert outcome.data.set_index("left_out").value[0] == pytest.approx(0, abs=0.6)
    steady = leave_one_out(panel(1), outcome="value")
    assert steady.status == "informative"
    assert steady.values["lowest"] <= steady.values["value"] <= steady.values["highest"]
    assert steady.data.treated.sum() == 3
    assert len(steady.data) == 40


def test_a_treated_territory_alone_is_not_left_out():
    frame = panel(1, k=1)
    assert leave_one_out(frame, outcome="value").reason == "same_sign_comparison"
    assert leave_one_out(frame, outcome="value", over="treated").status == "not_applicable"


def test_leaving_out_a_comparison_territory_is_estimating_without_it():
    frame = panel(2, n=9)
    frame.loc[3, "value"] = np.nan
    values = leave_one_out(frame, outcome="value").data.set_index("left_out").value
    for name in (0, 5, 8):
        without = difference_in_differences(frame[frame.territory != name], outcome="value")
        # With a missing cell the changes are net of period effects, estimated with all.
        assert values[name] == pytest.approx(without.value, abs=0.03)
    balanced = panel(2, n=9)
    values = leave_one_out(balanced, outcome="value").data.set_index("left_out").value
    without = difference_in_differences(balanced[balanced.territory != 8], outcome="value")
    assert values[8] == pytest.approx(without.value)


def test_a_sign_that_turns_is_a_failure():
    frame = panel(1, k=2, effect=-1, one=9)
    assert leave_one_out(frame, outcome="value").reason == "changes_sign"


def test_spillover_is_seen_when_the_effect_reaches_the_neighbours():
    frame = panel(1, beside=2)
    outcome = spillover(frame, set(range(3, 16)), outcome="value")
    assert (outcome.status, outcome.values["n"]) == ("failed", 13)
    assert outcome.values["without"] == pytest.approx(2, abs=0.5)
    assert spillover(panel(1), set(range(3, 16)), outcome="value").status == "passed"
    assert spillover(panel(1), set(), outcome="value").reason == "no_neighbour"
    assert spillover(panel(1), set(range(40)), outcome="value").reason == "only_neighbours"


def early(seed: int, gap: float) -> pd.DataFrame:
    """Return a panel whose treated move by `gap` in the two periods before adoption."""
    frame = panel(seed)
    return frame.assign(
        value=frame.value + gap * frame.adoption.notna() * frame.period.isin([6, 7])
    )


def test_anticipation_is_seen_and_the_estimate_without_it_is_right():
    outcome = anticipation(early(1, 1.5), outcome="value", n_periods=2)
    assert (outcome.status, outcome.values["n"]) == ("failed", 2)
    assert outcome.values["value"] == pytest.approx(1.5, abs=0.5)
    assert outcome.values["without"] == pytest.approx(2, abs=0.4)
    assert outcome.values["whole"] < outcome.values["without"] - 0.2
    assert list(outcome.data.what) == ["before", "whole", "without"]


def test_anticipation_fails_about_as_often_as_it_says_when_there_is_none():
    outcomes = [anticipation(panel(s, k=2), outcome="value") for s in range(60, 120)]
    assert 0.02 <= share("failed", outcomes) <= 0.2
    few = anticipation(panel(1).query("period >= 6"), outcome="value", n_periods=2)
    assert few.sentence(EN).endswith("for anticipation: 2, 3 are needed.")


def waves(seed: int, gap: float = 0.0) -> pd.DataFrame:
    """Return two dates of adoption, and `gap` on the treated in the period before theirs."""
    frame = panel(seed, effect=0, k=6)
    frame["adoption"] = frame.adoption.where(frame.territory >= 3, 6).where(frame.territory < 6)
    frame["value"] += 2 * (frame.period >= frame.adoption)
    frame["value"] += gap * (frame.period == frame.adoption - 1)
    return frame


def test_the_checks_take_a_staggered_adoption():
    options = {"outcome": "value", "design": staggered_effect, "draws": 199}
    frame = waves(2)
    assert placebo_in_time(frame, **options).status == "passed"
    assert anticipation(frame, **options).status == "passed"
    foreseen = anticipation(waves(1, gap=2), **options)
    assert foreseen.status == "failed"
    assert foreseen.values["without"] == pytest.approx(2, abs=0.4)
    assert foreseen.values["whole"] == pytest.approx(0, abs=0.4)
    left = leave_one_out(frame, **options)
    assert left.reason == "same_sign"
    assert left.data.p.notna().all()
    assert spillover(frame, set(range(6, 16)), **options).status == "passed"
    with pytest.raises(DesignError, match="staggered"):
        leave_one_out(frame, outcome="value")


@pytest.mark.parametrize("check", [placebo_in_time, anticipation, leave_one_out])
def test_a_faulty_panel_is_refused_and_its_rows_named(check):
    with pytest.raises(DesignError, match="two rows for a period: 0 0"):
        check(pd.concat([panel(1), panel(1).head(1)]), outcome="value")
    with pytest.raises(DesignError, match="Missing columns: outcome"):
        check(panel(1), outcome="outcome")


def test_the_spillover_of_the_digital_lockers_moves_the_estimate_up():
    """The known truth of armoire-numerique: 30 % reaches the neighbouring départements."""
    loaded = load_panel(load_project("armoire-numerique"), "coffres-actifs")
    first = loaded[loaded.event_time == 0].set_index("territory").period
    frame = loaded.assign(adoption=loaded.territory.map(first))
    wave = sorted(set(first))[0]
    frame = frame[frame.adoption.isna() | (frame.adoption == wave)]
    treated = loaded.territory[loaded.role == "treated"].unique()
    beside = {
        f"DEP-{code}" for name in treated for code in neighbours(load_territory(name)).code
    } - set(treated)
    outcome = spillover(frame, beside, outcome="value", draws=499)
    assert outcome.status == "failed"
    assert outcome.values["value"] > 1  # they received some
    assert outcome.values["without"] > outcome.values["value"]


def test_every_outcome_has_its_sentence_in_both_languages():
    frame = panel(1)
    outcomes = [
        placebo_in_time(frame, outcome="value"),
        placebo_in_time(panel(1, trend=2), outcome="value"),
        placebo_in_time(frame.query("period >= 5"), outcome="value"),
        leave_one_out(frame, outcome="value"),
        leave_one_out(panel(1, k=2, effect=-1, one=9), outcome="value"),
        leave_one_out(panel(1, k=1), outcome="value"),
        leave_one_out(panel(1, k=1), outcome="value", over="treated"),
        anticipation(frame, outcome="value"),
        anticipation(early(1, 2), outcome="value"),
        anticipation(frame.query("period >= 7"), outcome="value"),
        spillover(frame, {5}, outcome="value"),
        spillover(panel(1, beside=2), set(range(3, 16)), outcome="value"),
        spillover(frame, set(), outcome="value"),
        spillover(frame, set(range(40)), outcome="value"),
    ]
    assert len({(outcome.check, outcome.reason) for outcome in outcomes}) == len(outcomes)
    for outcome in outcomes:
        assert outcome.sentence(EN) != outcome.sentence(FR)


def test_an_estimate_around_zero_that_changes_sign_hangs_on_nobody():
    outcome = leave_one_out(panel(6, effect=0), outcome="value")
    assert (outcome.status, outcome.reason) == ("informative", "around_zero")
    assert "may do by chance" in outcome.sentence(EN)


def test_a_placebo_that_could_not_be_rejected_passes_nothing():
    """One treated of eight: no p lies below 1/8, and a check fails from 0.10 on."""
    frame = panel(1, n=8, k=1)
    for outcome in (
        placebo_in_time(frame, outcome="value"),
        anticipation(frame, outcome="value"),
        spillover(frame, {3}, outcome="value"),
    ):
        assert (outcome.status, outcome.reason) == ("not_applicable", "cannot_fail")
        assert outcome.values["smallest"] > 0.1
        assert "0.1" in outcome.sentence(EN)
        assert "0,1" in outcome.sentence(FR)
    assert placebo_in_time(panel(1, n=10, k=1), outcome="value").status in ("passed", "failed")


def test_options_of_checks_are_checked():
    with pytest.raises(DesignError, match="over is 'all'; it must be one of: both, treated"):
        leave_one_out(panel(1), outcome="value", over="all")
    with pytest.raises(DesignError, match="n_periods is 0: at least 1"):
        anticipation(panel(1), outcome="value", n_periods=0)
