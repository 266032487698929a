"""Tables with margins, as systems."""

import numpy as np
import pytest

from toolkit.disclosure.system import system_of


@pytest.fixture(scope="session")
def with_margins():
    """Return the system of a table with its margins, and the name of each fact, (row, column)."""

    def build(table):
        table = np.asarray(table, dtype=float)
        ranges = [[*([i] for i in range(n)), list(range(n))] for n in table.shape]
        names = [[*range(n), "all"] for n in table.shape]
        members, values = {}, {}
        for rows, row in zip(ranges[0], names[0], strict=True):
            for columns, column in zip(ranges[1], names[1], strict=True):
                members[row, column] = [(i, j) for i in rows for j in columns]
                values[row, column] = table[np.ix_(rows, columns)].sum()
        return system_of(members, values), list(members)

    return build
