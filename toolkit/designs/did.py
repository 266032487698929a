"""Difference-in-differences when all treated territories adopt in the same period.

The estimand is the average effect on the treated (ATT) over the periods after adoption, identified
if the treated, without treatment, would have changed as the comparison territories did. Inference
follows the design: with few treated territories the usual standard errors reject a true null far
too often, so the default is randomisation, adjusted for size where sizes are known; with ten or
more, the wild bootstrap (`choose_inference`).
"""

from collections.abc import Sequence
from typing import get_args

import numpy as np
import pandas as pd

from toolkit.designs.arguments import check_columns, option_faults
from toolkit.designs.clusters import clusters_of
from toolkit.designs.columns import covariates_of, numbers, shown
from toolkit.designs.inference import Inference, choose_inference
from toolkit.designs.panel import PanelMatrix, one_adoption, panel_matrix
from toolkit.designs.randomisation import Randomisation, randomisation, size_adjusted
from toolkit.designs.regression import regression, sweep
from toolkit.designs.wild_bootstrap import wild_cluster_bootstrap
from toolkit.errors import DesignError
from toolkit.estimate import Estimate
from toolkit.i18n import interface_language

# Below this many treated territories a clustered standard error is refused.
FEWEST_TREATED = 5
# And below this many it bears a caution.
FEWEST_LARGE = 20
# A standard error this small beside the value is rounding, not variance.
_ROUNDING = 1e-12
_CLUSTER_INFERENCES = {
    "randomisation_exact": "randomisation_exact_clusters",
    "randomisation": "randomisation_clusters",
    "size_adjusted": "size_adjusted_clusters",
    "wild": "wild_clusters",
}


