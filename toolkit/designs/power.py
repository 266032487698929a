"""What a difference-in-differences could detect, known before any territory is treated.

Placebos on the real panel of untreated periods: territories drawn at random are said to be treated
in the last periods of a window, an effect is added to them, and the test is run that
`difference_in_differences` or `staggered` would run (Bertrand, Duflo and Mullainathan 2004; Black
et al. 2022 on simulated power). The noise is the panel's own, serial correlation included.

One test a placebo gives its whole power curve. Let [low, high] be the test's interval without any
effect. All these tests see an effect e that is equal everywhere only through the treated, so that
with it the interval is [low + e, high + e]: it leaves out zero exactly where e lies outside
[-high, -low]. A rise is found from -low on, a fall from a size of high on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import isinf
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import t

from toolkit.designs.assignments import all_adoptions, count_adoptions
from toolkit.designs.did import inference_code, randomise, territory_sizes
from toolkit.designs.group_time import Study
from toolkit.designs.inference import choose_inference
from toolkit.designs.power_input import (
    adoption_plan,
    candidate_rows,
    check_noise,
    check_numbers,
    check_treated,
    untreated_panel,
)
from toolkit.designs.regression import regression
from toolkit.designs.staggered import group_time_effects
from toolkit.estimate import as_share
from toolkit.i18n import Language

_GRID = 41
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Power:
    """The smallest effect a design could detect, and its power against others.

    Attributes
    ----------
    mde : float
        Smallest effect, in the outcome's unit and in absolute value, found with probability
        `power` whether it is a rise or a fall; infinite where no effect would ever be found.
    curve : DataFrame, shape (n_effects, 4)
        effect, in the outcome's unit; rise, fall: the share of placebos in which an effect of that
        size and sign is found; power, the smaller of the two.
    inference : str
        The test that was run: see `choose_inference`, or `Staggered.aggregate`.
    smallest_p : float
        The smallest p this test can attain with these numbers.
    n_territories, n_left_out, n_treated : int
        Territories used; those left out for a missing value; those treated in a placebo.
    n_before, n_after : int
        Periods of a window.
    n_windows, n_placebos : int
        Windows in the panel; placebos over all of them.
    cohorts : dict of int to int, or None
        With a staggered adoption: periods since the first one -> territories.
    power, level : float
        The probability asked for; one less the threshold of the test.
    unit : str
        Code of the vocabulary "unit", or "" for a bare number.
    """

    mde: float
    curve: pd.DataFrame = field(compare=False)
    inference: str
    smallest_p: float
    n_territories: int
    n_left_out: int
    n_treated: int
    n_before: int
    n_after: int
    n_windows: int
    n_placebos: int
    power: float
    level: float
    unit: str = ""
    cohorts: dict[int, int] | None = None

    def table(self) -> pd.DataFrame:
        """Return all but the curve as one row, its fields as columns."""
        names = [name for name in self.__dataclass_fields__ if name != "curve"]
        return pd.DataFrame([{name: getattr(self, name) for name in names}])

    def sentence(self, lang: Language, *, digits: int = 2) -> str:
        """Say the smallest effect that can be detected, or that none can."""
        n_comparison = self.n_territories - self.n_treated
        values = {
            "treated": lang.plural("estimate.treated", self.n_treated),
            "comparison": lang.plural("estimate.comparison", n_comparison),
            "threshold": lang.percent(1 - self.level, 0 if self.level <= 0.99 else 1),
        }
        if isinf(self.mde):
            return lang("power.nothing", smallest=lang.number(self.smallest_p, 3), **values)
        sentence = lang(
            "power.least",
            mde=lang.quantity(*as_share(self.mde, self.unit), digits),
            power=lang.percent(self.power, 0),
            before=lang.number(self.n_before),
            after=lang.number(self.n_after),
            placebos=lang.number(self.n_placebos),
            **values,
        )
        if self.cohorts is None:
            return sentence
        return f"{sentence} {lang.plural('power.staggered', len(self.cohorts))}"


def minimum_detectable_effect(
    panel: pd.DataFrame,
    *,
    outcome: str,
    territory: str = "territory",
    period: str = "period",
    n_treated: int | None = None,
    cohorts: Mapping[int, int] | None = None,
    n_after: int,
    n_before: int | None = None,
    comparison: str = "never",
    candidates: Sequence | None = None,
    size: str | None = None,
    effects: Sequence[float] | None = None,
    unit: str = "",
    power: float = 0.8,
    level: float = 0.95,
    placebos: int = 200,
    seed: int = 20131107,
    draws: int = 1_999,
) -> Power:
    """Find the smallest effect that a design with these numbers would detect.

    It holds if the effect is the same on all treated territories and periods after, if the noise
    to come is like that of the panel, and if those to be treated are like the `candidates`. Serial
    correlation is kept, since the periods of a window stay in their order.

    An effect is found where the test rejects and its estimate has the effect's sign: a rejection
    on the wrong side detects nothing. Power so counted cannot fall when the effect grows. It is at
    most the share of rejections, and is the same for all but the smallest effects.

    Parameters
    ----------
    panel : DataFrame, shape (n_rows, n_columns)
        One row a territory and period, of untreated periods only. It is read, never changed. A
        territory with a missing value is left out.
    outcome : str
        Numeric column; the effect comes back in its unit.
    territory, period : str
        Columns that name a row together; see `panel_matrix`.
    n_treated : int
        Territories to be treated, all in the same period.
    cohorts : mapping of int to int
        In its place where adoption is staggered: periods since the first adoption -> territories
        that adopt then, ``{0: 2, 3: 1}`` for two at first and one three periods later.
    n_after : int
        Periods from the (first) adoption on.
    comparison : {"never", "not_yet"}
        With `cohorts`, as in `staggered`.
    n_before : int, optional
        Periods before the (first) adoption, at least 2. All of the panel's but the last `n_after`
        by default, which is one window; with fewer, windows start at every period that lets them
        fit.
    candidates : sequence, optional
        Territories among which placebos are drawn; by default all.
    size : str, optional
        As in `difference_in_differences` and `staggered`, whose default tests are run.
    effects : sequence of float, optional
        Effects of the curve, not negative; by default 41, from 0 to twice the `mde`.
    placebos : int
        How many to draw; all are listed where there are no more. At a power of 0.8, 200 give a
        standard error of 3 points.
    seed, draws : int
        Of the placebos, and of the test where its assignments are too many to list: up to a
        million are listed, which takes about half a second a placebo at most.

    Returns
    -------
    Power

    Raises
    ------
    DesignError
        The panel has faults or missing columns; fewer than 2 periods before or 1 after; no treated
        territory, or no comparison (two where `size` is given); neither or both of n_treated and
        cohorts, or cohorts of which none adopts at 0 or one adopts after the window; candidates
        unknown or too few; a share not between 0 and 1, a count below 1, an effect below 0 or that
        is no number; changes that do not vary.

    Notes
    -----
    There is no `cluster`: where clusters will be treated as a whole, give a panel of their means.

    Bertrand, Duflo and Mullainathan, Quarterly Journal of Economics 2004 (placebo laws); Black,
    Hollingsworth, Nunes and Simon, Journal of Health Economics 2022 (simulated power).

    Examples
    --------
    >>> panel = pd.DataFrame(
    ...     {"territory": np.repeat(np.arange(30), 8), "period": np.tile(np.arange(2010, 2018), 30)}
    ... )
    >>> panel["value"] = np.random.default_rng(0).normal(50, 1, len(panel))
    >>> round(minimum_detectable_effect(panel, outcome="value", n_treated=3, n_after=4).mde, 1)
    1.4
    """
    counts = {"placebos": placebos, "draws": draws, "n_after": n_after}
    counts |= {} if n_treated is None else {"n_treated": n_treated}
    counts |= {} if n_before is None else {"n_before": n_before}
    check_numbers({"power": power, "level": level}, counts, seed, effects)
    plan = adoption_plan(n_treated, cohorts, n_after)
    n_treated = sum(plan.values())
    columns = [name for name in (outcome, territory, period, size) if name is not None]
    matrix = untreated_panel(panel, columns, n_treated, n_before, n_after)
    sizes = None if size is None else territory_sizes(panel, matrix, territory, size)
    complete = ~np.isnan(matrix.outcome).any(axis=1)
    values, names = matrix.outcome[complete], matrix.territories[complete]
    sizes = None if sizes is None else sizes[complete]
    check_treated(len(names), n_treated, needed=1 if size is None else 2)
    pool = candidate_rows(names, candidates, n_treated)

    n_before = values.shape[1] - n_after if n_before is None else n_before
    windows = np.lib.stride_tricks.sliding_window_view(values, n_before + n_after, axis=1)
    rng = np.random.default_rng(seed)
    dates, found = np.repeat([n_before + offset for offset in plan], [*plan.values()]), []
    for window, drawn in _placebos(windows.shape[1], pool, [*plan.values()], placebos, rng):
        adoption = np.full(len(names), n_before + n_after)
        adoption[drawn] = dates
        options = {"level": level, "seed": int(rng.integers(2**32)), "draws": draws}
        if cohorts is None:
            found.append(_at_once(windows[:, window], adoption, sizes, **options))
        else:
            found.append(_in_turn(windows[:, window], adoption, sizes, comparison, **options))

    rise, fall = np.sort([-one.low for one in found]), np.sort([one.high for one in found])
    needed = int(np.ceil(power * len(found) - _ROUNDING)) - 1
    mde = max(float(rise[needed]), float(fall[needed]), 0.0)
    if effects is None:
        # Where nothing can be found, the curve is zero as far as three times the largest placebo.
        most = max(abs(one.value) for one in found)
        effects = np.linspace(0, 3 * most if isinf(mde) else 2 * mde, _GRID)
    return Power(
        mde=mde,
        curve=_curve(np.asarray(effects, float), rise, fall),
        inference=found[0].inference,
        smallest_p=float(found[0].smallest_p),
        n_territories=len(names),
        n_left_out=int((~complete).sum()),
        n_treated=n_treated,
        n_before=n_before,
        n_after=n_after,
        n_windows=windows.shape[1],
        n_placebos=len(found),
        power=power,
        level=level,
        unit=unit,
        cohorts=None if cohorts is None else plan,
    )


class _Tested(NamedTuple):
    """What a test says of one placebo."""

    value: float
    low: float
    high: float
    inference: str
    smallest_p: float


def _at_once(outcome, adoption, sizes, *, level: float, seed: int, draws: int) -> _Tested:
    """Run the test that `difference_in_differences` runs by default."""
    first = int(adoption.min())
    treated = adoption < outcome.shape[1]
    changes = outcome[:, first:].mean(axis=1) - outcome[:, :first].mean(axis=1)
    check_noise(changes if sizes is None else changes[~treated])
    n = int(treated.sum())
    chosen, _ = choose_inference(n, len(treated) - n, sizes_known=sizes is not None)
    value = float(changes[treated].mean() - changes[~treated].mean())
    if chosen == "crv3":
        low, high = _by_jackknife(changes, treated, level)
        return _Tested(value, low, high, chosen, 0.0)
    test = randomise(changes, treated, sizes, chosen, level, seed, draws)
    return _Tested(value, test.low, test.high, inference_code(chosen, test), test.smallest_p)


def _by_jackknife(changes: np.ndarray, treated: np.ndarray, level: float) -> tuple[float, float]:
    frame = pd.DataFrame({"y": changes, "d": treated.astype(float), "u": np.arange(len(changes))})
    fit = regression(frame, outcome="y", regressors=["d"], cluster="u", covariance_type="crv3")
    value, error = fit["d"]
    half = float(t.ppf((1 + level) / 2, len(changes) - 1)) * error
    return value - half, value + half


def _in_turn(
    outcome, adoption, sizes, comparison: str, *, level: float, seed: int, draws: int
) -> _Tested:
    """Run the test of the average effect that `staggered` runs by default."""
    n, n_periods = outcome.shape
    check_noise(outcome - outcome[:, :1])
    covariates = np.zeros((n, n_periods, 0))
    study = Study(outcome, adoption, covariates, comparison, 0, 1.0, "varying", sizes)
    effects = group_time_effects(study, np.arange(n), np.arange(n_periods))
    rng = np.random.default_rng(seed)
    found = effects.aggregate("simple", rng=rng, draws=draws, level=level)
    return _Tested(found.value, found.low, found.high, found.inference, found.smallest_p)


def _curve(effects: np.ndarray, rise: np.ndarray, fall: np.ndarray) -> pd.DataFrame:
    found = {
        name: np.searchsorted(least, effects, side="right") / len(least)
        for name, least in (("rise", rise), ("fall", fall))
    }
    lesser = np.minimum(found["rise"], found["fall"])
    return pd.DataFrame({"effect": effects, **found, "power": lesser})


def _placebos(
    n_windows: int, pool: np.ndarray, sizes: list[int], placebos: int, rng: np.random.Generator
):
    """Return pairs of a window and the treated: all that there are, or as many as asked for."""
    if count_adoptions(len(pool), sizes) * n_windows <= placebos:
        yield from product(range(n_windows), pool[all_adoptions(len(pool), sizes)])
        return
    for _ in range(placebos):
        yield int(rng.integers(n_windows)), rng.choice(pool, sum(sizes), replace=False)
