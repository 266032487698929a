"""Where data lies: the folder of the data, and that of the files that are pulled."""

import os
from pathlib import Path

from toolkit.errors import DataError
from toolkit.i18n import interface_language


def data_dir() -> Path:
    """Return the folder of the data: FUTURS_DATA, or data/ beside the toolkit package."""
    folder = Path(os.environ.get("FUTURS_DATA", Path(__file__).parents[2] / "data"))
    if not folder.is_dir():
        raise DataError(interface_language()("error.no_data", folder=folder))
    return folder


def cache_dir() -> Path:
    """Return the folder of pulled files: FUTURS_CACHE, or the user's cache folder."""
    import pooch

    return Path(os.environ.get("FUTURS_CACHE") or pooch.os_cache("futurs-publics"))
