"""How far a finding can be trusted: its grade, step by step, and the verdict it allows.

The design sets the ceiling on the Maryland Scientific Methods Scale (Sherman et al. 1997; as the
What Works Centre for Local Economic Growth reads it): 1, a comparison across units or over time
alone; 2, the same with adequate controls; 3, difference-in-differences, panels or synthetic control
with a comparison that is justified; 4, instruments or discontinuities; 5, random assignment. What
justifies a comparison is that it withstood an attempt to refute it that could have succeeded: a
check that failed lowers the grade, so does the want of one that proves something, and one that
could not run never raises it.

Beside it stands the level of Nesta's Standards of Evidence (Puttick & Ludlow 2013), which asks less
of method and more of use: 1, what is done and why is told; 2, data show a change for the better,
whose cause is not known; 3, it is caused, by comparison with others; 4, others found it again; 5,
it can be delivered elsewhere as well. One study reaches 3 at most.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from toolkit.estimate import CheckOutcome, Estimate
from toolkit.i18n import Language

CEILINGS = {"did": 3, "staggered": 3, "synthetic_control": 3}
# These try to refute what identifies the effect.
IDENTIFYING = {
    "did": ("pretrends", "honest_trends", "placebo_in_time"),
    "staggered": ("pretrends", "honest_trends", "placebo_in_time"),
    "synthetic_control": ("fit", "placebo_in_time"),
}
# Each of these, failed, makes the estimate one that some other cause may carry.
_WEAKENING = ("leave_one_out", "spillover", "anticipation")
# Times the greatest divergence before adoption that an effect must survive to be called robust.
_ROBUST = 1.0
# Of Maryland's scale: from here on, a comparison justifies that the effect was caused.
_CAUSAL = 3
Verdict = Literal["beneficial", "harmful", "no_meaningful_effect", "inconclusive"]


@dataclass(frozen=True)
class Step:
    """A reason that moved the grade, or held it: catalogue key ``grade.<reason>``.

    `check` is the check it comes from, if any; `change` how far it moved the grade.
    """

    reason: str
    change: int = 0
    check: str = ""


@dataclass(frozen=True)
class Grade:
    """The strength of the proof.

    Attributes
    ----------
    level, ceiling : int
        On the Maryland scale, 1 to 5: reached, and the highest the design allows.
    steps : tuple of Step
        From the ceiling to the level, in order.
    """

    level: int
    ceiling: int
    steps: tuple[Step, ...]

    def sentences(self, lang: Language) -> list[str]:
        """Say the level, then each step with its reason."""
        written = [lang("grade.level", level=self.level, ceiling=self.ceiling)]
        for step in self.steps:
            check = lang(f"check.{step.check}.name") if step.check else ""
            written.append(lang(f"grade.{step.reason}", check=check))
        return written


@dataclass(frozen=True)
class Conclusion:
    """What can be concluded, and why: catalogue key ``verdict.<verdict>.<reason>``."""

    verdict: Verdict
    reason: str
    checks: tuple[str, ...] = field(default=())

    def sentence(self, lang: Language) -> str:
        """Say it, with the checks that stood in the way."""
        names = lang.join([lang(f"check.{check}.name") for check in self.checks])
        return lang(f"verdict.{self.verdict}.{self.reason}", checks=names)


def grade(design: str, checks: Iterable[CheckOutcome]) -> Grade:
    """Grade a finding from its design and what became of the checks.

    Returns
    -------
    Grade
        Never above the design's ceiling, never below 1.
    """
    found = {check.check: check for check in checks}
    ceiling = CEILINGS[design]
    steps = [Step("design")]
    identifying = [found[name] for name in IDENTIFYING[design] if name in found]
    failed = [check for check in identifying if check.status == "failed"]
    steps += [Step("comparison_refuted", -1, check.check) for check in failed]
    if not failed and not any(map(_justifies, identifying)):
        steps.append(Step("comparison_unproven", -1))
    for name in _WEAKENING:
        if name in found and found[name].status == "failed":
            steps.append(Step("weakened", -1, name))
    steps += [
        Step("could_not_run", 0, check.check)
        for check in found.values()
        if check.status == "not_applicable"
    ]
    level = max(1, ceiling + sum(step.change for step in steps))
    return Grade(level, ceiling, tuple(steps))


@dataclass(frozen=True)
class Nesta:
    """The level on Nesta's Standards of Evidence, 0 to 3 for one study, and why it is not higher.

    0 where no theory of change is recorded: the first level asks for one.
    """

    level: int
    reason: str

    def sentence(self, lang: Language) -> str:
        """Say it."""
        return lang(f"nesta.{self.reason}", level=self.level)


def nesta(
    grade: Grade, conclusion: Conclusion, estimate: Estimate, *, direction: str, theory: bool
) -> Nesta:
    """Place a finding on Nesta's Standards of Evidence.

    Parameters
    ----------
    direction : {"increase", "decrease"}
        What the project hopes for.
    theory : bool
        Whether a theory of change is recorded.
    """
    if not theory:
        return Nesta(0, "no_theory")
    better = estimate.low > 0 if direction == "increase" else estimate.high < 0
    if conclusion.verdict == "beneficial" and grade.level >= _CAUSAL:
        return Nesta(3, "caused")
    if better and conclusion.verdict in ("beneficial", "inconclusive"):
        return Nesta(2, "not_caused")
    return Nesta(1, "no_change_shown")


def _justifies(check: CheckOutcome) -> bool:
    """Tell whether a check could have refuted the comparison, and did not.

    Trends before that were found parallel by a test with the power to see what would explain the
    effect; an effect that survives trends as uneven as they ever were before (Rambachan and Roth's
    benchmark); a synthetic unit that fits. A placebo that shows nothing may just be weak.
    """
    if check.check == "honest_trends":
        robust = check.values.get("breakdown", 0) >= _ROBUST
        return (robust and check.reason == "relative") or check.reason == "never_covers"
    return check.check in ("pretrends", "fit") and check.status == "passed"


def fragility(checks: Iterable[CheckOutcome]) -> float | None:
    """Return the breakdown of an effect that trends as uneven as they ever were would overturn.

    None where it would survive them (see `honest_trends`), or where that was not looked at.

    Examples
    --------
    >>> fragility([CheckOutcome("honest_trends", "informative", "relative", {"breakdown": 0.5})])
    0.5
    """
    for check in checks:
        if check.check == "honest_trends" and check.reason == "relative":
            found = check.values["breakdown"]
            return found if found < _ROBUST else None
    return None


def conclude(
    estimate: Estimate, checks: Iterable[CheckOutcome], *, direction: str, meaningful: float
) -> Conclusion:
    """Say what an estimate allows to conclude.

    The interval decides. Within `meaningful` on both sides of zero: no effect that matters, shown
    (two one-sided tests at half of one less the level; an interval of 95 % is stricter than the
    usual 90 %). Wholly on one side of zero: beneficial or harmful, unless an attempt to refute what
    identifies the effect succeeded; the reason is "matters" where it lies beyond `meaningful` too.
    Otherwise, inconclusive, which is not "no effect".

    Parameters
    ----------
    direction : {"increase", "decrease"}
        What the project hopes for.
    meaningful : float
        The smallest effect that would matter, in the outcome's unit.
    """
    refuted = tuple(
        check.check
        for check in checks
        if check.status == "failed" and check.check in IDENTIFYING[estimate.design]
    )
    low, high = estimate.low, estimate.high
    if refuted:
        return Conclusion("inconclusive", "refuted", refuted)
    if -meaningful < low and high < meaningful:
        return Conclusion("no_meaningful_effect", "equivalence")
    if low > 0 or high < 0:
        good = (low > 0) == (direction == "increase")
        matters = min(abs(low), abs(high)) >= meaningful
        reason = "matters" if matters else "interval"
        return Conclusion("beneficial" if good else "harmful", reason)
    return Conclusion("inconclusive", "interval")
