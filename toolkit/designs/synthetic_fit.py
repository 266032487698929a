"""Weights of a synthetic control: on the outcome's own past, or on predictors of it.

On outcomes alone the weights are those of the donors whose past is nearest. With predictors the
weights depend on how much each predictor counts (V), and V is chosen for the past outcomes it
reproduces best. That loss has many local minima, and one descent often stops far above the lowest
(Becker and Kloessner, Econometrics and Statistics 2018): two independent searches each try out
many candidates, improve the best by gradient, then shake and improve what they found.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from toolkit.designs.descent import descend
from toolkit.designs.simplex import nearest_mix, simplex_weights

Search = Literal["global", "local"]
SEARCHES = get_args(Search)
_SEARCHES, _SCREENED, _STARTS, _SURVIVORS = 2, 800, 6, 2
_ROUNDS, _SHAKEN = 5, 60
# A search agrees with the best where its loss is within this share of it.
_SAME = 0.01
# Candidates whose losses differ by less than this share are taken to lie in one basin.
_ONE_BASIN = 1e-3
# Predictors this near, beside the largest difference, are matched; outcomes then decide, with this
# weight beside theirs.
_EXACT, _TIE_BREAK = 1e-9, 1e-5
_LONGEST = 6.0  # most that one step of a descent adds to such a logarithm
_LEAST = -18.0  # logarithm of the least share a predictor is given, the largest being 1


@dataclass(frozen=True, eq=False)
class Fit:
    """Weights of the donors for one treated territory.

    Attributes
    ----------
    weights : ndarray, shape (n_donors,)
    predictor_weights : ndarray, shape (n_predictors,)
        They sum to one; empty on outcomes alone.
    loss : float
        Mean squared gap over the periods that are fitted, in the outcome's unit squared.
    agreeing, searches : int
        Independent searches that reached the best loss within 1 %, of all; 1 of 1 on outcomes
        alone, whose optimum is exact, and for a local search, which knows of no other.
    """

    weights: np.ndarray
    predictor_weights: np.ndarray
    loss: float
    agreeing: int = 1
    searches: int = 1


def fit_outcomes(donors: np.ndarray, treated: np.ndarray) -> Fit:
    """Fit past outcomes: donors of shape (n_periods, n_donors), treated of shape (n_periods,)."""
    weights = simplex_weights(donors, treated)
    return Fit(weights, np.empty(0), float(np.mean((treated - donors @ weights) ** 2)))


def fit_predictors(
    donors: np.ndarray,
    treated: np.ndarray,
    donor_predictors: np.ndarray,
    treated_predictors: np.ndarray,
    *,
    rng: np.random.Generator,
    search: Search = "global",
) -> Fit:
    """Fit predictors, weighed so that past outcomes are best reproduced.

    Parameters
    ----------
    donors, treated : ndarray, shapes (n_periods, n_donors) and (n_periods,)
        Past outcomes, which choose V.
    donor_predictors, treated_predictors : ndarray, shapes (n_predictors, n_donors), (n_predictors,)
        In any unit: each is divided by its spread over territories.
        Where they can all be matched exactly V decides nothing: of the weights that do, those
        nearest to the past outcomes are taken, and predictors count alike.
    rng : Generator
        Draws the candidates of a global search; the same seed gives the same fit.
    search : {"global", "local"}
        "local" descends once, from equal weights of the predictors.
    """
    both = np.column_stack([donor_predictors, treated_predictors])
    spread = both.std(axis=1, ddof=1)
    spread = np.where(spread > 0, spread, 1.0)
    differences = (donor_predictors - treated_predictors[:, None]) / spread[:, None]
    problem = _Nested(differences, donors - treated[:, None])
    equal = np.zeros(len(differences))
    matched = problem.matched()
    if matched is not None:
        gaps = problem.outcomes @ matched
        return Fit(matched, np.full(len(equal), 1 / len(equal)), float(np.mean(gaps**2)))
    if search == "local" or len(equal) == 1:
        found = [problem.descend(equal)]
    else:
        found = [_searched(problem, equal, rng) for _ in range(_SEARCHES)]
    loss, at = min(found, key=lambda pair: pair[0])
    agreeing = sum(one <= loss * (1 + _SAME) for one, _ in found)
    shares = np.exp(at)
    return Fit(problem.weights(at), shares / shares.sum(), loss, int(agreeing), len(found))


@dataclass(frozen=True, eq=False)
class _Nested:
    """The loss as a function of the logarithms of the predictors' weights, the largest zero.

    Attributes
    ----------
    predictors, outcomes : ndarray, shapes (n_predictors, n_donors), (n_periods, n_donors)
        Donors less the treated.
    """

    predictors: np.ndarray
    outcomes: np.ndarray

    def weights(self, logs: np.ndarray) -> np.ndarray:
        return nearest_mix(self.predictors * np.exp(logs / 2)[:, None])

    def matched(self) -> np.ndarray | None:
        """Return the weights that match every predictor exactly and follow the outcome best.

        None where no weights match them all. Where some do, so do many, under any V.
        """
        size = np.abs(self.predictors).max()
        nearest = self.predictors @ self.weights(np.zeros(len(self.predictors)))
        if np.abs(nearest).max() > _EXACT * size:
            return None
        heavy = self.predictors * (np.abs(self.outcomes).max() / size / _TIE_BREAK)
        return nearest_mix(np.concatenate([heavy, self.outcomes]))

    def loss(self, logs: np.ndarray) -> float:
        gaps = self.outcomes @ self.weights(logs)
        return float(gaps @ gaps) / len(gaps)

    def loss_and_slope(self, logs: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the loss and its gradient.

        The donors in use solve a linear system in V (their first-order conditions), which is
        differentiated by its adjoint; the slope is exact where no donor enters or leaves.
        """
        weights, shares = self.weights(logs), np.exp(logs)
        used = weights.nonzero()[0]
        gaps, n = self.outcomes @ weights, len(used)
        predictors = self.predictors[:, used]
        system, right = np.ones((n + 1, n + 1)), np.zeros(n + 1)
        system[:n, :n] = predictors.T @ (shares[:, None] * predictors)
        system[n, n] = 0
        right[:n] = 2 / len(gaps) * (self.outcomes[:, used].T @ gaps)
        try:
            adjoint = np.linalg.solve(system, right)[:n]
        except np.linalg.LinAlgError:
            adjoint = np.linalg.lstsq(system, right, rcond=None)[0][:n]
        slope = -(predictors @ adjoint) * (predictors @ weights[used]) * shares
        return float(gaps @ gaps) / len(gaps), slope

    def descend(self, logs: np.ndarray) -> tuple[float, np.ndarray]:
        """Return a local minimum, and where it is."""
        _, at = descend(self.loss_and_slope, logs, low=_LEAST, high=0.0, longest=_LONGEST)
        at = np.maximum(at - at.max(), _LEAST)
        return self.loss(at), at


