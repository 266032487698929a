"""The smallest effect a study could find, known before its answer is."""

from collections.abc import Callable
from functools import partial
from math import inf

from toolkit.designs.power import Power, minimum_detectable_effect
from toolkit.errors import DesignError
from toolkit.estimate import Estimate, as_share
from toolkit.i18n import Language
from toolkit.study.protocol import Protocol
from toolkit.study.sample import Sample

# Fewer would tell little of how noise depends on size, or of who else could have adopted.
_FEWEST_LEFT = 10
_POWER = 0.8
# At a power of 0.8, 100 placebos give a standard error of 4 points.
_STAGGERED = {"placebos": 100, "draws": 399}


def study_power(protocol: Protocol, sample: Sample, *, power: float = _POWER) -> Power | None:
    """Return the smallest effect the design could find, by placebo where nobody was treated.

    On the territories never treated, over all periods, adopting at the dates and in the numbers of
    the real ones: the periods before and after are those of the study. Where those left to compare
    with would be fewer than ten, all are said to adopt at once, on the periods before the first
    date, two thirds of a window before and one third after; several dates so put together can only
    make it too small, and its `cohorts` is None. None altogether where the periods before are fewer
    than three, where nothing is identified, and where the test is another: for a synthetic control,
    or clusters treated as a whole.
    """
    other_test = protocol.design == "synthetic_control" or protocol.clusters != "none"
    if other_test or not sample.treated:
        return None
    find = partial(
        minimum_detectable_effect,
        outcome="value",
        size="size" if "size" in sample.panel else None,
        unit=sample.unit,
        level=protocol.thresholds.level,
        seed=protocol.seed,
        power=power,
    )
    return _at_real_dates(find, protocol, sample) or _at_once(find, sample)


def _at_real_dates(find: Callable[..., Power], protocol: Protocol, sample: Sample) -> Power | None:
    panel = sample.panel
    adoptions = panel.groupby("territory").adoption.first().dropna()
    untreated = panel[panel.adoption.isna()]
    whole = untreated.groupby("territory").value.count() == panel.period.nunique()
    if whole.sum() - len(adoptions) < _FEWEST_LEFT:
        return None
    periods = sorted(panel.period.unique())
    first = periods.index(adoptions.min())
    find = partial(find, untreated, n_after=len(periods) - first)
    if protocol.design == "did":
        return _attempt(partial(find, n_treated=len(adoptions)))
    at = [periods.index(adoption) - first for adoption in sorted(adoptions)]
    cohorts = {offset: at.count(offset) for offset in dict.fromkeys(at)}
    return _attempt(partial(find, cohorts=cohorts, comparison="not_yet", **_STAGGERED))


def _at_once(find: Callable[..., Power], sample: Sample) -> Power | None:
    panel = sample.panel
    before = panel[panel.period < panel.adoption.dropna().min()]
    n = before.period.nunique()
    if n < 3:
        return None
    n_after = max(1, min(n // 3, sample.periods_a_year))
    return _attempt(partial(find, before, n_treated=len(sample.treated), n_after=n_after))


def _attempt(find: Callable[[], Power]) -> Power | None:
    try:
        return find()
    except DesignError:
        return None


def may_exaggerate(estimate: Estimate, power: Power | None) -> bool:
    """Tell whether an effect that stands out is less than what the design sees reliably.

    Where the true effect is below the smallest detectable one, the estimates that exclude zero are
    those that chance made large: on average they exceed it (Gelman and Carlin, Perspectives on
    Psychological Science 2014, "Type M error").
    """
    shown = not estimate.low <= 0 <= estimate.high
    return power is not None and shown and abs(estimate.value) < power.mde


def power_sentences(
    protocol: Protocol, power: Power | None, lang: Language, *, draft: bool = False
) -> list[str]:
    """Say what could have been found, or that it cannot be told; and what it leaves out.

    A draft does not say yet what would matter.
    """
    if power is None:
        return [lang(f"study.no_power.{_why_none(protocol)}")]
    said = [power.sentence(lang)]
    meaningful = protocol.thresholds.meaningful
    if not draft and meaningful < power.mde < inf:
        size = lang.quantity(*as_share(meaningful, power.unit), 2)
        said.append(lang("study.power_short", meaningful=size))
    said.append(lang("study.power_whole"))
    at_once = protocol.design == "staggered" and power.cohorts is None
    return [*said, *([lang("study.power_at_once")] if at_once else [])]


def _why_none(protocol: Protocol) -> str:
    if protocol.design == "synthetic_control":
        return "synthetic_control"
    return "few_periods" if protocol.clusters == "none" else "clusters"
