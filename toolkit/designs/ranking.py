"""Several projects side by side: how their order depends on weights and on raters.

Never a bare ranking. Each project gets the share of draws at each rank, as in stochastic
multi-criteria acceptability analysis (Lahdelma, Hokkanen and Salminen, EJOR 1998), when the weights
of the criteria are drawn uniformly from all there are, when raters are replaced by others like
them, and both. One project is said to come before another only where nearly all draws say so.

What is assumed: a project's score is a weighted mean, so scores are taken as numbers (from 0 to 1
is as far as from 2 to 3) and a low score can be made up for by a high one elsewhere; the raters of
a project are a sample of people who could have rated it, exchangeable whatever their role. With
different raters for each project, a severe panel cannot be told from a weak project. The same
pseudonym in two projects is the same person.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit.designs.arguments import is_finite, option_faults
from toolkit.designs.ratings import RatingMatrix, rating_matrix
from toolkit.errors import DesignError
from toolkit.i18n import Language, interface_language

# Scores closer than this are equal.
_TIE = 1e-9
# A share near 1 is known only if this many draws were expected beyond it.
_BEYOND = 5
# Comparisons handled at once: some tens of megabytes.
_CHUNK = 2_000_000
SOURCES = ("weights", "raters", "both", "leave_one_out")


@dataclass(frozen=True)
class Ranking:
    """How far projects can be put in an order.

    Attributes
    ----------
    ranks : DataFrame
        One row a project, source and rank (1 is first): share of draws in which the project has
        that rank, ties shared equally. source: "weights" (drawn; ratings as they are), "raters"
        (drawn; weights as given), "both", "leave_one_out" (each rater left out in turn).
    projects : DataFrame
        Indexed by project: value, the weighted mean under the given weights, in points of the
        scale; n_raters; rank_low and rank_high, the ranks it has in `level` of the draws of both.
    pairs : DataFrame
        One row a pair of projects: higher, lower (by value), difference in points, share of draws
        of both in which the higher comes first, separated (the share is beyond what all pairs
        together ask for).
    level : float
        Confidence in all the pairs that are separated, together.
    cautions : tuple of str
    """

    ranks: pd.DataFrame
    projects: pd.DataFrame
    pairs: pd.DataFrame
    level: float
    cautions: tuple[str, ...] = ()

    def table(self) -> pd.DataFrame:
        """Return the share of draws at each rank, one row a project, source and rank."""
        return self.ranks.copy()

    def details(self, lang: Language) -> list[str]:
        """Say what the order assumes, and every caution."""
        keys = ["ranking.assumes", *(f"caution.{code}" for code in self.cautions)]
        return [lang(key) for key in keys]

    def sentence(self, lang: Language, *, names: Mapping[str, str] | None = None) -> str:
        """Say which projects come before which, if any; `names` gives the projects' names."""
        names = names or {}
        sure = self.pairs[self.pairs.separated]
        if sure.empty:
            return lang("ranking.none", n=lang.number(len(self.projects)))
        said = [
            lang(
                "ranking.pair",
                higher=names.get(row.higher, row.higher),
                lower=names.get(row.lower, row.lower),
            )
            for row in sure.itertuples()
        ]
        total = lang.number(len(self.pairs))
        return lang.plural("ranking.some", len(sure), pairs=lang.join(said), total=total)


