"""Check everything a researcher writes under data/: every fault of every file, in one pass."""

from dataclasses import replace
from pathlib import Path

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.faults import Fault, without_repetition
from toolkit.records.projects import (
    FACTS,
    TABLES,
    Facts,
    ProjectFiles,
    project_ids,
    read_project,
)
from toolkit.records.rules import RULES, Context, check_references
from toolkit.records.schemas import load_schema, schema_names
from toolkit.records.sources import data_dir, load_sources
from toolkit.records.tables import Table, read_table

PROGRAMME_TABLES = ("vocabulary", "ecosystem_actions")


def validate(path: Path | None = None) -> list[Fault]:
    """Check a data folder, a project's folder or one table.

    Parameters
    ----------
    path : Path, optional
        The data folder by default.

    Returns
    -------
    list of Fault
        Empty when all is well.

    Raises
    ------
    DataError
        The path is none of the three.
    """
    path = (data_dir() if path is None else path).resolve()
    if (path / "projects").is_dir():
        faults = _validate_programme(path / "programme")
        for folder in sorted((path / "projects").iterdir()):
            if folder.is_dir() and not folder.name.startswith("."):
                faults += check_project(folder, f"projects/{folder.name}").faults
    elif path.is_dir() and ((path / FACTS).exists() or path.parent.name == "projects"):
        faults = list(check_project(path, path.name).faults)
    elif path.suffix == ".csv" and path.stem in schema_names():
        faults = _validate_table(path)
    else:
        tables = ", ".join(f"{name}.csv" for name in schema_names())
        raise DataError(interface_language()("error.nothing_to_validate", path=path, tables=tables))
    return without_repetition(faults)


def check_project(folder: Path, prefix: str) -> ProjectFiles:
    """Read a project with the faults of each file and those between its tables."""
    files = read_project(folder, prefix)
    context = _context(files.facts, files.tables)
    between = (fault for rule in RULES for fault in rule(context))
    return replace(files, faults=(*files.faults, *between))


def check_between(files: ProjectFiles, **changed: Table) -> list[Fault]:
    """Return the faults between the tables of a project, were some of them changed, in those."""
    context = _context(files.facts, files.tables | changed)
    named = {table.file for table in changed.values()}
    return [fault for rule in RULES for fault in rule(context) if fault.file in named]


def _validate_table(path: Path) -> list[Fault]:
    """Check one table: beside its project's others when it lies in a project's folder."""
    if path.stem in TABLES and (path.parent / FACTS).exists():
        faults = check_project(path.parent, path.parent.name).faults
        return [fault for fault in faults if Path(fault.file).name == path.name]
    return list(read_table(path, load_schema(path.stem), path.name).faults)


def _validate_programme(folder: Path) -> list[Fault]:
    tables = {
        name: read_table(folder / f"{name}.csv", load_schema(name), f"programme/{name}.csv")
        for name in PROGRAMME_TABLES
    }
    context = _context(None, tables)
    faults = [fault for table in tables.values() for fault in table.faults]
    return [*faults, *check_references(context)]


def _context(facts: Facts | None, tables: dict[str, Table]) -> Context:
    return Context(facts, tables, frozenset(load_sources()), frozenset(project_ids()))
