"""Event study: the difference between treated and comparison, period by period around adoption.

For one adoption date. Each coefficient compares a period with the last one before adoption; those
before adoption show what the design assumes, those after what it estimates.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit.designs.panel import one_adoption, panel_matrix
from toolkit.designs.randomisation import randomisation, size_adjusted
from toolkit.errors import DesignError
from toolkit.i18n import interface_language


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
        Of the values, in the order of the table: the covariance of the changes among comparison
        territories, scaled to the numbers compared. For honest trends and pre-trend power.
    level : float
        Of each interval; they are not simultaneous.
    inference : {"randomisation", "size_adjusted"}
    """

    table: pd.DataFrame
    covariance: np.ndarray
    level: float
    inference: str

    @property
    def n_before(self) -> int:
        """How many coefficients stand before adoption."""
        return int((self.table.event_time < 0).sum())


def event_study(
    panel: pd.DataFrame,
    *,
    outcome: str,
    territory: str = "territory",
    period: str = "period",
    adoption: str = "adoption",
    sizes: np.ndarray | None = None,
    level: float = 0.95,
    seed: int = 20131107,
    draws: int = 1_999,
) -> EventStudy:
    """Estimate the effect in each period around one adoption date.

    Parameters
    ----------
    panel, outcome, territory, period, adoption
        As for `difference_in_differences`.
    sizes : ndarray, shape (n_territories,), optional
        In the order of the sorted territories: intervals are then adjusted for size.

    Returns
    -------
    EventStudy

    Raises
    ------
    DesignError
        The panel has faults, adoption is staggered, or a period has no treated or no comparison
        territory known both then and in the reference period.
    """
    say = interface_language()
    matrix = panel_matrix(
        panel, outcome=outcome, territory=territory, period=period, adoption=adoption
    )
    reference = one_adoption(matrix) - 1
    changes = matrix.outcome - matrix.outcome[:, [reference]]
    columns = [column for column in range(len(matrix.periods)) if column != reference]
    rng = np.random.default_rng(seed)
    rows = []
    for column in columns:
        known = ~np.isnan(changes[:, column])
        treated = matrix.treated[known]
        if not treated.any() or treated.all():
            raise DesignError(say("error.event_study.empty", period=matrix.periods[column]))
        own = changes[known, column]
        settings = {"rng": rng, "draws": draws, "level": level}
        if sizes is None:
            test = randomisation(own, treated, **settings)
        else:
            test = size_adjusted(own, treated, sizes[known], **settings)
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
    covariance = _covariance(changes[:, columns], matrix.treated)
    inference = "randomisation" if sizes is None else "size_adjusted"
    return EventStudy(pd.DataFrame(rows), covariance, level, inference)


def _covariance(changes: np.ndarray, treated: np.ndarray) -> np.ndarray:
    """Scale the comparison territories' covariance to the difference of two means.

    It takes the treated to vary as the comparison do: with few treated, their own variance cannot
    be estimated.
    """
    complete = ~np.isnan(changes).any(axis=1)
    comparison = changes[complete & ~treated]
    if len(comparison) < 2:
        raise DesignError(interface_language()("error.event_study.covariance"))
    scale = (
        1 / (complete & treated).sum() + 1 / len(comparison) if (complete & treated).any() else 1
    )
    return np.atleast_2d(np.cov(comparison, rowvar=False)) * scale
