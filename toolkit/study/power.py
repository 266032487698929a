"""The smallest effect a study could find, known before its answer is."""

from collections.abc import Callable
from functools import partial

from toolkit.designs.power import Power, minimum_detectable_effect
from toolkit.errors import DesignError
from toolkit.estimate import Estimate
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

    With one adoption date, on the periods before it: two thirds of a window before, one third
    after. With several, on the territories never treated, over all periods, adopting at the
    intervals and in the numbers of the real ones. Where those left to compare with would be fewer
    than ten, all are said to adopt at once before the first date, which can only be too small: its
    `cohorts` is None. None altogether where the periods before are fewer than three, where nothing
    is identified, and for a synthetic control, whose test is another.
    """
    if protocol.design == "synthetic_control" or not sample.treated:
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
    found = _in_turn(find, sample) if protocol.design == "staggered" else None
    return found or _at_once(find, sample)


def _in_turn(find: Callable[..., Power], sample: Sample) -> Power | None:
    panel = sample.panel
    adoptions = panel.groupby("territory").adoption.first().dropna()
    untreated = panel[panel.adoption.isna()]
    whole = untreated.groupby("territory").value.count() == panel.period.nunique()
    if whole.sum() - len(adoptions) < _FEWEST_LEFT:
        return None
    periods = sorted(panel.period.unique())
    first = periods.index(adoptions.min())
    at = [periods.index(adoption) - first for adoption in sorted(adoptions)]
    cohorts = {offset: at.count(offset) for offset in dict.fromkeys(at)}
    settings = {"cohorts": cohorts, "n_after": len(periods) - first, "comparison": "not_yet"}
    return _attempt(partial(find, untreated, **settings, **_STAGGERED))


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


def power_sentences(protocol: Protocol, power: Power | None, lang: Language) -> list[str]:
    """Say what could have been found, or that it cannot be told; and what it leaves out."""
    if power is None:
        return [lang("study.no_power")]
    at_once = protocol.design == "staggered" and power.cohorts is None
    said = [power.sentence(lang), lang("study.power_whole")]
    return [*said, *([lang("study.power_at_once")] if at_once else [])]
