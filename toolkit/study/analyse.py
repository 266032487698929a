"""A protocol and its data to a study: the estimate, every planned check, the grade, the verdict."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Literal

import numpy as np
import pandas as pd

from toolkit.cards import Card
from toolkit.designs.checks import anticipation, placebo_in_time, spillover
from toolkit.designs.did import difference_in_differences
from toolkit.designs.honest_trends import honest_trends
from toolkit.designs.leave_one_out import leave_one_out
from toolkit.designs.placebo_in_space import placebo_in_space
from toolkit.designs.power import Power
from toolkit.designs.pretrends import pretrend_test
from toolkit.designs.sensitivity import sensitivity
from toolkit.designs.staggered import Staggered, staggered
from toolkit.designs.synthetic_checks import (
    leave_one_donor_out,
    synthetic_fit,
    synthetic_placebo_in_space,
)
from toolkit.designs.synthetic_control import SyntheticControl, synthetic_control
from toolkit.errors import DesignError
from toolkit.estimate import CheckOutcome, Estimate
from toolkit.i18n import Language
from toolkit.study.deviations import Deviation, deviations
from toolkit.study.events import (
    Events,
    events_of_one_adoption,
    events_of_several_adoptions,
)
from toolkit.study.evidence import Conclusion, Grade, conclude, grade
from toolkit.study.lock import Lock
from toolkit.study.power import study_power
from toolkit.study.protocol import ProtocolFile, Thresholds, load_protocol
from toolkit.study.robustness import Robustness, robustness
from toolkit.study.sample import Sample, study_sample

_GRID = (0.0, 0.5, 1.0, 1.5, 2.0)
_DRAWS = 999
Status = Literal["locked", "retrospective", "exploratory"]


@dataclass(frozen=True, eq=False)
class Study(Card):
    """What was asked, what was found, and how far it can be trusted.

    Attributes
    ----------
    file : ProtocolFile
    lock : Lock or None
    deviations : tuple of Deviation
        Ways in which what ran is not what was locked; empty without a lock.
    sample : Sample
    estimate : Estimate
    checks : tuple of CheckOutcome
        Those planned, in the order of the protocol.
    events : Events or None
        Coefficients around adoption, where the design has them.
    control : SyntheticControl or None
        Its weights, paths and placebos, where that is the design.
    grade : Grade
    conclusion : Conclusion
    design : callable
        From a panel and ``outcome=`` to an `Estimate`, as the protocol says.
    """

    file: ProtocolFile
    lock: Lock | None
    deviations: tuple[Deviation, ...]
    sample: Sample
    estimate: Estimate
    checks: tuple[CheckOutcome, ...]
    events: Events | None
    control: SyntheticControl | None
    grade: Grade
    conclusion: Conclusion
    design: Callable[..., Estimate]

    @cached_property
    def robustness(self) -> Robustness:
        """Other specifications, other outcomes and parts of the treated, where they are asked.

        Raises
        ------
        DesignError
            A subgroup names who is not treated; or what is declared cannot be identified.
        """
        return robustness(self.file.protocol, self.sample, self.design)

    @cached_property
    def power(self) -> Power | None:
        """The smallest effect that could have been found; None where that cannot be told."""
        return study_power(self.file.protocol, self.sample)

    @property
    def id(self) -> str:
        """The study's id."""
        return self.file.protocol.id

    @property
    def status(self) -> Status:
        """How the question relates to the answer.

        "locked": asked before any outcome after adoption was known, and run as locked.
        "retrospective": run as locked, but locked when the answer could be known. "exploratory":
        not locked, or not run as locked.
        """
        if self.lock is None or self.deviations:
            return "exploratory"
        return "retrospective" if self.lock.outcomes_known else "locked"

    def card(self, lang: Language) -> tuple[str, list[tuple[str, str]]]:
        """Return its title, and its question, data, effect, verdict and grade."""
        protocol = self.file.protocol
        facts = {
            "question": getattr(protocol.question, lang.code),
            "state": lang(f"card.{'simulated' if self.sample.simulated else 'observed'}"),
            "effect": self.estimate.sentence(lang, concluded=True),
            "verdict": self.conclusion.sentence(lang),
            "grade": lang("grade.level", level=self.grade.level, ceiling=self.grade.ceiling),
        }
        title = getattr(protocol.title, lang.code)
        return title, [(lang(f"card.{name}"), text) for name, text in facts.items()]

    def table(self) -> pd.DataFrame:
        """Return the estimate as one row, with study, status, grade and verdict."""
        added = {
            "study": self.id,
            "status": self.status,
            "grade": self.grade.level,
            "verdict": self.conclusion.verdict,
        }
        return self.estimate.table().assign(**added)


