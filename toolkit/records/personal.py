"""Personal data in a text: addresses, numbers, birth dates, and names that a field announces."""

import re
from collections.abc import Iterator

_EMAIL = re.compile(r"[^\s@<>,;:\"']{1,64}@[^\s@<>,;:\"']{1,255}\.[^\W\d_]{2,}")
_GAP = r"[^\S\r\n]"  # numbers on lines of their own are a column, not one number
_GAPS = rf"(?:{_GAP}|[.\-/])?"
# Not inside a longer word, number, path or hash, where ten digits are something else.
_PHONE = re.compile(
    rf"(?<![\w/.+-])(?:(?:\+|00)33{_GAPS}(?:\(0\){_GAPS})?|0)[1-9](?:{_GAPS}[0-9]{{2}}){{4}}(?![\w/-])",
)
_NIR = re.compile(
    rf"(?<!\w)(?:[12]{_GAP}?\d{{2}}{_GAP}?(?:0[1-9]|1[0-2]|[2-9]\d){_GAP}?(?:\d{{2}}|2[AB])"
    rf"{_GAP}?\d{{3}}{_GAP}?\d{{3}}){_GAP}?\d{{2}}(?!\w)",
    re.ASCII,
)
_IBAN = re.compile(
    rf"(?<!\w)[A-Z]{{2}}\d{{2}}(?:{_GAP}?[A-Z0-9]{{4}}){{2,7}}(?:{_GAP}?[A-Z0-9]{{1,3}})?(?!\w)"
)
_SIGN = r"[\"'\s:=>,;|]"  # between the name of a field and what it holds
_BORN = re.compile(
    r"\b(?:née?s? le|born on)\s+\d{1,4}"
    r"|(?:\b|_)(?:(?:date[ _](?:de[ _])?)?naissance|date[ _]of[ _]birth|birth[ _]?(?:date|day)|dob)"
    rf"{_SIGN}{{1,4}}\d{{1,4}}[./\- ]\w+",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?:pr[ée]nom|nom[ _]de[ _]famille|(?:first|last|given|family)[ _]?name|surname)"
    rf"{_SIGN}{{1,4}}[^\W\d_][\w'’-]+",
    re.IGNORECASE,
)


def find_personal(text: str) -> Iterator[tuple[str, int, str]]:
    """Find the personal data that a text holds.

    Yields
    ------
    tuple
        Its kind ("email", "phone", "nir", "iban", "birth", "name"), where it begins, what it is. A
        NIR is recognised by its shape and key (97 less the number modulo 97), an IBAN by its own
        (ISO 7064, MOD 97-10), a name by the field that says it is one ("prénom: ").
    """
    if "@" in text:
        yield from (("email", seen.start(), seen[0]) for seen in _EMAIL.finditer(text))
    yield from (("phone", seen.start(), seen[0]) for seen in _PHONE.finditer(text))
    yield from (("nir", s.start(), s[0]) for s in _NIR.finditer(text) if _is_nir(s[0]))
    yield from (("iban", s.start(), s[0]) for s in _IBAN.finditer(text) if _is_iban(s[0]))
    yield from (("birth", seen.start(), seen[0]) for seen in _BORN.finditer(text))
    yield from (("name", seen.start(), seen[0]) for seen in _NAMED.finditer(text))


def has_personal_data(text: str) -> bool:
    """Tell whether a text holds personal data (`find_personal`)."""
    return any(True for _ in find_personal(text))


def _is_nir(number: str) -> bool:
    digits = re.sub(r"\s", "", number).replace("2A", "19").replace("2B", "18")
    return int(digits[-2:]) == 97 - int(digits[:-2]) % 97


def _is_iban(number: str) -> bool:
    letters = re.sub(r"\s", "", number)
    return int("".join(str(int(c, 36)) for c in letters[4:] + letters[:4])) % 97 == 1
