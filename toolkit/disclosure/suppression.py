"""What else to hide, so that what must be hidden stays hidden: complementary suppression.

A hidden fact is safe when the numbers that are still shown leave it a wide enough interval. Where
they do not, other facts are hidden with it, as little of the table as can be: exactly, by integer
programming, where few facts are concerned (Fischetti and Salazar, 2001); fact by fact, by linear
programming, where they are many (after Robertson, 1993, and Kelly, Golden and Assad, 1992).

References
----------
L. H. Cox, "Suppression methodology and statistical disclosure control", JASA 75 (1980).
M. Fischetti, J. J. Salazar, "Solving the cell suppression problem on tabular data with linear
constraints", Management Science 47 (2001).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import block_diag, csr_array, eye_array, hstack, kron, vstack

from toolkit.disclosure.intervals import feasible_intervals
from toolkit.disclosure.system import System

_MOVED = 1e-6
# Facts beyond which the least of all suppressions is no longer looked for.
_FEW = 120
_FEW_TARGETS = 12
_MOST_NODES = 20_000  # rather than a time: the same answer on every machine


@dataclass(frozen=True)
class Margin:
    """How wide the interval of a hidden fact must be: the larger of a number and a share of it.

    Attributes
    ----------
    count : float
        Width at least, in the unit of the values.
    share : float
        Of the most that the fact can be: .1 lets nobody know it within a tenth.
    """

    count: float = 0.0
    share: float = 0.0

    def too_narrow(self, intervals: np.ndarray) -> np.ndarray:
        """Tell the intervals, shape (n, 2), that say too much."""
        low, high = intervals.T
        with np.errstate(invalid="ignore"):  # infinite less infinite
            wide = np.isinf(high) | (high - low >= self.needed(high) - _MOVED)
        return ~wide

    def needed(self, most: np.ndarray) -> np.ndarray:
        """Return the width needed of a fact that can be `most`."""
        return np.maximum(self.count, self.share * most)

    def above(self, values: np.ndarray) -> np.ndarray:
        """Return how far above its value a fact must be able to lie to be safe for certain."""
        return np.maximum(self.count, values * self.share / (1 - self.share))


def narrow_facts(
    system: System, hidden: np.ndarray, margin: Margin, *, among: np.ndarray | None = None
) -> np.ndarray:
    """Return the numbers of the facts, or of those `among` some, that say too much though hidden.

    A fact that stands nowhere (a difference of others) says too much where it is sure to be
    small, but not to be nothing.
    """
    secret = np.flatnonzero(hidden | (~system.published & (margin.count > 0)))
    if among is not None:
        secret = np.intersect1d(secret, among)
    nowhere = ~system.published[secret]

    def enough(intervals: np.ndarray, at: np.ndarray | slice = slice(None)) -> np.ndarray:
        high = intervals[:, 1]
        small = (high < margin.count - _MOVED) & (high > _MOVED)
        return ~margin.too_narrow(intervals) | (nowhere[at] & ~small)

    return secret[~enough(feasible_intervals(system, hidden, secret, enough=enough))]


def hide_enough(
    system: System, hidden: np.ndarray, *, margin: Margin, costs: np.ndarray | None = None
) -> np.ndarray:
    """Return what to hide for every hidden fact to have an interval as wide as the margin.

    Parameters
    ----------
    system : System
        Reconciled. Facts that are 0 are never hidden in addition: everyone knows such zeros.
    hidden : bool array, shape (n_facts,)
        What must be hidden.
    margin : Margin
    costs : array, shape (n_facts,), optional
        What hiding a fact loses; by default more for a larger one, slowly.

    Returns
    -------
    bool array, shape (n_facts,)
        As `hidden`, and what was added. Those added are as safe as the others: no width tells
        which of them must be hidden for itself.
    """
    added = hidden.copy()
    if costs is None:
        costs = 1 + np.log1p(np.nan_to_num(system.values))
    point = system.point()
    values = system.parts @ point
    few = len(system) <= _FEW
    while len(narrow := narrow_facts(system, added, margin)):
        before = added.sum()
        above = margin.above(values)
        if few and len(narrow) <= _FEW_TARGETS:
            targets = np.union1d(narrow, np.flatnonzero(added & system.published))
            if len(targets) <= _FEW_TARGETS:
                added |= _least(system, added, point, targets, margin, costs)
        if added.sum() == before:
            for fact in sorted(narrow, key=lambda fact: -above[fact]):
                added |= _around(system, added, point, fact, above[fact], costs)
        if added.sum() == before:  # nothing more to hide helps: hide all that touches them
            touched = (system.parts @ system.parts[narrow].T).sum(axis=1) > 0
            added |= np.asarray(touched).ravel() & system.published
            if added.sum() == before:
                break
    return _shown_again(system, hidden, added, margin, costs)


def _movable(system: System, hidden: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the facts that may be hidden in addition, and those that stay as they are."""
    shown = system.published & ~hidden & np.isfinite(system.values)
    nothing = shown & (system.values <= _MOVED)
    return np.flatnonzero(shown & ~nothing), np.flatnonzero(nothing)


