"""Run many notebooks into reports: in parallel, resumable, and one failure stops nothing.

A report is left as it is while the ledger finds it unchanged, so a batch that was stopped takes up
where it was. Several batches may write into one folder at once: what one has claimed the others
leave to it.
"""

import math
import os
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path

from filelock import FileLock, Timeout

from toolkit.errors import ToolkitError
from toolkit.i18n import interface_language
from toolkit.records.atomic import write_atomically
from toolkit.records.reads import Reads
from toolkit.runs.jobs import Failure, Job, Limits, Outcome
from toolkit.runs.ledger import Ledger, Made
from toolkit.runs.manifest import FAILURE, describe_program, run_key
from toolkit.runs.reports import FAILED_LOG, FAILED_NOTEBOOK, Report

LOCAL = "local"  # instead of the address of a scheduler
RENDER = "toolkit.sharing.render:render_report"
_WRITE = "toolkit.runs.reports:write_report"
_ROOM = 64 * 1024  # bytes without which no notebook can be kept
_PATIENCE = 0.5  # seconds between two looks at what another batch is making


@dataclass(frozen=True)
class Result:
    """What became of a report.

    Attributes
    ----------
    report : Report
    status : {"made", "unchanged", "failed"}
    seconds : float
        Of the last attempt; 0 of a report that is unchanged.
    failure : Failure, optional
        Why it failed; its `log` lies in the report's folder.
    attempts : int
        2 when a first process died, 0 of a report that is unchanged.
    """

    report: Report
    status: str
    seconds: float = 0.0
    failure: Failure | None = None
    attempts: int = 0


def run_batch(
    reports: Iterable[Report],
    *,
    output: str | Path,
    render: str = RENDER,
    workers: int | None = None,
    engine: str = "auto",
    scheduler: str = LOCAL,
    limits: Limits | None = None,
    force: bool = False,
) -> Iterator[Result]:
    """Make reports in parallel and yield what became of each, as they end.

    Parameters
    ----------
    reports : iterable of Report
        As `toolkit.plan_batch` makes them; read as workers become free.
    output : Path
        Folder under which each report has its address.
    render : str
        "package.module:function" that turns an executed notebook into files (`write_report`).
    workers : int, optional
        Reports made at once; as many as there are cores, or the cluster has room for, by default.
    engine : {"auto", "forked", "stock"}
        As `toolkit.runs.executors.run_jobs`.
    scheduler : str
        "local" for this machine, or the address of a Dask scheduler, whose workers see the same
        folders (`toolkit.runs.cluster.run_on_cluster`).
    force : bool
        Make again the reports that are unchanged.

    Raises
    ------
    ToolkitError
        Nothing more can be written into the folder, or the cluster cannot be used: what is made
        is kept.

    Examples
    --------
    See `plan_batch`.
    """
    output = Path(output)
    with Ledger(output) as ledger, _scratch(ledger.folder) as scratch:
        work = _Work(reports, ledger, scratch, render, limits or Limits(), force)
        while True:
            jobs = work.jobs()
            first = next(jobs, None)
            yield from work.unchanged()
            if first is not None:
                with closing(_run(chain([first], jobs), engine, workers, scheduler)) as outcomes:
                    for outcome in outcomes:
                        yield work.end(outcome)
                        yield from work.unchanged()
                yield from work.unchanged()
            if not work.postponed:
                return
            time.sleep(_PATIENCE)


def describe_report(report: Report) -> dict:
    """Return the manifest of a report but for the data: known before it is made."""
    program = describe_program(report.notebook, report.parameters)
    return program | {"languages": list(report.languages), "formats": list(report.formats)}


