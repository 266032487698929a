"""Least squares with fixed effects and errors that allow for clusters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm

from toolkit.designs.arguments import check_columns
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

_ROUNDS, _PRECISION = 10_000, 1e-12


@dataclass(frozen=True)
class Regression:
    """Coefficients of a regression, and their covariance.

    Attributes
    ----------
    names : tuple of str
        The regressors.
    coefficients : ndarray, shape (n_regressors,)
        In the outcome's unit over the regressor's.
    covariance : ndarray, shape (n_regressors, n_regressors)
    covariance_type : {"classical", "crv1", "crv3"}
    n : int
        Rows used.
    n_clusters : int
        0 for classical errors.
    """

    names: tuple[str, ...]
    coefficients: np.ndarray
    covariance: np.ndarray
    covariance_type: str
    n: int
    n_clusters: int

    def __getitem__(self, name: str) -> tuple[float, float]:
        """Return a coefficient and its standard error."""
        at = self.names.index(name)
        return float(self.coefficients[at]), float(np.sqrt(self.covariance[at, at]))


def regression(
    frame: pd.DataFrame,
    *,
    outcome: str,
    regressors: Sequence[str],
    effects: Sequence[str] = (),
    cluster: str | None = None,
    covariance_type: str = "crv1",
) -> Regression:
    """Regress an outcome on regressors and fixed effects by ordinary least squares.

    Rows with a missing value are left out. Fixed effects are swept out by alternating projections
    (Frisch, Waugh and Lovell), then statsmodels fits; without effects there is a constant.

    Parameters
    ----------
    outcome : str
    regressors : sequence of str
        Numeric columns.
    effects : sequence of str
        Columns whose every value has an effect of its own: a territory, a period.
    cluster : str, optional
        Column of the clusters; without it errors are classical.
    covariance_type : {"crv1", "crv3"}
        With clusters: Liang and Zeger (1986) with the (G/(G-1))((N-1)/(N-K)) correction, K
        counting every effect, as statsmodels does with dummies; or the cluster jackknife (Bell and
        McCaffrey 2002; MacKinnon, Nielsen and Webb 2023), slower and safer with few clusters.

    Raises
    ------
    DesignError
        A column is missing or infinite, there are fewer rows than coefficients, or a regressor
        is a combination of the others and the effects.
    """
    say = interface_language()
    columns = [outcome, *regressors, *effects, *([cluster] if cluster else [])]
    check_columns(frame, columns)
    used = frame[list(dict.fromkeys(columns))].dropna()
    numbers = used[[outcome, *regressors]].to_numpy(dtype="float64")
    if not np.isfinite(numbers).all():
        rows = used.index[~np.isfinite(numbers).all(axis=1)]
        raise DesignError(say("error.panel.infinite", rows=", ".join(map(str, rows[:5]))))
    if used.empty:
        raise DesignError(say("error.regression.rows", n=0, k=len(regressors)))
    codes = [pd.factorize(used[name])[0] for name in effects]
    absorbed = sum(code.max() + 1 for code in codes) - max(len(codes) - 1, 0) if codes else 1
    if len(used) <= absorbed + len(regressors):
        raise DesignError(say("error.regression.rows", n=len(used), k=absorbed + len(regressors)))
    swept = sweep(numbers, codes) if codes else numbers - numbers.mean(axis=0)
    scale = numbers[:, 1:].std(axis=0)
    free = np.linalg.norm(swept[:, 1:], axis=0) > 1e-8 * np.sqrt(len(used)) * np.maximum(
        scale, 1e-300
    )
    if not free.all() or np.linalg.matrix_rank(swept[:, 1:]) < len(regressors):
        names = [n for n, ok in zip(regressors, free, strict=True) if not ok] or list(regressors)
        raise DesignError(say("error.regression.collinear", names=", ".join(names)))
    fit = sm.OLS(swept[:, 0], swept[:, 1:]).fit()
    n, k = len(used), len(regressors)
    if cluster is None:
        covariance = fit.normalized_cov_params * fit.ssr / (n - k - absorbed)
        return Regression(tuple(regressors), fit.params, covariance, "classical", n, 0)
    groups = pd.factorize(used[cluster])[0]
    make = {"crv1": _crv1, "crv3": _crv3}[covariance_type]
    covariance = make(swept, fit, groups, k + absorbed)
    clusters = int(groups.max() + 1)
    return Regression(tuple(regressors), fit.params, covariance, covariance_type, n, clusters)


def sweep(numbers: np.ndarray, codes: list[np.ndarray]) -> np.ndarray:
    """Take the means of every effect out, in turn, until nothing moves."""
    swept = numbers - numbers.mean(axis=0)
    size = np.abs(swept).max(axis=0)
    counts = [np.bincount(code) for code in codes]
    for _ in range(_ROUNDS):
        before = swept
        for code, count in zip(codes, counts, strict=True):
            sums = np.column_stack([np.bincount(code, weights=column) for column in swept.T])
            swept = swept - (sums / count[:, None])[code]
        if len(codes) == 1 or (np.abs(swept - before).max(axis=0) <= _PRECISION * size).all():
            return swept
    raise DesignError(interface_language()("error.regression.no_convergence", rounds=_ROUNDS))


def _crv1(swept: np.ndarray, fit, groups: np.ndarray, k: int) -> np.ndarray:
    scores = swept[:, 1:] * fit.resid[:, None]
    sums = np.column_stack([np.bincount(groups, weights=column) for column in scores.T])
    n, g = len(groups), groups.max() + 1
    correction = g / (g - 1) * (n - 1) / (n - k)
    bread = fit.normalized_cov_params
    return correction * bread @ (sums.T @ sums) @ bread


def _crv3(swept: np.ndarray, fit, groups: np.ndarray, k: int) -> np.ndarray:
    """Jackknife the clusters: fit without each in turn, from sums by cluster."""
    x, y = swept[:, 1:], swept[:, 0]
    k, g = x.shape[1], groups.max() + 1
    products = (x[:, :, None] * swept[:, None, :]).reshape(len(x), -1)
    own = np.column_stack([np.bincount(groups, weights=column) for column in products.T])
    own = own.reshape(g, k, k + 1)
    without = np.column_stack([x.T @ y, x.T @ x]) - own
    lost = np.flatnonzero(np.linalg.matrix_rank(without[:, :, 1:]) < k)
    if len(lost):
        raise DesignError(interface_language()("error.regression.crv3", cluster=lost[0]))
    moved = np.linalg.solve(without[:, :, 1:], without[:, :, :1])[:, :, 0] - fit.params
    return (g - 1) / g * moved.T @ moved