def rank_projects(
    ratings: pd.DataFrame,
    *,
    project: str = "project",
    criterion: str = "criterion",
    rater: str = "rater",
    score: str = "score",
    scale: tuple = (0, 1, 2, 3),
    weights: Mapping[str, float] | None = None,
    draws: int = 10_000,
    seed: int = 20131107,
    level: float = 0.95,
) -> Ranking:
    """Rank projects, with how much of it holds.

    Parameters
    ----------
    ratings : DataFrame
        One row a project, criterion and rater: choose one moment and one round before.
    project, criterion, rater, score : str
        Columns.
    scale : sequence
        All scores.
    weights : mapping, optional
        Weight of each criterion where weights are not drawn; equal without it. They are brought to
        a sum of one.
    draws, seed : int
    level : float
        Of the ranks, and of the separated pairs together.

    Notes
    -----
    Drawing raters: raters are taken to differ as much on one project as on another, which few
    raters a project make necessary; all criteria of a rater are drawn together. Where all projects
    have the same raters, being strict with every project changes no order.

    Raises
    ------
    DesignError
        The ratings have faults; fewer than two projects; a project with fewer than two ratings of
        a criterion; weights that are negative, all zero or of other criteria.

    Examples
    --------
    See `characterise`.
    """
    faults = [*option_faults(level=level, draws=draws, seed=seed)]
    if faults:
        raise DesignError("\n".join(faults))
    matrix = rating_matrix(
        ratings, unit=[project, criterion], rater=rater, score=score, scale=scale
    )
    scores, projects, criteria = _cube(matrix)
    fixed = _weights(weights, criteria)
    _check(scores, projects, criteria)
    rng = np.random.default_rng(seed)
    means = np.nanmean(scores, axis=2)
    shifts = _other_raters(scores, means, draws, rng)
    drawn = rng.dirichlet(np.ones(len(criteria)), size=draws)
    values = {
        "weights": drawn @ means.T,
        "raters": (means + shifts) @ fixed,
        "both": ((means + shifts) * drawn[:, None, :]).sum(axis=2),
        "leave_one_out": _left_out(scores) @ fixed,
    }
    shares = {source: _rank_shares(values[source]) for source in SOURCES}
    pairs = _pairs(means @ fixed, values["both"], projects, level)
    beyond = draws * (1 - level) / (2 * len(pairs))
    cautions = ["few_draws"] if beyond < _BEYOND else []
    cautions += ["same_ratings"] if not _departures(scores, means)[0].any() else []
    table = pd.DataFrame(
        {
            "value": means @ fixed,
            "n_raters": (~np.isnan(scores)).any(axis=1).sum(axis=1),
            **_span(shares["both"], level),
        },
        index=pd.Index(projects, name="project"),
    )
    return Ranking(_long(shares, projects), table, pairs, level, tuple(cautions))


def _cube(matrix: RatingMatrix) -> tuple[np.ndarray, pd.Index, pd.Index]:
    """Return the scores, NaN where there is none, and the names of their first two axes.

    The shape is (n_projects, n_criteria, n_raters).
    """
    units = pd.MultiIndex.from_tuples(matrix.units)
    (first, projects), (second, criteria) = (
        pd.factorize(units.get_level_values(level), sort=True) for level in (0, 1)
    )
    cube = np.full((len(projects), len(criteria), len(matrix.raters)), np.nan)
    cube[first, second] = matrix.values
    return cube, projects, criteria


def _same_raters(scores: np.ndarray) -> bool:
    rates = ~np.isnan(scores).all(axis=1)
    return bool((rates == rates[0]).all())


