"""From a file of finer observations, kept outside data/, to the table that data/ may hold."""

import csv
import io
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.atomic import write_atomically
from toolkit.records.faults import without_repetition, write_faults
from toolkit.records.limits import load_limits
from toolkit.records.projects import project_ids
from toolkit.records.protect import protect_observations
from toolkit.records.schemas import Schema, load_schema
from toolkit.records.sources import data_dir
from toolkit.records.tables import Table, read_table

LARGEST = "largest_share"  # a column of the finer file only: of a total, its largest unit's share
_TABLE = "observations"


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes
    ----------
    table : Path
        The project's observations.
    decisions : Path
        Every decision, beside the finer file: it says which cells are small, so that it stays
        with it.
    counts : Counter of str
        Number of cells by rule.
    """

    table: Path
    decisions: Path
    counts: Counter


def protect_project(project: str, finer: Path) -> Written:
    """Write the observations of a project from finer ones, with what must be hidden hidden.

    Parameters
    ----------
    project : str
    finer : Path
        A CSV with the columns of observations.csv, and largest_share if dominance is known.

    Raises
    ------
    DataError
        There is no such project; the finer file lies under data/, from where it would leave; or
        one of the two tables has faults.
    """
    say = interface_language()
    folder = data_dir() / "projects" / project
    if project not in project_ids():
        raise DataError(say("error.no_project", project=project, known=", ".join(project_ids())))
    if finer.resolve().is_relative_to(data_dir().resolve()):
        raise DataError(say("error.finer_inside", path=finer))
    indicators = _read(folder / "indicators.csv", load_schema("indicators"))
    table = _read(finer, _finer_schema(finer))
    protected = protect_observations(table.frame(), indicators.frame(), limits=load_limits())
    path, beside = folder / f"{_TABLE}.csv", finer.with_suffix(".decisions.csv")
    write_atomically(beside, protected.decisions.to_csv(index=False, lineterminator="\n"))
    write_atomically(path, _write(table, protected.observations))
    return Written(path, beside, Counter(protected.decisions.rule))


def _read(path: Path, schema: Schema) -> Table:
    table = read_table(path, schema, path.name)
    if table.faults:
        raise DataError(write_faults(without_repetition(list(table.faults)), interface_language()))
    return table


def _finer_schema(path: Path) -> Schema:
    """Return the schema of observations, with the share of the largest unit if the file has it."""
    schema = load_schema(_TABLE)
    with path.open("rb") as file:
        has_share = LARGEST.encode() in file.readline().strip().split(b",")
    value = next(field for field in schema.fields if field.name == "value")
    share = replace(value, name=LARGEST, minimum=0.0, maximum=1.0)
    return replace(schema, fields=(*schema.fields, share)) if has_share else schema


def _write(table: Table, shown: pd.DataFrame) -> str:
    """Write rows as they stood, but for the cells that were decided on."""
    columns = load_schema(_TABLE).columns
    before = table.frame()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    changed = {
        name: ~(
            shown[name].eq(before[name]).fillna(False) | (shown[name].isna() & before[name].isna())
        )
        for name in ("value", "n", "status")
    }
    for label, row in enumerate(table.rows):
        cells = row.cells | {
            name: ""
            if pd.isna(cell := shown[name][label])
            else f"{cell:g}"
            if name != "status"
            else cell
            for name, which in changed.items()
            if which[label]
        }
        writer.writerow([cells[name] for name in columns])
    return text.getvalue()
