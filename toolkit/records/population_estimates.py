"""Insee's population estimates: inhabitants by age at 1 January, 1975 to 2022."""

import re
from pathlib import Path

import pandas as pd

from toolkit.records.observations import bad_cell, observations
from toolkit.records.spreadsheet import Row, code_of, department_codes, read_sheets

SOURCE = "insee-estimations-population"
TOTAL = "population"
# Insee, sheet "À savoir": "les années 2020, 2021 et 2022 sont provisoires".
_PROVISIONAL = ("2020", "2021", "2022")
_OLDEST = "population-90-plus"
_FROM_60 = (
    *(f"population-{age}-{age + 4}" for age in range(60, 90, 5)),
    _OLDEST,
)


def load_population_estimates(path: Path) -> pd.DataFrame:
    """Load the inhabitants of each département by age, both sexes together.

    They are at 1 January of the period: a count at the end of 2015 is nearest to 2016. Before
    1990 only metropolitan France is estimated; Mayotte from 2014 on. Ages above 90 are one class,
    since overseas départements have no finer one from 1990 to 1998. 2020 to 2022 are
    "provisional".

    Returns
    -------
    DataFrame
        The columns of ``toolkit.records.observations``; indicators are population, population-0-4,
        ... population-85-89, population-90-plus, and population-60-plus, a sum; values are
        inhabitants.

    Raises
    ------
    DataError
        The file is not the workbook we know; the message gives sheet, row and value.
    """
    rows = [
        row
        for sheet, lines in read_sheets(path).items()
        if re.fullmatch(r"\d{4}", sheet)
        for row in _read_year(lines, sheet, path)
    ]
    if not rows:
        raise bad_cell(path, "*", 1, "", "header")
    table = pd.DataFrame(rows)
    place = ["territory", "period", "sheet", "row"]
    ages = table.groupby([*place, "indicator"], as_index=False).value.sum()  # 90-94 and 95+
    older = ages[ages.indicator.isin(_FROM_60)].groupby(place, as_index=False).value.sum()
    everyone = pd.concat([ages, older.assign(indicator="population-60-plus")], ignore_index=True)
    provisional = everyone.period.isin(_PROVISIONAL)
    status = pd.Series("ok", index=everyone.index).mask(provisional, "provisional")
    return observations(everyone.assign(status=status), source=SOURCE, path=path)


def _read_year(rows: list[Row], sheet: str, path: Path) -> list[dict]:
    """Read the first block of columns (both sexes), under the header nearest above each line.

    From 1990 to 1998 overseas départements have a header of their own.
    """
    known, found, header = department_codes(), [], {}
    for number, row in enumerate(rows, start=1):
        if "0 à 4 ans" in row:
            header = _ages(row, sheet, number, path)
        code = code_of(row[0]) if row else ""
        if code not in known:
            continue  # titles, totals, notes
        if not header:
            raise bad_cell(path, sheet, number, row[0], "header")
        for at, indicator in header.items():
            if not isinstance(row[at], float):
                raise bad_cell(path, sheet, number, row[at], "number")
            found.append(
                {
                    "territory": f"DEP-{code}",
                    "indicator": indicator,
                    "period": sheet,
                    "value": row[at],
                    "sheet": sheet,
                    "row": number,
                }
            )
    return found


def _ages(row: Row, sheet: str, number: int, path: Path) -> dict[int, str]:
    """Return the indicator of each column up to the first total."""
    columns = {}
    for at, cell in enumerate(row):
        text = str(cell).strip()
        if text == "Total":
            return columns | {at: TOTAL}
        if match := re.fullmatch(r"(\d+) à (\d+) ans", text):
            columns[at] = _OLDEST if int(match[1]) >= 90 else f"population-{match[1]}-{match[2]}"
        elif re.fullmatch(r"9[05] ans et plus", text):
            columns[at] = _OLDEST
        elif text:
            raise bad_cell(path, sheet, number, cell, "header")
    raise bad_cell(path, sheet, number, row, "header")
