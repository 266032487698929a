"""The judgements of the evaluators across studies, real and simulated apart."""

import pytest

from toolkit.display.blocks import Table
from toolkit.display.portfolio_judgements import compare_judgements
from toolkit.i18n import language
from toolkit.records.studies import study_files
from toolkit.study.portfolio import load_portfolio
from toolkit.study.reading import load_reading


@pytest.fixture(scope="module")
def tables():
    lang = language("en")
    blocks = compare_judgements(load_portfolio(lang=lang, studies=False), lang=lang)
    return [block for block in blocks if isinstance(block, Table)]


def test_real_and_simulated_studies_stand_in_tables_of_their_own(tables):
    assert [table.simulated for table in tables] == [False, True]
    assert sum(len(table.rows) for table in tables) == len(study_files())


def test_each_cell_is_what_people_wrote_or_says_that_none_did(tables):
    criteria = [title.lower() for title in tables[0].header[1:]]
    assert criteria == [
        "relevance", "coherence", "effectiveness", "efficiency", "impact", "sustainability",
    ]  # fmt: skip
    rows = {row[0]: row[1:] for table in tables for row in table.rows}
    assert set(rows["Roll-out of the inclusion platform"]) == {"not judged"}
    written = load_reading("demande-unique").judgements
    cells = dict(zip(criteria, rows["Single application for all social benefits"], strict=True))
    assert {name for name, cell in cells.items() if cell != "not judged"} == written.keys()
    assert cells["effectiveness"] == written["effectiveness"].answer == "yes"
