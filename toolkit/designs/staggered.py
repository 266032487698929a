"""Staggered adoption: territories that adopt in different periods (Callaway and Sant'Anna 2021).

The usual regression with territory and period effects compares late adopters with early ones, and
can err in sign (see `toolkit.designs.bacon`). Here each cohort is compared with territories not
treated by then, and the effects of cohorts and periods are averaged with weights that say what
they mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import comb, prod

import numpy as np
import pandas as pd
from scipy.stats import norm

from toolkit.designs.group_time import (
    CHUNK,
    Cells,
    Effects,
    Study,
    cells_of,
    contributions,
    effects_of,
    effects_under,
)
from toolkit.designs.panel import panel_matrix
from toolkit.designs.randomisation import MOST_EXACT
from toolkit.errors import DesignError
from toolkit.estimate import Estimate
from toolkit.i18n import interface_language

KINDS = ("simple", "group", "dynamic", "calendar")
INFERENCES = ("placebo", "analytic", "multiplier")
# With one to three treated territories of 100 the analytic test at 5 % rejected a true null in 81
# to 18 % of simulated panels, with five in 12 %, with ten in 9 %.
_FEWEST_ANALYTIC = 5
_FEW = 20
# Cells x territories x assignments that take about a second where no shortcut applies.
_MOST_WORK = 5e7
_TIE = 1e-9
_LARGEST = 1e100


@dataclass(frozen=True, eq=False)
class EventTable:
    """The effect by time since adoption.

    Attributes
    ----------
    frame : DataFrame
        One row an event time (in periods of the panel, 0 = the first treated one): event_time,
        value, low, high, se, in the outcome's unit.
    covariance : ndarray, shape (n_event_times, n_event_times)
        Of the values, in the order of `frame`: from the influence functions, or with inference
        "placebo" that of the placebo values.
    inference : {"placebo", "analytic", "multiplier"}
    level : float
        Of the intervals: each on its own, or with "multiplier" all together (sup-t band).
    smallest_p : float
        See `Estimate`.
    cautions : tuple of str
    """

    frame: pd.DataFrame
    covariance: np.ndarray
    inference: str
    level: float
    smallest_p: float
    cautions: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Staggered:
    """Group-time effects of a staggered adoption.

    Attributes
    ----------
    cells : DataFrame
        One row a cell that could be identified: cohort and period (labels of the panel),
        event_time (in periods of the panel), value and se (in the outcome's unit; se from the
        influence functions, too small where n_treated is 1, whose noise nothing measures),
        n_treated, n_comparison, n_left_out (territories left out for a value missing in one of the
        two periods).
    influence : ndarray, shape (n_territories, n_cells)
        ``influence.T @ influence`` is the covariance of `cells`; each column sums to zero.
    left_out : DataFrame
        cohort and period of the cells in which no pair of territories was observed.
    territories : ndarray, shape (n_territories,)
        Rows of `influence`; a territory without any outcome is none of them.
    unit : str
        Code of the vocabulary "unit", or "".
    cautions : tuple of str
        Doubts that every aggregate carries.
    """

    cells: pd.DataFrame
    influence: np.ndarray
    left_out: pd.DataFrame
    territories: np.ndarray
    unit: str
    cautions: tuple[str, ...]
    _study: Study
    _cells: Cells
    _effects: Effects

    @cached_property
    def n_treated(self) -> int:
        """Treated territories that a cell after adoption rests on."""
        return int(self._effects.treated[:, self._after].any(axis=1).sum())

    @cached_property
    def n_comparison(self) -> int:
        """Territories that serve as comparison after an adoption, those treated later included."""
        return int(self._effects.compared[:, self._after].any(axis=1).sum())

    @property
    def _after(self) -> np.ndarray:
        return (self._cells.event_time >= 0) & np.isfinite(self._effects.value)

    def aggregate(
        self,
        kind: str = "simple",
        *,
        inference: str = "placebo",
        rng: np.random.Generator | None = None,
        draws: int = 999,
        level: float = 0.95,
    ) -> Estimate:
        """Average the effects after adoption.

        Parameters
        ----------
        kind : {"simple", "group", "dynamic", "calendar"}
            All cells by size of cohort; cohorts (each the mean of its periods) by size; event
            times alike; periods alike.
        inference : {"placebo", "analytic", "multiplier"}
            "placebo": the adoptions are dealt out to other territories, as many to each cohort;
            the interval holds the effects, equal everywhere, that this test does not reject. All
            assignments where they are at most a million and quickly worked through, else `draws`
            of them. With covariates it stands for an assignment that ignored them.
            "analytic": normal, from the influence functions, with the error of the cohorts'
            shares. "multiplier": Mammen weights on the influence functions (Callaway and
            Sant'Anna 2021, algorithm 1).
        rng : Generator
            For draws; the same seed gives the same result.
        draws : int
        level : float
            Of the interval, above 0 and below 1.

        Returns
        -------
        Estimate
            In the outcome's unit.

        Raises
        ------
        DesignError
            An option is unknown; "analytic" or "multiplier" with fewer than five treated
            territories, or when nothing varies; draws are needed and no `rng` was given.
        """
        self._check_options(inference, draws, level, kind)
        target = _target(self._cells, kind)
        if inference == "placebo":
            test = self._placebo([target], rng, draws)
            value = test.statistic[0, 0]
            p, low, high = _test(test, 0, level)
            smallest = 1 / test.total
        else:
            value, influence = _with_influence(target, self._effects, self._sizes, self._study)
            half, p = _asymptotic(value, influence, inference, rng, draws, level, self._scale)
            low, high = value - half, value + half
            smallest = 1 / (draws + 1) if inference == "multiplier" else 0.0
        return Estimate(
            float(value),
            float(low),
            float(high),
            float(p),
            design="staggered",
            estimand="att",
            inference=inference,
            unit=self.unit,
            n_treated=self.n_treated,
            n_comparison=self.n_comparison,
            n_periods=self._study.never,
            level=level,
            smallest_p=smallest,
            cautions=self._cautions(inference, low, high),
        )

    def event_times(
        self,
        *,
        inference: str = "placebo",
        rng: np.random.Generator | None = None,
        draws: int = 999,
        level: float = 0.95,
    ) -> EventTable:
        """Average the cells by time since adoption, by size of cohort.

        Before adoption a value is the change over one period (base "varying"), or the distance to
        the last period before (base "universal", for honest trends): zero where trends were
        parallel. Parameters and errors are those of `aggregate`.

        Returns
        -------
        EventTable
        """
        self._check_options(inference, draws, level)
        identified = np.isfinite(self._effects.value)
        events = np.unique(self._cells.event_time[identified])
        targets = [_event_target(self._cells, event) for event in events]
        pairs = [_with_influence(t, self._effects, self._sizes, self._study) for t in targets]
        values = np.array([value for value, _ in pairs])
        influence = np.column_stack([column for _, column in pairs])
        smallest = 1 / (draws + 1) if inference == "multiplier" else 0.0
        if inference == "placebo":
            test = self._placebo(targets, rng, draws)
            bounds = [_test(test, k, level)[1:] for k in range(len(targets))]
            low, high = np.array(bounds).T
            covariance = _placebo_covariance(test)
            smallest = 1 / test.total
        else:
            covariance = influence.T @ influence
            half, _ = _asymptotic(values, influence, inference, rng, draws, level, self._scale)
            low, high = values - half, values + half
        columns = {"event_time": events, "value": values, "low": low, "high": high}
        frame = pd.DataFrame(columns | {"se": np.sqrt(np.diag(covariance))})
        cautions = self._cautions(inference, low, high)
        return EventTable(frame, covariance, inference, level, smallest, cautions)

    @property
    def _sizes(self) -> np.ndarray:
        return np.bincount(self._study.adoption, minlength=self._study.never + 1)

    @property
    def _scale(self) -> float:
        return float(np.nanstd(self._study.outcome))

    def _check_options(
        self, inference: str, draws: int, level: float, kind: str = "simple"
    ) -> None:
        say = interface_language()
        known = [("kind", kind, KINDS), ("inference", inference, INFERENCES)]
        faults = [
            say("error.staggered.option", name=name, seen=seen, known=", ".join(options))
            for name, seen, options in known
            if seen not in options
        ]
        if not 0 < level < 1:
            faults.append(say("error.staggered.level", seen=level))
        if not isinstance(draws, (int, np.integer)) or draws < 1:
            faults.append(say("error.staggered.draws", seen=draws))
        if inference != "placebo" and self.n_treated < _FEWEST_ANALYTIC:
            faults.append(
                say("error.staggered.few_treated", seen=self.n_treated, needed=_FEWEST_ANALYTIC)
            )
        _raise(faults)

    def _cautions(self, inference: str, low, high) -> tuple[str, ...]:
        found = list(self.cautions)
        if inference == "placebo":
            # Permutation errs where territories differ in noise, and sizes are not asked for.
            found.append("sizes_unknown")
            if np.isinf([low, high]).any():
                found.append("interval_unbounded")
        else:
            if self.n_treated < _FEW:
                found.append("few_treated")
            if (self._sizes[self._study.cohorts] == 1).any():
                found.append("cohort_of_one")
        return tuple(found)

    def _placebo(
        self, targets: list["_Target"], rng: np.random.Generator | None, draws: int
    ) -> "_Placebo":
        """Average the cells under other assignments of the same adoptions."""
        study, cells, sizes = self._study, self._cells, self._sizes[self._study.cohorts]
        n = len(study.adoption)
        work = 1 if study.is_linear else n * len(cells.cohort)
        exact = _count_assignments(n, sizes) <= min(MOST_EXACT, _MOST_WORK / work)
        if exact:
            places = _all_assignments(n, sizes)
        else:
            _check_rng(rng)
            places = _drawn_assignments(n, int(sizes.sum()), draws, rng)
        happened = np.argsort(study.adoption, kind="stable")[: int(sizes.sum())]
        places = np.concatenate([happened[None], places])
        treated = np.repeat(study.cohorts, sizes)
        exposures = [_exposure(study, target) for target in targets]
        if study.is_linear:
            found = _linear_placebos(study, cells, targets, exposures, places, treated)
        else:
            found = _general_placebos(study, cells, targets, exposures, places, treated)
        return _Placebo(*found, 0 if exact else 1)


def staggered(
    panel: pd.DataFrame,
    *,
    outcome: str,
    territory: str = "territory",
    period: str = "period",
    adoption: str = "adoption",
    comparison: str = "never",
    covariates: Sequence[str] = (),
    anticipation: int = 0,
    trimming: float = 0.995,
    base: str = "varying",
    unit: str = "",
) -> Staggered:
    """Estimate the effect of a staggered adoption on each cohort in each period.

    Parameters
    ----------
    panel, outcome, territory, period, adoption
        See `panel_matrix`. A territory whose outcome is missing in one of the two periods of a
        cell is left out of that cell, and counted.
    comparison : {"never", "not_yet"}
        Territories never treated, or also those not treated yet.
    covariates : sequence of str
        Numeric columns, read in the base period of each cell; the cells are then doubly robust
        (logit propensity, linear regression of the changes).
    anticipation : int
        Periods before adoption in which an effect may already show.
    trimming : float
        With covariates, comparison territories whose propensity reaches it are left out; above 0,
        at most 1.
    base : {"varying", "universal"}
        Of the cells before adoption: the period just before each (the default of the R package
        `did`), or the last one before any effect (for event studies and honest trends). It
        changes no cell after adoption.
    unit : str
        Of the outcome: code of the vocabulary "unit", or "".

    Returns
    -------
    Staggered
        Valid if, without adoption, the cohorts' outcomes had moved in parallel with the
        comparison's (given the covariates).

    Raises
    ------
    DesignError
        The panel is faulty (see `panel_matrix`), an option is, a covariate is missing or infinite,
        anticipation leaves a cohort without a base period, no cell after adoption is observed, or
        covariates leave a cell without identification (collinear, or without overlap).
    """
    matrix = panel_matrix(
        panel, outcome=outcome, territory=territory, period=period, adoption=adoption
    )
    seen = np.isfinite(matrix.outcome).any(axis=1)
    _check_settings(panel, comparison, covariates, anticipation, trimming, base)
    wide = [
        panel.pivot(index=territory, columns=period, values=name)
        .reindex(index=matrix.territories, columns=matrix.periods)
        .to_numpy("float64", na_value=np.nan)
        for name in covariates
    ]
    stacked = np.stack(wide, axis=2) if wide else np.zeros((*matrix.outcome.shape, 0))
    study = Study(
        matrix.outcome[seen],
        matrix.adoption[seen],
        stacked[seen],
        comparison,
        int(anticipation),
        float(trimming),
        base,
    )
    _check_study(study, matrix.periods)
    cells = cells_of(study)
    effects = effects_of(study, cells)
    _check_effects(cells, effects, matrix.periods)
    identified = np.isfinite(effects.value)
    frame = pd.DataFrame(
        {
            "cohort": matrix.periods[cells.cohort],
            "period": matrix.periods[cells.period],
            "event_time": cells.event_time,
            "value": effects.value,
            "se": np.sqrt((effects.influence**2).sum(axis=0)),
            "n_treated": effects.n_treated,
            "n_comparison": effects.n_comparison,
            "n_left_out": effects.n_left_out,
        }
    )
    cautions = []
    if not seen.all() or effects.n_left_out.any():
        cautions.append("missing_cells")
    if not identified.all():
        cautions.append("cells_left_out")
    return Staggered(
        frame[identified].reset_index(drop=True),
        effects.influence[:, identified],
        frame.loc[~identified, ["cohort", "period"]].reset_index(drop=True),
        matrix.territories[seen],
        unit,
        tuple(cautions),
        study,
        cells,
        effects,
    )


@dataclass(frozen=True, eq=False)
class _Target:
    """An average of cells: by size or plainly within buckets, then so between buckets."""

    cohort: np.ndarray
    bucket: np.ndarray  # Of each cell; -1 outside the average.
    within_by_size: bool
    between_by_size: bool
    exposed_from: int  # Event time from which an effect is tested,
    exposed_alone: bool  # or in which alone it is.

    @property
    def members(self) -> np.ndarray:
        return self.bucket[:, None] == np.unique(self.bucket[self.bucket >= 0])

    def weights(self, known: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """Weigh the known cells, shape (..., n_cells); NaN where none of the average is known."""
        size = sizes[self.cohort] if self.within_by_size else np.ones(len(self.cohort))
        members = self.members
        own = size * known
        total = own @ members
        between = total > 0
        if self.between_by_size:
            between = between * sizes[[self.cohort[member][0] for member in members.T]]
        share = between / np.where(between.any(-1), between.sum(-1), np.nan)[..., None]
        return own * ((share / np.where(total > 0, total, 1)) @ members.T)


def _target(cells: Cells, kind: str) -> _Target:
    bucket = {
        "simple": np.zeros_like(cells.cohort),
        "group": cells.cohort,
        "dynamic": cells.event_time,
        "calendar": cells.period,
    }[kind]
    bucket = np.where(cells.event_time >= 0, bucket, -1)
    return _Target(cells.cohort, bucket, kind != "group", kind == "group", 0, False)


def _event_target(cells: Cells, event: int) -> _Target:
    chosen = cells.event_time == event
    # A universal base lies after the earliest cells: only their own period can be shifted.
    alone = bool((cells.base > cells.period)[chosen].any())
    bucket = np.where(chosen, 0, -1)
    return _Target(cells.cohort, bucket, True, False, min(int(event), 0), alone)


def _combine(targets: list[_Target], effects: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Average effects of shape (n_assignments, n_cells, n_values) into (…, n_targets, …)."""
    known = np.isfinite(effects[:, :, 0])
    filled = np.where(known[:, :, None], effects, 0)
    return np.stack(
        [np.einsum("bk,bkr->br", target.weights(known, sizes), filled) for target in targets],
        axis=1,
    )


def _with_influence(
    target: _Target, effects: Effects, sizes: np.ndarray, study: Study
) -> tuple[float, np.ndarray]:
    """Return an average and what each territory adds to its error, shape (n_territories,).

    The cohorts' shares are estimated too: a territory more in a cohort moves the average towards
    that cohort's effect.
    """
    known = np.isfinite(effects.value)
    values = np.where(known, effects.value, 0)
    weights = target.weights(known, sizes)
    value = weights @ values
    shares = sizes / len(study.adoption)
    members = target.members
    total = weights @ members
    centre = (weights * values) @ members / np.where(total > 0, total, 1)
    if target.between_by_size:
        pull, cohort = total * (centre - value), [target.cohort[m][0] for m in members.T]
    else:
        pull, cohort = weights * (values - members @ centre), target.cohort
    slope = np.zeros(len(sizes))
    np.add.at(slope, cohort, pull)
    slope = slope / np.where(shares > 0, shares, 1)
    influence = effects.influence @ weights
    return value, influence + (slope[study.adoption] - slope @ shares) / len(study.adoption)


def _asymptotic(value, influence: np.ndarray, inference: str, rng, draws: int, level: float, scale):
    """Return half the interval's width and the p-value of each value."""
    se = np.sqrt((influence**2).sum(axis=0))
    if np.any(se <= 1e-10 * scale):
        _raise([interface_language()("error.staggered.no_variance")])
    if inference == "analytic":
        return norm.ppf((1 + level) / 2) * se, 2 * norm.sf(np.abs(value) / se)
    _check_rng(rng)
    drawn = np.concatenate(
        [
            _mammen(rng, (size, len(influence))) @ influence
            for size in _chunks(draws, len(influence))
        ]
    )
    # The interquartile range resists the draws' tails, as in the authors' own package.
    spread = np.subtract(*np.quantile(drawn, [0.75, 0.25], axis=0)) / 1.3489795003921634
    spread = np.where(spread > 0, spread, se)
    furthest = np.abs(drawn / spread).reshape(draws, -1).max(axis=1)
    critical = np.quantile(np.append(furthest, np.inf), level, method="inverted_cdf")
    count = 1 + np.sum(np.abs(drawn) >= np.abs(value) * (1 - _TIE), axis=0)
    return critical * spread, count / (draws + 1)


def _mammen(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Draw weights of mean 0, variance 1 and third moment 1 (Mammen 1993)."""
    root = np.sqrt(5)
    return np.where(rng.random(shape) < (root + 1) / (2 * root), (1 - root) / 2, (1 + root) / 2)


@dataclass(frozen=True, eq=False)
class _Placebo:
    """Averages under other assignments, and how far an effect of one would move them.

    The first row of both arrays, shape (n_assignments + 1, n_targets), is what happened.
    """

    statistic: np.ndarray
    overlap: np.ndarray
    added: int  # 1 where assignments were drawn: what happened counts among them.

    @property
    def total(self) -> int:
        return len(self.statistic) - 1 + self.added


def _exposure(study: Study, target: _Target) -> np.ndarray:
    """Return where an effect of one would lie, shape (n_territories, n_periods)."""
    since = np.arange(study.never) - study.adoption[:, None]
    lies = since == target.exposed_from if target.exposed_alone else since >= target.exposed_from
    return (lies & (study.adoption[:, None] < study.never)).astype(float)


def _general_placebos(
    study: Study, cells: Cells, targets: list[_Target], exposures, places, treated
) -> tuple[np.ndarray, np.ndarray]:
    """Do as `_linear_placebos` with gaps or covariates: every cell of every assignment anew.

    A doubly robust cell is linear in the changes, once who is treated is given: the exposures
    tell how far an effect moves it here too.
    """
    sizes = np.bincount(study.adoption, minlength=study.never + 1)
    adoptions = np.full((len(places), len(study.adoption)), study.never, dtype=np.int32)
    np.put_along_axis(adoptions, places, treated[None, :].astype(np.int32), axis=1)
    # Many targets share an exposure: every event time after adoption does.
    different, which = np.unique(np.stack(exposures), axis=0, return_inverse=True)
    values = np.stack([study.outcome, *different], axis=2)
    combined = _combine(targets, effects_under(study, cells, adoptions, values), sizes)
    return combined[:, :, 0], combined[:, np.arange(len(targets)), which.ravel() + 1]


def _linear_placebos(
    study: Study, cells: Cells, targets: list[_Target], exposures, places, treated
) -> tuple[np.ndarray, np.ndarray]:
    """Return the averages, and those of the exposures, of every assignment."""
    sizes = np.bincount(study.adoption, minlength=study.never + 1)
    weights = np.stack([t.weights(np.ones(len(t.cohort)), sizes) for t in targets])
    added = [contributions(study, cells, weights, study.outcome)]
    added += [
        contributions(study, cells, weights[[k]], exposure) for k, exposure in enumerate(exposures)
    ]
    table = np.concatenate(added)
    never = table[:, :, study.never]
    gain = table - never[:, :, None]
    sums = np.repeat(never.sum(axis=1)[:, None], len(places), axis=1)
    step = max(1, CHUNK // len(table))
    for start in range(0, len(places), step):
        part = slice(start, start + step)
        for column, cohort in enumerate(treated):
            sums[:, part] += gain[:, places[part, column], cohort]
    return sums[: len(targets)].T, sums[len(targets) :].T


def _test(test: _Placebo, k: int, level: float) -> tuple[float, float, float]:
    """Return the p-value of target `k` and the interval of the effects that are not rejected.

    Taking an effect away leaves |statistic - effect x overlap| for an assignment, |observed -
    effect| for what happened. An assignment that cannot be estimated, or whose overlap exceeds
    one, is counted against rejection throughout: the interval can only be too wide.
    """
    observed, statistic = test.statistic[0, k], test.statistic[1:, k]
    overlap = test.overlap[1:, k] / test.overlap[0, k]
    known = np.isfinite(statistic) & np.isfinite(overlap)
    statistic, overlap = np.where(known, statistic, np.inf), np.where(known, overlap, 1)
    rounding = 1e-12 * np.abs(statistic[known]).max(initial=0)
    extreme = np.abs(statistic) >= abs(observed) * (1 - _TIE) - rounding
    p = (extreme.sum() + test.added) / test.total
    always = ~known | (np.abs(overlap) >= 1 - _TIE)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = statistic - overlap * observed
        right = np.maximum(spread / (1 + overlap), -spread / (1 - overlap))
        left = np.maximum(spread / (1 - overlap), -spread / (1 + overlap))
    right, left = np.where(always, np.inf, right), np.where(always, np.inf, left)
    needed = int(np.floor((1 - level) * test.total + _TIE)) - test.added
    if needed < 0 or needed >= len(right):
        return p, -np.inf, np.inf
    low, high = (np.partition(side, -1 - needed)[-1 - needed] for side in (left, right))
    return p, observed - low, observed + high


def _placebo_covariance(test: _Placebo) -> np.ndarray:
    drawn = test.statistic[1:]
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    if len(drawn) < 2:
        _raise([interface_language()("error.staggered.no_placebo")])
    return np.atleast_2d(np.cov(drawn, rowvar=False))


def _count_assignments(n: int, sizes: np.ndarray) -> int:
    left = n - np.cumsum(sizes) + sizes
    return prod(comb(int(rest), int(size)) for rest, size in zip(left, sizes, strict=True))


def _all_assignments(n: int, sizes: np.ndarray) -> np.ndarray:
    """List which territories each cohort could have been, shape (n_assignments, n_treated)."""
    places = np.zeros((1, 0), dtype=np.int32)
    for size in sizes:
        free = np.ones((len(places), n), dtype=bool)
        np.put_along_axis(free, places, False, axis=1)
        rest = np.nonzero(free)[1].astype(np.int32).reshape(len(places), -1)
        chosen = np.array(list(combinations(range(rest.shape[1]), int(size))))
        drawn = rest[:, chosen].reshape(-1, size)
        places = np.column_stack([np.repeat(places, len(chosen), axis=0), drawn])
    return places


def _drawn_assignments(n: int, k: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    return np.concatenate(
        [np.argsort(rng.random((size, n)), axis=1)[:, :k] for size in _chunks(draws, n)]
    ).astype(np.int32)


def _chunks(draws: int, n: int) -> list[int]:
    step = max(1, CHUNK // n)
    return [min(step, draws - start) for start in range(0, draws, step)]


def _raise(faults: list[str]) -> None:
    if faults:
        say = interface_language()
        raise DesignError("\n".join([say("error.staggered"), *(f"- {text}" for text in faults)]))


def _check_rng(rng: np.random.Generator | None) -> None:
    if not isinstance(rng, np.random.Generator):
        _raise([interface_language()("error.staggered.rng")])


def _check_settings(panel, comparison, covariates, anticipation, trimming, base) -> None:
    say = interface_language()
    known = [
        ("comparison", comparison, ("never", "not_yet")),
        ("base", base, ("varying", "universal")),
    ]
    faults = [
        say("error.staggered.option", name=name, seen=seen, known=", ".join(options))
        for name, seen, options in known
        if seen not in options
    ]
    if not isinstance(anticipation, (int, np.integer)) or anticipation < 0:
        faults.append(say("error.staggered.anticipation", seen=anticipation))
    if not 0 < trimming <= 1:
        faults.append(say("error.staggered.trimming", seen=trimming))
    for name in covariates:
        if name not in panel:
            columns = ", ".join(map(str, panel.columns))
            faults.append(say("error.staggered.no_covariate", name=name, columns=columns))
        elif not _is_finite(panel[name]):
            faults.append(say("error.staggered.covariate", name=name))
    _raise(faults)


def _is_finite(column: pd.Series) -> bool:
    if not pd.api.types.is_numeric_dtype(column):
        return False
    return not np.isinf(column.to_numpy("float64", na_value=np.nan)).any()


def _check_study(study: Study, periods: np.ndarray) -> None:
    """Refuse a cohort without a base, and values whose squares would overflow."""
    early = [cohort for cohort in study.cohorts if cohort - 1 - study.anticipation < 0]
    say, faults = interface_language(), []
    if early:
        text = ", ".join(str(periods[cohort]) for cohort in early)
        faults.append(say("error.staggered.no_base", cohorts=text, anticipation=study.anticipation))
    largest = max(np.nanmax(np.abs(v), initial=0) for v in (study.outcome, study.covariates))
    if largest > _LARGEST:
        faults.append(say("error.staggered.overflow", seen=f"{largest:.0e}"))
    _raise(faults)


def _check_effects(cells: Cells, effects: Effects, periods: np.ndarray) -> None:
    """Refuse what covariates cannot identify, and an effect that is never seen."""
    say = interface_language()
    names = [
        f"{periods[g]} → {periods[t]}" for g, t in zip(cells.cohort, cells.period, strict=True)
    ]
    faults = []
    for kind in ("overlap", "collinear"):
        found = [name for name, fault in zip(names, effects.fault, strict=True) if fault == kind]
        if found:
            shown = ", ".join(found[:5]) + (", …" if len(found) > 5 else "")
            faults.append(say(f"error.staggered.{kind}", cells=shown))
    identified = np.array([not fault for fault in effects.fault], dtype=bool)
    if not faults and not (identified & (cells.event_time >= 0)).any():
        faults.append(say("error.staggered.no_cell"))
    _raise(faults)
