"""What people write of a study once it has run: its reading, kept apart from its protocol.

``<id>.reading.toml`` has what is asked item by item: the six DAC judgements, how the methods were
mixed, ethics. ``<id>.fr.txt`` and ``<id>.en.txt`` are free: paragraphs of plain text, separated by
blank lines; a line that begins with # is not shown. No run writes any of them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from toolkit.errors import DataError
from toolkit.i18n import LANGUAGES, interface_language
from toolkit.records.faults import Fault, without_repetition, write_faults
from toolkit.records.personal import has_personal_data
from toolkit.records.toml_model import Strict, Text, read_toml
from toolkit.study.protocol import FOLDER, protocol_path, study_ids

Answer = Literal["yes", "partly", "no", "unknown"]


class Judgement(Strict):
    """A criterion of the OECD DAC as the evaluators judge it, and why."""

    answer: Answer
    why: Text


class MixedMethods(Strict):
    """The six items of GRAMMS."""

    justification: Text | None = None
    design: Text | None = None
    methods: Text | None = None
    integration: Text | None = None
    limitation: Text | None = None
    insights: Text | None = None


class Reading(Strict):
    """What the evaluators say of a study, item by item; nothing, before they write it."""

    judgements: dict[str, Judgement] = Field(default_factory=dict)
    mixed_methods: MixedMethods = MixedMethods()
    ethics: Text | None = None


@dataclass(frozen=True)
class OwnWords:
    """The free reading of a study in one language: its file, and its paragraphs."""

    path: Path
    paragraphs: tuple[str, ...]


def reading_path(study: str) -> Path:
    """Return the file of a study's reading."""
    return protocol_path(study).with_name(f"{study}.reading.toml")


def load_reading(study: str) -> Reading:
    """Load the reading of a study; an empty one where there is no file.

    Raises
    ------
    DataError
        It has faults: all of them are in the message.

    Examples
    --------
    >>> sorted(load_reading("demande-unique").judgements)[:2]
    ['coherence', 'effectiveness']
    """
    reading, faults = _read(study)
    if faults:
        raise _refused(study, faults)
    return reading


def read_own_words(study: str, lang: str) -> OwnWords:
    """Read the free reading of a study in a language.

    Raises
    ------
    DataError
        It holds personal data.

    Examples
    --------
    See ``notebooks/impact_evaluation.ipynb``.
    """
    path = protocol_path(study).with_name(f"{study}.{lang}.txt")
    text = _text(path)
    faults = _personal(path, text)
    if faults:
        raise _refused(study, faults)
    shown = "\n".join(line for line in text.split("\n") if not line.startswith("#"))
    paragraphs = (" ".join(part.split()) for part in shown.split("\n\n"))
    return OwnWords(path, tuple(part for part in paragraphs if part))


def validate_readings() -> list[Fault]:
    """Return the faults of every reading."""
    found = []
    for study in study_ids():
        found += _read(study)[1]
        for lang in LANGUAGES:
            path = protocol_path(study).with_name(f"{study}.{lang}.txt")
            found += _personal(path, _text(path))
    return found


def _read(study: str) -> tuple[Reading, list[Fault]]:
    path = reading_path(study)
    read = read_toml(path, f"{FOLDER}/{path.name}", Reading)
    if [fault.rule for fault in read.faults] == ["missing_file"]:
        return Reading(), []
    reading = Reading() if read.model is None else read.model
    judged = () if read.known is None else read.known.judgements
    codes = (read.check_code(code, "dac", f"judgements.{code}") for code in judged)
    return reading, [*(fault for found in codes for fault in found), *read.faults]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:  # sought, not asked for: a report knows that it read nothing
        return ""


def _personal(path: Path, text: str) -> list[Fault]:
    return [
        Fault(f"{FOLDER}/{path.name}", "personal_data", number, value=line)
        for number, line in enumerate(text.split("\n"), start=1)
        if has_personal_data(line)
    ]


def _refused(study: str, faults: list[Fault]) -> DataError:
    say = interface_language()
    listed = write_faults(without_repetition(faults), say)
    return DataError(f"{say('error.study_faults', study=study)}\n{listed}")
