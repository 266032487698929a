"""The vocabularies of the programme and of the OECD, in both languages."""

from functools import cache

import pandas as pd

from toolkit.errors import DataError
from toolkit.records.reads import recorded
from toolkit.records.sources import damaged, data_dir

_COLUMNS = ["vocabulary", "code", "fr", "en", "place", "origin"]


@recorded
@cache
def load_vocabulary(name: str | None = None) -> pd.DataFrame:
    """Load one vocabulary, or all of them.

    Returns
    -------
    DataFrame
        Columns vocabulary, code, fr, en, place (the field or indicator that carries the item)
        and origin ("document", "oecd" or "toolkit"), in the order of the file.

    Raises
    ------
    DataError
        There is no vocabulary of this name.

    Examples
    --------
    >>> load_vocabulary("criterion").en.tolist()[:2]
    ['High-stakes subject', 'Significant transformation potential']
    """
    path = data_dir() / "programme" / "vocabulary.csv"
    try:
        everything = pd.read_csv(path, dtype=str, keep_default_na=False)[_COLUMNS]
    except (OSError, ValueError, KeyError) as error:
        raise damaged(path, error) from error
    if name is None:
        return everything
    found = everything[everything.vocabulary == name].reset_index(drop=True)
    if found.empty:
        known = ", ".join(everything.vocabulary.unique())
        raise DataError(f"No vocabulary '{name}' in {path}; it has: {known}.")
    return found


@recorded
@cache
def vocabulary_codes(name: str) -> tuple[str, ...]:
    """Return the codes of one vocabulary, in order."""
    return tuple(load_vocabulary(name).code)
