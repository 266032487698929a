"""What holds between the tables of a project, and with the rest of the data.

Each rule is a function from a `Context` to faults. A value that its own column already refused is
None and is not judged twice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cached_property

from toolkit.errors import UnknownTerritoryError
from toolkit.records.faults import Fault
from toolkit.records.projects import Facts
from toolkit.records.tables import Row, Table
from toolkit.records.territories import load_predecessors, load_territories, load_territory

_PERIODS = {"year": 4, "quarter": 7, "month": 7}
SIMULATION = "simulation"  # id of the source of simulated data
_WITHOUT_VALUE = ("secret", "nd")


@dataclass(frozen=True)
class Context:
    """A project as read, with the ids of what it may refer to elsewhere."""

    facts: Facts | None
    tables: dict[str, Table]
    sources: frozenset[str]
    projects: frozenset[str]

    def rows(self, table: str) -> tuple[Row, ...]:
        """Return the rows of a table, none if it has no file."""
        return self.tables[table].rows if table in self.tables else ()

    def fault(
        self, table: str, row: Row, column: str, rule: str, nearest: str = "", **details
    ) -> Fault:
        """Return a fault at one cell."""
        seen = row.cells.get(column, "")
        texts = {name: str(value) for name, value in details.items()}
        return Fault(self.tables[table].file, rule, row.line, column, seen, nearest, texts)

    @cached_property
    def known(self) -> dict[str, frozenset[str]]:
        """Return what each kind of reference may name."""
        own = {
            "indicator": ("indicators", "indicator"),
            "cycle": ("cycles", "cycle"),
            "node": ("theory_nodes", "node"),
        }
        found = {
            kind: frozenset(row.cells.get(column, "") for row in self.rows(table))
            for kind, (table, column) in own.items()
        }
        return found | {
            "source": self.sources,
            "project": self.projects,
            "territory": territory_ids(),
        }


def territory_ids() -> frozenset[str]:
    """Return the id of every territory of today."""
    everything = load_territories()
    return frozenset({"FR", *(everything.level + "-" + everything.code)})


def check_references(context: Context) -> Iterator[Fault]:
    """Find references that lead nowhere, with the nearest that does."""
    for name, table in context.tables.items():
        for field in table.schema.fields:
            if field.reference is None:
                continue
            known = context.known[field.reference]
            for row in table.rows:
                seen = row.parsed.get(field.name)
                if seen is not None and str(seen) not in known:
                    yield _lost(context, name, row, field.name, field.reference, known)


def _lost(context, table, row, column, kind, known) -> Fault:
    seen = row.cells[column]
    if kind == "territory":
        rule, nearest = nearest_territory(seen)
        return context.fault(table, row, column, rule, nearest)
    near = get_close_matches(seen, known, n=1, cutoff=0.5)
    return context.fault(table, row, column, f"unknown_{kind}", near[0] if near else "")


def nearest_territory(seen: str) -> tuple[str, str]:
    """Return the rule a wrong territory id breaks, and the id that was probably meant."""
    level, _, code = seen.upper().rpartition("-")
    known = territory_ids()
    successors = load_predecessors().set_index("code").successor.dropna()
    if level in ("COM", "") and code in successors and f"COM-{code}" not in known:
        return "former_commune", f"COM-{successors[code]}"
    tries = [f"{level}-{code}", f"{level}-0{code}", f"DEP-{code}", f"DEP-0{code}"]
    tries += [f"COM-{code}", f"COM-0{code}", f"EPCI-{code}"]
    return "unknown_territory", next((id_ for id_ in tries if id_ in known), _by_name(seen))


def _by_name(seen: str) -> str:
    """Return the id of the one territory of that name, or nothing."""
    try:
        return load_territory(seen).id
    except UnknownTerritoryError:
        return ""


def check_deployments(context: Context) -> Iterator[Fault]:
    """Hold the deployments' dates together, and against the project's."""
    seen: dict[str, list[tuple[date, date, Row]]] = {}
    for row in context.rows("deployments"):
        adopted, ended = row.parsed.get("adopted_on"), row.parsed.get("ended_on")
        role = row.parsed.get("role")
        if role == "treated" and not row.cells.get("adopted_on"):
            yield context.fault("deployments", row, "adopted_on", "treated_undated")
        if role == "comparison" and adopted is not None:
            yield context.fault("deployments", row, "adopted_on", "comparison_dated")
        first = context.facts.started_on if context.facts else None
        if adopted and first and adopted < first:
            yield context.fault("deployments", row, "adopted_on", "before_project", date=first)
        if adopted and ended and ended < adopted:
            yield context.fault(
                "deployments", row, "ended_on", "date_order", before="adopted_on", date=adopted
            )
        last = context.facts.ended_on if context.facts else None
        if adopted and last and adopted > last:
            yield context.fault("deployments", row, "adopted_on", "after_project", date=last)
        territory = row.parsed.get("territory")
        if territory is not None:
            span = (adopted or date.min, ended or date.max, row)
            for start, end, other in seen.setdefault(territory, []):
                if span[0] <= end and start <= span[1]:
                    yield context.fault(
                        "deployments", row, "territory", "overlap", first=other.line
                    )
            seen[territory].append(span)


def check_observations(context: Context) -> Iterator[Fault]:
    """Hold each observation's value and period against its status and its indicator."""
    frequency = {
        r.parsed.get("indicator"): r.parsed.get("frequency") for r in context.rows("indicators")
    }
    for row in context.rows("observations"):
        status, empty = row.parsed.get("status"), not row.cells.get("value")
        if status in _WITHOUT_VALUE and not empty:
            yield context.fault("observations", row, "value", f"{status}_value")
        if status is not None and status not in _WITHOUT_VALUE and empty:
            yield context.fault("observations", row, "value", "value_missing", status=status)
        period, rhythm = row.parsed.get("period"), frequency.get(row.parsed.get("indicator"))
        if period is not None and rhythm is not None:
            quarterly = "Q" in period
            if len(period) != _PERIODS[rhythm] or quarterly != (rhythm == "quarter"):
                yield context.fault(
                    "observations", row, "period", "period_frequency", frequency=rhythm
                )


