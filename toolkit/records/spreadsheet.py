"""Spreadsheets as ministries publish them: sheets as lists of rows, codes of départements."""

from functools import cache
from pathlib import Path

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.observations import bad_cell
from toolkit.records.reads import recorded
from toolkit.records.territories import load_territories

Row = list
# DREES splits Corse as 20A and 20B in some sheets.
_OTHER_CODES = {"20A": "2A", "20B": "2B"}


def read_sheets(path: Path) -> dict[str, list[Row]]:
    """Read every sheet of a workbook, cell by cell: text, float, date, or "" when empty.

    Rows and cells stand where the spreadsheet shows them: ``sheet[0][0]`` is cell A1.

    Raises
    ------
    DataError
        The file is missing or is no workbook.
    """
    # calamine reads Insee's workbook, saved as "strict" Office Open XML, which openpyxl opens
    # without seeing a sheet; and the barometer in one second instead of fourteen.
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(path)
        return {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in workbook.sheet_names
        }
    except (CalamineError, OSError) as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: Exception | str) -> DataError:
    """Return the error for a pulled file that cannot be read, with the remedy."""
    return DataError(interface_language()("error.pulled_file", path=path, reason=error))


def department_id(cell: object, path: Path, sheet: str, row: int) -> str:
    """Return the id of the département a cell names, be its code text or a number.

    Raises
    ------
    DataError
        No département has this code.
    """
    code = code_of(cell)
    if code not in department_codes():
        raise bad_cell(path, sheet, row, cell, "department")
    return f"DEP-{code}"


@recorded
@cache
def department_codes() -> frozenset[str]:
    """Return the codes of the 101 départements."""
    return frozenset(load_territories("DEP").code)


def code_of(cell: object) -> str:
    """Write a code as text: 1.0 is "01", "20A" is "2A", " 971" is "971".

    Examples
    --------
    >>> [code_of(cell) for cell in (1.0, 971.0, " 2A", "20B")]
    ['01', '971', '2A', '2B']
    """
    text = f"{cell:.0f}".zfill(2) if isinstance(cell, float) else str(cell).strip()
    return _OTHER_CODES.get(text, text)
