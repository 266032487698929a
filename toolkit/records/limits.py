"""What may be shown of a cell, by the kind of its source: data/disclosure.toml."""

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from pydantic import Field

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.faults import Fault, write_faults
from toolkit.records.reads import recorded
from toolkit.records.sources import data_dir, load_sources
from toolkit.records.toml_model import Strict, TomlFile, read_toml

FILE = "disclosure.toml"


class Rule(Strict):
    """What is asked of the cells of a source.

    Attributes
    ----------
    min_count : int
        Fewest units that a shown cell rests on; a cell of none is shown.
    dominance : float
        Largest share that one unit may have in a total.
    margin : float
        Share of itself within which nobody may know a hidden amount.
    rounding : int
        Shown counts are multiples of it.
    """

    min_count: int = Field(ge=0)
    dominance: float = Field(gt=0, le=1)
    margin: float = Field(ge=0, lt=1)
    rounding: int = Field(ge=1)


class Limits(Strict):
    """The rules, which of them each source is held to, and the fewest raters that are shown."""

    default: str
    min_raters: int = Field(ge=2)
    rules: dict[str, Rule]
    sources: dict[str, str]

    def of(self, source: str) -> Rule:
        """Return the rule of a source."""
        return self.rules[self.sources.get(source, self.default)]


@recorded
@cache
def load_limits() -> Limits:
    """Load the limits.

    Raises
    ------
    DataError
        The file has faults: all of them are in the message.
    """
    read = _read(data_dir() / FILE)
    faults = [*read.faults, *_faults_between(read)]
    if faults:
        raise DataError(write_faults(faults, interface_language()))
    return read.model


def limit_faults(path: Path) -> list[Fault]:
    """Return what is wrong with a file of limits."""
    read = _read(path)
    return [*read.faults, *_faults_between(read)]


def _read(path: Path) -> TomlFile[Limits]:
    return read_toml(path, FILE, Limits)


def _faults_between(read: TomlFile[Limits]) -> Iterator[Fault]:
    """Find rules that are not there, and sources that are not in the register."""
    if read.model is None:
        return
    named = {"default": read.model.default}
    named |= {f"sources.{source}": rule for source, rule in read.model.sources.items()}
    for key, rule in named.items():
        if rule not in read.model.rules:
            near = get_close_matches(rule, read.model.rules, n=1)
            codes = ", ".join(read.model.rules)
            yield read.fault(
                "vocabulary", key, rule, near[0] if near else "", word=rule, codes=codes
            )
    for source in read.model.sources:
        if source not in load_sources():
            near = get_close_matches(source, load_sources(), n=1)
            yield read.fault("unknown_source", f"sources.{source}", source, near[0] if near else "")
