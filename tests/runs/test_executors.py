"""Jobs are run one way by every engine; real papermill, real processes."""

import os
import sys
from pathlib import Path

import pytest

from tests.runs.notebooks import write_notebook
from toolkit.errors import ToolkitError
from toolkit.runs.executors import Job, run_jobs
from toolkit.runs.forked import can_fork

ROOT = Path(__file__).parents[2]
ENGINES = ("forked", "stock")


AFTER = """
from toolkit.errors import ToolkitError

def total(notebook, job):
    if job.parameters["n"] == 8:
        raise ToolkitError("8 is refused")
    return {"printed": notebook.cells[-1].outputs[0].text, **job.details}
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_every_job_has_its_outcome_and_a_failure_stops_nothing(engine, tmp_path, monkeypatch):
    (tmp_path / "after.py").write_text(AFTER)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    path = write_notebook(tmp_path / "small.ipynb", "assert n != 13, 'unlucky'", "print(2 * n)")
    asked = []

    def jobs():
        for n in (1, 13, 8, "one", 2):
            asked.append(n)
            output = tmp_path / f"{n}.ipynb"
            yield Job(path, {"n": n}, output, then="after:total", details={"k": n})

    outcomes = {}
    for outcome in run_jobs(jobs(), engine=engine, workers=2):
        outcomes[outcome.job.parameters["n"]] = outcome
        # Read as workers become free; two that end together are both replaced before one is told.
        assert len(asked) <= len(outcomes) + 3
    assert {n: o.ok for n, o in outcomes.items()} == {
        1: True, 2: True, 13: False, 8: False, "one": False,
    }  # fmt: skip
    assert (outcomes[2].result["printed"], outcomes[2].result["k"]) == ("4\n", 2)
    failure = outcomes[13].failure
    assert (failure.cell, failure.error) == (3, "AssertionError")
    assert failure.message.endswith("AssertionError: unlucky")
    assert outcomes[8].failure.message == "8 is refused"
    assert outcomes["one"].failure.error == "ParameterError"


THREADED = """
import threading, time
threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
"""


@pytest.mark.skipif(not can_fork(), reason="only Linux forks a preloaded process")
def test_imports_that_start_threads_are_left_to_ordinary_kernels(tmp_path, monkeypatch):
    (tmp_path / "threaded.py").write_text(THREADED)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    path = write_notebook(tmp_path / "threads.ipynb", "import threaded")
    job = Job(path, {"n": 2}, tmp_path / "out.ipynb")
    with pytest.raises(ToolkitError, match=r"What threads\.ipynb imports starts threads"):
        list(run_jobs([job], engine="forked", workers=1))
    (outcome,) = run_jobs([job], engine="auto", workers=1)
    assert outcome.ok
    assert outcome.cpu_seconds is None  # its kernel was a process of its own


@pytest.mark.skipif(not can_fork(), reason="only Linux forks a preloaded process")
def test_a_report_is_the_same_bytes_by_every_engine_and_number_of_workers(tmp_path):
    notebook = ROOT / "notebooks" / "territory_report.ipynb"
    made = []
    for engine, workers in (("forked", 1), ("forked", 3), ("stock", 1)):
        folder = tmp_path / f"{engine}-{workers}"
        folder.mkdir()
        jobs = [
            Job(notebook, {"territory": code, "lang": "en"}, folder / f"{code}.ipynb")
            for code in (("REG-94", "DEP-976") if engine == "forked" else ("DEP-976",))
        ]
        assert all(outcome.ok for outcome in run_jobs(jobs, engine=engine, workers=workers))
        made.append({job.output.name: job.output.read_bytes() for job in jobs})
    assert made[0] == made[1]
    assert made[0]["DEP-976.ipynb"] == made[2]["DEP-976.ipynb"]
