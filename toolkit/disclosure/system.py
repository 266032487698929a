"""Published numbers as sums of the same unknown parts: the one form all tables share.

A département is the sum of its communes, a margin the sum of its row, an EPCI astride two
départements the sum of two pieces. Whatever pages a number stands on, it is one fact; what two
facts have in common are the parts they share. Nested, crossed and linked tables are then all one
system.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, diags_array, hstack

_EXACT = 1e-6


@dataclass(frozen=True)
class System:
    """Facts as sums of parts, none of which is negative.

    Attributes
    ----------
    parts : csr_array, shape (n_facts, n_parts)
        1 where a part belongs to a fact.
    values : array, shape (n_facts,)
        Not a number where a fact is not known.
    published : bool array, shape (n_facts,)
        Whether the fact stands anywhere. One that does not is a difference of others: what is left
        of a total once its published members are taken away.
    """

    parts: csr_array
    values: np.ndarray
    published: np.ndarray

    def __len__(self) -> int:
        return len(self.values)

    def point(self) -> np.ndarray:
        """Return parts that give the known facts, as nearly as any can, shape (n_parts,)."""
        return self._fitted()[: self.parts.shape[1]]

    def reconciled(self, tolerance: float = 0.01) -> "System":
        """Return the system with values that add up.

        A total that its members miss by more than `tolerance` of it (one of another date, say) is
        no equation, and loses its value: nobody can subtract it. One that they miss by less was
        rounded: who subtracts comes near, so that it counts as exact.
        """
        known = np.flatnonzero(np.isfinite(self.values))
        if not len(known):
            return self
        fitted = self._fitted()
        sums = (self.parts @ fitted[: self.parts.shape[1]])[known]
        wrong = np.abs(sums - self.values[known]) > tolerance * np.abs(self.values[known]) + _EXACT
        values = self.values.copy()
        values[known] = np.where(wrong, np.nan, sums)
        return replace(self, values=values)

    def _fitted(self) -> np.ndarray:
        """Solve for parts, and for the excess and the lack of each known fact."""
        known = np.isfinite(self.values)
        rows, n = self.parts[known], self.parts.shape[1]
        eye = diags_array(np.ones(rows.shape[0]))
        # The total is doubted before its members.
        doubt = 1 / (1 + np.asarray(rows.sum(axis=1)).ravel())
        costs = np.r_[np.zeros(n), doubt, doubt]
        found = linprog(costs, A_eq=hstack([rows, eye, -eye]), b_eq=self.values[known])
        return found.x


def system_of(
    members: Mapping[Hashable, Sequence[Hashable]], values: Mapping[Hashable, float]
) -> System:
    """Return the system of facts whose parts are named.

    Parameters
    ----------
    members : mapping
        The parts of each fact. Parts that always go together count as one.
    values : mapping
        The value of each fact; not a number, or absent, where it is not known.

    Returns
    -------
    System
        Facts in the order of `members`, then, not published, each part that is no fact by itself.

    Examples
    --------
    >>> found = system_of({"total": ["a", "b", "c"], "a": ["a"]}, {"total": 30, "a": 20})
    >>> found.parts.toarray().tolist(), found.values.tolist(), found.published.tolist()
    ([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]], [30.0, 20.0, nan], [True, True, False])
    """
    inside: dict[Hashable, list[int]] = {}
    for row, parts in enumerate(members.values()):
        for part in parts:
            inside.setdefault(part, []).append(row)
    columns = list(dict.fromkeys(tuple(rows) for rows in inside.values()))
    known = [float(values.get(name, np.nan)) for name in members]
    sizes = np.zeros(len(known), dtype=int)
    for rows in columns:
        sizes[list(rows)] += 1
    whole = [any(sizes[row] == 1 for row in rows) for rows in columns]
    left = [column for column, fact in enumerate(whole) if not fact]
    rows = [row for found in columns for row in found]
    at = [column for column, found in enumerate(columns) for _ in found]
    rows += [len(known) + i for i in range(len(left))]
    at += left
    shape = (len(known) + len(left), len(columns))
    return System(
        parts=csr_array((np.ones(len(rows)), (rows, at)), shape=shape),
        values=np.r_[known, np.full(len(left), np.nan)],
        published=np.r_[np.ones(len(known), bool), np.zeros(len(left), bool)],
    )
