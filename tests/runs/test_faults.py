"""Whatever a notebook does to its process: it is said, nothing is left, the others go on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.runs.notebooks import write_notebook
from toolkit.runs.executors import Job, run_jobs
from toolkit.runs.forked import Preloaded, can_fork

pytestmark = pytest.mark.skipif(not can_fork(), reason="only Linux forks a preloaded process")

MEGABYTE = 1_000_000
FATES = {
    "segfaults": ("import ctypes", "ctypes.string_at(0)"),
    "never ends": ("while True:\n    pass",),
    "will not be interrupted": (
        "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(99)",
    ),
    "eats memory": ("full = [bytearray(10_000_000) for _ in range(10_000)]",),
    "goes on in two": ("import os\nos.fork()\nprint('here')",),
    "leaves processes": (
        "import subprocess\n"
        "subprocess.Popen(['setsid', 'sleep', '98765'])\n"
        "subprocess.Popen('(sleep 98765 &) ; sleep 98765', shell=True)",
    ),
    "closes descriptors": ("import os\nos.closerange(0, 1000)\nprint('closed')",),
    "prints 200 MB": ("for _ in range(200):\n    print('x' * 1_000_000)",),
    "writes 200 MB": (
        "import subprocess\nsubprocess.run('yes | head -c 200M; sleep 60', shell=True)",
    ),
    "kills its parent": ("import os\nos.kill(os.getppid(), 9)", "import time\ntime.sleep(9)"),
    "leaves": ("import os\nos._exit(0)",),
    "is well": ("print(n)",),
    "is well too": ("print(n)",),
}


@pytest.fixture(scope="module")
def fates(tmp_path_factory):
    """What became of a batch of notebooks most of which go wrong, by name."""
    folder = tmp_path_factory.mktemp("fates")
    jobs = []
    for name, sources in FATES.items():
        path = write_notebook(folder / f"{name}.ipynb", *sources)
        deadline = 2.0 if name in ("never ends", "will not be interrupted") else 60.0
        jobs.append(Job(path, {"n": 3}, folder / "out" / path.name, deadline, 200 * MEGABYTE))
    (folder / "out").mkdir()
    return {o.job.notebook.stem: o for o in run_jobs(jobs, engine="forked", workers=3)}


@pytest.mark.parametrize(
    ("name", "error", "cell", "attempts"),
    [
        ("segfaults", "Died", 4, 2),
        ("never ends", "Deadline", 3, 1),
        ("will not be interrupted", "Deadline", 3, 1),
        ("eats memory", "MemoryError", 3, 1),
        ("closes descriptors", "Died", 3, 2),
        ("prints 200 MB", "OutputLimitError", 3, 1),
        ("writes 200 MB", "OutputLimit", 3, 1),
        ("kills its parent", "Died", None, 2),
        ("leaves", "Died", 3, 2),
    ],
)
def test_what_goes_wrong_is_said_with_its_cell(fates, name, error, cell, attempts):
    outcome = fates[name]
    assert (outcome.failure.error, outcome.failure.cell) == (error, cell)
    # Whoever ran beside the one that ended the preloaded process was run once more, alone.
    assert outcome.attempts in (attempts, attempts + 1)


@pytest.mark.parametrize("name", ["goes on in two", "leaves processes", "is well", "is well too"])
def test_the_others_are_done(fates, name):
    assert fates[name].ok


def test_a_failure_has_its_log(fates):
    assert "string_at" in fates["segfaults"].failure.log.read_text()
    assert "while True" in fates["never ends"].failure.log.read_text()
    assert fates["segfaults"].failure.message == "The notebook's process died: SIGSEGV, at cell 4."


def test_nothing_is_left(fates):
    assert command_lines(b"sleep\x0098765") == []
    folder = fates["is well"].job.output.parent
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_an_ordinary_kernel_is_held_to_its_memory_too(tmp_path):
    path = write_notebook(tmp_path / "eats.ipynb", *FATES["eats memory"])
    job = Job(path, {"n": 3}, tmp_path / "out.ipynb", memory=200 * MEGABYTE)
    (outcome,) = run_jobs([job], engine="stock", workers=1)
    assert (outcome.failure.error, outcome.failure.cell) == ("MemoryError", 3)


def command_lines(text: bytes) -> list[bytes]:
    """Return the command lines of this machine that hold a text."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes())
        except OSError:  # it has just ended
            continue
    return [line for line in found if text in line]


