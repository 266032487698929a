"""The index lists the reports there are, in both languages, and what failed."""

import json

import pytest

from toolkit.errors import ToolkitError
from toolkit.sharing.site import check_output, render_index


def put(folder, subject, lang, *, kind="territory"):
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("page")
    record = {"key": "k", "parameters": {kind: subject, "lang": lang}}
    (folder / "manifest.json").write_text(json.dumps(record))


def test_the_index_links_every_page_by_territory(tmp_path):
    put(tmp_path / "r/DEP/23/fr", "DEP-23", "fr")
    put(tmp_path / "r/DEP/23/en", "DEP-23", "en")
    put(tmp_path / "r/REG/84/fr", "REG-84", "fr")
    pages = render_index(tmp_path)
    assert set(pages) == {"index.html", "index.en.html"}
    french, english = pages["index.html"], pages["index.en.html"]
    assert '<html lang="fr">' in french
    assert '<html lang="en">' in english
    assert french.count('href="r/DEP/23/fr/index.html"') == 1
    assert french.index("Auvergne-Rhône-Alpes") < french.index("Creuse")
    assert "2 territoires ont un rapport." in french
    assert "2 territories have a report." in english


def test_a_pdf_is_linked_beside_its_page_where_there_is_one(tmp_path):
    put(tmp_path / "r/DEP/23/fr", "DEP-23", "fr")
    put(tmp_path / "r/DEP/23/en", "DEP-23", "en")
    (tmp_path / "r/DEP/23/fr/report.pdf").write_bytes(b"%PDF")
    for page in render_index(tmp_path).values():
        assert page.count('href="r/DEP/23/fr/report.pdf" lang="fr"') == 1
        assert '>PDF<span class="visually-hidden"> (Creuse, Français)</span></a>)' in page
        assert "DEP/23/en/report.pdf" not in page


def test_studies_stand_first_under_their_titles_and_only_those_there_are(tmp_path):
    for lang in ("fr", "en"):
        put(tmp_path / f"s/demande-unique/{lang}", "demande-unique", lang, kind="study")
    put(tmp_path / "s/x/en", "<b>../x</b>", "en", kind="study")
    put(tmp_path / "r/DEP/23/en", "DEP-23", "en")
    page = render_index(tmp_path)["index.en.html"]
    assert "Does the single application shorten the processing time?" in page
    assert "1 territory has a report. 1 study." in page
    assert page.index("s/demande-unique/en/index.html") < page.index("r/DEP/23/en/index.html")
    assert "../x" not in page
    french = render_index(tmp_path)["index.html"]
    assert "La demande unique raccourcit-elle le délai de traitement" in french


def test_a_page_that_was_never_finished_is_not_listed(tmp_path):
    put(tmp_path / "r/DEP/23/fr", "DEP-23", "fr")
    (tmp_path / "r/DEP/23/fr/index.html").unlink()
    assert "DEP/23" not in render_index(tmp_path)["index.html"]


def test_a_failure_is_listed_with_its_error_as_text(tmp_path):
    folder = tmp_path / "r/DEP/23/fr"
    folder.mkdir(parents=True)
    (folder / "failure.txt").write_text("ValueError: <b>no</b>")
    page = render_index(tmp_path)["index.en.html"]
    assert "1 failed report" in page
    assert "ValueError: &lt;b&gt;no&lt;/b&gt;" in page


def test_manifests_and_pages_that_are_not_ours_are_left_alone(tmp_path):
    put(tmp_path / "r/DEP/23/fr", "DEP-23", "fr")
    for number, text in enumerate(["{", "[]", "{}", '{"name": "a web app"}', '{"key": 1}']):
        folder = tmp_path / f"other{number}"
        folder.mkdir()
        (folder / "manifest.json").write_text(text)
        (folder / "index.html").write_text("theirs")
    assert "1 territory has a report." in render_index(tmp_path)["index.en.html"]


def test_a_foreign_index_is_never_written_over(tmp_path):
    check_output(tmp_path)
    (tmp_path / "index.html").write_text(render_index(tmp_path)["index.html"])
    check_output(tmp_path)
    (tmp_path / "index.html").write_text("<title>Mine</title>")
    with pytest.raises(ToolkitError, match="was not made by this command"):
        check_output(tmp_path)


def test_an_empty_folder_has_an_index_too(tmp_path):
    assert "0 territories have a report." in render_index(tmp_path)["index.en.html"]
