"""Where the data of published studies lie that are not part of this repository."""

import pytest


@pytest.fixture(scope="session")
def published(mirror):
    """The folder of published data of the mirror."""
    return mirror / "published"
