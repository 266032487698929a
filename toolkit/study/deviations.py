"""A protocol and its data, vouched for; every way in which they are no longer what was locked."""

import hashlib
import json
import tomllib
from dataclasses import dataclass
from datetime import date

import pandas as pd

from toolkit.errors import DataError
from toolkit.i18n import Language, interface_language
from toolkit.study.lock import Lock, seal_of
from toolkit.study.protocol import ProtocolFile
from toolkit.study.sample import Sample

_DIGITS = 16


@dataclass(frozen=True)
class Deviation:
    """One way in which what runs is not what was locked.

    `kind` is the end of the catalogue key ``deviation.<kind>``; `subject` says of what, `locked`
    and `found` what it was and what it is.
    """

    kind: str
    subject: str = ""
    locked: str = ""
    found: str = ""

    def sentence(self, lang: Language) -> str:
        """Say it."""
        values = {"subject": self.subject, "locked": self.locked, "found": self.found}
        if self.kind != "protocol":  # whose words are quoted as they stand
            values = {name: lang.period(text) for name, text in values.items()}
        return lang(f"deviation.{self.kind}", **values)


def make_lock(file: ProtocolFile, sample: Sample, *, role: str, today: date) -> Lock:
    """Vouch for a protocol and the data it reads.

    Raises
    ------
    DataError
        The role is not one that the protocol declares.
    """
    declared = [entry.role for entry in file.protocol.roles]
    if role not in declared:
        say = interface_language()
        raise DataError(say("error.lock_role", role=role, declared=", ".join(declared)))
    panel = sample.panel
    after = panel.adoption.notna() & (panel.period >= panel.adoption)
    content = {
        "protocol": file.text,
        "locked_on": today.isoformat(),
        "role": role,
        "outcomes_known": bool(panel.value[after].notna().any()),
        "adoptions": _adoptions(panel),
        "by_territory": observation_digests(panel, "territory"),
        "by_period": observation_digests(panel, "period"),
    }
    return Lock(**content | {"locked_on": today}, seal=seal_of(content))


def deviations(lock: Lock, file: ProtocolFile, sample: Sample) -> tuple[Deviation, ...]:
    """Say every way in which a protocol and its data are no longer those that were locked."""
    content = {name: getattr(lock, name) for name in Lock.__dataclass_fields__ if name != "seal"}
    content["locked_on"] = lock.locked_on.isoformat()
    found = [] if seal_of(content) == lock.seal else [Deviation("seal")]
    found += changed_keys(lock.protocol, file.text)
    panel = sample.panel
    found += _changed_adoptions(lock.adoptions, _adoptions(panel))
    territories = _changed(lock.by_territory, observation_digests(panel, "territory"))
    periods = _changed(lock.by_period, observation_digests(panel, "period"))
    if territories or periods:
        subject = {"subject": ", ".join(territories), "found": ", ".join(periods)}
        found.append(Deviation("observations", **subject))
    return tuple(found)


def _adoptions(panel: pd.DataFrame) -> dict[str, str]:
    first = panel.groupby("territory").adoption.first()
    return {name: "" if pd.isna(period) else str(period) for name, period in first.items()}


def observation_digests(panel: pd.DataFrame, by: str) -> dict[str, str]:
    """Hash what was observed, by "territory" or by "period": the first digits of each sha256."""
    rows = panel.sort_values(["territory", "period"])
    written = [
        f"{row.territory}|{row.period}|{row.value:.12g}|{row.n:.12g}|{row.status}\n"
        for row in rows[["territory", "period", "value", "n", "status"]].itertuples()
    ]
    grouped = pd.Series(written, rows.index).groupby(rows[by]).sum()
    return {
        name: hashlib.sha256(text.encode()).hexdigest()[:_DIGITS] for name, text in grouped.items()
    }


def _changed(locked: dict[str, str], found: dict[str, str]) -> list[str]:
    names = locked.keys() | found.keys()
    return sorted(name for name in names if locked.get(name) != found.get(name))


def changed_keys(locked: str, found: str) -> list[Deviation]:
    """Name each key of the protocol that changed; comments and layout are no change."""
    was, now = (flat(tomllib.loads(text)) for text in (locked, found))
    return [
        Deviation("protocol", key, was.get(key, "–"), now.get(key, "–"))
        for key in sorted(was.keys() | now.keys())
        if was.get(key) != now.get(key)
    ]


def flat(content: object, key: str = "") -> dict[str, str]:
    """Write nested content as "periods.first" -> "2012-01"."""
    if isinstance(content, dict):
        inside = content.items()
    elif isinstance(content, list) and any(isinstance(item, dict) for item in content):
        inside = enumerate(content)
    else:
        return {key: json.dumps(content, ensure_ascii=False, default=str)}
    return {
        name: text
        for part, inner in inside
        for name, text in flat(inner, f"{key}.{part}".lstrip(".")).items()
    }


def _changed_adoptions(locked: dict[str, str], found: dict[str, str]) -> list[Deviation]:
    """Name the territories that came, went, or whose adoption moved."""
    result = []
    for name in sorted(locked.keys() | found.keys()):
        if name not in found:
            result.append(Deviation("territory_gone", name))
        elif name not in locked:
            result.append(Deviation("territory_new", name))
        elif locked[name] != found[name]:
            was, now = locked[name] or "–", found[name] or "–"
            result.append(Deviation("adoption", name, was, now))
    return result
