"""The workers of a Dask cluster make what this machine makes; real workers, on another address."""

import os
import signal
import sys
from pathlib import Path

import dask
import pytest
from distributed import Client, LocalCluster

from tests.runs.notebooks import write_notebook
from tests.runs.test_faults import WAIT, wait_for, wait_for_end
from toolkit.errors import ToolkitError
from toolkit.runs import cluster
from toolkit.runs.batch import run_batch
from toolkit.runs.cluster import run_on_cluster
from toolkit.runs.forked import can_fork
from toolkit.runs.jobs import Job
from toolkit.runs.plan import plan_batch
from toolkit.runs.reports import Report

pytestmark = pytest.mark.skipif(not can_fork(), reason="only Linux forks a preloaded process")
ROOT = Path(__file__).parents[2]
SHOW = "from IPython.display import HTML\nHTML(f'<h1>{n}</h1>')"
UNTIL_GO = "while not pathlib.Path('go').exists():\n    time.sleep(0.05)"


@pytest.fixture(scope="module")
def scheduler():
    """The address of a scheduler with two workers of one thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), *sys.path]))
        patch.setenv("FUTURS_LANG", "en")
        dask.config.set({"distributed.scheduler.allowed-failures": 1})
        with LocalCluster(
            host="127.0.0.2", n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as two:
            yield two.scheduler_address


def files(folder: Path) -> dict[str, bytes]:
    """Return the reports in a folder: the content of every file, by name."""
    found = (path for path in folder.rglob("*") if path.is_file())
    own = (path.relative_to(folder) for path in found)
    return {str(path): (folder / path).read_bytes() for path in own if path.parts[0] != ".ledger"}


def test_a_batch_leaves_the_same_bytes_as_here_and_one_failure_is_one(scheduler, tmp_path):
    wanted = plan_batch(
        [ROOT / "notebooks" / "territory_report.ipynb"], territories=["DEP-976"], languages=["en"]
    )
    broken = write_notebook(tmp_path / "broken.ipynb", "assert n != 1, 'unlucky'")
    wanted.append(Report(broken, {"n": 1}, "broken/1"))
    seen = {}
    for where in ("local", scheduler):
        output = tmp_path / where.partition(":")[0]
        results = list(run_batch(wanted, output=output, scheduler=where, workers=2))
        failures = {r.report.address: r.failure.message for r in results if r.failure}
        assert failures == {
            "broken/1": "The notebook stopped at cell 3, 'assert n != 1, 'unlucky'': "
            "AssertionError: unlucky"
        }
        again = run_batch(wanted[:1], output=output, scheduler=where)
        assert [r.status for r in again] == ["unchanged"]
        seen[where] = files(output)
    assert f"{wanted[0].address}/index.html" in seen["local"]
    assert seen[scheduler] == seen["local"]


def test_jobs_are_read_as_workers_become_free(scheduler, tmp_path):
    path = write_notebook(tmp_path / "small.ipynb", "print(n)")
    asked = []

    def jobs():
        for n in range(8):
            asked.append(n)
            yield Job(path, {"n": n}, tmp_path / f"{n}.ipynb")

    outcomes = []
    for outcome in run_on_cluster(jobs(), scheduler=scheduler):
        outcomes.append(outcome)
        assert len(asked) <= len(outcomes) + 4  # two for each of two threads
    assert sorted(o.job.parameters["n"] for o in outcomes) == list(range(8))
    assert all(o.ok and o.cpu_seconds > 0 for o in outcomes)


def test_when_a_worker_is_killed_its_jobs_go_to_another(scheduler, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = write_notebook(tmp_path / "waits.ipynb", WAIT, "if n:\n    " + indent(UNTIL_GO))
    jobs = [Job(path, {"n": n}, tmp_path / f"out-{n}.ipynb") for n in (0, 1, 2, 3)]
    running = run_on_cluster(jobs, scheduler=scheduler)
    first = next(running)
    with Client(scheduler, set_as_default=False) as client:
        pids = client.run(os.getpid)
    wait_for(tmp_path / "1.pid")
    child = int((tmp_path / "1.pid").read_text().split()[0])
    os.kill(worker_of(child, pids.values()), signal.SIGKILL)
    wait_for_end(child)
    (tmp_path / "go").touch()
    outcomes = [first, *running]
    assert sorted(o.job.parameters["n"] for o in outcomes) == [0, 1, 2, 3]
    assert all(o.ok and o.job.output.exists() for o in outcomes)
    assert list(tmp_path.glob(".part-*")) == []


def test_leaving_a_batch_ends_what_runs(scheduler, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    until = "while not pathlib.Path('go' if n > 1 else '2.pid').exists():\n    time.sleep(0.05)"
    path = write_notebook(tmp_path / "waits.ipynb", WAIT, until)
    jobs = [Job(path, {"n": n}, tmp_path / f"out-{n}.ipynb") for n in (1, 2, 3)]
    running = run_on_cluster(jobs, scheduler=scheduler)
    assert next(running).ok
    running.close()
    wait_for_end(int((tmp_path / "2.pid").read_text().split()[0]))
    assert not (tmp_path / "out-2.ipynb").exists()


def test_what_a_cluster_lacks_is_said(scheduler, tmp_path, monkeypatch):
    path = write_notebook(tmp_path / "small.ipynb", "print(n)")
    job = Job(path, {"n": 1}, tmp_path / "nowhere" / "1.ipynb")
    with pytest.raises(ToolkitError, match=r"tcp://127\.0\.0\.2:\d+ does not see .*/nowhere\. "):
        list(run_on_cluster([job], scheduler=scheduler))
    with pytest.raises(ToolkitError, match="No Dask scheduler answers at nothing"):
        list(run_on_cluster([job], scheduler="nothing"))
    others = cluster.describe_environment() | {"python": "3.8.1"}
    monkeypatch.setattr(cluster, "describe_environment", lambda: others)
    with pytest.raises(ToolkitError, match=r"has not the versions of this program \(python\)"):
        list(run_on_cluster([job], scheduler=scheduler))


def test_a_scheduler_that_has_ended_is_said():
    waits = dask.config.set({"distributed.comm.timeouts.connect": "1s"})
    with waits, LocalCluster(host="127.0.0.3", n_workers=0, dashboard_address=None) as ended:
        address = ended.scheduler_address
        with Client(address, set_as_default=False) as client:
            ended.close()
            with pytest.raises(ToolkitError, match=r"The scheduler tcp:.* no longer answers"):
                cluster._threads(client, address)


def test_a_report_that_kills_its_workers_is_one_failure(scheduler, tmp_path):
    kill = (
        "import os, pathlib\n"
        "parent = pathlib.Path(f'/proc/{os.getppid()}/stat').read_text().rpartition(')')[2]\n"
        "if n == 2:\n    os.kill(int(parent.split()[1]), 9)\n    os.wait()\n"
        "print(n)"
    )
    path = write_notebook(tmp_path / "kills.ipynb", kill, SHOW)
    wanted = [Report(path, {"n": n}, f"kills/{n}") for n in (1, 2, 3)]
    results = {
        r.report.parameters["n"]: r
        for r in run_batch(
            wanted, output=tmp_path / "out", render="rendering:render", scheduler=scheduler
        )
    }
    assert {n: r.status for n, r in results.items()} == {1: "made", 2: "failed", 3: "made"}
    failure = results[2].failure.message
    assert failure == (
        "The notebook's process died: with 2 workers of the cluster, one after the other."
    )
    assert (wanted[1].folder(tmp_path / "out") / "failure.txt").read_text() == failure


def indent(source: str) -> str:
    return source.replace("\n", "\n    ")


def worker_of(pid: int, workers) -> int:
    """Return which of some processes a process descends from."""
    while pid not in workers:
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return pid
