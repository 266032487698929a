"""Regressions on one series whose errors follow each other in time: four ways to allow for it.

The variance of a trend or of a break rests on how the errors follow each other, which a short
series says little about. "ar1" therefore averages over the autocorrelations the series allows
instead of settling on one; docs/methods/interrupted-series.md has what each way's intervals cover.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular, toeplitz
from scipy.special import stdtr, stdtrit

from toolkit.errors import DesignError
from toolkit.i18n import interface_language

# Autocorrelations "ar1" averages over.
_GRID = 60
# A residual this small beside the outcome is rounding, not noise.
_ROUNDING = 1e-9
_BISECTIONS = 40


@dataclass(frozen=True, eq=False)
class SeriesFit:
    """Coefficients, and what is known of them.

    Attributes
    ----------
    weights : ndarray, shape (n_fits,)
        Of the fits averaged, summing to 1; one fit but for "ar1".
    coefficients : ndarray, shape (n_fits, n_columns)
        In the outcome's unit over the column's.
    covariances : ndarray, shape (n_fits, n_columns, n_columns)
    freedom : float
        Of Student's distribution; infinite for the normal.
    innovations : ndarray, shape (n_points,)
        Residuals less what the ones before them foretell: they should not follow each other.
    n_parameters : int
        Of the errors' model, estimated.
    inference : {"ar1", "hac", "arma", "structural"}
    converged : bool
        Whether the search for the errors' parameters ended at an optimum.
    counterfactual : ndarray, shape (n_points, 2), optional
        Value and standard error, where columns and coefficients do not give it ("structural").
    """

    weights: np.ndarray
    coefficients: np.ndarray
    covariances: np.ndarray
    freedom: float
    innovations: np.ndarray
    n_parameters: int
    inference: str
    converged: bool = True
    counterfactual: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Contrasts:
    """Linear combinations of coefficients: value, interval, and p of the null of zero.

    Attributes
    ----------
    value, low, high, p : ndarray, shape (n_contrasts,)
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray


def contrasts(fit: SeriesFit, rows: np.ndarray, *, level: float) -> Contrasts:
    """Estimate linear combinations of the coefficients.

    Parameters
    ----------
    rows : ndarray, shape (n_contrasts, n_columns)
    level : float
        Of the equal-tailed interval.
    """
    means = fit.coefficients @ rows.T
    errors = np.sqrt(np.einsum("ij,mjk,ik->mi", rows, fit.covariances, rows))
    weights = fit.weights[:, None]

    def below(point: np.ndarray) -> np.ndarray:
        return (weights * stdtr(fit.freedom, (point - means) / errors)).sum(axis=0)

    def quantile(share: float) -> np.ndarray:
        ends = means + stdtrit(fit.freedom, share) * errors
        low, high = ends.min(axis=0), ends.max(axis=0)
        for _ in range(_BISECTIONS if len(means) > 1 else 0):
            middle = (low + high) / 2
            short = below(middle) < share
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return (low + high) / 2

    tail, at_zero = (1 - level) / 2, below(np.zeros(len(rows)))
    p = 2 * np.minimum(at_zero, 1 - at_zero)
    return Contrasts((weights * means).sum(axis=0), quantile(tail), quantile(1 - tail), p)


def fit_ar1(outcome: np.ndarray, columns: np.ndarray, ordinals: np.ndarray) -> SeriesFit:
    """Fit with first-order autoregressive errors, the autocorrelation averaged over.

    For each autocorrelation of a grid: generalised least squares, exact where periods are missing,
    and its restricted likelihood (Harville 1977), which weighs it. The grid is even in arcsin(rho),
    a prior of density 1 / sqrt(1 - rho²): it gives the strong autocorrelations, that a short series
    hides, the weight they need for the intervals to cover.

    Parameters
    ----------
    outcome : ndarray, shape (n_points,)
    columns : ndarray, shape (n_points, n_columns)
    ordinals : ndarray of int, shape (n_points,)
        Rising; a step above 1 is a gap.
    """
    rhos = np.sin(np.pi * ((np.arange(_GRID) + 0.5) / _GRID - 0.5))
    gaps, freedom = np.diff(ordinals), len(outcome) - columns.shape[1]
    fits, likelihoods = [], []
    for rho in rhos:
        # Of unit variance once whitened; the log-determinant is that of the correlations.
        spread = np.sqrt(1 - rho ** (2.0 * gaps))
        x, y = _whitened(columns, rho**gaps, spread), _whitened(outcome, rho**gaps, spread)
        fit = _least_squares(y, x)
        fits.append(fit)
        log_information = np.linalg.slogdet(x.T @ x)[1]
        likelihoods.append(
            -np.log(spread).sum() - log_information / 2 - freedom / 2 * np.log(fit[2] @ fit[2])
        )
    weights = np.exp(np.array(likelihoods) - max(likelihoods))
    coefficients, covariances, innovations = (np.stack(part) for part in zip(*fits, strict=True))
    return SeriesFit(
        weights / weights.sum(), coefficients, covariances, freedom,
        innovations[weights.argmax()], 1, "ar1",
    )  # fmt: skip


