"""Broken inputs: each gives a clear fault where it is, with its remedy, and never a traceback."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from frictionless import Resource, Schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toolkit.errors import DataError
from toolkit.i18n import language
from toolkit.records.faults import write_faults
from toolkit.records.schemas import load_schema, schema_names
from toolkit.records.sources import data_dir
from toolkit.records.validate import validate

EN, FR = language("en"), language("fr")


def swap(old: str, new: str) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        assert old.encode() in content, old
        return content.replace(old.encode(), new.encode(), 1)

    return change


def append(line: str) -> Callable[[bytes], bytes]:
    return lambda content: content + line.encode() + b"\n"


def whole(content: bytes) -> Callable[[bytes], bytes]:
    return lambda _: content


OBS, DEP, IND, RAT = "observations.csv", "deployments.csv", "indicators.csv", "ratings.csv"
# file, what is done to it, the rule broken, its line, its column, the nearest valid value
BROKEN = {
    # bytes and shape
    "empty file": (OBS, whole(b""), "empty", None, "", ""),
    "blanks only": (OBS, whole(b" \n\n"), "empty", None, "", ""),
    "byte-order mark": (OBS, lambda c: b"\xef\xbb\xbf" + c, "bom", 1, "", ""),
    "windows line ends": (OBS, lambda c: c.replace(b"\n", b"\r\n"), "line_ends", 1, "", ""),
    "old mac line ends": (OBS, lambda c: c.replace(b"\n", b"\r"), "line_ends", 1, "", ""),
    "latin-1": (IND, lambda c: c.decode().encode("latin-1"), "encoding", 2, "", ""),
    "windows-1252": (
        RAT,
        lambda c: c.replace(b"enjeu", "coût \u2019".encode("cp1252")),
        "encoding",
        2,
        "",
        "",
    ),
    "utf-16": (OBS, lambda c: c.decode().encode("utf-16"), "encoding", 1, "", ""),
    "null bytes": (OBS, lambda c: c + b"\x00\x00", "binary", None, "", ""),
    "excel": (OBS, whole(b"PK\x03\x04rest of a zip"), "binary", None, "", ""),
    "old excel": (OBS, whole(b"\xd0\xcf\x11\xe0junk"), "binary", None, "", ""),
    "parquet": (OBS, whole(b"PAR1junk"), "binary", None, "", ""),
    "gzip": (OBS, whole(b"\x1f\x8bjunk"), "binary", None, "", ""),
    "random bytes": (OBS, whole(bytes(range(128, 256))), "encoding", 1, "", ""),
    "semicolons": (OBS, lambda c: c.replace(b",", b";"), "delimiter", 1, "", ""),
    "tabs": (OBS, lambda c: c.replace(b",", b"\t"), "delimiter", 1, "", ""),
    "open quote": (RAT, swap("enjeu fort", '"enjeu fort'), "quotes", 2, "", ""),
    "quote in a quote": (RAT, swap("enjeu fort", '"enjeu "fort"'), "quotes", 2, "", ""),
    "blank line": (OBS, append(""), "blank_line", 6, "", ""),
    "line of commas": (OBS, append(",,,,,,"), "blank_line", 6, "", ""),
    "cell too many": (
        OBS,
        append("DEP-03,delai,2015-Q1,1,2,ok,simulation,x"),
        "cell_count",
        6,
        "",
        "",
    ),
    "cell missing": (OBS, append("DEP-03,delai,2015-Q1,1,2,ok"), "cell_count", 6, "", ""),
    "column missing": (OBS, swap(",status,", ",state,"), "missing_column", 1, "status", ""),
    "column unknown": (
        OBS,
        swap(",status,", ",statuts,"),
        "unknown_column",
        1,
        "statuts",
        "status",
    ),
    "column twice": (OBS, swap(",n,", ",value,"), "column_twice", 1, "value", ""),
    "column in capitals": (OBS, swap("value,", "Value,"), "unknown_column", 1, "Value", "value"),
    "header only": (DEP, lambda c: c.splitlines(True)[0], "no_rows", 1, "", ""),
    # cells
    "decimal comma": (OBS, swap("12.5", '"12,5"'), "decimal_comma", 2, "value", "12.5"),
    "thousands": (OBS, swap("12.5", "1 200"), "number", 2, "value", "1200"),
    "words for a number": (OBS, swap("12.5", "douze"), "number", 2, "value", ""),
    "not a number": (OBS, swap("12.5", "NaN"), "number", 2, "value", ""),
    "infinite": (OBS, swap("12.5", "inf"), "number", 2, "value", ""),
    "too big to be finite": (OBS, swap("12.5", "1e999"), "number", 2, "value", ""),
    "typographic minus": (OBS, swap("-0.5", "−0.5"), "number", 5, "value", "-0.5"),
    "fraction for a count": (OBS, swap(",120,", ",120.5,"), "integer", 2, "n", ""),
    "float for a count": (OBS, swap(",120,", ",120.0,"), "integer", 2, "n", "120"),
    "negative count": (OBS, swap(",120,", ",-3,"), "range", 2, "n", ""),
    "french date": (DEP, swap("2015-04-01", "01/04/2015"), "date", 2, "adopted_on", "2015-04-01"),
    "excel date": (DEP, swap("2015-04-01", "42095"), "date", 2, "adopted_on", "2015-04-01"),
    "date and time": (
        DEP,
        swap("2015-04-01", "2015-04-01 00:00:00"),
        "date",
        2,
        "adopted_on",
        "2015-04-01",
    ),
    "impossible date": (DEP, swap("2015-04-01", "2015-02-30"), "date", 2, "adopted_on", ""),
    "date in words": (DEP, swap("2015-04-01", "avril 2015"), "date", 2, "adopted_on", ""),
    "dose over one": (DEP, swap(",1,2015", ",1.5,2015"), "range", 2, "dose", ""),
    "leading space": (OBS, swap(",ok,", ", ok,"), "spaces", 2, "status", "ok"),
    "empty required cell": (OBS, swap(",ok,", ",,"), "required", 2, "status", ""),
    "unknown code": (OBS, swap(",ok,", ",okay,"), "vocabulary", 2, "status", "ok"),
    "code in capitals": (OBS, swap(",ok,", ",OK,"), "vocabulary", 2, "status", "ok"),
    "unknown code in a list": (IND, swap("Q2 P7", "Q2 P8"), "vocabulary", 2, "measures", ""),
    "list with commas": (IND, swap("U1 U3", '"U1,U3"'), "vocabulary", 2, "publics", ""),
    "bad period": (OBS, swap("2015-Q1", "2015Q1"), "pattern", 2, "period", ""),
    "thirteenth month": (OBS, swap("2015-Q1", "2015-13"), "pattern", 2, "period", ""),
    "yes for true": ("costs.csv", swap(",true", ",oui"), "boolean", 2, "home_unit", "true"),
    "capital true": ("costs.csv", swap(",true", ",TRUE"), "boolean", 2, "home_unit", "true"),
    "score off the scale": (RAT, swap(",3,enjeu", ",4,enjeu"), "range", 2, "score", ""),
    "unsafe address": ("artefacts.csv", swap("https", "javascript"), "pattern", 2, "url", ""),
    "an e-mail address": (RAT, swap("enjeu fort", "a.b@c.fr"), "personal_data", 2, "evidence", ""),
    "a phone number": (
        RAT,
        swap("enjeu fort", "01 23 45 67 89"),
        "personal_data",
        2,
        "evidence",
        "",
    ),
    "a name for a pseudonym": (RAT, swap("R01", "Jeanne"), "pattern", 2, "rater", ""),
    "digits of another script": (RAT, swap(",3,enjeu", ",٣,enjeu"), "number", 2, "score", ""),
    "full-width digits": (OBS, swap(",120,", ",１２０,"), "number", 2, "n", ""),
    "an escape sequence": (RAT, swap("enjeu", "\x1b[31m"), "control", 2, "evidence", "[31m fort"),
    "a phone number with no-break spaces": (
        RAT,
        swap("enjeu fort", "06\u00a012\u00a034\u00a056\u00a078"),
        "personal_data",
        2,
        "evidence",
        "",
    ),
    # between rows and tables
    "same observation twice": (
        OBS,
        append("DEP-01,delai,2015-Q1,9,9,ok,simulation"),
        "duplicate",
        6,
        "territory",
        "",
    ),
    "lost leading zero": (
        OBS,
        swap("DEP-01,delai,2015-Q1", "DEP-1,delai,2015-Q1"),
        "unknown_territory",
        2,
        "territory",
        "DEP-01",
    ),
    "bare code": (
        OBS,
        swap("DEP-01,delai,2015-Q1", "1,delai,2015-Q1"),
        "unknown_territory",
        2,
        "territory",
        "DEP-01",
    ),
    "lower-case territory": (
        DEP,
        swap("DEP-2A", "dep-2a"),
        "unknown_territory",
        3,
        "territory",
        "DEP-2A",
    ),
    "former commune": (
        DEP,
        swap("DEP-971", "COM-01340"),
        "former_commune",
        4,
        "territory",
        "COM-01015",
    ),
    "a name for a code": (
        OBS,
        swap("DEP-01,delai,2015-Q1", "Ain,delai,2015-Q1"),
        "unknown_territory",
        2,
        "territory",
        "DEP-01",
    ),
    "no such territory": (DEP, swap("DEP-971", "DEP-99"), "unknown_territory", 4, "territory", ""),
    "unknown indicator": (
        OBS,
        swap("DEP-01,delai", "DEP-01,delais"),
        "unknown_indicator",
        2,
        "indicator",
        "delai",
    ),
    "unknown source": (
        OBS,
        swap("ok,simulation", "ok,simul"),
        "unknown_source",
        2,
        "source",
        "simulation",
    ),
    "secret with a value": (OBS, swap(",,,secret", ",7,,secret"), "secret_value", 4, "value", ""),
    "secret with a count": (OBS, swap(",,,secret", ",,4,secret"), "secret_count", 4, "n", ""),
    "nothing with a value": (OBS, swap(",,,secret", ",7,,nd"), "nd_value", 4, "value", ""),
    "of too few": (OBS, swap(",120,ok", ",10,ok"), "small_cell", 2, "n", ""),
    "no value": (OBS, swap(",12.5,", ",,"), "value_missing", 2, "value", ""),
    "month for a quarter": (OBS, swap("2015-Q1", "2015-03"), "period_frequency", 2, "period", ""),
    "adopted before the project": (
        DEP,
        swap("2015-04-01", "2013-04-01"),
        "before_project",
        2,
        "adopted_on",
        "",
    ),
    "closed before it opened": (
        DEP,
        swap("2015-04-01,,", "2015-04-01,2015-03-01,"),
        "date_order",
        2,
        "ended_on",
        "",
    ),
    "overlapping deployments": (
        DEP,
        append("DEP-01,treated,2016-01-01,,1,,again"),
        "overlap",
        5,
        "territory",
        "",
    ),
    "treated without a date": (DEP, swap("2015-04-01", ""), "treated_undated", 2, "adopted_on", ""),
    "comparison with a date": (
        DEP,
        swap("comparison,,", "comparison,2015-01-01,"),
        "comparison_dated",
        3,
        "adopted_on",
        "",
    ),
    "a circle in the theory": (
        "theory_links.csv",
        append("delai-court,agents,a,b,c,d,held"),
        "circle",
        4,
        "to",
        "",
    ),
    "a step that leads to itself": (
        "theory_links.csv",
        append("agents,agents,a,b,c,d,held"),
        "circle",
        4,
        "to",
        "",
    ),
    "unknown step": (
        "theory_links.csv",
        swap("guichet,delai", "guichets,delai"),
        "unknown_node",
        3,
        "from",
        "guichet",
    ),
    "unknown cycle": ("logbook.csv", swap("J001,1", "J001,7"), "unknown_cycle", 2, "cycle", ""),
    "entry outside its cycle": (
        "logbook.csv",
        swap("2014-04-02", "2019-04-02"),
        "outside_cycle",
        2,
        "date",
        "",
    ),
    "reflection without a decision": (
        "cycles.csv",
        swap("adapt", ""),
        "reflect_decision",
        3,
        "decision",
        "",
    ),
    "plan without a question": (
        "cycles.csv",
        swap("Que tester ?", ""),
        "plan_question",
        2,
        "question_fr",
        "",
    ),
    "two roles for a rater": (
        RAT,
        append("C2,R01,chercheur,1,admission,1,x"),
        "two_roles",
        4,
        "role",
        "",
    ),
    "seminar without its lens": (
        "participation.csv",
        swap("A1,,", "A3,,"),
        "mode_needs",
        2,
        "lens",
        "",
    ),
    "cost without a figure": ("costs.csv", swap("1200.50,4", ","), "cost_empty", 2, "amount", ""),
    "a freedom that ends before it begins": (
        "freedoms.csv",
        swap("2015-05-01", "2013-05-01"),
        "date_order",
        2,
        "ends_on",
        "",
    ),
    # project.toml
    "an e-mail address in the facts": (
        "project.toml",
        swap("Un problème.", "Écrire à a.b@c.fr"),
        "personal_data",
        18,
        "problem.fr",
        "",
    ),
    "quoted key": (
        "project.toml",
        swap('id = "petit', '"id" = "grand'),
        "id_folder",
        1,
        "id",
        "petit-projet",
    ),
    "nested without end": (
        "project.toml",
        swap('id = "petit-projet"', "id = " + "[" * 5000),
        "toml",
        29,
        "",
        "",
    ),
    "broken toml": ("project.toml", swap('id = "', "id = "), "toml", 1, "", ""),
    "key twice": (
        "project.toml",
        swap("mission =", 'mode = "incuber"\nmission ='),
        "toml",
        4,
        "",
        "",
    ),
    "key unknown": (
        "project.toml",
        swap("idea_on", "ideas_on"),
        "key_unknown",
        10,
        "ideas_on",
        "idea_on",
    ),
    "key missing": (
        "project.toml",
        swap('mission = "M1"\n', ""),
        "key_missing",
        None,
        "mission",
        "",
    ),
    "text for a date": (
        "project.toml",
        swap("2014-03-01", '"2014-03-01"'),
        "key_date",
        11,
        "started_on",
        "",
    ),
    "blank title": ("project.toml", swap('"Petit projet"', '""'), "key_blank", 14, "title.fr", ""),
    "unknown mission": ("project.toml", swap('"M1"', '"M3"'), "vocabulary", 2, "mission", ""),
    "unknown facet": (
        "project.toml",
        swap("facets.mission", "facets.misson"),
        "vocabulary",
        25,
        "facets.misson",
        "mission",
    ),
    "facet off the scale": (
        "project.toml",
        swap("score = 2", "score = 9"),
        "range",
        26,
        "facets.mission.score",
        "",
    ),
    "another folder's id": (
        "project.toml",
        swap("petit-projet", "grand-projet"),
        "id_folder",
        1,
        "id",
        "petit-projet",
    ),
    "dates out of order": (
        "project.toml",
        swap("idea_on = 2014-02-01", "idea_on = 2013-02-01"),
        "date_order",
        10,
        "idea_on",
        "",
    ),
    "latin-1 toml": (
        "project.toml",
        lambda c: c.decode().encode("latin-1"),
        "encoding",
        18,
        "",
        "",
    ),
}


def test_the_small_project_has_no_fault(project):
    assert validate(project) == []


def test_the_corpus_is_large_enough():
    assert len(BROKEN) >= 60


@pytest.mark.parametrize("name", BROKEN)
def test_each_broken_input_gives_its_fault(project, name):
    file, change, rule, line, column, nearest = BROKEN[name]
    path = project / file
    path.write_bytes(change(path.read_bytes()))
    faults = validate(project)
    found = [f for f in faults if f.rule == rule and f.file.endswith(file)]
    assert found, [(f.rule, f.line, f.column, f.value) for f in faults]
    assert (found[0].line, found[0].column, found[0].nearest) == (line, column, nearest)
    for lang in (EN, FR):
        assert found[0].message(lang)
        assert found[0].remedy(lang).endswith(nearest)


def test_all_faults_of_all_files_come_at_once(project):
    for file, change in ((OBS, swap("12.5", "x")), (DEP, swap(",1,2015", ",7,2015"))):
        path = project / file
        path.write_bytes(change(path.read_bytes()))
    (project / "ratings.xls").write_bytes(b"PK")
    (project / "project.toml").unlink()
    faults = {(f.file, f.rule) for f in validate(project)}
    assert {
        ("petit-projet/observations.csv", "number"),
        ("petit-projet/deployments.csv", "range"),
        ("petit-projet/ratings.xls", "unknown_file"),
        ("petit-projet/project.toml", "missing_file"),
    } <= faults


def test_an_unknown_or_a_blank_key_hides_no_other_fault(project):
    """What has the right type is held against the rules, between tables too."""
    path = project / "project.toml"
    text = path.read_text(encoding="utf-8")
    text = text.replace(
        "simulated = true", "simulated = false\nsponsor = 'jean.dupont@example.org'"
    )
    text = re.sub(r"(?m)^mode = .*$", 'mode = "prototypr"', text)
    text = re.sub(r"(?m)^started_on = .*$", "started_on = 2016-06-01\nended_on = 2016-01-01", text)
    text = re.sub(r"(?ms)^\[problem\]\nfr = .*?$", '[problem]\nfr = ""', text)
    path.write_text(text, encoding="utf-8")
    found = {(f.file.removeprefix("petit-projet/"), f.rule, f.column) for f in validate(project)}
    assert {
        ("project.toml", "key_unknown", "sponsor"),
        ("project.toml", "personal_data", "sponsor"),
        ("project.toml", "key_blank", "problem.fr"),
        ("project.toml", "vocabulary", "mode"),
        ("project.toml", "date_order", "ended_on"),
        ("deployments.csv", "before_project", "adopted_on"),
        ("observations.csv", "simulated_source", "source"),
    } <= found


def test_a_fault_is_written_with_its_place_its_value_and_its_remedy(project):
    path = project / OBS
    path.write_bytes(swap("12.5", '"12,5"')(path.read_bytes()))
    text = write_faults(validate(project), EN)
    assert text.splitlines() == [
        "petit-projet/observations.csv  (1 fault)",
        "  line 2, value: '12,5' has a decimal comma.",
        "    → Write a point: the file is read in every country. Closest match: 12.5",
    ]
    assert "Valeur la plus proche\u00a0: 12.5" in write_faults(validate(project), FR)


def test_all_that_a_french_spreadsheet_does_is_said_at_once(project):
    path = project / DEP
    text = path.read_text(encoding="utf-8").replace("2015-04-01", "01/04/2015")
    text += "DEP-03,comparison,,,0,,Pas encore équipé\n"
    path.write_bytes(text.replace(",", ";").replace("\n", "\r\n").encode("cp1252"))
    said = write_faults(validate(path), FR).replace("\u00a0", " ")
    assert "vu : « as encore équipé" in said
    assert "les fins de ligne sont celles de Windows" in said
    assert "séparées par « ; » au lieu d’une virgule" in said
    assert "Valeur la plus proche : 2015-04-01" in said


def test_a_line_of_toml_that_cannot_be_read_is_shown_and_a_type_is_said_in_words(project):
    path = project / "project.toml"
    original = path.read_text(encoding="utf-8")
    path.write_text(original.replace("2014-03-01", "01/03/2014"), encoding="utf-8")
    said = write_faults(validate(project), FR).replace("\u00a0", " ")
    assert "ne peut pas être lu ; vu : « started_on = 01/03/2014 »." in said
    assert "une date (AAAA-MM-JJ), un nombre (point décimal), true ou false sans" in said
    path.write_text(original.replace("2014-03-01", '"01/03/2014"'), encoding="utf-8")
    said = write_faults(validate(project), FR).replace("\u00a0", " ")
    path.write_text(original.replace("simulated = true", 'simulated = "oui"'), encoding="utf-8")
    assert "« oui » n’est ni true ni false." in write_faults(validate(project), FR).replace(
        "\u00a0", " "
    )
    assert "« 01/03/2014 » n’est pas une date.\n    → Écrivez-la AAAA-MM-JJ, sans" in said


def test_simulated_data_never_passes_for_real(project):
    path = project / "project.toml"
    path.write_bytes(swap("simulated = true", "simulated = false")(path.read_bytes()))
    faults = validate(project)
    assert {fault.rule for fault in faults} == {"simulated_source"}
    assert len(faults) == 4


def test_a_number_is_never_taken_for_a_phone(project):
    path = project / OBS
    path.write_bytes(swap("12.5", "0.0612345678")(path.read_bytes()))
    assert validate(project) == []


def test_a_running_cycle_has_no_end(project):
    path = project / "cycles.csv"
    path.write_bytes(swap("2014-09-01,2014-09-30", "2014-09-01,")(path.read_bytes()))
    log = project / "logbook.csv"
    log.write_bytes(swap("2014-09-15", "2026-11-23")(log.read_bytes()))
    assert validate(project) == []


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", ".~lock.ratings.csv#", "README.md"])
def test_what_the_system_leaves_is_no_fault(project, name):
    (project / name).write_bytes(b"x")
    assert validate(project) == []


def test_a_link_that_leads_nowhere_is_said(project):
    (project / "costs.csv").unlink()
    (project / "costs.csv").symlink_to("nowhere.csv")
    assert [fault.rule for fault in validate(project)] == ["unreadable"]


def test_a_value_cannot_drive_the_terminal(project):
    path = project / RAT
    path.write_bytes(swap("praticien", "\x1b]0;owned\x07")(path.read_bytes()))
    assert "\x1b" not in write_faults(validate(project), EN)


def test_a_project_can_be_checked_from_inside(project, monkeypatch):
    monkeypatch.chdir(project)
    assert validate(Path()) == []


@pytest.mark.parametrize(
    ("change", "rule", "column"),
    [
        (swap('publisher = "Insee', 'editor = "Insee'), "key_missing", "publisher"),
        (swap('access = "package"', 'access = "parcel"'), "vocabulary", "access"),
        (swap('url = "https', 'url = "file'), "pattern", "url"),
        (swap('sha256 = "4', 'sha256 = "x4'), "pattern", "sha256"),
        (swap('licence = "', "licence = "), "toml", ""),
    ],
)
def test_the_register_of_sources_is_checked(data, change, rule, column):
    path = data / "sources.toml"
    path.write_bytes(change(path.read_bytes()))
    faults = [fault for fault in validate(data) if fault.file == "sources.toml"]
    assert [fault.rule for fault in faults] == [rule]
    assert faults[0].column.endswith(column)


def test_a_recipe_of_simulation_is_checked(project):
    (project / "simulation.toml").write_text('seed = "x"\n', encoding="utf-8")
    faults = [fault for fault in validate(project) if fault.file.endswith("simulation.toml")]
    assert "seed" in {fault.column for fault in faults}


def test_many_faults_of_one_kind_are_counted(project):
    path = project / OBS
    lines = "".join(f"DEP-01,delai,{1500 + i}-Q1,x,100,ok,simulation\n" for i in range(100))
    path.write_bytes(path.read_bytes() + lines.encode())
    faults = validate(project)
    assert len([f for f in faults if f.rule == "number"]) == 20
    assert [f.message(EN) for f in faults if f.rule == "more_alike"] == [
        "80 more faults of the same kind."
    ]


def test_a_huge_file_is_refused_before_it_is_read(project, monkeypatch):
    monkeypatch.setattr("toolkit.records.tables.LARGEST_FILE", 100)
    assert {f.rule for f in validate(project) if f.file.endswith(OBS)} == {"too_large"}


def test_a_file_that_is_a_folder_is_said_to_be_unreadable(project):
    (project / "costs.csv").unlink()
    (project / "costs.csv").mkdir()
    assert [f.rule for f in validate(project)] == ["unreadable"]


def test_one_table_can_be_checked_alone(project):
    path = project / RAT
    path.write_bytes(swap(",3,enjeu", ",4,enjeu")(path.read_bytes()))
    assert [f.rule for f in validate(path)] == ["range"]
    assert validate(project / OBS) == []


def test_what_is_nothing_of_ours_is_refused(tmp_path):
    with pytest.raises(DataError, match="is neither a data folder, nor a project, nor a table"):
        validate(tmp_path)


def test_the_data_of_the_repository_has_no_fault():
    faults = validate()
    assert faults == [], write_faults(faults, EN)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from([OBS, DEP, RAT, "project.toml"]), st.binary(max_size=400), st.booleans())
def test_no_bytes_give_a_traceback(project, file, content, after):
    path = project / file
    original = path.read_bytes()
    path.write_bytes(original + content if after else content)
    try:
        faults = validate(project)
        json.dumps([fault.as_record(EN) for fault in faults])
        assert faults or path.read_bytes().startswith(original[:40])
    finally:
        path.write_bytes(original)


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(CELLS, min_size=7, max_size=7))
def test_no_cells_give_a_traceback(project, cells):
    import csv
    import io

    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    path = project / OBS
    original = path.read_bytes()
    path.write_bytes(original + line.getvalue().encode())
    try:
        assert validate(project)
    finally:
        path.write_bytes(original)


# What the Table Schema standard can express, and frictionless therefore judges too.
STANDARD = {
    "number", "decimal_comma", "integer", "date", "boolean", "pattern", "range", "required",
    "duplicate", "missing_column", "cell_count",
}  # fmt: skip
# The standard has NaN and INF for numbers; we have none, since no indicator is infinite. It also
# takes the digits of every script; a spreadsheet or another program would not.
STRICTER = {
    *("not a number", "infinite", "too big to be finite"),
    *("digits of another script", "full-width digits"),
}
JUDGED = [name for name, case in BROKEN.items() if case[2] in STANDARD and name not in STRICTER]


def frictionless_faults(path: Path) -> int:
    schema = Schema(json.loads((data_dir() / "schemas" / f"{path.stem}.json").read_text("utf-8")))
    resource = Resource(path=path.name, basepath=str(path.parent), schema=schema)
    return len(resource.validate().flatten(["rowNumber", "type"]))


@pytest.mark.parametrize("name", schema_names())
def test_frictionless_reads_every_schema(name):
    schema = Schema(json.loads((data_dir() / "schemas" / f"{name}.json").read_text("utf-8")))
    assert [field.name for field in schema.fields] == load_schema(name).columns


def test_frictionless_finds_no_fault_in_the_small_project(project):
    for path in project.glob("*.csv"):
        assert frictionless_faults(path) == 0, path.name


@pytest.mark.parametrize("name", JUDGED)
def test_frictionless_agrees_on_what_the_standard_expresses(project, name):
    file, change, *_ = BROKEN[name]
    if file.endswith(".csv"):
        path = project / file
        path.write_bytes(change(path.read_bytes()))
        assert frictionless_faults(path) > 0
