"""What a bundle says of itself, in both languages; what it holds is text, never markup."""

import csv
import io
import re

import pytest

from toolkit.sharing.stage import Contents, gather
from toolkit.sharing.withhold import withhold_entries

from .conftest import HOSTILE


@pytest.mark.parametrize(("name", "lang"), [("README", "en"), ("LISEZMOI", "fr")])
def test_a_hostile_title_never_becomes_live(shared, name, lang):
    page = shared[f"{name}.html"].decode()
    assert f'<html lang="{lang}">' in page
    assert page.count("<script") == 0
    assert "&lt;script&gt;alert(" in page
    text = shared[f"{name}.md"].decode()
    assert "<script" not in text
    assert "&lt;script&gt;alert" in text
    assert "\\*b\\*" in text


def test_each_table_and_figure_is_traced_to_a_cell_of_a_page_that_is_there(shared):
    page = shared["README.html"].decode()
    links = re.findall(r'href="(reports/[^"#]+)#(cell_\d+)"', page)
    assert len(links) == 2
    for path, anchor in links:
        assert f'id="{anchor}"' in shared[path].decode()


@pytest.mark.parametrize("name", ["README.html", "LISEZMOI.html"])
def test_every_link_leads_to_a_file_of_the_bundle_or_to_the_source_of_data(shared, name):
    for target in re.findall(r'href="([^"#]+)', shared[name].decode()):
        # The case for the observatory is made by a run of its own.
        assert target in shared or target.startswith(("https://", "reports/opsi/")), target


def test_steps_are_numbered_and_name_the_commands(shared):
    text = shared["README.md"].decode()
    assert re.findall(r"^(\d)\. ", text, re.MULTILINE) == ["1", "2", "3", "4", "5"]
    assert (
        ".venv/bin/futurs study run demande-unique --pdf --code --executed --output again" in text
    )
    assert "futurs verify BUNDLE.zip --execute" in text


def test_whose_data_these_are_is_said_in_both_languages(shared):
    text = shared["LICENCES.md"].decode()
    assert "mise à jour du 9 mars 2026, Licence Ouverte 2.0" in text
    assert "last updated 9 March 2026, Licence Ouverte 2.0" in text


def test_a_run_that_failed_is_told_with_its_error(shared):
    page = shared["README.html"].decode()
    assert "data_quality/demande-unique/fr" in page
    assert HOSTILE not in page


def test_only_public_entries_of_a_logbook_leave(tmp_path):
    gather(Contents(("demande-unique",), ()), tmp_path)
    logbook = tmp_path / "data" / "projects" / "demande-unique" / "logbook.csv"
    before = list(csv.DictReader(io.StringIO(logbook.read_text("utf-8"))))
    withhold_entries(tmp_path / "data")
    after = list(csv.DictReader(io.StringIO(logbook.read_text("utf-8"))))
    assert [row for row in before if row["confidentiality"] == "public"] == after
    assert 0 < len(after) < len(before)
