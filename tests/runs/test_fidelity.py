"""Every engine leaves the same bytes of all that a cell can do; an ordinary kernel judges."""

import nbformat
import pytest

from tests.runs.torture import CELLS, torture_notebook
from toolkit.runs.executors import Job, run_jobs
from toolkit.runs.forked import can_fork

pytestmark = pytest.mark.skipif(not can_fork(), reason="only Linux forks a preloaded process")


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The notebook of all that a cell can do, executed by each engine."""
    made = {}
    for engine in ("forked", "stock"):
        folder = tmp_path_factory.mktemp(engine)
        nbformat.write(torture_notebook(), folder / "torture.ipynb")
        job = Job(folder / "torture.ipynb", {"n": 2}, folder / "out.ipynb")
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("PYTEST_CURRENT_TEST")  # ipykernel leaves descriptors alone under pytest
            (outcome,) = run_jobs([job], engine=engine, workers=1)
        # papermill ends by raising the last error, though its cell was allowed to raise.
        assert outcome.failure.error == "SystemExit", outcome.failure
        made[engine] = nbformat.read(job.output, as_version=4)
    return made


@pytest.mark.parametrize("name", [name.replace(" ", "-") for name in CELLS])
def test_a_cell_leaves_what_it_leaves_in_an_ordinary_kernel(executed, name):
    ours, theirs = (
        next(cell for cell in notebook.cells if cell.id == name) for notebook in executed.values()
    )
    assert ours == theirs


def test_so_does_the_whole_notebook(executed):
    assert executed["forked"].metadata == executed["stock"].metadata
    widgets = executed["forked"].metadata.widgets["application/vnd.jupyter.widget-state+json"]
    assert len(widgets["state"]) == 5
