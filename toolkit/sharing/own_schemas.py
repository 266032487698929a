"""Schemas of a bundle for the tables whose columns are not those of the common schema.

A table may lack an optional column or have another order; a reader of data packages holds a file
against each field of its schema in turn, and would refuse it.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

_SCHEMAS = PurePosixPath("data/schemas")
_TERRITORIES = "data/territories/"


def described_tables(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield each CSV that a schema of the same name describes, with the schema that fits it best.

    Parameters
    ----------
    files : mapping of str to bytes
        Of a bundle, by name.

    Yields
    ------
    path, schema : str
        The schema is the table's own where there is one, or the common one.
    """
    for path in sorted(files):
        common, own = _names(path)
        if path.endswith(".csv") and not path.startswith(_TERRITORIES) and common in files:
            yield path, own if own in files else common


def own_schemas(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return, by name, a schema for each table whose columns are not those of the common one."""
    written = {}
    for path, name in described_tables(files):
        schema = json.loads(files[name])
        fields = {field["name"]: field for field in schema["fields"]}
        header = next(csv.reader(files[path].decode().splitlines()))
        if header != list(fields):
            schema["fields"] = [fields[column] for column in header if column in fields]
            text = json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
            written[_names(path)[1]] = text.encode()
    return written


def _names(path: str) -> tuple[str, str]:
    """Return where the common schema of a table lies, and its own."""
    table = PurePosixPath(path)
    file = f"{table.stem}.json"
    return str(_SCHEMAS / file), str(_SCHEMAS / table.parent.name / file)
