"""A demonstration study, run once for every test that shows it."""

import pytest

from toolkit.records.portfolio import load_project
from toolkit.study.contribution import contribution

STUDY = "maison-handicap"


@pytest.fixture(scope="session")
def told(demonstration):
    """The study, its project and its story."""
    study, project = demonstration(STUDY), load_project(STUDY)
    return study, project, contribution(study, project)
