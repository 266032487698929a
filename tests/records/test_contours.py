"""Contours are complete and say where each territory is."""

import numpy as np

from toolkit.records.contours import load_contours


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
