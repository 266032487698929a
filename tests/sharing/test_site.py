"""The index lists the reports there are, in both languages, and what failed."""

import json
import re

import pytest

from toolkit.errors import ToolkitError
from toolkit.records.projects import project_ids
from toolkit.sharing.site import check_output, render_index


def data_of(page: str) -> dict:
    return json.loads(re.search(r'id="entries">(.*?)</script>', page)[1])


def test_an_index_in_each_language_lists_the_same_reports(tmp_path, put_report):
    for lang in ("fr", "en"):
        put_report(tmp_path / f"r/DEP/23/{lang}", territories=["DEP-23"])
    put_report(tmp_path / "r/REG/84/fr", territories=["REG-84"])
    pages = render_index(tmp_path)
    french, english = pages["index.html"], pages["index.en.html"]
    assert '<html lang="fr">' in french
    assert '<html lang="en">' in english
    assert "2 territoires ont un rapport." in french
    assert "2 territories have a report." in english
    assert data_of(french)["columns"]["name"]["values"] == ["Auvergne-Rhône-Alpes", "Creuse"]
    assert data_of(english)["columns"]["lang"]["values"] == ["fr", "en"]


def test_the_list_for_a_browser_without_scripts_links_every_report(tmp_path, put_report):
    put_report(tmp_path / "r/DEP/23/fr", territories=["DEP-23"])
    put_report(tmp_path / "s/x/en", title="Does it?", subject="It", project="x", study="x")
    page = render_index(tmp_path)["index.en.html"]
    plain = page.partition("<noscript>")[2].partition("</noscript>")[0]
    assert '<a href="r/DEP/23/fr/index.html" lang="fr">Creuse</a>' in plain
    assert '<a href="s/x/en/index.html">Does it?</a>' in plain
    assert plain.index("Does it?") < plain.index("Creuse")


def test_each_project_has_a_page_at_an_address_that_stays(tmp_path, put_report):
    for lang, title in (("fr", "Un effet ?"), ("en", "An effect?")):
        put_report(
            tmp_path / f"s/demande-unique/{lang}", title=title, subject="Demande",
            project="demande-unique", study="demande-unique", territories=["DEP-23", "DEP-19"],
            simulated=True, verdict="beneficial", grade="grade 3", formats=("html", "pdf"),
        )  # fmt: skip
    put_report(tmp_path / "r/DEP/23/en", territories=["DEP-23"])
    pages = render_index(tmp_path)
    # Those without a report have theirs too: other pages lead there.
    assert {a for a in pages if "/" in a} == {
        f"projects/{project}/index{suffix}.html"
        for project in project_ids()
        for suffix in ("", ".en")
    }
    page = pages["projects/demande-unique/index.en.html"]
    assert '<a href="../../s/demande-unique/en/index.html">An effect?</a>' in page
    assert '<a href="../../s/demande-unique/en/report.pdf"' in page
    assert '<li><a href="../../r/DEP/23/en/index.html">Creuse</a></li>' in page
    assert "<li>Corrèze</li>" in page
    assert "<strong>Beneficial</strong> · grade 3 · Simulated data up to 9 March 2026" in page
    assert "made up, with an effect known beforehand" in page
    assert "A single application opens the assessment" in page  # from the project's own file
    assert 'href="projects/demande-unique/index.en.html"' in pages["index.en.html"]


def test_a_page_on_the_whole_programme_comes_first_and_is_no_territory(tmp_path, put_report):
    put_report(tmp_path / "r/DEP/23/en", lang="en", territories=["DEP-23"])
    put_report(tmp_path / "p/en", lang="en", title="What has it found?", subject="All projects")
    page = render_index(tmp_path)["index.en.html"]
    assert "1 territory has a report. 1 page on the whole programme." in page
    assert page.index("What has it found?") < page.index(">Creuse<")
    assert page.index("The whole programme on one page") < page.index('id="projects"')


def test_a_project_without_a_report_says_how_to_make_one(tmp_path):
    page = render_index(tmp_path)["projects/demande-unique/index.en.html"]
    assert "No report on this project is in this folder yet." in page
    assert "<code>futurs study run demande-unique</code>" in page
    assert "opsi/" not in page


