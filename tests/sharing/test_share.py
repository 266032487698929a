"""A bundle is made by real runs in a folder of its own, is intact, and comes again in full."""

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from toolkit.cli import main
from toolkit.errors import DataError, ToolkitError
from toolkit.records.folders import data_dir
from toolkit.sharing import rerun
from toolkit.sharing.archive import pack
from toolkit.sharing.reproduce import reproduce
from toolkit.sharing.share import share, write_sums
from toolkit.sharing.stage import Contents, gather, project_of
from toolkit.sharing.verify import check_bundle

CONTENTS = Contents((), ("demande-unique",))
# One page where `futurs share` makes them all: the way is the same.
ONE_PAGE = "project report demande-unique --notebook data_quality --lang en --executed"


@pytest.fixture(scope="module")
def one_page():
    """Make one page where a bundle has several."""
    command = (*ONE_PAGE.split(), "--output", "reports")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rerun, "commands", lambda contents, projects: [command])
        yield


@pytest.fixture(scope="module")
def bundle(one_page, signer, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("share") / "bundle.zip"
    path.write_bytes(share(CONTENTS, key=signer.key).content)
    return path


def test_a_bundle_is_intact_and_comes_again_in_full(bundle):
    checked = check_bundle(bundle)
    assert checked.faults == []
    assert [run.address for run in checked.runs] == ["data_quality/demande-unique/en"]
    found = reproduce(checked)
    assert (found.verdict, found.missing) == ("full", ())
    assert [ran.code for ran in found.ran] == [0]
    assert found.same_files[0] == found.same_files[1] > 4
    assert found.counts()["table"]["identical"] > 1
    assert list(Path(tempfile.gettempdir()).glob("futurs-verify-*")) == []


def test_nothing_of_this_machine_is_in_it(bundle):
    files = check_bundle(bundle).files
    folders = [str(Path.cwd()), str(Path.home()), tempfile.gettempdir() + "/futurs"]
    told = [
        (name, folder)
        for name, content in files.items()
        for folder in folders
        if folder.encode() in content and len(folder) > len("/root")
    ]
    assert told == []
    assert not [name for name in files if ".ledger" in name or "__pycache__" in name]
    logbook = files["data/projects/demande-unique/logbook.csv"].decode()
    assert "team" not in logbook


def test_it_is_checked_from_the_command_line(bundle, signer, tmp_path):
    report = tmp_path / "verification"
    command = ["verify", str(bundle), "--report", str(report)]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    assert "is intact" in done.output
    assert "a signature, which was not checked" in done.output
    done = CliRunner().invoke(main, [*command, "--signers", str(signer.allowed)])
    assert done.exit_code == 0, done.output
    assert "Signed by Labo, by your allowed signers" in done.output
    record = json.loads((report / "verification.json").read_text())
    assert (record["intact"], record["signer"], record["faults"]) == (True, "Labo", [])
    assert 'lang="fr"' in (report / "index.html").read_text()
    assert 'lang="en"' in (report / "index.en.html").read_text()


def test_without_consent_nothing_runs(bundle, monkeypatch):
    monkeypatch.setattr("toolkit.sharing.reproduce.reproduce", lambda *a, **k: pytest.fail("ran"))
    done = CliRunner().invoke(main, ["verify", str(bundle), "--execute"], input="n\n")
    assert done.exit_code == 1
    assert "runs the bundle’s program" in done.output


def test_a_bundle_with_a_fault_is_never_run(bundle, tmp_path, monkeypatch):
    monkeypatch.setattr("toolkit.sharing.reproduce.reproduce", lambda *a, **k: pytest.fail("ran"))
    marker = tmp_path / "marker"
    files = check_bundle(bundle).files
    del files["SHA256SUMS"]
    files["toolkit/__init__.py"] = f"open({str(marker)!r}, 'w')".encode()
    hostile = tmp_path / "hostile.zip"
    hostile.write_bytes(pack(files | {"SHA256SUMS": write_sums(files)}))
    done = CliRunner().invoke(main, ["verify", str(hostile), "--execute", "--yes"])
    assert done.exit_code == 1
    assert "was not made with toolkit/" in done.output
    assert not marker.exists()


@pytest.mark.parametrize("contents", [Contents(("none",), ()), Contents((), ("none",))])
def test_what_there_is_not_is_named(contents, tmp_path):
    with pytest.raises(DataError, match="demande-unique"):
        gather(contents, tmp_path)


def test_a_file_that_would_be_refused_is_refused_before_anything_runs(tmp_path, monkeypatch):
    monkeypatch.setattr("toolkit.sharing.share.rerun", lambda *a: pytest.fail("ran"))
    shutil.copytree(data_dir(), tmp_path / "data")
    monkeypatch.setenv("FUTURS_DATA", str(tmp_path / "data"))
    drawing = tmp_path / "data" / "projects" / "demande-unique" / "drawing.svg"
    drawing.write_text("<svg onload='alert(1)'/>")
    with pytest.raises(ToolkitError, match="cannot leave") as refused:
        share(CONTENTS)
    assert "data/projects/demande-unique/drawing.svg" in str(refused.value)


def test_a_bundle_of_nothing_is_refused():
    done = CliRunner().invoke(main, ["share", "--output", "x.zip"])
    assert done.exit_code == 2
    assert "at least one study" in done.output


def test_a_study_that_there_is_not_is_refused_with_those_that_there_are():
    with pytest.raises(DataError, match="demande-unique, maison-handicap") as refused:
        project_of("demande-uniqu", data_dir())
    assert ".reading" not in str(refused.value)
