"""A project's files, facts (project.toml) and tables (CSV), with every fault found in them."""

import os
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path

import pandas as pd
from pydantic import Field

from toolkit.records.faults import Fault
from toolkit.records.opsi_form import Opsi, load_form
from toolkit.records.reads import recorded
from toolkit.records.schemas import load_schema
from toolkit.records.sources import data_dir
from toolkit.records.tables import Table, read_table
from toolkit.records.toml_model import Strict, Text, TomlFile, read_toml

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


class Facet(Strict):
    """How far a project leans to one OPSI facet: 0 (not at all) to 4, and why."""

    score: int = Field(ge=0, le=4)
    reason_fr: str = Field(min_length=1)
    reason_en: str = Field(min_length=1)


class Intervention(Strict):
    """What TIDieR asks of an intervention and no table holds.

    Who provides it and with what training; by which means, to one person or to several; what is
    adapted to whom; how it is made sure that it is done as planned.
    """

    providers: Text | None = None
    delivery: Text | None = None
    tailoring: Text | None = None
    fidelity: Text | None = None


class Facts(Strict):
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
    intervention: Intervention = Intervention()
    facets: dict[str, Facet] = Field(default_factory=dict)
    opsi: Opsi = Opsi()


@dataclass(frozen=True)
class ProjectFiles:
    """What was read of a project's folder: facts and tables where readable, and the faults.

    `known` are the facts that rules between tables may use: those of the right type.
    """

    folder: Path
    facts: Facts | None
    known: Facts | None
    tables: dict[str, Table]
    faults: tuple[Fault, ...]


def read_project(folder: Path, prefix: str) -> ProjectFiles:
    """Read every file of a project, keeping what can be read and every fault.

    `prefix` is how the faults name the folder ("projects/demande-unique").
    """
    read = read_toml(folder / FACTS, f"{prefix}/{FACTS}", Facts)
    faults = _fact_faults(read, folder / FACTS)
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
    return ProjectFiles(folder, read.model, read.known, tables, tuple(faults))


@recorded
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
    read = read_toml(path, file, Facts)
    return read.model, _fact_faults(read, path)


def _fact_faults(read: TomlFile[Facts], path: Path) -> list[Fault]:
    found = [] if read.known is None else _fact_rules(read, path.resolve().parent.name)
    return [*found, *read.faults]


def _fact_rules(read: TomlFile[Facts], folder: str):
    """Hold the facts against the vocabularies, the folder's name and the order of the dates."""
    facts = read.known
    if facts.id not in (None, folder):
        yield read.fault("id_folder", "id", facts.id, folder, folder=folder)
    for key, vocabulary in _VOCABULARIES.items():
        found = getattr(facts, key)
        for code in found if isinstance(found, list) else [found]:
            if code is not None:
                yield from read.check_code(code, vocabulary, key)
    for facet in facts.facets:
        yield from read.check_code(facet, "facet", f"facets.{facet}")
    if facts.opsi.answers:
        yield from _unknown_answers(read)
    ordered = ["signalled_on", "idea_on", "started_on", "ended_on"]
    dated = [(key, getattr(facts, key)) for key in ordered if getattr(facts, key)]
    for (before, first), (after, then) in pairwise(dated):
        if then < first:
            yield read.fault("date_order", after, then, before=before, date=first)


def _unknown_answers(read: TomlFile[Facts]):
    """Find answers to what the OPSI form does not ask, or asks only of the person who submits."""
    known = load_form().answerable()
    for name in read.known.opsi.answers:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            yield read.fault("key_unknown", f"opsi.answers.{name}", name, near[0] if near else "")
