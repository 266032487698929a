"""DREES: beneficiaries of social assistance by year, of solidarity benefits by month."""

import datetime
import re
from pathlib import Path

import pandas as pd

from toolkit.records.observations import bad_cell, observations
from toolkit.records.spreadsheet import Row, code_of, department_id, read_sheets, unreadable

AIDE_SOCIALE = "drees-aide-sociale"
PRESTATIONS = "drees-prestations-solidarite"

# Tables of the Aide sociale survey: sheet, and the id we give its indicator.
AIDE_SOCIALE_TABLES = {
    "Tab1-pa": "aides-pa",
    "Tab2-pa": "aides-pa-domicile",
    "Tab3-pa": "aides-pa-accueil",
    "Tab4-pa": "apa",
    "Tab5-pa": "apa-domicile",
    "Tab6-pa": "apa-etablissement",
    "Tab7-pa": "psd",
    "Tab8-pa": "psd-domicile",
    "Tab9-pa": "psd-etablissement",
    "Tab10-pa": "ash-pa",
    "Tab10a-pa": "ash-pa-ehpad",
    "Tab10b-pa": "ash-pa-maison-retraite",
    "Tab10c-pa": "ash-pa-residence-autonomie",
    "Tab10d-pa": "ash-pa-usld",
    "Tab11-pa": "accueil-particuliers-pa",
    "Tab12-pa": "aide-menagere-pa",
    "Tab1-ph": "aides-ph",
    "Tab2-ph": "aides-ph-domicile",
    "Tab3-ph": "aides-ph-accueil",
    "Tab3b-ph": "aides-ph-accueil-hors-actp",
    "Tab4-ph": "actp",
    "Tab5-ph": "actp-domicile",
    "Tab6-ph": "actp-etablissement",
    "Tab7-ph": "pch",
    "Tab7b-ph": "pch-payes",
    "Tab7c-ph": "pch-moins-20-ans",
    "Tab8-ph": "ash-ph",
    "Tab8a-ph": "ash-ph-foyer-hebergement",
    "Tab8b-ph": "ash-ph-foyer-occupationnel",
    "Tab8c-ph": "ash-ph-maison-retraite",
    "Tab8d-ph": "ash-ph-foyer-accueil-medicalise",
    "Tab9-ph": "accueil-jour-ph",
    "Tab10-ph": "accueil-particuliers-ph",
    "Tab11-ph": "aide-menagere-ph",
    "Tab1-ase": "ase-accueillis",
    "Tab2-ase": "ase-confies",
    "Tab3-ase": "ase-familles-accueil",
    "Tab4-ase": "ase-etablissements",
    "Tab5-ase": "ase-placements-directs",
    "Tab6-ase": "ase-actions-educatives",
    "Tab7-ase": "ase-aed",
    "Tab8-ase": "ase-aemo",
    "Tab9-ase": "ase-mesures-administratives",
    "Tab10-ase": "ase-mesures-judiciaires",
}
PRESTATIONS_TABLES = {
    "Tableau 2": "rsa",
    "Tableau 3": "aah",
    "Tableau 4": "ass",
    "Tableau 5": "prime-activite",
    "Tableau 6": "aides-logement",
    "Tableau 7": "garantie-jeunes",
    "Tableau 8": "garantie-jeunes-entrees",
}
_HALVES_OF_RHONE = ("69D", "69M")
_CORSE = "REG-94"
_ABSENT = ("", "-", "nd", "NC")
_MONTHS = {"avr": 4, "mai": 5, "juin": 6, "juil": 7, "août": 8, "sept": 9, "oct": 10}
_SPAN = 3  # columns before the first year


def load_aide_sociale(path: Path) -> pd.DataFrame:
    """Load the beneficiaries of social assistance by département and year.

    Counts are those of 31 December, or paid for December. Corse is one collectivité from 2018
    on: its line 20 is the région (REG-94), for every year, and DEP-2A and DEP-2B are "nd" from
    2018. Rhône is line 69, which holds the new Rhône (69D) and the metropolis of Lyon (69M);
    without it, their sum. Mayotte is not surveyed. The tables of régions and the totals under
    each table repeat the départements and are not read. A count that is not whole was estimated
    by DREES: its status is "imputed".

    Returns
    -------
    DataFrame
        The columns of ``toolkit.records.observations``; indicators are those of
        `AIDE_SOCIALE_TABLES`, values are beneficiaries.

    Raises
    ------
    DataError
        The file is not the workbook we know; 69D and 69M do not add up to 69.
    """
    sheets = _sheets(path, AIDE_SOCIALE_TABLES)
    rows = [
        row
        for sheet, indicator in AIDE_SOCIALE_TABLES.items()
        for row in _yearly(sheets[sheet], sheet, indicator, path)
    ]
    table = _one_rhone(pd.DataFrame(rows), path)
    whole = table.value.isna() | (table.value % 1 == 0)
    status = pd.Series("ok", index=table.index).where(whole, "imputed")
    status = status.where(table.value.notna(), "nd")
    return observations(table.assign(status=status), source=AIDE_SOCIALE, path=path)


