"""The effect under every defensible specification, and whether the whole curve could be chance.

Each specification is a difference-in-differences with its own options and rows (Simonsohn, Simmons
and Nelson, Nature Human Behaviour 2020). The p of one says little once many were tried; the joint
p asks how often a permuted adoption, under which nothing can be due to treatment, gives a curve as
extreme as the observed one.

No regression is refitted under a permutation. The statistic of a specification is the mean change
of its treated less that of its comparison territories, period effects and covariates taken out
once as if nobody were treated (Freedman and Lane 1983). In a balanced panel without covariates it
is the least-squares effect itself; otherwise the observed curve is compared by these statistics
too, so that the comparison stays one of like with like.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import comb
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from toolkit.designs.arguments import check_columns
from toolkit.designs.assignments import MOST_EXACT
from toolkit.designs.columns import kind_of
from toolkit.designs.did import difference_in_differences, long_form, mean_changes
from toolkit.designs.multiple_outcomes import possible_assignments
from toolkit.designs.panel import panel_matrix
from toolkit.errors import DesignError
from toolkit.estimate import Estimate
from toolkit.i18n import Language, interface_language

_TIE = 1e-9
# What all specifications share, else no adoption could be permuted for all of them.
_SHARED = ("territory", "period", "adoption")


@dataclass(frozen=True)
class Specification:
    """One way to estimate the effect.

    Attributes
    ----------
    name : str
    options : mapping
        Keyword arguments of `difference_in_differences`, over those given to all.
    subset : str or callable, optional
        The rows it uses: a column of booleans, or a function from the panel to booleans. It must
        not be chosen from who is treated, or a permuted adoption would have chosen otherwise.

    Examples
    --------
    >>> panel = pd.DataFrame(
    ...     {"territory": np.repeat(np.arange(20), 8), "period": np.tile(np.arange(2010, 2018), 20)}
    ... )
    >>> panel["adoption"] = np.where(panel.territory < 4, 2014, np.nan)
    >>> noise = np.random.default_rng(0).normal(50, 1, len(panel))
    >>> panel["value"] = noise - 5 * (panel.period >= panel.adoption)
    >>> recent = Specification("from 2012", subset=lambda panel: panel.period >= 2012)
    >>> curve = specification_curve(panel, [Specification("all"), recent], outcome="value")
    >>> curve.frame.value.round(1).tolist()
    [-5.2, -5.5]
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    subset: str | Callable[[pd.DataFrame], pd.Series] | None = None


@dataclass(frozen=True)
class SpecificationCurve:
    """The effects of all specifications, and the joint test that they are all zero.

    Attributes
    ----------
    frame : DataFrame, shape (n_specifications, 6)
        One row a specification, in the order given: name; options (mapping); subset (its name, ""
        for all rows); value, in the outcome's unit; p, by the inference of the specification;
        p_permutation, of its statistic under the joint permutations.
    median : float
        Of the values.
    share_significant : float
        Of the specifications whose p_permutation is at most `threshold` and whose statistic has
        the sign of the median one.
    p_median, p_share : float
        Share of assignments whose median is as far from zero; whose share is as large.
    threshold : float
    exact : bool
        Whether all assignments were listed.
    n_assignments : int
        Listed, or drawn plus the observed one.
    """

    frame: pd.DataFrame
    median: float
    share_significant: float
    p_median: float
    p_share: float
    threshold: float
    exact: bool
    n_assignments: int

    def sentence(self, lang: Language, *, digits: int = 2) -> str:
        """Say the median, the share and how often chance does as much."""
        return lang(
            "estimate.specification_curve",
            n=lang.number(len(self.frame)),
            median=lang.number(self.median, digits, sign=True),
            p_median=lang.p_value(self.p_median),
            share=lang.percent(self.share_significant, 0),
            threshold=lang.number(self.threshold, 2),
            p_share=lang.p_value(self.p_share),
        )


