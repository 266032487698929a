"""`futurs validate`, `new` and `log` as a person types them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit.cli.projects import CONFIDENTIALITIES, KINDS
from toolkit.records.sources import data_dir
from toolkit.records.vocabulary import vocabulary_codes

FUTURS = Path(sys.executable).parent / "futurs"


@pytest.fixture
def futurs(tmp_path):
    """Run the command on a copy of the data, in which a test may write."""
    copy = tmp_path / "data"
    copy.mkdir()
    real = data_dir()
    for name in ("schemas", "programme", "territories", "sources.toml", "disclosure.toml"):
        (copy / name).symlink_to(real / name)
    shutil.copytree(real / "projects", copy / "projects")

    def run(*arguments: str, lang: str = "en") -> subprocess.CompletedProcess:
        settings = os.environ | {"FUTURS_LANG": lang, "FUTURS_DATA": str(copy)}
        command = [str(FUTURS), *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=settings, check=False)

    run.data = copy
    return run


def test_the_choices_of_log_are_the_vocabulary_s():
    assert tuple(vocabulary_codes("entry_kind")) == KINDS
    assert tuple(vocabulary_codes("confidentiality")) == CONFIDENTIALITIES


def test_the_data_has_no_fault(futurs):
    run = futurs("validate")
    assert (run.returncode, run.stdout) == (0, f"No fault: {futurs.data}.\n")


def test_faults_are_listed_in_either_language_and_as_json(futurs):
    path = futurs.data / "projects/demande-unique/ratings.csv"
    path.write_bytes(path.read_bytes().replace(b",admission,3,", b",admission,5,", 1))
    english, french = futurs("validate"), futurs("validate", "--lang", "fr")
    assert english.returncode == french.returncode == 1
    assert "line 2, score: '5' is off the scale." in english.stdout
    assert "→ The value goes from 0 to 3." in english.stdout
    assert "ligne 2, score\u00a0: «\u00a05\u00a0» est hors de l’échelle." in french.stdout
    assert english.stderr == "1 fault in all.\n"
    records = json.loads(futurs("validate", str(path), "--format", "json").stdout)
    assert len(records) == 1
    assert {k: records[0][k] for k in ("line", "column", "value", "rule")} == {
        "line": 2, "column": "score", "value": "5", "rule": "range",
    }  # fmt: skip


def test_a_new_project_is_created_and_says_what_to_fill(futurs):
    run = futurs("new", "project", "mon-projet")
    assert run.returncode == 0
    assert (futurs.data / "projects/mon-projet/ratings.csv").is_file()
    check = futurs("validate", str(futurs.data / "projects/mon-projet"))
    assert check.returncode == 1
    assert "title.fr: the key is blank." in check.stdout
    assert futurs("new", "project", "mon-projet").returncode == 1


def test_a_failure_is_logged_in_one_line(futurs):
    run = futurs(
        "log", "demande-unique", "Le formulaire perd les pièces.", "--cycle", "2",
        "--kind", "erreur", "--lesson", "Tester avec de vraies pièces.", "--date", "2015-03-02",
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert "added to the logbook of demande-unique" in run.stdout
    last = (futurs.data / "projects/demande-unique/logbook.csv").read_text("utf-8").splitlines()[-1]
    assert last.endswith("2,2015-03-02,erreur,fr,Le formulaire perd les pièces.,"
                         "Tester avec de vraies pièces.,team,,")  # fmt: skip


def test_personal_data_is_refused(futurs):
    run = futurs(
        "log", "demande-unique", "Écrire à a.b@exemple.fr", "--cycle", "1", "--date", "2014-04-10"
    )
    assert run.returncode == 1
    assert "holds personal data" in run.stderr


def test_the_simulated_observations_come_out_the_same(futurs):
    path = futurs.data / "projects/demande-unique/observations.csv"
    before = path.read_bytes()
    path.write_bytes(b"")
    run = futurs("data", "simulate", "demande-unique")
    assert run.returncode == 0, run.stderr
    assert path.read_bytes() == before


def test_a_project_without_a_recipe_is_not_simulated(futurs):
    run = futurs("data", "simulate", "paerpa")
    assert run.returncode == 2
    assert "No recipe of simulation for: paerpa" in run.stderr
