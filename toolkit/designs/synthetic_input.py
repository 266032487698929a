"""What a synthetic control is made from: its donors, the periods it fits, its predictors."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit.designs.arguments import check_columns
from toolkit.designs.panel import PanelMatrix
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

_FEWEST_DONORS = 2
_FEWEST_BEFORE = 2
_MOST_SHOWN = 5


@dataclass(frozen=True)
class Predictor:
    """A column averaged over some periods, both ends included.

    Examples
    --------
    >>> Predictor("value", first=2010, last=2015).column
    'value'
    """

    column: str
    first: object
    last: object

    @property
    def name(self) -> str:
        """Column and periods in one word."""
        span = f"{self.first}" if self.first == self.last else f"{self.first}–{self.last}"
        return f"{self.column} {span}"


def donor_pool(matrix: PanelMatrix, exclude: Collection) -> tuple[PanelMatrix, int]:
    """Keep the treated, and the donors that are whole and not excluded."""
    say = interface_language()
    whole = ~np.isnan(matrix.outcome).any(axis=1)
    faults = []
    broken = matrix.territories[matrix.treated & ~whole]
    if len(broken):
        faults.append(say("error.synthetic.treated_gaps", rows=_shown(broken)))
    excluded = [exclude] if isinstance(exclude, str) else list(exclude)
    unknown = [name for name in excluded if name not in set(matrix.territories)]
    if unknown:
        faults.append(say("error.synthetic.unknown", names=_shown(unknown)))
    allowed = ~pd.Series(matrix.territories).isin(excluded).to_numpy()
    kept = matrix.treated | (whole & allowed)
    n_donors = int((kept & ~matrix.treated).sum())
    if n_donors < _FEWEST_DONORS:
        faults.append(say("error.synthetic.few_donors", n=n_donors, needed=_FEWEST_DONORS))
    k = int(matrix.treated.sum())
    if n_donors >= _FEWEST_DONORS and k > n_donors:
        faults.append(say("error.synthetic.more_treated", k=k, n=n_donors))
    early = matrix.territories[matrix.treated & (matrix.adoption < _FEWEST_BEFORE)]
    if len(early):
        values = {"rows": _shown(early), "needed": _FEWEST_BEFORE}
        faults.append(say("error.synthetic.few_before", **values))
    refuse(faults)
    left_out = int((~matrix.treated & allowed & ~whole).sum())
    pool = PanelMatrix(
        matrix.outcome[kept], matrix.adoption[kept], matrix.territories[kept], matrix.periods
    )
    return pool, left_out


def fitted_columns(matrix: PanelMatrix, fit_periods: tuple | None) -> tuple[int, int | None]:
    """Return the first and last column to fit; without a last one, up to each adoption."""
    if fit_periods is None:
        return 0, None
    periods = list(matrix.periods)
    ends = list(fit_periods) if isinstance(fit_periods, list | tuple) else [fit_periods]
    places = [periods.index(one) for one in ends if one in periods]
    before = matrix.adoption[matrix.treated].min()
    if len(places) != 2 or len(ends) != 2 or not places[0] <= places[1] < before:
        seen = " – ".join(map(str, ends))
        refuse([interface_language()("error.synthetic.fit_periods", seen=seen)])
    return places[0], places[1]


def predictor_values(
    panel: pd.DataFrame, matrix: PanelMatrix, predictors: Sequence, territory: str, period: str
) -> np.ndarray:
    """Average each predictor over its periods, shape (n_predictors, n_territories)."""
    say = interface_language()
    foreign = [repr(one) for one in predictors if not isinstance(one, Predictor)]
    if foreign:
        refuse([say("error.synthetic.predictors", seen=_shown(foreign))])
    if predictors:
        check_columns(panel, [predictor.column for predictor in predictors])
    faults, rows = [], []
    for predictor in predictors:
        inside = _within(panel, predictor, period)
        column = pd.to_numeric(inside[predictor.column], errors="coerce").astype("Float64")
        column = pd.Series(column.to_numpy("float64", na_value=np.nan), index=inside.index)
        text = inside.index[column.isna() & inside[predictor.column].notna()]
        if len(text):
            named = {"column": predictor.column, "rows": _shown(text)}
            faults.append(say("error.meta.value", **named))
        means = column.groupby(inside[territory]).mean().reindex(matrix.territories)
        values = means.to_numpy("float64")
        missing = matrix.territories[~np.isfinite(values)]
        if len(missing):
            named = {"name": predictor.name, "rows": _shown(missing)}
            faults.append(say("error.synthetic.predictor_missing", **named))
        elif np.ptp(values) == 0:
            faults.append(say("error.synthetic.predictor_constant", name=predictor.name))
        rows.append(values)
    refuse(faults)
    return np.array(rows).reshape(len(rows), len(matrix.territories))


def _within(panel: pd.DataFrame, predictor: Predictor, period: str) -> pd.DataFrame:
    """Return the rows of a predictor's periods; none where those are of another kind."""
    try:
        return panel[panel[period].between(predictor.first, predictor.last)]
    except TypeError:
        return panel.iloc[:0]


def _shown(values) -> str:
    listed = [str(value) for value in list(values)[:_MOST_SHOWN]]
    return ", ".join(listed) + (", …" if len(values) > _MOST_SHOWN else "")


def refuse(faults: list[str]) -> None:
    """Raise a `DesignError` that lists faults, if there are any."""
    if faults:
        say = interface_language()
        raise DesignError("\n".join([say("error.synthetic"), *(f"- {text}" for text in faults)]))
