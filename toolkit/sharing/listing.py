"""The entries of an index as its page reads them: rows in one language, columns, filters."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from toolkit.i18n import LANGUAGES, Language, fold
from toolkit.sharing.entries import KINDS, Entry

# The codes a filter offers, in this order, where there is a natural one.
ORDERS = {
    "kind": KINDS,
    "status": ("locked", "exploratory", "descriptive"),
    "verdict": ("beneficial", "harmful", "no_meaningful_effect", "inconclusive"),
    "data": ("observed", "partly", "simulated"),
}
_FILTERS = ("kind", "project", "status", "data", "verdict", "year")


@dataclass(frozen=True)
class Option:
    """A value that a filter offers, what it is called, and how many reports have it."""

    value: str
    label: str
    n: int


def list_rows(entries: Iterable[Entry], lang: Language) -> list[dict[str, str]]:
    """Return what the index says of each entry, as text, in the order it is listed.

    An entry that was made in the other language only is there with its texts in that language.
    """
    rows = [_row(entry, lang) for entry in entries]
    return sorted(rows, key=lambda r: (KINDS.index(r["kind"]), fold(r["name"]), r["address"]))


def in_columns(rows: list[dict[str, str]]) -> dict[str, dict[str, list]]:
    """Return rows by column, each text once: its distinct values, and where each row's is.

    Thousands of rows share most of what they say: a title that begins with the row's name, or an
    address that ends with its code, is kept with "{}" in its place.
    """
    columns = {}
    for name in rows[0] if rows else ():
        texts = [_shared(name, row) for row in rows]
        numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        columns[name] = {"values": list(numbers), "at": [numbers[text] for text in texts]}
    return columns


def filters(rows: list[dict[str, str]], lang: Language) -> dict[str, list[Option]]:
    """Return the filters that part the rows, with what each offers; one that would not is left."""
    offered = {}
    for name in _FILTERS:
        counts = Counter(row[name] for row in rows)
        if len(counts) > 1:
            known = ORDERS.get(name) or sorted(counts, reverse=name == "year")
            names = {row["project"]: row["name"] for row in rows if row["project"]}
            offered[name] = [
                Option(value, _label(name, value, names, lang), counts[value])
                for value in known
                if value and counts[value]
            ]
    return offered


def _row(entry: Entry, lang: Language) -> dict[str, str]:
    shown = entry.language(lang.code)
    page = entry.pages[shown]
    about = page.name
    if entry.kind not in ("project", "sheet"):
        about = lang(f"index.about.{entry.kind}", code=entry.code)
    return {
        "kind": entry.kind,
        "code": entry.code,
        "name": page.name,
        "title": page.title,
        "lang": shown,
        "about": about,
        "status": entry.status,
        "data": _data(entry),
        "verdict": entry.verdict,
        "grade": page.grade,
        "date": lang(_dated(entry), date=_date(entry.as_of, lang)) if entry.as_of else "",
        "year": str(entry.as_of.year) if entry.as_of else "",
        "project": entry.project,
        "places": " ".join(entry.places),
        "address": entry.address,
        "pages": " ".join(
            f"{code}:{','.join(entry.pages[code].formats)}"
            for code in LANGUAGES
            if code in entry.pages
        ),
    }


def _dated(entry: Entry) -> str:
    made_up = entry.simulated and not entry.partly
    return "masthead.as_of.simulated" if made_up else "masthead.as_of"


def _data(entry: Entry) -> str:
    if not entry.simulated:
        return "observed"
    return "partly" if entry.partly else "simulated"


@cache
def _date(day, lang: Language) -> str:
    return lang.date(day)


def _label(name: str, value: str, projects: dict[str, str], lang: Language) -> str:
    match name:
        case "kind":
            return lang(f"levels.{value}")
        case "project":
            return projects[value]
        case "year":
            return value
    return lang(f"index.{name}.{value}")


def _shared(column: str, row: dict[str, str]) -> str:
    text, name, code = row[column], row["name"], row["code"]
    if column == "title" and text.startswith(name):
        return "{}" + text.removeprefix(name)
    if column == "address" and text.endswith(code):
        return text.removesuffix(code) + "{}"
    return text
