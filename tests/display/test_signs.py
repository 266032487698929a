"""A cell says whether its number may be shown, and the note explains every sign used."""

import pytest

from toolkit.display.signs import with_signs, write_cell
from toolkit.i18n import language

EN, FR = language("en"), language("fr")


@pytest.mark.parametrize(
    ("value", "status", "written"),
    [
        (-1234.5, "ok", "−1\u202f234,5"),
        (0.0, "ok", "0,0"),
        (3.0, "secret", "s"),
        (3.0, "nd", "nd"),
        (None, "ok", "nd"),
        (None, "secret", "s"),
        (3.0, "provisional", "3,0 (p)"),
        (3.0, "censored", "3,0 (c)"),
    ],
)
def test_cells(value, status, written):
    assert write_cell(value, FR, 1, status=status) == written


def test_only_the_signs_used_are_explained():
    assert with_signs([("a", "1.0")], "Source.", EN) == "Source."
    note = with_signs([("a", "s"), ("b", "nd", "2 (c)", "+∞")], "Source.", EN)
    assert note == (
        "(c): censored, the true value lies beyond the limit. "
        "nd: not available. ∞: the data set no bound on that side. Source."
    )
