"""A new project validates but for its blanks; a logbook grows line by line, or not at all."""

import subprocess
import sys
from datetime import date

import pytest

from toolkit.errors import DataError
from toolkit.records.portfolio import load_project
from toolkit.records.projects import project_ids
from toolkit.records.scaffold import add_log_entry, new_project
from toolkit.records.validate import validate

ENTRY = {
    "cycle": "1",
    "date": "2014-04-10",
    "kind": "erreur",
    "lang": "fr",
    "text": 'Le guichet, "fermé", a perdu des pièces',
    "lesson": "Tester avec de vraies pièces",
    "confidentiality": "public",
}


def test_a_new_project_has_no_fault_but_its_blanks(data):
    folder = new_project("mon-projet", today=date(2026, 11, 23))
    assert folder == data / "projects" / "mon-projet"
    assert project_ids() == ["mon-projet", "petit-projet"]
    faults = {(f.rule, f.column or f.file.rpartition("/")[2]) for f in validate(folder)}
    assert faults == {
        *{
            ("key_blank", f"{text}.{lang}")
            for text in ("title", "problem", "innovation")
            for lang in ("fr", "en")
        },
        *{("key_blank", key) for key in ("sectors", "publics")},
        *{("no_rows", name) for name in ("deployments.csv", "indicators.csv")},
    }


@pytest.mark.parametrize("wrong", ["Mon projet", "été", "../ailleurs", "", "a--b", "a/b"])
def test_an_id_is_lower_case_words(data, wrong):
    with pytest.raises(DataError, match="is not a project id"):
        new_project(wrong, today=date(2026, 1, 1))


def test_an_existing_project_is_never_written_over(data):
    with pytest.raises(DataError, match="petit-projet exists already"):
        new_project("petit-projet", today=date(2026, 1, 1))


def test_a_logbook_without_its_optional_columns_has_no_fault_and_takes_an_entry(data):
    path = data / "projects/petit-projet/logbook.csv"
    path.write_text(
        "entry,cycle,date,kind,lang,text,lesson,confidentiality\n"
        "J001,1,2014-04-02,decision,en,We go on,,team\n"
    )
    assert add_log_entry("petit-projet", ENTRY) == "J002"
    assert path.read_text("utf-8").endswith("Tester avec de vraies pièces,public\n")
    told = load_project("petit-projet").tables["logbook"]
    assert told.text_translated.isna().all()
    assert len(told) == 2


def test_the_first_entry_keeps_every_column_of_the_header(data):
    path = data / "projects/petit-projet/logbook.csv"
    header = (
        "entry,cycle,date,kind,lang,text,lesson,confidentiality,text_translated,lesson_translated"
    )
    for start in (header + "\n", None):
        path.unlink()
        if start is not None:
            path.write_text(start, encoding="utf-8")
        assert add_log_entry("petit-projet", ENTRY) == "J001"
        assert path.read_text("utf-8").splitlines()[0] == header


def test_an_entry_is_added_whole_and_keeps_the_rest(data):
    path = data / "projects/petit-projet/logbook.csv"
    before = path.read_bytes()
    assert add_log_entry("petit-projet", ENTRY) == "J003"
    assert (
        path.read_bytes()
        == before
        + (
            'J003,1,2014-04-10,erreur,fr,"Le guichet, ""fermé"", a perdu des pièces",'
            "Tester avec de vraies pièces,public,,\n"
        ).encode()
    )
    assert validate(path.parent) == []
    assert add_log_entry("petit-projet", ENTRY) == "J004"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": "Appelez le 06 12 34 56 78"}, "personal data"),
        ({"cycle": "9"}, "cycle 9 is not in cycles.csv"),
        ({"date": "2026-11-23"}, "outside the dates of its cycle"),
        ({"text": ""}, "must be filled"),
        ({"kind": "panne"}, "is not a code of this vocabulary"),
        ({"date": "10/04/2014"}, "Closest match: 2014-04-10"),
    ],
)
def test_a_wrong_entry_leaves_the_logbook_as_it_was(data, change, message):
    folder = data / "projects/petit-projet"
    before = (folder / "logbook.csv").read_bytes()
    with pytest.raises(DataError, match=message):
        add_log_entry("petit-projet", ENTRY | change)
    assert (folder / "logbook.csv").read_bytes() == before
    assert [p.name for p in folder.iterdir() if p.name.startswith(".")] == []


def test_a_logbook_with_faults_is_mended_first(data):
    path = data / "projects/petit-projet/logbook.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    with pytest.raises(DataError, match="byte-order mark"):
        add_log_entry("petit-projet", ENTRY)


def test_entries_written_at_once_are_all_kept(data):
    code = (
        "from toolkit.records.scaffold import add_log_entry\n"
        f"print(add_log_entry('petit-projet', {ENTRY!r}))"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    given = sorted(run.communicate(timeout=60)[0].strip() for run in runs)
    assert given == [f"J{number:03d}" for number in range(3, 9)]
    lines = (data / "projects/petit-projet/logbook.csv").read_text("utf-8").splitlines()
    assert len(lines) == 1 + 2 + 6


def test_an_unknown_project_names_those_there_are(data):
    with pytest.raises(DataError, match=r"no project 'petit'\. There are: petit-projet"):
        add_log_entry("petit", ENTRY)
