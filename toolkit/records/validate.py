"""Check everything a researcher writes under data/: every fault of every file, in one pass."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.faults import Fault, without_repetition
from toolkit.records.limits import FILE as LIMITS
from toolkit.records.limits import limit_faults
from toolkit.records.projects import (
    FACTS,
    RECIPE,
    REQUIRED_TABLES,
    TABLES,
    Facts,
    ProjectFiles,
    project_ids,
    read_project,
)
from toolkit.records.recipe import recipe_faults
from toolkit.records.rules import RULES, Context, check_references
from toolkit.records.schemas import load_schema, schema_names
from toolkit.records.shown import check_shown
from toolkit.records.sources import ACCESSES, SOURCE_KEYS, data_dir, load_sources
from toolkit.records.tables import Table, read_table
from toolkit.records.toml_model import parse_toml

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
        faults = _source_faults(path / "sources.toml") or limit_faults(path / LIMITS)
        if faults:  # what is referred to cannot be known: the rest would be noise
            return without_repetition(faults)
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
    context = _context(files.known, files.tables)
    return replace(
        files, faults=(*files.faults, *_between(context), *_recipe_faults(files, prefix))
    )


def _recipe_faults(files: ProjectFiles, prefix: str) -> list[Fault]:
    """Check a recipe of simulation, once the two tables it is meant for can be read."""
    path, file = files.folder / RECIPE, f"{prefix}/{RECIPE}"
    needed = [files.tables.get(name) for name in REQUIRED_TABLES]
    if not path.exists() or any(table is None or table.faults for table in needed):
        return []
    _, content, broken = parse_toml(path, file)
    if broken is not None:
        return [broken]
    found = recipe_faults(content, *(table.frame() for table in needed))
    return [replace(fault, file=file) for fault in found if fault.file == RECIPE]


def _source_faults(path: Path) -> list[Fault]:
    """Check the register of sources, entry by entry."""
    file = path.name
    _, content, broken = parse_toml(path, file)
    if broken is not None:
        return [broken]
    faults, seen = [], set()
    for number, entry in enumerate(content.get("source", []), start=1):
        name = str(entry.get("id", f"source {number}"))
        if name in seen:
            details = {"key": "id", "first": "?"}
            faults.append(Fault(file, "duplicate", column=name, value=name, details=details))
        seen.add(name)
        for key in SOURCE_KEYS:
            if key not in entry:
                faults.append(Fault(file, "key_missing", column=f"{name}.{key}"))
        faults += _source_values(file, name, entry)
    return faults


def _source_values(file: str, name: str, entry: dict) -> list[Fault]:
    access = entry.get("access", "live")
    faults = []
    if access not in ACCESSES:
        details = {"word": str(access), "codes": ", ".join(ACCESSES)}
        faults.append(
            Fault(file, "vocabulary", column=f"{name}.access", value=str(access), details=details)
        )
    needed = {"pull": ("sha256", "path"), "package": ("sha256", "package")}.get(access, ())
    for key in needed:
        if key not in entry:
            faults.append(Fault(file, "key_missing", column=f"{name}.{key}"))
    forms = {"sha256": r"[0-9a-f]{64}"} | ({"url": r"https://.*"} if access != "simulated" else {})
    for key, form in forms.items():
        if key in entry and not re.fullmatch(form, str(entry[key])):
            details = {"pattern": form}
            column, value = f"{name}.{key}", str(entry[key])
            faults.append(Fault(file, "pattern", column=column, value=value, details=details))
    return faults


def check_between(files: ProjectFiles, **changed: Table) -> list[Fault]:
    """Return the faults between the tables of a project, were some of them changed, in those."""
    context = _context(files.known, files.tables | changed)
    named = {table.file for table in changed.values()}
    return [fault for fault in _between(context) if fault.file in named]


def _between(context: Context) -> Iterator[Fault]:
    for rule in (*RULES, check_shown):
        yield from rule(context)


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
