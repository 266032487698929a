"""The protocol of a study: what is asked, and how it will be answered, before the data are read.

A protocol is a TOML file of data/studies. It is checked whole: every fault has its line, what was
seen, the rule and the remedy.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from pydantic import Field

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.faults import Fault, without_repetition, write_faults
from toolkit.records.projects import project_ids
from toolkit.records.recipe import PERIODS
from toolkit.records.rules import nearest_territory, territory_ids
from toolkit.records.schemas import load_schema
from toolkit.records.sources import data_dir
from toolkit.records.tables import read_table
from toolkit.records.toml_model import Strict, Text, TomlFile, read_toml

FOLDER = "studies"
# What each design can be held against; the order is that of the report.
CHECKS = {
    "did": (
        "pretrends", "honest_trends", "placebo_in_time", "placebo_in_space", "leave_one_out",
        "spillover", "anticipation", "sensitivity",
    ),
    "staggered": (
        "pretrends", "honest_trends", "placebo_in_time", "leave_one_out", "spillover",
        "anticipation",
    ),
    "synthetic_control": (
        "fit", "placebo_in_space", "placebo_in_time", "leave_one_out", "leave_one_donor_out",
        "spillover",
    ),
}  # fmt: skip
# What a design does not read: said of it, it would change nothing.
_UNREAD = {
    "did": ("periods.anticipation",),
    "staggered": (),
    "synthetic_control": ("inference", "sizes", "clusters", "periods.anticipation"),
}
Design = Literal["did", "staggered", "synthetic_control"]


class Treated(Strict):
    """Who is treated: as the project's deployments say, or a list."""

    rule: Literal["deployments", "listed"] = "deployments"
    territories: list[str] = Field(default_factory=list)


class Comparison(Strict):
    """Who is compared: as the deployments say, or a list."""

    rule: Literal["deployments", "listed"] = "deployments"
    territories: list[str] = Field(default_factory=list)


class Periods(Strict):
    """First and last period read, and how many before adoption may already show an effect."""

    first: str
    last: str
    anticipation: int = Field(default=0, ge=0, le=12)


class Thresholds(Strict):
    """What decides.

    `meaningful` is the smallest effect that would matter, in the outcome's unit: an effect whose
    interval lies within it on both sides is said to be of no consequence. `level` is that of the
    intervals.
    """

    meaningful: float = Field(gt=0)
    level: float = Field(default=0.95, ge=0.8, le=0.999)


class Role(Strict):
    """Someone who takes part in the study, by role; modes A1 and A2 are those of an insider."""

    role: str
    mode: str
    interests: Text


class Rival(Strict):
    """Something else that could explain the effect, and what would tell.

    `checks` are among those planned; `evidence` are ids of the project's evidence.csv.
    """

    explanation: Text
    checks: list[str] = Field(default_factory=list)
    evidence: list[str] = Field(default_factory=list)


class Amendment(Strict):
    """A change to a locked protocol: when, why, and the hash of the text it replaces."""

    amended_on: date
    reason: Text
    replaces: str = Field(min_length=64, max_length=64)


class Protocol(Strict):
    """What a study asks and how it will be answered.

    Attributes
    ----------
    project, indicator : str
        Whose effect is sought, on what.
    design, estimand, inference : str
        How it is estimated; "auto" lets the design choose its inference by its own stated rule.
    scale : {"level", "log"}
        Of the outcome: as it is, or its logarithm, whose effect reads as a share.
    sizes : {"none", "n", "population"}
        What the noise of a territory depends on: nothing said, the mean count behind its
        observations, or its inhabitants.
    checks : list of str
        Those planned, among `CHECKS` of the design.
    clusters : {"none", "region"}
        What was assigned together: each territory alone, or the territories of a région.
    exclude_neighbours : bool
        Whether territories that border a treated one are kept out of the comparison.
    limits : list of Text
        Printed before any finding.
    rivals : list of Rival
        Other explanations, named before the effect is known.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    project: str
    indicator: str
    design: Design
    estimand: Literal["att"] = "att"
    inference: str = "auto"
    scale: Literal["level", "log"] = "level"
    sizes: Literal["none", "n", "population"] = "none"
    clusters: Literal["none", "region"] = "none"
    exclude_neighbours: bool = False
    seed: int = Field(default=20131107, ge=0)
    registered_on: date
    checks: list[str] = Field(default_factory=list)
    title: Text
    question: Text
    change_our_mind: Text
    treated: Treated = Treated()
    comparison: Comparison = Comparison()
    periods: Periods
    thresholds: Thresholds
    limits: list[Text] = Field(default_factory=list)
    rivals: list[Rival] = Field(default_factory=list)
    roles: list[Role] = Field(min_length=1)
    amendments: list[Amendment] = Field(default_factory=list)


@dataclass(frozen=True)
class ProtocolFile:
    """A protocol as read: its text, what it says where that can be told, and every fault."""

    path: Path
    text: str
    protocol: Protocol | None
    faults: tuple[Fault, ...]


def protocol_path(study: str) -> Path:
    """Return the file of a study's protocol."""
    return data_dir() / FOLDER / f"{study}.toml"


def study_ids() -> list[str]:
    """Return the ids of the studies there are: files with a dot in their stem are their records."""
    found = (path.stem for path in (data_dir() / FOLDER).glob("*.toml"))
    return sorted(stem for stem in found if "." not in stem)