@dataclass(frozen=True, eq=False)
class _Analysis:
    """What a design gives: its estimate, a callable that estimates anew, and what is its own.

    `events` makes the coefficients around adoption, where the design has some; `control` is the
    synthetic control, with the callable that fits it anew without a donor.
    """

    estimate: Estimate
    design: Callable[..., Estimate]
    events: Callable[[], Events] | None = None
    control: SyntheticControl | None = None
    without_donor: Callable[[str], SyntheticControl] | None = None


def run_study(study: str) -> Study:
    """Run a study as its protocol says.

    Raises
    ------
    DataError
        The protocol or the project has faults, or data are to be pulled first.
    DesignError
        What the protocol asks cannot be identified from its data.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    file = load_protocol(study)
    return analyse(file, study_sample(file.protocol), file.lock)


def analyse(file: ProtocolFile, sample: Sample, lock: Lock | None = None) -> Study:
    """Estimate, try to refute, grade and conclude."""
    protocol = file.protocol
    analysis = _DESIGNS[protocol.design](protocol, sample)
    events = _attempt(analysis.events) if analysis.events else None
    checks = tuple(_check(name, file, sample, analysis, events) for name in protocol.checks)
    conclusion = conclude(
        analysis.estimate,
        checks,
        direction=sample.direction,
        meaningful=protocol.thresholds.meaningful,
    )
    return Study(
        file=file,
        lock=lock,
        deviations=() if lock is None else deviations(lock, file, sample),
        sample=sample,
        estimate=analysis.estimate,
        checks=checks,
        events=events,
        control=analysis.control,
        grade=grade(protocol.design, checks),
        conclusion=conclusion,
        design=analysis.design,
    )


def refusal(file: ProtocolFile, sample: Sample) -> str:
    """Say why the design could not be estimated on the data there are; "" where it could.

    What it estimates is told to nobody: a protocol is checked before its answer is seen.
    """
    try:
        _DESIGNS[file.protocol.design](file.protocol, sample)
    except DesignError as error:
        return str(error)
    return ""


def _attempt(make: Callable):
    """Return what is made, or None where the data do not identify it."""
    try:
        return make()
    except DesignError:
        return None


def _columns(sample: Sample) -> dict[str, str | None]:
    """Name the columns of sizes and clusters, where the sample has them."""
    return {name: name if name in sample.panel else None for name in ("size", "cluster")}


def _did(protocol, sample: Sample) -> _Analysis:
    settings = _columns(sample) | {
        "unit": sample.unit,
        "level": protocol.thresholds.level,
        "seed": protocol.seed,
        "inference": protocol.inference,
    }
    design = partial(difference_in_differences, **settings)
    estimate = design(sample.panel, outcome="value")
    return _Analysis(estimate, design, partial(events_of_one_adoption, protocol, sample))


def _staggered(protocol, sample: Sample) -> _Analysis:
    level = protocol.thresholds.level
    settings = _columns(sample) | {
        # Later adopters stand as comparison until they adopt, or nobody would where all do.
        "comparison": "not_yet",
        "anticipation": protocol.periods.anticipation,
        "unit": sample.unit,
    }

    def effects(panel: pd.DataFrame, **own) -> Staggered:
        return staggered(panel, **(settings | own))

    def design(panel: pd.DataFrame, **columns) -> Estimate:
        rng = np.random.default_rng(protocol.seed)
        found = effects(panel, **columns)
        return found.aggregate(
            "simple", inference=protocol.inference, rng=rng, draws=_DRAWS, level=level
        )

    def events() -> Events:
        found = effects(sample.panel, base="universal", outcome="value")
        return events_of_several_adoptions(protocol, found)

    return _Analysis(design(sample.panel, outcome="value"), design, events)


def _synthetic_control(protocol, sample: Sample) -> _Analysis:
    settings = {"unit": sample.unit, "level": protocol.thresholds.level, "seed": protocol.seed}
    fit = partial(synthetic_control, **settings)

    def design(panel: pd.DataFrame, **columns) -> Estimate:
        return fit(panel, **columns).estimate

    def without_donor(name: str) -> SyntheticControl:
        return fit(sample.panel, outcome="value", exclude=[name], placebos=False)

    control = fit(sample.panel, outcome="value")
    return _Analysis(control.estimate, design, control=control, without_donor=without_donor)


_DESIGNS = {"did": _did, "staggered": _staggered, "synthetic_control": _synthetic_control}


def _check(
    name: str, file: ProtocolFile, sample: Sample, analysis: _Analysis, events: Events | None
) -> CheckOutcome:
    """Make one planned check; one that the data refuse is not applicable, and says so."""
    if name in ("pretrends", "honest_trends"):
        if events is None:
            return CheckOutcome(name, "not_applicable", "no_events")
        make = _pretrends if name == "pretrends" else _honest_trends
        return make(events, analysis.estimate, file.protocol.thresholds)
    if analysis.control is not None and name in _OF_CONTROLS:
        return _OF_CONTROLS[name](analysis)
    panel, protocol = sample.panel, file.protocol
    if name == "placebo_in_space":
        return placebo_in_space(panel, outcome="value", seed=protocol.seed, **_columns(sample))
    if name == "sensitivity":
        return sensitivity(panel, outcome="value", level=protocol.thresholds.level)
    settings = {"outcome": "value", "design": analysis.design}
    if name == "spillover":
        return spillover(panel, sample.neighbours, **settings)
    if name == "leave_one_out" and analysis.control is not None:
        # Donors have a check of their own.
        settings["over"] = "treated"
    if name == "leave_one_out" and "cluster" in panel:
        settings["cluster"] = "cluster"
    return _AGAIN[name](panel, **settings)


# These estimate anew, by the study's own design, on a panel changed on purpose.
_AGAIN = {
    "placebo_in_time": placebo_in_time,
    "leave_one_out": leave_one_out,
    "anticipation": anticipation,
}
_OF_CONTROLS = {
    "fit": lambda analysis: synthetic_fit(analysis.control),
    "placebo_in_space": lambda analysis: synthetic_placebo_in_space(
        analysis.control, level=analysis.estimate.level
    ),
    "leave_one_donor_out": lambda analysis: leave_one_donor_out(
        analysis.control, analysis.without_donor
    ),
}


# Where no effect shows, what a divergence could do is hide one.
_HIDING = {"powerful": "powerful_hiding", "weak": "weak_hiding"}


def _pretrends(events: Events, estimate: Estimate, thresholds: Thresholds) -> CheckOutcome:
    """Test the trends before, against what would explain the effect, or hide one that matters."""
    beta, covariance = events.before
    shown = not estimate.low <= 0 <= estimate.high
    after = events.frame.event_time[events.frame.event_time >= 0]
    outcome = pretrend_test(
        beta,
        covariance,
        estimate=estimate.value if shown else thresholds.meaningful,
        periods_after=float(after.mean() + 1),
        level=thresholds.level,
    )
    if shown:
        return outcome
    return replace(outcome, reason=_HIDING.get(outcome.reason, outcome.reason))


def _honest_trends(events: Events, estimate: Estimate, thresholds: Thresholds) -> CheckOutcome:
    if events.n_before == 0:
        return CheckOutcome("honest_trends", "not_applicable", "no_events")
    found = honest_trends(
        events.frame.value.to_numpy(),
        events.covariance,
        n_pre=events.n_before,
        grid=_GRID,
        weights="average",
        level=thresholds.level,
    )
    return found.outcome()
