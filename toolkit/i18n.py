"""French and English as equals: message catalogues, numbers, and the grammar of place names.

Messages are kept in ``locale/fr.po`` and ``locale/en.po`` under keys (``population.finding``),
so that neither language is the other's source. A key missing from a catalogue is an error.
"""

import datetime
import errno
import operator
import os
import re
import string
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from toolkit.errors import ToolkitError

LANGUAGES = ("fr", "en")
LOCALE_DIR = Path(__file__).parent / "locale"

NBSP = "\N{NO-BREAK SPACE}"
NARROW_NBSP = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
# Insee's TNCC code of the article before a place name, as French contracts it after "de".
_DE_ARTICLE = {2: "du ", 3: "de la ", 4: "des ", 5: "de l’", 7: "de las ", 8: "de los "}
# The system says them in its own language alone.
_REASONS = ("EACCES", "EEXIST", "EISDIR", "ENAMETOOLONG", "ENOENT", "ENOTDIR", "EPERM", "EROFS")
# Of p-values: below the first, no digit means anything; at the others, readers draw a line.
_SMALLEST_P = 0.001
_THRESHOLDS = (0.05, 0.1)
_spoken: ContextVar[str] = ContextVar("spoken", default="")
_ARTICLES = {2: "Le ", 3: "La ", 4: "Les ", 5: "L'", 7: "Las ", 8: "Los "}


