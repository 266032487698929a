"""What the programme did for its ecosystem (E1 to E6): the table of data/programme."""

import pandas as pd

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.faults import write_faults
from toolkit.records.schemas import load_schema
from toolkit.records.sources import data_dir
from toolkit.records.tables import read_table

_TABLE = "ecosystem_actions"
# How the outputs of an action that was made up begin.
_MADE_UP = "exemple simulé"


def load_ecosystem_actions() -> pd.DataFrame:
    """Load the actions, the first one first.

    Returns
    -------
    DataFrame
        Columns as data/schemas/ecosystem_actions.json describes them, and simulated (bool): the
        action says of itself that it is a simulated example.

    Raises
    ------
    DataError
        The table has faults: all of them are in the message.

    Examples
    --------
    >>> load_ecosystem_actions().type.value_counts().sort_index().to_dict()
    {'E1': 3, 'E2': 3, 'E3': 4, 'E4': 3, 'E5': 2, 'E6': 3}
    """
    file = f"programme/{_TABLE}.csv"
    table = read_table(data_dir() / file, load_schema(_TABLE), file)
    if table.faults:
        raise DataError(write_faults(list(table.faults), interface_language()))
    actions = table.frame().sort_values(["date", "action"], ignore_index=True)
    return actions.assign(simulated=actions.outputs.fillna("").str.startswith(_MADE_UP))
