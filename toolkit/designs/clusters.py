"""Clusters of territories that are treated together, such as a région's départements."""

import numpy as np
import pandas as pd

from toolkit.errors import DesignError
from toolkit.i18n import interface_language

_MOST_SHOWN = 5


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
    if cluster not in panel:
        columns = ", ".join(map(str, panel.columns))
        raise DesignError(say("error.panel.columns", missing=cluster, columns=columns))
    by_territory = panel.groupby(territory)[cluster]
    names = by_territory.first().reindex(territories)
    gaps = by_territory.apply(lambda column: column.isna().any()).reindex(territories)
    several = by_territory.nunique().reindex(territories) > 1
    faults = []
    if gaps.any():
        faults.append(say("error.cluster.unnamed", rows=_shown(gaps.index[gaps])))
    if several.any():
        faults.append(say("error.cluster.several", rows=_shown(several.index[several])))
    if not faults:
        dates = pd.Series(adoption).groupby(names.to_numpy()).nunique()
        if (dates > 1).any():
            faults.append(say("error.cluster.partly", rows=_shown(dates.index[dates > 1])))
    if faults:
        raise DesignError("\n".join([say("error.cluster"), *(f"- {text}" for text in faults)]))
    return np.unique(names.to_numpy(), return_inverse=True)[1]


def _shown(names) -> str:
    listed = ", ".join(str(name) for name in names[:_MOST_SHOWN])
    return listed + (", …" if len(names) > _MOST_SHOWN else "")
