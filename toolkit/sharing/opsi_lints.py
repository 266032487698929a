"""What would make the OECD observatory send a text back, or its reader stumble."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from toolkit.i18n import Language
from toolkit.records.opsi_form import Form, FormField
from toolkit.records.personal import has_personal_data

# These improve a text; every other rule keeps the case from being sent.
ADVICE = ("acronym", "long_sentence", "no_counterpart")
_PROSE = ("text", "textarea")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_ACRONYM = re.compile(r"\b[A-Z]{2,}\b")
_BLANK = re.compile(
    r"\W*(?:n/?a|none|nil|tb[cd]|to ?do|to be (?:completed|confirmed|defined)|not applicable"
    r"|(?:see|same as|as) above|x+|lorem ipsum.*)?\W*",
    re.IGNORECASE | re.DOTALL,
)
_SEE_LINK = re.compile(
    r"\b(?:see|refer to|cf\.?|visit|read|available (?:at|on|from)|click)\b[^.!?]{0,40}"
    r"(?:\b(?:links?|web ?sites?|attach\w*|annex\w*|web ?page)\b|https?://)|^\s*https?://\S+\s*$",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s/.]+\.[^\s/]+\S*")
# Words of one language that the other does not have, frequent enough to be in any sentence.
_FRENCH = frozenset({
    "le", "la", "les", "des", "du", "et", "est", "une", "dans", "pour", "qui", "que", "sur",
    "avec", "par", "aux", "ne", "pas", "ce", "cette", "sont", "nous", "leur", "leurs", "il",
    "elle", "ils", "elles", "ses", "mais", "ou", "où", "dont", "plus", "être", "été",
})  # fmt: skip
_ENGLISH = frozenset({
    "the", "of", "and", "to", "in", "is", "are", "for", "with", "that", "by", "was", "were",
    "it", "its", "their", "from", "not", "who", "which", "as", "at", "be", "have", "has",
    "this", "these", "they", "we", "our", "or", "but", "an",
})  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing to mend: catalogue key ``opsi.lint.<rule>`` and what its sentence names."""

    rule: str
    values: dict[str, str | int] = field(default_factory=dict)

    @property
    def blocking(self) -> bool:
        """Whether the case may not be sent with it."""
        return self.rule not in ADVICE

    def sentence(self, lang: Language) -> str:
        """Say it, with the remedy."""
        values = {
            name: lang.number(value) if isinstance(value, int) else value
            for name, value in self.values.items()
        }
        return lang(f"opsi.lint.{self.rule}", **values)


def lint(text: str, *, asked: FormField, form: Form) -> tuple[Finding, ...]:
    """Return what is wrong with an answer, or improvable; nothing is said of an empty one.

    Parameters
    ----------
    text : str
        The answer; several choices are separated by a comma and a space.
    asked : FormField
        What it answers.
    form : Form
        Its limits of plain writing.
    """
    if not text:
        return ()
    found = [*_limits(text, asked)]
    if has_personal_data(text):
        found.append(Finding("personal"))
    if asked.type in _PROSE:
        found += _prose(text, form)
    return tuple(found)


def count(text: str) -> int:
    r"""Return how many characters the form counts: code points, a line break being one.

    Examples
    --------
    >>> count("é\r\nà")
    3
    """
    return len(text.replace("\r\n", "\n"))


def _limits(text: str, asked: FormField) -> Iterator[Finding]:
    if asked.max_characters is not None and count(text) > asked.max_characters:
        over = count(text) - asked.max_characters
        yield Finding("too_long", {"n": count(text), "most": asked.max_characters, "over": over})
    if asked.choices:
        for code in text.split(", "):
            if code not in asked.choices:
                yield Finding("choice", {"seen": code, "known": ", ".join(asked.choices)})
    if asked.minimum is not None:
        year = int(text) if re.fullmatch(r"\d{1,9}", text) else None
        if year is None or not asked.minimum <= year <= asked.maximum:
            ends = {"low": str(asked.minimum), "high": str(asked.maximum)}
            yield Finding("range", {"seen": text, **ends})
    if asked.type == "url" and not _URL.fullmatch(text):
        yield Finding("url", {"seen": text})


def _prose(text: str, form: Form) -> Iterator[Finding]:
    if _BLANK.fullmatch(text):
        yield Finding("blank", {"seen": text.strip()})
        return
    if link := _SEE_LINK.search(text):
        yield Finding("see_link", {"seen": link[0].strip()})
    for sentence in filter(None, map(str.strip, _SENTENCE.split(text))):
        words = re.findall(r"[^\W\d_]+", sentence)
        if _is_french(words):
            yield Finding("french", {"seen": _beginning(sentence)})
        elif len(words) > form.sentence_words:
            values = {"n": len(words), "most": form.sentence_words, "seen": _beginning(sentence)}
            yield Finding("long_sentence", values)
    for acronym in dict.fromkeys(_ACRONYM.findall(text)):
        if acronym not in form.known_acronyms and not _is_expanded(acronym, text):
            yield Finding("acronym", {"acronym": acronym})


def _is_french(words: list[str]) -> bool:
    low = [word.lower() for word in words]
    french, english = (sum(word in known for word in low) for known in (_FRENCH, _ENGLISH))
    return french > english


def _is_expanded(acronym: str, text: str) -> bool:
    """Tell whether its first use stands in brackets after its words, or before them."""
    at = text.index(acronym)
    before, after = text[:at], text[at + len(acronym) :]
    return (before.endswith("(") and after.startswith(")")) or after.startswith(" (")


def _beginning(sentence: str) -> str:
    return sentence if len(sentence) <= 60 else sentence[:60].rsplit(" ", 1)[0] + " …"
