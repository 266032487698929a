"""Run jobs, several at once, and say what became of each: one interface, several engines.

The engine "stock" runs each notebook in an ordinary kernel; "auto" takes the fastest that works
here. Every engine leaves the same bytes.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from importlib import import_module
from itertools import islice

from toolkit.errors import ReportError, ToolkitError
from toolkit.runs.engine import run_notebook
from toolkit.runs.jobs import Failure, Job, Outcome

__all__ = ["ENGINES", "Failure", "Job", "Outcome", "run_jobs"]

ENGINES = ("auto", "forked", "stock")
_ATTEMPTS = 2


def run_jobs(jobs: Iterable[Job], *, engine: str = "auto", workers: int) -> Iterator[Outcome]:
    """Run jobs and yield what became of each, as they end.

    Parameters
    ----------
    jobs : iterable of Job
        Read only as workers become free: it may be long.
    engine : {"auto", "forked", "stock"}
    workers : int
        Jobs run at once.

    Yields
    ------
    Outcome
        One a job. A failure is an outcome and stops nothing. A job whose process died is run
        once more.
    """
    waiting = iter(jobs)
    pool = ThreadPoolExecutor(max_workers=workers)
    try:
        running = {pool.submit(_run_stock, job) for job in islice(waiting, workers)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(_run_stock, job) for job in islice(waiting, len(done))}
            for future in done:
                yield future.result()
    finally:
        # Reached on Ctrl-C too: what has not started never will.
        pool.shutdown(wait=True, cancel_futures=True)


def finish(job: Job, notebook) -> object:
    """Call what the job names to be done with its executed notebook."""
    if not job.then:
        return None
    module, _, name = job.then.partition(":")
    then: Callable = getattr(import_module(module), name)
    return then(notebook, job)


def _run_stock(job: Job, attempts: int = 1) -> Outcome:
    started = time.perf_counter()
    failure, result = None, None
    try:
        notebook = run_notebook(
            job.notebook,
            job.parameters,
            job.output,
            deadline=job.deadline,
            memory=job.memory,
            reads=job.reads,
        )
        result = finish(job, notebook)
    except Exception as error:  # whatever it is, it is this job's: the others go on
        failure = _failure_of(error)
        if failure.error == "Died" and attempts < _ATTEMPTS:
            return _run_stock(job, attempts + 1)
    seconds = time.perf_counter() - started
    return Outcome(job, seconds, failure=failure, attempts=attempts, result=result)


def _failure_of(error: Exception) -> Failure:
    if isinstance(error, ReportError):
        return Failure(str(error), error.kind, error.cell)
    name = type(error).__name__
    foreseen = isinstance(error, ToolkitError)
    return Failure(str(error) if foreseen else f"{name}: {error}", name)
