"""Event study: the difference between treated and comparison, period by period around adoption.

For one adoption date. Each coefficient compares a period with the last one before adoption; those
before adoption show what the design assumes, those after what it estimates. Inference is that of
`difference_in_differences`, on the changes from the reference.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit.designs.clusters import clusters_of
from toolkit.designs.did import check_options, inference_code, randomise, territory_sizes
from toolkit.designs.inference import FEWEST_WILD, Inference, choose_inference
from toolkit.designs.panel import one_adoption, panel_matrix
from toolkit.errors import DesignError
from toolkit.estimate import explain
from toolkit.i18n import Language, interface_language


@dataclass(frozen=True)
class EventStudy:
    """The coefficients of an event study.

    Attributes
    ----------
    table : DataFrame
        One row an event time, the reference left out: event_time (int, 0 is the period of
        adoption), period, value, low, high (pointwise interval), p, n_treated, n_comparison
        (territories known in both periods).
    covariance : ndarray, shape (n_coefficients, n_coefficients)
        Of the values, in the order of the table, for honest trends and pre-trend power. With ten
        treated territories (clusters) or more it is that of the two groups; with fewer, the treated
        are taken to vary as the comparison do, for their own variance cannot be estimated.
    level : float
        Of each interval; they are not simultaneous.
    inference, reason : str
        Codes, as in `Estimate`: the inference of every coefficient, and why.
    smallest_p : float
        The largest of the coefficients' smallest p.
    cautions : tuple of str
    """

    table: pd.DataFrame
    covariance: np.ndarray
    level: float
    inference: str
    reason: str
    smallest_p: float
    cautions: tuple[str, ...]

    @property
    def n_before(self) -> int:
        """How many coefficients stand before adoption."""
        return int((self.table.event_time < 0).sum())

    def explanation(self, lang: Language) -> list[str]:
        """Say how the intervals were obtained, why so, and every caution."""
        return explain(
            lang,
            inference=self.inference,
            reason=self.reason,
            smallest_p=self.smallest_p,
            level=self.level,
            cautions=self.cautions,
        )


def event_study(
    panel: pd.DataFrame,
    *,
    outcome: str,
    territory: str = "territory",
    period: str = "period",
    adoption: str = "adoption",
    size: str | None = None,
    cluster: str | None = None,
    inference: Inference = "auto",
    level: float = 0.95,
    seed: int = 20131107,
    draws: int = 1_999,
) -> EventStudy:
    """Estimate the effect in each period around one adoption date.

    Parameters
    ----------
    panel, outcome, territory, period, adoption, size, cluster, seed, draws
        As for `difference_in_differences`.
    inference : {"auto", "randomisation", "size_adjusted", "wild"}
        "auto" is what `choose_inference` finds fit, "wild" in place of "crv3".

    Returns
    -------
    EventStudy
        Cautions: "sizes_unknown", "size_extrapolated", "missing_cells", "interval_unbounded".

    Raises
    ------
    DesignError
        The panel has faults, adoption is staggered, an option is unknown or out of range, or a
        period has no treated or no comparison territory known both then and in the reference
        period; a cluster is partly treated (see `clusters_of`), or only one is comparison.

    Examples
    --------
    >>> panel = pd.DataFrame(
    ...     {"territory": np.repeat(np.arange(20), 8), "period": np.tile(np.arange(2010, 2018), 20)}
    ... )
    >>> panel["adoption"] = np.where(panel.territory < 4, 2014, np.nan)
    >>> noise = np.random.default_rng(0).normal(50, 1, len(panel))
    >>> panel["value"] = noise - 5 * (panel.period >= panel.adoption)
    >>> event_study(panel, outcome="value").table.event_time.tolist()
    [-4, -3, -2, 0, 1, 2, 3]
    """
    say = interface_language()
    check_options(inference, level, draws, seed)
    if inference in ("crv1", "crv3"):
        raise DesignError(say("error.event_study.inference", seen=inference))
    matrix = panel_matrix(
        panel, outcome=outcome, territory=territory, period=period, adoption=adoption
    )
    reference = one_adoption(matrix) - 1
    # What was assigned: clusters, or territories each on its own.
    assigned = np.arange(len(matrix.territories))
    if cluster is not None:
        assigned = clusters_of(
            panel,
            cluster=cluster,
            territory=territory,
            territories=matrix.territories,
            adoption=matrix.adoption,
        )
    chosen, reason = choose_inference(
        len(np.unique(assigned[matrix.treated])),
        len(np.unique(assigned[~matrix.treated])),
        sizes_known=size is not None,
        asked=inference,
    )
    chosen = "wild" if chosen == "crv3" else chosen
    if chosen == "size_adjusted" and size is None:
        raise DesignError(say("error.did.no_size"))
    sizes = None if size is None else territory_sizes(panel, matrix, territory, size)
    changes = matrix.outcome - matrix.outcome[:, [reference]]
    columns = [column for column in range(len(matrix.periods)) if column != reference]
    rows, tests = [], []
    for column in columns:
        known = ~np.isnan(changes[:, column])
        own, treated = changes[known, column], matrix.treated[known]
        if not treated.any() or treated.all():
            raise DesignError(say("error.event_study.empty", period=matrix.periods[column]))
        own_sizes = None if sizes is None else sizes[known]
        groups = None
        if cluster is not None:
            groups = np.unique(assigned[known], return_inverse=True)[1]
        test = randomise(own, treated, own_sizes, chosen, level, seed, draws, groups)
        tests.append(test)
        rows.append(
            {
                "event_time": column - reference - 1,
                "period": matrix.periods[column],
                "value": own[treated].mean() - own[~treated].mean(),
                "low": test.low,
                "high": test.high,
                "p": float(test.p),
                "n_treated": int(treated.sum()),
                "n_comparison": int((~treated).sum()),
            }
        )
    return EventStudy(
        table=pd.DataFrame(rows),
        covariance=_covariance(changes[:, columns], matrix.treated, assigned),
        level=level,
        inference=inference_code(
            chosen, min(tests, key=lambda test: test.exact), clustered=cluster is not None
        ),
        reason=reason,
        smallest_p=max(float(test.smallest_p) for test in tests),
        cautions=_cautions(chosen, matrix.outcome, tests),
    )


def _cautions(chosen: str, outcome: np.ndarray, tests: Sequence) -> tuple[str, ...]:
    bounds = [(test.low, test.high) for test in tests]
    cautions = ["missing_cells"] if np.isnan(outcome).any() else []
    cautions += ["sizes_unknown"] if chosen == "randomisation" else []
    cautions += ["size_extrapolated"] if any(test.extrapolated for test in tests) else []
    cautions += ["interval_unbounded"] if np.isinf(bounds).any() else []
    return tuple(cautions)


def _covariance(changes: np.ndarray, treated: np.ndarray, assigned: np.ndarray) -> np.ndarray:
    """Return the covariance of the differences of mean changes, of territories known throughout."""
    complete = ~np.isnan(changes).any(axis=1)
    changes, treated, assigned = changes[complete], treated[complete], assigned[complete]
    n_treated, n_others = (len(np.unique(assigned[group])) for group in (treated, ~treated))
    if n_others < 2 or not n_treated:
        raise DesignError(interface_language()("error.event_study.covariance"))
    spread = _of_mean(changes[~treated], assigned[~treated])
    if min(n_treated, n_others) >= FEWEST_WILD:
        return _of_mean(changes[treated], assigned[treated]) + spread
    own = spread * _concentration(assigned[treated]) / _concentration(assigned[~treated])
    return own + spread


def _of_mean(changes: np.ndarray, assigned: np.ndarray) -> np.ndarray:
    """Return the covariance of mean changes, each cluster's sum being one draw."""
    codes = np.unique(assigned, return_inverse=True)[1]
    n = codes.max() + 1
    away = changes - changes.mean(axis=0)
    sums = np.column_stack([np.bincount(codes, column) for column in away.T])
    return n / (n - 1) * sums.T @ sums / len(changes) ** 2


def _concentration(assigned: np.ndarray) -> float:
    """Return the sum of squared shares of clusters: 1 over their number where they are alike."""
    members = np.unique(assigned, return_counts=True)[1]
    return float(np.sum((members / members.sum()) ** 2))
