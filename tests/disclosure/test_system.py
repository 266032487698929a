import numpy as np
import pytest

from toolkit.disclosure.system import system_of


def test_a_crossed_zoning_is_two_pieces_that_stand_nowhere():
    # An EPCI astride two départements, one commune of which is published.
    members = {
        "DEP-1": ["a", "b", "c"],
        "DEP-2": ["d", "e"],
        "EPCI": ["b", "c", "d"],
        "COM-c": ["c"],
    }
    found = system_of(members, {"DEP-1": 60, "DEP-2": 40, "EPCI": 45, "COM-c": 5})
    assert found.published.tolist() == [True] * 4 + [False] * 4
    assert found.parts.sum(axis=1).tolist() == [3, 2, 3, 1, 1, 1, 1, 1]
    # the pieces: a alone, b beside the commune, d of the other département, e beside it
    assert (found.parts[4:].toarray().sum(axis=0) == [1, 1, 0, 1, 1]).all()


@pytest.mark.parametrize(
    ("total", "kept"), [(30.0, 30.0), (30.2, 30.0), (40.0, np.nan)], ids=["sum", "rounded", "other"]
)
def test_a_total_that_its_members_miss_is_no_equation(total, kept):
    found = system_of({"t": "ab", "a": "a", "b": "b"}, {"t": total, "a": 10.0, "b": 20.0})
    assert found.reconciled().values.tolist() == pytest.approx([kept, 10.0, 20.0], nan_ok=True)
