"""How strong a cause left out of the comparison would have to be to overturn an effect.

A cause that drives both who is treated and how outcomes change biases a difference-in-differences.
It cannot be seen, but its strength can be bounded: by the share of what is left of both that it
would have to explain (robustness value, Cinelli and Hazlett 2020), or by comparison with the
covariates that are seen (delta, Oster 2019).

Both are read on one row a territory, its mean change from before to after: counting every period
as evidence would make the effect look far more robust than it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd
from scipy.stats import t as student

from toolkit.designs.columns import covariates_of
from toolkit.designs.did import long_form, mean_changes
from toolkit.designs.panel import PanelMatrix, panel_matrix
from toolkit.errors import DesignError
from toolkit.estimate import CheckOutcome
from toolkit.i18n import interface_language

# Oster's bound on what all causes could explain: 1.3 times what the covariates do.
R2_FACTOR = 1.3
# Beyond this, "so many times as strong as the covariates" says nothing more.
_MOST_TIMES = 100
_ROUNDING = 1e-10


def robustness_value(
    t: float, dof: int, *, share: float = 1.0, level: float | None = None
) -> float:
    """Return the share of both residual variances an omitted cause must explain to overturn t.

    Parameters
    ----------
    t : float
        Student statistic of the effect.
    dof : int
        Residual degrees of freedom of the regression.
    share : float
        Of the estimate, to be taken away: 1 brings it to zero.
    level : float, optional
        If given, the cause only has to make what is left indistinguishable from zero by an
        interval at that level.

    Returns
    -------
    float
        Between 0 and 1: with a share this large of the residual variance of the treatment and of
        that of the outcome, an omitted cause would do it; with less of both it would not.

    References
    ----------
    Cinelli and Hazlett, Journal of the Royal Statistical Society B 2020, section 4.

    Examples
    --------
    The effect of being harmed in Darfur, as they print it: 13.9 % and 7.6 %.

    >>> round(robustness_value(4.18, 783), 3), round(robustness_value(4.18, 783, level=0.95), 3)
    (0.139, 0.076)
    """
    strength = share * abs(t) / np.sqrt(dof)
    critical = 0.0
    if level is not None:
        critical = float(student.ppf((1 + level) / 2, dof - 1)) / np.sqrt(dof - 1)
    excess = strength - critical
    if excess <= 0:
        return 0.0
    if critical > 0 and strength >= 1 / critical:
        return float((strength**2 - critical**2) / (1 + strength**2))
    return float((np.sqrt(excess**4 + 4 * excess**2) - excess**2) / 2)


@dataclass(frozen=True)
class ProportionalSelection:
    """What Oster (2019) makes of how covariates move an effect.

    Attributes
    ----------
    delta : float
        How many times as strong as the covariates, in selecting who is treated, omitted causes
        would have to be for the effect to be zero; infinite where none would do. A negative one
        would have to work in the direction opposite to the covariates.
    adjusted : float
        The effect if omitted causes are exactly as strong as the covariates (delta = 1), in the
        outcome's unit.
    short, effect : float
        The effect without the covariates and with them.
    r2_short, r2, r2_max : float
        Share of the variance explained without the covariates, with them, and by all causes.
    """

    delta: float
    adjusted: float
    short: float
    effect: float
    r2_short: float
    r2: float
    r2_max: float


def proportional_selection(
    outcome: np.ndarray,
    treatment: np.ndarray,
    covariates: np.ndarray,
    *,
    r2_max: float | None = None,
) -> ProportionalSelection:
    """Compute Oster's delta and bias-adjusted effect.

    Parameters
    ----------
    outcome, treatment : ndarray, shape (n,)
    covariates : ndarray, shape (n, n_covariates)
        At least one.
    r2_max : float, optional
        What all causes together would explain, more than the covariates and at most 1; by default
        1.3 times what the covariates explain, or 1.

    Raises
    ------
    DesignError
        A value is not finite; treatment follows from the covariates; the regression fits
        perfectly; r2_max is out of range.

    Notes
    -----
    Proposition 2 of Oster (Journal of Business & Economic Statistics 2019). With delta = 1 two
    effects solve it: the one kept goes on in the direction in which the covariates moved the effect
    (her assumption 3).
    """
    say = interface_language()
    y, x = outcome - outcome.mean(), treatment - treatment.mean()
    w = covariates - covariates.mean(axis=0)
    if not np.isfinite(np.column_stack([y, x, w])).all():
        raise DesignError(say("error.sensitivity.not_finite"))
    vectors, sizes, _ = np.linalg.svd(w, full_matrices=False)
    basis = vectors[:, sizes > _ROUNDING * sizes.max(initial=0)]
    x_left, y_left = x - basis @ (basis.T @ x), y - basis @ (basis.T @ y)
    sxx, syy, tau = x @ x, y @ y, x_left @ x_left
    if tau <= _ROUNDING * sxx:
        raise DesignError(say("error.regression.collinear", names="treatment"))
    short, effect = x @ y / sxx, x_left @ y_left / tau
    left = y_left - effect * x_left
    r2_short, r2 = short**2 * sxx / syy, 1 - left @ left / syy
    if r2 >= 1 - _ROUNDING:
        raise DesignError(say("error.wild.no_noise"))
    most = min(R2_FACTOR * r2, 1.0) if r2_max is None else r2_max
    if not r2 < most <= 1:
        raise DesignError(say("error.sensitivity.r2_max", seen=most, r2=f"{r2:.3f}"))
    # Delta is a ratio of polynomials in the bias, the effect less the true one.
    sxx, syy, tau = sxx / len(y), syy / len(y), tau / len(y)
    b, seen, unseen = short - effect, (r2 - r2_short) * syy, (most - r2) * syy
    top = [tau * (sxx - tau), 2 * tau * b * sxx, seen * tau + sxx * tau * b**2, 0.0]
    bottom = [tau * (sxx - tau), tau * b * sxx, unseen * (sxx - tau), unseen * b * sxx]
    numerator, denominator = np.polyval(top, effect), np.polyval(bottom, effect)
    delta = float(numerator / denominator) if denominator else float(np.inf)
    adjusted = effect - _onward(np.subtract(bottom, top)[1:], b)
    return ProportionalSelection(
        delta, float(adjusted), float(short), float(effect), float(r2_short), float(r2), float(most)
    )


def _onward(polynomial: np.ndarray, moved: float) -> float:
    """Return the bias that solves the polynomial and has the sign of the covariates' own move."""
    biases = [root for root in np.roots(polynomial).real if root * moved >= 0]
    return min(biases, key=abs, default=0.0)


