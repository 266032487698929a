"""Rows of a table are the same looked up in memory as read from the file."""

import pandas as pd
import pytest

from toolkit.records import slices
from toolkit.records.slices import hold_tables, read_slice

SLICES = [
    ("territories", [], None),
    ("territories", [("code", "==", "53")], None),
    ("territories", [("level", "==", "COM"), ("department", "==", "2A")], ["name", "code"]),
    ("population", [("level", "==", "COM"), ("department", "in", ["23", "976"])], None),
    ("population", [("level", "==", "DEP"), ("year", "==", 2023)], ["population", "code"]),
    ("population", [("code", "==", "nowhere")], None),
]


@pytest.fixture
def held():
    yield slices._held
    slices._held.clear()


def test_held_tables_give_what_the_file_gives(held):
    from_file = [read_slice(*wanted) for wanted in SLICES]
    assert [len(frame) for frame in from_file] == [36250, 2, 124, 8 * (255 + 17), 101, 0]
    hold_tables("territories", "population")
    assert [path.name for path in held] == ["territories.parquet", "population.parquet"]
    for wanted, expected in zip(SLICES, from_file, strict=True):
        pd.testing.assert_frame_equal(read_slice(*wanted), expected)
