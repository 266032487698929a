"""The contribution story: whether theory, effect and other evidence agree.

After Mayne (Evaluation 2012;18:270-280): that a project contributed to a change is credible when
its theory is stated, it was done, the steps of the theory held, and what else could explain the
change was looked at. Each is computed from the records, so that agreement and conflict are found
rather than told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from toolkit.estimate import CheckOutcome
from toolkit.records.portfolio import Project
from toolkit.records.toml_model import Text
from toolkit.study.analyse import Study
from toolkit.study.evidence import Conclusion
from toolkit.study.facts import Fact, text_of
from toolkit.study.protocol import Rival

Effect = Literal["good", "bad", "none", "undecided"]
_EFFECTS: dict[str, Effect] = {
    "beneficial": "good",
    "harmful": "bad",
    "no_meaningful_effect": "none",
    "inconclusive": "undecided",
}
# A link of these carries nothing as far as is known.
_BROKEN = ("failed", "untested")


@dataclass(frozen=True)
class Piece:
    """A piece of evidence: its id, its type, what it claims, from where, how strong (1 to 3)."""

    id: str
    type: str
    claim: Text
    source: str
    strength: int
    direction: str


@dataclass(frozen=True)
class Strand:
    """A step of the theory with the evidence that stands at it.

    Attributes
    ----------
    label : Text
    measured : bool
        The effect that the study estimates is on this step.
    pieces : tuple of Piece
        Those of another kind than the study's own numbers.
    agreement : str
        "agree", "conflict", "divided", "undecided" (the interval does not decide) or "alone"
        where the step is measured; else "for", "against", "divided".
    """

    label: Text
    measured: bool
    pieces: tuple[Piece, ...]
    agreement: str


@dataclass(frozen=True)
class Chain:
    """The links of the theory that lead to the step the study measures.

    Attributes
    ----------
    links : DataFrame
        Rows of theory_links.
    unbroken : bool
        A way leads there from where the theory starts, with no link that failed or is untested.
    reading : str
        What that means beside the effect: catalogue key ``chain.<reading>``.
    """

    links: pd.DataFrame
    unbroken: bool
    reading: str

    def fact(self) -> Fact:
        """Say it, with the state of the links."""
        states = {state: int((self.links.status == state).sum()) for state in _STATES}
        return Fact("chain", f"chain.{self.reading}", {"links": len(self.links), **states})


@dataclass(frozen=True)
class RivalOutcome:
    """Another explanation, and what the checks and the evidence say of it.

    Attributes
    ----------
    explanation : Text
    supporting, weakening : tuple of str
        Codes of checks and ids of pieces of evidence.
    state : {"supported", "weakened", "disputed", "open"}
        "weakened" never means excluded; "open": nothing bears on it, or only what decides nothing.
    """

    explanation: Text
    supporting: tuple[str, ...]
    weakening: tuple[str, ...]
    state: str


@dataclass(frozen=True)
class Contribution:
    """The story: its strands, the chain, the rivals, and whether the claim is credible.

    `conditions` are Mayne's four, in order; `claim` is the catalogue key ``claim.<claim>``.
    """

    strands: tuple[Strand, ...]
    chain: Chain
    rivals: tuple[RivalOutcome, ...]
    conditions: tuple[Fact, ...]
    claim: str


_STATES = ("held", "mixed", "failed", "untested")


def contribution(study: Study, project: Project) -> Contribution:
    """Set the theory, the effect, the other evidence and the rival explanations side by side.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    effect = effect_of(study.conclusion)
    indicator = study.file.protocol.indicator
    pieces = evidence_pieces(project)
    strands = _strands(project, indicator, effect)
    chain = _chain(project, indicator, effect)
    rivals = tuple(
        rival_outcome(rival, study.checks, pieces) for rival in study.file.protocol.rivals
    )
    return Contribution(
        strands, chain, rivals, _conditions(study, project, chain, rivals),
        _claim(effect, chain, rivals),
    )  # fmt: skip


def effect_of(conclusion: Conclusion) -> Effect:
    """Return what a verdict says of the effect, as the project hopes for it."""
    return _EFFECTS[conclusion.verdict]


def evidence_pieces(project: Project) -> tuple[Piece, ...]:
    """Return every piece of evidence of a project, in the order of its file."""
    return tuple(map(_piece, project.tables["evidence"].itertuples()))


def agreement(effect: Effect, directions: Iterable[str]) -> str:
    """Tell whether pieces for and against a step agree with an effect measured on it.

    >>> agreement("good", ["for"]), agreement("none", ["for"]), agreement("bad", ["against"])
    ('agree', 'conflict', 'agree')
    """
    found = set(directions)
    if not found:
        return "alone"
    if len(found) > 1:
        return "divided"
    if effect == "undecided":
        return "undecided"
    return "agree" if ("for" in found) == (effect == "good") else "conflict"


