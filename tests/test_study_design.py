"""The notebook that plans a study: in both languages, saving only when asked, never over a study.

It is executed twice: once in French, saving; once in English, without.
"""

import tomllib
from pathlib import Path

import pytest

from toolkit.display.blocks import Figure, Masthead, Paragraph, Table
from toolkit.errors import ReportError
from toolkit.records.sources import data_dir
from toolkit.runs.engine import run_notebook
from toolkit.sharing.document import read_document

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "study_design.ipynb"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Studies of one's own beside the real rest."""
    copy, real = tmp_path_factory.mktemp("data"), data_dir()
    for path in real.iterdir():
        if path.name != "studies":
            (copy / path.name).symlink_to(path)
    (copy / "studies").mkdir()
    with pytest.MonkeyPatch.context() as settings:
        settings.setenv("FUTURS_DATA", str(copy))
        yield copy


def plan(folder: Path, **parameters):
    executed = run_notebook(NOTEBOOK, parameters, output=folder / "executed.ipynb")
    return read_document(executed, name=NOTEBOOK.name)


@pytest.fixture(scope="module")
def french(data, tmp_path_factory):
    """Saved, for monthly periods of the outcome."""
    return plan(tmp_path_factory.mktemp("fr"), lang="fr", save="essai", matched=True)


@pytest.fixture(scope="module")
def english(french, data, tmp_path_factory):
    """As it comes: nothing is saved."""
    return plan(tmp_path_factory.mktemp("en"), lang="en")


def of_kind(document, kind):
    return [block for block in document.blocks() if isinstance(block, kind)]


def test_it_says_what_could_be_found_before_any_answer(english):
    lead = next(block for block in of_kind(english, Paragraph) if block.lead)
    assert "cannot reliably detect an effect of less than 1.78 days" in lead.text
    assert english.masthead.status == "descriptive"
    assert english.masthead.simulated
    assert isinstance(english.masthead, Masthead)
    assert len(of_kind(english, Figure)) == 3  # power, map, balance


def test_the_numbers_are_the_same_in_both_languages(french, english):
    least = [of_kind(each, Table)[0].rows[0] for each in (french, english)]
    assert [row[1] for row in least] == ["94", "94"]
    assert [row[2] for row in least] == ["1,78 jour", "1.78 days"]


def test_the_nearest_are_listed_for_each_treated_territory(english):
    table = of_kind(english, Table)[1]
    assert [row[0] for row in table.rows] == ["Aube", "Maine-et-Loire", "Tarn"]
    assert table.rows[0][1] == "Haute-Vienne, Ardèche, Corrèze, Cher, and Seine-Maritime"


def test_a_draft_is_saved_only_when_asked_and_never_over_a_study(data, french, english, tmp_path):
    studies = {path.name for path in (data / "studies").glob("*.toml")}
    assert studies == {"essai.toml", "essai.reading.toml"}
    written = (data / "studies" / "essai.toml").read_text(encoding="utf-8")
    content = tomllib.loads(written)
    assert content["comparison"] == {"rule": "nearest", "per_treated": 5}
    assert content["design"] == "did"
    with pytest.raises(ReportError, match="There is a protocol already"):
        plan(tmp_path, lang="en", save="essai")
    assert (data / "studies" / "essai.toml").read_text(encoding="utf-8") == written
