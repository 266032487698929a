"""A study before its answer: a draft protocol, what it could find, and whom to compare with.

No outcome of a treated territory after its adoption is read.
"""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from toolkit.designs.comparison import Comparison as Matched
from toolkit.designs.power import Power
from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.portfolio import load_panel, load_project
from toolkit.study.power import study_power
from toolkit.study.protocol import Comparison, Periods, Protocol, Thresholds
from toolkit.study.protocol_rules import CHECKS
from toolkit.study.sample import Sample, study_sample

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Draft:
    """A protocol to fill.

    Attributes
    ----------
    protocol : Protocol
        What is settled; title, question, threshold and roles are for people to write.
    text : str
        The file, with what is to be filled left empty.
    """

    protocol: Protocol
    text: str


@dataclass(frozen=True, eq=False)
class Plan:
    """What a draft could find, on all comparison territories and on the nearest.

    Attributes
    ----------
    draft : Draft
    everyone, nearest : Sample
    power, power_nearest : Power or None
        See `study_power`.
    """

    draft: Draft
    everyone: Sample
    nearest: Sample
    power: Power | None
    power_nearest: Power | None

    @property
    def matched(self) -> Matched:
        """How the nearest were chosen, and how like the treated they are."""
        return self.nearest.matched


def draft_study(
    study: str,
    *,
    project: str,
    indicator: str,
    today: date,
    first: str = "",
    last: str = "",
    per_treated: int = 0,
    exclude_neighbours: bool = False,
) -> Draft:
    """Draft a protocol with what the project already says of its design.

    Parameters
    ----------
    first, last : str
        Periods of the panel; its own first and last by default.
    per_treated : int
        How many of the nearest territories to compare each treated one with; 0 for all.

    Raises
    ------
    DataError
        The project or its indicator cannot be loaded, or a period is none of the panel's.

    Examples
    --------
    >>> draft = draft_study(
    ...     "ma-question", project="demande-unique", indicator="delai-traitement",
    ...     today=date(2026, 11, 24),
    ... )
    >>> draft.protocol.design, draft.protocol.periods.first, draft.text.splitlines()[0][:4]
    ('did', '2012-01', '# ma')
    """
    panel = load_panel(load_project(project), indicator)
    known = sorted(panel.period.unique())
    unknown = [period for period in (first, last) if period and period not in known]
    if unknown or (first and last and last <= first):
        seen = ", ".join(unknown or [f"{first} – {last}"])
        say = interface_language()
        raise DataError(say("error.draft.period", seen=seen, first=known[0], last=known[-1]))
    chosen = {"rule": "nearest", "per_treated": per_treated} if per_treated else {}
    protocol = Protocol.model_construct(
        id=study,
        project=project,
        indicator=indicator,
        design="staggered" if panel.adopted_on.dropna().nunique() > 1 else "did",
        sizes="n",
        exclude_neighbours=exclude_neighbours,
        registered_on=today,
        comparison=Comparison(**chosen),
        periods=Periods(first=first or known[0], last=last or known[-1]),
        # The smallest effect that would matter is for people to say.
        thresholds=Thresholds(meaningful=1),
    )
    return Draft(protocol, _written(protocol))


def plan_study(draft: Draft, *, nearest: int, power: float = 0.8) -> Plan:
    """Say what a draft could find, with everyone to compare with and with the nearest.

    Raises
    ------
    DataError, DesignError
        The outcome is to be pulled first; or too few territories or periods are left.

    Examples
    --------
    See `draft_study`.
    """
    protocols = [
        draft.protocol.model_copy(update={"comparison": comparison})
        for comparison in (Comparison(), Comparison(rule="nearest", per_treated=nearest))
    ]
    samples = [study_sample(protocol) for protocol in protocols]
    found = [
        study_power(protocol, sample, power=power)
        for protocol, sample in zip(protocols, samples, strict=True)
    ]
    return Plan(draft, *samples, *found)


def _written(protocol: Protocol) -> str:
    comparison = protocol.comparison
    lines = [f'rule = "{comparison.rule}"  # deployments, nearest, listed']
    if comparison.rule == "nearest":
        lines.append(f"per_treated = {comparison.per_treated}")
    return (
        (TEMPLATES / "protocol.toml")
        .read_text(encoding="utf-8")
        .format(
            id=protocol.id,
            project=protocol.project,
            indicator=protocol.indicator,
            design=protocol.design,
            checks=json.dumps(list(CHECKS[protocol.design])),
            exclude_neighbours=json.dumps(protocol.exclude_neighbours),
            comparison="\n".join(lines),
            first=protocol.periods.first,
            last=protocol.periods.last,
            today=protocol.registered_on.isoformat(),
        )
    )
