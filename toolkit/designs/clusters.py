"""Clusters of territories that are treated together, such as a région's départements."""

import numpy as np
import pandas as pd

from toolkit.designs.arguments import check_columns
from toolkit.designs.columns import kind_of, mixed_labels, shown
from toolkit.errors import DesignError
from toolkit.i18n import interface_language


def clusters_of(
    panel: pd.DataFrame,
    *,
    cluster: str,
    territory: str,
    territories: np.ndarray,
    adoption: np.ndarray,
) -> np.ndarray:
    """Return the cluster of each territory, counted from 0 in the order of their names.

    Parameters
    ----------
    cluster, territory : str
        Columns of the panel; the cluster is the same on all rows of a territory.
    territories : ndarray, shape (n_territories,)
        Those wanted, in order.
    adoption : ndarray, shape (n_territories,)
        When each is treated; alike within a cluster, since a cluster is treated as one.

    Raises
    ------
    DesignError
        The column is missing or has gaps, a territory lies in two clusters, or a cluster is partly
        treated or adopts in several periods.
    """
    say = interface_language()
    check_columns(panel, [cluster])
    by_territory = panel[cluster].groupby(panel[territory].to_numpy())
    names = by_territory.first().reindex(territories)
    gaps = by_territory.apply(lambda column: column.isna().any()).reindex(territories)
    several = by_territory.nunique().reindex(territories) > 1
    faults = [] if kind_of(panel[cluster]) else [mixed_labels(panel[cluster])]
    if gaps.any():
        faults.append(say("error.cluster.unnamed", rows=shown(gaps.index[gaps])))
    if several.any():
        faults.append(say("error.cluster.several", rows=shown(several.index[several])))
    if not faults:
        dates = pd.Series(adoption).groupby(names.to_numpy()).nunique()
        if (dates > 1).any():
            faults.append(say("error.cluster.partly", rows=shown(dates.index[dates > 1])))
    if faults:
        raise DesignError("\n".join([say("error.cluster"), *(f"- {text}" for text in faults)]))
    return np.unique(names.to_numpy(), return_inverse=True)[1]