def load_prestations(path: Path) -> pd.DataFrame:
    """Load the recipients of solidarity benefits by département and month, 2017 to 2020.

    Counts are those of the end of the month, rounded to ten by DREES except those of the Garantie
    jeunes; months it stars are "provisional". Guadeloupe holds Saint-Martin, and for some
    benefits Saint-Barthélemy. AAH and housing benefits are those the Caf pay (97 %).

    Returns
    -------
    DataFrame
        The columns of ``toolkit.records.observations``; indicators are those of
        `PRESTATIONS_TABLES`, values are households (RSA, prime d'activité, housing) or persons.
    """
    sheets = _sheets(path, PRESTATIONS_TABLES)
    rows = [
        row
        for sheet, indicator in PRESTATIONS_TABLES.items()
        for row in _monthly(sheets[sheet], sheet, indicator, path)
    ]
    return observations(pd.DataFrame(rows), source=PRESTATIONS, path=path)


def _sheets(path: Path, wanted: dict[str, str]) -> dict[str, list[Row]]:
    sheets = read_sheets(path)
    missing = [name for name in wanted if name not in sheets]
    if missing:
        raise unreadable(path, ", ".join(missing))
    return sheets


def _yearly(rows: list[Row], sheet: str, indicator: str, path: Path) -> list[dict]:
    """Read one table of the survey: a line a département, a column a year, up to the totals."""
    top = next((i for i, row in enumerate(rows) if _is_header(row)), None)
    if top is None:
        raise bad_cell(path, sheet, 1, rows[0] if rows else "", "header")
    years = [(at, code_of(cell)) for at, cell in enumerate(rows[top]) if at >= _SPAN and cell != ""]
    found = []
    for number, row in enumerate(rows[top + 1 :], start=top + 2):
        code = code_of(row[1])
        if not code:
            break
        if code == "20":
            territory = _CORSE
        elif code in _HALVES_OF_RHONE:
            territory = code
        else:
            territory = department_id(code, path, sheet, number)
        place = {"territory": territory, "indicator": indicator, "sheet": sheet, "row": number}
        found += [
            place | {"period": year, "value": _count(row[at], path, sheet, number)}
            for at, year in years
        ]
    return found


def _is_header(row: Row) -> bool:
    return len(row) > _SPAN and str(row[1]).replace("\n", " ") == "Code département"


def _count(cell: object, path: Path, sheet: str, row: int) -> float:
    if isinstance(cell, float):
        return cell
    if str(cell).strip() in _ABSENT:
        return float("nan")
    raise bad_cell(path, sheet, row, cell, "number")


def _one_rhone(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Keep one Rhône: line 69 where it has a count, the sum of 69D and 69M elsewhere."""
    keys = ["indicator", "period"]
    apart = table.territory.isin(_HALVES_OF_RHONE)
    halves = table[apart].drop_duplicates(["territory", *keys, "value"])
    both = halves.groupby(keys).agg(
        value=("value", "sum"),
        known=("value", "count"),
        sheet=("sheet", "first"),
        row=("row", "min"),
    )
    # Zeros in both halves fill the years before 2015, when they did not exist.
    both = both[(both.known == len(_HALVES_OF_RHONE)) & (both.value > 0)].reset_index()
    whole = table[(table.territory == "DEP-69") & table.value.notna()]
    pairs = both.merge(whole, on=keys, how="left", suffixes=("", "_whole"))
    apart_by = (pairs.value - pairs.value_whole).abs()
    if (apart_by > 0.5).any():
        fault = pairs[apart_by > 0.5].iloc[0]
        seen = f"69D + 69M = {fault.value}, 69 = {fault.value_whole}"
        raise bad_cell(path, fault.sheet, fault.row, seen, "sum")
    summed = pairs[pairs.value_whole.isna()].assign(territory="DEP-69")
    covered = pd.MultiIndex.from_frame(table[keys]).isin(pd.MultiIndex.from_frame(summed[keys]))
    kept = table[~apart & ~((table.territory == "DEP-69") & covered)]
    return pd.concat([kept, summed[kept.columns]], ignore_index=True)


def _monthly(rows: list[Row], sheet: str, indicator: str, path: Path) -> list[dict]:
    """Read one table of benefits: a line a month, one or two columns a département."""
    top = next((i for i, row in enumerate(rows) if str(row[0]).startswith("Num")), None)
    if top is None:
        raise bad_cell(path, sheet, 1, rows[0] if rows else "", "header")
    # The second column of a département, where there is one, is a growth rate: no code above it.
    places = [
        (at, department_id(cell, path, sheet, top + 1))
        for at, cell in enumerate(rows[top])
        if at and cell != ""
    ]
    found = []
    for number, row in enumerate(rows[top + 2 :], start=top + 3):
        if found and not _may_be_month(row[0]):
            break  # the notes under the table
        if row[0] == "":
            continue  # the second line of the header
        period, provisional = _month(row[0], path, sheet, number)
        for at, territory in places:
            value = _count(row[at], path, sheet, number)
            status = "provisional" if provisional else "ok"
            found.append(
                {
                    "territory": territory,
                    "indicator": indicator,
                    "period": period,
                    "value": value,
                    "status": "nd" if value != value else status,
                    "sheet": sheet,
                    "row": number,
                }
            )
    return found


def _may_be_month(cell: object) -> bool:
    return isinstance(cell, datetime.date) or bool(re.match(r"\w+-\d\d\b", str(cell)))


def _month(cell: object, path: Path, sheet: str, row: int) -> tuple[str, bool]:
    """Read a month, and whether a star marks it as provisional: a date, or "juin-20*"."""
    if isinstance(cell, datetime.date):
        return f"{cell:%Y-%m}", False
    match = re.fullmatch(r"(\w+)-(\d\d)(\*?)", str(cell).strip())
    if match is None or match[1] not in _MONTHS:
        raise bad_cell(path, sheet, row, cell, "month")
    return f"20{match[2]}-{_MONTHS[match[1]]:02d}", match[3] == "*"
