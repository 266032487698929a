"""A map of classes: quantiles or given breaks, hatched where suppressed, grey where missing."""

import numpy as np
import pandas as pd
import pytest

from toolkit.display.choropleth import plot_choropleth
from toolkit.display.style import CLASSES
from toolkit.errors import ToolkitError
from toolkit.i18n import language
from toolkit.records.contours import load_contours
from toolkit.records.territories import load_territories

EN = language("en")
REGIONS, CONTOURS = load_territories("REG"), load_contours("REG")
FRAME = REGIONS[["code", "name"]].assign(value=np.arange(1.0, 19.0), status="ok")


def drawn(frame=FRAME, **options):
    settings = {"level": "REG", "measure": "Points", "unit": "per_1000", "digits": 0, "lang": EN}
    return plot_choropleth(frame, CONTOURS, **settings | options)


def classes(figure) -> list[str]:
    return figure.alt.split("Classes and number of territories: ")[1].rstrip(".").split("; ")


def test_quantiles_share_the_territories_out():
    assert classes(drawn(classes=3)) == ["1 to under 7 (6)", "7 to under 13 (6)", "13 to 18 (6)"]
    svg = drawn(classes=3).svg.decode()
    assert {color for color in CLASSES if color in svg} == {CLASSES[0], CLASSES[2], CLASSES[4]}


def test_given_breaks_hold_their_lower_limit():
    figure = drawn(breaks=[5, 18])
    assert classes(figure) == ["1 to under 5 (4)", "5 to under 18 (13)", "18 to 18 (1)"]


def test_suppressed_and_missing_have_no_number_anywhere():
    frame = FRAME.assign(value=FRAME.value.where(FRAME.index != 0, 777.0))
    frame.loc[0, "status"] = "secret"
    figure = drawn(frame.iloc[:-1], classes=2)
    assert classes(figure)[-2:] == ["suppressed (1)", "not available (1)"]
    assert "777" not in figure.alt + str(figure.table) + figure.svg.decode()
    assert figure.table.rows[0][2] == "s"
    note = "s: suppressed, so that no small number of people can be known."
    assert note in figure.table.explanations()


def test_the_title_names_the_extremes():
    lowest, highest = FRAME.name.iloc[0], FRAME.name.iloc[-1]
    assert drawn().title == f"From 1 ({lowest}) to 18 ({highest}), median 10" or (
        drawn().title == f"From 1 ({lowest}) to 18 ({highest}), median 9"
    )


def test_equal_values_make_one_class():
    figure = drawn(FRAME.assign(value=3.0))
    assert classes(figure) == ["3 to 3 (18)"]
    assert CLASSES[2] in figure.svg.decode()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": 6}, "6 classes; at most 5"),
        ({"breaks": [1, 2, 3, 4, 5]}, "6 classes; at most 5"),
        ({"breaks": [5, 5]}, r"Breaks must increase; got: \[5, 5\]"),
        ({"frame": FRAME.assign(value=np.nan)}, "No value to show for “Points”"),
    ],
)
def test_what_cannot_be_read_is_refused(options, message):
    with pytest.raises(ToolkitError, match=message):
        drawn(**options)


def test_levels_without_contours_say_what_to_do():
    frame = pd.DataFrame({"code": ["23096"], "name": ["Guéret"], "value": [1.0]})
    with pytest.raises(ToolkitError, match=r"No contours for the level COM.*pass contours"):
        plot_choropleth(frame, load_contours("COM"), level="COM", measure="P", lang=EN)
