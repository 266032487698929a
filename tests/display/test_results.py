"""Tables of results: units in the header, digits as the interval supports, signs explained."""

import math
import re
from pathlib import Path

import pandas as pd

from toolkit.display.results import tabulate_cells, tabulate_checks, tabulate_estimates
from toolkit.estimate import CheckOutcome, Estimate
from toolkit.i18n import language

EN, FR = language("en"), language("fr")
DESIGNS = Path(__file__).parents[2] / "toolkit" / "designs"


def estimate(value=3.14159, low=1.2, high=5.1, p=0.0312, unit="percent", level=0.95):
    return Estimate(value, low, high, p, "did", "att", "crv1", unit, 3, 1200, 8, level)


def test_one_unit_stands_in_the_header():
    table = tabulate_estimates({"All": estimate()}, strong=["All"], lang=EN)
    assert table.header[1:4] == ("Effect (points)", "Lower bound (95%)", "Upper bound (95%)")
    assert table.rows == (("All", "+3.1", "+1.2", "+5.1", "0.031", "3", "1,200"),)
    assert table.strong == {0}
    assert tabulate_estimates({"A": estimate()}, lang=FR).rows[0][6] == "1\u202f200"


def test_units_and_levels_that_differ_stand_by_each_row():
    both = {"A": estimate(), "B": estimate(unit="days", level=0.9)}
    table = tabulate_estimates(both, lang=EN)
    assert [row[0] for row in table.rows] == ["A (points)", "B (days)"]
    assert [row[4] for row in table.rows] == ["95%", "90%"]
    assert table.header[2:5] == ("Lower bound", "Upper bound", "Level")


def test_no_bound_no_interval_and_a_tiny_p():
    table = tabulate_estimates(
        {
            "A": estimate(low=-math.inf, p=1e-9),
            "B": estimate(low=math.nan, high=math.nan, p=math.nan),
        },
        lang=EN,
    )
    assert table.rows[0][2] == "−∞"
    assert table.rows[0][4] == "<\u00a00.001"
    assert table.rows[1][2:5] == ("nd", "nd", "nd")
    assert table.note == "nd: not available. ∞: the data set no bound on that side."


def test_checks_have_a_sign_a_word_and_a_sentence():
    outcomes = [
        CheckOutcome("placebo_in_time", "failed", "failed", {"value": 2.5, "p": 0.01}),
        CheckOutcome("leave_one_out", "not_applicable", "one_treated"),
    ]
    table = tabulate_checks(outcomes, lang=EN)
    assert table.rows[0][:2] == ("Pretended adoption earlier", "▲\u00a0failed")
    assert table.rows[0][2] == outcomes[0].sentence(EN)
    assert table.rows[1][1] == "–\u00a0not applicable"
    assert table.strong == {0}


def test_cells_bear_the_sign_of_their_status():
    frame = pd.DataFrame(
        {
            "territory": ["Creuse", "Creuse", "Cantal", "Cantal", "Lozère"],
            "period": [2015, 2016, 2015, 2016, 2016],
            "value": [1234.5, 0.0, 5.0, None, 3.0],
            "status": ["ok", "ok", "secret", "nd", "imputed"],
        }
    )
    table = tabulate_cells(frame, measure="Visits", unit="count", lang=FR)
    assert {row[0]: row[1:] for row in table.rows} == {
        "Creuse": ("1\u202f234,5", "0,0"),
        "Cantal": ("s", "nd"),
        "Lozère": ("nd", "3,0 (e)"),
    }
    assert table.explanations()[0].startswith("s\u00a0: ")
    assert "nd\u00a0: non disponible" in table.note
    assert table.caption == "Visits (nombre)"


def test_every_check_of_the_designs_has_a_name():
    code = "\n".join(p.read_text(encoding="utf-8") for p in DESIGNS.glob("*.py"))
    checks = set(re.findall(r'CheckOutcome\(\s*"(\w+)"', code))
    assert {"placebo_in_time", "leave_one_donor_out", "autocorrelation"} <= checks
    for check in checks:
        for lang in (FR, EN):
            assert lang(f"check.{check}.name")


def test_a_territory_that_a_check_left_out_is_named():
    values = {"lowest": 1.0, "highest": 2.0, "value": 1.5, "left_out": "DEP-81", "moved": 1.0}
    check = CheckOutcome("leave_one_out", "informative", "same_sign", values)
    sentence = tabulate_checks([check], lang=EN).rows[0][2]
    assert "Tarn" in sentence
    assert "DEP-81" not in sentence
