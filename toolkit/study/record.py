"""A study as data: what another program, or a later run, reads of it."""

import hashlib
import json
import math
import platform
import re
from importlib import metadata
from pathlib import Path

from toolkit.errors import DataError
from toolkit.estimate import Estimate
from toolkit.i18n import interface_language
from toolkit.study.analyse import Study
from toolkit.study.deviations import flat, observation_digests
from toolkit.study.robustness import Robustness

_PACKAGES = ("numpy", "pandas", "scipy", "statsmodels", "futurs-publics-toolkit")
_DIGITS = 12
_FLOAT = re.compile(r"-?\d+\.\d+(e[+-]?\d+)?")


def study_record(study: Study) -> dict:
    """Return what a study asked, ran on and found.

    Returns
    -------
    dict
        study, status, protocol, protocol_sha256, data_sha256 (of the observations read),
        environment (versions), deviations, estimate, checks, robustness, power, grade and verdict.
        Numbers have twelve significant digits; one that is infinite or not a number is written as
        text.
    """
    digests = observation_digests(study.sample.panel, "territory")
    data = hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()
    versions = {name: metadata.version(name) for name in _PACKAGES}
    return {
        "study": study.id,
        "status": study.status,
        "simulated": study.sample.simulated,
        "protocol": study.file.protocol.model_dump(mode="json"),
        "protocol_sha256": hashlib.sha256(study.file.text.encode()).hexdigest(),
        "data_sha256": data,
        "environment": {"python": platform.python_version(), **versions},
        "deviations": [vars(deviation) for deviation in study.deviations],
        "estimate": _estimate(study.estimate),
        "checks": [
            {"check": c.check, "status": c.status, "reason": c.reason, "values": _plain(c.values)}
            for c in study.checks
        ],
        "robustness": _robustness(study.robustness),
        "minimum_detectable_effect": _plain(study.power.mde) if study.power else None,
        "grade": {"level": study.grade.level, "ceiling": study.grade.ceiling},
        "verdict": vars(study.conclusion) | {"checks": list(study.conclusion.checks)},
    }


def _robustness(found: Robustness) -> dict:
    """Write what was planned beside the estimate; empty where nothing was."""
    written = {}
    if found.curve is not None:
        frame = found.choices.assign(value=found.curve.frame.value, p=found.curve.frame.p)
        names = ("median", "share_significant", "p_median", "p_share")
        written["specifications"] = {name: getattr(found.curve, name) for name in names}
        written["specifications"]["all"] = frame.to_dict("records")
    if found.outcomes is not None:
        written["outcomes"] = found.outcomes.to_dict("records")
    if found.parts:
        written["subgroups"] = [
            {"name": vars(part.name)}
            | {key: _estimate(getattr(part, key)) for key in ("inside", "others", "apart")}
            for part in found.parts
        ]
    if found.unmatched is not None:
        written["unmatched"] = _estimate(found.unmatched)
    return _plain(written)


def _estimate(estimate: Estimate | None) -> dict | None:
    return None if estimate is None else _plain(dict(vars(estimate)))


def read_record(path: Path) -> dict:
    """Read what `study_record` gave, from its estimates.json.

    Raises
    ------
    DataError
        The file is no such record.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        record = None
    if not isinstance(record, dict) or "estimate" not in record:
        raise DataError(interface_language()("error.no_record", path=path))
    return record


def compare_records(first: dict, second: dict) -> list[tuple[str, str, str]]:
    """Return what differs between two records: key, what it was, what it is."""
    was, now = flat(first), flat(second)
    return [
        (key, was.get(key, "–"), now.get(key, "–"))
        for key in dict.fromkeys([*was, *now])
        if was.get(key) != now.get(key)
    ]


def shorten(was: str, now: str) -> tuple[str, str]:
    """Write two numbers with six digits, or with all where six do not tell them apart.

    Examples
    --------
    >>> shorten("-6.55517712345", "-6.0"), shorten("1.00000001", "1.0"), shorten('"did"', "–")
    (('-6.55518', '-6'), ('1.00000001', '1.0'), ('"did"', '–'))
    """
    short = tuple(f"{float(t):.6g}" if _FLOAT.fullmatch(t) else t for t in (was, now))
    return short if short[0] != short[1] else (was, now)


def _plain(value: object) -> object:
    """Write numbers so that any program reads them, and the same on every machine."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    if isinstance(value, bool | int | str) or value is None:
        return value
    number = float(value)
    return float(f"{number:.{_DIGITS}g}") if math.isfinite(number) else str(number)
