"""A bundle run again in a temporary folder, and what became of each thing it shows.

This runs the bundle's own program: only what someone trusts is given to it.
"""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from toolkit.records.folders import cache_dir
from toolkit.records.sources import load_sources
from toolkit.sharing.compare import Item, compare
from toolkit.sharing.environment import Choice, Environment, choose_environment
from toolkit.sharing.rerun import Ran, rerun
from toolkit.sharing.share import read_files
from toolkit.sharing.stage import PULLED, REPORTS
from toolkit.sharing.verify import Checked

Verdict = Literal["full", "minor", "partial", "failed"]
_CACHE = "cache:"


@dataclass(frozen=True)
class Reproduction:
    """What running a bundle again gave.

    Attributes
    ----------
    verdict : {"full", "minor", "partial", "failed"}
        In the words of data editors: full reproduction; full, with minor issues; partial; failed.
    items : tuple of Item
    environment : Environment
    ran : tuple of Ran
        The commands.
    missing : tuple of str
        Pulled files that the bundle does not hold and that are not in the cache either.
    same_files : tuple of int
        How many files of reports are the same to the byte, of how many.
    """

    verdict: Verdict
    items: tuple[Item, ...]
    environment: Environment
    ran: tuple[Ran, ...]
    missing: tuple[str, ...]
    same_files: tuple[int, int]

    def counts(self) -> dict[str, Counter]:
        """Count the outcomes of each kind of thing."""
        counted: dict[str, Counter] = {}
        for item in self.items:
            counted.setdefault(item.kind, Counter())[item.outcome] += 1
        return counted


def reproduce(
    checked: Checked,
    *,
    choice: Choice = "auto",
    tell: Callable[[str], None] = lambda step: None,
) -> Reproduction:
    """Run an intact bundle again, and compare.

    Parameters
    ----------
    checked : Checked
        Without a fault.
    choice : {"auto", "here", "lock"}
        Which packages (`choose_environment`).
    tell : callable
        Called with the name of each step as it begins.

    Raises
    ------
    ToolkitError
        The packages of the lock cannot be had.
    """
    with tempfile.TemporaryDirectory(prefix="futurs-verify-", ignore_cleanup_errors=True) as where:
        folder, work = Path(where).resolve() / "bundle", Path(where).resolve() / "work"
        work.mkdir()
        _write(checked.files, folder)
        missing = _lend(checked, folder)
        tell("environment")
        environment = choose_environment(choice, checked.runs, folder, work)
        tell("run")
        ran = tuple(rerun(checked.contents, folder, work, python=environment.python))
        tell("compare")
        again = read_files(folder)
    items = tuple(compare(checked.files, again))
    left = [name for name in checked.files if name.startswith(f"{REPORTS}/")]
    same = sum(again.get(name) == checked.files[name] for name in left)
    verdict = verdict_of(items, minor=bool(environment.differences))
    return Reproduction(verdict, items, environment, ran, missing, (same, len(left)))


def verdict_of(items: tuple[Item, ...], *, minor: bool = False) -> Verdict:
    """Return the verdict that outcomes allow.

    "failed" where fewer than half came again; "partial" where one is another or missing; "minor"
    where all are the same, some not to the byte, or `minor` says that versions differ.
    """
    counted = Counter(item.outcome for item in items)
    again = counted["identical"] + counted["same"]
    if again * 2 < len(items) or not items:
        return "failed"
    if again < len(items):
        return "partial"
    return "minor" if minor or counted["same"] else "full"


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a bundle out, but for its reports: what is found there then was made anew."""
    for name, content in files.items():
        if not name.startswith(f"{REPORTS}/"):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def _lend(checked: Checked, folder: Path) -> tuple[str, ...]:
    """Lend the bundle the pulled files that it may not hold, where the cache has these."""
    known = {source.path for source in load_sources().values() if source.path}
    wanted = {
        name.removeprefix(_CACHE): digest
        for run in checked.runs
        for name, digest in run.manifest.get("data", {}).items()
        if name.startswith(_CACHE) and f"{PULLED}/{name.removeprefix(_CACHE)}" not in checked.files
    }
    missing = []
    for path, digest in sorted(wanted.items()):
        here = cache_dir() / path
        # Only files of our own register: a manifest of another's making can name any.
        content = here.read_bytes() if path in known and here.is_file() else b""
        if hashlib.sha256(content).hexdigest() != digest:
            missing.append(path)
            continue
        target = folder / PULLED / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return tuple(missing)
