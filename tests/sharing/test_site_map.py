"""The maps of an index: every territory once to be pointed at, and counted once."""

import re

import pytest

from toolkit.records.territories import load_territories
from toolkit.sharing.site_map import draw_maps, map_panels


@pytest.mark.parametrize("level", ["DEP", "REG"])
def test_each_territory_is_pointed_at_in_one_place(level):
    main = [s.id for panel in map_panels(level) for s in panel.shapes if s.main]
    assert sorted(main) == sorted(f"{level}-" + load_territories(level).code)


def test_the_inner_suburbs_are_pointed_at_where_they_are_large():
    paris = next(panel for panel in map_panels("DEP") if panel.name == "paris")
    assert {s.id for s in paris.shapes if s.main} == {"DEP-75", "DEP-92", "DEP-93", "DEP-94"}


def test_an_outline_is_whole_steps_within_its_panel_and_small():
    panels = map_panels("DEP")
    assert sum(len(shape.path) for panel in panels for shape in panel.shapes) < 40_000
    mainland = panels[0]
    assert (mainland.left, mainland.width, mainland.height) == (71, 349, 336)
    for shape in mainland.shapes:
        assert re.fullmatch(r"(M-?\d+[ -]\d+l(-?\d+ ?)+z)+", shape.path)
        for x, y in re.findall(r"M(-?\d+) ?(-?\d+)l", shape.path):
            assert 0 <= int(x) <= mainland.width
            assert 0 <= int(y) <= mainland.height


def test_a_region_counts_the_reports_of_its_departements_once():
    maps = draw_maps([("DEP-23", "DEP-19"), ("DEP-23",), ("REG-75",), ()])
    departments, regions = maps
    assert departments.places["DEP-23"].n == 2
    assert departments.places["DEP-75"].n == 0
    assert regions.places["REG-75"].n == 3
    assert regions.places["REG-75"].name == "Nouvelle-Aquitaine"
    assert regions.places["REG-75"].within[0] == "REG-75"
    assert "DEP-23" in regions.places["REG-75"].within
    assert len(regions.places["REG-75"].within) == 13


def test_a_map_without_anything_to_point_at_is_not_drawn():
    assert draw_maps([(), ()]) == []
    assert [m.level for m in draw_maps([("REG-84",)])] == ["REG"]
