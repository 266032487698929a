"""What an improvement costs: cost and effect side by side, and when their ratio means nothing.

A ratio is given only where the effect is told from zero: dividing by what may be zero gives any
number. Where the project is both better and cheaper, or both worse and dearer, the ratio would be
negative and rank nothing: the plane says it without. Uncertainty is that of two normal estimates
with a stated correlation; the interval of the ratio is Fieller's.

Cost and effect must be of the same thing: both by territory, or both by case, over the same time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.integrate import quad
from scipy.stats import norm

from toolkit.designs.arguments import as_numbers, is_finite, option_faults
from toolkit.designs.cost import write_euros
from toolkit.designs.cost_per_case import fieller
from toolkit.designs.study_effects import check_estimate, standard_error
from toolkit.errors import DesignError
from toolkit.estimate import Estimate, write_value
from toolkit.i18n import Language, interface_language

Better = Literal["higher", "lower"]


@dataclass(frozen=True)
class CostEffectiveness:
    """A cost and an effect together, on the cost-effectiveness plane.

    Attributes
    ----------
    effect, effect_low, effect_high, effect_error : float
        In `unit`, interval at `level`; the error is NaN where the interval gives none.
    cost, cost_low, cost_high, cost_error : float
        In euros, beyond what the comparison costs.
    correlation : float
        Between the errors of the two.
    better : {"higher", "lower"}
        Which way of the outcome is an improvement.
    ratio, ratio_low, ratio_high : float
        Euros for one unit of improvement (or saved for one unit lost, where the project is worse
        and cheaper); NaN where there is none.
    refusal : str
        Why there is no ratio: "effect_covers_zero", "effect_without_interval",
        "effect_without_error" (an interval that is unbounded or not symmetric), "dominant" (better,
        and no dearer), "dominated" (worse, and no cheaper); "" where there is one.
    unit : str
    level : float
    cautions : tuple of str
        "independence_supposed", "cost_covers_zero".
    """

    effect: float
    effect_low: float
    effect_high: float
    effect_error: float
    cost: float
    cost_low: float
    cost_high: float
    cost_error: float
    correlation: float
    better: str
    ratio: float
    ratio_low: float
    ratio_high: float
    refusal: str
    unit: str
    level: float
    cautions: tuple[str, ...] = ()

    def table(self) -> pd.DataFrame:
        """Return the result as one row."""
        row = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return pd.DataFrame([row | {"cautions": ", ".join(self.cautions)}])

    def quadrants(self) -> pd.DataFrame:
        """Return the probability of each quadrant of the plane, normal errors, no prior view.

        Columns: quadrant ("better_dearer", "better_cheaper", "worse_dearer", "worse_cheaper"),
        probability.

        Raises
        ------
        DesignError
            The effect's interval gives no standard error.
        """
        benefit, correlation = self._benefit()
        z_benefit = benefit / self.effect_error
        better = float(norm.cdf(z_benefit))
        if self.cost_error == 0:
            dearer, both = float(self.cost > 0), better * (self.cost > 0)
        else:
            z_cost = self.cost / self.cost_error
            dearer, both = float(norm.cdf(z_cost)), _both_positive(z_benefit, z_cost, correlation)
        shares = {
            "better_dearer": both, "better_cheaper": better - both,
            "worse_dearer": dearer - both, "worse_cheaper": 1 - better - dearer + both,
        }  # fmt: skip
        rows = [(name, float(np.clip(share, 0, 1))) for name, share in shares.items()]
        return pd.DataFrame(rows, columns=["quadrant", "probability"])

    def acceptability(self, thresholds: Sequence[float]) -> pd.DataFrame:
        """Return how likely the project is worth its cost, by what one unit is worth.

        Parameters
        ----------
        thresholds : sequence of float
            Euros one is ready to pay for one unit of improvement, from 0.

        Returns
        -------
        DataFrame
            threshold; net_benefit, threshold x improvement - cost, in euros, with low and high at
            `level`; probability that it is positive. Defined whether or not there is a ratio.

        Raises
        ------
        DesignError
            A threshold is negative, missing or infinite; the effect has no standard error.
        """
        listed = thresholds if isinstance(thresholds, Iterable) else [None]
        paid = as_numbers(pd.Series(list(listed), dtype=object))
        if not (paid >= 0).all():
            raise DesignError(interface_language()("error.icer.thresholds"))
        benefit, correlation = self._benefit()
        net = paid * benefit - self.cost
        shared = 2 * paid * correlation * self.effect_error * self.cost_error
        error = np.sqrt((paid * self.effect_error) ** 2 + self.cost_error**2 - shared)
        half = self._quantile() * error
        with np.errstate(divide="ignore", invalid="ignore"):
            likely = np.where(error > 0, norm.cdf(net / error), (np.sign(net) + 1) / 2)
        return pd.DataFrame(
            {
                "threshold": paid, "net_benefit": net, "low": net - half, "high": net + half,
                "probability": likely,
            }
        )  # fmt: skip

    def sentence(self, lang: Language, *, digits: int = 2, euro_digits: int = 0) -> str:
        """Say the ratio and its interval, or why there is none; then the doubts."""

        def euros(value: float) -> str:
            return write_euros(value, lang, euro_digits)

        values = {
            "effect": write_value(self.effect, self.unit, lang, digits),
            "effect_low": write_value(self.effect_low, self.unit, lang, digits),
            "effect_high": write_value(self.effect_high, self.unit, lang, digits),
            "cost": euros(self.cost), "cost_low": euros(self.cost_low),
            "cost_high": euros(self.cost_high), "level": lang.percent(self.level, 0),
        }  # fmt: skip
        if self.refusal:
            said = lang(f"icer.refusal.{self.refusal}", **values)
        else:
            key = "better_dearer" if self.cost > 0 else "worse_cheaper"
            values |= {"one": lang(f"one.{self.unit}") if self.unit else "1"}
            values |= {"ratio": euros(self.ratio), "low": euros(self.ratio_low)}
            said = lang(f"icer.sentence.{key}", **values, high=euros(self.ratio_high))
        return " ".join([said, *(lang(f"caution.{code}") for code in self.cautions)])

    def _benefit(self) -> tuple[float, float]:
        """Return the improvement, and its correlation with the cost."""
        if np.isnan(self.effect_error):
            raise DesignError(interface_language()("error.icer.no_error"))
        sign = 1 if self.better == "higher" else -1
        return sign * self.effect, sign * self.correlation

    def _quantile(self) -> float:
        """Return the quantile the effect's own interval was made with."""
        return (self.effect_high - self.effect_low) / 2 / self.effect_error