def _searched(
    problem: _Nested, equal: np.ndarray, rng: np.random.Generator
) -> tuple[float, np.ndarray]:
    """Screen candidates, descend from equal weights and from the best, shake the survivors."""
    firsts = [equal, *_best_apart(problem, _candidates(len(equal), rng))]
    pool = sorted((problem.descend(first) for first in firsts), key=lambda pair: pair[0])
    pool = pool[:_SURVIVORS]
    for _ in range(_ROUNDS):
        pool = [min(one, _shaken(problem, one[1], rng), key=lambda pair: pair[0]) for one in pool]
    return min(pool, key=lambda pair: pair[0])


def _candidates(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw candidates: in a third one predictor far above the others, in the rest some far below.

    The lowest minima often lie where one predictor is matched first and the others decide between
    what is left; even draws would seldom fall there.
    """
    low = rng.uniform(-14, 0, (_SCREENED, n))
    rare = rng.random((_SCREENED, n)) < rng.random((_SCREENED, 1))
    drawn = np.where(rare, low, rng.uniform(-3, 0, (_SCREENED, n)))
    third = np.arange(_SCREENED // 3)
    drawn[third] = low[third] / 1.6 - 4
    drawn[third, rng.integers(0, n, len(third))] = 0
    return drawn - drawn.max(axis=1, keepdims=True)


def _best_apart(problem: _Nested, candidates: np.ndarray) -> list[np.ndarray]:
    """Return the best candidates, one a basin as far as their losses tell."""
    losses = np.array([problem.loss(candidate) for candidate in candidates])
    kept: list[int] = []
    for index in np.argsort(losses, kind="stable"):
        apart = np.abs(losses[kept] - losses[index]) > _ONE_BASIN * losses[index]
        if apart.all():
            kept.append(int(index))
        if len(kept) == _STARTS - 1:
            break
    return [candidates[index] for index in kept]


def _shaken(problem: _Nested, at: np.ndarray, rng: np.random.Generator) -> tuple[float, np.ndarray]:
    """Move at random, a little and a lot, and descend from the best move."""
    shape = (_SHAKEN, len(at))
    step = 10 ** rng.uniform(-0.7, 0.7, (_SHAKEN, 1)) * rng.normal(size=shape)
    moved = rng.random(shape) < rng.uniform(0.1, 0.9, (_SHAKEN, 1))
    near = at + step * moved
    near = np.maximum(near - near.max(axis=1, keepdims=True), _LEAST)
    return problem.descend(near[int(np.argmin([problem.loss(one) for one in near]))])