def cores() -> int:
    """Return how many cores this process may use, a container's limit included."""
    known = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))
    found = len(known(0))
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return min(found, max(1, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError):  # no such file, or no limit: "max"
        return found


class _Work:
    """The reports of a batch on their way: looked at, being made, left to another batch."""

    def __init__(self, reports, ledger, scratch, render, limits, force):
        self.postponed: list[Report] = []
        self._reports = iter(reports)
        self._ledger: Ledger = ledger
        self._scratch: Path = scratch
        self._render, self._limits, self._force = render, limits, force
        self._running: dict[Path, tuple[Report, str]] = {}
        self._unchanged: deque[Report] = deque()
        self._numbers = count()

    def jobs(self) -> Iterator[Job]:
        """Yield a job for each report that is to be made and that no other batch is making."""
        postponed, self.postponed = self.postponed, []
        # What another batch was making is not made once more, even by force.
        anew = self._force and not postponed
        for report in chain(postponed, self._reports):
            program = describe_report(report)
            key = run_key(program)
            if not anew and not self._ledger.doubt(report.address, key):
                self._unchanged.append(report)
            elif not self._ledger.claim(report.address):
                self.postponed.append(report)
            elif not anew and not self._ledger.doubt(report.address, key):  # made just now
                self._ledger.release(report.address)
                self._unchanged.append(report)
            else:
                yield self._job(report, program, key)

    def unchanged(self) -> Iterator[Result]:
        """Yield the reports found unchanged since the last time."""
        while self._unchanged:
            yield Result(self._unchanged.popleft(), "unchanged")

    def end(self, outcome: Outcome) -> Result:
        """Enter what became of a job, and give its report free."""
        report, key = self._running.pop(outcome.job.output)
        try:
            if outcome.ok:
                self._enter(report, key, outcome)
                return Result(report, "made", outcome.seconds, attempts=outcome.attempts)
            if outcome.failure.error == "DiskFull":
                raise ToolkitError(outcome.failure.message)
            if shutil.disk_usage(self._scratch).free < _ROOM:  # whatever it died of
                say = interface_language()
                raise ToolkitError(say("error.disk_full", path=self._ledger.output))
            self._ledger.forget(report.address)
            failure = _keep_failure(report.folder(self._ledger.output), outcome)
            return Result(report, "failed", outcome.seconds, failure, outcome.attempts)
        finally:
            self._ledger.release(report.address)
            for left in self._scratch.glob(f"{outcome.job.output.stem}.*"):
                left.unlink()

    def _job(self, report: Report, program: dict, key: str) -> Job:
        output = self._scratch / f"{next(self._numbers)}.ipynb"
        self._running[output] = (report, key)
        return Job(
            report.notebook.resolve(),
            report.parameters,
            output,
            deadline=self._limits.deadline,
            memory=self._limits.memory,
            then=_WRITE,
            details={
                "program": program,
                "folder": str(report.folder(self._ledger.output).resolve()),
                "root": "../" * len(Path(report.address).parts),
                "render": self._render,
            },
        )

    def _enter(self, report: Report, key: str, outcome: Outcome) -> None:
        left = outcome.result
        self._ledger.record(
            report.address,
            key,
            notebook=report.notebook.name,
            reads=Reads(left["whole"], left["slices"], left["files"]),
            made={name: Made(**file) for name, file in left["made"].items()},
            seconds=outcome.seconds,
            cpu_seconds=outcome.cpu_seconds,
        )


def _run(
    jobs: Iterator[Job], engine: str, workers: int | None, scheduler: str
) -> Iterator[Outcome]:
    """Run jobs; what runs them is loaded here: a batch of what is unchanged is quick."""
    if scheduler == LOCAL:
        from toolkit.runs.executors import run_jobs

        yield from run_jobs(jobs, engine=engine, workers=workers or cores())
    else:
        from toolkit.runs.cluster import run_on_cluster

        yield from run_on_cluster(jobs, scheduler=scheduler, engine=engine, workers=workers)


def _keep_failure(folder: Path, outcome: Outcome) -> Failure:
    """Keep what helps to find the fault in the report's folder; the failure names it."""
    failure, executed = outcome.failure, outcome.job.output
    kept = {FAILED_NOTEBOOK: executed, FAILED_LOG: failure.log}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / FAILURE, failure.message)
        for name, found in kept.items():
            (folder / name).unlink(missing_ok=True)
            if found and found.is_file():
                shutil.copyfile(found, folder / name)
    except OSError:  # the folder is the fault, and the message says so
        return replace(failure, log=None)
    log = next((folder / name for name in reversed(kept) if (folder / name).is_file()), None)
    return replace(failure, log=log)


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """Make a folder for what is being executed, and sweep those of batches that were killed."""
    with FileLock(folder / "scratch.lock"):
        for left in folder.glob("scratch-*/"):
            with suppress(Timeout), FileLock(left / "lock", blocking=False):
                shutil.rmtree(left)
        path = Path(tempfile.mkdtemp(prefix="scratch-", dir=folder)).resolve()
        lock = FileLock(path / "lock")
        lock.acquire()
    try:
        yield path
    finally:
        lock.release()
        shutil.rmtree(path, ignore_errors=True)