def cost_effectiveness(
    effect: Estimate,
    *,
    cost: float,
    cost_error: float,
    better: Better,
    correlation: float | None = None,
) -> CostEffectiveness:
    """Set the cost of a project against its effect.

    Parameters
    ----------
    effect : Estimate
        Its standard error is what its interval stands for (`standard_error`).
    cost, cost_error : float
        Euros beyond what the comparison costs, for the same thing as the effect (a territory, a
        case), and their standard error: 0 where the cost is known, `CostPerCase.error` where it
        comes from `cost_per_case`.
    better : {"higher", "lower"}
        Which way of the outcome is an improvement: the indicator's direction.
    correlation : float, optional
        Between the errors of the cost and of the effect. Without it they are taken as independent,
        and the result says so.

    Returns
    -------
    CostEffectiveness
        At the level of the effect. Where a ratio would mean nothing, `refusal` says why.

    Raises
    ------
    DesignError
        The effect is no `Estimate`; an option is unknown, a cost missing or infinite, an error
        negative, a correlation not strictly between -1 and 1: all at once.

    Examples
    --------
    >>> from toolkit.estimate import Estimate
    >>> counts = {"n_treated": 3, "n_comparison": 90, "n_periods": 66}
    >>> numbers = {"value": -6.6, "low": -7.6, "high": -5.5, "p": 0.001}
    >>> codes = {"design": "did", "estimand": "att", "inference": "crv1", "unit": "days"}
    >>> effect = Estimate(**numbers, **codes, **counts)
    >>> round(cost_effectiveness(effect, cost=3300.0, cost_error=0.0, better="lower").ratio)
    500
    """
    check_estimate(effect)
    check_options(cost, cost_error, better, correlation)
    try:
        error = standard_error(effect)
    except DesignError:
        error = np.nan
    supposed = correlation is None and cost_error > 0
    return set_against(
        (effect.value, effect.low, effect.high, error), (float(cost), float(cost_error)),
        correlation or 0.0, better, effect.unit, effect.level,
        ("independence_supposed",) if supposed else (),
    )  # fmt: skip


def set_against(effect, cost, correlation, better, unit, level, cautions) -> CostEffectiveness:
    """Set an effect (value, low, high, error) against a cost (value, error)."""
    value, low, high, error = effect
    price, price_error = cost
    sign = 1 if better == "higher" else -1
    # The effect's own: its interval excludes zero exactly where Fieller's is bounded.
    quantile = norm.ppf((1 + level) / 2) if np.isnan(error) else (high - low) / 2 / error
    half = float(quantile * price_error)
    if price - half <= 0 <= price + half and price_error > 0:
        cautions = (*cautions, "cost_covers_zero")
    refusal = ""
    if np.isnan(low) or np.isnan(high):
        refusal = "effect_without_interval"
    elif low <= 0 <= high:
        refusal = "effect_covers_zero"
    elif np.isnan(error):
        refusal = "effect_without_error"
    elif sign * value > 0 and price <= 0:
        refusal = "dominant"
    elif sign * value < 0 and price >= 0:
        refusal = "dominated"
    ratio, bounds = np.nan, (np.nan, np.nan)
    if not refusal:
        ratio = price / (sign * value)
        shared = sign * correlation * error * price_error
        joint = np.array([[price_error**2, shared], [shared, error**2]])
        bounds = fieller(price, sign * value, joint, quantile=quantile)
    return CostEffectiveness(
        value, low, high, error, price, price - half, price + half, price_error, correlation,
        better, ratio, *bounds, refusal, unit, level, cautions,
    )  # fmt: skip


def _both_positive(first: float, second: float, correlation: float) -> float:
    """Return the probability that two normal variables of unit variance are positive."""
    # Where one follows from the other, a hair less than that.
    rest = np.sqrt(max(1 - correlation**2, 1e-16))

    def density(z: float) -> float:
        return norm.pdf(z - first) * norm.cdf((second + correlation * (z - first)) / rest)

    return quad(density, max(0.0, first - 9), max(0.0, first) + 9, limit=200)[0]


def check_options(cost, cost_error, better, correlation) -> None:
    """Refuse options that are none, all at once."""
    say = interface_language()
    faults = [*option_faults(("better", better, get_args(Better)))]
    if not is_finite(cost):
        faults.append(say("error.icer.cost", seen=cost))
    if not (is_finite(cost_error) and cost_error >= 0):
        faults.append(say("error.icer.cost_error", seen=cost_error))
    if correlation is not None and not (is_finite(correlation) and -1 < correlation < 1):
        faults.append(say("error.icer.correlation", seen=correlation))
    if faults:
        raise DesignError("\n".join(faults))
