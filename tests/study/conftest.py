"""A data folder that a test may write in, and the protocol of a demonstration study."""

import shutil

import pytest

from toolkit.records.sources import data_dir

STUDY = "demande-unique"


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A copy of data/projects and data/studies beside the real rest; the toolkit reads it."""
    real, copy = data_dir(), tmp_path / "data"
    copy.mkdir()
    for name in ("schemas", "programme", "territories", "sources.toml", "disclosure.toml"):
        (copy / name).symlink_to(real / name)
    shutil.copytree(real / "projects" / STUDY, copy / "projects" / STUDY)
    (copy / "studies").mkdir()
    shutil.copyfile(real / "studies" / f"{STUDY}.toml", copy / "studies" / f"{STUDY}.toml")
    monkeypatch.setenv("FUTURS_DATA", str(copy))
    return copy
