"""The `futurs` command as a person types it, in processes of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

FUTURS = Path(sys.executable).parent / "futurs"


def futurs(*arguments: str, lang: str = "en", **environment: str) -> subprocess.CompletedProcess:
    settings = os.environ | {"FUTURS_LANG": lang, "COLUMNS": "100"} | environment
    command = [str(FUTURS), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=settings, check=False)


@pytest.mark.parametrize(
    "command", [[], ["report"], ["batch"], ["render"], ["territories"], ["territories", "find"]]
)
def test_every_help_has_examples_in_both_languages(command):
    english, french = (futurs(*command, "--help", lang=lang) for lang in ("en", "fr"))
    assert english.returncode == french.returncode == 0
    assert "Example" in english.stdout
    assert "Exemple" in french.stdout
    assert "\n    futurs " in english.stdout


def test_help_imports_nothing_heavy():
    code = (
        "import sys; sys.argv = ['futurs', '--help']\n"
        "from toolkit.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'numpy', 'matplotlib', 'papermill', 'pyarrow'} & set(sys.modules)\n"
        "print('heavy:', sorted(heavy))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.endswith("heavy: []\n")


def test_find_lists_ids_and_names():
    run = futurs("territories", "find", "loire", "--level", "dep")
    assert run.returncode == 0
    assert run.stdout.splitlines()[0].split() == ["DEP-42", "Loire"]


def test_find_names_the_nearest_when_nothing_fits():
    run = futurs("territories", "find", "saint etiene")
    assert run.returncode == 1
    assert "COM-42218  Saint-Étienne" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["report", "2a"], "DEP-2A  Corse-du-Sud"),
        (["report", "Loire"], "DEP-44  Loire-Atlantique"),
        (["batch", "--level", "COM", "--department", "99"], "No territory answers to '99'"),
    ],
)
def test_a_foreseen_error_is_one_message(arguments, message):
    run = futurs(*arguments)
    assert run.returncode == 1
    assert message in run.stderr
    assert "Traceback" not in run.stderr


def test_a_level_without_territories_there_is_said():
    run = futurs("batch", "--level", "REG", "--department", "23")
    assert run.returncode == 2
    assert "No territory of level REG in the département 23" in run.stderr


def test_a_blank_department_is_no_department():
    assert futurs("batch", "--level", "COM", "--department", "").returncode == 1


def test_an_output_that_cannot_be_written_is_one_message(tmp_path):
    (tmp_path / "file").write_text("")
    run = futurs("report", "DEP-23", "--output", str(tmp_path / "file" / "sub"), lang="fr")
    assert run.returncode == 1
    assert "un fichier se trouve à la place d’un dossier. Vérifiez ce chemin" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_batch_that_is_stopped_says_how_to_go_on_and_loses_nothing(tmp_path):
    """Ctrl-C, which a terminal sends to all of them, then a stop by the system; then a look."""
    asked = ("batch", "--level", "DEP", "--lang", "en", "--output", str(tmp_path))
    command = [str(FUTURS), *asked, "--workers", "2"]
    settings = os.environ | {"FUTURS_LANG": "en"}
    pages, made = tmp_path / "territory_report", []
    for stop, signum in ((os.killpg, signal.SIGINT), (os.kill, signal.SIGTERM)):
        run = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env=settings, start_new_session=True
        )
        deadline = time.monotonic() + 120
        while len(list(pages.rglob("index.html"))) <= len(made) and time.monotonic() < deadline:
            time.sleep(0.05)
        stop(run.pid, signum)
        _, stderr = run.communicate(timeout=60)
        assert run.returncode == 130
        assert "reports of 101 are finished. Run the same command again" in stderr
        assert "Traceback" not in stderr
        assert session_of(run.pid) == []
        made = list(pages.rglob("index.html"))
    found = json.loads(futurs(*asked, "--dry-run", "--json").stdout)
    # Of the two in hand the page may be whole and not entered yet: it is made once more.
    assert len(made) - 2 <= found["unchanged"] <= len(made)
    assert (tmp_path / "index.en.html").is_file()


def session_of(leader: int) -> list[int]:
    """Return the processes of a session that are alive."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session = path.read_text().rpartition(")")[2].split()[:4]
        except OSError:  # it has just ended
            continue
        if int(session) == leader and state != "Z":
            found.append(int(path.parent.name))
    return found


def test_a_wrong_option_is_a_usage_error():
    run = futurs("report", "23", "--lang", "de")
    assert run.returncode == 2
    assert "'de' is not one of 'fr', 'en'" in run.stderr


def test_a_report_in_both_languages_has_identical_numbers(tmp_path):
    run = futurs("report", "DEP-23", "--lang", "fr", "--lang", "en", "--output", str(tmp_path))
    assert run.returncode == 0, run.stderr
    assert run.stderr == f"2 reports made: {tmp_path / 'index.en.html'}\n"
    folder = tmp_path / "territory_report/DEP/23"
    manifests = [json.loads((folder / c / "manifest.json").read_text()) for c in ("fr", "en")]
    assert [m["parameters"]["lang"] for m in manifests] == ["fr", "en"]
    french, english = (numbers(folder / c / "index.html") for c in ("fr", "en"))
    assert french == english
    assert {"115529", "-0.56", "255"} <= set(french)
    again = futurs("report", "DEP-23", "--output", str(tmp_path))
    assert again.stderr.startswith("2 already up to date")


