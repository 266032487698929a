"""Which territories to compare with, chosen before the outcome of the treatment is known.

Each treated territory gets the nearest others, by how high the outcome stands before, how it moves,
and covariates. The choice looks at the pre-period only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np
import pandas as pd

from toolkit.designs.arguments import check_columns
from toolkit.designs.columns import check_labels, covariates_of, kind_of, shown
from toolkit.designs.panel import PanelMatrix, matrix_of_untreated
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

# A slope needs two periods.
_FEWEST_BEFORE = 2
# Distances equal but for rounding are ties, settled by name.
_DIGITS = 9


@dataclass(frozen=True)
class Comparison:
    """The territories chosen for comparison, and how like the treated they are.

    Attributes
    ----------
    chosen : DataFrame, shape (n_treated * n_per_treated, 4)
        treated, rank (1 the nearest), territory, distance (in standard deviations).
    balance : DataFrame, shape (2 + n_covariates, 6)
        feature ("level", "trend", then covariates); its mean for treated, candidates and chosen;
        difference_before, difference_after: treated less candidates, then less chosen, in standard
        deviations of the candidates, the same in both; infinite where these do not vary.
    trajectories : DataFrame, shape (n_pre_periods, 4)
        What a figure draws: period, and the mean outcome of treated, chosen and candidates.
    n_candidates : int
        Territories neither treated, excluded nor left out for a missing value.
    replacement : bool
        Whether a territory may stand for several treated ones.
    """

    chosen: pd.DataFrame
    balance: pd.DataFrame
    trajectories: pd.DataFrame
    n_candidates: int
    replacement: bool

    @property
    def territories(self) -> tuple:
        """The chosen territories, each once, sorted."""
        return tuple(np.unique(self.chosen.territory.to_numpy()).tolist())


def choose_comparison(
    panel: pd.DataFrame,
    *,
    outcome: str,
    territory: str = "territory",
    period: str = "period",
    treated: Sequence,
    before: object = None,
    n_per_treated: int = 5,
    covariates: Sequence[str] = (),
    exclude: Sequence = (),
    replacement: bool = True,
) -> Comparison:
    """Choose the nearest territories to each treated one.

    Near is a small Euclidean distance between standardised features: the mean outcome of the
    pre-period (level), its least-squares slope a period (trend), and the mean of each covariate,
    each divided by its standard deviation over the treated and the candidates. One that does not
    vary counts for nothing. Ties go by the names' order, so the answer is always the same.

    Choosing on pre-period outcomes can itself bias a difference-in-differences. Where the treated
    and the candidates come from populations of different levels, the chosen are candidates whose
    noise brought them near, and they go back to their own mean afterwards, which looks like an
    effect (regression to the mean; Daw and Hatfield 2018). Prefer covariates that do not move, show
    the estimate on all candidates too, and settle the choice in the protocol.

    Parameters
    ----------
    panel : DataFrame
        One row a territory and period. It is read, never changed.
    outcome, territory, period : str
        See `panel_matrix`; periods count as equally spaced.
    treated : sequence
        The treated territories.
    before : optional
        The first treated period: only those before it are read. By default all are.
    n_per_treated : int
        How many to choose for each.
    covariates : sequence of str
        Numeric columns.
    exclude : sequence
        Territories not to choose, such as neighbours that the project may reach.
    replacement : bool
        If true, each treated territory gets its nearest, whoever else has them. If not, pairs are
        made from the nearest on, and a territory serves once.

    Returns
    -------
    Comparison
        In its means each chosen territory counts once. Candidates with a missing value in the
        pre-period are left out.

    Raises
    ------
    DesignError
        A treated territory is unknown or incomplete, one to exclude is unknown, fewer than two
        periods come before, too few candidates are left, or the panel has faults.

    References
    ----------
    Stuart, Statistical Science 2010 (matching, balance); Daw and Hatfield, Health Services Research
    2018 (regression to the mean).

    Examples
    --------
    >>> places, years = np.repeat(["A", "B", "C", "D"], 3), np.tile([2013, 2014, 2015], 4)
    >>> panel = pd.DataFrame({"territory": places, "period": years})
    >>> panel["value"] = [50, 51, 52, 50, 51, 53, 49, 52, 54, 90, 80, 70]
    >>> choose_comparison(panel, outcome="value", treated=["A"], n_per_treated=1).territories
    ('B',)
    """
    say = interface_language()
    check_columns(panel, [outcome, territory, period, *covariates])
    if not isinstance(n_per_treated, Integral) or n_per_treated < 1:
        raise DesignError(say("error.power.count", name="n_per_treated", seen=n_per_treated))
    _check_named(treated, exclude, panel[territory])
    check_labels(panel, [territory, period])
    if before is not None and kind_of(pd.Series([before])) != kind_of(panel[period]):
        raise DesignError(say("error.comparison.before", seen=before, column=period))
    rows = panel if before is None else panel[panel[period] < before]
    n_before = rows[period].nunique()
    if n_before < _FEWEST_BEFORE:
        raise DesignError(say("error.comparison.periods", n=n_before, needed=_FEWEST_BEFORE))
    matrix = matrix_of_untreated(rows, outcome, territory, period)
    features = _features(rows, matrix, territory, covariates)

    names = matrix.territories
    whole = ~(np.isnan(matrix.outcome).any(axis=1) | features.isna().any(axis=1).to_numpy())
    is_treated = np.isin(names, list(treated))
    incomplete = [name for name in pd.unique(pd.Series(list(treated))) if name not in names[whole]]
    if incomplete:
        raise DesignError(say("error.comparison.incomplete", rows=shown(incomplete)))
    candidate = whole & ~is_treated & ~np.isin(names, list(exclude))
    needed = n_per_treated * (1 if replacement else int(is_treated.sum()))
    if candidate.sum() < needed:
        raise DesignError(say("error.comparison.few", n=int(candidate.sum()), needed=needed))

    values = features.to_numpy()
    distances = _distances(values, is_treated, candidate)
    nearest = _nearest if replacement else _nearest_once
    picks = nearest(distances, n_per_treated)
    chosen = pd.DataFrame(
        {
            "treated": names[is_treated].repeat(n_per_treated),
            "rank": np.tile(np.arange(1, n_per_treated + 1), len(picks)),
            "territory": names[candidate][picks].ravel(),
            "distance": np.take_along_axis(distances, picks, axis=1).ravel(),
        }
    )
    groups = {
        "treated": is_treated,
        "candidates": candidate,
        "chosen": np.isin(names, chosen.territory.to_numpy()),
    }
    trajectories = {name: matrix.outcome[rows].mean(axis=0) for name, rows in groups.items()}
    return Comparison(
        chosen=chosen,
        balance=_balance(features, groups),
        trajectories=pd.DataFrame({"period": matrix.periods, **trajectories}),
        n_candidates=int(candidate.sum()),
        replacement=replacement,
    )


def _check_named(treated: Sequence, exclude: Sequence, known: pd.Series) -> None:
    say = interface_language()
    if len(treated) == 0:
        raise DesignError(say("error.comparison.no_treated"))
    known, faults = set(known.dropna()), []
    if unknown := sorted(set(treated) - known, key=str):
        faults.append(say("error.comparison.unknown", rows=shown(unknown)))
    if unknown := sorted(set(exclude) - known, key=str):
        faults.append(say("error.synthetic.unknown", names=shown(unknown)))
    if faults:
        raise DesignError("\n".join(faults))


def _features(
    rows: pd.DataFrame, matrix: PanelMatrix, territory: str, covariates: Sequence[str]
) -> pd.DataFrame:
    """Return level, trend and covariates of each territory, NaN where they cannot be known."""
    time = np.arange(len(matrix.periods)) - (len(matrix.periods) - 1) / 2
    features = {
        "level": matrix.outcome.mean(axis=1),
        "trend": matrix.outcome @ time / (time @ time),
    }
    own = covariates_of(rows, covariates)
    means = own.groupby(rows[territory].to_numpy()).mean().reindex(matrix.territories)
    return pd.concat([pd.DataFrame(features, index=matrix.territories), means], axis="columns")


def _distances(values: np.ndarray, treated: np.ndarray, candidate: np.ndarray) -> np.ndarray:
    """Return the distance of each treated territory (row) to each candidate (column)."""
    used = values[treated | candidate]
    spread = used.std(axis=0)
    varies = spread > 1e-12 * np.abs(used).max(axis=0)
    standard = values[:, varies] / spread[varies]
    apart = standard[treated][:, None, :] - standard[candidate][None, :, :]
    return np.sqrt((apart**2).sum(axis=2))


def _nearest(distances: np.ndarray, n: int) -> np.ndarray:
    # Candidates stand in the order of their names, and a stable sort keeps it among ties.
    return np.argsort(distances.round(_DIGITS), axis=1, kind="stable")[:, :n]


def _nearest_once(distances: np.ndarray, n: int) -> np.ndarray:
    """Make pairs from the nearest on, each candidate once, until every row has its number."""
    picks: list[list[int]] = [[] for _ in distances]
    taken: set[int] = set()
    for pair in np.argsort(distances.round(_DIGITS), axis=None, kind="stable"):
        row, column = divmod(int(pair), distances.shape[1])
        if len(picks[row]) < n and column not in taken:
            picks[row].append(column)
            taken.add(column)
    return np.array(picks)


def _balance(features: pd.DataFrame, groups: dict[str, np.ndarray]) -> pd.DataFrame:
    means = {name: features[rows].mean().to_numpy() for name, rows in groups.items()}
    spread = features[groups["candidates"]].std(ddof=1).fillna(0).to_numpy()
    spread = np.where(spread > 1e-12 * features.abs().max().to_numpy(), spread, 0)

    def differences(other: str) -> np.ndarray:
        apart = means["treated"] - means[other]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(apart == 0, 0.0, apart / spread)

    return pd.DataFrame(
        {
            "feature": features.columns.astype(str),
            **means,
            "difference_before": differences("candidates"),
            "difference_after": differences("chosen"),
        }
    )
