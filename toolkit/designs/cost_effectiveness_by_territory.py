"""Cost against effect from a table of territories: errors and correlation are their own."""

import numpy as np
import pandas as pd
from scipy.stats import t

from toolkit.designs.arguments import as_numbers, check_columns, option_faults
from toolkit.designs.cost_effectiveness import (
    Better,
    CostEffectiveness,
    check_options,
    set_against,
)
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

# Below this many treated or comparison territories their own spread is not trusted.
FEWEST_TERRITORIES = 5
# Beside the values themselves, a spread below this share is rounding.
_ROUNDING = 1e-12


def cost_effectiveness_by_territory(
    territories: pd.DataFrame,
    *,
    effect: str,
    cost: str,
    treated: str,
    better: Better,
    unit: str = "",
    level: float = 0.95,
) -> CostEffectiveness:
    """Set cost against effect, their errors and correlation taken from the territories themselves.

    Both are differences of means between treated and comparison territories, with unequal
    variances (Welch); territories that cost more may gain more, and the correlation has it.

    Parameters
    ----------
    territories : DataFrame
        One row a territory; read, never changed.
    effect, cost : str
        Columns with the change of the outcome, and the cost in euros (0 where there was none).
    treated : str
        0/1 or boolean column.

    Raises
    ------
    DesignError
        All that is wrong: columns missing, values missing or infinite, fewer than five treated or
        comparison territories, an effect that does not vary between territories of the same side.

    Examples
    --------
    See `cost_effectiveness`.
    """
    check_options(0.0, 0.0, better, None)
    sides = _checked_sides(territories, effect, cost, treated, level)
    means = [values.mean(axis=0) for values in sides]
    covariances = [np.cov(values.T) / len(values) for values in sides]
    counts = [len(values) for values in sides]
    value, price = means[0] - means[1]
    joint = covariances[0] + covariances[1]
    error, price_error = np.sqrt(np.diag(joint))
    largest = max(np.abs(values[:, 1]).max() for values in sides)
    price_error = price_error if price_error > _ROUNDING * largest else 0.0
    # Welch and Satterthwaite's degrees of freedom, of the effect.
    parts = np.array([covariance[0, 0] for covariance in covariances])
    freedom = parts.sum() ** 2 / (parts**2 / (np.array(counts) - 1)).sum()
    half = t.ppf((1 + level) / 2, freedom) * error
    correlation = joint[0, 1] / error / price_error if price_error > 0 else 0.0
    correlation = float(np.clip(correlation, -1, 1))
    return set_against(
        (float(value), float(value - half), float(value + half), float(error)),
        (float(price), float(price_error)), correlation, better, unit, level, (),
    )  # fmt: skip


def _checked_sides(
    territories: pd.DataFrame, effect: str, cost: str, treated: str, level: float
) -> list[np.ndarray]:
    """Return effect and cost of the treated, then of the comparison, shape (n, 2), or refuse."""
    say = interface_language()
    check_columns(territories, (effect, cost, treated), of="meta")
    faults = [*option_faults(level=level)]
    columns = []
    for name in (effect, cost):
        columns.append(as_numbers(territories[name]))
        wrong = territories.index[np.isnan(columns[-1])]
        if len(wrong):
            rows = ", ".join(map(str, wrong[:5]))
            faults.append(say("error.icer.values", column=name, rows=rows))
    if not territories[treated].isin([0, 1]).all():
        raise DesignError("\n".join([*faults, say("error.icer.treated", column=treated)]))
    flags = territories[treated].astype(object).eq(1).to_numpy(bool)
    sides = [np.column_stack(columns)[flags == side] for side in (True, False)]
    counts = {"n": len(sides[0]), "others": len(sides[1])}
    if min(counts.values()) < FEWEST_TERRITORIES:
        faults.append(say("error.icer.few", **counts, needed=FEWEST_TERRITORIES))
    elif not faults:
        spread = max(np.ptp(values[:, 0]) for values in sides)
        if spread <= _ROUNDING * max(np.abs(values[:, 0]).max() for values in sides):
            faults.append(say("error.icer.constant", column=effect))
    if faults:
        raise DesignError("\n".join(faults))
    return sides
