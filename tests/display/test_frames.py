"""The frames of a map show France whole, in its proportions; outlines lose nothing seen."""

import numpy as np
import pytest

from toolkit.display.frames import frames, thin
from toolkit.records.contours import load_contours


@pytest.mark.parametrize("level", ["DEP", "REG"])
def test_every_contour_falls_in_a_frame(level):
    made = frames(level)
    for rings in load_contours(level).values():
        assert any(frame.shows(rings) for frame in made)
    assert [frame.name for frame in made][-1] == ("paris" if level == "DEP" else "06")


def test_an_inset_is_widened_to_the_proportions_of_its_box():
    inset = frames("DEP")[3].widened(84, 72)
    west, east, south, north = inset.bounds
    assert inset.name == "973"
    assert (east - west) * inset.degree / (north - south) == pytest.approx(84 / 72)
    assert north - south >= 5.9 - 2.0


def test_thinning_drops_what_rounding_makes_one_and_what_lies_on_the_way():
    ring = np.array([[0, 0], [0.1, 0], [1, 0], [2, 0], [2, 2], [1.9, 2.1], [0, 2], [0, 0]])
    (kept,) = thin([ring], 1)
    assert kept.tolist() == [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]
    assert thin([ring], 10) == []


def test_thinning_keeps_a_spike_that_turns_back():
    ring = np.array([[0, 0], [3, 0], [3, 5], [3, 2], [0, 2], [0, 0]])
    assert thin([ring], 1)[0].tolist() == ring.tolist()
