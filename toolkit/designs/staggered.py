"""Staggered adoption: territories that adopt in different periods (Callaway and Sant'Anna 2021).

The usual regression with territory and period effects compares late adopters with early ones, and
can err in sign (see `toolkit.designs.bacon`). Here each cohort is compared with territories not
treated by then, and the effects of cohorts and periods are averaged with weights that say what
they mean.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from toolkit.designs.aggregation import by_unit
from toolkit.designs.arguments import option_faults
from toolkit.designs.clusters import clusters_of
from toolkit.designs.columns import covariates_of
from toolkit.designs.did import territory_sizes
from toolkit.designs.group_time import Study, cells_of, effects_of
from toolkit.designs.panel import panel_matrix
from toolkit.designs.staggered_input import check_effects, check_settings, check_study, refuse
from toolkit.designs.staggered_result import Staggered
from toolkit.estimate import Estimate


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
    size: str | None = None,
    cluster: str | None = None,
    unit: str = "",
) -> Staggered:
    """Estimate the effect of a staggered adoption on each cohort in each period.

    Parameters
    ----------
    panel : DataFrame, shape (n_rows, n_columns)
        One row a territory and period. It is read, never changed.
    outcome, territory, period, adoption : str
        Columns, see `panel_matrix`. A territory whose outcome is missing in one of the two periods
        of a cell is left out of that cell, and counted.
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
    size : str, optional
        Column with what the noise of a territory depends on (inhabitants); positive, the mean
        over its rows is taken. Tests then adjust for it.
    cluster : str, optional
        Column with what adopted as a whole (the région of a département): assignments then deal
        adoptions out to other clusters, as many to each date, and usual errors are by cluster.
        The cells stay averages of territories.
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
        covariates leave a cell without identification (collinear, or without overlap); a size is
        not positive; a cluster adopts in part or in several periods (see `clusters_of`).

    References
    ----------
    Callaway and Sant'Anna, Journal of Econometrics 2021 (cells and averages); Sant'Anna and Zhao,
    Journal of Econometrics 2020 (doubly robust).

    Examples
    --------
    >>> panel = pd.DataFrame(
    ...     {"territory": np.repeat(np.arange(20), 8), "period": np.tile(np.arange(2010, 2018), 20)}
    ... )
    >>> panel["adoption"] = panel.territory.map({0: 2013, 1: 2013, 2: 2015, 3: 2015})
    >>> noise = np.random.default_rng(0).normal(50, 1, len(panel))
    >>> panel["value"] = noise - 5 * (panel.period >= panel.adoption)
    >>> round(staggered(panel, outcome="value").aggregate("simple").value, 1)
    -5.3
    """
    matrix = panel_matrix(
        panel, outcome=outcome, territory=territory, period=period, adoption=adoption
    )
    seen = np.isfinite(matrix.outcome).any(axis=1)
    check_settings(comparison, anticipation, trimming, base)
    names = matrix.territories[seen]
    sizes = clusters = None
    if size is not None:
        sizes = territory_sizes(panel, matrix, territory, size)[seen]
    if cluster is not None:
        clusters = clusters_of(
            panel,
            cluster=cluster,
            territory=territory,
            territories=names,
            adoption=matrix.adoption[seen],
        )
    checked = panel.assign(**covariates_of(panel, covariates))
    wide = [
        checked.pivot(index=territory, columns=period, values=name)
        .reindex(index=names, columns=matrix.periods)
        .to_numpy()
        for name in covariates
    ]
    study = Study(
        matrix.outcome[seen],
        matrix.adoption[seen],
        np.stack(wide, axis=2) if wide else np.zeros((*matrix.outcome[seen].shape, 0)),
        comparison,
        int(anticipation),
        float(trimming),
        base,
        sizes,
        clusters,
    )
    left_out = () if seen.all() else ("missing_cells",)
    return group_time_effects(study, names, matrix.periods, unit=unit, cautions=left_out)


def staggered_effect(
    panel: pd.DataFrame,
    *,
    outcome: str,
    kind: str = "simple",
    inference: str = "placebo",
    level: float = 0.95,
    seed: int = 20131107,
    draws: int = 999,
    **settings,
) -> Estimate:
    """Estimate the average effect of a staggered adoption: `staggered`, then `aggregate`.

    The form of a design that checks can call.

    Parameters
    ----------
    panel, outcome, **settings
        As for `staggered`.
    kind, inference, level, draws
        As for `Staggered.aggregate`.
    seed : int
        Of the draws.

    Returns
    -------
    Estimate
        In the outcome's unit.

    Raises
    ------
    DesignError
        See `staggered` and `Staggered.aggregate`; the seed is none.

    Examples
    --------
    See `staggered`.
    """
    refuse(list(option_faults(seed=seed)))
    found = staggered(panel, outcome=outcome, **settings)
    rng = np.random.default_rng(seed)
    return found.aggregate(kind, inference=inference, rng=rng, draws=draws, level=level)


def group_time_effects(
    study: Study,
    territories: np.ndarray,
    periods: np.ndarray,
    *,
    unit: str = "",
    cautions: tuple[str, ...] = (),
) -> Staggered:
    """Estimate every cell of a panel already laid out, as `staggered` does.

    Parameters
    ----------
    study : Study
    territories, periods : ndarray
        Labels of the rows and columns of its outcome.
    cautions : tuple of str
        Doubts known before.

    Raises
    ------
    DesignError
        A cohort has no base period, no cell after adoption is observed, or covariates leave one
        without identification.
    """
    check_study(study, periods)
    cells = cells_of(study)
    effects = effects_of(study, cells)
    check_effects(cells, effects, periods)
    identified = np.isfinite(effects.value)
    frame = pd.DataFrame(
        {
            "cohort": periods[cells.cohort],
            "period": periods[cells.period],
            "event_time": cells.event_time,
            "value": effects.value,
            "se": np.sqrt((by_unit(effects.influence, study) ** 2).sum(axis=0)),
            "n_treated": effects.n_treated,
            "n_comparison": effects.n_comparison,
            "n_left_out": effects.n_left_out,
        }
    )
    if effects.n_left_out.any() and "missing_cells" not in cautions:
        cautions += ("missing_cells",)
    if not identified.all():
        cautions += ("cells_left_out",)
    return Staggered(
        frame[identified].reset_index(drop=True),
        effects.influence[:, identified],
        frame.loc[~identified, ["cohort", "period"]].reset_index(drop=True),
        territories,
        unit,
        cautions,
        study,
        cells,
        effects,
    )
