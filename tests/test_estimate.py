"""An estimate says its value, its interval and what can be concluded, in both languages."""

import math

import pytest

from toolkit.estimate import CheckOutcome, Estimate
from toolkit.i18n import language

FR, EN = language("fr"), language("en")


def estimate(**changes) -> Estimate:
    return Estimate(
        **{
            "value": -6.5,
            "low": -7.6,
            "high": -5.5,
            "p": 0.001,
            "design": "did",
            "estimand": "att",
            "inference": "randomisation",
            "unit": "days",
            "n_treated": 3,
            "n_comparison": 94,
            "n_periods": 66,
            **changes,
        }
    )


def test_an_effect_is_said_with_its_unit_and_interval():
    assert estimate().sentence(EN, digits=1) == (
        "The estimated effect is −6.5 days (95% interval: −7.6 days to −5.5 days), by "
        "difference-in-differences, on 3 treated territories and 94 comparison territories: "
        "a decrease."
    )
    french = estimate().sentence(FR, digits=1)
    assert "−6,5 jours (intervalle à 95\u00a0%\u00a0: −7,6 jours à −5,5 jours)" in french
    assert french.endswith("une baisse.")


def test_an_interval_that_covers_zero_is_inconclusive_and_never_no_effect():
    text = estimate(value=0.5, low=-1, high=2).sentence(EN)
    assert text.startswith("Inconclusive: on 3 treated")
    assert "compatible with an effect between −1.00 days and +2.00 days" in text
    assert "no effect" not in text


def test_an_unbounded_or_missing_interval_is_said():
    assert "between −∞ and +2.00 days" in estimate(low=-math.inf, high=2).sentence(EN)
    nothing = estimate(low=math.nan, high=math.nan).sentence(EN)
    assert nothing.endswith("no interval can be given.")


def test_the_table_has_one_row_with_every_field():
    table = estimate(cautions=("missing_cells", "sizes_unknown")).table()
    assert table.shape == (1, 14)
    assert table.cautions[0] == "missing_cells, sizes_unknown"


def test_an_estimate_is_a_number():
    with pytest.raises(ValueError, match="refuse what cannot be identified"):
        estimate(value=math.nan)


def test_a_check_has_one_of_four_statuses():
    outcome = CheckOutcome("placebo", "passed", "fine", {"p": 0.4})
    assert outcome.table().to_dict("records") == [
        {"check": "placebo", "status": "passed", "reason": "fine", "p": 0.4}
    ]
    with pytest.raises(ValueError, match="must be one of passed, failed"):
        CheckOutcome("placebo", "ok", "fine")
