"""The forest plot says each study, the pooled effect and where a new one would lie."""

import numpy as np
import pandas as pd

from toolkit.display.forest import plot_forest
from toolkit.estimate import Estimate
from toolkit.i18n import language

EN, FR = language("en"), language("fr")
STUDIES = pd.DataFrame(
    {
        "study": ["Creuse", "Lozère"],
        "value": [2.0, 4.0],
        "low": [-1.0, 1.5],
        "high": [5.0, 6.5],
        "weight": [0.4, 0.6],
    }
)


def pooled(low=0.5, high=5.5):
    return Estimate(3.1, low, high, 0.02, "did", "att", "crv1", "days", 2, 9, 8)


def drawn(studies=STUDIES, lang=EN, **options):
    return plot_forest(studies, measure="Waiting time", unit="days", lang=lang, **options)


def test_title_and_table_hold_the_pooled_effect():
    figure = drawn(pooled=pooled(), prediction=(-2.0, 8.0))
    assert figure.title == "Pooled effect: +3.1 days (+0.5 to +5.5), from 2 studies"
    assert figure.table.rows == (
        ("Creuse", "+2.0", "−1.0", "+5.0", "40.0%"),
        ("Lozère", "+4.0", "+1.5", "+6.5", "60.0%"),
        ("Pooled", "+3.1", "+0.5", "+5.5", ""),
        ("Prediction", "", "−2.0", "+8.0", ""),
    )
    assert figure.table.strong == {2}
    assert "where the effect in one more territory would lie, at 95%" in figure.note


def test_each_result_is_written_in_the_figure():
    svg = drawn(pooled=pooled()).svg.decode()
    assert "<!-- +4.0 (+1.5 to +6.5) -->" in svg
    assert "<!-- +4,0 (+1,5 à +6,5) -->" in drawn(lang=FR).svg.decode()


def test_without_a_pooled_effect_the_title_counts():
    assert drawn().title == "Intervals that exclude zero: 1 of 2"


def test_an_unbounded_pooled_interval_is_no_diamond_without_a_word():
    figure = drawn(pooled=pooled(low=-np.inf))
    assert "(−∞ to +5.5)" in figure.title
    assert "Arrow" in figure.note


def test_one_study_with_a_long_name_and_no_interval():
    one = pd.DataFrame(
        {"study": ["A very long name " * 9], "value": [1.0], "low": [np.nan], "high": [np.nan]}
    )
    figure = drawn(one)
    assert "…" in figure.svg.decode()
    assert figure.table.rows[0][0] == ("A very long name " * 9)
    assert figure.table.rows[0][2:] == ("nd", "nd")


def test_a_prediction_that_is_not_known_is_left_out():
    figure = drawn(pooled=pooled(), prediction=(np.nan, np.nan))
    assert [row[0] for row in figure.table.rows] == ["Creuse", "Lozère", "Pooled"]
    assert "one more territory" not in figure.note
