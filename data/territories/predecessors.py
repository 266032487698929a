"""What became of every code that was once a commune's, or is a part of a commune's.

Three sources say where a code went, the newest first: the delegated or associated communes and
former codes (``anciensCodes``) of each package back to 1.1.1; the history of communes from 1943
to 2019 (0.7.0); the absorbed communes and former codes of 0.3.0. Each step is followed to a
commune of today. They were found to agree wherever they overlap, but for communes that were
suppressed and shared out, which are listed without successor, and two in ``anciensCodes`` that
point at a commune since split, where the delegated or associated commune is right.
"""

from itertools import pairwise

import pandas as pd
from packages import BuildError, Packages
from territories import COLLECTIVITIES, TODAY, communes, in_departments

NEWEST_FIRST = ("6.0.0", "5.3.0", "4.1.0", "4.0.0", "3.1.1", "2.3.1", "1.1.1")
HISTORY, OLDEST = "0.7.0", "0.3.0"
PARENTS = ("chefLieu", "commune", "communeAbsorbante", "nouveauCode")
RECODED = ("changement de département", "changement de chef lieu")
COG = {
    "6.0.0": 2026,
    "5.3.0": 2025,
    "4.1.0": 2024,
    "4.0.0": 2024,
    "3.1.1": 2023,
    "2.3.1": 2022,
    "1.1.1": 2021,
    "0.7.0": 2019,
}
KINDS = {
    "commune-deleguee": "delegated",
    "commune-associee": "associated",
    "arrondissement-municipal": "arrondissement",
}
UNKNOWN = {
    "01459": "listed by 0.3.0 as lapsed before 1943, without successor",
    "66235": "listed by 0.3.0 as lapsed before 1943, without successor",
}
COLUMNS = ["code", "name", "successor", "date", "kind", "source", "reason"]


class Lineage:
    """Follow a code to the commune of today that holds its land."""

    def __init__(self, packages: Packages):
        versions = (*NEWEST_FIRST, HISTORY)
        self.alive = {v: {row["code"] for row in communes(packages, v)} for v in versions}
        self.current = self.alive[TODAY]
        self.records = packages.read(HISTORY, "historique-communes")
        self.suppressed = {
            row["code"]: row["dateFin"]
            for row in self.records
            if row.get("raisonFin") == "suppression"
        }
        history = _history_steps(self.records)
        self.steps = [(version, _package_steps(packages, version)) for version in NEWEST_FIRST]
        self.steps += [(HISTORY, history), (OLDEST, _package_steps(packages, OLDEST))]

    def step(self, code: str) -> tuple[str, str]:
        """Return the source that says where a code went, and the code it went to."""
        for version, steps in self.steps:
            if code in steps:
                return version, steps[code]
        return "", ""

    def successor(self, code: str) -> str:
        """Return today's commune, or "" if there is none or more than one."""
        seen = set()
        while code not in self.current:
            if code in seen or code in self.suppressed or not code:
                return ""
            seen.add(code)
            code = self.step(code)[1]
        return code


def _package_steps(packages: Packages, version: str) -> dict[str, str]:
    rows = in_departments(packages.read(version, "communes"))
    steps = {former: row["code"] for row in rows for former in row.get("anciensCodes") or []}
    for row in rows:
        parent = next((row[key] for key in PARENTS if row.get(key)), None)
        if row["type"] != "commune-actuelle" and parent and parent != row["code"]:
            steps[row["code"]] = parent
    return {code: target for code, target in steps.items() if code != target}


def _history_steps(records: list[dict]) -> dict[str, str]:
    """Return the commune of 2019 that each code had come to."""
    by_id = {record["id"]: record for record in records}
    steps = {}
    for record in records:
        last = record
        while last.get("successeur") or (last["type"] != "COM" and not last.get("dateFin")):
            last = by_id[last.get("successeur") or last["pole"]]
        if not last.get("dateFin"):
            steps[record["code"]] = last["code"]
    return {code: target for code, target in steps.items() if code != target}


def build_predecessors(packages: Packages) -> pd.DataFrame:
    """List every code that is no longer a commune's, with today's commune.

    Returns
    -------
    DataFrame
        Columns ``COLUMNS``, all text. ``date`` is known only where the history of communes
        gives it; ``reason`` says why a code has no successor.

    Raises
    ------
    BuildError
        A code resolves to no commune and is not a known exception.
    """
    lineage = Lineage(packages)
    names, kinds = _names_and_kinds(packages)
    ends = _last_ends(lineage)
    rows = []
    for code in sorted(set(names) - lineage.current):
        date, cause = ends.get(code, ("", ""))
        rows.append(
            {
                "code": code,
                "name": names[code],
                "successor": lineage.successor(code),
                "date": date,
                "kind": kinds.get(code) or _kind(code, cause, lineage),
                "source": _source(code, lineage),
                "reason": _reason(code, lineage),
            }
        )
    table = pd.DataFrame(rows, columns=COLUMNS)
    lost = table.loc[(table["successor"] == "") & (table["reason"] == ""), "code"].tolist()
    if lost:
        raise BuildError(f"No commune of today for former code(s) {lost}, and no known reason.")
    return table


def _names_and_kinds(packages: Packages) -> tuple[dict[str, str], dict[str, str]]:
    """Return the last name of each code ever seen, and the kind of those alive as a part."""
    names = {}
    for record in packages.read(HISTORY, "historique-communes"):
        names[record["code"]] = record["nom"]
    kinds = {}
    for version in (OLDEST, HISTORY, *reversed(NEWEST_FIRST)):
        rows = in_departments(packages.read(version, "communes"))
        names |= {row["code"]: row["nom"] for row in rows}
        kinds = {row["code"]: KINDS.get(row["type"]) for row in rows}
    names = {code: name for code, name in names.items() if not code.startswith(COLLECTIVITIES)}
    return names, kinds


def _last_ends(lineage: Lineage) -> dict[str, tuple[str, str]]:
    """Return when and why a code last stopped being a commune's, for those gone by 2019."""
    ends = {}
    for record in lineage.records:
        if record["type"] == "COM" and record.get("dateFin"):
            end = (record["dateFin"], record["raisonFin"])
            ends[record["code"]] = max(end, ends.get(record["code"], end))
    later = set().union(*lineage.alive.values())
    return {code: end for code, end in ends.items() if code not in later}


def _kind(code: str, cause: str, lineage: Lineage) -> str:
    if code in lineage.suppressed or code in UNKNOWN:
        return "suppressed"
    return "recoded" if cause in RECODED or code == "27058" else "merged"


def _source(code: str, lineage: Lineage) -> str:
    """Name the package that gives the successor and, after 2019, the year that dropped the code."""
    if code in lineage.suppressed:
        return HISTORY
    version = lineage.step(code)[0] or OLDEST
    versions = list(lineage.alive)
    for newer, older in pairwise(versions):
        if code in lineage.alive[older]:
            return f"{version}; a commune of COG {COG[older]}, no longer of COG {COG[newer]}"
    return version


def _reason(code: str, lineage: Lineage) -> str:
    if code in lineage.suppressed:
        return f"suppressed on {lineage.suppressed[code]}, its land shared between communes"
    return UNKNOWN.get(code, "")
