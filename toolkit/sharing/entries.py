"""What lies in a folder of reports: those made, by their manifests, and those that failed."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from toolkit.i18n import LANGUAGES
from toolkit.records.territories import LEVELS, load_territories
from toolkit.runs.manifest import FAILURE, FILES, MANIFEST, PAGE

# What an index lists, in this order: all of the programme, projects, sheets for the OECD
# observatory, then territories from the largest to the smallest.
KINDS = ("programme", "project", "sheet", *LEVELS)
# What a manifest says of each; the date is read apart.
_FACTS = (
    "title", "subject", "lang", "status", "simulated", "grade", "verdict", "project", "territories",
)  # fmt: skip
_SAME = ("status", "verdict", "project", "simulated", "partly", "as_of")  # in both languages
# What a run that stopped leaves, the most telling first.
_LOGS = ("failed.log", "failed.ipynb", FAILURE)


@dataclass(frozen=True)
class Page:
    """A report in one language: its title, whom it is about, its grade, the formats there are."""

    title: str
    name: str
    grade: str
    formats: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """A report or a sheet, in the languages in which it was made.

    Attributes
    ----------
    address : str
        Folder that holds one folder a language, from that of all reports; of a sheet, its own.
    kind : str
        One of `KINDS`.
    code : str
        Of the territory, or the id of the study or of the project; empty of the programme.
    study : str
        Id of the study it reports; empty of any other page.
    status, verdict, project : str
        As in `Masthead`; a sheet has no status.
    simulated, partly : bool
    as_of : date or None
        None of a sheet.
    territories : tuple of str
        Ids of the territories it is about.
    places : tuple of str
        Ids of the régions and départements in which those lie, as a map shows them.
    pages : dict of str to Page
        By language.
    """

    address: str
    kind: str
    code: str
    study: str
    status: str
    verdict: str
    project: str
    simulated: bool
    partly: bool
    as_of: date | None
    territories: tuple[str, ...]
    places: tuple[str, ...]
    pages: dict[str, Page]

    def language(self, wanted: str) -> str:
        """Return the language to show it in: the one wanted, where there is a page in it."""
        return wanted if wanted in self.pages else next(iter(self.pages))


@dataclass(frozen=True)
class Failed:
    """A report that could not be made: where it would be, the error, and the files it left."""

    address: str
    error: str
    logs: tuple[str, ...]


def find_entries(output: Path) -> list[Entry]:
    """Find the reports of a folder: complete, and with a manifest that says what they are about."""
    found: dict[str, dict[str, dict]] = {}
    for path in sorted(output.rglob(MANIFEST)):
        facts = _read_facts(path)
        # A report lies in a folder named by its language, beside the same in another.
        if facts is not None and path.parent.name == facts["lang"]:
            address = path.parent.parent.relative_to(output).as_posix()
            found.setdefault(address, {})[facts["lang"]] = facts
    known = locate(t for pages in found.values() for f in pages.values() for t in f["territories"])
    return [_entry(address, pages, known) for address, pages in found.items()]


def find_failures(output: Path) -> list[Failed]:
    """Find the reports of a folder that could not be made."""
    failures = []
    for path in sorted(output.rglob(FAILURE)):
        folder = path.parent
        logs = tuple(name for name in _LOGS if (folder / name).is_file())
        address = folder.relative_to(output).as_posix()
        failures.append(Failed(address, path.read_text(encoding="utf-8"), logs))
    return failures


def locate(ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the name of territories, and the id of the région or département to show them in.

    Those of no level the toolkit knows are left out; for France there is no such id.
    """
    wanted = set(ids)
    known = {}
    for level in LEVELS:
        if any(id_.partition("-")[0] == level for id_ in wanted):
            for row in load_territories(level).itertuples():
                id_ = level if level == "FR" else f"{level}-{row.code}"
                if id_ in wanted:
                    known[id_] = (row.name, _place(id_, row))
    return known


def _place(id_: str, row) -> str:
    if row.level in ("REG", "DEP"):
        return id_
    return f"DEP-{row.department}" if pd.notna(row.department) else ""


def _read_facts(path: Path) -> dict | None:
    """Return the facts of a manifest, with formats; nothing of a file that is none of ours."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        facts, files, study = record["facts"], record["files"], record["parameters"].get("study")
        as_of = date.fromisoformat(facts["as_of"])
        facts = {"partly": facts.get("partly", False)} | {name: facts[name] for name in _FACTS}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    # A project's id becomes an address.
    if not (path.parent / PAGE).is_file() or not re.fullmatch(r"[a-z0-9-]*", facts["project"]):
        return None
    formats = tuple(kind for kind, name in FILES.items() if name in files)
    return facts | {"as_of": as_of, "formats": formats, "study": study}


def _entry(address: str, pages: dict[str, dict], known: dict[str, tuple[str, str]]) -> Entry:
    pages = {code: pages[code] for code in LANGUAGES if code in pages}
    facts = next(iter(pages.values()))
    territories = tuple(facts["territories"])
    name = ""
    if facts["project"]:
        kind, code = "project", facts["study"] or facts["project"]
    elif not territories:
        kind, code = "programme", ""
    else:
        kind, _, code = territories[0].partition("-")
        name = known.get(territories[0], ("", ""))[0]
    places = (known[t][1] for t in territories if t in known)
    return Entry(
        address=address,
        kind=kind,
        code=code,
        study=facts["study"] or "",
        territories=territories,
        places=tuple(dict.fromkeys(filter(None, places))),
        pages={
            lang: Page(f["title"], name or f["subject"], f["grade"], f["formats"])
            for lang, f in pages.items()
        },
        **{key: facts[key] for key in _SAME},
    )