def specification_curve(
    panel: pd.DataFrame,
    specifications: Sequence[Specification],
    *,
    territory: str = "territory",
    period: str = "period",
    adoption: str = "adoption",
    threshold: float = 0.05,
    seed: int = 20131107,
    draws: int = 9_999,
    **settings,
) -> SpecificationCurve:
    """Estimate under every specification, and test them together.

    Null of both joint tests: treatment changed nothing, on any territory, in any specification.

    Parameters
    ----------
    panel : DataFrame, shape (n_rows, n_columns)
        One row a territory and period. It is read, never changed.
    specifications : sequence of Specification
        Their outcomes must share a unit, or the median means nothing.
    threshold : float
        A p at most this is significant.
    seed, draws : int
        Of the draws, where assignments times specifications are more than a million. The same
        permuted adoption serves all specifications.
    **settings
        Options of `difference_in_differences` for all specifications.

    Returns
    -------
    SpecificationCurve

    Raises
    ------
    DesignError
        There is no specification, two share a name, one sets a column all must share, their units
        differ, a subset is not booleans, `threshold` is not between 0 and 1, or a design refuses:
        the specification is named.

    Notes
    -----
    A permuted adoption can fall wholly outside the rows of a specification: it has then no
    statistic, and counts against its significance. An assignment that leaves no specification a
    statistic counts as extreme.

    Examples
    --------
    See `Specification`.
    """
    say = interface_language()
    _check_specifications(specifications, threshold)
    columns = {"territory": territory, "period": period, "adoption": adoption}
    check_columns(panel, list(columns.values()))
    estimates, changes = [], []
    for specification in specifications:
        options = {"seed": seed, "draws": draws, **settings, **specification.options, **columns}
        try:
            rows = _from_what_is_left(_rows(panel, specification), panel, period, adoption)
            estimates.append(difference_in_differences(rows, **options))
            changes.append(_changes_of(rows, options))
        except DesignError as error:
            text = say("error.specification.refused", name=specification.name, fault=error)
            raise DesignError(text) from error
    if len({estimate.unit for estimate in estimates}) > 1:
        units = ", ".join(sorted({estimate.unit or "-" for estimate in estimates}))
        raise DesignError(say("error.specification.units", units=units))

    wide = pd.concat(changes, axis="columns").dropna(how="all").sort_index()
    treated = wide.index.isin(panel[territory][panel[adoption].notna()])
    most = MOST_EXACT // len(specifications)
    rng = np.random.default_rng(seed)
    chosen = possible_assignments(treated, rng=rng, draws=draws, most=most)
    observed = _statistics(wide.to_numpy(), np.flatnonzero(treated)[None])
    joint = _joint(_statistics(wide.to_numpy(), chosen), observed, threshold)
    frame = _frame(specifications, estimates, joint["p_permutation"])
    return SpecificationCurve(
        frame=frame,
        median=float(frame.value.median()),
        share_significant=joint["share"],
        p_median=joint["p_median"],
        p_share=joint["p_share"],
        threshold=threshold,
        exact=comb(len(treated), int(treated.sum())) <= most,
        n_assignments=len(chosen),
    )


def _check_specifications(specifications: Sequence[Specification], threshold: float) -> None:
    say = interface_language()
    if not specifications:
        raise DesignError(say("error.specification.none"))
    names = [specification.name for specification in specifications]
    twice = sorted({name for name in names if names.count(name) > 1})
    faults = [say("error.specification.twice", names=", ".join(twice))] if twice else []
    if not (isinstance(threshold, Real) and 0 < threshold < 1):
        faults.append(say("error.power.share", name="threshold", seen=threshold))
    for specification in specifications:
        shared = [name for name in _SHARED if name in specification.options]
        if shared:
            values = {"name": specification.name, "options": ", ".join(shared)}
            faults.append(say("error.specification.shared", **values))
    if faults:
        raise DesignError("\n".join(faults))


def _rows(panel: pd.DataFrame, specification: Specification) -> pd.DataFrame:
    subset = specification.subset
    if subset is None:
        return panel
    say = interface_language()
    if isinstance(subset, str) and subset not in panel:
        columns = ", ".join(map(str, panel.columns))
        raise DesignError(say("error.panel.columns", missing=subset, columns=columns))
    kept = np.asarray(panel[subset] if isinstance(subset, str) else subset(panel))
    if kept.dtype != bool or kept.shape != (len(panel),):
        raise DesignError(say("error.specification.subset", n=len(panel)))
    return panel[kept]


