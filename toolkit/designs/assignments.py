"""Who could have been treated: assignments listed, or drawn where they are too many."""

from collections.abc import Sequence
from itertools import chain, combinations
from math import comb, prod

import numpy as np

# Above this many assignments, draws stand for all of them.
MOST_EXACT = 1_000_000
# Numbers held at once while assignments are worked through: some tens of megabytes.
_CHUNK = 2_000_000


def all_assignments(n: int, k: int) -> np.ndarray:
    """List the ways to treat k of n territories: their indices, shape (n_assignments, k)."""
    flat = np.fromiter(chain.from_iterable(combinations(range(n), k)), np.int32, comb(n, k) * k)
    return flat.reshape(-1, k)


def drawn_assignments(n: int, k: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Draw k of n territories, each order alike: their indices, shape (draws, k)."""
    return np.concatenate([_first(rng.random((size, n)), k) for size in chunks(draws, n)])


def _first(marks: np.ndarray, k: int) -> np.ndarray:
    """Return the columns of the k smallest marks of each row, in order."""
    columns = np.argpartition(marks, k - 1, axis=1)[:, :k].astype(np.int32)
    order = np.argsort(np.take_along_axis(marks, columns, axis=1), axis=1)
    return np.take_along_axis(columns, order, axis=1)


def count_adoptions(n: int, sizes: Sequence[int]) -> int:
    """Count the ways to choose disjoint cohorts of these sizes among n territories."""
    left = n - np.cumsum(sizes) + np.asarray(sizes)
    return prod(comb(int(rest), int(size)) for rest, size in zip(left, sizes, strict=True))


def all_adoptions(n: int, sizes: Sequence[int]) -> np.ndarray:
    """List which territories each cohort could have been, shape (n_assignments, sum(sizes))."""
    places = np.zeros((1, 0), dtype=np.int32)
    for size in sizes:
        free = np.ones((len(places), n), dtype=bool)
        np.put_along_axis(free, places, False, axis=1)
        rest = np.nonzero(free)[1].astype(np.int32).reshape(len(places), -1)
        chosen = all_assignments(rest.shape[1], int(size))
        drawn = rest[:, chosen].reshape(-1, size)
        places = np.column_stack([np.repeat(places, len(chosen), axis=0), drawn])
    return places


def chunks(draws: int, n: int) -> list[int]:
    """Split draws so that no more than some tens of megabytes are held at once."""
    step = max(1, _CHUNK // n)
    return [min(step, draws - start) for start in range(0, draws, step)]
