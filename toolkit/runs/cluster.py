"""Run jobs on the workers of a Dask cluster: machines that share a file system.

A job is a task, given to another worker if its own dies. A worker's thread has a preloaded process
of its own, which it starts as any program and asks for children: with its threads, it cannot fork.
"""

import logging
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

from distributed import Client, Future, KilledWorker, Worker, as_completed, get_worker
from distributed.comm import get_address_host_port

from toolkit.errors import ToolkitError
from toolkit.i18n import interface_language
from toolkit.runs.died import failed_by_death
from toolkit.runs.executors import run_jobs
from toolkit.runs.forked import Preloaded, can_fork, shared_process
from toolkit.runs.jobs import Job, Outcome
from toolkit.runs.manifest import describe_environment

_AHEAD = 2  # jobs handed over for each thread of the cluster: the next one lies ready
_PATIENCE = 10  # seconds for a scheduler to answer
_LOOK = 0.5  # seconds between two looks whether a job is still wanted
logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what it tells, we tell


def run_on_cluster(
    jobs: Iterable[Job], *, scheduler: str, engine: str = "auto", workers: int | None = None
) -> Iterator[Outcome]:
    """Run jobs and yield what became of each, as they end.

    Parameters
    ----------
    jobs : iterable of Job
        Read only as workers become free. Workers see their folders under the same paths.
    scheduler : str
        Its address: "tcp://10.0.0.5:8786".
    engine : {"auto", "forked", "stock"}
        As `toolkit.runs.executors.run_jobs`, on each worker.
    workers : int, optional
        Jobs handed over at once; by default two for each thread that the cluster has by then.

    Yields
    ------
    Outcome
        One a job. A failure is an outcome and stops nothing.

    Raises
    ------
    ToolkitError
        No scheduler answers there, or no longer; or a worker has other versions of the packages
        or the toolkit, or does not see the files.
    """
    waiting, running, numbers = iter(jobs), {}, count()
    environment = describe_environment()
    with _connect(scheduler) as client:
        finished = as_completed(loop=client.loop)
        try:
            while True:
                room = workers or _AHEAD * max(1, _threads(client, scheduler))
                for job in islice(waiting, max(0, room - len(running))):
                    key = f"report-{client.id}-{next(numbers)}"
                    future = client.submit(
                        _run_here, _anywhere(job), engine, client.id, environment, key=key
                    )
                    running[future] = job
                    finished.add(future)
                if not running:
                    return
                future = next(finished)
                yield _outcome_of(future, running.pop(future), scheduler)
        finally:
            client.cancel(list(running))


@contextmanager
def _connect(scheduler: str) -> Iterator[Client]:
    try:
        get_address_host_port(scheduler, strict=True)  # a Client that refuses one stays open
        client = Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        say = interface_language()
        raise ToolkitError(say("error.no_scheduler", address=scheduler)) from error
    with client:
        yield client


def _threads(client: Client, scheduler: str) -> int:
    """Return how many jobs the cluster can run at once, by now."""
    try:
        return sum(client.nthreads().values())
    except OSError as error:  # the end of a connection is one, to Dask
        say = interface_language()
        raise ToolkitError(say("error.scheduler_lost", address=scheduler)) from error


def _anywhere(job: Job) -> Job:
    """Return a job that is the same in whatever folder a worker was started."""
    return replace(
        job,
        notebook=job.notebook.absolute(),
        output=job.output.absolute(),
        folder=job.folder or str(Path.cwd()),
    )


def _outcome_of(future: Future, job: Job, scheduler: str) -> Outcome:
    say = interface_language()
    try:
        return replace(future.result(), job=job)
    except KilledWorker as error:
        attempts = error.allowed_failures + 1
        failure = failed_by_death(job, say("error.workers_died", n=attempts))
        return Outcome(job, seconds=0.0, failure=failure, attempts=attempts)
    except CancelledError as error:
        raise ToolkitError(say("error.scheduler_lost", address=scheduler)) from error


def _run_here(job: Job, engine: str, batch: str, environment: dict) -> Outcome:
    """Run a job, on a worker."""
    worker = get_worker()
    _check_worker(worker, job, environment)
    forks = engine != "stock" and can_fork()
    process = shared_process(batch) if forks else None
    with _while_wanted(worker, process):
        (outcome,) = run_jobs([job], engine=engine, workers=1, process=process)
    return outcome


def _check_worker(worker: Worker, job: Job, environment: dict) -> None:
    """Raise `ToolkitError` if a report would not be here what its manifest says."""
    say = interface_language()
    own = describe_environment()
    if own != environment:
        different = [name for name in own if own[name] != environment[name]]
        message = say("error.other_versions", worker=worker.address, names=", ".join(different))
        raise ToolkitError(message)
    for path in (job.notebook, job.output.parent):
        if not path.exists():
            raise ToolkitError(say("error.not_shared", worker=worker.address, path=path))


@contextmanager
def _while_wanted(worker: Worker, process: Preloaded | None) -> Iterator[None]:
    """End a process, and the job it runs, once the client has left or cancelled that job."""
    key, over = worker.get_current_task(), threading.Event()

    def look() -> None:
        while process and not over.wait(_LOOK):
            task = worker.state.tasks.get(key)
            if task is None or task.state != "executing":
                process.abandon()
                return

    threading.Thread(target=look, daemon=True).start()
    try:
        yield
    finally:
        over.set()
