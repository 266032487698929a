"""What the columns of a panel hold, read with care: numbers are numbers, labels sort."""

from collections.abc import Sequence
from decimal import Decimal
from numbers import Real

import numpy as np
import pandas as pd

from toolkit.designs.arguments import check_columns
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

_MOST_SHOWN = 5
# What pandas calls labels that sort, and what they are.
_KINDS = {
    "string": "text", "integer": "number", "floating": "number", "mixed-integer-float": "number",
}  # fmt: skip


def numbers(column: pd.Series) -> np.ndarray:
    """Return a column as floats, NaN where it is missing or holds no number.

    Text that reads as a number is one; booleans, dates, durations and complex numbers are none.

    Examples
    --------
    >>> numbers(pd.Series([2, "2.5", "n.c.", True, None], dtype=object)).tolist()
    [2.0, 2.5, nan, nan, nan]
    """
    if column.dtype.kind in "iuf":
        return column.to_numpy("float64", na_value=np.nan)
    return np.array([_number(value) for value in column], dtype="float64")


def _number(value: object) -> float:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (str, Real, Decimal)):
        return np.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return np.nan


def covariates_of(panel: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return covariates as floats, NaN where missing, in the rows of the panel.

    Raises
    ------
    DesignError
        A column is missing, or has values that are infinite or no numbers: all are named.
    """
    check_columns(panel, names)
    say, faults, columns = interface_language(), [], {}
    for name in names:
        columns[name] = numbers(panel[name])
        known = panel[name].notna().to_numpy(dtype=bool)
        wrong = panel.index[np.isinf(columns[name]) | (np.isnan(columns[name]) & known)]
        if len(wrong):
            faults.append(say("error.panel.covariate", name=name, rows=shown(wrong)))
    if faults:
        raise DesignError("\n".join(faults))
    return pd.DataFrame(columns, index=panel.index)


def kind_of(labels: pd.Series) -> str | None:
    """Return whether labels are "text", "number" or "empty"; None where they do not sort.

    Examples
    --------
    >>> kind_of(pd.Series(["2015-03", None])), kind_of(pd.Series([2015, "2015-03"], dtype=object))
    ('text', None)
    """
    known = labels.dropna()
    return _KINDS.get(pd.api.types.infer_dtype(known)) if len(known) else "empty"


def mixed_labels(labels: pd.Series) -> str:
    """Say what labels that do not sort hold, with a row of the rarest kind."""
    known = labels.dropna()
    types = pd.Series([type(value).__name__ for value in known], known.index)
    if isinstance(known.dtype, pd.CategoricalDtype):
        types[:] = "category"
    rare = (types == types.value_counts().index[-1]).to_numpy()
    return interface_language()(
        "error.panel.labels", column=labels.name, types=", ".join(sorted(types.unique())),
        seen=known[rare].iloc[0], rows=shown(known.index[rare]),
    )  # fmt: skip


def check_labels(panel: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse columns of labels that do not sort.

    Raises
    ------
    DesignError
    """
    faults = [mixed_labels(panel[name]) for name in names if kind_of(panel[name]) is None]
    if faults:
        raise DesignError("\n".join(faults))


def shown(values: Sequence) -> str:
    """Write the first values of many, and that there are more."""
    listed = ", ".join(str(value) for value in list(values)[:_MOST_SHOWN])
    return listed + (", …" if len(values) > _MOST_SHOWN else "")
