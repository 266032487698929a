"""What a power analysis needs: untreated periods enough, and a plan of who adopts when."""

from collections.abc import Mapping, Sequence
from numbers import Real

import numpy as np
import pandas as pd

from toolkit.designs.arguments import check_columns, is_finite, option_faults
from toolkit.designs.columns import check_labels, shown
from toolkit.designs.panel import PanelMatrix, matrix_of_untreated
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

# Periods before: one alone would say nothing of how the outcome moves by itself.
_FEWEST_BEFORE = 2
_ROUNDING = 1e-9


def adoption_plan(
    n_treated: int | None, cohorts: Mapping[int, int] | None, n_after: int
) -> dict[int, int]:
    """Return when territories adopt, in periods since the first adoption, and how many."""
    say = interface_language()
    if (n_treated is None) == (cohorts is None):
        raise DesignError(say("error.power.either"))
    if cohorts is None:
        return {0: n_treated}
    counts = [*cohorts, *cohorts.values()]
    whole = all(isinstance(count, (int, np.integer)) for count in counts)
    if not whole or 0 not in cohorts or min(counts) < 0 or min(cohorts.values()) < 1:
        raise DesignError(say("error.power.cohorts", seen=dict(cohorts)))
    if max(cohorts) >= n_after:
        raise DesignError(say("error.power.late", seen=max(cohorts), n=n_after))
    return {int(offset): int(cohorts[offset]) for offset in sorted(cohorts)}


def untreated_panel(
    panel: pd.DataFrame, columns: list[str], n_treated: int, n_before: int | None, n_after: int
) -> PanelMatrix:
    """Lay out a panel in which nobody is treated: `panel_matrix` wants one who is, so pretend."""
    say = interface_language()
    check_columns(panel, columns)
    outcome, territory, period = columns[:3]
    check_labels(panel, [territory, period])
    names, periods = panel[territory].dropna().unique(), np.sort(panel[period].dropna().unique())
    check_treated(len(names), n_treated, needed=1)
    before = len(periods) - n_after if n_before is None else n_before
    if n_after < 1 or before < _FEWEST_BEFORE or before + n_after > len(periods):
        raise DesignError(
            say("error.power.periods", before=before, after=n_after, n=len(periods),
                needed=_FEWEST_BEFORE)
        )  # fmt: skip
    return matrix_of_untreated(panel, outcome, territory, period)


def candidate_rows(names: np.ndarray, candidates: Sequence | None, n_treated: int) -> np.ndarray:
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


def check_treated(n_territories: int, n_treated: int, *, needed: int) -> None:
    """Refuse a plan that leaves too few treated, or too few to compare them with."""
    if n_treated < 1 or n_territories - n_treated < needed:
        say = interface_language()
        raise DesignError(
            say("error.power.treated", treated=n_treated, n=n_territories, needed=needed)
        )


def check_noise(changes: np.ndarray) -> None:
    """Refuse territories (rows) that all change alike."""
    if np.ptp(changes, axis=0).max() <= _ROUNDING * np.abs(changes).max():
        raise DesignError(interface_language()("error.power.no_noise"))


def check_numbers(
    shares: dict[str, float], counts: dict[str, int], seed: int, effects: Sequence[float] | None
) -> None:
    """Refuse shares outside (0, 1), counts below 1, a seed that is none, effects below 0."""
    say = interface_language()
    wrong = [
        say("error.power.share", name=name, seen=seen)
        for name, seen in shares.items()
        if not (isinstance(seen, Real) and 0 < seen < 1)
    ]
    wrong += option_faults(**counts, seed=seed)
    below = [
        seen for seen in (() if effects is None else effects) if not (is_finite(seen) and seen >= 0)
    ]
    if below:
        wrong.append(say("error.power.effects", seen=shown(below)))
    if wrong:
        raise DesignError("\n".join(wrong))
