"""The submission form of the OECD observatory (OPSI), as data; and what a project answers to it."""

from datetime import date

from pydantic import Field

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.faults import write_faults
from toolkit.records.sources import data_dir
from toolkit.records.toml_model import Strict, Text, read_toml

_FILE = "programme/opsi_form.toml"


class FormField(Strict):
    """One field: what it is called, what it accepts, and our help.

    `by_hand` fields are typed into the form by whoever submits, and kept nowhere; `only_if` names a
    field and the answer to it without which this one is not asked.
    """

    group: str
    name: str
    label: str
    type: str
    required: bool
    by_hand: bool = False
    only_if: list[str] = Field(default_factory=list)
    choices: list[str] = Field(default_factory=list)
    minimum: int | None = None
    maximum: int | None = None
    max_characters: int | None = None
    accepts: list[str] = Field(default_factory=list)
    help: Text


class Form(Strict):
    """The form in one version, with the limits of what counts as plain."""

    source: str
    commit: str
    version: str
    sentence_words: int
    known_acronyms: list[str]
    fields: list[FormField]

    def answerable(self) -> list[str]:
        """Return the names of the fields that a project may answer."""
        return [field.name for field in self.fields if not field.by_hand]


class Opsi(Strict):
    """What project.toml says under [opsi].

    `answers` are the researchers' own words in English, by the form's field names; the date and
    the address say what became of the case.
    """

    submitted_on: date | None = None
    published_url: str | None = None
    answers: dict[str, str] = Field(default_factory=dict)


def load_form() -> Form:
    """Load the form.

    Raises
    ------
    DataError
        Its file has faults: all of them are in the message.
    """
    read = read_toml(data_dir() / _FILE, _FILE, Form)
    if read.faults:
        raise DataError(write_faults(list(read.faults), interface_language()))
    return read.model
