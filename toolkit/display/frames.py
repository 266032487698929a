"""The parts of a map of France: the mainland, the five overseas départements, Paris.

Every map, drawn in a figure or clicked in the index, has the same frames.
"""

from dataclasses import dataclass

import numpy as np

# Longitude and latitude of what each frame shows: west, east, south, north.
_MAINLAND = (-5.3, 9.7, 41.2, 51.2)
_OVERSEAS = {
    "971": (-61.9, -60.95, 15.8, 16.55),
    "972": (-61.3, -60.75, 14.35, 14.92),
    "973": (-54.7, -51.5, 2.0, 5.9),
    "974": (55.15, 55.9, -21.45, -20.8),
    "976": (44.95, 45.35, -13.05, -12.6),
}
_PARIS = (2.1, 2.65, 48.68, 49.02)
# The région that is one with an overseas département, where régions are drawn.
_REGIONS = {"971": "01", "972": "02", "973": "03", "974": "04", "976": "06"}


@dataclass(frozen=True)
class Frame:
    """A part of France and where it stands.

    Attributes
    ----------
    name : str
        "mainland", "paris", or the code of the overseas territory shown.
    bounds : tuple of float
        West, east, south, north, in degrees.
    box : tuple of float
        Left, bottom, width, height, as shares of the whole map.
    """

    name: str
    bounds: tuple[float, float, float, float]
    box: tuple[float, float, float, float]

    @property
    def boxed(self) -> bool:
        """Tell whether it is an inset, with a frame drawn around it."""
        return self.name != "mainland"

    @property
    def degree(self) -> float:
        """The length of a degree of longitude by that of one of latitude, at its middle."""
        _, _, south, north = self.bounds
        return float(np.cos(np.radians((south + north) / 2)))

    def widened(self, wide: float, high: float) -> "Frame":
        """Return the frame with as much around as fills the proportions of its box, given."""
        west, east, south, north = self.bounds
        span = max((east - west) * self.degree / wide, (north - south) / high)
        sides = np.array([-0.5, 0.5]) * span
        west, east = (west + east) / 2 + sides * wide / self.degree
        south, north = (south + north) / 2 + sides * high
        return Frame(self.name, (west, east, south, north), self.box)

    def shows(self, rings: list[np.ndarray]) -> bool:
        """Tell whether some of a territory may fall within."""
        x, y = np.concatenate(rings).T
        west, east, south, north = self.bounds
        return x.max() >= west and x.min() <= east and y.max() >= south and y.min() <= north


def frames(level: str, *, top: float = 1.0) -> list[Frame]:
    """Return the frames of a map of one level; `top` is the share of the height it may take.

    Overseas keep a readable scale of their own; Paris is apart where départements are drawn.
    """
    made = [Frame("mainland", _MAINLAND, (0.17, 0.0, 0.83, top))]
    for row, (code, bounds) in enumerate(_OVERSEAS.items()):
        box = (0.0, (0.80 - 0.195 * row) * top, 0.15, 0.16 * top)
        made.append(Frame(_REGIONS[code] if level == "REG" else code, bounds, box))
    if level != "REG":
        # West of the Cotentin there is only sea.
        made.append(Frame("paris", _PARIS, (0.2, 0.80 * top, 0.15, 0.16 * top)))
    return made


def thin(rings: list[np.ndarray], step: float) -> list[np.ndarray]:
    """Move the points of rings to the nearest step (degrees), and drop those then of no use.

    Neighbours share their border's points, so both move to the same places: no gap opens. What is
    dropped stands where another does, or on the way from one to the next.

    Returns
    -------
    list of ndarray, shape (n_points, 2)
        In whole steps; rings of which too little is left are gone.
    """
    thinned = []
    for ring in rings:
        places = np.round(ring / step)
        places = places[np.r_[True, (np.diff(places, axis=0) != 0).any(axis=1)]]
        if len(places) <= 3:
            continue
        (x, y), (to_x, to_y) = np.diff(places[:-1], axis=0).T, np.diff(places[1:], axis=0).T
        turns = (x * to_y != y * to_x) | (x * to_x + y * to_y < 0)
        thinned.append(places[np.r_[True, turns, True]])
    return thinned
