"""Jobs are run one way by every engine; real papermill, real processes."""

import os
import sys

import pytest

from tests.runs.notebooks import write_notebook
from toolkit.runs.executors import Job, run_jobs

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
        assert len(asked) <= len(outcomes) + 2  # read as workers become free
    assert {n: o.ok for n, o in outcomes.items()} == {
        1: True, 2: True, 13: False, 8: False, "one": False,
    }  # fmt: skip
    assert (outcomes[2].result["printed"], outcomes[2].result["k"]) == ("4\n", 2)
    failure = outcomes[13].failure
    assert (failure.cell, failure.error) == (3, "AssertionError")
    assert failure.message.endswith("AssertionError: unlucky")
    assert outcomes[8].failure.message == "8 is refused"
    assert outcomes["one"].failure.error == "ParameterError"
