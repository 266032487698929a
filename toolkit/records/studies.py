"""Which studies there are, known without their designs: of which project, on which sources."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from toolkit.records.projects import project_ids
from toolkit.records.pull import is_pulled
from toolkit.records.rates import outcome_sources
from toolkit.records.reads import recorded
from toolkit.records.schemas import load_schema
from toolkit.records.sources import Source, data_dir, load_sources
from toolkit.records.tables import read_table


@dataclass(frozen=True)
class StudyFile:
    """A study as its protocol names it; `pulls` are those of its `sources` that are pulled."""

    id: str
    project: str
    indicator: str
    sources: tuple[str, ...]
    pulls: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The sources that are still to be pulled: until then the study cannot be made."""
        return tuple(name for name in self.pulls if not is_pulled(name))


def study_files() -> list[StudyFile]:
    """List the studies whose protocol can be read and whose project there is, by id."""
    return list(_study_files(data_dir()))


@recorded
def study_sources(project: str) -> tuple[Source, ...]:
    """Return the sources that the studies of a project rest on.

    Examples
    --------
    >>> [source.id for source in study_sources("paerpa")]
    ['drees-aide-sociale', 'insee-estimations-population']
    """
    register = load_sources()
    studies = [study for study in study_files() if study.project == project]
    named = dict.fromkeys(name for study in studies for name in study.sources)
    return tuple(register[name] for name in named)


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
            sources = _sources(project, indicator)
            pulls = _pulls(project, sources)
            found.append(StudyFile(path.stem, project, indicator, sources, pulls))
    return tuple(found)


def _sources(project: str, indicator: str) -> tuple[str, ...]:
    """Return the sources of an indicator, of those that are registered."""
    path = data_dir() / "projects" / project / "indicators.csv"
    rows = read_table(path, load_schema("indicators"), path.name).rows
    named = [row.cells.get("source", "") for row in rows if row.cells["indicator"] == indicator]
    wanted = [name for source in named for name in outcome_sources(source, indicator)]
    return tuple(name for name in wanted if name in load_sources())


def _pulls(project: str, sources: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of some sources that are pulled; none where the project observes by itself."""
    if (data_dir() / "projects" / project / "observations.csv").is_file():
        return ()
    return tuple(name for name in sources if load_sources()[name].access == "pull")
