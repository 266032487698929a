"""Run jobs, several at once, and say what became of each: one interface, several engines.

"forked" runs each in a child of a preloaded process, "stock" in an ordinary kernel, "auto" in the
first of the two that works here. All leave the same bytes.
"""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import chain, islice

from toolkit.errors import ToolkitError
from toolkit.i18n import interface_language
from toolkit.runs.forked import Preloaded, can_fork, run_forked
from toolkit.runs.jobs import ATTEMPTS, Failure, Job, Outcome

__all__ = ["ENGINES", "Failure", "Job", "Outcome", "run_jobs"]

ENGINES = ("auto", "forked", "stock")


def run_jobs(
    jobs: Iterable[Job],
    *,
    engine: str = "auto",
    workers: int,
    process: Preloaded | None = None,
) -> Iterator[Outcome]:
    """Run jobs and yield what became of each, as they end.

    Parameters
    ----------
    jobs : iterable of Job
        Read only as workers become free: it may be long.
    engine : {"auto", "forked", "stock"}
    workers : int
        Jobs run at once.
    process : Preloaded, optional
        One to use and to leave, where something can fork.

    Yields
    ------
    Outcome
        One a job. A failure is an outcome and stops nothing. A job whose process died is run
        once more.

    Raises
    ------
    ToolkitError
        The engine is "forked" and nothing can fork: not on this system, or not with the threads
        that what a notebook imports starts.
    """
    say = interface_language()
    waiting, left = iter(jobs), []
    if engine != "stock" and can_fork():
        yield from run_forked(waiting, workers=workers, left=left, process=process)
        if left and engine == "forked":
            raise ToolkitError(say("error.threads", notebook=left[0].notebook.name))
    elif engine == "forked":
        raise ToolkitError(say("error.no_fork"))
    yield from _run_stock(chain(left, waiting), workers=workers)


def _run_stock(waiting: Iterator[Job], *, workers: int) -> Iterator[Outcome]:
    pool = ThreadPoolExecutor(max_workers=workers)
    try:
        running = {pool.submit(_run_one, job) for job in islice(waiting, workers)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running |= {pool.submit(_run_one, job) for job in islice(waiting, len(done))}
            for future in done:
                yield future.result()
    finally:
        # Reached on Ctrl-C too: what has not started never will.
        pool.shutdown(wait=True, cancel_futures=True)


def _run_one(job: Job, attempts: int = 1) -> Outcome:
    from toolkit.runs.attempt import attempt  # a second of imports that forked jobs do without

    started = time.perf_counter()
    failure, result = attempt(job)
    if failure and failure.error == "Died" and attempts < ATTEMPTS:
        return _run_one(job, attempts + 1)
    seconds = time.perf_counter() - started
    return Outcome(job, seconds, failure=failure, attempts=attempts, result=result)
