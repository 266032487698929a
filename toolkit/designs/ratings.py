"""The ratings every measure of agreement reads: checked once, then laid out as a matrix."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Number

import numpy as np
import pandas as pd

from toolkit.designs.arguments import LARGEST, check_columns
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

_MOST_SHOWN = 5
MISSING = -1


@dataclass(frozen=True)
class RatingMatrix:
    """Ratings as arrays.

    Attributes
    ----------
    codes : ndarray of int, shape (n_units, n_raters)
        Position of each rating in `categories`; -1 where there is none.
    categories : ndarray, shape (n_categories,)
        The scale, in order; numbers, or labels.
    units, raters : Index
        Their labels, sorted.
    clusters : ndarray of int, shape (n_units,)
        Which units are drawn together; each its own where none is named.
    """

    codes: np.ndarray
    categories: np.ndarray
    units: pd.Index
    raters: pd.Index
    clusters: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """How many ratings each unit has in each category, shape (n_units, n_categories)."""
        return (self.codes[:, :, None] == np.arange(len(self.categories))).sum(axis=1)

    @property
    def positions(self) -> np.ndarray:
        """The categories as numbers: their values, or 0, 1, 2... where they are labels."""
        if np.issubdtype(self.categories.dtype, np.number):
            return self.categories.astype("float64")
        return np.arange(len(self.categories), dtype="float64")

    @property
    def values(self) -> np.ndarray:
        """The ratings as numbers, NaN where there is none, shape (n_units, n_raters)."""
        return np.where(self.codes == MISSING, np.nan, self.positions[self.codes])

    def among(self, raters: Sequence) -> "RatingMatrix":
        """Return the ratings of some raters only, all units kept."""
        kept = self.raters.isin(raters)
        return RatingMatrix(
            self.codes[:, kept], self.categories, self.units, self.raters[kept], self.clusters
        )


def rating_matrix(
    ratings: pd.DataFrame,
    *,
    unit: str | Sequence[str] = "unit",
    rater: str = "rater",
    score: str = "score",
    scale: Sequence | None = None,
    cluster: str | None = None,
    numeric: bool = True,
) -> RatingMatrix:
    """Check a table of ratings and lay it out.

    Parameters
    ----------
    ratings : DataFrame
        One row a unit and rater. A rating that is missing has no row, or an empty score. It is
        read, never changed.
    unit : str or sequence of str
        Column or columns that name together what is rated.
    rater, score : str
    scale : sequence, optional
        All the categories, in order. Without it, those that occur.
    cluster : str, optional
        Column of units that are not independent (the project whose criteria are rated).
    numeric : bool
        The scores must be numbers; otherwise labels do.

    Raises
    ------
    DesignError
        All that is wrong: missing columns, rows without unit or rater, two ratings by a rater of
        a unit, scores that are no number, infinite or off the scale, a cluster that varies within
        a unit, no rating at all.

    Examples
    --------
    >>> rated = {"unit": ["C1", "C1", "C2", "C2"], "rater": ["a", "b"] * 2, "score": [2, 3, 0, 0]}
    >>> ratings = pd.DataFrame(rated)
    >>> rating_matrix(ratings, scale=[0, 1, 2, 3]).counts.tolist()
    [[0, 0, 1, 1], [2, 0, 0, 0]]
    """
    names = [unit] if isinstance(unit, str) else list(unit) or ["unit"]
    wanted = [*names, rater, score, *([] if cluster is None else [cluster])]
    check_columns(ratings, wanted, of="meta")
    keys = ratings[names[0]] if len(names) == 1 else pd.MultiIndex.from_frame(ratings[names])
    frame = pd.DataFrame(
        {
            "unit": pd.Series(list(keys), index=ratings.index, dtype=object),
            "unnamed": ratings[[*names, rater]].isna().any(axis=1),
            "rater": ratings[rater],
            "score": _scores(ratings[score], numeric),
            "raw": ratings[score],
            "cluster": ratings[names[0]] if cluster is None else ratings[cluster],
        }
    )
    checks = [
        *_check_kinds(ratings[[*names, rater, *([] if numeric else [score])]]),
        *_check_names(frame, clustered=cluster is not None),
        *_check_scores(frame, scale),
    ]
    if checks:
        lines = [interface_language()("error.ratings"), *(f"- {fault}" for fault in checks)]
        raise DesignError("\n".join(lines))
    return _laid_out(frame, scale, clustered=cluster is not None)


def _scores(column: pd.Series, numeric: bool) -> pd.Series:
    if numeric:
        values = pd.to_numeric(column, errors="coerce").astype("float64")
        # As good as infinite: its square is no number.
        return values.mask(values.abs() > LARGEST, np.inf)
    return column.astype(object).where(column.notna())


def _laid_out(frame: pd.DataFrame, scale: Sequence | None, *, clustered: bool) -> RatingMatrix:
    wide = frame.pivot(index="unit", columns="rater", values="score").sort_index()
    wide = wide.sort_index(axis="columns")
    occurring = sorted(frame.score.dropna().unique())
    categories = np.array(occurring if scale is None else list(scale))
    codes = pd.Index(categories).get_indexer(wide.to_numpy().ravel()).reshape(wide.shape)
    groups = np.arange(len(wide))
    if clustered:
        first = frame.groupby("unit").cluster.first().reindex(wide.index)
        groups = pd.factorize(first)[0]
    return RatingMatrix(codes, categories, wide.index, wide.columns, groups)


def _shown(values) -> str:
    listed = [" ".join(map(str, v)) if isinstance(v, tuple) else str(v) for v in values]
    return ", ".join(listed[:_MOST_SHOWN]) + (", …" if len(listed) > _MOST_SHOWN else "")


def check_matrix(ratings: RatingMatrix) -> None:
    """Refuse what is no `RatingMatrix`: a table not laid out yet, above all."""
    if not isinstance(ratings, RatingMatrix):
        seen = type(ratings).__name__
        raise DesignError(interface_language()("error.ratings.matrix", seen=seen))


def _check_kinds(labels: pd.DataFrame):
    """Hold the labels of each column to one kind: numbers and text have no common order."""
    for name, column in labels.items():
        kinds = {isinstance(label, Number) for label in column.dropna()}
        if len(kinds) > 1:
            yield interface_language()("error.ratings.kinds", column=name)


def _check_names(frame: pd.DataFrame, *, clustered: bool):
    say = interface_language()
    unnamed = frame.index[frame.unnamed]
    if len(unnamed):
        yield say("error.ratings.unnamed", rows=_shown(unnamed))
    named = frame[~frame.unnamed]
    twice = named[named.duplicated(["unit", "rater"])]
    if len(twice):
        pairs = [f"{_shown([row.unit])} {row.rater}" for row in twice.itertuples()]
        yield say("error.ratings.twice", rows=_shown(pairs))
    if clustered:
        varying = named.groupby("unit").cluster.nunique(dropna=False)
        unclear = varying.index[(varying > 1).to_numpy()].tolist()
        unclear += [row.unit for row in named[named.cluster.isna()].itertuples()]
        if unclear:
            yield say("error.ratings.cluster", rows=_shown(dict.fromkeys(unclear)))


def _check_scores(frame: pd.DataFrame, scale: Sequence | None):
    say = interface_language()
    listed = list(scale) if isinstance(scale, Iterable) else [scale]
    if scale is not None and len(set(listed) - {None}) < max(len(listed), 2):
        yield say("error.ratings.scale", scale=", ".join(map(str, listed)))
        return
    text = frame.index[frame.score.isna() & frame.raw.notna()]
    if len(text):
        yield say("error.ratings.not_numeric", rows=_shown(text))
    known = frame.score.dropna()
    infinite = [isinstance(one, float) and np.isinf(one) for one in known]
    if any(infinite):
        yield say("error.ratings.infinite", rows=_shown(known.index[infinite]))
    elif scale is not None:
        off = known[~known.isin(list(scale))]
        if len(off):
            seen = ", ".join(dict.fromkeys(f"{value}" for value in off))
            listed = ", ".join(map(str, scale))
            yield say("error.ratings.off_scale", seen=seen, scale=listed, rows=_shown(off.index))
    if known.empty:
        yield say("error.ratings.none")