def difference_in_differences(
    panel: pd.DataFrame,
    *,
    outcome: str,
    territory: str = "territory",
    period: str = "period",
    adoption: str = "adoption",
    covariates: Sequence[str] = (),
    size: str | None = None,
    cluster: str | None = None,
    inference: Inference = "auto",
    unit: str = "",
    level: float = 0.95,
    seed: int = 20131107,
    draws: int = 9_999,
) -> Estimate:
    """Estimate the average effect of one change on the treated territories.

    Parameters
    ----------
    panel : DataFrame, shape (n_rows, n_columns)
        One row a territory and period. It is read, never changed.
    outcome : str
        Numeric column; the effect comes back in its unit.
    territory, period, adoption : str
        See `panel_matrix`; all treated territories have the same adoption.
    covariates : sequence of str
        Numeric columns that vary within a territory; the effect is net of their linear part.
    size : str, optional
        Column with what the noise of a territory depends on (inhabitants); positive, the mean
        over its rows is taken.
    cluster : str, optional
        Column with what was treated as a whole (the région of a département): assignments then
        treat other clusters, as many, and clustered errors are by cluster. The estimate stays that
        of territories, each counted alike.
    inference : {"auto", "randomisation", "size_adjusted", "wild", "crv1", "crv3"}
        "auto" is what `choose_inference` finds fit; the estimate says which, and why.
    seed, draws : int
        Of the draws, where assignments are too many to list.

    Returns
    -------
    Estimate
        With territory and period effects by least squares (equal to the difference of mean
        changes in a balanced panel). Cautions: "sizes_unknown", "size_extrapolated",
        "missing_cells", "interval_unbounded", "few_treated".

    Raises
    ------
    DesignError
        The panel has faults; adoption is staggered; an option is unknown or out of range;
        clustered errors or the bootstrap are asked for with fewer than five treated territories
        (or clusters); a cluster is partly treated (see `clusters_of`).

    References
    ----------
    Conley and Taber, Review of Economics and Statistics 2011; Ferman and Pinto, ibid. 2019 (few
    treated); MacKinnon and Webb, Journal of Applied Econometrics 2017 (what fails then).

    Examples
    --------
    >>> from toolkit import language
    >>> panel = pd.DataFrame(
    ...     {"territory": np.repeat(np.arange(20), 8), "period": np.tile(np.arange(2010, 2018), 20)}
    ... )
    >>> panel["adoption"] = np.where(panel.territory < 4, 2014, np.nan)
    >>> noise = np.random.default_rng(0).normal(50, 1, len(panel))
    >>> panel["value"] = noise - 5 * (panel.period >= panel.adoption)
    >>> estimate = difference_in_differences(panel, outcome="value", unit="days")
    >>> estimate.sentence(language("en"), digits=1)[:70]
    'The estimated effect is −5.2 days (95% interval: −5.9 days to −4.5 day'
    """
    say = interface_language()
    check_options(inference, level, draws, seed)
    if outcome in covariates:
        raise DesignError(say("error.did.outcome_twice", name=outcome))
    matrix = panel_matrix(
        panel, outcome=outcome, territory=territory, period=period, adoption=adoption
    )
    first = one_adoption(matrix)
    n_treated = int(matrix.treated.sum())
    clusters = None
    if cluster is not None:
        clusters = clusters_of(
            panel,
            cluster=cluster,
            territory=territory,
            territories=matrix.territories,
            adoption=matrix.adoption,
        )
    assigned = np.arange(len(matrix.territories)) if clusters is None else clusters
    n_assigned = len(np.unique(assigned[matrix.treated]))
    chosen, reason = choose_inference(
        n_assigned,
        len(np.unique(assigned[~matrix.treated])),
        sizes_known=size is not None,
        asked=inference,
    )
    if chosen in ("wild", "crv1", "crv3") and n_assigned < FEWEST_TREATED:
        fault = "error.did.few_treated" if cluster is None else "error.did.few_clusters"
        raise DesignError(say(fault, n=n_assigned, needed=FEWEST_TREATED))
    if chosen == "size_adjusted" and size is None:
        raise DesignError(say("error.did.no_size"))

    seen = ~np.isnan(matrix.outcome).all(axis=1)
    if not (seen & matrix.treated).any() or not (seen & ~matrix.treated).any():
        raise DesignError(say("error.did.no_change"))
    long = long_form(panel, outcome, territory, period, adoption, covariates)
    if cluster is not None:
        long["cluster"] = panel[cluster].to_numpy()
    fit = regression(
        long,
        outcome="outcome",
        regressors=["effect", *covariate_columns(covariates)],
        effects=["territory", "period"],
        cluster="territory" if cluster is None else "cluster",
        covariance_type="crv3" if chosen == "crv3" else "crv1",
    )
    value, error = fit["effect"]
    cautions = ["missing_cells"] if np.isnan(matrix.outcome).any() else []
    if chosen in ("crv1", "crv3"):
        p, low, high = _student(value, error, fit.n_clusters - 1, level)
        smallest = 0.0
        cautions += ["few_treated"] if n_assigned < FEWEST_LARGE else []
    else:
        sizes = None if size is None else territory_sizes(panel, matrix, territory, size)
        changes = mean_changes(long, matrix, covariates, first)
        test, mid = _tested(changes, matrix.treated, sizes, clusters, chosen, level, seed, draws)
        p, smallest = test.p, test.smallest_p
        # The test's interval is around the difference of mean changes: the least-squares value,
        # but for missing cells and covariates.
        low, high = test.low + value - mid, test.high + value - mid
        cautions += ["sizes_unknown"] if chosen == "randomisation" else []
        cautions += ["size_extrapolated"] if test.extrapolated else []
        cautions += ["interval_unbounded"] if np.isinf([low, high]).any() else []
        chosen = inference_code(chosen, test, clustered=cluster is not None)
    return Estimate(
        value=value,
        low=float(low),
        high=float(high),
        p=float(p),
        design="did",
        estimand="att",
        inference=chosen,
        unit=unit,
        n_treated=n_treated,
        n_comparison=len(matrix.territories) - n_treated,
        n_periods=len(matrix.periods),
        level=level,
        smallest_p=float(smallest),
        cautions=tuple(cautions),
        reason=reason,
    )


def _tested(
    changes, treated, sizes, clusters, chosen: str, level: float, seed: int, draws: int
) -> tuple[Randomisation, float]:
    """Test the changes that are known; return the test and the difference of mean changes."""
    kept = ~np.isnan(changes)
    changes, treated = changes[kept], treated[kept]
    if not treated.any() or treated.all():
        raise DesignError(interface_language()("error.did.no_change"))
    sizes = None if sizes is None else sizes[kept]
    own = None if clusters is None else np.unique(clusters[kept], return_inverse=True)[1]
    test = randomise(changes, treated, sizes, chosen, level, seed, draws, own)
    return test, changes[treated].mean() - changes[~treated].mean()


def inference_code(chosen: str, test: Randomisation, *, clustered: bool = False) -> str:
    """Return the code of what was run: whether a permutation was exact, and of clusters."""
    code = "randomisation_exact" if chosen == "randomisation" and test.exact else chosen
    return _CLUSTER_INFERENCES[code] if clustered else code


def check_options(inference: str, level: float, draws: int, seed: int) -> None:
    """Refuse an unknown inference, a level outside (0, 1), draws and a seed that are no counts."""
    known = ("inference", inference, get_args(Inference))
    faults = list(option_faults(known, level=level, draws=draws, seed=seed))
    if faults:
        raise DesignError("\n".join(faults))


