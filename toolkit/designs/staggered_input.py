"""What a staggered adoption needs: options that exist, cells that can be identified."""

from numbers import Real

import numpy as np

from toolkit.designs.group_time import Cells, Effects, Study
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

_LARGEST = 1e100


def refuse(faults: list[str]) -> None:
    """Raise what is wrong, if anything is, in one error."""
    if faults:
        say = interface_language()
        raise DesignError("\n".join([say("error.staggered"), *(f"- {text}" for text in faults)]))


def check_rng(rng: np.random.Generator | None) -> None:
    """Refuse draws without a generator."""
    if not isinstance(rng, np.random.Generator):
        refuse([interface_language()("error.staggered.rng")])


def check_settings(comparison, anticipation, trimming, base) -> None:
    """Refuse options that do not exist."""
    say = interface_language()
    known = [
        ("comparison", comparison, ("never", "not_yet")),
        ("base", base, ("varying", "universal")),
    ]
    faults = [
        say("error.staggered.option", name=name, seen=seen, known=", ".join(options))
        for name, seen, options in known
        if seen not in options
    ]
    if not isinstance(anticipation, (int, np.integer)) or anticipation < 0:
        faults.append(say("error.staggered.anticipation", seen=anticipation))
    if not (isinstance(trimming, Real) and 0 < trimming <= 1):
        faults.append(say("error.staggered.trimming", seen=trimming))
    refuse(faults)


def check_study(study: Study, periods: np.ndarray) -> None:
    """Refuse a cohort without a base, and values whose squares would overflow."""
    early = [cohort for cohort in study.cohorts if cohort - 1 - study.anticipation < 0]
    say, faults = interface_language(), []
    if early:
        text = ", ".join(str(periods[cohort]) for cohort in early)
        faults.append(say("error.staggered.no_base", cohorts=text, anticipation=study.anticipation))
    largest = max(np.nanmax(np.abs(v), initial=0) for v in (study.outcome, study.covariates))
    if largest > _LARGEST:
        faults.append(say("error.staggered.overflow", seen=f"{largest:.0e}"))
    refuse(faults)


def check_effects(cells: Cells, effects: Effects, periods: np.ndarray) -> None:
    """Refuse what covariates cannot identify, and an effect that is never seen."""
    say = interface_language()
    names = [
        f"{periods[g]} → {periods[t]}" for g, t in zip(cells.cohort, cells.period, strict=True)
    ]
    faults = []
    for kind in ("overlap", "collinear"):
        found = [name for name, fault in zip(names, effects.fault, strict=True) if fault == kind]
        if found:
            shown = ", ".join(found[:5]) + (", …" if len(found) > 5 else "")
            faults.append(say(f"error.staggered.{kind}", cells=shown))
    identified = np.array([not fault for fault in effects.fault], dtype=bool)
    if not faults and not (identified & (cells.event_time >= 0)).any():
        faults.append(say("error.staggered.no_cell"))
    refuse(faults)
