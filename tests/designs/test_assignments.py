"""Assignments are all listed once, or drawn evenly."""

from itertools import permutations
from math import comb

import numpy as np
import pytest

from toolkit.designs.assignments import (
    all_adoptions,
    all_assignments,
    count_adoptions,
    drawn_assignments,
)


def test_every_set_is_listed_once():
    listed = all_assignments(7, 3)
    assert len({tuple(row) for row in listed.tolist()}) == len(listed) == comb(7, 3)
    assert (np.diff(listed, axis=1) > 0).all()


@pytest.mark.parametrize("sizes", [[1], [2, 1], [1, 2, 2]])
def test_every_way_to_form_cohorts_is_listed_once(sizes):
    listed = all_adoptions(6, np.array(sizes))
    labels = np.full((len(listed), 6), -1)
    np.put_along_axis(labels, listed, np.repeat(np.arange(len(sizes)), sizes)[None], axis=1)
    found = [tuple(row) for row in labels.tolist()]
    one = [*np.repeat(np.arange(len(sizes)), sizes).tolist(), *[-1] * (6 - sum(sizes))]
    assert sorted(found) == sorted(set(permutations(one)))
    assert len(found) == count_adoptions(6, np.array(sizes))


def test_draws_are_even_over_territories_and_places():
    """20,000 draws of 2 of 5: each pair in order 1 time in 20, within four standard errors."""
    drawn = drawn_assignments(5, 2, 20_000, np.random.default_rng(1))
    _, counts = np.unique(drawn, axis=0, return_counts=True)
    assert counts / 20_000 == pytest.approx(np.full(20, 0.05), abs=0.0062)
    assert drawn_assignments(3, 3, 4, np.random.default_rng(1)).shape == (4, 3)
