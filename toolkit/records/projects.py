"""A project's files, facts (project.toml) and tables (CSV), with every fault found in them."""

import os
import re
import tomllib
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from toolkit.records.faults import Fault
from toolkit.records.personal import has_personal_data
from toolkit.records.schemas import load_schema
from toolkit.records.sources import data_dir
from toolkit.records.tables import Table, read_table
from toolkit.records.vocabulary import vocabulary_codes

FACTS = "project.toml"
RECIPE = "simulation.toml"
# The tables of a project, in the order a reader meets them, and those none can do without.
TABLES = (
    "deployments",
    "indicators",
    "observations",
    "theory_nodes",
    "theory_links",
    "cycles",
    "logbook",
    "ratings",
    "participation",
    "partners",
    "freedoms",
    "artefacts",
    "evidence",
    "costs",
)
REQUIRED_TABLES = ("deployments", "indicators")
_VOCABULARIES = {
    "mission": "mission",
    "mode": "intervention_mode",
    "sectors": "sector",
    "publics": "public",
    "opsi_status": "opsi_status",
    "reintegration": "reintegration",
    "initiated_by": "role",
}


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Text(_Strict):
    """A text in both languages."""

    fr: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Facet(_Strict):
    """How far a project leans to one OPSI facet: 0 (not at all) to 4, and why."""

    score: int = Field(ge=0, le=4)
    reason_fr: str = Field(min_length=1)
    reason_en: str = Field(min_length=1)


class Facts(_Strict):
    """What project.toml holds; codes stand in programme/vocabulary.csv.

    The dates signalled_on, idea_on and started_on give the delays of qualities Q2 and Q7;
    initiated_by gives Q3; contact_role names a role, never a person.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    mission: str
    mode: str
    simulated: bool
    sectors: list[str] = Field(min_length=1)
    publics: list[str] = Field(min_length=1)
    opsi_status: str
    reintegration: str
    initiated_by: str | None = None
    contact_role: str | None = None
    signalled_on: date | None = None
    idea_on: date | None = None
    started_on: date
    ended_on: date | None = None
    title: Text
    problem: Text
    innovation: Text
    facets: dict[str, Facet] = Field(default_factory=dict)


@dataclass(frozen=True)
class ProjectFiles:
    """What was read of a project's folder: facts and tables where readable, and the faults."""

    folder: Path
    facts: Facts | None
    tables: dict[str, Table]
    faults: tuple[Fault, ...]


def read_project(folder: Path, prefix: str) -> ProjectFiles:
    """Read every file of a project, keeping what can be read and every fault.

    `prefix` is how the faults name the folder ("projects/demande-unique").
    """
    facts, faults = read_facts(folder / FACTS, f"{prefix}/{FACTS}")
    known = {FACTS, RECIPE, *(f"{name}.csv" for name in TABLES)}
    for path in sorted(folder.iterdir()):
        if path.name not in known and not _is_of_the_system(path.name):
            nearest = get_close_matches(path.name, known, n=1)
            found = nearest[0] if nearest else ""
            faults.append(Fault(f"{prefix}/{path.name}", "unknown_file", nearest=found))
    tables = {}
    for name in TABLES:
        path, file = folder / f"{name}.csv", f"{prefix}/{name}.csv"
        if os.path.lexists(path):
            tables[name] = read_table(path, load_schema(name), file)
            faults += tables[name].faults
            if name in REQUIRED_TABLES and not tables[name].rows and not tables[name].faults:
                faults.append(Fault(file, "no_rows", line=1))
        elif name in REQUIRED_TABLES:
            faults.append(Fault(file, "missing_file"))
    return ProjectFiles(folder, facts, tables, tuple(faults))


def project_ids() -> list[str]:
    """Return the ids of the projects there are."""
    found = (path.parent.name for path in (data_dir() / "projects").glob(f"*/{FACTS}"))
    return sorted(name for name in found if not name.startswith("."))


def _is_of_the_system(name: str) -> bool:
    """Tell files that people do not write (hidden, locks, thumbnails), and a README."""
    return name.startswith((".", "~")) or name in ("Thumbs.db", "desktop.ini", "README.md")


def frames(files: ProjectFiles) -> dict[str, pd.DataFrame]:
    """Return the tables of a project as frames; a table without a file is an empty frame."""
    empty = {
        name: Table(name, load_schema(name), (), ()) for name in TABLES if name not in files.tables
    }
    return {name: (files.tables | empty)[name].frame() for name in TABLES}


