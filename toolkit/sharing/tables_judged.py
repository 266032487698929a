"""The tables of a bundle as frictionless judges them, where it is installed.

Of the package's description only what says where a table and its schema lie is taken: a
description of another's making could name an address to fetch.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from toolkit.records.faults import Fault
from toolkit.sharing.stage import PACKAGE

_MOST = 5  # faults of one table


def table_faults(files: Mapping[str, bytes]) -> Iterator[Fault]:
    """Yield what frictionless finds wrong with the CSV tables that have a schema in a file.

    Parameters
    ----------
    files : mapping of str to bytes
        Of a bundle whose names were found plain; its tables are written into a temporary folder.
    """
    try:
        from frictionless import FrictionlessException, Resource
    except ImportError:
        return
    with tempfile.TemporaryDirectory(prefix="futurs-verify-") as folder:
        for described in json.loads(files[PACKAGE])["resources"]:
            path, schema = described["path"], described.get("schema")
            if not isinstance(schema, str) or not path.endswith(".csv"):
                continue
            for name in (path, schema):
                target = Path(folder, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(files[name])
            try:
                report = Resource(path=path, schema=schema, basepath=folder).validate()
                rows = report.flatten(["rowNumber", "note", "message"])
                # A fault of the header has no row, and no note.
                found = [f"{row}: {note}" if note else said for row, note, said in rows]
            except FrictionlessException as error:
                found = [str(error)]
            for words in found[:_MOST]:
                yield Fault(PACKAGE, "package_table", value=f"{path}: {words}")