def _from_what_is_left(
    rows: pd.DataFrame, panel: pd.DataFrame, period: str, adoption: str
) -> pd.DataFrame:
    """Let an adoption whose own period a subset leaves out count from the next period left."""
    left = rows[period].drop_duplicates()
    known = rows[adoption].dropna().drop_duplicates()
    gone = known[known.isin(panel[period]) & ~known.isin(left)]
    if gone.empty or kind_of(left) is None:
        return rows
    left = np.sort(left.dropna().to_numpy())
    later = {value: left[left >= value] for value in gone}
    moved = {value: periods[0] for value, periods in later.items() if len(periods)}
    return rows.assign(**{adoption: rows[adoption].map(lambda value: moved.get(value, value))})


def _changes_of(rows: pd.DataFrame, options: Mapping[str, Any]) -> pd.Series:
    """Return the changes `difference_in_differences` tests, by territory."""
    columns = {name: options[name] for name in ("outcome", *_SHARED)}
    matrix = panel_matrix(rows, **columns)
    covariates = options.get("covariates", ())
    long = long_form(rows, *columns.values(), covariates)
    first = int(matrix.adoption[matrix.treated][0])
    return pd.Series(mean_changes(long, matrix, covariates, first), matrix.territories)


def _statistics(changes: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return the difference of mean changes, shape (n_assignments, n_specifications).

    NaN where an assignment leaves a specification no treated or no comparison territory.
    """
    columns = []
    for column in changes.T:
        known = ~np.isnan(column)
        centred = np.where(known, column - column[known].mean(), 0)
        n_treated = known[chosen].sum(axis=1)
        n_comparison = known.sum() - n_treated
        possible = (n_treated > 0) & (n_comparison > 0)
        share = 1 / np.maximum(n_treated, 1) + 1 / np.maximum(n_comparison, 1)
        columns.append(np.where(possible, centred[chosen].sum(axis=1) * share, np.nan))
    return np.column_stack(columns)


def _joint(statistics: np.ndarray, observed: np.ndarray, threshold: float) -> dict[str, Any]:
    """Compare the observed curve with those of all assignments, the observed one among them."""
    tie = _TIE * np.nanstd(statistics, axis=0)
    # An assignment without a statistic counts as extreme, and is not itself significant.
    reference = np.sort(np.nan_to_num(np.abs(statistics), nan=np.inf), axis=0)

    def p_values(of: np.ndarray) -> np.ndarray:
        below = [
            np.searchsorted(reference[:, s], np.nan_to_num(np.abs(of[:, s]), nan=0) - tie[s])
            for s in range(of.shape[1])
        ]
        return 1 - np.column_stack(below) / len(reference)

    def curve(of: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        median = np.full(len(of), np.inf)
        some = ~np.isnan(of).all(axis=1)
        median[some] = _medians(of[some])
        significant = (p <= threshold + _TIE) & (np.sign(of) == np.sign(median)[:, None])
        share = significant.mean(axis=1)
        share[~some] = 1
        return median, share

    own_p = p_values(observed)
    medians, shares = curve(statistics, p_values(statistics))
    (median,), (share,) = curve(observed, own_p)
    return {
        "p_permutation": own_p[0],
        "share": float(share),
        "p_median": float(np.mean(np.abs(medians) >= abs(median) - tie.min())),
        "p_share": float(np.mean(shares >= share - _TIE)),
    }


def _medians(values: np.ndarray) -> np.ndarray:
    return np.nanmedian(values, axis=1) if np.isnan(values).any() else np.median(values, axis=1)


def _frame(
    specifications: Sequence[Specification], estimates: list[Estimate], p: np.ndarray
) -> pd.DataFrame:
    subsets = [s.subset if isinstance(s.subset, str) else _named(s.subset) for s in specifications]
    return pd.DataFrame(
        {
            "name": [specification.name for specification in specifications],
            "options": [dict(specification.options) for specification in specifications],
            "subset": subsets,
            "value": [estimate.value for estimate in estimates],
            "p": [estimate.p for estimate in estimates],
            "p_permutation": p,
        }
    )


def _named(subset: Callable | None) -> str:
    return "" if subset is None else getattr(subset, "__name__", type(subset).__name__)