def read_facts(path: Path, file: str) -> tuple[Facts | None, list[Fault]]:
    """Read project.toml: its facts when they have the right types, and every fault."""
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None, [Fault(file, "missing_file")]
    except OSError as error:
        return None, [Fault(file, "unreadable", value=str(error.strerror or error))]
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        seen = error.object[max(0, error.start - 10) : error.start + 10].decode("cp1252", "replace")
        return None, [Fault(file, "encoding", line=line, value=seen)]
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # broken, or made to break
        at = re.search(r"line (\d+)", str(error))
        line = int(at[1]) if at else text.count("\n") + 1
        return None, [Fault(file, "toml", line=line, value=str(error))]
    lines = _key_lines(text)
    try:
        facts = Facts.model_validate(content)
    except ValidationError as error:
        return None, [_fact_fault(file, entry, lines) for entry in error.errors()]
    folder = path.resolve().parent.name
    return facts, [
        *_fact_rules(facts, folder, file, lines),
        *_personal_facts(content, "", file, lines),
    ]


def _key_lines(text: str) -> dict[str, int]:
    """Return the line of every key of a TOML text: "facets.mission.score" -> 31."""
    lines, section = {}, ""
    for number, line in enumerate(text.split("\n"), start=1):
        if match := re.match(r"\s*\[([\w.-]+)\]", line):
            section = match[1] + "."
            lines[match[1]] = number
        elif match := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            lines[section + re.sub(r"[\"']", "", match[1])] = number
    return lines


def _fact_fault(file: str, error: dict, lines: dict[str, int]) -> Fault:
    """Turn one of pydantic's errors into a fault of ours."""
    where = [str(part) for part in error["loc"]]
    key = ".".join(part for part in where if not part.isdigit())
    line = lines.get(key, lines.get(key.rpartition(".")[0]))
    seen = "" if error["type"] == "missing" else str(error["input"])
    if error["type"] == "missing":
        return Fault(file, "key_missing", line, key)
    if error["type"] == "extra_forbidden":
        near = get_close_matches(where[-1], Facts.model_fields, n=1)
        return Fault(file, "key_unknown", line, key, where[-1], near[0] if near else "")
    if error["type"] in ("string_too_short", "too_short"):
        return Fault(file, "key_blank", line, key)
    if error["type"] in ("greater_than_equal", "less_than_equal"):
        return Fault(file, "range", line, key, seen, "", {"minimum": "0", "maximum": "4"})
    kind = error["type"].removesuffix("_type").removesuffix("_parsing")
    return Fault(file, "key_type", line, key, seen, "", {"expected": kind})


def _fact_rules(facts: Facts, folder: str, file: str, lines: dict[str, int]):
    """Hold the facts against the vocabularies, the folder's name and the order of the dates."""
    if facts.id != folder:
        yield Fault(file, "id_folder", lines.get("id"), "id", facts.id, folder, {"folder": folder})
    for key, vocabulary in _VOCABULARIES.items():
        found = getattr(facts, key)
        for code in found if isinstance(found, list) else [found]:
            if code is not None:
                yield from _code(code, vocabulary, key, file, lines)
    for facet in facts.facets:
        yield from _code(facet, "facet", f"facets.{facet}", file, lines)
    ordered = ["signalled_on", "idea_on", "started_on", "ended_on"]
    dated = [(key, getattr(facts, key)) for key in ordered if getattr(facts, key)]
    for (before, first), (after, then) in pairwise(dated):
        if then < first:
            details = {"before": before, "date": first.isoformat()}
            yield Fault(file, "date_order", lines.get(after), after, then.isoformat(), "", details)


def _personal_facts(value: object, key: str, file: str, lines: dict[str, int]):
    """Find personal data in any text of project.toml."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _personal_facts(inner, f"{key}.{name}".lstrip("."), file, lines)
    elif isinstance(value, str) and has_personal_data(value):
        yield Fault(file, "personal_data", lines.get(key), key, value)


def _code(code: str, vocabulary: str, key: str, file: str, lines: dict[str, int]):
    codes = vocabulary_codes(vocabulary)
    if code not in codes:
        near = get_close_matches(code, codes, n=1)
        details = {"word": code, "codes": ", ".join(codes)}
        yield Fault(file, "vocabulary", lines.get(key), key, code, near[0] if near else "", details)
