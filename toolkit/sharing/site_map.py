"""The maps of an index: each département or région a small shape that a page makes a link of."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from toolkit.display.frames import Frame, frames, thin
from toolkit.records.contours import load_contours
from toolkit.records.territories import load_territories

WIDTH, HEIGHT = 420, 336  # units of the drawing; a point stands on a whole one
# The départements that only the frame of Paris shows large enough to be pointed at.
_AROUND_PARIS = ("75", "92", "93", "94")


@dataclass(frozen=True)
class Shape:
    """A territory in a panel; `main` is the one place of the map where it is to be pointed at."""

    id: str
    path: str
    main: bool


@dataclass(frozen=True)
class Panel:
    """A part of the map: left, top, width and height in units, and the shapes seen there."""

    name: str
    left: int
    top: int
    width: int
    height: int
    shapes: tuple[Shape, ...]


@dataclass(frozen=True)
class Place:
    """A place of a map: its name, how many reports lie in it, and the ids that count as in it."""

    name: str
    n: int
    within: tuple[str, ...]


@dataclass(frozen=True)
class Map:
    """A map of one level ("DEP", "REG"): its panels, and its places by id."""

    level: str
    panels: tuple[Panel, ...]
    places: dict[str, Place]
    width: int = WIDTH
    height: int = HEIGHT


def draw_maps(reports: Iterable[tuple[str, ...]]) -> list[Map]:
    """Draw the maps on which there is something to point at.

    Parameters
    ----------
    reports : iterable of tuple of str
        For each report, the ids of the départements and régions it lies in.

    Returns
    -------
    list of Map
        Départements first. A report on a département counts in its région too, once.
    """
    departments, regions = load_territories("DEP"), load_territories("REG")
    above = dict(zip("DEP-" + departments.code, "REG-" + departments.region, strict=True))
    counts = Counter()
    for places in reports:
        counts.update({*places, *(above[place] for place in places if place in above)})
    below = {region: [] for region in "REG-" + regions.code}
    for department, region in above.items():
        below[region].append(department)
    maps = []
    for level, table in (("DEP", departments), ("REG", regions)):
        places = {
            id_: Place(name, counts[id_], (id_, *below.get(id_, ())))
            for id_, name in zip(f"{level}-" + table.code, table.name, strict=True)
        }
        if any(place.n for place in places.values()):
            maps.append(Map(level, map_panels(level), places))
    return maps


@cache
def map_panels(level: str) -> tuple[Panel, ...]:
    """Return the map of one level ("REG" or "DEP"), panel by panel."""
    return tuple(_panel(frame, level) for frame in frames(level))


def _panel(frame: Frame, level: str) -> Panel:
    left, bottom, wide, high = frame.box
    width, height = round(wide * WIDTH), round(high * HEIGHT)
    if frame.boxed:
        frame = frame.widened(width, height)
    contours = load_contours(level)
    seen = {code: rings for code, rings in contours.items() if frame.shows(rings)}
    shapes = [
        Shape(f"{level}-{code}", path, _is_main(code, frame, level))
        for code, rings in seen.items()
        if (path := _path(rings, frame, width))
    ]
    top = round((1 - bottom - high) * HEIGHT)
    return Panel(frame.name, round(left * WIDTH), top, width, height, tuple(shapes))


def _is_main(code: str, frame: Frame, level: str) -> bool:
    around_paris = level == "DEP" and code in _AROUND_PARIS
    return around_paris if frame.name == "paris" else not around_paris


def _path(rings: list[np.ndarray], frame: Frame, width: int) -> str:
    """Write rings as an SVG path, in whole units from one point to the next."""
    west, east, _, north = frame.bounds
    unit = (east - west) / width
    corner, scale = np.array([west, north]), np.array([unit, -unit * frame.degree])
    written = []
    for ring in thin([(ring - corner) / scale for ring in rings], 1):
        steps = np.diff(ring, axis=0, prepend=np.zeros((1, 2))).astype(int)
        (x, y), *rest = steps[:-1]
        written.append(f"M{x} {y}l" + " ".join(f"{dx} {dy}" for dx, dy in rest) + "z")
    return "".join(written).replace(" -", "-")
