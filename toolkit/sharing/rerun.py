"""The commands that make what a bundle shows, and running them in its own folder.

They run in processes of their own that know of this machine only its programs: home, cache and
working folder are the bundle's, and nothing of the settings or the data of whoever runs them.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from toolkit.sharing.stage import PULLED, REPORTS, Contents

_FORMATS = ("--pdf", "--code", "--executed")
_START = "from toolkit.cli import main; main(prog_name='futurs')"
# What a process needs of its surroundings to start at all; on some processors, to count right.
_KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


@dataclass(frozen=True)
class Ran:
    """A command that was run: what it was, how it ended (0 if well), and its last words."""

    command: tuple[str, ...]
    code: int
    words: str


def commands(contents: Contents, projects: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the commands that make all reports, as typed after `futurs`.

    Parameters
    ----------
    contents : Contents
    projects : tuple of str
        Those whose case for the observatory is made too.
    """
    where = ("--output", REPORTS)
    made = []
    if contents.studies:
        made.append(("study", "run", *contents.studies, *_FORMATS, *where))
    if contents.projects:
        made.append(("project", "report", *contents.projects, *_FORMATS, *where))
    return made + [("opsi", project, *where) for project in projects]


def rerun(
    contents: Contents, folder: Path, work: Path, *, python: Path | None = None
) -> Iterator[Ran]:
    """Make the reports of a bundle in its folder; yield what became of each command.

    Parameters
    ----------
    contents : Contents
    folder : Path
        The bundle's own, laid out as the project.
    work : Path
        An empty folder for what is neither of the bundle nor of the user.
    python : Path, optional
        The interpreter; by default this one.
    """
    environment = _environment(folder, work)
    for command in commands(contents, contents.all_projects(folder / "data")):
        done = subprocess.run(
            [python or sys.executable, "-c", _START, *command],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
        )  # fmt: skip
        yield Ran(command, done.returncode, done.stdout[-2000:])


def _environment(folder: Path, work: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    home = work / "home"
    home.mkdir()
    return kept | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "TMPDIR": str(work),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "FUTURS_CACHE": str(folder / PULLED),
        "FUTURS_LANG": "en",
    }
