"""Numbers have the digits their interval supports, in both languages the same."""

import math
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.display.writing import (
    headed,
    spread_digits,
    supported_digits,
    write_interval,
    write_number,
    write_period,
)
from toolkit.i18n import language

FR, EN = language("fr"), language("en")


@pytest.mark.parametrize(
    ("low", "high", "digits"),
    [
        ([-3.2], [9.1], 1),
        ([0.012], [0.034], 3),
        ([1000], [9000], 0),
        ([-math.inf, 1], [2, 2.5], 2),
        ([math.nan], [math.nan], 1),
        ([5], [5], 1),
    ],
)
def test_two_digits_of_half_the_narrowest_interval(low, high, digits):
    assert supported_digits(low, high) == digits


def test_digits_of_a_spread():
    assert spread_digits([50, 61]) == 1
    assert spread_digits([1000, 9000]) == 0
    assert spread_digits([np.nan, np.inf]) == 1
    assert spread_digits([0.0]) == 1


@given(st.floats(-1e9, 1e9), st.floats(1e-9, 1e9))
def test_digits_are_few(middle, half):
    assert 0 <= supported_digits([middle - half], [middle + half]) <= 4


def test_infinite_ends_are_written():
    assert write_number(-math.inf, FR, 2, "days") == "−∞"
    assert write_interval(-math.inf, 2, FR, 1) == "−∞ à +2,0"
    assert write_interval(math.nan, 2, FR, 1) == ""


def test_a_difference_of_percentages_is_in_points():
    assert headed("Effect", "percent", EN, difference=True) == "Effect (points)"
    assert headed("Share", "percent", EN) == "Share (%)"
    assert headed("Effect", "", EN) == "Effect"


@pytest.mark.parametrize(
    ("period", "fr", "en"),
    [
        (2015, "2015", "2015"),
        (2015.0, "2015", "2015"),
        (np.int64(-3), "−3", "−3"),
        ("2015-Q3", "2015-T3", "2015-Q3"),
        ("2015-03", "2015-03", "2015-03"),
        (pd.Timestamp("2015-01-01"), "2015", "2015"),
        (date(2015, 3, 1), "2015-03", "2015-03"),
        (date(2015, 3, 2), "2015-03-02", "2015-03-02"),
    ],
)
def test_periods(period, fr, en):
    assert (write_period(period, FR), write_period(period, EN)) == (fr, en)
