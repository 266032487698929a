"""The protocol of a study: what is asked, and how it will be answered, before the data are read.

A protocol is a TOML file of data/studies. It is checked whole: every fault has its line, what was
seen, the rule and the remedy.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from toolkit.cards import Card
from toolkit.errors import DataError
from toolkit.i18n import Language, interface_language
from toolkit.records.faults import Fault, without_repetition, write_faults
from toolkit.records.sources import data_dir
from toolkit.records.toml_model import Strict, Text, read_toml
from toolkit.study.lock import Lock, lock_path, read_lock
from toolkit.study.protocol_rules import faults_of

FOLDER = "studies"
Design = Literal["did", "staggered", "synthetic_control"]


class Treated(Strict):
    """Who is treated: as the project's deployments say, or a list."""

    rule: Literal["deployments", "listed"] = "deployments"
    territories: list[str] = Field(default_factory=list)


class Comparison(Strict):
    """Who is compared: as the deployments say, a list, or the nearest of the former.

    Near in level and trend before adoption; `per_treated` of them for each treated territory.
    """

    rule: Literal["deployments", "listed", "nearest"] = "deployments"
    territories: list[str] = Field(default_factory=list)
    per_treated: int = Field(default=5, ge=1, le=50)


class Specifications(Strict):
    """Other choices that could be defended: all combinations are estimated, and tested together.

    Each list adds to the protocol's own choice: other first and last periods; how many periods from
    adoption on to leave out; a territory to leave out, with all that lie in it.
    """

    first: list[str] = Field(default_factory=list)
    last: list[str] = Field(default_factory=list)
    transition: list[int] = Field(default_factory=list)
    without: list[str] = Field(default_factory=list)


class Outcome(Strict):
    """Another indicator of the project, tested with the study's own so that no one is picked."""

    indicator: str
    first: str
    last: str


class Subgroup(Strict):
    """Treated territories in which the effect is asked for apart."""

    name: Text
    territories: list[str] = Field(min_length=1)


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
        Those planned, among those the design can be held against.
    clusters : {"none", "region", "region_and_date"}
        What was assigned together: each territory alone, the territories of a région, or those of a
        région that adopt in the same period, where some of it went first.
    exclude_neighbours : bool
        Whether territories that border a treated one are kept out of the comparison.
    specifications : Specifications
    outcomes : list of Outcome
    subgroups : list of Subgroup
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
    clusters: Literal["none", "region", "region_and_date"] = "none"
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
    specifications: Specifications = Specifications()
    outcomes: list[Outcome] = Field(default_factory=list)
    subgroups: list[Subgroup] = Field(default_factory=list)
    limits: list[Text] = Field(default_factory=list)
    rivals: list[Rival] = Field(default_factory=list)
    roles: list[Role] = Field(min_length=1)
    amendments: list[Amendment] = Field(default_factory=list)


@dataclass(frozen=True)
class ProtocolFile(Card):
    """A protocol as read: its text, what it says where that can be told, and every fault."""

    path: Path
    text: str
    protocol: Protocol | None
    faults: tuple[Fault, ...]

    @property
    def lock(self) -> Lock | None:
        """The lock that lies beside it, as it is now; None where there is none."""
        return read_lock(lock_path(self.path))

    def card(self, lang: Language) -> tuple[str, list[tuple[str, str]]]:
        """Return its title, what it asks and how it is to be answered, and whether it is locked."""
        if self.protocol is None:
            return self.path.name, [(lang("card.fault"), f.message(lang)) for f in self.faults]
        asked, lock = self.protocol, self.lock
        window = {"first": asked.periods.first, "last": asked.periods.last}
        facts = {
            "question": getattr(asked.question, lang.code),
            "project": asked.project,
            "outcome": asked.indicator,
            "scale": lang(f"card.scale.{asked.scale}"),
            "design": lang(f"design.{asked.design}"),
            "periods": lang.period(lang("study.window", **window)),
            "lock": lang("study.unlocked"),
        }
        if lock is not None:
            changed = "" if lock.protocol == self.text else f" – {lang('card.changed_since')}"
            facts["lock"] = lang("study.locked_on", date=lang.date(lock.locked_on)) + changed
            facts["sha256"] = lock.protocol_sha256
        title = getattr(asked.title, lang.code)
        return title, [(lang(f"card.{name}"), text) for name, text in facts.items()]


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
        faults = [*faults_of(read, path.stem), *faults]
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    return ProtocolFile(path, text, read.model, tuple(faults))


def load_protocol(study: str) -> ProtocolFile:
    """Load the protocol of a study.

    Raises
    ------
    DataError
        There is no such study, or its protocol has faults: all of them are in the message.

    Examples
    --------
    >>> file = load_protocol("demande-unique")
    >>> file.protocol.design, file.protocol.thresholds.meaningful, file.lock
    ('did', 2.0, None)
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
