"""A bundle being made: a folder with the program, and of the data what the studies rest on.

It is laid out as the project itself, so that the commands that make a report in one make it in the
other. What is shared is then made there, from what is shared and nothing else.
"""

import shutil
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.folders import data_dir

PULLED = "pulled"  # the files that are pulled, as in a cache
REPORTS = "reports"
CONTENTS, SUMS, PACKAGE = "bundle.json", "SHA256SUMS", "datapackage.json"
VERSION = 1  # of the form of a bundle
_ROOT = Path(__file__).parents[2]
_PROGRAM = ("CITATION.cff", "LICENSE", "pyproject.toml", "requirements.lock")
_COMMON = ("programme", "schemas", "territories")
# Scripts that rebuild the territories need packages that are not here.
_TABLES = {".csv", ".json", ".geojson", ".parquet", ".toml"}


@dataclass(frozen=True)
class Contents:
    """What a bundle is about: ids of studies, and of projects whose pages it has."""

    studies: tuple[str, ...]
    projects: tuple[str, ...]

    def all_projects(self, data: Path) -> tuple[str, ...]:
        """Return the projects whose files are needed, those of the studies first."""
        own = [project_of(study, data) for study in self.studies]
        return tuple(dict.fromkeys([*own, *self.projects]))


def project_of(study: str, data: Path) -> str:
    """Return the project of a study.

    Raises
    ------
    DataError
        There is no such study, or its protocol cannot be read.
    """
    try:
        protocol = tomllib.loads((data / "studies" / f"{study}.toml").read_text("utf-8"))
        return str(protocol["project"])
    except FileNotFoundError:
        # A dot in the name: its reading, or what a protocol was before it was amended.
        stems = (path.stem for path in (data / "studies").glob("*.toml"))
        known = ", ".join(sorted(stem for stem in stems if "." not in stem))
        say = interface_language()
        raise DataError(say("error.unknown_axis", axis="study", seen=study, known=known)) from None
    except (OSError, ValueError, KeyError) as error:
        say = interface_language()
        raise DataError(say("error.damaged_data", path=study, reason=error)) from error


def gather(contents: Contents, folder: Path) -> None:
    """Copy into an empty folder the program, and the data of some studies and projects."""
    for name in _PROGRAM:
        shutil.copyfile(_ROOT / name, folder / name)
    skip = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(_ROOT / "toolkit", folder / "toolkit", ignore=skip)
    (folder / "notebooks").mkdir()
    for notebook in sorted((_ROOT / "notebooks").glob("*.ipynb")):
        shutil.copyfile(notebook, folder / "notebooks" / notebook.name)
    source = data_dir()
    for path in _data_files(contents, source):
        target = folder / "data" / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _data_files(contents: Contents, data: Path) -> Iterator[Path]:
    yield data / "sources.toml"
    yield data / "disclosure.toml"
    for name in _COMMON:
        yield from (p for p in sorted((data / name).iterdir()) if p.suffix in _TABLES)
    for study in contents.studies:
        yield from _plain(data / "studies", f"{study}.*")
    for project in contents.all_projects(data):
        if not (data / "projects" / project).is_dir():
            known = ", ".join(sorted(p.name for p in (data / "projects").iterdir()))
            say = interface_language()
            text = say("error.unknown_axis", axis="project", seen=project, known=known)
            raise DataError(text)
        yield from _plain(data / "projects" / project, "*")


def _plain(folder: Path, pattern: str) -> Sequence[Path]:
    """List the files of a folder, without what an editor hides there."""
    return [p for p in sorted(folder.glob(pattern)) if p.is_file() and p.name[0] != "."]