def read_protocol(path: Path) -> ProtocolFile:
    """Read a protocol with every fault it has."""
    file = f"{FOLDER}/{path.name}"
    read = read_toml(path, file, Protocol)
    faults = list(read.faults)
    if read.model is not None:
        faults = [*_rules(read, path.stem), *faults]
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    return ProtocolFile(path, text, read.model, tuple(faults))


def load_protocol(study: str) -> ProtocolFile:
    """Load the protocol of a study.

    Raises
    ------
    DataError
        There is no such study, or its protocol has faults: all of them are in the message.
    """
    say = interface_language()
    if study not in study_ids():
        known = ", ".join(study_ids())
        raise DataError(say("error.no_study", study=study, known=known))
    found = read_protocol(protocol_path(study))
    if found.faults:
        listed = write_faults(without_repetition(list(found.faults)), say)
        raise DataError(f"{say('error.study_faults', study=study)}\n{listed}")
    return found


def validate_studies() -> list[Fault]:
    """Return the faults of every protocol."""
    return [fault for study in study_ids() for fault in read_protocol(protocol_path(study)).faults]


def _rules(read: TomlFile[Protocol], stem: str) -> Iterator[Fault]:
    """Hold a protocol against its file's name, its project, and itself."""
    protocol = read.model
    if protocol.id != stem:
        yield read.fault("id_file", "id", protocol.id, stem, file=stem)
    if protocol.project not in project_ids():
        near = get_close_matches(protocol.project, project_ids(), n=1)
        nearest = near[0] if near else ""
        yield read.fault("unknown_project", "project", protocol.project, nearest)
    else:
        yield from _indicator(read)
    yield from _territories(read)
    yield from _checks(read)
    yield from _unread(read)
    yield from _rivals(read)
    for number, role in enumerate(protocol.roles):
        yield from read.check_code(role.role, "role", f"roles.{number}.role")
        yield from read.check_code(role.mode, "association_mode", f"roles.{number}.mode")


def _indicator(read: TomlFile[Protocol]) -> Iterator[Fault]:
    """Hold the indicator and the periods against the project's table."""
    protocol = read.model
    path = data_dir() / "projects" / protocol.project / "indicators.csv"
    table = read_table(path, load_schema("indicators"), path.name)
    rhythms = {row.cells.get("indicator"): row.cells.get("frequency") for row in table.rows}
    if protocol.indicator not in rhythms:
        near = get_close_matches(protocol.indicator, rhythms, n=1)
        nearest = near[0] if near else next(iter(rhythms), "")
        yield read.fault("unknown_indicator", "indicator", protocol.indicator, nearest)
        return
    rhythm = rhythms[protocol.indicator]
    for key in ("first", "last"):
        seen = getattr(protocol.periods, key)
        if rhythm in PERIODS and not re.fullmatch(PERIODS[rhythm], seen):
            yield read.fault("period_frequency", f"periods.{key}", seen, frequency=rhythm)
    if protocol.periods.last <= protocol.periods.first:
        yield read.fault("period_order", "periods.last", protocol.periods.last)


def _territories(read: TomlFile[Protocol]) -> Iterator[Fault]:
    """Find lists that are missing or not read, and territories that are unknown or on two sides."""
    protocol, known = read.model, territory_ids()
    sides = {"treated": protocol.treated, "comparison": protocol.comparison}
    for name, side in sides.items():
        listed = side.rule == "listed"
        if listed != bool(side.territories):
            rule = "list_empty" if listed else "list_unread"
            yield read.fault(rule, f"{name}.territories", side.rule)
    lists = {f"{name}.territories": side.territories for name, side in sides.items()}
    for key, named in lists.items():
        for id_ in named:
            if id_ not in known:
                rule, nearest = nearest_territory(id_)
                yield read.fault(rule, key, id_, nearest)
    for id_ in sorted(set(protocol.treated.territories) & set(protocol.comparison.territories)):
        yield read.fault("two_sides", "comparison.territories", id_)


def _checks(read: TomlFile[Protocol]) -> Iterator[Fault]:
    """Find checks that the design does not have, and those planned twice."""
    protocol, seen = read.model, set()
    known = CHECKS[protocol.design]
    for check in protocol.checks:
        if check not in known:
            near = get_close_matches(check, known, n=1)
            details = {"word": check, "codes": ", ".join(known)}
            yield read.fault("unknown_check", "checks", check, near[0] if near else "", **details)
        elif check in seen:
            yield read.fault("check_twice", "checks", check)
        seen.add(check)


def _unread(read: TomlFile[Protocol]) -> Iterator[Fault]:
    """Find what is asked of a design that it would not do."""
    protocol = read.model
    for key in _UNREAD[protocol.design]:
        holder = protocol.periods if key.startswith("periods.") else protocol
        name = key.rpartition(".")[2]
        seen = getattr(holder, name)
        if seen != type(holder).model_fields[name].default:
            yield read.fault("unread", key, seen, design=protocol.design)


def _rivals(read: TomlFile[Protocol]) -> Iterator[Fault]:
    """Find checks of rival explanations that are not planned, and evidence that is not there."""
    protocol = read.model
    path = data_dir() / "projects" / protocol.project / "evidence.csv"
    pieces: set[str] = set()
    if path.is_file():
        rows = read_table(path, load_schema("evidence"), path.name).rows
        pieces = {row.cells.get("evidence", "") for row in rows}
    for number, rival in enumerate(protocol.rivals):
        for check in set(rival.checks) - set(protocol.checks):
            yield read.fault("rival_check", f"rivals.{number}.checks", check)
        for id_ in set(rival.evidence) - pieces:
            yield read.fault("rival_evidence", f"rivals.{number}.evidence", id_)
