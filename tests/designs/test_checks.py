"""Each check refutes what it is made to refute, and says when it cannot."""

import numpy as np
import pandas as pd
import pytest

from toolkit.designs.checks import leave_one_out, placebo_in_time, spillover
from toolkit.i18n import language
from toolkit.records.portfolio import load_panel, load_project
from toolkit.records.territories import load_territory, neighbours

EN, FR = language("en"), language("fr")


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
    assert leave_one_out(panel(1, k=1), outcome="value").status == "not_applicable"


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
        spillover(frame, {5}, outcome="value"),
        spillover(panel(1, beside=2), set(range(3, 16)), outcome="value"),
        spillover(frame, set(), outcome="value"),
        spillover(frame, set(range(40)), outcome="value"),
    ]
    assert len({(outcome.check, outcome.reason) for outcome in outcomes}) == len(outcomes)
    for outcome in outcomes:
        assert outcome.sentence(EN) != outcome.sentence(FR)
