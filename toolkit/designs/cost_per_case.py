"""What a case served costs, and how sure that is, over the territories of a project."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.stats import t

from toolkit.designs.arguments import as_numbers, option_faults
from toolkit.designs.cost import FullCost, write_euros
from toolkit.errors import DesignError
from toolkit.estimate import explain
from toolkit.i18n import Language, interface_language

# Below this many territories an interval over territories says little: it is said.
FEW_TERRITORIES = 5
# Below this many, percentiles of resamples are too narrow (docs/methods/cost.md): refused.
FEWEST_RESAMPLED = 20
Inference = Literal["fieller", "bootstrap_territories"]


@dataclass(frozen=True)
class CostPerCase:
    """What one case served costs, over the territories.

    Attributes
    ----------
    value, low, high : float
        Euros a case; interval at `level`, infinite where the cases are too few to bound it, NaN
        with one territory.
    error : float
        Standard error of `value` by linearisation; NaN with one territory.
    cost, cases : float
        Their totals.
    n_territories : int
    level : float
    inference : str
        "fieller" or "bootstrap_territories".
    cautions : tuple of str
        "few_territories", "one_territory", "ratio_unbounded".
    """

    value: float
    low: float
    high: float
    error: float
    cost: float
    cases: float
    n_territories: int
    level: float
    inference: str
    cautions: tuple[str, ...] = ()

    def table(self) -> pd.DataFrame:
        """Return the result as one row."""
        row = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return pd.DataFrame([row | {"cautions": ", ".join(self.cautions)}])

    def sentence(self, lang: Language, *, digits: int = 0) -> str:
        """Say the cost of a case, its interval, what it rests on and the doubts."""
        values = {
            "value": write_euros(self.value, lang, digits), "cases": lang.number(self.cases),
            "cost": write_euros(self.cost, lang), "level": lang.percent(self.level, 0),
            "territories": lang.plural("cost.territories", self.n_territories),
        }  # fmt: skip
        if not np.isfinite(self.low):
            said = lang("cost_per_case.sentence.no_interval", **values)
        else:
            low, high = (write_euros(bound, lang, digits) for bound in (self.low, self.high))
            said = lang("cost_per_case.sentence.interval", low=low, high=high, **values)
        return " ".join([said, *(lang(f"caution.{code}") for code in self.cautions)])

    def explanation(self, lang: Language) -> list[str]:
        """Say how the interval was obtained; the cautions are in the sentence."""
        return explain(lang, inference=self.inference, level=self.level)


def cost_per_case(
    cost: FullCost | pd.Series,
    cases: pd.Series,
    *,
    inference: Inference = "fieller",
    level: float = 0.95,
    seed: int = 20131107,
    draws: int = 9_999,
) -> CostPerCase:
    """Divide the cost of the territories by the cases they served.

    The ratio of totals. Its interval takes the territories as drawn from others like them, each
    with its cost and its cases together; the shared costs are known, and spread evenly. If you ask
    only what these territories cost, the value has no sampling error: quote it without interval.

    Parameters
    ----------
    cost : FullCost or Series
        A Series has euros by territory, all costs spread already.
    cases : Series
        Cases served by territory, in the period of the costs; the same territories.
    inference : {"fieller", "bootstrap_territories"}
        Fieller's interval with Student's quantile, or the percentiles of `draws` resamples of
        territories, which need at least twenty of them.

    Raises
    ------
    DesignError
        The territories differ, a cost or a number of cases is missing, negative or infinite,
        nobody was served, or there are too few territories to resample.

    Examples
    --------
    >>> cost = pd.Series({"a": 100.0, "b": 220.0, "c": 310.0})
    >>> cost_per_case(cost, pd.Series({"a": 10, "b": 20, "c": 30})).value
    10.5
    """
    costs, shared = cost, 0.0
    if isinstance(cost, FullCost):
        by_territory = cost.by("territory").set_index("territory").cost
        costs, shared = by_territory.drop("", errors="ignore"), cost.shared
    _check_cases(costs, cases, inference, level=level, seed=seed, draws=draws)
    n = len(costs)
    spent = as_numbers(costs) + shared / n
    served = as_numbers(cases.reindex(costs.index))
    value = float(spent.sum() / served.sum())
    low = high = error = np.nan
    if n > 1:
        error = float(np.std(spent - value * served, ddof=1) / np.sqrt(n) / served.mean())
        if inference == "fieller":
            covariance = np.cov(spent, served) / n
            quantile = float(t.ppf((1 + level) / 2, n - 1))
            low, high = fieller(spent.mean(), served.mean(), covariance, quantile=quantile)
        else:
            rows = np.random.default_rng(seed).integers(n, size=(draws, n))
            ratios = spent[rows].sum(axis=1) / np.maximum(served[rows].sum(axis=1), 1e-300)
            low, high = map(float, np.quantile(ratios, [(1 - level) / 2, (1 + level) / 2]))
    cautions = {
        "one_territory": n == 1,
        "few_territories": 1 < n < FEW_TERRITORIES,
        "ratio_unbounded": bool(np.isinf([low, high]).any()),
    }
    return CostPerCase(
        value, low, high, error, float(spent.sum()), float(served.sum()), n, level, inference,
        tuple(code for code, holds in cautions.items() if holds),
    )  # fmt: skip


def fieller(
    numerator: float, denominator: float, covariance: np.ndarray, *, quantile: float
) -> tuple[float, float]:
    """Return the interval of a ratio of two means (Fieller, JRSS B 1954).

    The ratios r at which numerator - r denominator is within `quantile` standard errors of zero.
    Infinite on both sides where the denominator is not told from zero: no ratio can be bounded.

    Parameters
    ----------
    covariance : ndarray, shape (2, 2)
        Of the two means, numerator first.
    """
    square = quantile**2
    a = denominator**2 - square * covariance[1, 1]
    b = numerator * denominator - square * covariance[0, 1]
    c = numerator**2 - square * covariance[0, 0]
    if a <= 0:
        return -np.inf, np.inf
    # Positive up to rounding where a is: the ratio itself lies between the roots.
    half = np.sqrt(max(0.0, b**2 - a * c))
    return float((b - half) / a), float((b + half) / a)


def _check_cases(costs: pd.Series, cases: pd.Series, inference: str, **numbers) -> None:
    say = interface_language()
    for name, series in (("cost", costs), ("cases", cases)):
        if not isinstance(series, pd.Series):
            seen = type(series).__name__
            raise DesignError(say("error.cost.series", name=name, seen=seen))
    faults = [*option_faults(("inference", inference, get_args(Inference)), **numbers)]
    apart = sorted(map(str, set(costs.index) ^ set(cases.index)))
    if apart or costs.index.has_duplicates or cases.index.has_duplicates or not len(costs):
        faults.append(say("error.cost.territories", rows=", ".join(apart[:5]) or "-"))
    for name, series in (("cost", costs), ("cases", cases)):
        values = as_numbers(series)
        wrong = ~(values >= 0)
        if wrong.any():
            rows = ", ".join(map(str, series.index[wrong][:5]))
            faults.append(say("error.cost.number", column=name, rows=rows))
        elif name == "cases" and not values.sum() > 0:
            faults.append(say("error.cost.nobody"))
    if inference == "bootstrap_territories" and len(costs) < FEWEST_RESAMPLED:
        faults.append(say("error.cost.resample", n=len(costs), needed=FEWEST_RESAMPLED))
    if faults:
        raise DesignError("\n".join(faults))
