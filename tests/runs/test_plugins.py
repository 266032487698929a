"""papermill and Jupyter find the engine and the provisioner by the names of pyproject.toml."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest

from tests.runs.notebooks import write_notebook
from toolkit.runs.forked import can_fork

pytestmark = pytest.mark.skipif(not can_fork(), reason="only Linux forks a preloaded process")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment(tmp_path):
    """An environment in which this source's entry points are installed, whatever is outside."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    lines = []
    for group, entries in groups.items():
        lines += [f"[{group}]", *(f"{name} = {target}" for name, target in entries.items())]
    folder = tmp_path / "installed" / "of_this_source-1.dist-info"
    folder.mkdir(parents=True)
    (folder / "entry_points.txt").write_text("\n".join(lines) + "\n")
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: of-this-source\nVersion: 1\n")
    path = os.pathsep.join([str(folder.parent), str(ROOT)])
    return {**os.environ, "PYTHONPATH": path, "FUTURS_PRELOAD": "json"}


PID = "import os\nprint(n, os.getppid())"


def test_the_engine_of_the_command_line(environment, tmp_path):
    path = write_notebook(tmp_path / "small.ipynb", "print(2 * n)", "1 / 0", "'never'")
    command = [sys.executable, "-m", "papermill", "--engine", "futurs", path, "out.ipynb"]
    run = subprocess.run(
        [*command, "-p", "n", "4", "--no-progress-bar"],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "ZeroDivisionError: division by zero" in run.stderr
    made = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    code = [cell for cell in made.cells if cell.cell_type == "code"]
    assert code[2].outputs[0].text == "8\n"
    assert [cell.metadata.papermill.status for cell in code] == [
        "completed", "completed", "completed", "failed", "pending",
    ]  # fmt: skip


SCRIPT = """
import json, sys, nbformat, papermill
from nbclient import NotebookClient
parents = []
for n in (1, 2):
    made = papermill.execute_notebook(
        "pid.ipynb", f"{n}.ipynb", parameters={"n": n}, **json.loads(sys.argv[1])
    )
    parents.append(made.cells[-1].outputs[0].text.split())
plain = nbformat.read("pid.ipynb", as_version=4)
NotebookClient(plain).execute()
parents.append(plain.cells[-1].outputs[0].text.split())
print(json.dumps(parents))
"""


@pytest.mark.parametrize("way", ["engine", "provisioner"])
def test_one_preloaded_process_serves_a_program_and_ends_with_it(way, environment, tmp_path):
    write_notebook(tmp_path / "pid.ipynb", PID)
    options = {"engine_name": "futurs"} if way == "engine" else {}
    if way == "provisioner":
        environment["JUPYTER_DEFAULT_PROVISIONER_NAME"] = "futurs-fork"
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(options | {"progress_bar": False})],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    first, second, plain = json.loads(run.stdout.splitlines()[-1])
    assert [first[0], second[0], plain[0]] == ["1", "2", "1"]
    assert first[1] == second[1]
    assert (plain[1] == first[1]) == (way == "provisioner")
    assert not Path(f"/proc/{first[1]}").exists()
