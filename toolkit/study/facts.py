"""What the records of a project say, or do not say, as sentences in both languages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from toolkit.i18n import LANGUAGES, Language, language
from toolkit.records.portfolio import Project
from toolkit.records.toml_model import Text
from toolkit.records.vocabulary import load_vocabulary


@dataclass(frozen=True)
class Fact:
    """One thing the records hold, or lack.

    Attributes
    ----------
    topic : str
        What it is about: an item of a list, a code of a vocabulary.
    key : str
        Catalogue key of the sentence; in its plural where `values` has "n".
    values : mapping
        What the sentence names: numbers, dates, texts in both languages, lists of these. One
        called "share" is a share of one, written as a percentage.
    missing : bool
        The records lack it; the sentence then says where to write it.
    """

    topic: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    missing: bool = False

    def sentence(self, lang: Language) -> str:
        """Say it."""
        words = {name: _write(name, value, lang) for name, value in self.values.items()}
        if "n" in words:
            del words["n"]
            return lang.plural(self.key, self.values["n"], **words)
        return lang(self.key, **words)


def lacking(topic: str, project: Project | str, file: str) -> Fact:
    """Return that a topic is recorded nowhere, and the file of data/projects to write it in."""
    id_ = project if isinstance(project, str) else project.id
    return Fact(topic, "fact.missing", {"place": f"data/projects/{id_}/{file}"}, missing=True)


def told(key: str, **values: object) -> Text:
    """Return a message in both languages, in its plural where `values` has "n"."""
    fact = Fact("", key, values)
    return Text(**{code: fact.sentence(language(code)) for code in LANGUAGES})


def word(vocabulary: str, code: str) -> Text:
    """Return the words for a code."""
    row = load_vocabulary(vocabulary).set_index("code").loc[code]
    return Text(fr=row.fr, en=row.en)


def text_of(row: object, column: str) -> Text:
    """Return a bilingual text of a table's row: columns <column>_fr and <column>_en."""
    return Text(fr=getattr(row, f"{column}_fr"), en=getattr(row, f"{column}_en"))


def listed(texts: Iterable[Text], *, sentences: bool = False) -> Text:
    """Return several texts as one: separated by semicolons, or by spaces if they are sentences."""
    texts = list(texts)
    said = {code: [getattr(text, code) for text in texts] for code in LANGUAGES}
    if sentences:
        return Text(**{code: " ".join(those) for code, those in said.items()})
    return Text(**{code: language(code).series(those) for code, those in said.items()})


def _write(name: str, value: object, lang: Language) -> str:
    match value:
        case Text():
            return getattr(value, lang.code)
        case date():
            return lang.date(value)
        case list() | tuple():
            return lang.join([_write("", item, lang) for item in value])
        case str():
            return value
        case float() if name == "share":
            return lang.percent(value, 0)
    whole = float(value).is_integer()
    return lang.number(float(value), 0 if whole else 1)
