"""What a folder of reports holds is read from manifests, and nothing else is believed."""

import json
from datetime import date

from toolkit.sharing.entries import Failed, find_entries, find_failures, locate


def test_the_two_languages_of_a_report_are_one_entry(tmp_path, put_report):
    for lang, title in (("fr", "Creuse : combien ?"), ("en", "Creuse: how many?")):
        put_report(tmp_path / "r/DEP/23" / lang, title=title, territories=["DEP-23"])
    (entry,) = find_entries(tmp_path)
    assert (entry.address, entry.kind, entry.code) == ("r/DEP/23", "DEP", "23")
    assert entry.as_of == date(2026, 3, 9)
    assert entry.places == ("DEP-23",)
    assert list(entry.pages) == ["fr", "en"]
    assert entry.pages["en"].title == "Creuse: how many?"
    assert entry.pages["fr"].name == "Creuse"
    assert entry.language("en") == "en"


def test_a_report_in_one_language_is_shown_in_it(tmp_path, put_report):
    put_report(tmp_path / "r/DEP/23/fr", territories=["DEP-23"])
    (entry,) = find_entries(tmp_path)
    assert entry.language("en") == "fr"


def test_a_study_is_an_entry_on_its_project_in_the_departments_of_those_treated(
    tmp_path, put_report
):
    put_report(
        tmp_path / "s/antenne/fr", subject="L’antenne", project="antenne", study="antenne-2",
        territories=["COM-23096", "COM-23176", "REG-94", "COM-99999"], verdict="inconclusive",
        simulated=True, grade="niveau 2", formats=("html", "pdf"),
    )  # fmt: skip
    (entry,) = find_entries(tmp_path)
    assert (entry.kind, entry.code, entry.project) == ("project", "antenne-2", "antenne")
    assert (entry.verdict, entry.simulated) == ("inconclusive", True)
    assert entry.places == ("DEP-23", "REG-94")
    assert entry.pages["fr"].name == "L’antenne"
    assert entry.pages["fr"].formats == ("html", "pdf")


def test_a_page_on_no_project_and_no_territory_is_on_the_whole_programme(tmp_path, put_report):
    put_report(tmp_path / "p/fr", subject="Le programme", title="Qu’a trouvé le programme ?")
    (entry,) = find_entries(tmp_path)
    assert (entry.kind, entry.code, entry.places) == ("programme", "", ())
    assert entry.pages["fr"].name == "Le programme"


def test_what_is_unfinished_or_none_of_ours_is_left_out(tmp_path, put_report):
    put_report(tmp_path / "r/DEP/23/fr", territories=["DEP-23"])
    put_report(tmp_path / "r/DEP/19/fr", territories=["DEP-19"])
    (tmp_path / "r/DEP/19/fr/index.html").unlink()
    put_report(tmp_path / "r/DEP/15/elsewhere", territories=["DEP-15"], lang="fr")
    texts = ["{", "[]", "{}", '{"name": "a web app"}', '{"facts": 1, "files": 2, "parameters": 3}']
    for number, text in enumerate(texts):
        folder = tmp_path / f"other{number}"
        folder.mkdir()
        (folder / "manifest.json").write_text(text)
        (folder / "index.html").write_text("theirs")
    assert [entry.address for entry in find_entries(tmp_path)] == ["r/DEP/23"]


def test_the_failed_have_their_error_and_the_files_they_left(tmp_path):
    for name in ("r/DEP/19/fr", "r/DEP/23/fr"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "failure.txt").write_text("stopped at cell 3: no")
    (tmp_path / "r/DEP/23/fr/failed.ipynb").write_text(json.dumps({}))
    assert find_failures(tmp_path) == [
        Failed("r/DEP/19/fr", "stopped at cell 3: no", ("failure.txt",)),
        Failed("r/DEP/23/fr", "stopped at cell 3: no", ("failed.ipynb", "failure.txt")),
    ]


def test_a_territory_is_shown_in_its_departement():
    assert locate(["COM-23096", "DEP-2A", "REG-84", "FR", "COM-0", "moon"]) == {
        "FR": ("France", ""),
        "REG-84": ("Auvergne-Rhône-Alpes", "REG-84"),
        "DEP-2A": ("Corse-du-Sud", "DEP-2A"),
        "COM-23096": ("Guéret", "DEP-23"),
    }
