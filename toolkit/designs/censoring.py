"""Values published as a bound, or hidden: the lowest and highest estimates they allow.

An office publishes "5 %" for all that lies below, and hides counts under five. Taken as exact, such
values bias an effect in an unknown measure, since they are missing because of what they are. What
can be said without a model is a range (Manski 2003): the estimate with each of them at the end that
lowers it, and at the end that raises it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from toolkit.designs.arguments import check_columns
from toolkit.designs.columns import numbers
from toolkit.designs.did import difference_in_differences
from toolkit.designs.panel import NOT_EXACT, one_adoption, panel_matrix
from toolkit.errors import DesignError
from toolkit.estimate import Estimate
from toolkit.i18n import Language, interface_language


@dataclass(frozen=True)
class BoundedEstimate:
    """The lowest and the highest estimates that the values known only by bounds allow.

    Attributes
    ----------
    lowest, highest : Estimate
        With the caution "bounded_cells".
    n_bounded : int
        Cells known by bounds.
    """

    lowest: Estimate
    highest: Estimate
    n_bounded: int

    @property
    def low(self) -> float:
        """Lower end of the lowest estimate's interval."""
        return min(self.lowest.low, self.highest.low)

    @property
    def high(self) -> float:
        """Upper end of the highest estimate's interval."""
        return max(self.lowest.high, self.highest.high)

    def table(self) -> pd.DataFrame:
        """Return two rows, lowest and highest."""
        both = pd.concat([self.lowest.table(), self.highest.table()], ignore_index=True)
        return both.assign(end=["lowest", "highest"])

    def sentence(self, lang: Language, *, digits: int = 2) -> str:
        """Say the range, and both ends."""
        return lang(
            "estimate.bounded",
            n=lang.number(self.n_bounded),
            lowest=self.lowest.sentence(lang, digits=digits),
            highest=self.highest.sentence(lang, digits=digits),
        )


def bound_estimate(
    panel: pd.DataFrame,
    *,
    outcome: str,
    status: str,
    limits: Mapping[str, tuple[float, float]],
    territory: str = "territory",
    period: str = "period",
    adoption: str = "adoption",
    design: Callable = difference_in_differences,
    **settings,
) -> BoundedEstimate:
    """Estimate with the values known by bounds at the ends that lower and that raise the effect.

    Treated after and comparison before raise a difference-in-differences, the other cells lower
    it: with one adoption date these are all its ends where every other cell is known, and nearly
    so where some are missing.

    Parameters
    ----------
    panel, outcome, territory, period, adoption
        As for the design; one adoption date.
    status : str
        Column of each value's status.
    limits : mapping of str to (float, float)
        For each status that stands for a bound, the lowest and the highest value it may hide, in
        the outcome's unit: ``{"censored": (0, 5), "secret": (0, 4)}``.
    design : callable
        `difference_in_differences` or `rate_ratio`.
    settings
        Passed on to it.

    Raises
    ------
    DesignError
        The status column is missing; limits are not in order; a status "censored" or "secret" has
        no limits; no cell is known by bounds; and all that the design refuses.

    Examples
    --------
    See `difference_in_differences`.
    """
    say = interface_language()
    names = {"territory": territory, "period": period, "adoption": adoption}
    check_columns(panel, [outcome, status, *names.values()])
    wrong = [name for name, (low, high) in limits.items() if not low <= high]
    left = sorted(set(panel[status].dropna()) & set(NOT_EXACT) - set(limits))
    if wrong or left:
        raise DesignError(say("error.bounds.limits", names=", ".join([*wrong, *left])))
    bounded = panel[status].isin(list(limits))
    if not bounded.any():
        raise DesignError(say("error.bounds.none", names=", ".join(limits)))
    # The status has done its work: what the design reads is a value within its bounds.
    exact = panel.drop(columns=status)
    filled = exact.assign(**{outcome: numbers(panel[outcome].mask(bounded, 0))})
    matrix = panel_matrix(filled, outcome=outcome, **names)
    first = matrix.periods[one_adoption(matrix)]
    raises = (panel[adoption].notna() == (panel[period] >= first)).to_numpy()
    ends = panel.loc[bounded, status].map(dict(limits))
    low, high = (ends.map(lambda pair, at=at: float(pair[at])).to_numpy() for at in (0, 1))
    found = []
    for lift in (~raises[bounded], raises[bounded]):
        values = filled[outcome].to_numpy().copy()
        values[bounded.to_numpy()] = np.where(lift, high, low)
        given = filled.assign(**{outcome: values})
        one = design(given, outcome=outcome, **names, **settings)
        estimate = one if isinstance(one, Estimate) else one.estimate
        found.append(replace(estimate, cautions=(*estimate.cautions, "bounded_cells")))
    return BoundedEstimate(*found, n_bounded=int(bounded.sum()))
