"""What a bundle's data leave out: entries of a logbook that are not public, and who the raters are.

Cells of too few units are hidden where data enters the toolkit, and held by
`toolkit.sharing.disclosure`.
"""

import csv
import io
from pathlib import Path

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.faults import write_faults
from toolkit.records.limits import load_limits
from toolkit.records.schemas import load_schema
from toolkit.records.tables import read_table
from toolkit.sharing.raters import unlink_raters

_PUBLIC = "public"
# Fewer words of a rater may stand elsewhere by chance.
_TELLING = 6
_WORDS = ("text", "lesson", "text_translated", "lesson_translated")


def withhold_entries(data: Path) -> dict[str, str]:
    """Strike the entries that are not public out of the logbooks of a bundle's data.

    Returns
    -------
    dict of str to str
        The texts struck out, by project and entry ("demande-unique J014"): the scan makes sure that
        nothing else holds them.
    """
    taken = {}
    for logbook in sorted(data.glob("projects/*/logbook.csv")):
        with logbook.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            header, rows = list(reader.fieldnames or []), list(reader)
        kept = [row for row in rows if row["confidentiality"] == _PUBLIC]
        for row in rows:
            if row["confidentiality"] != _PUBLIC:
                told = filter(None, (row.get(column) for column in _WORDS))
                taken[f"{logbook.parent.name} {row['entry']}"] = " ".join(told)
        if len(kept) < len(rows):
            target = io.StringIO()
            writer = csv.DictWriter(target, header, lineterminator="\n")
            writer.writeheader()
            writer.writerows(kept)
            logbook.write_text(target.getvalue(), encoding="utf-8", newline="\n")
    return taken


def withhold_ratings(data: Path) -> dict[str, str]:
    """Put in the place of the ratings of a bundle's data those that may be shared.

    Returns
    -------
    dict of str to str
        What the raters wrote, struck out, to the project: the scan makes sure that nothing else
        holds it. Remarks of a few words are not looked for.

    Raises
    ------
    DataError
        All that is wrong with the ratings of a project.
    """
    taken = {}
    for path in sorted(data.glob("projects/*/ratings.csv")):
        project = path.parent.name
        read = read_table(path, load_schema("ratings"), f"data/projects/{project}/ratings.csv")
        if read.faults:
            raise DataError(write_faults(list(read.faults), interface_language()))
        ratings = read.frame()
        remarks = ratings.evidence[ratings.evidence.str.split().str.len() >= _TELLING]
        taken |= dict.fromkeys(remarks, project)
        known = _pseudonyms(path.with_name("participation.csv"))
        shown = unlink_raters(ratings, fewest=load_limits().min_raters, known=known)
        shown.to_csv(path, index=False, lineterminator="\n")
    return taken


def _pseudonyms(participation: Path) -> frozenset[str]:
    if not participation.is_file():
        return frozenset()
    with participation.open(encoding="utf-8", newline="") as file:
        return frozenset(row["pseudonym"] for row in csv.DictReader(file))