def sensitivity(
    panel: pd.DataFrame,
    *,
    outcome: str,
    territory: str = "territory",
    period: str = "period",
    adoption: str = "adoption",
    covariates: Sequence[str] = (),
    r2_max: float | None = None,
    level: float = 0.95,
) -> CheckOutcome:
    """Say how strong an omitted cause would have to be to overturn the effect.

    Parameters
    ----------
    panel, outcome, territory, period, adoption
        As for `difference_in_differences`.
    covariates : sequence of str
        Numeric columns to measure omitted causes by: their change from before to after adoption,
        or their level where they never change within a territory.
    r2_max : float, optional
        See `proportional_selection`.
    level : float
        Of the interval that an omitted cause would make cover zero.

    Returns
    -------
    CheckOutcome
        "passed" if an omitted cause would have to be at least as strong as the covariates
        together, "failed" if a weaker one would do, "informative" without covariates or if the
        effect cannot be told from zero anyway, "not_applicable" for several adoption dates or too
        few territories. Values: value, the effect on the mean changes net of the covariates;
        robustness and robustness_interval, in per cent: the share an omitted cause would have to
        explain, of what the covariates leave of both who is treated and how outcomes change, to
        bring the effect to zero, or its interval to cover zero; with covariates delta and
        adjusted, of `proportional_selection`. Data, one row a covariate: name; r2_treatment and
        r2_outcome, the shares it explains of what the others leave of both.

    Raises
    ------
    DesignError
        The panel has faults; a covariate is missing, infinite or follows from treatment; the
        changes are explained perfectly; an option is out of range.

    References
    ----------
    Cinelli and Hazlett, Journal of the Royal Statistical Society B 2020; Oster, Journal of Business
    & Economic Statistics 2019. Both read the covariates as a sample of the causes: covariates
    chosen for being harmless prove nothing.

    Examples
    --------
    See `placebo_in_time`.
    """
    say = interface_language()
    matrix = panel_matrix(
        panel, outcome=outcome, territory=territory, period=period, adoption=adoption
    )
    if not (isinstance(level, Real) and 0 < level < 1):
        raise DesignError(say("error.power.share", name="level", seen=level))
    if len(np.unique(matrix.adoption[matrix.treated])) > 1:
        return CheckOutcome("sensitivity", "not_applicable", "staggered")
    first = int(matrix.adoption.min())
    long = long_form(panel, outcome, territory, period, adoption, ())
    changes = mean_changes(long, matrix, (), first)
    moves = _covariate_changes(panel, matrix, territory, period, covariates, first)
    kept = ~np.isnan(np.column_stack([changes, moves])).any(axis=1)
    treated = matrix.treated[kept].astype("float64")
    freedom = len(treated) - 2 - len(covariates)
    if freedom < 2 or treated.min(initial=1) == treated.max(initial=1):
        return CheckOutcome("sensitivity", "not_applicable", "few_territories", {"n": len(treated)})
    value, t = _effect(changes[kept], treated, moves[kept], freedom)
    values = {
        "value": value,
        "robustness": 100 * robustness_value(t, freedom),
        "robustness_interval": 100 * robustness_value(t, freedom, level=level),
    }
    data = _partial_shares(changes[kept], treated, moves[kept], covariates)
    if values["robustness_interval"] == 0:
        return CheckOutcome("sensitivity", "informative", "inconclusive", values, data)
    if not covariates:
        return CheckOutcome("sensitivity", "informative", "no_covariates", values, data)
    oster = proportional_selection(changes[kept], treated, moves[kept], r2_max=r2_max)
    values |= {"delta": oster.delta, "adjusted": oster.adjusted}
    if 0 <= oster.delta < 1:
        return CheckOutcome("sensitivity", "failed", "weaker", values, data)
    reason = "stronger" if 0 < oster.delta <= _MOST_TIMES else "no_multiple"
    return CheckOutcome("sensitivity", "passed", reason, values, data)


