"""Start a project, and keep its logbook: what a researcher writes first and most often."""

import csv
import io
import os
import re
import shutil
import tempfile
from datetime import date
from pathlib import Path

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.faults import Fault, write_faults
from toolkit.records.locks import locked
from toolkit.records.projects import FACTS, TABLES, project_ids
from toolkit.records.schemas import load_schema
from toolkit.records.sources import data_dir
from toolkit.records.tables import read_table
from toolkit.records.validate import check_between, check_project

_TEMPLATE = Path(__file__).parent / "templates" / FACTS
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def new_project(project: str, *, today: date) -> Path:
    """Create the folder of a project: facts to fill, and every table with its header.

    Raises
    ------
    DataError
        The id is not in lower-case words joined by hyphens, or the project exists.
    """
    say = interface_language()
    folder = data_dir() / "projects" / project
    if not _ID.fullmatch(project):
        raise DataError(say("error.project_id", seen=project))
    if folder.exists():
        raise DataError(say("error.project_exists", folder=folder))
    folder.parent.mkdir(exist_ok=True)
    # Built under a temporary name beside its place, so that no half project is ever seen.
    building = Path(tempfile.mkdtemp(prefix=f".{project}-", dir=folder.parent))
    facts = _TEMPLATE.read_text(encoding="utf-8").format(id=project, today=today.isoformat())
    (building / FACTS).write_text(facts, encoding="utf-8")
    for name in TABLES:
        header = ",".join(load_schema(name).columns) + "\n"
        (building / f"{name}.csv").write_text(header, encoding="utf-8")
    building.chmod(0o755)
    building.rename(folder)
    return folder


def add_log_entry(project: str, entry: dict[str, str]) -> str:
    """Add one line to a project's logbook and return its id ("J012").

    Parameters
    ----------
    entry : dict of str to str
        The columns of the logbook but its id; cells as they are written in the file.

    Raises
    ------
    DataError
        There is no such project, its logbook has faults already, or the entry has; the logbook
        is then left as it was.
    """
    say = interface_language()
    folder = data_dir() / "projects" / project
    if not (folder / FACTS).is_file():
        raise DataError(say("error.no_project", project=project, known=", ".join(project_ids())))
    # One writer at a time: two entries at once must not take the same number, nor lose one.
    with locked(folder / "logbook.csv"):
        return _add_entry(folder, entry)


def _add_entry(folder: Path, entry: dict[str, str]) -> str:
    path, schema = folder / "logbook.csv", load_schema("logbook")
    files = check_project(folder, folder.name)
    faults = [fault for fault in files.faults if fault.file.endswith("/logbook.csv")]
    if faults:
        raise _refused(faults)
    rows = files.tables["logbook"].rows if "logbook" in files.tables else ()
    number = max((int(row.cells["entry"][1:]) for row in rows), default=0) + 1
    cells = {"entry": f"J{number:03d}", **entry}
    kept = "logbook" in files.tables
    text = path.read_text(encoding="utf-8") if kept else ",".join(schema.columns) + "\n"
    header = next(csv.reader(io.StringIO(text)))
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([cells.get(name, "") for name in header])
    content = text + ("" if text.endswith("\n") else "\n") + line.getvalue()
    handle, temporary = tempfile.mkstemp(prefix=".logbook-", suffix=".csv", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode("utf-8", "replace"))
        table = read_table(Path(temporary), schema, f"{folder.name}/logbook.csv")
        faults = [*table.faults, *check_between(files, logbook=table)]
        if faults:
            raise _refused(faults)
        if path.exists():
            shutil.copymode(path, temporary)
        else:
            os.chmod(temporary, 0o644)
        os.replace(temporary, path.resolve())
    except BaseException:
        os.unlink(temporary)
        raise
    return cells["entry"]


def _refused(faults: list[Fault]) -> DataError:
    say = interface_language()
    return DataError(f"{say('error.log_refused')}\n{write_faults(faults, say)}")
