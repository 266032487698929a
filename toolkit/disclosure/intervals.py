"""What a reader can compute of numbers that are hidden: the least and the most each can be.

This is the attack that protection must withstand: every published number is an equation between
parts that are not negative, and linear programming gives the bounds of any sum of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from toolkit.disclosure.system import System

_EXACT = 1e-9
_CORNERS = 20


Enough = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class _Equations:
    """Some parts that are still open, and what the shown facts say of their sums."""

    parts: np.ndarray
    matrix: np.ndarray
    totals: np.ndarray

    def farthest(self, wanted: np.ndarray) -> np.ndarray | None:
        """Return the parts for which a weighted sum is largest; None if no parts fit.

        There is always a largest: each part stands in a sum of parts that are not negative.
        """
        if len(self.totals) == 1:  # all of the one total goes to a part that is wanted most
            point = np.zeros(len(wanted))
            point[np.argmax(wanted)] = self.totals[0]
            return point
        return linprog(-wanted, A_eq=self.matrix, b_eq=self.totals, bounds=(0, None)).x


def feasible_intervals(
    system: System, hidden: np.ndarray, facts: np.ndarray, *, enough: Enough | None = None
) -> np.ndarray:
    """Return the least and the most that some facts can be, by what is shown.

    Parameters
    ----------
    system : System
    hidden : bool array, shape (n_facts,)
        Facts that the reader does not see; those not published, or without a value, never are.
    facts : int array, shape (n_bounded,)
        Numbers of the facts to bound.
    enough : callable, optional
        From intervals, and their places in `facts`, to whether each is as wide as need be: one
        that is, is then not bounded any further, which saves most of the time.

    Returns
    -------
    array, shape (n_bounded, 2)
        The most is infinite where nothing bounds it; both are not a number where what is shown
        contradicts itself (see `System.reconciled`).
    """
    known, equations = _learn(system, hidden)
    chosen = system.parts[facts]
    base = chosen @ np.nan_to_num(known)
    intervals = np.stack([base, base], axis=1)
    unknown = chosen[:, np.isnan(known)]
    covered = np.zeros(len(facts))
    for found in equations:
        matrix = chosen[:, found.parts].toarray()
        covered += matrix.sum(axis=1)
        inside = np.flatnonzero(matrix.any(axis=1))
        if not len(inside):
            continue
        alone = unknown[inside].sum(axis=1) == matrix[inside].sum(axis=1)
        stop = None
        if enough:

            def stop(bounds: np.ndarray, at=inside, alone=alone) -> np.ndarray:
                # What is open elsewhere too cannot be judged from one place.
                return alone & enough(bounds + base[at][:, None], at)

        intervals[inside] += _bound(found, matrix[inside], stop)
    intervals[unknown.sum(axis=1) > covered, 1] = np.inf
    return intervals


def _bound(
    found: _Equations, wanted: np.ndarray, enough: Callable[[np.ndarray], np.ndarray] | None
) -> np.ndarray:
    """Bound sums of open parts; every solution met on the way is one more for all of them."""
    seen = np.full((len(wanted), 2), (np.inf, -np.inf))
    # Whoever is content with wide enough intervals sees most of them at some corners drawn by lot.
    corners = np.random.default_rng(0).standard_normal((_CORNERS, wanted.shape[1]))
    drawn = [(None, weights) for weights in corners] if enough and len(wanted) > _CORNERS else []
    each = [(number, sign * row) for number, row in enumerate(wanted) for sign in (1.0, -1.0)]
    for number, weights in [*drawn, *each]:
        if enough and number is not None and np.isfinite(seen[number, 0]) and enough(seen)[number]:
            continue
        point = found.farthest(weights)
        if point is None:
            return np.full_like(seen, np.nan)
        sums = wanted @ point
        seen = np.stack([np.minimum(seen[:, 0], sums), np.maximum(seen[:, 1], sums)], axis=1)
    return seen


def _learn(system: System, hidden: np.ndarray) -> tuple[np.ndarray, list[_Equations]]:
    """Return the parts that what is shown settles, and the equations between the others."""
    shown = ~hidden & system.published & np.isfinite(system.values)
    known = np.full(system.parts.shape[1], np.nan)
    indptr, indices = system.parts.indptr, system.parts.indices
    rows = [
        (set(indices[indptr[row] : indptr[row + 1]].tolist()), float(system.values[row]))
        for row in np.flatnonzero(shown)
    ]
    learning = True
    while learning:
        rows, learning = _peel(rows, known)
        if not learning:
            rows = _subtract(rows)
            learning = any(_settles(*row) for row in rows)
    return known, _grouped(rows, len(known))


def _peel(rows: list[tuple[set, float]], known: np.ndarray) -> tuple[list[tuple[set, float]], bool]:
    """Take out what is known; learn the last part of an equation, and all parts of a zero."""
    left, found = [], False
    for parts, total in rows:
        done = {part for part in parts if known[part] == known[part]}
        parts, total = parts - done, total - sum(known[part] for part in done)
        if not parts:
            continue
        if _settles(parts, total):
            known[list(parts)] = max(total, 0.0) if len(parts) == 1 else 0.0
            found = True
        else:
            left.append((parts, total))
    return left, found


def _settles(parts: set, total: float) -> bool:
    """Tell whether an equation gives its parts away: there is one, or all are nothing."""
    return len(parts) == 1 or abs(total) < _EXACT


def _subtract(rows: list[tuple[set, float]]) -> list[tuple[set, float]]:
    """Take from each equation the smaller ones that lie wholly inside it."""
    done: list[tuple[set, float]] = []
    for parts, total in sorted(rows, key=lambda row: len(row[0])):
        for inner, inner_total in done:
            if inner <= parts:
                parts, total = parts - inner, total - inner_total
        if parts:
            done.append((parts, total))
    return done


def _grouped(rows: list[tuple[set, float]], n_parts: int) -> list[_Equations]:
    """Put together the equations that share parts."""
    pairs = [(min(parts), part) for parts, _ in rows for part in parts]
    ends = np.array(pairs, dtype=int).reshape(-1, 2).T
    graph = coo_array((np.ones(ends.shape[1]), tuple(ends)), shape=(n_parts, n_parts))
    _, group = connected_components(graph, directed=False)
    together: dict[int, list[tuple[set, float]]] = {}
    for parts, total in rows:
        together.setdefault(int(group[min(parts)]), []).append((parts, total))
    equations = []
    for inside in together.values():
        parts = np.array(sorted(set().union(*(row for row, _ in inside))))
        matrix = np.array([np.isin(parts, list(row)) for row, _ in inside], dtype=float)
        equations.append(_Equations(parts, matrix, np.array([total for _, total in inside])))
    return equations
