"""`futurs study` as a person types it."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit.records.sources import data_dir

FUTURS = Path(sys.executable).parent / "futurs"
STUDY = "demande-unique"


@pytest.fixture
def futurs(tmp_path):
    """Run the command on a copy of the data, in which a test may write."""
    copy, real = tmp_path / "data", data_dir()
    copy.mkdir()
    for name in ("schemas", "programme", "territories", "sources.toml", "disclosure.toml"):
        (copy / name).symlink_to(real / name)
    shutil.copytree(real / "projects", copy / "projects")
    (copy / "studies").mkdir()
    shutil.copyfile(real / "studies" / f"{STUDY}.toml", copy / "studies" / f"{STUDY}.toml")

    def run(*arguments: str, lang: str = "en") -> subprocess.CompletedProcess:
        settings = os.environ | {"FUTURS_LANG": lang, "FUTURS_DATA": str(copy)}
        command = [str(FUTURS), "study", *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=settings, check=False)

    run.data = copy
    return run


def test_a_study_from_lock_to_amendment(futurs):
    first = futurs("check", STUDY)
    assert first.returncode == 0
    assert "3 treated territories, 94 comparison territories, 66 periods" in first.stdout
    assert "exploratory" in first.stdout

    locked = futurs("lock", STUDY, "--role", "chercheur")
    assert locked.returncode == 0, locked.stderr
    assert "already known at the lock" in locked.stdout
    assert "Everything is as locked" in futurs("check", STUDY).stdout
    assert "locked on" in futurs("list").stdout

    path = futurs.data / "studies" / f"{STUDY}.toml"
    path.write_text(path.read_text("utf-8").replace("= 2.0", "= 1.0"), encoding="utf-8")
    moved = futurs("check", STUDY)
    assert moved.returncode == 1
    assert "thresholds.meaningful was 2.0, it is now 1.0" in moved.stdout

    blank = futurs("amend", STUDY, "--reason-fr", " ", "--reason-en", "A threshold.", lang="fr")
    assert blank.returncode == 1
    assert blank.stderr.endswith(
        "--reason-fr est vide\u00a0: écrivez la raison, dans chaque langue.\n"
    )
    amended = futurs("amend", STUDY, "--reason-fr", "Un seuil.", "--reason-en", "A threshold.")
    assert amended.returncode == 0, amended.stderr
    kept = futurs.data / "studies" / f"{STUDY}.before-1.toml"
    assert "meaningful = 2.0" in kept.read_text("utf-8")
    assert futurs("lock", STUDY, "--role", "chercheur").returncode == 0


def test_a_new_study_says_what_is_left_to_fill(futurs):
    made = futurs("new", "essai", "--project", STUDY, "--indicator", "non-recours")
    assert made.returncode == 0, made.stderr
    checked = futurs("check", "essai")
    assert checked.returncode == 1
    assert "thresholds.meaningful" in checked.stderr
    assert "question.fr" in checked.stderr
    assert futurs("check", "essai", lang="fr").stderr != checked.stderr


def test_an_unknown_study_is_named(futurs):
    found = futurs("check", "demande-uniq")
    assert found.returncode == 1
    assert "There are: demande-unique" in found.stderr


def tells_everything(page: str, project: Path) -> None:
    """Hold a page to its sections in order, its weight, and to no one being named."""
    titles = re.findall(r"<h2[^>]*>([^<]*)</h2>", page)
    sections = (
        "In brief", "The problem", "The territories", "The intervention",
        "Participation and declared interests", "How the project was meant to work",
        "The question", "Cycles and decisions", "Logbook",
        "The seven qualities and the seven principles", "What was tried to refute it",
        "Level of evidence", "Other evidence", "Did the project have a part in it?",
        "Validity of the action research", "Six judgements (criteria of the OECD DAC)",
        "Adoption, and what it would take elsewhere", "The researchers’ reading",
        "Limits and ethics", "Making the study again",
    )  # fmt: skip
    assert [title for title in titles if title in sections] == list(sections)
    assert len(page.encode()) < 450_000
    said = re.sub(r"data:[^\"')]*", "", page)
    for table, column in (("participation", "pseudonym"), ("ratings", "rater")):
        lines = (project / f"{table}.csv").read_text("utf-8").splitlines()
        for name in {person[column] for person in csv.DictReader(lines)}:
            assert not re.search(rf"\b{name}\b", said), name


def test_a_study_is_run_into_pages_and_data(futurs, tmp_path):
    output = tmp_path / "reports"
    made = futurs("run", STUDY, "--lang", "en", "--output", str(output))
    assert made.returncode == 0, made.stderr
    folder = output / "impact_evaluation" / STUDY
    page = (folder / "en" / "index.html").read_text("utf-8")
    assert "Does the single application shorten the processing time?" in page
    assert "Level of evidence: 3 of 5" in page
    tells_everything(page, futurs.data / "projects" / STUDY)
    record = json.loads((folder / "estimates.json").read_text("utf-8"))
    assert record["verdict"]["verdict"] == "beneficial"
    manifest = json.loads((folder / "en" / "manifest.json").read_text("utf-8"))
    assert f"studies/{STUDY}.toml" in manifest["data"]
    assert f"projects/{STUDY}/observations.csv" in manifest["data"]
    # Nothing to do again; a reading written by hand makes that report anew.
    assert (
        "already up to date" in futurs("run", STUDY, "--lang", "en", "--output", str(output)).stderr
    )
    words = futurs.data / "studies" / f"{STUDY}.en.txt"
    words.write_text("We read it so.\n\nAnd so.", encoding="utf-8")
    assert "made" in futurs("run", STUDY, "--lang", "en", "--output", str(output)).stderr
    assert "We read it so." in (folder / "en" / "index.html").read_text("utf-8")
    same = futurs("compare", str(folder / "estimates.json"), str(folder / "estimates.json"))
    assert same.stdout == "Nothing differs.\n"
