"""Each notebook, executed by our engine, shows in an ordinary kernel what it showed: by nbval."""

import subprocess
import sys
from pathlib import Path

import papermill
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_kernel_repeats_every_output_of_the_engine(notebook, tmp_path):
    made = tmp_path / notebook.name
    papermill.execute_notebook(notebook, made, engine_name="futurs", progress_bar=False)
    command = [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", "-rs"]
    run = subprocess.run(
        [*command, "-q", "--nbval", f"--rootdir={tmp_path}", made],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    # The form, which only a person at a notebook sees, is the one cell that is left out.
    assert " passed, 1 skipped" in run.stdout
