"""Which studies there are, known without their designs: of which project, on which sources."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from toolkit.records.projects import project_ids
from toolkit.records.pull import is_pulled
from toolkit.records.rates import outcome_sources
from toolkit.records.schemas import load_schema
from toolkit.records.sources import data_dir, load_sources
from toolkit.records.tables import read_table


@dataclass(frozen=True)
class StudyFile:
    """A study as its protocol names it; `pulls` are the sources its outcome is pulled from."""

    id: str
    project: str
    indicator: str
    pulls: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The sources that are still to be pulled: until then the study cannot be made."""
        return tuple(name for name in self.pulls if not is_pulled(name))


def study_files() -> list[StudyFile]:
    """List the studies whose protocol can be read and whose project there is, by id."""
    return list(_study_files(data_dir()))


@cache
def _study_files(folder: Path) -> tuple[StudyFile, ...]:
    """Read the protocols once: a page quotes several studies."""
    found, projects = [], project_ids()
    for path in sorted((folder / "studies").glob("*.toml")):
        if "." in path.stem:  # what a protocol was before it was amended, or its reading
            continue
        try:
            protocol = tomllib.loads(path.read_text(encoding="utf-8"))
            project, indicator = protocol["project"], protocol["indicator"]
        except (OSError, ValueError, KeyError):
            continue
        if project in projects:
            found.append(StudyFile(path.stem, project, indicator, _pulls(project, indicator)))
    return tuple(found)


def _pulls(project: str, indicator: str) -> tuple[str, ...]:
    """Return the sources of an indicator that are pulled; none where the project observes it."""
    folder = data_dir() / "projects" / project
    if (folder / "observations.csv").is_file():
        return ()
    path = folder / "indicators.csv"
    rows = read_table(path, load_schema("indicators"), path.name).rows
    named = [row.cells.get("source", "") for row in rows if row.cells["indicator"] == indicator]
    sources = load_sources()
    wanted = [name for source in named for name in outcome_sources(source, indicator)]
    return tuple(name for name in wanted if name in sources and sources[name].access == "pull")
