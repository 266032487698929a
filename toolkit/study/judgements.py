"""The six criteria of the OECD DAC: what the records bring to each, and the judgement, if made.

Criteria as adopted in 2019 (DCD/DAC(2019)58/FINAL). A judgement is made by people and stands in the
study's reading; the records only bring what it can rest on. One that says more than the finding
allows is told so.
"""

from collections.abc import Callable
from dataclasses import dataclass

from toolkit.designs.characterisation import EVERYONE, characterise
from toolkit.records.limits import load_limits
from toolkit.records.portfolio import Project
from toolkit.records.vocabulary import vocabulary_codes
from toolkit.study.analyse import Study
from toolkit.study.contribution import Contribution
from toolkit.study.criteria import last_ratings
from toolkit.study.facts import Fact, lacking, word
from toolkit.study.qualities import Measure, measure_qualities
from toolkit.study.reading import Judgement, Reading

# Measures of qualities and principles that bear on a criterion.
_MEASURES = {
    "relevance": [("P7", "publics")],
    "coherence": [("Q6", "non_state")],
    "efficiency": [("P4", "reused"), ("P4", "spent")],
    "sustainability": [("P1", "adopted")],
}
_IMPACT_LEVEL = "impact"
# Contribution stories under which a project may be said to have been effective.
_CLAIMED = ("credible", "partial")


@dataclass(frozen=True)
class Judged:
    """A criterion, what the records bring to it, and how it was judged.

    Attributes
    ----------
    criterion : str
        Code of the vocabulary "dac".
    facts : tuple of Fact
    judgement : Judgement or None
        None: not judged.
    beyond : bool
        It says that the project was effective, or had an impact, where the finding does not, or
        where another explanation is supported.
    """

    criterion: str
    facts: tuple[Fact, ...]
    judgement: Judgement | None
    beyond: bool


def judgements(
    study: Study, project: Project, story: Contribution, reading: Reading
) -> tuple[Judged, ...]:
    """Return the six criteria in the DAC's order."""
    measures = {(m.code, m.name): m for m in measure_qualities(project)}
    found = []
    for code in vocabulary_codes("dac"):
        own = [_measured(code, project, measures[name]) for name in _MEASURES.get(code, ())]
        facts = (*_FACTS[code](study, project), *own)
        judgement = reading.judgements.get(code)
        beyond = (
            judgement is not None
            and judgement.answer == "yes"
            and code in ("effectiveness", "impact")
            and story.claim not in _CLAIMED
        )
        found.append(Judged(code, facts, judgement, beyond))
    return tuple(found)


def rating_facts(project: Project, criterion: str, topic: str) -> list[Fact]:
    """Say how a criterion C1 to C5 was rated at each moment, everyone together."""
    ratings, described = project.tables["ratings"], None
    if not ratings.empty:
        described = characterise(last_ratings(ratings), fewest_raters=load_limits().min_raters)
    if described is None or criterion not in set(described.distributions.criterion):
        values = {"place": f"data/projects/{project.id}/ratings.csv"}
        return [Fact(topic, f"rating.missing.{criterion}", values, missing=True)]
    rows = described.distributions
    rows = rows[(rows.role == EVERYONE) & (rows.criterion == criterion)]
    facts = []
    for row in rows.itertuples():
        values = {"moment": word("moment", row.moment)}
        if row.withheld:
            facts.append(Fact(topic, "rating.withheld", values | {"criterion": criterion}))
            continue
        values |= {name: float(getattr(row, name)) for name in ("median", "low", "high")}
        facts.append(Fact(topic, f"rating.median.{criterion}", {"n": int(row.n_raters), **values}))
    return facts


def _measured(criterion: str, project: Project, measure: Measure) -> Fact:
    """Say what a measure of the programme's qualities and principles brings to a criterion."""
    if measure.value is None:
        return lacking(criterion, project, measure.where)
    values = dict(measure.evidence) | {"share": measure.value / 100}
    if "publics" in values:
        values["publics"] = [word("public", code) for code in values["publics"]]
    return Fact(criterion, f"basis.{measure.code}.{measure.name}", values)


def _relevance(study: Study, project: Project) -> list[Fact]:
    return rating_facts(project, "C1", "relevance")


def _coherence(study: Study, project: Project) -> list[Fact]:
    return [Fact("coherence", "judgement.other_policies")]


def _effectiveness(study: Study, project: Project) -> list[Fact]:
    return [Fact("effectiveness", f"judgement.effect.{study.conclusion.verdict}")]


def _efficiency(study: Study, project: Project) -> list[Fact]:
    return []


def _impact(study: Study, project: Project) -> list[Fact]:
    """Say what is known of the last links of the theory."""
    nodes, links = project.tables["theory_nodes"], project.tables["theory_links"]
    last = links[links["to"].isin(nodes.node[nodes.level == _IMPACT_LEVEL])]
    if last.empty:
        return [lacking("impact", project, "theory_links.csv")]
    values = {"n": len(last), "held": int((last.status == "held").sum())}
    values["untested"] = int((last.status == "untested").sum())
    return [Fact("impact", "judgement.last_links", values)]


def _sustainability(study: Study, project: Project) -> list[Fact]:
    state = word("reintegration", project.facts.reintegration)
    facts = [Fact("sustainability", "judgement.state", {"state": state})]
    return facts + rating_facts(project, "C5", "sustainability")


_FACTS: dict[str, Callable[[Study, Project], list[Fact]]] = {
    "relevance": _relevance,
    "coherence": _coherence,
    "effectiveness": _effectiveness,
    "efficiency": _efficiency,
    "impact": _impact,
    "sustainability": _sustainability,
}
