"""Whether the intervention and the methods are described: two published lists, item by item.

TIDieR (Hoffmann et al., BMJ 2014;348:g1687): twelve items by which someone else could do the same.
GRAMMS (O'Cathain, Murphy & Nicholl, J Health Serv Res Policy 2008;13:92-98): six items by which a
reader can judge a study that mixes methods.
"""

import pandas as pd

from toolkit.records.portfolio import Project
from toolkit.records.toml_model import Text
from toolkit.study.contribution import Strand
from toolkit.study.facts import Fact, lacking, listed, text_of, told
from toolkit.study.protocol import FOLDER
from toolkit.study.qualities import latest_versions
from toolkit.study.reading import Reading

GRAMMS = ("justification", "design", "methods", "integration", "limitation", "insights")
# Between these, a link says whether a step was done as it should.
_DONE = ("activity", "output")


def tidier(project: Project) -> list[Fact]:
    """Return each of the twelve items with what the records say of it, or where to write it."""
    facts = project.facts
    own = facts.intervention
    return [
        _said("name", facts.title),
        _said("why", facts.problem),
        _listed(
            "materials", project, latest_versions(project.tables["artefacts"]), "artefacts.csv"
        ),
        _listed("procedures", project, _steps(project), "theory_nodes.csv"),
        _written("providers", project, own.providers),
        _written("delivery", project, own.delivery),
        _where(project),
        _when(project),
        _written("tailoring", project, own.tailoring),
        _modifications(project),
        _written("fidelity", project, own.fidelity),
        _as_planned(project),
    ]


def gramms(study: str, reading: Reading, strands: tuple[Strand, ...]) -> list[Fact]:
    """Return each of the six items with what the reading of a study says of it.

    Integration is also what the page itself does: where evidence of another kind stands at the
    step whose effect is estimated, the two are set side by side.
    """
    place = f"data/{FOLDER}/{study}.reading.toml"
    side_by_side = any(strand.measured and strand.pieces for strand in strands)
    facts = []
    for item in GRAMMS:
        text = getattr(reading.mixed_methods, item)
        if text is not None:
            facts.append(_said(item, text))
        elif item == "integration" and side_by_side:
            facts.append(Fact(item, "gramms.side_by_side"))
        else:
            facts.append(Fact(item, "fact.missing", {"place": place}, missing=True))
    return facts


def _said(topic: str, text: Text) -> Fact:
    return Fact(topic, "fact.text", {"text": text})


def _written(topic: str, project: Project, text: Text | None) -> Fact:
    return lacking(topic, project, "project.toml") if text is None else _said(topic, text)


def _listed(topic: str, project: Project, frame: pd.DataFrame, file: str) -> Fact:
    if frame.empty:
        return lacking(topic, project, file)
    return _said(topic, listed(text_of(row, "label") for row in frame.itertuples()))


def _steps(project: Project) -> pd.DataFrame:
    nodes = project.tables["theory_nodes"]
    return nodes[nodes.level == "activity"]


def _treated(project: Project) -> pd.DataFrame:
    sites = project.tables["deployments"]
    return sites[sites.role == "treated"]


def _where(project: Project) -> Fact:
    levels = pd.Series(_treated(project).territory.unique()).str.split("-").str[0].value_counts()
    places = [told(f"members.count.{level}", n=int(n)) for level, n in levels.items()]
    return Fact("where", "tidier.where", {"places": places})


def _when(project: Project) -> Fact:
    sites = _treated(project)
    first, last = sites.adopted_on.min().date(), sites.adopted_on.max().date()
    alone = told("tidier.opened_at_once", first=first)
    opened = alone if first == last else told("tidier.opened", first=first, last=last)
    doses = 100 * sites.dose.dropna()
    if doses.empty:
        return Fact("when", "tidier.when", {"opened": opened})
    values = {"opened": opened, "low": float(doses.min()), "high": float(doses.max())}
    alike = values["low"] == values["high"]
    return Fact("when", "tidier.when_one_dose" if alike else "tidier.when_dose", values)


def _modifications(project: Project) -> Fact:
    cycles = project.tables["cycles"]
    if cycles.empty:
        return lacking("modifications", project, "cycles.csv")
    changed = cycles[cycles.decision.isin(["adapt", "stop"]) & cycles.reason_fr.notna()]
    if changed.empty:
        return Fact("modifications", "tidier.unmodified")
    reasons = listed((text_of(row, "reason") for row in changed.itertuples()), sentences=True)
    return Fact("modifications", "tidier.modified", {"n": len(changed), "reasons": reasons})


def _as_planned(project: Project) -> Fact:
    """Say how many of the links between what is done and what comes of it held."""
    links, nodes = project.tables["theory_links"], project.tables["theory_nodes"]
    levels = nodes.set_index("node").level
    done = links[links["to"].map(levels).isin(_DONE)]
    if done.empty:
        return lacking("actual", project, "theory_links.csv")
    values = {"n": len(done), "held": int((done.status == "held").sum())}
    values["failed"] = int((done.status == "failed").sum())
    return Fact("actual", "tidier.actual", values)
