"""Effects of several studies side by side, and pooled only where they are of the same thing.

Two studies are of the same thing if their indicator has the same id, definition and unit, the same
change of it is hoped for, and both are real or both simulated. Their errors must be independent
too: studies that share territories, as those do that compare with the rest of the country, are not
pooled.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import pandas as pd

from toolkit.designs.meta_analysis import MetaAnalysis, meta_analysis
from toolkit.designs.study_effects import studies_from
from toolkit.errors import DesignError
from toolkit.study.findings import Finding, Measured


@dataclass(frozen=True, eq=False)
class Pool:
    """Studies of the same thing, and their mean effect or why there is none.

    Attributes
    ----------
    measured : Measured
    unit : str
        Of the effect.
    simulated : bool
    studies : tuple of str
    result : MetaAnalysis or None
    reason : {"", "alone", "overlap", "refused"}
        There is one study only; two share territories; an interval gives no standard error.
    message : str
        What was refused and why.
    """

    measured: Measured
    unit: str
    simulated: bool
    studies: tuple[str, ...]
    result: MetaAnalysis | None
    reason: Literal["", "alone", "overlap", "refused"] = ""
    message: str = ""


def scale_effects(findings: Iterable[Finding]) -> pd.DataFrame:
    """Write each effect in multiples of the smallest that would matter, its protocol's own.

    Above zero is the side hoped for; beyond one, the effect is one that matters. The multiples of
    two studies are no common measure: each protocol set what would matter for its own outcome, so
    they may be seen side by side but neither ranked nor averaged.

    Returns
    -------
    DataFrame
        One row a study that was run: study, project, simulated, meaningful (in the unit of the
        effect), unit, level, contradicted (a check contradicts the comparison), value, low, high.

    Examples
    --------
    See `load_portfolio`.
    """
    rows = []
    for finding in findings:
        if finding.found is None:
            continue
        estimate, sample = finding.found.estimate, finding.found.sample
        meaningful = finding.protocol.thresholds.meaningful
        hoped = 1 if sample.direction == "increase" else -1
        ends = sorted(hoped * end / meaningful for end in (estimate.low, estimate.high))
        rows.append(
            {
                "study": finding.study, "project": finding.project, "simulated": sample.simulated,
                "meaningful": meaningful, "unit": estimate.unit, "level": estimate.level,
                "contradicted": is_contradicted(finding),
                "value": hoped * estimate.value / meaningful, "low": ends[0], "high": ends[1],
            }
        )  # fmt: skip
    columns = ("study", "project", "simulated", "meaningful", "unit", "level", "contradicted")
    return pd.DataFrame(rows, columns=[*columns, "value", "low", "high"])


def is_contradicted(finding: Finding) -> bool:
    """Tell whether a check contradicts the comparison that a finding rests on."""
    return any(step.reason == "comparison_refuted" for step in finding.found.grade.steps)


def zones_of(low: float, high: float) -> tuple[str, ...]:
    """Return what an interval is compatible with, in multiples of the smallest effect that matters.

    Examples
    --------
    >>> zones_of(2.8, 3.8), zones_of(0.2, 3.7), zones_of(-2.5, 3.1)
    (('favourable',), ('small', 'favourable'), ('unfavourable', 'small', 'favourable'))
    >>> zones_of(float("nan"), float("nan"))
    ()
    """
    reached = {"unfavourable": low < -1, "small": low < 1 and high > -1, "favourable": high > 1}
    return tuple(zone for zone, touched in reached.items() if touched)


def pool_effects(findings: Iterable[Finding]) -> tuple[Pool, ...]:
    """Put the effects of studies of the same thing together, where that can be defended.

    Examples
    --------
    See `load_portfolio`.
    """
    groups: dict[tuple, list[Finding]] = {}
    for finding in findings:
        if finding.found is not None:
            estimate = finding.found.estimate
            key = (finding.measured, estimate.unit, estimate.estimand, bool(finding.simulated))
            groups.setdefault(key, []).append(finding)
    return tuple(
        _pool(measured, unit, simulated, together)
        for (measured, unit, _, simulated), together in groups.items()
    )


def _pool(measured: Measured, unit: str, simulated: bool, together: Sequence[Finding]) -> Pool:
    names = tuple(finding.study for finding in together)

    def without(reason: str, message: str = "") -> Pool:
        return Pool(measured, unit, simulated, names, None, reason, message)

    if len(together) == 1:
        return without("alone")
    territories = [set(finding.found.sample.panel.territory) for finding in together]
    if any(first & second for first, second in combinations(territories, 2)):
        return without("overlap")
    try:
        studies = studies_from({finding.study: finding.found.estimate for finding in together})
        return Pool(measured, unit, simulated, names, meta_analysis(studies))
    except DesignError as error:
        return without("refused", str(error))