def fit_hac(outcome: np.ndarray, columns: np.ndarray, ordinals: np.ndarray) -> SeriesFit:
    """Fit by ordinary least squares with the errors of Newey and West (1987).

    Bartlett weights up to the lag floor(4 (n / 100)^(2/9)) (Newey and West 1994), the variance
    times n / (n - k), Student with n - k degrees of freedom.
    """
    coefficients, _, residuals = _least_squares(outcome, columns)
    n, k = columns.shape
    lags = newey_west_lags(n)
    scores = columns * residuals[:, None]
    middle = scores.T @ scores
    for lag in range(1, lags + 1):
        product = scores[lag:].T @ scores[:-lag]
        middle += (1 - lag / (lags + 1)) * (product + product.T)
    bread = np.linalg.inv(columns.T @ columns)
    covariance = bread @ middle @ bread * n / (n - k)
    return SeriesFit(
        np.ones(1), coefficients[None], covariance[None], n - k, residuals, 0, "hac"
    )  # fmt: skip


def newey_west_lags(n: int) -> int:
    """Return the number of lags for a series of n points: floor(4 (n / 100)^(2/9))."""
    return int(4 * (n / 100) ** (2 / 9))


def fit_arma(
    outcome: np.ndarray, columns: np.ndarray, ordinals: np.ndarray, order: tuple[int, int]
) -> SeriesFit:
    """Fit with ARMA errors: their parameters by maximum likelihood (statsmodels SARIMAX).

    Coefficients and covariance are those of generalised least squares with these parameters,
    Student with n - k degrees of freedom; that the parameters are estimated is not counted.
    """
    from statsmodels.tsa.arima_process import ArmaProcess
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    places = ordinals - ordinals[0]
    series = np.full(places[-1] + 1, np.nan)
    # The regression is taken out first, so that the likelihood is that of the errors.
    series[places] = _least_squares(outcome, columns)[2]
    scale = np.nanstd(series)
    regressors = np.zeros((len(series), columns.shape[1]))
    regressors[places] = np.linalg.qr(columns)[0]
    model = SARIMAX(series / scale, exog=regressors, order=(order[0], 0, order[1]))
    found, converged = fitted_quietly(model)
    process = ArmaProcess(np.r_[1, -found.arparams], np.r_[1, found.maparams])
    covariances = process.acovf(len(series))
    root = np.linalg.cholesky(toeplitz(covariances / covariances[0])[np.ix_(places, places)])
    white = solve_triangular(root, np.column_stack([columns, outcome]), lower=True)
    coefficients, covariance, innovations = _least_squares(white[:, -1], white[:, :-1])
    freedom = len(outcome) - columns.shape[1]
    return SeriesFit(
        np.ones(1), coefficients[None], covariance[None], freedom, innovations, sum(order),
        "arma", converged,
    )  # fmt: skip


def fitted_quietly(model):
    """Fit a state space model; return its results and whether the search ended at an optimum."""
    import warnings

    with warnings.catch_warnings():
        # What they say is in the result: starting values, and a search that did not converge.
        warnings.simplefilter("ignore")
        found = model.fit(disp=False, maxiter=500)
    return found, bool(found.mle_retvals["converged"])


def _whitened(values: np.ndarray, carried: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Take from each point what the one before it foretells, at unit variance."""
    if values.ndim == 2:
        carried, spread = carried[:, None], spread[:, None]
    return np.concatenate([values[:1], (values[1:] - carried * values[:-1]) / spread])


def _least_squares(outcome: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return coefficients, classical covariance and residuals."""
    information = np.linalg.inv(columns.T @ columns)
    coefficients = information @ (columns.T @ outcome)
    residuals = outcome - columns @ coefficients
    squares = residuals @ residuals
    if not squares > _ROUNDING**2 * (outcome @ outcome):
        raise DesignError(interface_language()("error.series.no_noise"))
    return coefficients, information * squares / (len(outcome) - columns.shape[1]), residuals