def check_theory(context: Context) -> Iterator[Fault]:
    """Find links from a step to itself, and chains that come back to where they started."""
    links: dict[str, list[str]] = {}
    for row in context.rows("theory_links"):
        start, end = row.parsed.get("from"), row.parsed.get("to")
        if start is None or end is None:
            continue
        path = _path(links, end, start)
        if path:
            yield context.fault(
                "theory_links", row, "to", "circle", path=" → ".join([start, *path])
            )
        links.setdefault(start, []).append(end)


def _path(links: dict[str, list[str]], start: str, goal: str) -> list[str]:
    """Return the steps from one node to another, both included; empty if there is no way."""
    trail, done = [[start]], set()
    while trail:
        path = trail.pop()
        if path[-1] == goal:
            return path
        if path[-1] not in done:
            done.add(path[-1])
            trail += [[*path, after] for after in links.get(path[-1], [])]
    return []


def check_cycles(context: Context) -> Iterator[Fault]:
    """Hold the phases of the cycles, and the logbook, against their dates."""
    spans: dict[int, list[date]] = {}
    for row in context.rows("cycles"):
        start, end = row.parsed.get("started_on"), row.parsed.get("ended_on")
        phase = row.parsed.get("phase")
        if start and end and end < start:
            yield context.fault(
                "cycles", row, "ended_on", "date_order", before="started_on", date=start
            )
        if phase == "plan" and not row.cells.get("question_fr"):
            yield context.fault("cycles", row, "question_fr", "plan_question")
        if phase == "reflect" and not row.cells.get("decision"):
            yield context.fault("cycles", row, "decision", "reflect_decision")
        # A phase without an end is running.
        dates = (start, end if row.cells.get("ended_on") else date.max)
        spans.setdefault(row.parsed.get("cycle"), []).extend(d for d in dates if d)
    for row in context.rows("logbook"):
        day, span = row.parsed.get("date"), spans.get(row.parsed.get("cycle"))
        if day and span and not min(span) <= day <= max(span):
            yield context.fault(
                "logbook", row, "date", "outside_cycle", start=min(span), end=max(span)
            )


def check_people(context: Context) -> Iterator[Fault]:
    """Hold raters and participants to one role each, and participation to what its mode needs."""
    for table, person in (("ratings", "rater"), ("participation", "pseudonym")):
        roles: dict[str, Row] = {}
        for row in context.rows(table):
            first = roles.setdefault(row.parsed.get(person), row)
            if row.parsed.get("role") and first.parsed.get("role") != row.parsed["role"]:
                yield context.fault(table, row, "role", "two_roles", first=first.line)
    for row in context.rows("participation"):
        needed = {"A3": "lens", "A4": "scope"}.get(row.parsed.get("mode"))
        if needed and not row.cells.get(needed):
            yield context.fault("participation", row, needed, "mode_needs", mode=row.parsed["mode"])
        start, end = row.parsed.get("from"), row.parsed.get("to")
        if start and end and end < start:
            yield context.fault("participation", row, "to", "date_order", before="from", date=start)


def check_simulated(context: Context) -> Iterator[Fault]:
    """Find simulated observations in a project that says it is real."""
    if context.facts is None or context.facts.simulated is not False:
        return
    for row in context.rows("observations"):
        if row.parsed.get("source") == SIMULATION:
            yield context.fault("observations", row, "source", "simulated_source")


def check_dates(context: Context) -> Iterator[Fault]:
    """Find freedoms that end before they begin, and artefacts adopted before they are made."""
    for table, first, then in (
        ("freedoms", "date", "ends_on"),
        ("artefacts", "made_on", "adopted_on"),
    ):
        for row in context.rows(table):
            start, end = row.parsed.get(first), row.parsed.get(then)
            if start and end and end < start:
                yield context.fault(table, row, then, "date_order", before=first, date=start)


def check_costs(context: Context) -> Iterator[Fault]:
    """Find costs that say neither an amount nor a time."""
    for row in context.rows("costs"):
        if not row.cells.get("amount") and not row.cells.get("person_days"):
            yield context.fault("costs", row, "amount", "cost_empty")


RULES: tuple[Callable[[Context], Iterator[Fault]], ...] = (
    check_references,
    check_deployments,
    check_observations,
    check_theory,
    check_cycles,
    check_people,
    check_costs,
    check_simulated,
    check_dates,
)
