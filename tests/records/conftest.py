"""What the tests of real files share: the mirror, and tiny workbooks with one trap each."""

import os
from pathlib import Path

import pytest

from toolkit.records.sources import load_sources

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def mirrored():
    """Return the file of a source in the mirror, by the source's id; skip without a mirror."""
    folder = Path(os.environ.get("FUTURS_DATA_MIRROR") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("no mirror of the pulled files: give its folder in FUTURS_DATA_MIRROR")

    def find(source_id: str) -> Path:
        path = folder / load_sources()[source_id].path
        if not path.is_file():
            pytest.skip(f"the mirror {folder} has no {path.relative_to(folder)}")
        return path

    return find


@pytest.fixture
def workbook(tmp_path):
    """Write a workbook from rows by sheet and return its path."""
    from openpyxl import Workbook

    def write(sheets: dict[str, list[list]]) -> Path:
        book = Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "book.xlsx"
        book.save(path)
        return path

    return write
