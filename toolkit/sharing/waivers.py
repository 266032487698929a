"""A finding of the scan that may leave all the same: who decided it, when and why, in writing."""

from datetime import date
from pathlib import Path

from pydantic import Field

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.faults import Fault, write_faults
from toolkit.records.toml_model import Strict, Text, read_toml

WAIVERS = "waivers.toml"  # in the bundle


class Waiver(Strict):
    """One finding: its file and mark, as the scan gave them, and the decision."""

    file: str = Field(min_length=1)
    mark: str = Field(pattern=r"^[0-9a-f]{16}$")
    reason: Text
    role: str = Field(min_length=1)
    date: date


class Waivers(Strict):
    """What a file of waivers holds."""

    waiver: list[Waiver] = Field(default_factory=list)


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """Read a file of waivers.

    Raises
    ------
    DataError
        All that is wrong with it.
    """
    read = read_toml(path, path.name, Waivers)
    if read.faults or read.model is None:
        raise DataError(write_faults(list(read.faults), interface_language()))
    return tuple(read.model.waiver)


def without_waived(findings: list[Fault], waivers: tuple[Waiver, ...]) -> list[Fault]:
    """Return the findings that nobody waived, and a fault for each waiver of nothing."""
    waived = {(waiver.file, waiver.mark) for waiver in waivers}
    found = {(finding.file, finding.details["mark"]) for finding in findings}
    left = [f for f in findings if (f.file, f.details["mark"]) not in waived]
    idle = [Fault(WAIVERS, "waiver_idle", column=f, value=m) for f, m in sorted(waived - found)]
    return left + idle
