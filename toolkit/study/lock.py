"""The lock of a study: the protocol and the data as they stood when someone vouched for them.

The lock holds the protocol's text, the adoption of each territory, and a digest of the observations
by territory and by period: where one observation changed, the row and the column that no longer
match say which. A seal over all of it tells whether the lock itself was touched; it is a hash, not
a signature: it catches slips and later edits, not someone who makes the lock anew (its date and
the folder's history in version control are for that).
"""

import hashlib
import json
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.atomic import write_atomically
from toolkit.records.locks import locked
from toolkit.records.sources import damaged

SUFFIX = ".lock.json"


@dataclass(frozen=True)
class Lock:
    """What was vouched for, when and by whom.

    Attributes
    ----------
    protocol : str
        Its text.
    locked_on : date
    role : str
        Who vouches, by a role that the protocol declares.
    outcomes_known : bool
        Whether any treated territory already had an outcome after adoption: the study was then
        written knowing, or able to know, its answer.
    adoptions : dict of str to str
        Period of adoption of each treated territory; "" for a comparison.
    by_territory, by_period : dict of str to str
        Digests of the observations.
    seal : str
        sha256 of all the rest.
    """

    protocol: str
    locked_on: date
    role: str
    outcomes_known: bool
    adoptions: dict[str, str]
    by_territory: dict[str, str]
    by_period: dict[str, str]
    seal: str

    @property
    def protocol_sha256(self) -> str:
        """Hash of the protocol's text."""
        return hashlib.sha256(self.protocol.encode()).hexdigest()


def lock_path(protocol_path: Path) -> Path:
    """Return where the lock of a protocol lies: beside it."""
    return protocol_path.with_name(protocol_path.stem + SUFFIX)


def write_lock(lock: Lock, path: Path) -> None:
    """Write a lock; one that exists is never overwritten.

    Raises
    ------
    DataError
        There is a lock already.
    """
    content = {name: getattr(lock, name) for name in Lock.__dataclass_fields__}
    content["locked_on"] = lock.locked_on.isoformat()
    with locked(path):
        if path.exists():
            raise DataError(interface_language()("error.locked_already", path=path))
        write_atomically(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def read_lock(path: Path) -> Lock | None:
    """Read a lock; None where there is none.

    Raises
    ------
    DataError
        The file is not a lock.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        day = date.fromisoformat(content["locked_on"])
        tomllib.loads(content["protocol"])
        for name in ("adoptions", "by_territory", "by_period"):
            dict(content[name])
        return Lock(**content | {"locked_on": day})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(path, error) from error


def seal_of(content: dict) -> str:
    """Hash all that a lock holds but its seal."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