def test_a_sheet_is_found_in_the_index_and_on_the_page_of_its_project(tmp_path):
    for name in ("index.html", "index.en.html"):
        sheet = tmp_path / "opsi/demande-unique" / name
        sheet.parent.mkdir(parents=True, exist_ok=True)
        sheet.write_text("a sheet")
    pages = render_index(tmp_path)
    index, french = pages["index.en.html"], pages["index.html"]
    assert '<p class="lead">1 sheet for the OECD.</p>' in index
    assert 'href="opsi/demande-unique/index.en.html"' in index
    assert 'href="opsi/demande-unique/index.html"' in french
    rows = data_of(index)["columns"]
    assert rows["title"]["values"] == [
        "Sheet for the OECD (OPSI): Single application for all social benefits"
    ]
    assert [rows[name]["values"] for name in ("kind", "year", "pages")] == [
        ["sheet"], [""], ["fr: en:"],
    ]  # fmt: skip
    own = pages["projects/demande-unique/index.en.html"]
    assert '<a href="../../opsi/demande-unique/index.en.html">Sheet for the OECD (OPSI)</a>' in own
    assert '<a href="../../opsi/demande-unique/index.html" lang="fr"' in own


def test_the_page_of_a_project_says_its_name_once(tmp_path, put_report):
    name = "Single application for all social benefits"
    put_report(
        tmp_path / "i/demande-unique/en", title=f"{name}: how was it carried out?", subject=name,
        project="demande-unique", simulated=True,
    )  # fmt: skip
    pages = render_index(tmp_path)
    own = pages["projects/demande-unique/index.en.html"]
    assert ">How was it carried out?</a>" in own
    assert name not in own.split("</h1>")[1]
    assert f'{name}</a> <span class="stamp">Simulated data</span>' in pages["index.en.html"]
    assert "PAERPA)</a></li>" in pages["index.en.html"]


def test_studies_to_pull_are_listed_with_the_command(tmp_path, monkeypatch):
    monkeypatch.setenv("FUTURS_CACHE", str(tmp_path / "cache"))
    pages = render_index(tmp_path)
    pull = "<code>futurs data pull drees-aide-sociale insee-estimations-population</code>"
    assert pull in pages["index.html"]
    assert "2 studies are not made" in pages["index.en.html"]
    assert pull in pages["projects/paerpa/index.en.html"]
    assert "data pull" not in pages["projects/demande-unique/index.html"]


def test_a_page_on_a_project_is_no_study(tmp_path, put_report):
    put_report(tmp_path / "i/x/en", subject="It", project="x")
    put_report(tmp_path / "s/x/en", subject="It", project="x", study="x")
    put_report(tmp_path / "r/DEP/23/en", territories=["DEP-23"], simulated=True, partly=True)
    page = render_index(tmp_path)["index.en.html"]
    assert "1 territory has a report. 1 study. 1 page on a project." in page
    assert '<option value="partly">Partly simulated (1)</option>' in page


def test_a_name_can_neither_become_markup_nor_end_the_data(tmp_path, put_report):
    hostile = '</script><b onclick="x">'
    put_report(tmp_path / "s/x/en", title=hostile, subject=hostile, project="x", study="x")
    for page in render_index(tmp_path).values():
        assert "<b onclick" not in page
    assert data_of(render_index(tmp_path)["index.html"])["columns"]["name"]["values"] == [hostile]


def test_a_project_that_would_leave_the_folder_has_no_page(tmp_path, put_report):
    put_report(tmp_path / "s/x/en", subject="It", project="../../x", study="x")
    assert not any(".." in address for address in render_index(tmp_path))


def test_a_failure_is_listed_with_its_error_as_text_and_its_log(tmp_path):
    folder = tmp_path / "r/DEP/23/fr"
    folder.mkdir(parents=True)
    (folder / "failure.txt").write_text("ValueError: <b>no</b>")
    page = render_index(tmp_path)["index.en.html"]
    # Said at once, told after what there is to read.
    assert '<a href="#failures">1 failed report</a>' in page
    assert page.index('id="reports"') < page.index('<details id="failures"')
    assert '<a href="r/DEP/23/fr/failure.txt">failure.txt<' in page
    assert "ValueError: &lt;b&gt;no&lt;/b&gt;" in page


def test_a_foreign_index_is_never_written_over(tmp_path):
    check_output(tmp_path)
    (tmp_path / "index.html").write_text(render_index(tmp_path)["index.html"])
    check_output(tmp_path)
    (tmp_path / "index.html").write_text("<title>Mine</title>")
    with pytest.raises(ToolkitError, match="was not made by this command"):
        check_output(tmp_path)


def test_an_empty_folder_has_an_index_too(tmp_path):
    assert "0 territories have a report." in render_index(tmp_path)["index.en.html"]
