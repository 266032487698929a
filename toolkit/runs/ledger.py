"""The ledger of a folder of reports: what each was made from, so that only what changed is made.

It lies in `.ledger/` under the output folder, in SQLite: a batch that is killed leaves it whole,
and two batches may write at once. An entry says which program made the report (`run_key`), what
it read, which files it left and how long it took. Nothing is ever taken from what a notebook
says of itself.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median

from filelock import FileLock, Timeout

from toolkit.errors import ToolkitError
from toolkit.i18n import interface_language
from toolkit.records.folders import data_dir
from toolkit.records.reads import Reads, digest_of, digest_of_call, digest_of_file, path_of

FOLDER = ".ledger"
_STRIPES = 256
_TABLE = """
CREATE TABLE IF NOT EXISTS reports (
    address TEXT PRIMARY KEY, key TEXT, notebook TEXT, embedded TEXT, whole TEXT, slices TEXT,
    files TEXT, made TEXT, seconds REAL, cpu_seconds REAL)
"""
# What a loader that remembers may have read before a report began; all of it is small.
_EMBEDDED = (
    *("*.toml", "*.json", "programme/*", "schemas/*", "territories/*"),
    *("projects/*/project.toml", "projects/*/deployments.csv"),
)


@dataclass(frozen=True)
class Made:
    """A file of a report: its sha256, and its size and time of change in nanoseconds."""

    sha256: str
    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> "Made":
        """Return what a file is now."""
        state = path.stat()
        return cls(digest_of_file(path), state.st_size, state.st_mtime_ns)

    def is_intact(self, path: Path) -> bool:
        """Tell whether the file is still this one; it is read only if it was touched."""
        try:
            state = path.stat()
        except OSError:
            return False
        same = (state.st_size, state.st_mtime_ns) == (self.size, self.changed)
        return same or digest_of_file(path) == self.sha256


class Ledger:
    """What is known of the reports under an output folder.

    Parameters
    ----------
    output : Path
    writable : bool
        Make the ledger where there is none; otherwise an absent one is an empty one.

    Raises
    ------
    ToolkitError
        The ledger's file is damaged.
    OSError
        The folder cannot be written.
    """

    def __init__(self, output: Path, *, writable: bool = True):
        self.output = output
        self.folder = output / FOLDER
        self._path = self.folder / "ledger.sqlite"
        if writable:
            self.folder.mkdir(parents=True, exist_ok=True)
        place = self._path if writable or self._path.is_file() else ":memory:"
        self._files: dict[str, str] = {}
        self._calls: dict[str, str] = {}
        self._held: dict[str, bool] = {}
        self._locks: dict[int, FileLock] = {}
        with self._said():
            self._database = sqlite3.connect(place, timeout=60, isolation_level=None)
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._database.execute(_TABLE)

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(self, *error) -> None:
        self._database.close()
        for lock in self._locks.values():
            lock.release(force=True)

    def doubt(self, address: str, key: str) -> str:
        """Say why a report is to be made, or "" if it stands.

        Returns
        -------
        {"", "new", "program", "data", "altered"}
            It was never made; by another notebook, toolkit, package or in other formats; from
            other data; or its files are not those that were left.
        """
        columns = "key, embedded, whole, slices, files, made"
        query = f"SELECT {columns} FROM reports WHERE address = ?"
        with self._said():
            row = self._database.execute(query, [address]).fetchone()
        if row is None:
            return "new"
        if row[0] != key:
            return "program"
        made = {name: Made(*state) for name, state in json.loads(row[5]).items()}
        folder = self.output / address
        if not all(state.is_intact(folder / name) for name, state in made.items()):
            return "altered"
        return "" if self._reads_stand(address, *row[1:5]) else "data"

    def record(
        self,
        address: str,
        key: str,
        *,
        notebook: str,
        reads: Reads,
        made: dict[str, Made],
        seconds: float,
        cpu_seconds: float | None,
    ) -> None:
        """Enter a report that was made."""
        left = {name: (file.sha256, file.size, file.changed) for name, file in made.items()}
        read = (json.dumps(part) for part in (reads.whole, reads.slices, reads.files))
        row = [address, key, notebook, self._embedded, *read, json.dumps(left)]
        with self._said():
            self._database.execute(
                f"INSERT OR REPLACE INTO reports VALUES ({', '.join('?' * 10)})",
                [*row, seconds, cpu_seconds],
            )

    def forget(self, address: str) -> None:
        """Strike a report out: whatever is in its folder, it is to be made."""
        with self._said():
            self._database.execute("DELETE FROM reports WHERE address = ?", [address])

    def seconds_of(self, notebook: str) -> float | None:
        """Return how long a report of a notebook takes here: the median of the last 200."""
        query = "SELECT seconds FROM reports WHERE notebook = ? ORDER BY rowid DESC LIMIT 200"
        with self._said():
            times = [row[0] for row in self._database.execute(query, [notebook])]
        return median(times) if times else None

    def claim(self, address: str) -> bool:
        """Claim a report for this process, unless another batch has it.

        The system drops the claims of a process that dies.
        """
        try:
            self._lock(address).acquire(blocking=False)
        except Timeout:
            return False
        return True

    def release(self, address: str) -> None:
        """Give a report's claim back."""
        self._lock(address).release()

    def _lock(self, address: str) -> FileLock:
        """Return the lock of a report: one of a few, so that a country leaves few files."""
        stripe = int(hashlib.sha256(address.encode()).hexdigest(), 16) % _STRIPES
        if stripe not in self._locks:
            path = self.folder / "claims" / f"{stripe}.lock"
            path.parent.mkdir(exist_ok=True)
            self._locks[stripe] = FileLock(path, thread_local=False)
        return self._locks[stripe]

    def _reads_stand(
        self, address: str, embedded: str, whole: str, slices: str, files: str
    ) -> bool:
        """Tell whether what was read is what it was: no file changed, or no slice that counts."""
        if embedded == self._embedded and self._hold(files, self._digest_of_name):
            return True
        if not self._hold(whole, self._digest_of_name) or not self._hold(slices, self._call_again):
            return False
        today = {name: self._digest_of_name(name) for name in json.loads(files)}
        with self._said():
            self._database.execute(
                "UPDATE reports SET embedded = ?, files = ? WHERE address = ?",
                [self._embedded, json.dumps(today), address],
            )
        return True

    def _hold(self, written: str, today: Callable[[str], str]) -> bool:
        """Tell whether digests, written as JSON, are those of today; asked once a text."""
        if written not in self._held:
            kept = json.loads(written)
            self._held[written] = all(today(name) == digest for name, digest in kept.items())
        return self._held[written]

    def _digest_of_name(self, name: str) -> str:
        if name not in self._files:
            self._files[name] = digest_of_file(path_of(name))
        return self._files[name]

    def _call_again(self, call: str) -> str:
        if call not in self._calls:
            try:
                self._calls[call] = digest_of_call(call)
            except Exception:  # whatever it is, running the report will say it
                self._calls[call] = ""
        return self._calls[call]

    @cached_property
    def _embedded(self) -> str:
        """One digest of the tables that every report may rest on."""
        folder = data_dir()
        names = sorted({path for pattern in _EMBEDDED for path in folder.glob(pattern)})
        return digest_of([(path.name, digest_of_file(path)) for path in names])

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Say what is wrong with the file in the words of the toolkit."""
        try:
            yield
        except sqlite3.Error as error:
            say = interface_language()
            full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
            key = "error.disk_full" if full else "error.ledger"
            raise ToolkitError(say(key, path=self._path, reason=error)) from error