def rival_outcome(
    rival: Rival, checks: Iterable[CheckOutcome], pieces: Iterable[Piece]
) -> RivalOutcome:
    """Say what the checks and the evidence named beside a rival explanation make of it.

    A failed check, or a piece against the project's theory, supports it; a passed check, or a
    piece for the theory, weakens it; a check that is informative or could not run does neither.
    """
    status = {check.check: check.status for check in checks}
    direction = {piece.id: piece.direction for piece in pieces}
    supporting = [name for name in rival.checks if status.get(name) == "failed"]
    supporting += [name for name in rival.evidence if direction.get(name) == "against"]
    weakening = [name for name in rival.checks if status.get(name) == "passed"]
    weakening += [name for name in rival.evidence if direction.get(name) == "for"]
    state = {
        (True, True): "disputed",
        (True, False): "supported",
        (False, True): "weakened",
        (False, False): "open",
    }[bool(supporting), bool(weakening)]
    return RivalOutcome(rival.explanation, tuple(supporting), tuple(weakening), state)


def _piece(row) -> Piece:
    return Piece(
        row.evidence, row.type, text_of(row, "claim"), row.source, int(row.strength), row.direction
    )


def _strands(project: Project, indicator: str, effect: Effect) -> tuple[Strand, ...]:
    """Return the measured steps, then every other with evidence of another kind."""
    nodes, evidence = project.tables["theory_nodes"], project.tables["evidence"]
    other = evidence[evidence.type != "quant"]
    measured = _measured(nodes, indicator)
    strands = []
    for row in nodes.itertuples():
        pieces = tuple(map(_piece, other[other.node == row.node].itertuples()))
        directions = [piece.direction for piece in pieces]
        if row.node in measured:
            found = agreement(effect, directions)
            strands.insert(0, Strand(text_of(row, "label"), True, pieces, found))
        elif pieces:
            found = "divided" if len(set(directions)) > 1 else directions[0]
            strands.append(Strand(text_of(row, "label"), False, pieces, found))
    return tuple(strands)


def _chain(project: Project, indicator: str, effect: Effect) -> Chain:
    nodes, links = project.tables["theory_nodes"], project.tables["theory_links"]
    ends = _measured(nodes, indicator)
    way = links[links["to"].isin(_upstream(links, ends))]
    if way.empty:
        return Chain(way, False, "untied" if len(nodes) else "none")
    carrying = way[~way.status.isin(_BROKEN)]
    starts = set(links["from"]) - set(links["to"])
    unbroken = bool(starts & _upstream(carrying, ends))
    return Chain(way, unbroken, _read_chain(effect, unbroken))


def _measured(nodes: pd.DataFrame, indicator: str) -> set[str]:
    """Return the steps that the indicator measures."""
    return set(nodes.node[nodes.indicator.fillna("") == indicator])


def _upstream(links: pd.DataFrame, ends: set[str]) -> set[str]:
    """Return the steps from which links lead to some of these, themselves included."""
    found, before = set(ends), set()
    while found != before:
        before = set(found)
        found |= set(links["from"][links["to"].isin(found)])
    return found


def _read_chain(effect: Effect, unbroken: bool) -> str:
    if effect == "good":
        return "carried" if unbroken else "unexplained"
    if effect == "undecided":
        return "unproven" if unbroken else "broken_undecided"
    return "contradicted" if unbroken else "broken"


def _conditions(
    study: Study, project: Project, chain: Chain, rivals: tuple[RivalOutcome, ...]
) -> tuple[Fact, ...]:
    """Say how each of Mayne's four conditions stands."""
    nodes, links = project.tables["theory_nodes"], project.tables["theory_links"]
    theory = Fact("theory", "condition.theory", {"n": len(nodes), "links": len(links)})
    if nodes.empty:
        place = f"data/projects/{project.id}/theory_nodes.csv"
        theory = Fact("theory", "fact.missing", {"place": place}, missing=True)
    sites = {"n": len(study.sample.treated), "later": len(study.sample.later)}
    done = Fact("done", "condition.done", sites)
    if not rivals:
        place = f"data/studies/{study.id}.toml"
        others = Fact("rivals", "fact.missing", {"place": place}, missing=True)
    else:
        counts = {s: sum(r.state == s for r in rivals) for s in ("weakened", "supported")}
        counts["left"] = len(rivals) - sum(counts.values())
        others = Fact("rivals", "condition.rivals", {"n": len(rivals), **counts})
    return theory, done, chain.fact(), others


def _claim(effect: Effect, chain: Chain, rivals: tuple[RivalOutcome, ...]) -> str:
    """Say what the story comes to: credible only if nothing is left that speaks against it."""
    states = {rival.state for rival in rivals}
    rivalled = bool(states & {"supported", "disputed"})
    if effect == "none" and rivalled:
        return "hidden"
    if effect != "good":
        return effect
    if rivalled:
        return "rivalled"
    if chain.unbroken and states == {"weakened"}:
        return "credible"
    return "partial"
