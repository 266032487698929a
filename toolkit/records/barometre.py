"""The barometer of the results of public action: 54 policy indicators by département."""

from pathlib import Path

import pandas as pd

from toolkit.records.observations import bad_cell, observations
from toolkit.records.spreadsheet import department_id, read_sheets

SOURCE = "etalab-barometre"
AAH_DELAY = "duree-moyenne-traitement-demandes-allocation-adulte-handicape"
HOMELESS = "logement-sans-domicile-hebergement-urgence"
FIBRE = "taux-deploiement-fibre"
# What must be said beside a series: keys of the messages.
CAUTIONS = {AAH_DELAY: ("caution.aah_delay",), HOMELESS: ("caution.within_year",)}

_HEADER = [
    "mesure",
    "indicateur",
    "id_indicateur",
    "code_departement",
    "libelle_departement",
    "date",
    "valeur",
    "unite",
]
# Zeros that stand for a missing value, in the series where this is known, and in no other.
_NO_ZERO = (AAH_DELAY,)  # no decision takes zero months
_LEADING_ZEROS = (HOMELESS, FIBRE)  # zeros before a département's series starts
_NOT_COUNTED = {HOMELESS: ("2018-01", "2018-04")}  # zero in all 101 départements
_QUARTER_ENDS = {3, 6, 9, 12}


def load_barometre(path: Path) -> pd.DataFrame:
    """Load the indicators of the barometer.

    Départements are those of the sheets' names. An indicator is yearly if its dates all fall in
    one month, quarterly if they all end a quarter, monthly otherwise: a yearly value is that of
    this month, not a mean. Three kinds of zeros are missing values ("nd"): any zero of the delay
    of decisions on the AAH; in the series of homelessness and of fibre, those before a
    département's first other value, and those of January to April 2018 in the former. All other
    zeros are kept. Two indicators printed under one id with the same values count once.

    Returns
    -------
    DataFrame
        The columns of ``toolkit.records.observations``; values in the unit that
        `load_barometre_indicators` gives. `CAUTIONS` says what goes with some series.

    Raises
    ------
    DataError
        The file is not the workbook we know; the message gives sheet, row and value.
    """
    rows = _read(path)
    status = pd.Series("ok", index=rows.index).where(rows.value.notna() & ~_fillers(rows), "nd")
    return observations(rows.assign(status=status), source=SOURCE, path=path)


def load_barometre_indicators(path: Path) -> pd.DataFrame:
    """Load what the barometer's indicators are.

    Returns
    -------
    DataFrame
        One row an indicator, by id: indicator, label, unit and measure (the policy), in French
        as published, and frequency ("year", "quarter" or "month"). Of two labels under one id
        the first is kept.
    """
    rows = _read(path).drop_duplicates("indicator")
    columns = ["indicator", "label", "unit", "measure", "frequency"]
    return rows[columns].sort_values("indicator", ignore_index=True)


def _read(path: Path) -> pd.DataFrame:
    frames = []
    for sheet, lines in read_sheets(path).items():
        if lines[:1] != [_HEADER]:
            raise bad_cell(path, sheet, 1, lines[:1], "header")
        territory = department_id(sheet, path, sheet, 1)
        frame = pd.DataFrame(lines[1:], columns=_HEADER)
        frames.append(frame.assign(territory=territory, sheet=sheet, row=frame.index + 2))
    columns = {
        "id_indicateur": "indicator",
        "indicateur": "label",
        "unite": "unit",
        "mesure": "measure",
    }
    table = pd.concat(frames, ignore_index=True).rename(columns=columns)
    table["value"] = pd.to_numeric(table.valeur.replace("", None), errors="coerce")
    dates = pd.to_datetime(table.date.astype(str), format="%Y-%m-%d", errors="coerce")
    _check(table, table.value.notna() | (table.valeur == ""), "valeur", "number", path)
    _check(table, dates.notna(), "date", "date", path)
    table["month"] = dates.dt.strftime("%Y-%m")
    table["frequency"] = table.indicator.map(
        dates.dt.month.groupby(table.indicator).agg(_frequency)
    )
    return table.assign(period=_periods(dates, table.frequency))


def _check(table: pd.DataFrame, good: pd.Series, column: str, wanted: str, path: Path) -> None:
    if not good.all():
        fault = table[~good].iloc[0]
        raise bad_cell(path, fault.sheet, fault.row, fault[column], wanted)


def _frequency(months: pd.Series) -> str:
    found = set(months)
    if len(found) == 1:
        return "year"
    return "quarter" if found <= _QUARTER_ENDS else "month"


def _periods(dates: pd.Series, frequency: pd.Series) -> pd.Series:
    year = dates.dt.strftime("%Y")
    quarter = year + "-Q" + dates.dt.quarter.astype(str)
    month = dates.dt.strftime("%Y-%m")
    return year.where(frequency == "year", quarter.where(frequency == "quarter", month))


def _fillers(rows: pd.DataFrame) -> pd.Series:
    """Say of each row whether its zero is known to stand for a missing value."""
    zero = rows.value == 0
    filler = zero & rows.indicator.isin(_NO_ZERO)
    in_order = rows[rows.indicator.isin(_LEADING_ZEROS)].sort_values("month", kind="stable")
    started = (in_order.value > 0).groupby([in_order.territory, in_order.indicator]).cummax()
    filler |= zero & ~started.reindex(rows.index, fill_value=True)
    for indicator, (first, last) in _NOT_COUNTED.items():
        filler |= zero & (rows.indicator == indicator) & rows.month.between(first, last)
    return filler
