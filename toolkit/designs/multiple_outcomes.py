"""Several outcomes of one change: p-values that hold for the family, by permutation.

With twenty outcomes and no effect, one is expected to show p < 0.05. The step-down procedure of
Romano and Wolf (Econometrica 2005; the permutation form is Westfall and Young 1993) keeps the
probability of even one false finding at the nominal level, and, since all outcomes are permuted
together, loses less power than Bonferroni where outcomes move together.

The statistic of an outcome is the mean change of the treated less that of the others, over its
standard deviation across all assignments. That orders assignments and outcomes exactly as the
Student statistic with pooled variance would (the total sum of squares does not change when
treatment is permuted), and on one outcome gives the p of `randomisation`.
"""

from math import comb

import numpy as np
import pandas as pd

from toolkit.designs.arguments import option_faults
from toolkit.designs.assignments import MOST_EXACT, all_assignments, drawn_assignments
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

# Two studentised statistics that differ by less than rounding are equal.
_TIE = 1e-9
# Values gathered at once: some tens of megabytes.
_CHUNK = 4_000_000


def romano_wolf(
    changes: np.ndarray | pd.DataFrame,
    treated: np.ndarray,
    *,
    seed: int = 20131107,
    draws: int = 9_999,
) -> pd.DataFrame:
    """Test several outcomes at once, with the family-wise error held.

    Null of an outcome: treatment changed it on no territory. `p_adjusted` <= a for any outcome
    whose null is true happens with a probability of at most a, whichever nulls are true.

    Parameters
    ----------
    changes : ndarray or DataFrame, shape (n_territories, n_outcomes)
        Change of each territory from before to after, one column an outcome.
    treated : ndarray of bool, shape (n_territories,)
    seed, draws : int
        Of the assignments drawn when there are more than a million; the observed one is added to
        them, so that no p is zero.

    Returns
    -------
    DataFrame, shape (n_outcomes, 3)
        In the order and under the names of the columns of `changes`: value, the difference of
        mean changes, in the outcome's unit; p, of the outcome alone; p_adjusted, for the family,
        never below p and in the order of the studentised statistics.

    Raises
    ------
    DesignError
        The shapes do not match; none or all are treated; an outcome has a missing or infinite
        value, or is constant; seed or draws are none.

    Examples
    --------
    >>> changes = np.random.default_rng(0).normal(0, 1, (20, 2))
    >>> treated = np.arange(20) < 4
    >>> changes[treated, 0] -= 5
    >>> romano_wolf(changes, treated).p_adjusted.round(2).tolist()
    [0.0, 0.61]
    """
    frame = pd.DataFrame(changes)
    treated = np.asarray(treated, dtype=bool)
    _check_outcomes(frame, treated, seed=seed, draws=draws)
    values = frame.to_numpy("float64")
    centred = values - values.mean(axis=0)
    # In units of the largest, so that no square vanishes or overflows.
    centred = centred / np.abs(centred).max(axis=0)
    n, k = len(values), int(treated.sum())
    # Of the statistic across all assignments.
    deviation = centred.std(axis=0, ddof=1) * np.sqrt(n / (k * (n - k)))
    standard = centred / deviation * (1 / k + 1 / (n - k))
    own = np.abs(standard[treated].sum(axis=0))
    order = np.argsort(-own, kind="stable")
    chosen = possible_assignments(treated, rng=np.random.default_rng(seed), draws=draws)
    single, family = _counts(standard[:, order], own[order], chosen)
    back = np.argsort(order, kind="stable")
    adjusted = np.maximum.accumulate(family / len(chosen))
    return pd.DataFrame(
        {
            "value": values[treated].mean(axis=0) - values[~treated].mean(axis=0),
            "p": (single / len(chosen))[back],
            "p_adjusted": adjusted[back],
        },
        index=frame.columns.rename("outcome"),
    )


def possible_assignments(
    treated: np.ndarray, *, rng: np.random.Generator, draws: int, most: int = MOST_EXACT
) -> np.ndarray:
    """Return who else could have been treated, the observed assignment among them.

    All assignments where they are at most `most`, else `draws` of them after the observed one: a
    share of these rows is then the p-value, (1 + count) / (1 + draws).

    Returns
    -------
    ndarray of int, shape (n_assignments, n_treated)
        Positions of the treated territories.
    """
    n, k = len(treated), int(treated.sum())
    if comb(n, k) <= most:
        return all_assignments(n, k)
    return np.vstack([np.flatnonzero(treated), drawn_assignments(n, k, draws, rng)])


def _counts(
    standard: np.ndarray, own: np.ndarray, chosen: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Count assignments as extreme as `own` (decreasing): by outcome, and for it or any after."""
    single, family = np.zeros(len(own), dtype=int), np.zeros(len(own), dtype=int)
    step = max(1, _CHUNK // (chosen.shape[1] * len(own)))
    for start in range(0, len(chosen), step):
        extreme = np.abs(standard[chosen[start : start + step]].sum(axis=1))
        largest = np.maximum.accumulate(extreme[:, ::-1], axis=1)[:, ::-1]
        single += (extreme >= own - _TIE).sum(axis=0)
        family += (largest >= own - _TIE).sum(axis=0)
    return single, family


def _check_outcomes(frame: pd.DataFrame, treated: np.ndarray, **counts: int) -> None:
    say = interface_language()
    if treated.shape != (len(frame),) or not frame.shape[1]:
        shapes = {"changes": str(frame.shape), "treated": str(treated.shape)}
        raise DesignError(say("error.outcomes.shape", **shapes))
    if treated.all() or not treated.any():
        raise DesignError(say("error.outcomes.treated", n=int(treated.sum()), total=len(treated)))
    faults = list(option_faults(**counts))
    for name, column in frame.items():
        values = pd.to_numeric(column, errors="coerce").to_numpy("float64", na_value=np.nan)
        unknown = frame.index[~np.isfinite(values)]
        if len(unknown):
            rows = ", ".join(map(str, unknown[:5])) + (", …" if len(unknown) > 5 else "")
            faults.append(say("error.outcomes.missing", outcome=name, n=len(unknown), rows=rows))
        elif np.ptp(values) == 0:
            faults.append(say("error.outcomes.constant", outcome=name, value=values[0]))
    if faults:
        raise DesignError("\n".join(faults))
