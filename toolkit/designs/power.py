"""What a difference-in-differences could detect, known before any territory is treated.

Placebos on the real panel of untreated periods: territories drawn at random are said to be treated
in the last periods of a window, an effect is added to them, and the test that
`difference_in_differences` would run is run on their changes (Bertrand, Duflo and Mullainathan
2004; Black et al. 2022 on simulated power). The noise is the panel's own, serial correlation
included.

One test a placebo gives its whole power curve. Write c for the changes, T for who is treated and
[low, high] for the test's interval on c. Both tests see an effect only through the changes of the
treated, so the interval on c + e T is [low + e, high + e]: it leaves out zero exactly where e lies
outside [-high, -low]. A rise is found from -low on, a fall from a size of high on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from math import comb, isinf

import numpy as np
import pandas as pd

from toolkit.designs.did import randomise, territory_sizes
from toolkit.designs.panel import PanelMatrix, panel_matrix
from toolkit.errors import DesignError
from toolkit.i18n import Language, interface_language

# Periods before: one alone would say nothing of how the outcome moves by itself.
_FEWEST_BEFORE = 2
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
        The test that was run: "randomisation_exact", "randomisation" or "size_adjusted".
    smallest_p : float
        The smallest p this test can attain with these numbers.
    n_territories, n_left_out, n_treated : int
        Territories used; those left out for a missing value; those treated in a placebo.
    n_before, n_after : int
        Periods of a window.
    n_windows, n_placebos : int
        Windows in the panel; placebos over all of them.
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
        number = lang.number(self.mde, digits)
        return lang(
            "power.least",
            mde=lang(f"unit.{self.unit}", number=number) if self.unit else number,
            power=lang.percent(self.power, 0),
            before=lang.number(self.n_before),
            after=lang.number(self.n_after),
            placebos=lang.number(self.n_placebos),
            **values,
        )


def minimum_detectable_effect(
    panel: pd.DataFrame,
    *,
    outcome: str,
    territory: str = "territory",
    period: str = "period",
    n_treated: int,
    n_after: int,
    n_before: int | None = None,
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
    panel : DataFrame
        One row a territory and period, of untreated periods only. It is read, never changed. A
        territory with a missing value is left out.
    outcome : str
        Numeric column; the effect comes back in its unit.
    territory, period : str
        Columns that name a row together; see `panel_matrix`.
    n_treated, n_after : int
        Territories to be treated, and periods after adoption.
    n_before : int, optional
        Periods before, at least 2. All of the panel's but the last `n_after` by default, which is
        one window; with fewer, windows start at every period that lets them fit.
    candidates : sequence, optional
        Territories among which placebos are drawn; by default all.
    size : str, optional
        As in `difference_in_differences`: with it the test is "size_adjusted".
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
        territory, or no comparison (two where `size` is given); candidates unknown or too few; a
        share not between 0 and 1, a count below 1; changes that do not vary.

    Notes
    -----
    Bertrand, Duflo and Mullainathan, Quarterly Journal of Economics 2004 (placebo laws); Black,
    Hollingsworth, Nunes and Simon, Journal of Health Economics 2022 (simulated power).
    """
    _check_numbers({"power": power, "level": level}, {"placebos": placebos, "draws": draws})
    columns = [name for name in (outcome, territory, period, size) if name is not None]
    matrix = _matrix(panel, columns, n_treated, n_before, n_after)
    sizes = None if size is None else territory_sizes(panel, matrix, territory, size)
    complete = ~np.isnan(matrix.outcome).any(axis=1)
    values, names = matrix.outcome[complete], matrix.territories[complete]
    sizes = None if sizes is None else sizes[complete]
    _check_treated(len(names), n_treated, needed=1 if size is None else 2)
    pool = _pool(names, candidates, n_treated)

    n_before = values.shape[1] - n_after if n_before is None else n_before
    windows = _window_changes(values, n_before, n_after)
    rng = np.random.default_rng(seed)
    chosen = "randomisation" if size is None else "size_adjusted"
    tests, estimates = [], []
    for window, drawn in _placebos(len(windows), pool, n_treated, placebos, rng):
        changes = windows[window]
        treated = np.zeros(len(changes), bool)
        treated[drawn] = True
        _check_noise(changes if sizes is None else changes[~treated])
        own_seed = int(rng.integers(2**32))
        tests.append(randomise(changes, treated, sizes, chosen, level, own_seed, draws))
        estimates.append(changes[treated].mean() - changes[~treated].mean())

    rise = np.sort([-test.low for test in tests])
    fall = np.sort([test.high for test in tests])
    needed = int(np.ceil(power * len(tests) - _ROUNDING)) - 1
    mde = max(float(rise[needed]), float(fall[needed]), 0.0)
    if effects is None:
        # Where nothing can be found, the curve is zero as far as three times the largest placebo.
        effects = np.linspace(0, 3 * np.abs(estimates).max() if isinf(mde) else 2 * mde, _GRID)
    return Power(
        mde=mde,
        curve=_curve(np.asarray(effects, float), rise, fall),
        inference="randomisation_exact" if tests[0].exact else chosen,
        smallest_p=float(tests[0].smallest_p),
        n_territories=len(names),
        n_left_out=int((~complete).sum()),
        n_treated=n_treated,
        n_before=n_before,
        n_after=n_after,
        n_windows=len(windows),
        n_placebos=len(tests),
        power=power,
        level=level,
        unit=unit,
    )


