"""A batch isolates failures, resumes, and leaves no half file; real papermill, real kernels."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import nbformat
import pytest

from toolkit.errors import ReportError, ToolkitError
from toolkit.records.atomic import write_atomically
from toolkit.runs.batch import run_batch
from toolkit.runs.engine import run_notebook
from toolkit.runs.forecast import forecast
from toolkit.runs.manifest import MANIFEST
from toolkit.runs.reports import Report

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
PARAMETERS = 'n: int = 1  # a number\nlang: str = "en"  # a language'


SHOW = "from IPython.display import HTML\nHTML(f'<h1>{n}</h1>')"


def write_notebook(path, *sources):
    """Write a notebook of the parameters n and lang, then one cell a source."""
    new = nbformat.v4
    tags = {"tags": ["parameters"]}
    cells = [new.new_code_cell(PARAMETERS, id="parameters", metadata=tags)]
    cells += [new.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    path.parent.mkdir(exist_ok=True)
    nbformat.write(new.new_notebook(cells=cells, metadata=KERNEL), path)
    return path


@pytest.fixture(autouse=True)
def rendering(monkeypatch):
    """Processes of every engine find the module of this folder that renders."""
    paths = [str(Path(__file__).parent), *sys.path]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))


@pytest.fixture
def notebook(tmp_path):
    """A notebook that shows n, fails at 13, leaves at 5 and kills its own kernel at 9."""
    return write_notebook(
        tmp_path / "small.ipynb",
        "import os, signal\n"
        "if n == 13:\n    raise ValueError(f'{n} is unlucky')\n"
        "if n == 9:\n    os.kill(os.getpid(), signal.SIGKILL)",
        f"import sys\nif n == 5:\n    sys.exit()\n{SHOW}",
        "'the end'",
    )


def report(notebook, n) -> Report:
    return Report(notebook, {"n": n, "lang": "en"}, f"small/{n}/en")


def run(reports, output, *, render="rendering:render", **options):
    return list(run_batch(reports, output=output, render=render, **options))


def status(one, output, **options):
    (result,) = run([one], output, **options)
    return result.status


def test_a_failure_stops_nothing_and_says_why(notebook, tmp_path):
    output = tmp_path / "out"
    wanted = [report(notebook, n) for n in (1, 13, 9, 8, 5, 2)]
    results = {r.report.parameters["n"]: r for r in run(wanted, output)}
    assert {n: r.status for n, r in results.items()} == {
        1: "made", 2: "made", 13: "failed", 9: "failed", 8: "failed", 5: "failed",
    }  # fmt: skip
    assert results[13].failure.message == (
        "The notebook stopped at cell 3, 'import os, signal': ValueError: 13 is unlucky"
    )
    assert "process died: SIGKILL, at cell 3" in results[9].failure.message
    assert results[8].failure.message == "8 cannot be rendered"
    assert "cell 5 never ran (sys.exit()?)" in results[5].failure.message
    assert (output / "small/1/en/index.html").read_text() == "<h1>1</h1>../../../en"
    assert (output / "small/13/en/failure.txt").read_text() == results[13].failure.message
    assert (results[13].failure.error, results[13].failure.cell) == ("ValueError", 3)
    assert results[13].failure.log.parent == output / "small/13/en"
    failed = nbformat.read(output / "small/13/en/failed.ipynb", as_version=4)
    assert "13 is unlucky" in str(failed.cells)
    assert (results[9].attempts, results[13].attempts) == (2, 1)
    assert not (output / "small/13/en/index.html").exists()


def test_what_is_unchanged_is_left_alone_and_what_changed_is_made_again(notebook, tmp_path):
    one = report(notebook, 1)
    page = one.folder(tmp_path) / "index.html"
    assert status(one, tmp_path) == "made"
    kept = json.loads((one.folder(tmp_path) / MANIFEST).read_text())
    assert kept["facts"] == {"title": "Number 1"}
    assert status(one, tmp_path) == "unchanged"
    page.touch()
    assert status(one, tmp_path) == "unchanged"
    assert status(one, tmp_path, force=True) == "made"
    page.write_text("tampered with")
    assert status(one, tmp_path) == "made"
    assert page.read_text() == "<h1>1</h1>../../../en"
    (one.folder(tmp_path) / MANIFEST).unlink()
    assert status(one, tmp_path) == "made"


def test_the_folder_holds_what_was_asked_last(notebook, tmp_path):
    one = report(notebook, 1)
    both = Report(one.notebook, one.parameters, one.address, formats=("html", "pdf"))
    assert [status(both, tmp_path), status(both, tmp_path)] == ["made", "unchanged"]
    files = json.loads((one.folder(tmp_path) / MANIFEST).read_text())["files"]
    assert set(files) == {"index.html", "report.pdf"}
    assert status(one, tmp_path) == "made"
    assert not (one.folder(tmp_path) / "report.pdf").exists()


def test_success_clears_the_traces_of_a_failure_and_of_a_killed_process(notebook, tmp_path):
    one = report(notebook, 1)
    folder = one.folder(tmp_path)
    folder.mkdir(parents=True)
    for name in ("failure.txt", "failed.ipynb", ".index.html-abc"):
        (folder / name).write_text("old")
    killed = tmp_path / ".ledger" / "scratch-killed"
    killed.mkdir(parents=True)
    assert status(one, tmp_path) == "made"
    assert sorted(p.name for p in folder.iterdir()) == ["index.html", "manifest.json"]
    assert [p.name for p in (tmp_path / ".ledger").glob("scratch-*")] == []


def test_a_change_in_what_one_report_read_makes_that_one_alone(tmp_path):
    """Each report reads its own file: the page of a changed one follows, the others stand."""
    for n in (1, 2):
        (tmp_path / f"{n}.csv").write_text(f"people\n{n}00\n")
    source = f"import pandas as pd\nseen = pd.read_csv(f'{tmp_path}/{{n}}.csv').people.sum()"
    path = write_notebook(tmp_path / "reads.ipynb", source, SHOW.replace("{n}", "{seen}"))
    wanted = [report(path, n) for n in (1, 2)]
    results = {r.report.parameters["n"]: r for r in run(wanted, tmp_path)}
    assert [r.status for r in results.values()] == ["made", "made"]
    data = json.loads((wanted[0].folder(tmp_path) / MANIFEST).read_text())["data"]
    digest = hashlib.sha256(b"people\n100\n").hexdigest()
    assert {Path(name).name: value for name, value in data.items()} == {"1.csv": digest}
    (tmp_path / "1.csv").write_text("people\n150\n")
    found = forecast(wanted, output=tmp_path, workers=1)
    assert (found.doubts, found.unchanged) == ({"data": 1}, 1)
    assert found.seconds == pytest.approx(sum(r.seconds for r in results.values()) / 2)
    again = {r.report.parameters["n"]: r.status for r in run(wanted, tmp_path)}
    assert again == {1: "made", 2: "unchanged"}
    assert "150" in (wanted[0].folder(tmp_path) / "index.html").read_text()


def test_no_time_alone_decides(tmp_path):
    """The clock jumps: what was touched and is the same stands, what was altered does not."""
    table = tmp_path / "read.csv"
    table.write_text("people\n100\n")
    source = f"import pandas as pd\nseen = pd.read_csv('{table}').people.sum()"
    one = report(write_notebook(tmp_path / "reads.ipynb", source, SHOW.replace("n}", "seen}")), 1)
    assert status(one, tmp_path) == "made"
    page, ledger = one.folder(tmp_path) / "index.html", tmp_path / ".ledger" / "ledger.sqlite"
    whole, now = page.read_text(), page.stat().st_mtime
    for jump in (-(10**9), 10**9):
        move = partial(os.utime, times=(now + jump, now + jump))
        for file in (page, page.parent / MANIFEST, one.notebook, table, ledger):
            move(file)
        assert status(one, tmp_path) == "unchanged"
        page.write_text(whole.replace("100", "999"))  # of the same size
        move(page)
        assert forecast([one], output=tmp_path).doubts == {"altered": 1}
        page.write_text(whole)
        table.write_text("people\n150\n")
        move(table)
        assert forecast([one], output=tmp_path).doubts == {"data": 1}
        table.write_text("people\n100\n")


def test_a_changed_notebook_makes_its_reports_alone(notebook, tmp_path):
    other = write_notebook(tmp_path / "other.ipynb", "'nothing'", SHOW)
    wanted = [report(notebook, 1), Report(other, {"n": 1}, "other/1/en")]
    assert {r.status for r in run(wanted, tmp_path)} == {"made"}
    changed = write_notebook(tmp_path / "changed" / "other.ipynb", "'more'", SHOW)
    wanted[1] = Report(changed, {"n": 1}, "other/1/en")
    assert forecast(wanted, output=tmp_path).doubts == {"program": 1}
    assert [r.status for r in run(wanted, tmp_path)] == ["unchanged", "made"]  # told at once


def test_two_batches_at_once_make_each_report_once(tmp_path):
    """Both want the same six; a report writes down that it was made."""
    path = write_notebook(
        tmp_path / "slow.ipynb",
        f"import time\ntime.sleep(0.2)\nopen('{tmp_path}/made', 'a').write(f'{{n}}\\n')",
        SHOW,
    )
    wanted = [report(path, n) for n in range(6)]
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda order: run(order, tmp_path / "out"), [wanted, wanted[::-1]]))
    assert sorted((tmp_path / "made").read_text().split()) == list("012345")
    assert all(len(results) == 6 for results in both)
    statuses = Counter(r.status for results in both for r in results)
    assert statuses == {"made": 6, "unchanged": 6}


def test_a_damaged_ledger_is_said_with_the_remedy(notebook, tmp_path):
    (tmp_path / ".ledger").mkdir()
    (tmp_path / ".ledger" / "ledger.sqlite").write_text("not a database, but long enough" * 50)
    with pytest.raises(ToolkitError, match=r"ledger\.sqlite cannot be read .* delete it"):
        run([report(notebook, 1)], tmp_path)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 200 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_stops_the_batch_and_leaves_whole_reports(small_disk, tmp_path):
    path = write_notebook(tmp_path / "large.ipynb", SHOW + "\nHTML('y' * 60_000 + f'{n}')")
    made = run_batch(
        [report(path, n) for n in range(3)],
        output=small_disk,
        render="rendering:render",
        workers=1,
    )
    assert next(made).status == "made"
    with pytest.raises(ToolkitError, match=r"There is no space left: .*free some space"):
        list(made)
    (page,) = (small_disk / "small").rglob("index.html")
    assert page.read_text().endswith("0../../../en")
    assert list((small_disk / "small").rglob(".*")) == []


def test_a_disk_that_became_read_only_is_said_and_is_left_as_it_was(small_disk, notebook):
    """The file system refuses root too; a dry run needs to write nothing."""
    wanted = [report(notebook, n) for n in (1, 2)]
    assert status(wanted[0], small_disk) == "made"
    before = sorted(small_disk.rglob("*"))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(OSError, match="Read-only file system"):
        run(wanted, small_disk)
    found = forecast(wanted, output=small_disk)
    assert (found.doubts, found.unchanged) == ({"new": 1}, 1)
    assert sorted(small_disk.rglob("*")) == before


def test_nothing_is_written_by_a_forecast(notebook, tmp_path):
    found = forecast([report(notebook, 1)], output=tmp_path / "none")
    assert (found.doubts, found.unchanged, found.seconds) == ({"new": 1}, 0, None)
    assert not (tmp_path / "none").exists()


def test_parameters_that_do_not_fit_fail_before_a_kernel_starts(notebook, tmp_path):
    wrong = Report(notebook, {"n": "one"}, "small/one/en")
    (result,) = run([wrong], tmp_path)
    assert result.status == "failed"
    assert "n is 'one'; it must be of type int" in result.failure.message
    assert not (wrong.folder(tmp_path) / "failed.ipynb").exists()


def test_a_report_does_not_see_what_another_left(tmp_path):
    leak = "assert 'trace' not in globals()\ntrace = n"
    path = write_notebook(tmp_path / "leaky.ipynb", leak, SHOW)
    results = run([report(path, n) for n in (1, 2, 3)], tmp_path / "out", workers=1)
    assert {r.status for r in results} == {"made"}


def test_an_interrupted_write_leaves_the_old_file_and_no_trace(tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    path.write_text("old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["page.html"]


def test_a_folder_that_cannot_be_written_is_a_failure_not_a_crash(notebook, tmp_path):
    (tmp_path / "small").write_text("a file where a folder should be")
    (result,) = run([report(notebook, 1)], tmp_path)
    assert (result.status, result.failure.log) == ("failed", None)  # no log could be kept
    assert "Check this path and its permissions" in result.failure.message


def test_an_unforeseen_error_is_that_report_s_alone(notebook, tmp_path):
    (result,) = run([report(notebook, 1)], tmp_path, render="rendering:broken")
    assert (result.status, result.failure.message) == ("failed", "KeyError: 'unforeseen'")


def test_the_error_of_a_notebook_names_its_cell(notebook, tmp_path):
    with pytest.raises(
        ReportError, match=r"stopped at cell 3, 'import os, signal': ValueError: 13 is unlucky"
    ):
        run_notebook(notebook, {"n": 13}, tmp_path / "out.ipynb")


CLIENT = """
import sys
from pathlib import Path
from toolkit.runs.batch import run_batch
from toolkit.runs.reports import Report
notebook, output = map(Path, sys.argv[1:])
reports = [Report(notebook, {"n": n, "lang": "en"}, f"small/{n}/en") for n in range(6)]
for result in run_batch(reports, output=output, render="rendering:render", workers=2):
    print(result.status, flush=True)
