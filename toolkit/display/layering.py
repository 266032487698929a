"""A diagram in layers: which layer each step stands in, in what order, and where links bend.

After Sugiyama, Tagawa and Toda (1981): layers, a bend in each layer a link passes, and sweeps that
put each step near the middle of what it is linked to.
"""

import graphlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from toolkit.errors import ToolkitError
from toolkit.i18n import interface_language

# Room of a bend beside that of a step.
BEND_WIDTH = 0.12
_SWEEPS = 12


@dataclass(frozen=True)
class Layering:
    """Where the steps of a diagram stand.

    Attributes
    ----------
    layers : tuple of tuple of str
        Steps and bends from left to right, layers from top to bottom.
    routes : tuple of tuple of str
        For each link, what it passes: its first step, bends, its last step.
    """

    layers: tuple[tuple[str, ...], ...]
    routes: tuple[tuple[str, ...], ...]


def is_bend(name: str) -> bool:
    """Tell whether a member of a layer is the bend of a link, not a step."""
    return ":" in name


def centres(layer: Sequence[str]) -> dict[str, float]:
    """Return where the middle of each member of a layer stands, from 0 to 1."""
    widths = np.array([BEND_WIDTH if is_bend(name) else 1.0 for name in layer])
    middles = (np.cumsum(widths) - widths / 2) / widths.sum()
    return dict(zip(layer, middles.tolist(), strict=True))


def layered(levels: Mapping[str, int], links: Sequence[tuple[str, str]]) -> Layering:
    """Lay a diagram out: a layer a level, and one more where a step follows another of its level.

    Parameters
    ----------
    levels : mapping
        Of each step, 0 at the top.
    links : sequence of (str, str)
        From a step to a step.

    Raises
    ------
    ToolkitError
        A link names a step that is not there, or the links run in a circle.
    """
    ranks = _ranks(levels, links)
    layers: list[list[str]] = [[] for _ in set(ranks.values())]
    for step, rank in ranks.items():
        layers[rank].append(step)
    routes = []
    for number, (start, end) in enumerate(links):
        way = 1 if ranks[end] > ranks[start] else -1
        between = range(ranks[start] + way, ranks[end], way)
        bends = [f"{number}:{rank}" for rank in between]
        for rank, bend in zip(between, bends, strict=True):
            layers[rank].append(bend)
        routes.append((start, *bends, end))
    ordered = _ordered(layers, routes)
    return Layering(tuple(map(tuple, ordered)), tuple(routes))


def _ranks(levels: Mapping[str, int], links: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return the layer of each step, counted from the top."""
    say = interface_language()
    unknown = sorted({step for link in links for step in link} - set(levels))
    if unknown:
        raise ToolkitError(say("error.theory.unknown", nodes=", ".join(unknown)))
    before: dict[str, set[str]] = {step: set() for step in levels}
    for start, end in links:
        before[end].add(start)
    depth: dict[str, int] = {}
    try:
        for step in graphlib.TopologicalSorter(before).static_order():
            same = [depth[other] for other in before[step] if levels[other] == levels[step]]
            depth[step] = 1 + max(same, default=-1)
    except graphlib.CycleError as error:
        raise ToolkitError(say("error.theory.circle", nodes=" → ".join(error.args[1]))) from error
    places = {step: (levels[step], depth[step]) for step in levels}
    order = sorted(set(places.values()))
    return {step: order.index(place) for step, place in places.items()}


def _ordered(layers: list[list[str]], routes: Sequence[Sequence[str]]) -> list[list[str]]:
    """Order each layer by the mean place of its neighbours, sweeping down and up."""
    pieces = [pair for route in routes for pair in pairwise(route)]
    beside: dict[str, list[str]] = {name: [] for layer in layers for name in layer}
    for start, end in pieces:
        beside[start].append(end)
        beside[end].append(start)
    rank = {name: number for number, layer in enumerate(layers) for name in layer}
    place = {name: x for layer in layers for name, x in centres(layer).items()}
    best, fewest = layers, _crossings(place, rank, pieces)
    for sweep in range(_SWEEPS):
        way = 1 if sweep % 2 == 0 else -1
        layers = [list(layer) for layer in layers]
        for layer in layers[::way]:
            seen = {
                n: [place[b] for b in beside[n] if (rank[n] - rank[b]) * way > 0] for n in layer
            }
            layer.sort(key=lambda name, seen=seen: np.mean(seen[name] or [place[name]]))
            place |= centres(layer)
        crossed = _crossings(place, rank, pieces)
        if crossed < fewest:
            best, fewest = layers, crossed
    return best


def _crossings(
    place: Mapping[str, float], rank: Mapping[str, int], pieces: Sequence[tuple[str, str]]
) -> int:
    """Count the pairs of pieces, between the same two layers, that cross."""
    down = [(a, b) if rank[a] < rank[b] else (b, a) for a, b in pieces]
    return sum(
        rank[a] == rank[c] and (place[a] - place[c]) * (place[b] - place[d]) < 0
        for i, (a, b) in enumerate(down)
        for c, d in down[i + 1 :]
    )