WAIT = (
    "import os, pathlib, time\npathlib.Path(f'{n}.pid').write_text(f'{os.getpid()} {os.getppid()}')"
)


def wait_for(*paths: Path) -> None:
    deadline = time.monotonic() + 60
    while not all(path.exists() and path.read_text() for path in paths):
        assert time.monotonic() < deadline, paths
        time.sleep(0.05)


@pytest.mark.parametrize("victim", ["child", "preloaded process"])
def test_a_kill_from_outside_costs_an_attempt(victim, tmp_path, monkeypatch):
    """The one whose process is killed, or every one beside the preloaded process, runs again."""
    monkeypatch.chdir(tmp_path)
    sleep = "import sys\nwhile not pathlib.Path('go').exists():\n    time.sleep(0.05)"
    path = write_notebook(tmp_path / "waits.ipynb", WAIT, sleep)
    jobs = [Job(path, {"n": n}, tmp_path / f"out-{n}.ipynb") for n in (1, 2)]
    script = (
        "import os, sys, time, pathlib\n"
        "while not all(pathlib.Path(f'{n}.pid').exists() for n in (1, 2)):\n"
        "    time.sleep(0.05)\n"
        "time.sleep(0.2)\n"
        f"pid = pathlib.Path('1.pid').read_text().split()[{int(victim != 'child')}]\n"
        "os.kill(int(pid), 9)\n"
        "pathlib.Path('go').touch()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script]):
        outcomes = {o.job.parameters["n"]: o for o in run_jobs(jobs, engine="forked", workers=2)}
    assert [outcomes[n].ok for n in (1, 2)] == [True, True]
    assert [outcomes[n].attempts for n in (1, 2)] == [2, 1 if victim == "child" else 2]


def test_deadlines_are_held_while_nobody_listens(tmp_path, monkeypatch):
    """What a job returns fills the pipe on which the preloaded process replies."""
    (tmp_path / "says.py").write_text("def much(notebook, job):\n    return 'x' * 300_000\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    short = write_notebook(tmp_path / "short.ipynb", "print(n)")
    endless = write_notebook(
        tmp_path / "endless.ipynb",
        f"import os, pathlib\nhere = pathlib.Path({str(tmp_path)!r}, 'pid')\n"
        "here.write_text(str(os.getpid()))\nwhile True:\n    pass",
    )
    jobs = [
        Job(short, {}, tmp_path / "1.ipynb", then="says:much"),
        Job(endless, {}, tmp_path / "2.ipynb", 2.0),
    ]
    process = Preloaded()
    for number, job in enumerate(jobs):
        process.ask(number=number, job=job.to_json())
    wait_for(tmp_path / "pid")
    wait_for_end(int((tmp_path / "pid").read_text()))
    replies = [process.reply() for _ in range(4)]
    process.close()
    assert [r["number"] for r in replies if "pid" in r] == [0, 1]
    failures = {
        r["number"]: r["failure"] and r["failure"]["error"] for r in replies if "failure" in r
    }
    assert failures == {0: None, 1: "Deadline"}


def wait_for_end(pid: int) -> None:
    deadline = time.monotonic() + 60
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_when_the_client_is_killed_all_of_it_ends(tmp_path):
    path = write_notebook(tmp_path / "waits.ipynb", WAIT, "time.sleep(60)")
    script = (
        "import pathlib\nfrom toolkit.runs.executors import Job, run_jobs\n"
        f"jobs = [Job(pathlib.Path({str(path)!r}), {{'n': n}}, pathlib.Path(f'out-{{n}}.ipynb'))"
        " for n in (1, 2)]\n"
        "list(run_jobs(jobs, engine='forked', workers=2))\n"
    )
    client = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path)
    notes = [tmp_path / "1.pid", tmp_path / "2.pid"]
    wait_for(*notes)
    client.send_signal(signal.SIGKILL)
    client.wait()
    pids = {int(pid) for note in notes for pid in note.read_text().split()}
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not list(tmp_path.glob("out-*.ipynb"))


def test_leaving_a_batch_ends_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = write_notebook(tmp_path / "waits.ipynb", WAIT, "if n > 1:\n    time.sleep(60)")
    jobs = [Job(path, {"n": n}, tmp_path / f"out-{n}.ipynb") for n in (1, 2, 3)]
    running = run_jobs(jobs, engine="forked", workers=2)
    assert next(running).ok
    wait_for(tmp_path / "2.pid")
    running.close()
    assert not Path(f"/proc/{(tmp_path / '2.pid').read_text().split()[0]}").exists()