def _around(
    system: System, hidden: np.ndarray, point: np.ndarray, fact: int, above: float, costs
) -> np.ndarray:
    """Find the least change of shown facts that lifts one hidden fact by `above`."""
    free, fixed = _movable(system, hidden)
    n, k = len(point), len(free)
    eye = eye_array(k)
    moves = hstack([system.parts[free], -eye, eye])
    still = hstack([system.parts[fixed], csr_array((len(fixed), 2 * k))])
    lift = hstack([system.parts[[fact]], csr_array((1, 2 * k))])
    found = linprog(
        np.r_[np.zeros(n), costs[free], costs[free]],
        A_eq=vstack([moves, still, lift], format="csr"),
        b_eq=np.r_[np.zeros(k + len(fixed)), above],
        bounds=[*((-value, None) for value in point), *([(0, None)] * (2 * k))],
    )
    chosen = np.zeros(len(system), bool)
    if found.status == 0:
        moved = found.x[n : n + k] + found.x[n + k :]
        chosen[free[moved > _MOVED]] = True
    return chosen


def _least(
    system: System, hidden: np.ndarray, point: np.ndarray, targets, margin: Margin, costs
) -> np.ndarray:
    """Find the cheapest facts to hide that free all targets at once; none if none is found."""
    free, fixed = _movable(system, hidden)
    n, k, t = len(point), len(free), len(targets)
    # For each target two changes of the parts, one that lifts it and one that lowers it, which
    # move no fact but those to hide.
    values = (system.parts @ point)[targets]
    each = eye_array(2 * t)
    moves = kron(each, system.parts[free])
    largest = 4 * (margin.above(values).max() + values.max())
    allowed = kron(np.ones((2 * t, 1)), largest * eye_array(k))
    still = kron(each, system.parts[fixed])
    nothing = np.zeros(still.shape[0])
    chosen_rows = [system.parts[[fact]] for fact in targets]
    apart = [
        LinearConstraint(
            hstack([block_diag([hstack([keep * row, -row]) for row in chosen_rows]), none]),
            count + (1 - keep) * values,
            np.inf,
        )
        for keep, count in ((1.0, margin.count), (1 - margin.share, 0.0))
        for none in [csr_array((t, k))]
    ]
    found = milp(
        np.r_[np.zeros(2 * n * t), costs[free]],
        constraints=[
            LinearConstraint(hstack([moves, -allowed]), -np.inf, 0),
            LinearConstraint(hstack([-moves, -allowed]), -np.inf, 0),
            LinearConstraint(hstack([still, csr_array((len(nothing), k))]), nothing, nothing),
            *apart,
        ],
        integrality=np.r_[np.zeros(2 * n * t), np.ones(k)],
        bounds=Bounds(
            np.r_[np.tile(-point, 2 * t), np.zeros(k)],
            np.r_[np.full(2 * n * t, np.inf), np.ones(k)],
        ),
        options={"node_limit": _MOST_NODES},
    )
    chosen = np.zeros(len(system), bool)
    if found.x is not None:
        chosen[free[found.x[2 * n * t :] > 0.5]] = True
    return chosen


def _shown_again(
    system: System, first: np.ndarray, hidden: np.ndarray, margin: Margin, costs: np.ndarray
) -> np.ndarray:
    """Show again, the dearest first, what need not have been hidden in addition."""
    kept = hidden.copy()
    added = np.flatnonzero(hidden & ~first)
    # Most are needed by one of those that were too narrow at first: a look at these saves time.
    reasons = narrow_facts(system, first, margin) if len(added) else added
    beyond = set(narrow_facts(system, hidden, margin)) if len(added) else set()
    for fact in sorted(added, key=lambda fact: -costs[fact]):
        kept[fact] = False
        for among in (reasons, None):
            if set(narrow_facts(system, kept, margin, among=among)) - beyond:
                kept[fact] = True
                break
    return kept
