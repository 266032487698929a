"""The restricted wild cluster bootstrap, for a regression with enough treated clusters.

Bootstrap outcomes are the fit under the null plus each cluster's residuals times one random weight,
so that whatever dependence a cluster holds is kept. A t statistic is compared with those of the
bootstrap outcomes (Cameron, Gelbach and Miller 2008). With few treated clusters it rejects a true
null far too seldom (MacKinnon and Webb 2017): it is refused there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from toolkit.designs.regression import sweep
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

# Fewer treated clusters than this are refused.
FEWEST_TREATED = 5
# Below this many clusters two signs make too few distinct draws (Webb 2023).
FEWEST_SIGNS = 12
_WEBB = np.sqrt([1.5, 1.0, 0.5]).repeat(2) * np.tile([-1.0, 1.0], 3)
# Two statistics that differ by less than rounding are equal.
_TIE = 1e-9
# A million standard errors away, an end counts as none.
_DOUBLINGS, _HALVINGS = 20, 60
# Vectors of weights worked through at once.
_CHUNK = 1_000


@dataclass(frozen=True)
class WildBootstrap:
    """The outcome of a wild cluster bootstrap of one coefficient.

    Attributes
    ----------
    value : float
        The coefficient, in the outcome's unit over the regressor's.
    p : float
        Of the null that it is zero: the share of weight vectors whose absolute t is at least the
        observed one; with draws, (1 + count) / (1 + draws).
    smallest_p : float
        The smallest p these numbers allow.
    low, high : float
        Interval of the values that the test does not reject at `level`; infinite where it never
        rejects.
    weights : {"rademacher", "webb"}
    exact : bool
        Whether all vectors of signs were listed.
    n_vectors : int
        Listed or drawn.
    n_clusters, n_treated : int
        Clusters; those that are treated.
    """

    value: float
    p: float
    smallest_p: float
    low: float
    high: float
    level: float
    weights: str
    exact: bool
    n_vectors: int
    n_clusters: int
    n_treated: int


@dataclass(frozen=True)
class _Statistics:
    """What a test of any null needs, of the outcome less null times the regressor.

    A null enters the numerator of t linearly and its squared denominator quadratically, so that
    one pass over the vectors of weights serves every null. Nulls count from the value: there the
    observed t is its own draw without rounding.
    """

    value: float
    inner: float
    denominator: float
    numerators: np.ndarray
    squares: np.ndarray
    added: int

    def p(self, null: float) -> float:
        """Return the p of a null; ties and undefined t count against rejection."""
        away = null - self.value
        numerators = np.abs(self.numerators @ [1, -away])
        denominators = np.sqrt(np.maximum(self.squares @ [1, -2 * away, away**2], 0))
        # The constants of CRV1 are the same on both sides, and left out of both.
        observed = abs(away) * self.inner * denominators * (1 - _TIE)
        count = np.sum(numerators * self.denominator >= observed) + self.added
        return float(count / (len(numerators) + self.added))


def wild_cluster_bootstrap(
    outcome: np.ndarray,
    regressor: np.ndarray,
    clusters: np.ndarray,
    *,
    treated: np.ndarray,
    rng: np.random.Generator,
    controls: np.ndarray | None = None,
    effects: Sequence[np.ndarray] = (),
    weights: Literal["auto", "rademacher", "webb"] = "auto",
    draws: int = 9_999,
    level: float = 0.95,
) -> WildBootstrap:
    """Test that one coefficient is zero, and find the values that are compatible.

    Parameters
    ----------
    outcome, regressor : ndarray, shape (n_rows,)
        With effects swept out or not: the answer is the same, if `effects` names them.
    clusters : ndarray, shape (n_rows,)
        Label of each row's cluster, the territory at which treatment was assigned.
    treated : ndarray of bool, shape (n_rows,)
        Whether the row's cluster is ever treated.
    rng : Generator
        Draws the weights, where they are not listed.
    controls : ndarray, shape (n_rows, n_controls), optional
        Other regressors; a constant is always taken out.
    effects : sequence of ndarray, each of shape (n_rows,)
        Labels of the fixed effects. They are needed even where they are swept out: bootstrap
        outcomes have period means of their own.
    weights : {"auto", "rademacher", "webb"}
        "auto" is Webb's six points with fewer than twelve clusters, else signs. All vectors of
        signs are listed where they are no more than `draws`.

    Returns
    -------
    WildBootstrap
        By bootstrap-t with CRV1 errors, the null imposed; the interval by test inversion, its ends
        the first that bisection meets on either side. Takes 8 n_clusters (n_rows + draws) bytes a
        few times over.

    Raises
    ------
    DesignError
        Fewer than five treated clusters; a value that is no finite number; the regressor follows
        from the rest; no noise; `draws` or `level` out of range.

    References
    ----------
    Cameron, Gelbach and Miller, Review of Economics and Statistics 2008; Webb, Canadian Journal of
    Economics 2023; Roodman, MacKinnon, Nielsen and Webb, Stata Journal 2019 (fast computation).

    Examples
    --------
    See `difference_in_differences`.
    """
    labels, groups = np.unique(clusters, return_inverse=True)
    others = np.empty((len(outcome), 0)) if controls is None else np.asarray(controls, "float64")
    numbers = np.column_stack([outcome, regressor, others]).astype("float64")
    n_treated = len(np.unique(groups[np.asarray(treated, bool)]))
    _check_arguments(numbers, n_treated, draws, level)
    signs = weights == "rademacher" or (weights == "auto" and len(labels) >= FEWEST_SIGNS)
    exact = signs and len(labels) <= np.log2(draws)
    vectors = _all_signs(len(labels)) if exact else _drawn(len(labels), draws, signs, rng)
    codes = [np.unique(effect, return_inverse=True)[1] for effect in effects]
    found = _statistics(numbers, codes, groups, vectors, added=0 if exact else 1)
    error = found.denominator / found.inner
    return WildBootstrap(
        value=found.value,
        p=found.p(0.0),
        # A vector and its opposite have the same |t|: two vectors attain the observed one.
        smallest_p=2 / len(vectors) if exact else 1 / (draws + 1),
        low=_end(found, -error, 1 - level),
        high=_end(found, error, 1 - level),
        level=level,
        weights="rademacher" if signs else "webb",
        exact=exact,
        n_vectors=len(vectors),
        n_clusters=len(labels),
        n_treated=n_treated,
    )


def _check_arguments(numbers: np.ndarray, n_treated: int, draws: int, level: float) -> None:
    say = interface_language()
    if not np.isfinite(numbers).all():
        rows = np.flatnonzero(~np.isfinite(numbers).all(axis=1))[:5]
        raise DesignError(say("error.wild.not_finite", rows=", ".join(map(str, rows))))
    if n_treated < FEWEST_TREATED:
        raise DesignError(say("error.wild.few_treated", n=n_treated, needed=FEWEST_TREATED))
    if draws < 1:
        raise DesignError(say("error.power.count", name="draws", seen=draws))
    if not 0 < level < 1:
        raise DesignError(say("error.power.share", name="level", seen=level))


def _all_signs(n: int) -> np.ndarray:
    return 1.0 - 2.0 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)


def _drawn(n: int, draws: int, signs: bool, rng: np.random.Generator) -> np.ndarray:
    return rng.choice(np.array([-1.0, 1.0]) if signs else _WEBB, (draws, n))


def _statistics(
    numbers: np.ndarray,
    codes: list[np.ndarray],
    groups: np.ndarray,
    vectors: np.ndarray,
    *,
    added: int,
) -> _Statistics:
    """Compute t's parts for every vector of weights (Roodman et al. 2019, in clusters' sums)."""
    say = interface_language()
    swept = _swept(numbers, codes)
    basis = np.linalg.qr(swept[:, 2:])[0]
    y, x = (swept[:, :2] - basis @ (basis.T @ swept[:, :2])).T
    size = np.linalg.norm(numbers[:, :2] - numbers[:, :2].mean(axis=0), axis=0)
    if np.linalg.norm(x) <= 1e-8 * size[1]:
        raise DesignError(say("error.regression.collinear", names="regressor"))
    inner = float(x @ x)
    value = float(x @ y) / inner
    left = y - value * x
    if np.linalg.norm(left) <= 1e-10 * size[0]:
        raise DesignError(say("error.wild.no_noise"))
    n_clusters = int(groups.max() + 1)
    own = np.zeros((len(x), n_clusters))
    own[np.arange(len(x)), groups] = 1

    def scores(residuals: np.ndarray) -> np.ndarray:
        """Return each cluster's score when only one other's residuals are kept: (of, kept)."""
        kept = _swept(own * residuals[:, None], codes)
        kept = kept - basis @ (basis.T @ kept)
        kept -= np.outer(x, x @ kept) / inner
        return own.T @ (x[:, None] * kept)

    of_residuals = [scores(left).T, scores(x).T]

    def squares(some: np.ndarray) -> np.ndarray:
        a, b = (some @ each for each in of_residuals)
        return np.column_stack([(a * a).sum(axis=1), (a * b).sum(axis=1), (b * b).sum(axis=1)])

    chunks = range(0, len(vectors), _CHUNK)
    return _Statistics(
        value=value,
        inner=inner,
        denominator=float(np.linalg.norm(own.T @ (x * left))),
        numerators=vectors @ (own.T @ np.column_stack([x * left, x * x])),
        squares=np.concatenate([squares(vectors[at : at + _CHUNK]) for at in chunks]),
        added=added,
    )


def _swept(numbers: np.ndarray, codes: list[np.ndarray]) -> np.ndarray:
    return sweep(numbers, codes) if codes else numbers - numbers.mean(axis=0)


def _end(found: _Statistics, step: float, alpha: float) -> float:
    """Return where, going from the value by steps that double, the null begins to be rejected."""
    inside = found.value
    for _ in range(_DOUBLINGS):
        outside = found.value + step
        if found.p(outside) <= alpha:
            break
        inside, step = outside, 2 * step
    else:
        return float(np.copysign(np.inf, step))
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if found.p(middle) <= alpha:
            outside = middle
        else:
            inside = middle
    return float(inside)