def _curve(effects: np.ndarray, rise: np.ndarray, fall: np.ndarray) -> pd.DataFrame:
    found = {
        name: np.searchsorted(least, effects, side="right") / len(least)
        for name, least in (("rise", rise), ("fall", fall))
    }
    lesser = np.minimum(found["rise"], found["fall"])
    return pd.DataFrame({"effect": effects, **found, "power": lesser})


def _window_changes(values: np.ndarray, n_before: int, n_after: int) -> list[np.ndarray]:
    """Return, for each window, every territory's mean after less its mean before."""
    length = n_before + n_after
    windows = [values[:, s : s + length] for s in range(values.shape[1] - length + 1)]
    return [w[:, n_before:].mean(axis=1) - w[:, :n_before].mean(axis=1) for w in windows]


def _placebos(
    n_windows: int, pool: np.ndarray, n_treated: int, placebos: int, rng: np.random.Generator
):
    """Return pairs of a window and the treated: all that there are, or as many as asked for."""
    if comb(len(pool), n_treated) * n_windows <= placebos:
        yield from product(range(n_windows), map(list, combinations(pool, n_treated)))
        return
    for _ in range(placebos):
        yield int(rng.integers(n_windows)), rng.choice(pool, n_treated, replace=False)


def _matrix(
    panel: pd.DataFrame, columns: list[str], n_treated: int, n_before: int | None, n_after: int
) -> PanelMatrix:
    """Lay out a panel in which nobody is treated: `panel_matrix` wants one who is, so pretend."""
    say = interface_language()
    missing = [name for name in columns if name not in panel]
    if missing:
        listed = ", ".join(map(str, panel.columns))
        raise DesignError(say("error.panel.columns", missing=", ".join(missing), columns=listed))
    outcome, territory, period = columns[:3]
    names, periods = panel[territory].dropna().unique(), np.sort(panel[period].dropna().unique())
    _check_treated(len(names), n_treated, needed=1)
    before = len(periods) - n_after if n_before is None else n_before
    if n_after < 1 or before < _FEWEST_BEFORE or before + n_after > len(periods):
        raise DesignError(
            say("error.power.periods", before=before, after=n_after, n=len(periods),
                needed=_FEWEST_BEFORE)
        )  # fmt: skip
    kept = panel[[outcome, territory, period]]
    adoption = pd.Series(periods[-1], panel.index).where(panel[territory] == names[0])
    pretended = kept.assign(**{"pretended adoption": adoption})
    return panel_matrix(
        pretended, outcome=outcome, territory=territory, period=period,
        adoption="pretended adoption",
    )  # fmt: skip


def _pool(names: np.ndarray, candidates: Sequence | None, n_treated: int) -> np.ndarray:
    """Return the rows of the territories that a placebo may treat."""
    if candidates is None:
        return np.arange(len(names))
    say = interface_language()
    unknown = sorted(set(candidates) - set(names), key=str)
    if unknown:
        raise DesignError(say("error.power.candidates", rows=", ".join(map(str, unknown[:5]))))
    pool = np.flatnonzero(np.isin(names, list(candidates)))
    if len(pool) < n_treated:
        raise DesignError(say("error.power.few_candidates", n=len(pool), needed=n_treated))
    return pool


def _check_treated(n_territories: int, n_treated: int, *, needed: int) -> None:
    if n_treated < 1 or n_territories - n_treated < needed:
        say = interface_language()
        raise DesignError(
            say("error.power.treated", treated=n_treated, n=n_territories, needed=needed)
        )


def _check_noise(changes: np.ndarray) -> None:
    if np.ptp(changes) <= _ROUNDING * np.abs(changes).max():
        raise DesignError(interface_language()("error.power.no_noise"))


def _check_numbers(shares: dict[str, float], counts: dict[str, int]) -> None:
    say = interface_language()
    wrong = [
        say("error.power.share", name=name, seen=seen)
        for name, seen in shares.items()
        if not 0 < seen < 1
    ]
    wrong += [
        say("error.power.count", name=name, seen=seen) for name, seen in counts.items() if seen < 1
    ]
    if wrong:
        raise DesignError("\n".join(wrong))
