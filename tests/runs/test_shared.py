"""Shared cells run once for all who may go on from them, and nobody can tell from a report."""

import signal
import subprocess
import sys
import time
from collections import Counter
from itertools import product
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from tests.runs.notebooks import KERNEL
from toolkit.errors import ParameterError
from toolkit.runs.executors import Job, run_jobs
from toolkit.runs.forked import can_fork
from toolkit.runs.plan import plan_batch
from toolkit.runs.shared import family_of, read_shared

forks = pytest.mark.skipif(not can_fork(), reason="only Linux forks a preloaded process")
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PARAMETERS = 'n: int = 1\nlang: str = "fr"\nlimit: int = 7'


def write(path, *cells, first=()):
    """Write a notebook of cells (source, tags...) after its parameters, and after `first`."""
    new = nbformat.v4
    cells = [*first, (PARAMETERS, "parameters"), *cells]
    made = [
        new.new_code_cell(source, id=f"cell-{i}", metadata={"tags": tags})
        for i, (source, *tags) in enumerate(cells)
    ]
    nbformat.write(new.new_notebook(cells=made, metadata=KERNEL), path)
    return path


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("x = 1", set()),
        ("x = n + limit", {"n", "limit"}),
        ("lang = 'de'", {"lang"}),
        ("x = place.lang, f(lang=1)", set()),
        ("x = f'{lang}'", {"lang"}),
        ("x = [n for n in range(3)]", set()),
        ("x = [y for y in range(n)]", {"n"}),
        ("def f(n):\n    return n", set()),
        ("def f():\n    return n", {"n"}),
        ("def f():\n    global n\n    n = 2", {"n"}),
        ("def f():\n    n = 2\n    def g():\n        return n", set()),
        ("class A:\n    n = n", {"n"}),
        ("lambda: (lang, limit)", {"lang", "limit"}),
        ("import lang", {"lang"}),
        ("try:\n    f()\nexcept E as n:\n    g()", {"n"}),
        ("match x:\n    case [n, *_]:\n        f()", {"n"}),
        ("frame.query('code == @lang')", {"lang"}),
        ("await f(n)", {"n"}),
        ("del n", {"n"}),
    ],
)
def test_what_a_cell_reads_is_known_without_running_it(source, reads, tmp_path):
    path = write(tmp_path / "a.ipynb", (source, "shared"), ("show(lang)",))
    assert read_shared(path).reads == reads


def test_what_stands_before_the_parameters_counts_and_what_follows_does_not(tmp_path):
    first = [("def f():\n    return limit",)]
    skipped = ("lang", "skip-execution")
    path = write(tmp_path / "a.ipynb", skipped, ("x = f()", "shared"), ("lang, n",), first=first)
    assert read_shared(path).reads == {"limit"}
    assert read_shared(path).end == 4
    assert read_shared(write(tmp_path / "b.ipynb", ("x = n",))) is None


@pytest.mark.parametrize(
    ("name", "reads"),
    [
        ("impact_evaluation", {"study"}),
        ("project_characterisation", {"project"}),
        ("implementation", {"project"}),
        ("data_quality", {"project"}),
        ("territory_report", set()),  # all territories share it
    ],
)
def test_our_notebooks_share_what_several_reports_compute(name, reads):
    assert read_shared(NOTEBOOKS / f"{name}.ipynb").reads == reads


def test_a_plan_refuses_what_cannot_be_shared_and_names_every_cell(tmp_path):
    path = write(
        tmp_path / "wrong.ipynb",
        ("x = globals()['lang']", "shared"),
        ("y = 1",),
        ("%time z = 1", "shared"),
        ("from os import *", "shared"),
    )
    with pytest.raises(ParameterError) as caught:
        plan_batch([path], languages=["fr", "de"])
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("lang is 'de'")
    assert lines[1].startswith("The cells tagged shared of the notebook wrong.ipynb cannot be run")
    assert lines[2].startswith("- cell 2, 'x = globals()['lang']': by globals it could read any")
    assert lines[3].startswith("- cell 3, 'y = 1': shared cells follow that of the parameters")
    assert lines[4].startswith("- cell 4, '%time z = 1': it is not Python alone (invalid syntax)")
    assert lines[5].startswith("- cell 5, 'from os import *': by * it could")
    before = [("x = 1", "shared")]
    with pytest.raises(ParameterError, match=r"cell 1, 'x = 1': shared cells follow"):
        read_shared(write(tmp_path / "before.ipynb", first=before))


