"""Contours are complete and say where each territory is."""

import numpy as np
import pytest

from toolkit.records.contours import _centroid, load_centres, load_contours


def area(ring: np.ndarray) -> float:
    x, y = ring.T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)


def test_every_department_and_region_has_closed_rings():
    assert len(load_contours("DEP")) == 101
    assert len(load_contours("REG")) == 18
    assert load_contours("COM") == {}
    for rings in load_contours("DEP").values():
        assert all((ring[0] == ring[-1]).all() and len(ring) >= 4 for ring in rings)


def test_a_region_covers_what_its_departments_cover():
    departments, regions = load_contours("DEP"), load_contours("REG")
    brittany = sum(area(ring) for code in ("22", "29", "35", "56") for ring in departments[code])
    assert np.isclose(sum(map(area, regions["53"])), brittany, rtol=1e-9)


def test_places_are_where_they_are():
    lon, lat = np.concatenate(load_contours("DEP")["23"]).mean(axis=0)
    assert 1.3 < lon < 2.7
    assert 45.6 < lat < 46.6
    assert np.concatenate(load_contours("DEP")["974"])[:, 1].max() < -20


def test_the_centre_is_that_of_the_area_and_a_hole_weighs_against_it():
    square = np.array([(0, 0), (4, 0), (4, 4), (0, 4), (0, 0)], dtype=float)
    hole = np.array([(2, 0), (2, 4), (4, 4), (4, 0), (2, 0)], dtype=float)
    assert _centroid([square]).tolist() == [2, 2]
    assert _centroid([square, hole]).tolist() == [1, 2]


def test_the_centre_of_the_creuse_is_where_the_ign_puts_it():
    """46°5'25" N, 2°1'6" E (IGN, centres géographiques); our outlines are good to some 200 m."""
    assert load_centres("DEP")["23"] == pytest.approx([2.0183, 46.0903], abs=0.005)
