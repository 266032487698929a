"""What a logbook keeps to itself: of its entries only the public ones leave.

Cells of too few units are hidden where data enters the toolkit, and held by
`toolkit.sharing.disclosure`.
"""

import csv
import io
from pathlib import Path

_PUBLIC = "public"


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
                taken[f"{logbook.parent.name} {row['entry']}"] = f"{row['text']} {row['lesson']}"
        if len(kept) < len(rows):
            target = io.StringIO()
            writer = csv.DictWriter(target, header, lineterminator="\n")
            writer.writeheader()
            writer.writerows(kept)
            logbook.write_text(target.getvalue(), encoding="utf-8", newline="\n")
    return taken
