"""What holds in a protocol beyond its types: names that exist, periods in order, nothing unread."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from toolkit.records.faults import Fault
from toolkit.records.projects import project_ids
from toolkit.records.recipe import PERIODS
from toolkit.records.rules import nearest_territory, territory_ids
from toolkit.records.schemas import load_schema
from toolkit.records.sources import data_dir
from toolkit.records.tables import read_table
from toolkit.records.toml_model import TomlFile

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
    "staggered": ("specifications", "outcomes"),
    "synthetic_control": (
        "inference", "sizes", "clusters", "periods.anticipation", "comparison.rule",
        "specifications", "outcomes",
    ),
}  # fmt: skip


def faults_of(read: TomlFile, stem: str) -> Iterator[Fault]:
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


def _indicator(read: TomlFile) -> Iterator[Fault]:
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
    own, planned = protocol.periods, protocol.specifications
    rhythm = rhythms[protocol.indicator]
    yield from _window(read, "periods", own.first, own.last, rhythm)
    for key in ("first", "last"):
        for period in getattr(planned, key):
            window = {"first": own.first, "last": own.last} | {key: period}
            yield from _window(read, "specifications", *window.values(), rhythm, only=key)
    for number, outcome in enumerate(protocol.outcomes):
        if outcome.indicator not in rhythms or outcome.indicator == protocol.indicator:
            others = [name for name in rhythms if name != protocol.indicator]
            near = get_close_matches(outcome.indicator, others, n=1) or others[:1] or [""]
            key = f"outcomes.{number}.indicator"
            yield read.fault("unknown_indicator", key, outcome.indicator, near[0])
            continue
        window = (outcome.first, outcome.last, rhythms[outcome.indicator])
        yield from _window(read, f"outcomes.{number}", *window)


def _window(
    read: TomlFile, table: str, first: str, last: str, rhythm: str, only: str = ""
) -> Iterator[Fault]:
    """Hold a first and a last period against an indicator's frequency, and each other."""
    for key, seen in (("first", first), ("last", last)):
        wrong = rhythm in PERIODS and not re.fullmatch(PERIODS[rhythm], seen)
        if wrong and only in ("", key):
            yield read.fault("period_frequency", f"{table}.{key}", seen, frequency=rhythm)
    if last <= first:
        yield read.fault("period_order", f"{table}.{only or 'last'}", last)


def _territories(read: TomlFile) -> Iterator[Fault]:
    """Find lists that are missing or not read, and territories that are unknown or on two sides."""
    protocol, known = read.model, territory_ids()
    sides = {"treated": protocol.treated, "comparison": protocol.comparison}
    for name, side in sides.items():
        listed = side.rule == "listed"
        if listed != bool(side.territories):
            rule = "list_empty" if listed else "list_unread"
            yield read.fault(rule, f"{name}.territories", side.rule)
    lists = {f"{name}.territories": side.territories for name, side in sides.items()}
    table = "specifications"
    lists[f"{table}.without"] = protocol.specifications.without
    for number, subgroup in enumerate(protocol.subgroups):
        lists[f"subgroups.{number}.territories"] = subgroup.territories
    for key, named in lists.items():
        for id_ in named:
            if id_ not in known:
                rule, nearest = nearest_territory(id_)
                yield read.fault(rule, key, id_, nearest)
    for id_ in sorted(set(protocol.treated.territories) & set(protocol.comparison.territories)):
        yield read.fault("two_sides", "comparison.territories", id_)


def _checks(read: TomlFile) -> Iterator[Fault]:
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


def _unread(read: TomlFile) -> Iterator[Fault]:
    """Find what is asked of a design that it would not do."""
    protocol = read.model
    for key in _UNREAD[protocol.design]:
        table, _, name = key.rpartition(".")
        holder = getattr(protocol, table) if table else protocol
        field, seen = type(holder).model_fields[name], getattr(holder, name)
        if key == "comparison.rule" and seen == "listed":
            continue
        if seen != field.get_default(call_default_factory=True):
            yield read.fault("unread", key, seen, design=protocol.design)


def _rivals(read: TomlFile) -> Iterator[Fault]:
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
