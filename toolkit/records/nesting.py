"""Which pieces territories of several levels are made of, so that what overlaps is known."""

from functools import cache

import pandas as pd

from toolkit.records.reads import recorded
from toolkit.records.territories import load_territories

_COLUMNS = {"REG": "region", "DEP": "department", "EPCI": "epci", "COM": "code"}


@recorded
@cache
def common_pieces(territories: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """Return the pieces of each territory: the largest that no boundary of another one cuts.

    Parameters
    ----------
    territories : tuple of str
        Ids, of any levels. One that has no commune today is one piece.

    Returns
    -------
    dict of str to tuple of int
        Numbers of pieces, in the order of `territories`.

    Examples
    --------
    >>> pieces = common_pieces(("FR", "DEP-23", "DEP-19"))
    >>> pieces["DEP-23"], len(pieces["FR"])
    ((2,), 3)
    """
    communes = load_territories("COM")
    wanted = set(territories)
    columns = {"FR": pd.Series("FR" if "FR" in wanted else None, communes.index)}
    for level, column in _COLUMNS.items():
        ids = level + "-" + communes[column].astype("object")
        columns[level] = ids.where(ids.isin(wanted), None)
    combinations = pd.DataFrame(columns, dtype="object").drop_duplicates().dropna(how="all")
    pieces: dict[str, list[int]] = {territory: [] for territory in territories}
    for number, row in enumerate(combinations.itertuples(index=False)):
        for territory in row:
            if isinstance(territory, str):
                pieces[territory].append(number)
    alone = (name for name, found in pieces.items() if not found)
    for number, name in enumerate(alone, start=len(combinations)):
        pieces[name].append(number)
    return {name: tuple(found) for name, found in pieces.items()}
