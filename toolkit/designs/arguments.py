"""What a design is given, checked before anything is computed and said alike by all of them."""

from collections.abc import Iterator, Sequence
from numbers import Integral, Real

import numpy as np
import pandas as pd

from toolkit.errors import DesignError
from toolkit.i18n import interface_language

# Beyond these, products of squares are no numbers that a machine can hold.
LEAST, LARGEST = 1e-60, 1e60


def as_numbers(column: pd.Series) -> np.ndarray:
    """Return a column as floats: NaN where a cell is missing, no number, or none to compute with.

    A cell is none to compute with where it is infinite or larger than 1e60.
    """
    values = pd.to_numeric(column, errors="coerce").to_numpy("float64", na_value=np.nan)
    return np.where(np.abs(values) <= LARGEST, values, np.nan)


def is_finite(seen: object) -> bool:
    """Whether an option is a number, and one to compute with."""
    return isinstance(seen, Real) and bool(abs(seen) <= LARGEST)


def check_columns(table: pd.DataFrame, names: Sequence, *, of: str = "panel") -> None:
    """Hold a table to having each of some columns, once.

    Parameters
    ----------
    table : DataFrame
    names : sequence
    of : {"panel", "meta"}
        What the message calls the table.

    Raises
    ------
    DesignError
        It is no table; columns are missing, or stand twice.
    """
    say = interface_language()
    if not isinstance(table, pd.DataFrame):
        raise DesignError(say("error.arguments.table", seen=type(table).__name__))
    present = list(table.columns)
    faults = []
    missing = [str(name) for name in dict.fromkeys(names) if name not in present]
    if missing:
        columns = ", ".join(map(str, present))
        faults.append(say(f"error.{of}.columns", missing=", ".join(missing), columns=columns))
    twice = [str(name) for name in dict.fromkeys(names) if present.count(name) > 1]
    if twice:
        faults.append(say("error.arguments.twice", columns=", ".join(twice)))
    if faults:
        raise DesignError("\n".join(faults))


def option_faults(
    *choices: tuple[str, object, Sequence],
    level: float = 0.95,
    **counts: object,
) -> Iterator[str]:
    """Say which options are none that there are.

    Parameters
    ----------
    choices : tuples of name, what was given, what there is
    level : float
        Of an interval: strictly between 0 and 1.
    counts
        Whole numbers by name: from 1 on, a seed from 0 on.
    """
    say = interface_language()
    for name, seen, known in choices:
        if not any(seen is one or seen == one for one in known):
            listed = ", ".join(map(str, known))
            yield say("error.meta.option", name=name, seen=seen, known=listed)
    if not (isinstance(level, Real) and 0 < level < 1):
        yield say("error.meta.level", seen=level)
    for name, seen in counts.items():
        if name == "seed":
            if not (isinstance(seen, Integral) and seen >= 0):
                yield say("error.arguments.seed", seen=seen)
        elif not (isinstance(seen, Integral) and seen >= 1):
            yield say("error.power.count", name=name, seen=seen)
