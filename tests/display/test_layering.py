"""Steps stand in the layer of their level; a link that passes a layer bends in it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.display.layering import centres, is_bend, layered
from toolkit.errors import ToolkitError


def test_a_step_after_another_of_its_level_comes_a_layer_later():
    plan = layered({"a": 0, "b": 3, "c": 3}, [("a", "b"), ("b", "c")])
    assert plan.layers == (("a",), ("b",), ("c",))


def test_a_link_bends_in_each_layer_it_passes():
    plan = layered({"a": 0, "b": 1, "c": 2}, [("a", "b"), ("a", "c"), ("c", "a2")][:2])
    assert plan.routes == (("a", "b"), ("a", "1:1", "c"))
    assert sorted(plan.layers[1]) == ["1:1", "b"]


def test_crossings_are_undone():
    levels = {"a": 0, "b": 0, "c": 0, "x": 1, "y": 1, "z": 1}
    plan = layered(levels, [("a", "z"), ("b", "y"), ("c", "x")])
    order = {name: i for layer in plan.layers for i, name in enumerate(layer)}
    assert [order["a"] < order["b"], order["b"] < order["c"]] == [
        order["z"] < order["y"],
        order["y"] < order["x"],
    ]


def test_unknown_steps_and_circles_are_refused():
    with pytest.raises(ToolkitError, match="steps that do not exist: q, z"):
        layered({"a": 0}, [("a", "z"), ("q", "a")])
    with pytest.raises(ToolkitError, match="run in a circle"):
        layered({"a": 0, "b": 0}, [("a", "b"), ("b", "a")])


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25))
def test_every_step_has_one_place_and_every_piece_joins_neighbouring_layers(pairs):
    links = [(f"s{a}", f"s{b}") for a, b in {(min(p), max(p)) for p in pairs} if a != b]
    plan = layered({f"s{i}": i // 3 for i in range(10)}, links)
    steps = [name for layer in plan.layers for name in layer if not is_bend(name)]
    assert sorted(steps) == [f"s{i}" for i in range(10)]
    rank = {name: i for i, layer in enumerate(plan.layers) for name in layer}
    for route, link in zip(plan.routes, links, strict=True):
        assert (route[0], route[-1]) == link
        assert {rank[b] - rank[a] for a, b in pairwise(route)} == {1}


def test_a_bend_takes_little_room():
    places = centres(("a", "0:1", "b"))
    assert places["0:1"] == pytest.approx(0.5)
    assert places["b"] - places["a"] > 0.5
