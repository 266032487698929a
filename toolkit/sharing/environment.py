"""The packages that a bundle is run again with: those of here, or of its lock."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from toolkit.errors import ToolkitError
from toolkit.i18n import interface_language
from toolkit.runs.manifest import describe_environment
from toolkit.sharing.shared_runs import Run

Choice = Literal["auto", "here", "lock"]


@dataclass(frozen=True)
class Environment:
    """What a bundle is run with.

    Attributes
    ----------
    kind : {"here", "lock"}
        The packages of this command, or those of requirements.lock, in a folder of their own.
    python : Path
        The interpreter.
    differences : dict of str to tuple of str
        Versions that are not those the reports were made with: then and now.
    """

    kind: str
    python: Path
    differences: dict[str, tuple[str, str]]


def choose_environment(choice: Choice, runs: list[Run], folder: Path, work: Path) -> Environment:
    """Return what to run a bundle with; "auto" takes what is here if its versions are the same.

    Raises
    ------
    ToolkitError
        The packages of the lock are asked for and cannot be had.
    """
    differences = version_differences(runs)
    if choice == "here" or (choice == "auto" and not differences):
        return Environment("here", Path(sys.executable), differences)
    python = install_lock(folder, work / "venv")
    same = {name: pair for name, pair in differences.items() if name == "python"}
    return Environment("lock", python, same)


def version_differences(runs: list[Run]) -> dict[str, tuple[str, str]]:
    """Return the versions of Python and of packages that are not those of here: then and now."""
    here = describe_environment()
    now = {"python": here["python"], **here["packages"]}
    found = {}
    for run in runs:
        if run.manifest:
            then = {"python": run.manifest["python"], **run.manifest["packages"]}
            found |= {n: (v, now.get(n, "–")) for n, v in then.items() if now.get(n) != v}
    return dict(sorted(found.items()))


def install_lock(folder: Path, target: Path) -> Path:
    """Install the packages of a bundle's lock, and its program, into a folder of their own.

    Returns
    -------
    Path
        The interpreter there.
    """
    python = target / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    lock = ["--require-hashes", "-r", str(folder / "requirements.lock")]
    own = ["--no-deps", "--no-build-isolation", "--editable", str(folder)]
    uv = shutil.which("uv")
    pip = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
    for command in ([sys.executable, "-m", "venv", target], [*pip, *lock], [*pip, *own]):
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        if done.returncode:
            words = done.stderr.strip()[-1000:]
            raise ToolkitError(interface_language()("error.no_environment", words=words))
    return python
