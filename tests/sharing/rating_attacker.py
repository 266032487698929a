"""An attacker: from the files that were shared back to the scores of a role of one or two raters.

It knows what anyone may: how many raters each role had, whose pseudonym is of which role where a
table says so, and that a page's counts are of everyone. What rows are left once those of others
are taken away are the role's; a score that was heard in public follows its pseudonym to the other
criteria. It shares no code with what protects.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from .attacker import _Page

Unit = tuple[str, str, str]  # criterion, moment, round
_RATING = {"criterion", "moment", "round", "role", "rater", "score"}
_MOMENTS = {"à l’entrée": "admission", "à la sortie": "exit"}


@dataclass(frozen=True)
class Row:
    """A score as some table gives it: of a role, or of nobody known; and how it may be told."""

    unit: Unit
    role: str
    rater: str
    score: int


def recover_scores(
    files: Mapping[str, bytes],
    *,
    roster: Mapping[str, int],
    heard: Mapping[tuple[Unit, str], int] | None = None,
) -> dict[tuple[Unit, str], set[tuple[int, ...]]]:
    """Return what the scores of each role of one or two raters can be, unit by unit."""
    rows = _rows(files, roster)
    rows += _left_of_totals(files, rows)
    units = sorted({row.unit for row in rows})
    found = {}
    for role, n in roster.items():
        if n > 2:
            continue
        followed = _followed(rows, role, heard or {})
        for unit in units:
            here = [row for row in rows if row.unit == unit]
            own = [row for row in here if row.role == role]
            if len(own) < n:
                own = [row for row in here if row.role not in roster]
            own = [row for row in own if row.rater in followed] or own
            scores = sorted(row.score for row in own)
            found[unit, role] = set(combinations(scores, n))
    return found


def _tables(files: Mapping[str, bytes], columns: set[str]) -> Iterator[dict[str, str]]:
    for name, content in files.items():
        if name.endswith(".csv"):
            reader = csv.DictReader(io.StringIO(content.decode()))
            if columns <= set(reader.fieldnames or ()):
                yield from reader


def _rows(files: Mapping[str, bytes], roster: Mapping[str, int]) -> list[Row]:
    people = {row["pseudonym"]: row["role"] for row in _tables(files, {"pseudonym", "role"})}
    return [
        Row(
            (row["criterion"], row["moment"], row["round"]),
            row["role"] if row["role"] in roster else people.get(row["rater"], ""),
            row["rater"],
            int(row["score"]),
        )
        for row in _tables(files, _RATING)
    ]


def _left_of_totals(files: Mapping[str, bytes], rows: list[Row]) -> list[Row]:
    """Take the rows that are there from the counts of everyone that a page gives."""
    left = []
    for name, content in files.items():
        for table in _Page(content).tables if name.endswith(".html") else ():
            for criterion, moment, *counts in (r for r in table["rows"] if len(r) == 6):
                if moment in _MOMENTS and all(count.isdecimal() for count in counts):
                    about = (criterion, _MOMENTS[moment])
                    last = max((r.unit[2] for r in rows if r.unit[:2] == about), default="1")
                    unit = (*about, last)
                    seen = Counter(row.score for row in rows if row.unit == unit)
                    left += [
                        Row(unit, "", "", score)
                        for score, count in enumerate(counts)
                        for _ in range(int(count) - seen[score])
                    ]
    return left


def _followed(rows: list[Row], role: str, heard: Mapping[tuple[Unit, str], int]) -> set[str]:
    """Return the pseudonyms under which a role gave a score that was heard, if but one did."""
    matching = [
        {row.rater for row in rows if (row.unit, row.score) == (unit, score)}
        for (unit, of), score in heard.items()
        if of == role
    ]
    return next((names for names in matching if len(names) == 1), set())
