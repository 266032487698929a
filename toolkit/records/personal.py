"""Personal data that must not enter a table: e-mail addresses, French phone and social numbers."""

import re

_EMAIL = re.compile(r"[^\s@<>,;:\"']{1,64}@[^\s@<>,;:\"']{1,255}\.\w{2,}")
_GAP = r"[\s.\-/]?"
# Not inside a longer word, number, path or hash, where ten digits are something else.
_PHONE = re.compile(
    rf"(?<![\w/.+-])(?:(?:\+|00)33{_GAP}(?:\(0\){_GAP})?|0)[1-9](?:{_GAP}[0-9]{{2}}){{4}}(?![\w/-])",
)
_NIR = re.compile(
    r"(?<!\w)([12]\s?\d{2}\s?(?:0[1-9]|1[0-2]|[2-9]\d)\s?(?:\d{2}|2[AB])\s?\d{3}\s?\d{3})\s?(\d{2})(?!\w)",
    re.ASCII,
)
_BORN = re.compile(r"\b(?:née?s? le|born on)\s+\d", re.IGNORECASE)


def has_personal_data(text: str) -> bool:
    """Tell whether a text holds an e-mail address, a phone number, a NIR or a birth date.

    A NIR is recognised by its shape and its key (97 less the number modulo 97).
    """
    if "@" in text and _EMAIL.search(text):
        return True
    return bool(_PHONE.search(text) or _BORN.search(text)) or any(
        _is_nir(number, key) for number, key in _NIR.findall(text)
    )


def _is_nir(number: str, key: str) -> bool:
    digits = re.sub(r"\s", "", number).replace("2A", "19").replace("2B", "18")
    return int(key) == 97 - int(digits) % 97
