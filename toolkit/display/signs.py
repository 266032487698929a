"""What stands in a cell that is not a plain number: one place for the signs and their meaning."""

from collections.abc import Iterable

import pandas as pd

from toolkit.display.blocks import SUPPRESSED
from toolkit.display.writing import write_number
from toolkit.i18n import Language

NOT_AVAILABLE = "nd"
# After a number that is not a plain observation.
STATUS_SIGNS = {"imputed": " (e)", "provisional": " (p)", "censored": " (c)"}


def write_cell(
    value: float, lang: Language, digits: int = 0, *, status: str = "ok", sign: bool = False
) -> str:
    """Return a cell: the number with the sign of its status, "s" or "nd".

    Parameters
    ----------
    value : float
        Missing where there is no number to show.
    status : str
        Code of the vocabulary "observation_status". A suppressed cell shows no number, whatever
        its value.
    """
    if status == "secret":
        return SUPPRESSED
    if pd.isna(value) or status == "nd":
        return NOT_AVAILABLE
    return write_number(float(value), lang, digits, sign=sign) + STATUS_SIGNS.get(status, "")


def with_signs(rows: Iterable[Iterable[str]], note: str, lang: Language) -> str:
    """Return the note of a table, after what the signs in its cells mean.

    What is suppressed, the table explains by itself.
    """
    cells = [cell for row in rows for cell in row]
    signs = [
        lang(f"table.sign.{status}")
        for status, sign in STATUS_SIGNS.items()
        if any(cell.endswith(sign) for cell in cells)
    ]
    signs += [lang("table.sign.nd")] if NOT_AVAILABLE in cells else []
    signs += [lang("table.sign.infinite")] if any("∞" in cell for cell in cells) else []
    return " ".join([*signs, note]).strip()
