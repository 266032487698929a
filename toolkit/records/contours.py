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
    """
    path = table_path("territories", "contours")
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {
        feature["properties"]["code"]: _rings(feature["geometry"])
        for feature in features
        if feature["properties"]["level"] == level
    }


def _rings(geometry: dict) -> list[np.ndarray]:
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return [np.asarray(ring, dtype=float) for polygon in polygons for ring in polygon]