def _other_raters(
    scores: np.ndarray, means: np.ndarray, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw what other raters would change in the means, shape (draws, n_projects, n_criteria).

    For any weights, the difference of two projects is then Student's, as in an analysis of
    variance with one spread for all projects: of two samples where raters differ, paired where
    they are the same.
    """
    departures, freedom = _departures(scores, means)
    # Any square root of their products will do: its draws have the same covariance.
    values, vectors = np.linalg.eigh(departures.T @ departures)
    root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    spread = np.sqrt(1 / rng.chisquare(freedom, size=(draws, 1, 1)))
    numbers = (~np.isnan(scores)).sum(axis=2)
    return spread * (rng.normal(size=(draws, *means.shape)) @ root) / np.sqrt(numbers)


def _departures(scores: np.ndarray, means: np.ndarray) -> tuple[np.ndarray, int]:
    """Return each rater's departures from the means, (n_ratings, n_criteria), and their freedom."""
    left = scores - means[:, :, None]
    rates = ~np.isnan(scores).all(axis=1)
    freedom = int(rates.sum()) - len(scores)
    if _same_raters(scores):
        # Being strict with every project is no departure.
        left = left[:, :, rates[0]]
        left = left - np.nansum(left, axis=0) / np.maximum((~np.isnan(left)).sum(axis=0), 1)
        freedom -= int(rates[0].sum()) - 1
        rates = rates[:, rates[0]]
    return np.nan_to_num(left.transpose(0, 2, 1)[rates]), freedom


def _left_out(scores: np.ndarray) -> np.ndarray:
    """Return the means without each rater in turn, shape (n_left_out, n_projects, n_criteria).

    From every project where all have the same raters, else from one project at a time.
    """
    rates = ~np.isnan(scores).all(axis=1)
    if _same_raters(scores):
        cases = [
            np.eye(scores.shape[2])[r] * np.ones((len(scores), 1)) for r in np.flatnonzero(rates[0])
        ]
    else:
        cases = [_one_cell(rates.shape, p, r) for p, r in np.argwhere(rates)]
    without = (np.where(case[:, None, :] > 0, np.nan, scores) for case in cases)
    return np.array([np.nanmean(part, axis=2) for part in without])


def _one_cell(shape: tuple, row: int, column: int) -> np.ndarray:
    cell = np.zeros(shape)
    cell[row, column] = 1
    return cell


def _rank_shares(values: np.ndarray) -> np.ndarray:
    """Return the share of draws at each rank, shape (n_projects, n_ranks); ties are split."""
    draws, n = values.shape
    rank = np.arange(n)
    shares = np.zeros((n, n))
    for part in np.array_split(values, 1 + draws * n * n // _CHUNK):
        above = (part[:, None, :] > part[:, :, None] + _TIE).sum(axis=2)
        equal = (np.abs(part[:, None, :] - part[:, :, None]) <= _TIE).sum(axis=2)
        inside = (rank >= above[:, :, None]) & (rank < (above + equal)[:, :, None])
        shares += (inside / equal[:, :, None]).sum(axis=0)
    return shares / draws


def _span(shares: np.ndarray, level: float) -> dict[str, np.ndarray]:
    """Return the first and the last rank of each project, a share (1 - level) / 2 cut each side."""
    upto = np.cumsum(shares, axis=1)
    tail = (1 - level) / 2
    low = (upto > tail + _TIE).argmax(axis=1) + 1
    high = (upto >= 1 - tail - _TIE).argmax(axis=1) + 1
    return {"rank_low": low, "rank_high": high}


def _pairs(value: np.ndarray, drawn: np.ndarray, projects: pd.Index, level: float) -> pd.DataFrame:
    order = np.argsort(-value, kind="stable")
    n_pairs = len(value) * (len(value) - 1) / 2
    # Bonferroni over the pairs, two-sided: which of two comes first was seen in the same data.
    needed = 1 - (1 - level) / (2 * n_pairs)
    rows = []
    for i, high in enumerate(order):
        for low in order[i + 1 :]:
            share = float((drawn[:, high] > drawn[:, low] + _TIE).mean())
            rows.append(
                {
                    "higher": projects[high],
                    "lower": projects[low],
                    "difference": round(float(value[high] - value[low]), 9),
                    "share": share,
                    "separated": share >= needed,
                }
            )
    return pd.DataFrame(rows)


def _long(shares: dict[str, np.ndarray], projects: pd.Index) -> pd.DataFrame:
    ranks = pd.RangeIndex(1, len(projects) + 1, name="rank")
    parts = [
        pd.DataFrame(share, columns=ranks)
        .assign(project=projects, source=source)
        .melt(["project", "source"], var_name="rank", value_name="share")
        for source, share in shares.items()
    ]
    long = pd.concat(parts, ignore_index=True)
    return long[["project", "source", "rank", "share"]]


def _weights(weights: Mapping[str, float] | None, criteria: pd.Index) -> np.ndarray:
    if weights is None:
        return np.full(len(criteria), 1 / len(criteria))
    say = interface_language()
    given = weights if isinstance(weights, Mapping) else {}
    faults = []
    if set(given) != set(criteria):
        seen, listed = ", ".join(map(str, given)) or str(weights), ", ".join(map(str, criteria))
        faults.append(say("error.ranking.weights", seen=seen, criteria=listed))
    values = list(given.values())
    if not all(is_finite(value) and value >= 0 for value in values) or not any(values):
        seen = ", ".join(f"{name}: {value}" for name, value in given.items()) or str(weights)
        faults.append(say("error.ranking.negative", seen=seen))
    if faults:
        raise DesignError("\n".join(faults))
    ordered = np.array([float(weights[name]) for name in criteria])
    return ordered / ordered.sum()


def _check(scores: np.ndarray, projects: pd.Index, criteria: pd.Index) -> None:
    say = interface_language()
    faults = []
    if len(projects) < 2:
        faults.append(say("error.ranking.one_project", n=len(projects)))
    few = np.argwhere((~np.isnan(scores)).sum(axis=2) < 2)
    if len(few):
        cells = [f"{projects[p]} {criteria[c]}" for p, c in few[:5]]
        listed = ", ".join(cells) + (", …" if len(few) > 5 else "")
        faults.append(say("error.ranking.few_ratings", cells=listed))
    if faults:
        raise DesignError("\n".join(faults))
