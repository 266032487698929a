"""A staggered adoption under other assignments: the adoptions dealt out to other territories."""

from dataclasses import dataclass

import numpy as np

from toolkit.designs.aggregation import Target, combine
from toolkit.designs.assignments import (
    MOST_EXACT,
    all_adoptions,
    count_adoptions,
    drawn_assignments,
)
from toolkit.designs.group_time import CHUNK, Cells, Study, contributions, effects_under
from toolkit.designs.inversion import invert
from toolkit.designs.staggered_input import check_rng, refuse
from toolkit.i18n import interface_language

# Cells x territories x assignments that take about a second where no shortcut applies.
_MOST_WORK = 5e7


@dataclass(frozen=True, eq=False)
class Placebo:
    """Averages under other assignments, and how far an effect of one would move them.

    The first row of both arrays, shape (n_assignments + 1, n_targets), is what happened.
    """

    statistic: np.ndarray
    overlap: np.ndarray
    added: int  # 1 where assignments were drawn: what happened counts among them.
    least: float = 0.0  # No p below it, however many draws.

    @property
    def smallest_p(self) -> float:
        """The smallest p this test can attain."""
        return max(1 / (len(self.statistic) - 1 + self.added), self.least)

    def test(self, k: int, level: float) -> tuple[float, float, float]:
        """Return the p-value of target `k` and the interval of the effects not rejected."""
        overlap = self.overlap[1:, k] / self.overlap[0, k]
        p, low, high = invert(
            self.statistic[0, k], self.statistic[1:, k], overlap, level=level, added=self.added
        )
        return max(p, self.smallest_p), low, high

    def covariance(self) -> np.ndarray:
        """Return the covariance of the targets over assignments that can be estimated."""
        drawn = self.statistic[1:]
        drawn = drawn[np.isfinite(drawn).all(axis=1)]
        if len(drawn) < 2:
            refuse([interface_language()("error.staggered.no_placebo")])
        return np.atleast_2d(np.cov(drawn, rowvar=False))


def placebos(
    study: Study,
    cells: Cells,
    targets: list[Target],
    *,
    rng: np.random.Generator | None,
    draws: int,
) -> Placebo:
    """Average the cells under other assignments of the same adoptions.

    All of them are listed where they are at most a million and quickly worked through. Clusters
    that adopt as a whole are dealt out whole, as many to each cohort; where they differ in size,
    so do the cohorts, and the averages by size of cohort are weighed anew.
    """
    unit_adoption = study.unit_adoption
    n = len(unit_adoption)
    sizes = np.bincount(unit_adoption, minlength=study.never + 1)[study.cohorts]
    simple = study.is_linear and np.ptp(np.bincount(study.units)) == 0
    work = 1 if simple else len(study.adoption) * len(cells.cohort)
    exact = count_adoptions(n, sizes) <= min(MOST_EXACT, _MOST_WORK / work)
    if exact:
        places = all_adoptions(n, sizes)
    else:
        check_rng(rng)
        places = drawn_assignments(n, int(sizes.sum()), draws, rng)
    happened = np.argsort(unit_adoption, kind="stable")[: int(sizes.sum())]
    places = np.concatenate([happened[None], places])
    treated = np.repeat(study.cohorts, sizes)
    exposures = [exposure(study, target) for target in targets]
    of_all = _linear_placebos if simple else _general_placebos
    return Placebo(*of_all(study, cells, targets, exposures, places, treated), int(not exact))


def exposure(study: Study, target: Target) -> np.ndarray:
    """Return where an effect of one would lie, shape (n_territories, n_periods)."""
    since = np.arange(study.never) - study.adoption[:, None]
    lies = since == target.exposed_from if target.exposed_alone else since >= target.exposed_from
    return (lies & (study.adoption[:, None] < study.never)).astype(float)


def _general_placebos(
    study: Study, cells: Cells, targets: list[Target], exposures, places, treated
) -> tuple[np.ndarray, np.ndarray]:
    """Do as `_linear_placebos` with gaps or covariates: every cell of every assignment anew.

    A doubly robust cell is linear in the changes, once who is treated is given: the exposures
    tell how far an effect moves it here too.
    """
    members = np.bincount(study.units)
    of_units = np.full((len(places), len(members)), study.never, dtype=np.int32)
    np.put_along_axis(of_units, places, treated[None, :].astype(np.int32), axis=1)
    if np.ptp(members) > 0:
        sizes = np.stack([(of_units == a) @ members for a in range(study.never + 1)], axis=1)
    else:
        sizes = np.bincount(study.adoption, minlength=study.never + 1)
    adoptions = of_units if study.clusters is None else of_units[:, study.clusters]
    # Many targets share an exposure: every event time after adoption does.
    different, which = np.unique(np.stack(exposures), axis=0, return_inverse=True)
    values = np.stack([study.outcome, *different], axis=2)
    combined = combine(targets, effects_under(study, cells, adoptions, values), sizes)
    return combined[:, :, 0], combined[:, np.arange(len(targets)), which.ravel() + 1]


def _linear_placebos(
    study: Study, cells: Cells, targets: list[Target], exposures, places, treated
) -> tuple[np.ndarray, np.ndarray]:
    """Return the averages, and those of the exposures, of every assignment."""
    sizes = np.bincount(study.adoption, minlength=study.never + 1)
    weights = np.stack([t.weights(np.ones(len(t.cohort)), sizes) for t in targets])
    added = [contributions(study, cells, weights, study.outcome)]
    added += [contributions(study, cells, weights[[k]], lies) for k, lies in enumerate(exposures)]
    table = np.concatenate(added)
    if study.clusters is not None:
        whole = np.zeros((len(table), study.clusters.max() + 1, table.shape[2]))
        np.add.at(whole, (slice(None), study.clusters), table)
        table = whole
    never = table[:, :, study.never]
    gain = table - never[:, :, None]
    sums = np.repeat(never.sum(axis=1)[:, None], len(places), axis=1)
    step = max(1, CHUNK // len(table))
    for start in range(0, len(places), step):
        part = slice(start, start + step)
        for column, cohort in enumerate(treated):
            sums[:, part] += gain[:, places[part, column], cohort]
    return sums[: len(targets)].T, sums[len(targets) :].T
