"""The amendments of a protocol: when, why, and every key that each of them changed."""

import hashlib
from dataclasses import dataclass
from datetime import date

from toolkit.records.toml_model import Text
from toolkit.study.deviations import Deviation, changed_keys
from toolkit.study.protocol import ProtocolFile


@dataclass(frozen=True)
class Amended:
    """One amendment.

    Attributes
    ----------
    amended_on : date
    reason : Text
    kept : bool
        Whether the text it replaced lies beside the protocol, as it was when locked.
    changes : tuple of Deviation
        Of kind "protocol": each key with what it was and what it became.
    """

    amended_on: date
    reason: Text
    kept: bool
    changes: tuple[Deviation, ...]


def read_amendments(file: ProtocolFile) -> tuple[Amended, ...]:
    """Return the amendments of a protocol, the first one first.

    What an amendment changed stands between the text it replaced and the text that the next one
    replaced, or the protocol of today.
    """
    texts = {}
    for path in file.path.parent.glob(f"{file.path.stem}.before-*.toml"):
        text = path.read_bytes().decode("utf-8", errors="replace")
        texts[hashlib.sha256(text.encode()).hexdigest()] = text
    entries = file.protocol.amendments
    was = [texts.get(entry.replaces) for entry in entries]
    now = [*was, file.text][1:]
    return tuple(
        Amended(entry.amended_on, entry.reason, old is not None, _changes(old, new))
        for entry, old, new in zip(entries, was, now, strict=True)
    )


def _changes(old: str | None, new: str | None) -> tuple[Deviation, ...]:
    if old is None or new is None:
        return ()
    return tuple(
        change
        for change in changed_keys(old, new)
        # The entry itself is no change of the plan.
        if not change.subject.startswith("amendments.")
    )