def test_a_family_gives_what_its_shared_cells_read_the_same_values(tmp_path):
    path = write(tmp_path / "a.ipynb", ("x = n", "shared"))
    out = tmp_path / "out.ipynb"
    families = [
        family_of(Job(path, given, out))
        for given in ({"n": 1}, {"n": 1, "lang": "en"}, {"n": 2, "lang": "en"}, {"lang": "en"}, {})
    ]
    assert families[0] == families[1]
    assert len(set(families)) == 4


COMPUTE = """
import os, random, sys, uuid
import numpy as np
from IPython.display import display

def number():
    return n, random.random(), uuid.uuid4(), np.random.rand()

with open(os.environ["RUNS"], "a") as file:
    file.write(f"{n} {os.getpid()}\\n")
print(number())
print("aside", file=sys.stderr)
handle = display("first", display_id="mine")
kept = open(os.environ["TABLE"]).read()
people = __import__("pandas").read_parquet(os.environ["PARQUET"])  # by threads of pyarrow
"""
REST = [
    ("kept, number()", "shared"),
    ("__import__('pandas').read_parquet(os.environ['PARQUET']).equals(people)",),
    ("print(lang, limit, n, number())\nhandle.update('second')",),
    ("os.write(1, b'raw\\n')\nimport time\ntime.sleep(0.5)\nprint(len(In), Out.keys(), In[3], _)",),
    ("import matplotlib.pyplot as plt\nplt.plot([1, 2]);",),
    ("1 / (limit - 13)",),
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Reports of a notebook whose first cells are shared, as such, and as if they were not."""
    folder = tmp_path_factory.mktemp("shared")
    (folder / "table.csv").write_text("a table")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_CURRENT_TEST")
        patch.setenv("TABLE", str(folder / "table.csv"))
        patch.setenv("PARQUET", str(folder / "table.parquet"))
        pd.DataFrame({"code": ["23"], "people": [1]}).to_parquet(folder / "table.parquet")
        patch.setenv("RUNS", str(folder / "runs"))
        path = write(folder / "small.ipynb", (COMPUTE, "shared"), *REST)
        plain = folder / "plain.ipynb"
        plain.write_text(path.read_text().replace('"shared"', '"common"'))
        outcomes, runs = {}, {}
        for notebook in (path, plain):
            jobs = []
            (folder / notebook.stem).mkdir()
            for n, lang in product((1, 2, 3), ("fr", "en")):
                given = {"n": n, "lang": lang} | ({"limit": 13} if n == 2 else {})
                jobs.append(Job(notebook, given, folder / notebook.stem / f"{n}-{lang}.ipynb"))
            found = run_jobs(jobs, engine="forked", workers=2)
            outcomes[notebook.stem] = {o.job.output.name: o for o in found}
            runs[notebook.stem] = Counter(
                line.split()[0] for line in (folder / "runs").read_text().splitlines()
            )
            (folder / "runs").unlink()
    return outcomes, runs


@forks
def test_the_two_languages_compute_once(shared):
    _, runs = shared
    assert runs == {"small": {"1": 1, "2": 1, "3": 1}, "plain": {"1": 2, "2": 2, "3": 2}}


@forks
def test_nobody_can_tell_from_a_report_that_cells_were_shared(shared):
    outcomes, _ = shared
    assert len(outcomes["small"]) == 6
    for name, ours in outcomes["small"].items():
        theirs = outcomes["plain"][name]
        for suffix in (".ipynb", ".reads"):
            ours_left, theirs_left = (
                o.job.output.with_suffix(suffix).read_text() for o in (ours, theirs)
            )
            assert ours_left == theirs_left.replace('"common"', '"shared"')
        assert "table.csv" in ours.job.reads.read_text()
        message = theirs.failure and theirs.failure.message
        assert (ours.failure and ours.failure.message) == message
        assert (message is not None) == name.startswith("2")


MEGABYTE = 1_000_000
# What shared cells do, and what is then said of each report: its error and cell.
FATES = {
    "raises": ("x = 1 / 0", "ZeroDivisionError", 3),
    "never ends": ("while True: pass", "Deadline", 3),
    "eats memory": ("x = [bytearray(10_000_000) for _ in range(10_000)]", "MemoryError", 3),
    "segfaults": ("import ctypes\nctypes.string_at(0)", "Died", 3),
    "leaves": ("import sys\nsys.exit()", "SystemExit", 4),
    "reads by stealth": ("import sys\nx = sys.modules['__ma' + 'in__'].lang", None, None),
    "starts a thread": (
        "import threading\nevent = threading.Event()\n"
        "thread = threading.Thread(target=event.wait, daemon=True)\nthread.start()",
        None, None,
    ),
    "starts a process": ("import subprocess\np = subprocess.Popen(['sleep', '98765'])", None, None),
    "keeps a file open": ("file = open(__import__('os').devnull)", None, None),
    "leaves a task": (
        "import asyncio\nlater = asyncio.create_task(asyncio.sleep(0.01, 'done'))", None, None,
    ),
    "shows a widget": ("import ipywidgets\nslider = ipywidgets.IntSlider(value=3)", None, None),
    "is well": ("x = await __import__('asyncio').sleep(0.01, 'done')", None, None),
}  # fmt: skip
AFTER = {
    "starts a thread": "assert thread.is_alive()",
    "starts a process": "assert p.poll() is None",
    "keeps a file open": "assert file.read() == ''",
    "leaves a task": "assert await later == 'done'",
    "reads by stealth": "assert x == lang",
}


@pytest.fixture(scope="module")
def fates(tmp_path_factory):
    """What became of reports whose shared cells do what keeps them from being shared, by name."""
    folder = tmp_path_factory.mktemp("fates")
    (folder / "out").mkdir()
    jobs = []
    for name, (source, *_) in FATES.items():
        path = write(folder / f"{name}.ipynb", (source, "shared"), (AFTER.get(name, "lang"),))
        for lang in ("fr", "en"):
            deadline = 2.0 if name == "never ends" else 60.0
            output = folder / "out" / f"{name}-{lang}.ipynb"
            jobs.append(Job(path, {"lang": lang}, output, deadline, 200 * MEGABYTE))
    found = {name: [] for name in FATES}
    for outcome in run_jobs(jobs, engine="forked", workers=3):
        found[outcome.job.notebook.stem].append(outcome)
    return found


@forks
@pytest.mark.parametrize("name", FATES)
def test_what_goes_wrong_in_them_is_said_of_each_report_as_ever(name, fates):
    _, error, cell = FATES[name]
    failures = [outcome.failure for outcome in fates[name]]
    if error is None:
        assert failures == [None, None]
    else:
        assert [(failure.error, failure.cell) for failure in failures] == [(error, cell)] * 2
    attempts = 2 if error == "Died" else 1
    assert [outcome.attempts for outcome in fates[name]] == [attempts] * 2


@forks
def test_nothing_is_left_of_them(fates):
    (output,) = {outcome.job.output.parent for found in fates.values() for outcome in found}
    assert [path.name for path in output.iterdir() if path.name.startswith(".")] == []
    assert subprocess.run(["pgrep", "-f", "^sleep 98765"], check=False).returncode == 1


WAIT = """
import os, pathlib, time
pathlib.Path(f'state-{n}').write_text(str(os.getpid()))
while not pathlib.Path('go').exists(): time.sleep(0.02)
"""
NOTE = "pathlib.Path(f'child-{lang}').write_text(f'{os.getpid()} {os.getppid()}')"


def wait_for(*paths: Path) -> list[int]:
    deadline = time.monotonic() + 60
    while not all(path.exists() and path.read_text() for path in paths):
        assert time.monotonic() < deadline, paths
        time.sleep(0.02)
    return [int(word) for path in paths for word in path.read_text().split()]


def wait_for_the_end_of(pids: list[int]) -> None:
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@forks
@pytest.mark.parametrize("while_", ["members wait", "members run"])
def test_a_state_that_is_killed_costs_its_reports_an_attempt_at_most(while_, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pause = "while lang == 'fr' and not pathlib.Path('on').exists(): time.sleep(0.02)"
    path = write(tmp_path / "waits.ipynb", (WAIT, "shared"), (NOTE,), (pause,))
    jobs = [Job(path, {"lang": lang}, tmp_path / f"{lang}.ipynb") for lang in ("fr", "en")]
    killer = (
        "import os, pathlib, time\n"
        "def wait(name):\n    while not pathlib.Path(name).exists(): time.sleep(0.02)\n"
        "    time.sleep(0.2)\n"
        "wait('state-1')\nstate = int(pathlib.Path('state-1').read_text())\n"
        + ("pathlib.Path('go').touch()\nwait('child-fr')\n" if while_ == "members run" else "")
        + "os.kill(state, 9)\npathlib.Path('go').touch()\npathlib.Path('on').touch()\n"
    )
    with subprocess.Popen([sys.executable, "-c", killer]):
        outcomes = {o.job.parameters["lang"]: o for o in run_jobs(jobs, engine="forked", workers=2)}
    attempts = 1 if while_ == "members wait" else 2
    assert [(outcomes[lang].ok, outcomes[lang].attempts) for lang in ("fr", "en")] == [
        (True, attempts), (True, 1 if while_ == "members wait" else outcomes["en"].attempts),
    ]  # fmt: skip


CLIENT = """
import pathlib, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
from toolkit.runs.executors import Job, run_jobs
jobs = [
    Job(pathlib.Path("waits.ipynb"), {"n": n, "lang": lang}, pathlib.Path(f"out-{n}-{lang}.ipynb"))
    for n in (1, 2) for lang in ("fr", "en")
]
list(run_jobs(jobs, engine="forked", workers=2))
"""


@forks
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_when_the_client_ends_the_states_and_all_who_went_on_from_them_end(number, tmp_path):
    source = WAIT.replace("while not", "while n == 2 and not")
    write(tmp_path / "waits.ipynb", (source, "shared"), (NOTE,), ("time.sleep(60)",))
    command = [sys.executable, "-c", CLIENT]
    client = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)
    notes = [tmp_path / name for name in ("state-1", "state-2", "child-fr")]
    pids = wait_for(*notes)
    client.send_signal(number)
    client.wait()
    wait_for_the_end_of(pids)
    assert not list(tmp_path.glob("out-*.ipynb"))


@forks
def test_states_are_few_and_their_time_is_counted_once(tmp_path, monkeypatch):
    """Each report writes down the state it went on from, and counts those that are left."""
    monkeypatch.chdir(tmp_path)
    source = (
        "import os, time\nstate = os.getpid()\nwhile time.process_time() < 0.4 * (n == 0): pass"
    )
    count = (
        "open('states', 'a').write(f'{state}\\n')\n"
        "seen = {line.strip() for line in open('states')}\n"
        "open('counts', 'a').write(f\"{sum(os.path.exists(f'/proc/{pid}') for pid in seen)}\\n\")"
    )
    path = write(tmp_path / "many.ipynb", (source, "shared"), (count,))
    jobs = [
        Job(path, {"n": n, "lang": lang}, tmp_path / f"{n}{lang}.ipynb")
        for n, lang in product(range(6), ("fr", "en"))
    ]
    outcomes = {o.job.output.name: o for o in run_jobs(jobs, engine="forked", workers=2)}
    assert all(outcome.ok for outcome in outcomes.values())
    assert len(set((tmp_path / "states").read_text().split())) == 6
    assert max(map(int, (tmp_path / "counts").read_text().split())) <= 4
    first, second = outcomes["0fr.ipynb"], outcomes["0en.ipynb"]
    assert first.cpu_seconds > second.cpu_seconds + 0.2