"""


def test_a_killed_batch_leaves_whole_reports_and_takes_up_where_it_was(tmp_path):
    """Kill -9 the client in the middle of a batch, then run it again."""
    made = tmp_path / "made"
    path = write_notebook(
        tmp_path / "slow.ipynb",
        f"import time\nif n > 1:\n    time.sleep(0.5)\nopen({str(made)!r}, 'a').write(f'{{n}}\\n')",
        SHOW,
    )
    command = [sys.executable, "-c", CLIENT, str(path), str(tmp_path / "out")]
    first = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert [first.stdout.readline() for _ in range(2)] == ["made\n", "made\n"]
    first.kill()
    first.communicate()
    reports = tmp_path / "out" / "small"
    for page in reports.rglob("index.html"):  # whatever there is is whole
        assert page.read_text() == f"<h1>{page.parts[-3]}</h1>../../../en"
        record = json.loads((page.parent / "manifest.json").read_text(encoding="utf-8"))
        assert record["files"]["index.html"] == hashlib.sha256(page.read_bytes()).hexdigest()
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    statuses = Counter(again.stdout.split())
    assert statuses["unchanged"] >= 2
    assert statuses["unchanged"] + statuses["made"] == 6
    assert len(list(reports.rglob("index.html"))) == 6
    # What was entered was made once; at most the two in hand were made twice.
    assert len(made.read_text().split()) <= 8
    assert list(reports.rglob(".*")) == []
    assert list((tmp_path / "out" / ".ledger").glob("scratch-*/")) == []
