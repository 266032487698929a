"""The event-study coefficients that the trend checks read: checked once, all faults at once."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from toolkit.errors import DesignError
from toolkit.i18n import interface_language

# Rounding of a covariance made by matrix products, as a share of its greatest entry.
_ROUNDING = 1e-8


def checked_coefficients(
    beta: ArrayLike | None, covariance: ArrayLike, *, n_pre: int, n_post: int | None = None
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Read coefficients and their covariance, and list what is wrong with them.

    Parameters
    ----------
    beta : array_like, shape (n_pre + n_post,), or None
        None where only the covariance matters.
    covariance : array_like, shape (n_pre + n_post, n_pre + n_post)
    n_pre, n_post : int
        `n_post` is None when whatever follows the pre-periods is a post-period.

    Returns
    -------
    beta, covariance : ndarray
        As floats, the covariance made exactly symmetric.
    faults : list of str
        Empty when all is well.
    """
    say = interface_language()
    try:
        matrix = np.array(covariance, dtype=float)
        vector = np.zeros(len(np.atleast_1d(matrix))) if beta is None else np.array(beta, float)
    except (TypeError, ValueError):
        return np.empty(0), np.empty((0, 0)), [say("error.trends.not_numeric")]
    faults = []
    if vector.ndim != 1 or matrix.shape != (len(vector), len(vector)):
        shapes = {"beta": vector.shape, "covariance": matrix.shape}
        faults.append(say("error.trends.shapes", **shapes))
    if n_pre < 1:
        faults.append(say("error.trends.no_pre_period", n=n_pre))
    size = vector.size
    if (size <= n_pre) if n_post is None else (size != n_pre + n_post):
        wanted = n_pre + 1 if n_post is None else n_pre + n_post
        faults.append(say("error.trends.periods", seen=size, pre=n_pre, wanted=wanted))
    if not (np.isfinite(vector).all() and np.isfinite(matrix).all()):
        faults.append(say("error.trends.not_finite"))
    elif matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]:
        faults += _covariance_faults(matrix)
        matrix = (matrix + matrix.T) / 2
    return np.atleast_1d(vector), matrix, faults


def _covariance_faults(matrix: np.ndarray) -> list[str]:
    say = interface_language()
    greatest = np.abs(matrix).max(initial=0)
    if np.abs(matrix - matrix.T).max(initial=0) > _ROUNDING * greatest:
        return [say("error.trends.not_symmetric")]
    least = np.linalg.eigvalsh(matrix).min(initial=0)
    if least < -_ROUNDING * greatest:
        return [say("error.trends.not_semidefinite", least=f"{least:.3g}")]
    if (np.diag(matrix) <= 0).any():
        return [say("error.trends.no_variance")]
    return []


def checked_weights(
    weights: ArrayLike | Literal["first", "average"], n_post: int
) -> tuple[np.ndarray, list[str]]:
    """Return the post-periods' weights in the effect, shape (n_post,), and what is wrong."""
    if isinstance(weights, str) and weights in ("first", "average"):
        return np.eye(n_post)[0] if weights == "first" else np.full(n_post, 1 / n_post), []
    say = interface_language()
    try:
        vector = np.array(weights, dtype=float)
    except (TypeError, ValueError):
        return np.zeros(n_post), [say("error.trends.weights", seen=weights, n=n_post)]
    sound = vector.shape == (n_post,) and np.isfinite(vector).all() and vector.any()
    return vector, [] if sound else [say("error.trends.weights", seen=weights, n=n_post)]


def refuse(faults: list[str]) -> None:
    """Raise one error that names every fault, if there is any."""
    if faults:
        title = interface_language()("error.trends")
        raise DesignError("\n".join([title, *(f"- {fault}" for fault in faults)]))
