"""Sum the tables of `inference_size.py` up: a row a block of five numbers of treated.

    python benchmarks/inference_summary.py docs/methods/inference-size.md

Prints the mean, the least and the greatest of size and coverage in each block, and how many rows,
with sizes, lie outside 3 to 8 %.
"""

import re
import sys
from pathlib import Path

import pandas as pd

MEASURES = ["size", "coverage", "size with sizes", "coverage with sizes"]
TITLE = re.compile(r"^(\w+), ([\d,]+) territories")


def rows_of(text: str) -> pd.DataFrame:
    """Read the rows of every table, under its title."""
    rows, title = [], ()
    for line in text.splitlines():
        if found := TITLE.match(line):
            title = found.groups()
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 9 and cells[2].isdigit():
            rates = [float(cell) for cell in (cells[3], cells[5], cells[6], cells[8])]
            rows.append([*title, *cells[:2], *rates])
    return pd.DataFrame(rows, columns=["adoption", "territories", "noise", "from", *MEASURES])


def main() -> None:
    """Print the summary of the file named on the command line."""
    rows = rows_of(Path(sys.argv[1]).read_text(encoding="utf-8"))
    print("| adoption | territories | noise | from | " + " | ".join(MEASURES) + " |")
    print("|---" * (4 + len(MEASURES)) + "|")
    for block, own in rows.groupby(["adoption", "territories", "noise", "from"], sort=False):
        cells = [
            f"{own[name].mean():.3f} ({own[name].min():.3f}–{own[name].max():.3f})"
            for name in MEASURES
        ]
        print(f"| {' | '.join([*block, *cells])} |")
    outside = ~rows["size with sizes"].between(0.03, 0.08)
    print(f"\nWith sizes, {outside.sum()} of {len(rows)} rows lie outside 3 to 8 %.")


if __name__ == "__main__":
    main()