@dataclass(frozen=True)
class Language:
    r"""One of the two languages: call it with a key to say something.

    Examples
    --------
    >>> fr, en = language("fr"), language("en")
    >>> fr.number(-1234567.5, digits=1).replace("\u202f", "_")
    '−1_234_567,5'
    >>> en.percent(0.0315, digits=1)
    '3.1%'
    >>> fr.of("Creuse", article=3), fr.of("Ain", article=5), fr.of("Paris", article=0)
    ('de la Creuse', 'de l’Ain', 'de Paris')
    """

    code: str

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the message of `key` with its placeholders filled."""
        return self.template(key).format_map(values)

    def template(self, key: str) -> str:
        """Return the message of `key` with its placeholders as they stand."""
        return self._known(key, _catalogue(self.code).gettext(key))

    def plural(self, key: str, n: int, /, **values: object) -> str:
        """Return the form of `key` that suits `n`; the message may use ``{n}``, formatted."""
        template = _catalogue(self.code).ngettext(key, key, operator.index(n))
        return self._known(key, template).format_map({"n": self.number(n), **values})

    def _known(self, key: str, template: str) -> str:
        if template == key:
            raise ToolkitError(
                f"No message '{key}' in locale/{self.code}.po: add it in both files."
            )
        return template

    def number(self, value: float, digits: int = 0, *, sign: bool = False) -> str:
        """Write a number with grouped thousands and a true minus sign; `sign` adds a plus."""
        from babel.numbers import format_decimal

        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        # numpy's numbers round otherwise: 58.675 is a little less than it looks.
        rounded = round(float(value), digits) + 0.0
        text = format_decimal(rounded, format=pattern, locale=self.code)
        return ("+" if sign and rounded > 0 else "") + text.replace("-", MINUS)

    def quantity(self, value: float, unit: str = "", digits: int = 0, *, sign: bool = False) -> str:
        """Write a number in its unit (a code of the vocabulary "unit", or "").

        French keeps the singular below two, English for one alone: "−1,5 point", "−1.5 points".
        """
        number = self.number(value, digits, sign=sign)
        if not unit:
            return number
        size = abs(round(float(value), digits))
        is_one = size < 2 if self.code == "fr" else size == 1 and not digits
        return self.plural(f"unit.{unit}", 1 if is_one else 2, number=number)

    def percent(self, share: float, digits: int = 1, *, sign: bool = False) -> str:
        """Write a share (0.031) as a percentage (3,1 % or 3.1%)."""
        return self.number(100 * share, digits, sign=sign) + (
            f"{NBSP}%" if self.code == "fr" else "%"
        )

    def p_value(self, p: float) -> str:
        """Write a p-value with its sign, to two significant digits: "= 0.028", "= 0.34".

        It never reads as zero: below 0.001 it is "< 0.001". A third digit tells on which side of
        0.05 or 0.10 it lies, where two would not.
        """
        from babel.numbers import format_decimal

        small = p < _SMALLEST_P
        shown = _SMALLEST_P if small else _significant(p, 2)
        if shown in _THRESHOLDS:
            shown = _significant(p, 3)
        pattern = "0.00#" if shown >= 0.1 else "0.000#"
        number = format_decimal(shown, format=pattern, locale=self.code)
        return ("<" if small else "=") + NBSP + number

    def date(self, day: datetime.date) -> str:
        """Write a date in full: "1er janvier 2026", "1 January 2026"."""
        from babel.dates import format_date

        text = format_date(day, format="d MMMM y", locale=self.code)
        return text.replace("1 ", "1er ", 1) if self.code == "fr" and day.day == 1 else text

    def period(self, text: str) -> str:
        """Write the quarters of a text as its language does.

        Examples
        --------
        >>> language("fr").period("2015-Q1, 2015-03"), language("en").period("2015-Q1")
        ('2015-T1, 2015-03', '2015-Q1')
        """
        return re.sub(r"\b(\d{4}-)Q(?=[1-4]\b)", r"\1T", text) if self.code == "fr" else text

    def duration(self, time: datetime.timedelta) -> str:
        """Write a duration in its largest unit: "2 heures", "45 seconds"."""
        from babel.dates import format_timedelta

        return format_timedelta(time, locale=self.code)

    def spaced(self, text: str) -> str:
        r"""Return a text typed by hand with the spaces of French that no line may end on.

        Examples
        --------
        >>> language("fr").spaced("« Plus vite » ? Oui : 3 %").replace("\u00a0", "_")
        '«_Plus vite_»_? Oui_: 3_%'
        >>> language("fr").spaced("pour 1 000 personnes") == "pour 1\u202f000 personnes"
        True
        >>> language("en").spaced("faster ?")
        'faster ?'
        """
        if self.code == "en":
            return text
        text = re.sub(r"(?<=\d) (?=\d{3}\b)", NARROW_NBSP, text)
        return re.sub(r"(?<=«) | (?=[?!;:»%])", NBSP, text)

    def quoted(self, text: str) -> str:
        r"""Return a text to be quoted: its own quotation marks become those of the second level.

        Examples
        --------
        >>> language("en").quoted("“Digital locker”: is it used?")
        '‘Digital locker’: is it used?'
        >>> language("fr").quoted("L’«\u00a0armoire\u00a0» sert-elle ?")
        'L’“armoire” sert-elle ?'
        """
        marks = {f"«{NBSP}": "“", f"{NBSP}»": "”"} if self.code == "fr" else {"“": "‘", "”": "’"}
        for outer, inner in marks.items():
            text = text.replace(outer, inner)
        return text

    def of(self, name: str, article: int | None) -> str:
        """Write a place name as it stands after "of": contracted in French, bare in English.

        `article` is Insee's TNCC code (None for an intercommunality, whose name starts with a
        common noun or a proper name).
        """
        if self.code == "en":
            return name
        if name == "France":
            return "de la France"
        if article in _DE_ARTICLE:
            return _DE_ARTICLE[article] + name.removeprefix(_ARTICLES.get(article, ""))
        if name.startswith(("CC ", "CA ", "CU ", "Métropole ", "Communauté ", "Eurométropole ")):
            return ("de l’" if name.startswith("E") else "de la ") + name
        # Code 1 is a name before which "de" elides, silent h included; None says nothing of it.
        elides = article == 1 or (article is None and name[0] in "AEIOUÀÂÉÈÊÎÔÛŒ")
        return ("d’" if elides or article == 6 else "de ") + name

    def reason(self, error: OSError) -> str:
        """Say why the system refused, as far as it is one of the usual reasons."""
        name = errno.errorcode.get(error.errno, "")
        return self(f"refused.{name.lower()}") if name in _REASONS else error.strerror or str(error)

    def join(self, items: list[str]) -> str:
        """Write a list as a sentence does: "a, b et c", "a, b and c"."""
        from babel.lists import format_list

        return format_list(items, style="standard", locale=self.code)

    def series(self, items: Iterable[str]) -> str:
        """Write a list whose items may hold commas: "a ; b" with a no-break space, "a; b"."""
        return (f"{NBSP}; " if self.code == "fr" else "; ").join(items)


def _significant(p: float, digits: int) -> float:
    return float(f"{p:.{digits}g}")


@cache
def language(code: str) -> Language:
    """Return the language `code`, "fr" or "en".

    Examples
    --------
    >>> language("fr").quantity(3, "days"), language("fr").quantity(1.78, "days", 2)
    ('3 jours', '1,78 jour')
    """
    if code not in LANGUAGES:
        say = interface_language()
        raise ToolkitError(say("error.lang", seen=code, known=", ".join(LANGUAGES)))
    return Language(code)


@contextmanager
def speaking(lang: Language) -> Iterator[None]:
    """Speak to the person in a language: a page quotes an error in its own."""
    token = _spoken.set(lang.code)
    try:
        yield
    finally:
        _spoken.reset(token)


def interface_language() -> Language:
    """Return the language to speak to the person: FUTURS_LANG, the system's, or English."""
    if _spoken.get():
        return language(_spoken.get())
    wanted = [os.environ.get(name, "") for name in ("FUTURS_LANG", "LC_ALL", "LC_MESSAGES", "LANG")]
    chosen = next((w for w in wanted if w), "en")
    return language("fr" if chosen.lower().startswith("fr") else "en")


def fold(text: str) -> str:
    """Strip accents and capitals, so that names stand where a reader looks for them.

    Examples
    --------
    >>> sorted(["Ardennes", "Ardèche", "Ain"], key=fold)
    ['Ain', 'Ardèche', 'Ardennes']
    """
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()


def placeholders(template: str) -> set[str]:
    """Return the names between braces in a message."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@cache
def _catalogue(code: str):
    """Read a .po file into gettext's own translations (about 10 ms, once a process)."""
    import gettext
    from io import BytesIO

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (LOCALE_DIR / f"{code}.po").open("rb") as file:
        catalogue = read_po(file, locale=code)
    binary = BytesIO()
    write_mo(binary, catalogue)
    binary.seek(0)
    return gettext.GNUTranslations(binary)
