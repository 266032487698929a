"""Contours of départements and régions, as arrays ready to draw."""

import json
from functools import cache

import numpy as np

from toolkit.records.reads import recorded
from toolkit.records.sources import table_path


@recorded
@cache
def load_contours(level: str) -> dict[str, list[np.ndarray]]:
    """Load the contours of one level.

    Parameters
    ----------
    level : {"REG", "DEP"}

    Returns
    -------
    dict of str to list of ndarray, shape (n_points, 2)
        For each code, its rings (longitude, latitude in degrees); empty at other levels.

    Examples
    --------
    >>> sorted(load_contours("REG"))[:3]
    ['01', '02', '03']
    """
    path = table_path("territories", "contours")
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {
        feature["properties"]["code"]: _rings(feature["geometry"])
        for feature in features
        if feature["properties"]["level"] == level
    }


@recorded
@cache
def load_centres(level: str) -> dict[str, np.ndarray]:
    """Return the centre of each territory of one level: longitude and latitude in degrees.

    It is the centroid of the outline's area, on the plane of longitude and latitude: of a few
    degrees at most, that is nearer than a kilometre to the centroid on the ground. Holes count
    against the area.
    """
    return {code: _centroid(rings) for code, rings in load_contours(level).items()}


def _centroid(rings: list[np.ndarray]) -> np.ndarray:
    """Weigh the triangles that the sides of all rings make with one point (shoelace)."""
    origin = rings[0][0]
    area, moment = 0.0, np.zeros(2)
    for ring in rings:
        here, there = ring[:-1] - origin, ring[1:] - origin
        doubled = here[:, 0] * there[:, 1] - here[:, 1] * there[:, 0]
        area += doubled.sum()
        moment += (doubled[:, None] * (here + there)).sum(axis=0)
    return origin + moment / (3 * area)


def _rings(geometry: dict) -> list[np.ndarray]:
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return [np.asarray(ring, dtype=float) for polygon in polygons for ring in polygon]
