"""`futurs opsi` as a person types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

FUTURS = Path(sys.executable).parent / "futurs"


def futurs(*arguments: str, lang: str = "en") -> subprocess.CompletedProcess:
    settings = os.environ | {"FUTURS_LANG": lang}
    command = [str(FUTURS), "opsi", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=settings, check=False)


def test_a_case_is_written_with_its_sheets_and_its_contribution(tmp_path):
    run = futurs("demande-unique", "--output", str(tmp_path), lang="fr")
    assert run.returncode == 0, run.stderr
    folder = tmp_path / "opsi" / "demande-unique"
    assert run.stdout.splitlines()[-1] == str(folder / "index.html")
    assert sorted(path.name for path in folder.iterdir()) == [
        "case.json", "index.en.html", "index.html",
    ]  # fmt: skip
    record = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    assert record["actions"] == [
        {"date": "2015-09-22", "title": "Case contributions to the OECD observatory"}
    ]
    lacking = [(f["name"], x) for f in record["fields"] for x in f["findings"] if x["blocking"]]
    assert [name for name, _ in lacking] == ["results_impact"]
    # In the language of the form, whoever makes it.
    assert lacking[0][1]["message"].startswith("a required answer is missing")


def test_a_check_writes_nothing_and_leaves_with_one(tmp_path):
    run = futurs("paerpa", "--check", "--output", str(tmp_path / "none"), lang="fr")
    assert run.returncode == 1
    assert "clé lessons_to_share" in run.stdout
    assert "État\u00a0: brouillon" in run.stdout
    assert not (tmp_path / "none").exists()
