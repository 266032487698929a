"""A batch isolates failures, resumes, and leaves no half file; real papermill, real kernels."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from toolkit.errors import ReportError, ToolkitError
from toolkit.runs.batch import Report, is_up_to_date, make_report, run_batch, write_atomically
from toolkit.runs.engine import run_notebook
from toolkit.runs.manifest import MANIFEST, Rendered, describe_run

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
PARAMETERS = 'n: int = 1  # a number\nlang: str = "en"  # a language'


@pytest.fixture
def notebook(tmp_path):
    """A notebook that shows n, fails at 13, leaves at 5 and kills its own kernel at 9."""
    new = nbformat.v4
    cells = [
        new.new_code_cell(PARAMETERS, id="parameters", metadata={"tags": ["parameters"]}),
        new.new_code_cell(
            "import os, signal\n"
            "if n == 13:\n    raise ValueError(f'{n} is unlucky')\n"
            "if n == 9:\n    os.kill(os.getpid(), signal.SIGKILL)",
            id="fate",
        ),
        new.new_code_cell(
            "import sys\nfrom IPython.display import HTML\n"
            "if n == 5:\n    sys.exit()\nHTML(f'<h1>{n}</h1>')",
            id="show",
        ),
        new.new_code_cell("'the end'", id="end"),
    ]
    path = tmp_path / "small.ipynb"
    nbformat.write(new.new_notebook(cells=cells, metadata=KERNEL), path)
    return path


def render(notebook, manifest, root):
    html = notebook.cells[3].outputs[0].data["text/html"]
    if "<h1>8</h1>" in html:
        raise ToolkitError("8 cannot be rendered")
    page = f"{html}{root}{manifest['parameters']['lang']}"
    extra = {"report.pdf": b"%PDF"} if "pdf" in manifest["formats"] else {}
    facts = {"title": f"Number {manifest['parameters']['n']}"}
    return Rendered({"index.html": page.encode(), **extra}, facts)


def report(notebook, n) -> Report:
    return Report(notebook, {"n": n, "lang": "en"}, f"small/{n}/en")


def test_a_failure_stops_nothing_and_says_why(notebook, tmp_path):
    output = tmp_path / "out"
    wanted = [report(notebook, n) for n in (1, 13, 9, 8, 5, 2)]
    outcomes = {
        o.report.parameters["n"]: o for o in run_batch(wanted, output=output, render=render)
    }
    assert {n: o.status for n, o in outcomes.items()} == {
        1: "made", 2: "made", 13: "failed", 9: "failed", 8: "failed", 5: "failed",
    }  # fmt: skip
    assert outcomes[13].error == (
        "The notebook stopped at cell 3, 'import os, signal': ValueError: 13 is unlucky"
    )
    assert "kernel died" in outcomes[9].error
    assert outcomes[8].error == "8 cannot be rendered"
    assert "cell 5 never ran (sys.exit()?)" in outcomes[5].error
    assert (output / "small/1/en/index.html").read_text() == "<h1>1</h1>../../../en"
    assert (output / "small/13/en/failure.txt").read_text() == outcomes[13].error
    failed = nbformat.read(output / "small/13/en/failed.ipynb", as_version=4)
    assert "13 is unlucky" in str(failed.cells)
    assert not (output / "small/13/en/index.html").exists()


def test_what_is_up_to_date_is_left_alone_and_what_changed_is_made_again(notebook, tmp_path):
    one = report(notebook, 1)
    assert make_report(one, output=tmp_path, render=render).status == "made"
    assert make_report(one, output=tmp_path, render=render).status == "unchanged"
    assert make_report(one, output=tmp_path, render=render, force=True).status == "made"
    kept = json.loads((one.folder(tmp_path) / MANIFEST).read_text())
    assert kept["facts"] == {"title": "Number 1"}
    page = one.folder(tmp_path) / "index.html"
    manifest = describe_run(one.notebook, one.parameters)
    manifest |= {"languages": [], "formats": ["html"]}
    assert is_up_to_date(one.folder(tmp_path), manifest)
    page.write_text("tampered with")
    assert not is_up_to_date(one.folder(tmp_path), manifest)
    assert make_report(one, output=tmp_path, render=render).status == "made"
    assert page.read_text() == "<h1>1</h1>../../../en"
    (one.folder(tmp_path) / "manifest.json").write_text("{ not json")
    assert make_report(one, output=tmp_path, render=render).status == "made"


def test_the_manifest_covers_the_pdf_and_the_folder_holds_what_was_asked_last(notebook, tmp_path):
    one = report(notebook, 1)
    both = Report(one.notebook, one.parameters, one.address, formats=("html", "pdf"))
    folder = one.folder(tmp_path)
    assert make_report(both, output=tmp_path, render=render).status == "made"
    files = json.loads((folder / "manifest.json").read_text())["files"]
    assert set(files) == {"index.html", "report.pdf"}
    assert make_report(both, output=tmp_path, render=render).status == "unchanged"
    (folder / "report.pdf").write_bytes(b"tampered with")
    assert make_report(both, output=tmp_path, render=render).status == "made"
    (folder / "report.pdf").unlink()
    assert make_report(both, output=tmp_path, render=render).status == "made"
    assert make_report(one, output=tmp_path, render=render).status == "made"
    assert not (folder / "report.pdf").exists()


def test_success_clears_the_traces_of_a_failure(notebook, tmp_path):
    one = report(notebook, 1)
    folder = one.folder(tmp_path)
    folder.mkdir(parents=True)
    for name in ("failure.txt", "failed.ipynb"):
        (folder / name).write_text("old")
    assert make_report(one, output=tmp_path, render=render).status == "made"
    assert sorted(p.name for p in folder.iterdir()) == ["index.html", "manifest.json"]


def test_parameters_that_do_not_fit_fail_before_a_kernel_starts(notebook, tmp_path):
    wrong = Report(notebook, {"n": "one"}, "small/one/en")
    outcome = make_report(wrong, output=tmp_path, render=render)
    assert outcome.status == "failed"
    assert "n is 'one'; it must be of type int" in outcome.error
    assert not (wrong.folder(tmp_path) / "failed.ipynb").exists()


def test_a_report_does_not_see_what_another_left(tmp_path):
    new = nbformat.v4
    cells = [
        new.new_code_cell(PARAMETERS, id="parameters", metadata={"tags": ["parameters"]}),
        new.new_code_cell("assert 'trace' not in globals()\ntrace = n", id="leak"),
        new.new_code_cell("from IPython.display import HTML\nHTML(f'<h1>{n}</h1>')", id="show"),
    ]
    path = tmp_path / "leaky.ipynb"
    nbformat.write(new.new_notebook(cells=cells, metadata=KERNEL), path)
    wanted = [report(path, n) for n in (1, 2, 3)]
    outcomes = run_batch(wanted, output=tmp_path / "out", render=render, workers=1)
    assert {o.status for o in outcomes} == {"made"}


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
    outcome = make_report(report(notebook, 1), output=tmp_path, render=render)
    assert outcome.status == "failed"
    assert "small" in outcome.error


def test_an_unforeseen_error_is_that_report_s_alone(notebook, tmp_path):
    def broken(notebook, manifest, root):
        raise KeyError("unforeseen")

    outcome = make_report(report(notebook, 1), output=tmp_path, render=broken)
    assert (outcome.status, outcome.error) == ("failed", "KeyError: 'unforeseen'")


def test_the_error_of_a_notebook_names_its_cell(notebook, tmp_path):
    with pytest.raises(
        ReportError, match=r"stopped at cell 3, 'import os, signal': ValueError: 13 is unlucky"
    ):
        run_notebook(notebook, {"n": 13}, tmp_path / "out.ipynb")


def test_a_killed_batch_leaves_whole_reports_and_takes_up_where_it_was(tmp_path):
    """Kill -9 the command in the middle of a real batch, then run it again."""
    futurs = str(Path(sys.executable).parent / "futurs")
    command = [futurs, "batch", "--level", "REG", "--lang", "en", "--output", str(tmp_path)]
    first = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(list(tmp_path.rglob("manifest.json"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    first.send_signal(signal.SIGKILL)
    first.wait()
    pages = list(tmp_path.rglob("index.html"))
    assert pages
    for page in pages:
        assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")
        record = json.loads((page.parent / "manifest.json").read_text(encoding="utf-8"))
        assert record["parameters"]["lang"] == "en"
    second = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"{len(pages)} already up to date" in second.stderr
    assert len(list(tmp_path.rglob("manifest.json"))) == 18
