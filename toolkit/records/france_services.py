"""France services: the offices on the list of August 2024, and how many were labelled when."""

import re
from pathlib import Path

import pandas as pd

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.observations import bad_cell, observations
from toolkit.records.spreadsheet import department_codes, unreadable
from toolkit.records.territories import load_predecessors, load_territories

SOURCE = "anct-france-services"
OFFICES = "france-services-labellisees"
# What must be said beside the counts: keys of the messages.
CAUTIONS = {OFFICES: ("caution.closed_offices", "caution.label_date")}

# Nothing else is read: e-mail addresses and phone numbers stand in columns of their own, and in
# free comments.
_COLUMNS = {
    "id_fs": "office",
    "lib_fs": "name",
    "insee_dep": "department",
    "insee_com": "commune",
    "type_fs": "kind",
    "format_fs": "form",
    "labellisation_fs": "labelled_on",
}
_OUTSIDE = ("978",)  # Saint-Martin is no département
_LABEL = r"Espace labellisé (\d{2}/\d{2}/\d{4})"
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")


def load_offices(path: Path) -> pd.DataFrame:
    """Load the list of offices, on today's communes, without any personal data.

    Returns
    -------
    DataFrame
        One row an office, by id: office, name, department ("DEP-01": the one it serves, as the
        list says; a bus may be based in another), commune ("COM-01033": where it is based; an
        arrondissement or a former commune is its commune of today), kind ("Principal" or
        "Antenne"), form ("Fixe", "Bus_équivalent"...) and labelled_on (date). The two offices of
        Saint-Martin, which is no département, are left out.

    Raises
    ------
    DataError
        The file is not the list we know, or an e-mail address would be loaded.
    """
    offices = _read(path)
    labels = offices.labelled_on.str.fullmatch(_LABEL)
    _check(offices, labels, "labelled_on", "label_date", path)
    days = offices.labelled_on.str.extract(_LABEL)[0]
    dates = pd.to_datetime(days, format="%d/%m/%Y", errors="coerce")
    _check(offices, dates.notna(), "labelled_on", "label_date", path)
    places = offices.department
    _check(
        offices, places.isin(department_codes() | set(_OUTSIDE)), "department", "department", path
    )
    here = offices[~places.isin(_OUTSIDE)].assign(labelled_on=dates)
    here = here.assign(commune=_todays_communes(here, path), department="DEP-" + here.department)
    columns = ["office", "name", "department", "commune", "kind", "form", "labelled_on"]
    return here[columns].reset_index(drop=True)


def load_france_services(path: Path) -> pd.DataFrame:
    """Count the labelled offices of each département at the end of each month.

    Every office of the list counts from the month of its label on. Offices that closed before
    August 2024 are not on the list: past counts are too low by those. Many took over an earlier
    office, and a label is not an opening (`CAUTIONS`).

    Returns
    -------
    DataFrame
        The columns of ``toolkit.records.observations``: one indicator, `OFFICES`, for each of the
        101 départements and each month from the first label to the last.
    """
    offices = load_offices(path)
    months = offices.labelled_on.dt.to_period("M")
    every_month = pd.period_range(months.min(), months.max(), freq="M", name="period")
    departments = pd.Index(sorted("DEP-" + code for code in department_codes()), name="territory")
    labelled = pd.crosstab(offices.department, months)
    counts = labelled.reindex(index=departments, columns=every_month, fill_value=0)
    so_far = counts.cumsum(axis="columns").reset_index()
    rows = so_far.melt("territory", var_name="period", value_name="value")
    rows = rows.assign(
        period=rows.period.astype(str), indicator=OFFICES, status="ok", sheet="", row=0
    )
    return observations(rows, source=SOURCE, path=path)


def check_no_email(table: pd.DataFrame, path: Path) -> None:
    """Refuse a table in which any text holds an e-mail address.

    Raises
    ------
    DataError
        The message names the column and the row, not the address.
    """
    for name in table.select_dtypes(["object", "string"]):
        found = table[name].astype(str).str.contains(_EMAIL)
        if found.any():
            say = interface_language()
            row = found.to_numpy().argmax() + 2
            raise DataError(say("error.personal_data", path=path, column=name, row=row))


def _read(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype=str, usecols=list(_COLUMNS), keep_default_na=False)
    except (OSError, ValueError) as error:  # ValueError: a column is missing, or no text
        raise unreadable(path, error) from error
    check_no_email(table, path)
    return table.rename(columns=_COLUMNS).assign(row=range(2, len(table) + 2))


def _check(table: pd.DataFrame, good: pd.Series, column: str, wanted: str, path: Path) -> None:
    if not good.all():
        fault = table[~good].iloc[0]
        raise bad_cell(path, path.stem, fault.row, fault[column], wanted)


def _todays_communes(offices: pd.DataFrame, path: Path) -> pd.Series:
    """Map arrondissements, delegated and merged communes to the commune they are part of."""
    todays = set(load_territories("COM").code)
    former = load_predecessors()
    only = former[~former.duplicated("code", keep=False)]  # a split commune has no single heir
    communes = offices.commune.where(
        offices.commune.isin(todays), offices.commune.map(only.set_index("code").successor)
    )
    _check(offices, communes.notna(), "commune", "commune", path)
    return "COM-" + communes