def long_form(panel, outcome, territory, period, adoption, covariates) -> pd.DataFrame:
    """Return the rows the regression reads, with the treatment's own column."""
    after = panel[adoption].notna() & (panel[period] >= panel[adoption].fillna(panel[period].max()))
    columns = {
        "outcome": numbers(panel[outcome]),
        "effect": after.to_numpy(dtype="float64"),
        "territory": panel[territory].to_numpy(),
        "period": panel[period].to_numpy(),
    }
    named = covariates_of(panel, covariates)
    own = zip(covariate_columns(covariates), covariates, strict=True)
    return pd.DataFrame(columns | {column: named[name].to_numpy() for column, name in own})


def covariate_columns(covariates: Sequence[str]) -> list[str]:
    """Return what `long_form` calls covariates: none may take the name of another column."""
    return [f"covariate {name}" for name in covariates]


def mean_changes(
    long: pd.DataFrame, matrix: PanelMatrix, covariates: Sequence[str], adoption: int
) -> np.ndarray:
    """Return each territory's mean after less its mean before, NaN where it has no row on a side.

    Period effects and covariates are taken out first, estimated as if nobody were treated, so
    that the changes do not know who was (Freedman and Lane 1983).
    """
    outcome = matrix.outcome
    if covariates or np.isnan(outcome).any():
        outcome = _without_periods(long, matrix, covariates)
    with np.errstate(invalid="ignore"):
        before, after = outcome[:, :adoption], outcome[:, adoption:]
        return _row_means(after) - _row_means(before)


def _row_means(values: np.ndarray) -> np.ndarray:
    known = ~np.isnan(values)
    return np.where(known, values, 0).sum(axis=1) / known.sum(axis=1)


def _without_periods(
    long: pd.DataFrame, matrix: PanelMatrix, covariates: Sequence[str]
) -> np.ndarray:
    """Return the outcome without what period, territory and covariates explain.

    A territory's own effect goes as well: it cancels between its two means.
    """
    own, effects = covariate_columns(covariates), ["territory", "period"]
    used = long.dropna(subset=["outcome", *own])
    codes = [pd.factorize(used[name])[0] for name in effects]
    swept = sweep(used[["outcome", *own]].to_numpy(dtype="float64"), codes)
    left = swept[:, 0]
    if own:
        fit = regression(used, outcome="outcome", regressors=own, effects=effects)
        left = left - swept[:, 1:] @ fit.coefficients
    left = used.assign(outcome=left)
    wide = left.pivot(index="territory", columns="period", values="outcome")
    return wide.reindex(index=matrix.territories, columns=matrix.periods).to_numpy()


def territory_sizes(
    panel: pd.DataFrame, matrix: PanelMatrix, territory: str, size: str
) -> np.ndarray:
    """Return the mean size of each territory of a matrix, in its order; all positive."""
    check_columns(panel, [size])
    by_territory = pd.Series(numbers(panel[size])).groupby(panel[territory].to_numpy())
    sizes = by_territory.mean().reindex(matrix.territories)
    wrong = sizes.index[~(sizes > 0) | ~np.isfinite(sizes)]
    if len(wrong):
        raise DesignError(interface_language()("error.did.size", rows=shown(wrong)))
    return sizes.to_numpy()


def randomise(
    changes: np.ndarray,
    treated: np.ndarray,
    sizes: np.ndarray | None,
    chosen: str,
    level: float,
    seed: int,
    draws: int,
    clusters: np.ndarray | None = None,
) -> Randomisation:
    """Run the test `difference_in_differences` runs on changes: permutation, or wild bootstrap.

    The bootstrap of changes, one a territory, is in a balanced panel that of its rows.
    """
    options = {"rng": np.random.default_rng(seed), "draws": draws, "level": level}
    if chosen == "size_adjusted":
        return size_adjusted(changes, treated, sizes, clusters=clusters, **options)
    if chosen == "randomisation":
        return randomisation(changes, treated, clusters=clusters, **options)
    groups = np.arange(len(changes)) if clusters is None else clusters
    found = wild_cluster_bootstrap(
        changes, treated.astype("float64"), groups, treated=treated, **options
    )
    p, smallest = found.p, found.smallest_p
    return Randomisation(p, smallest, found.low, found.high, level, found.exact, found.n_vectors)


def _student(value: float, error: float, freedom: int, level: float) -> tuple[float, float, float]:
    from scipy.stats import t

    if not error > _ROUNDING * abs(value):
        raise DesignError(interface_language()("error.did.no_variance"))
    half = float(t.ppf((1 + level) / 2, freedom)) * error
    return float(2 * t.sf(abs(value) / error, freedom)), value - half, value + half
