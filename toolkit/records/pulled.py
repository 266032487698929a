"""The observations of a source that was pulled, by its id."""

from importlib import import_module

import pandas as pd

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.pull import pulled_path

_LOADERS = {
    "etalab-barometre": ("barometre", "load_barometre"),
    "anct-france-services": ("france_services", "load_france_services"),
    "drees-aide-sociale": ("drees", "load_aide_sociale"),
    "drees-prestations-solidarite": ("drees", "load_prestations"),
    "insee-estimations-population": ("population_estimates", "load_population_estimates"),
}


def load_pulled(source_id: str) -> pd.DataFrame:
    """Load the observations of a source from its file in the cache.

    Returns
    -------
    DataFrame
        The columns of ``toolkit.records.observations``.

    Raises
    ------
    DataError
        No loader reads this source, or its file is not in the cache, or is damaged.
    """
    if source_id not in _LOADERS:
        known = ", ".join(_LOADERS)
        raise DataError(interface_language()("error.not_a_pull", seen=source_id, known=known))
    module, loader = _LOADERS[source_id]
    return getattr(import_module(f"toolkit.records.{module}"), loader)(pulled_path(source_id))