def numbers(path: Path) -> list[str]:
    """Return every number in the cells of a page's tables, as plain text."""
    import re

    text = path.read_text(encoding="utf-8")
    cells = re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", text.split("<footer")[0])
    plain = [c.replace("\u202f", "").replace("\u00a0", "").replace("−", "-") for c in cells]
    french = '<html lang="fr">' in text
    plain = [c.replace(",", ".") if french else c.replace(",", "") for c in plain]
    found = [re.fullmatch(r"\+?(-?\d+(?:\.\d+)?)%?(?: \([ep]\))?", c) for c in plain]
    return [match[1] for match in found if match]


def test_the_same_report_made_elsewhere_is_the_same_to_the_byte(tmp_path):
    settings = [
        {"TZ": "UTC"},
        {"TZ": "Pacific/Auckland", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "86400"},
    ]
    for name, environment in zip("ab", settings, strict=True):
        run = futurs(
            "report", "REG-94", "--lang", "en", "--pdf", "--code", "--output", str(tmp_path / name),
            **environment,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
    folders = [tmp_path / n / "territory_report/REG/94/en" for n in "ab"]
    for name in ("index.html", "code.html", "report.pdf", "manifest.json"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


def test_an_executed_notebook_is_rendered_beside_itself_or_elsewhere(tmp_path):
    from toolkit.runs.engine import run_notebook

    notebook = tmp_path / "étude.ipynb"
    source = Path(__file__).parents[1] / "notebooks" / "territory_report.ipynb"
    run_notebook(source, {"territory": "DEP-23", "lang": "fr"}, notebook)
    run = futurs("render", str(notebook), "--to", "html,pdf", "--code")
    assert run.returncode == 0, run.stderr
    names = ["étude.pdf", "étude.code.html", "étude.html"]
    assert run.stdout.splitlines() == [str(tmp_path / name) for name in names]
    page = (tmp_path / "étude.html").read_text(encoding="utf-8")
    assert 'href="étude.pdf"' in page
    assert "Le carnet était déjà exécuté" in page
    assert "<code>DEP-23</code>" in page
    run = futurs("render", str(notebook), "--to", "pdf", "--output", str(tmp_path / "out"))
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["étude.pdf"]
    assert (tmp_path / "out/étude.pdf").read_bytes().startswith(b"%PDF-1.7")


def test_a_notebook_that_was_not_executed_cannot_be_rendered():
    source = Path(__file__).parents[1] / "notebooks" / "territory_report.ipynb"
    run = futurs("render", str(source))
    assert run.returncode == 1
    assert "territory_report.ipynb shows no block, and reports are made of them" in run.stderr
    run = futurs("render", str(source), "--to", "docx")
    assert run.returncode == 2
    assert "'docx' is not a format. Known formats: html, pdf." in run.stderr


def test_a_batch_goes_on_after_a_failure_and_says_so(tmp_path):
    """A file stands where one report's folder should be: that report fails, the others are made."""
    blocked = tmp_path / "territory_report/DEP/23"
    blocked.mkdir(parents=True)
    (blocked / "en").write_text("in the way")
    one = futurs("report", "DEP-23", "--lang", "en", "--lang", "fr", "--output", str(tmp_path))
    assert one.returncode == 1
    assert "1 report made and 1 failed" in one.stderr
    assert "territory_report/DEP/23/en" in one.stderr
    assert (blocked / "fr/index.html").is_file()


UNUSUAL = ("COM-97608", "COM-55039", "COM-85113", "EPCI-200054807", "FR", "COM-14666")


def test_unusual_territories_have_a_report(tmp_path):
    """Mayotte, a village destroyed in 1916, an island in no EPCI, a metropolis, France, a split."""
    asked = [part for territory in UNUSUAL for part in ("--territory", territory)]
    run = futurs("batch", *asked, "--lang", "fr", "--output", str(tmp_path))
    assert run.returncode == 0, run.stderr
    assert run.stderr.startswith("6 reports made: ")


@pytest.mark.parametrize("folder", ["notebooks", "data/reports", "docs", ".", "toolkit/../tests"])
def test_reports_do_not_go_among_the_sources(folder, monkeypatch):
    from click.testing import CliRunner

    from toolkit.cli import main

    root = Path(__file__).parents[1]
    monkeypatch.chdir(root)
    run = CliRunner().invoke(main, ["batch", "--territory", "23", "--output", folder])
    assert run.exit_code == 2
    assert f"{Path(folder)} holds the sources of the toolkit" in run.output
    assert "Give a folder of their own, such as reports." in run.output
    assert not (root / folder / "index.html").exists()