def _covariate_changes(
    panel: pd.DataFrame,
    matrix: PanelMatrix,
    territory: str,
    period: str,
    covariates: Sequence[str],
    first: int,
) -> np.ndarray:
    """Return each covariate's mean change by territory, or its level where it never changes."""
    numbers = covariates_of(panel, covariates)
    columns = [np.empty((len(matrix.territories), 0))]
    for name in covariates:
        wide = panel.assign(**{name: numbers[name]})
        wide = wide.pivot(index=territory, columns=period, values=name)
        wide = wide.reindex(index=matrix.territories, columns=matrix.periods)
        constant = (wide.max(axis=1) - wide.min(axis=1)).fillna(0).eq(0).all()
        before, after = wide.iloc[:, :first].mean(axis=1), wide.iloc[:, first:].mean(axis=1)
        columns.append((wide.mean(axis=1) if constant else after - before).to_numpy()[:, None])
    return np.column_stack(columns)


def _residuals(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    design = np.column_stack([np.ones(len(values)), others])
    return values - design @ np.linalg.lstsq(design, values, rcond=None)[0]


def _effect(
    changes: np.ndarray, treated: np.ndarray, moves: np.ndarray, freedom: int
) -> tuple[float, float]:
    """Return the effect net of covariates and its Student statistic, or refuse."""
    x, y = _residuals(treated, moves), _residuals(changes, moves)
    if x @ x <= _ROUNDING * len(x) * treated.var():
        raise DesignError(interface_language()("error.regression.collinear", names="adoption"))
    value = x @ y / (x @ x)
    left = y - value * x
    if left @ left <= _ROUNDING * len(x) * changes.var():
        raise DesignError(interface_language()("error.wild.no_noise"))
    return float(value), float(value / np.sqrt(left @ left / freedom / (x @ x)))


def _partial_shares(
    changes: np.ndarray, treated: np.ndarray, moves: np.ndarray, covariates: Sequence[str]
) -> pd.DataFrame:
    """Return what each covariate explains of what the rest leaves of treatment and of outcome."""

    def share(values: np.ndarray, at: int, others: np.ndarray) -> float:
        left, own = _residuals(values, others), _residuals(moves[:, at], others)
        size = (left @ left) * (own @ own)
        return float((left @ own) ** 2 / size) if size > 0 else 0.0

    rows = []
    for at, name in enumerate(covariates):
        rest = np.delete(moves, at, axis=1)
        of_outcome = share(changes, at, np.column_stack([rest, treated]))
        rows.append((name, share(treated, at, rest), of_outcome))
    return pd.DataFrame(rows, columns=["name", "r2_treatment", "r2_outcome"])
