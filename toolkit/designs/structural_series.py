"""A series as a level that wanders, a season and breaks (Harvey 1989): statsmodels' state space."""

import numpy as np

from toolkit.designs.series_fit import SeriesFit, fitted_quietly

_SPENT = 1e-9


def fit_structural(
    outcome: np.ndarray,
    columns: np.ndarray,
    ordinals: np.ndarray,
    *,
    interventions: list[int],
    season: int,
) -> SeriesFit:
    """Fit a local level, a fixed season and regressors by `UnobservedComponents`.

    The level takes the place of the intercept. Coefficients are states with an exact diffuse start,
    so that their covariance counts all that is estimated but the variances of the noise and of the
    level's steps, which are of maximum (diffuse) likelihood. Missing periods are allowed.

    Parameters
    ----------
    outcome : ndarray, shape (n_points,)
    columns : ndarray, shape (n_points, n_columns)
        Neither an intercept nor a season.
    ordinals : ndarray of int, shape (n_points,)
    interventions : list of int
        Columns that the counterfactual is without.
    season : int
        Periods a cycle, 0 for none.

    Returns
    -------
    SeriesFit
        Student with as many degrees of freedom as points less coefficients; `counterfactual` is
        the smoothed level, season and other columns.
    """
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    places = ordinals - ordinals[0]
    n, k = places[-1] + 1, columns.shape[1]
    scale = outcome.std()
    series, regressors = np.full(n, np.nan), np.zeros((n, k))
    series[places], regressors[places] = outcome / scale, columns
    model = UnobservedComponents(
        series, "llevel", exog=regressors, mle_regression=False, use_exact_diffuse=True,
        seasonal=season or None, stochastic_seasonal=False,
    )  # fmt: skip
    found, converged = fitted_quietly(model)
    states, variances = found.smoothed_state, found.smoothed_state_cov
    # What each state adds to the outcome: level and current season one each, then the regressors.
    loadings = np.zeros((len(places), len(states)))
    loadings[:, 0] = 1
    if season:
        loadings[:, 1] = 1
    loadings[:, -k:] = columns
    loadings[:, [len(states) - k + at for at in interventions]] = 0
    value = np.einsum("ti,it->t", loadings, states[:, places])
    # Zero, but for rounding, where the noise is: the level then goes through every point.
    spread = np.einsum("ti,ijt,tj->t", loadings, variances[:, :, places], loadings)
    error = np.sqrt(np.maximum(spread, 0))
    filtered = found.filter_results
    # A point that a coefficient's diffuse start is spent on foretells nothing of itself.
    foretold = ~(np.abs(filtered.forecasts_error_diffuse_cov[0, 0]) > _SPENT)
    innovations = filtered.standardized_forecasts_error[0, foretold]
    freedom = len(outcome) - k - max(season, 1)
    return SeriesFit(
        np.ones(1), scale * states[None, -k:, -1], scale**2 * variances[None, -k:, -k:, -1],
        freedom, innovations[~np.isnan(innovations)], len(model.param_names), "structural",
        converged, scale * np.column_stack([value, error]),
    )  # fmt: skip
