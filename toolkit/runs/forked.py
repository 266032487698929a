"""Run jobs in children of a preloaded process: each begins with all imports done, and alone."""

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from toolkit.i18n import interface_language
from toolkit.runs.determinism import ENVIRONMENT
from toolkit.runs.died import failed_by_death
from toolkit.runs.jobs import ATTEMPTS, Failure, Job, Outcome
from toolkit.runs.shared import family_of

_AHEAD = 2  # jobs that may be set aside for each worker, while their shared cells are executed


def can_fork() -> bool:
    """Tell whether this system has what a preloaded process needs: Linux, for some years."""
    return hasattr(os, "pidfd_open") and Path(f"/proc/self/task/{os.getpid()}/children").exists()


class AbandonedError(Exception):
    """Nobody wants what was asked of a preloaded process any more."""


class Preloaded:
    """A preloaded process, as those see it who send it requests."""

    def __init__(self):
        self._abandoned = False
        self._process = subprocess.Popen(
            [sys.executable, "-Xfrozen_modules=off", "-m", "toolkit.runs.preloaded"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ENVIRONMENT},
        )

    def ask(self, **request: object) -> None:
        """Send a request; one that has ended is found out by the reply that does not come."""
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()

    def reply(self) -> dict | None:
        """Wait for a reply; None if the process has ended."""
        line = self._process.stdout.readline()
        if self._abandoned:
            raise AbandonedError
        return json.loads(line) if line.endswith(b"\n") else None

    def fork_kernel(self, **kernel: object) -> int | None:
        """Fork an ordinary kernel and return its pid, or None if that cannot be."""
        self.ask(number=0, **kernel)
        return (self.reply() or {}).get("pid")

    def is_alive(self) -> bool:
        """Tell whether it still serves."""
        return self._process.poll() is None

    def abandon(self) -> None:
        """End it from another thread; the one that waits for a reply gets `AbandonedError`."""
        self._abandoned = True
        self._process.stdin.close()

    def close(self) -> None:
        """End it, and with it all its children."""
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


_shared = threading.local()


def shared_process(batch: str = "") -> Preloaded:
    """Return the preloaded process of this thread, which ends with the program.

    Another batch gets another: notebooks, and the modules beside them, may have changed.
    """
    process, its_batch = getattr(_shared, "process", (None, ""))
    if process and its_batch != batch:
        process.close()
    if process is None or not process.is_alive():
        process = Preloaded()
        _shared.process = process, batch
        atexit.register(process.close)
    return process


class _Running:
    """The jobs in the hands of a preloaded process."""

    def __init__(self, waiting: Iterator[Job]):
        self.waiting = waiting
        self.again: deque[tuple[Job, int]] = deque()  # jobs whose process died, attempts so far
        self.suspects: deque[tuple[Job, int]] = deque()  # one of them ended the preloaded process
        self.jobs: dict[int, tuple[Job, int]] = {}  # and the attempt that is running, by number
        self.groups: dict[int, int] = {}  # pids by number
        self.held: deque[Job] = deque()  # whose shared cells are being executed for another
        self.reaching: dict[str, int] = {}  # families of which that is so, and for which number
        self.left: list[Job] = []  # not to be run in this way
        self.number = 0

    def start(self, process: Preloaded, workers: int) -> None:
        """Ask for as many jobs as there are workers; for suspects one by one."""
        while len(self.jobs) < (1 if self.suspects else workers) and not self.left:
            alone = bool(self.suspects)
            job, attempts = self.take(_AHEAD * workers)
            if job is None:
                return
            self.number += 1
            self.jobs[self.number] = job, attempts + 1
            if family := family_of(job):
                self.reaching.setdefault(family, self.number)
            process.ask(number=self.number, job=job.to_json())
            if alone:
                return

    def take(self, most_held: int) -> tuple[Job | None, int]:
        """Return a job that nobody need wait for, with its attempts so far, or None."""
        if queue := self.suspects or self.again:
            return queue.popleft()
        for job in self.held:
            if family_of(job) not in self.reaching:
                self.held.remove(job)
                return job, 0
        while len(self.held) < most_held:
            job = next(self.waiting, None)
            if job is None or family_of(job) not in self.reaching:
                return job, 0
            self.held.append(job)
        return None, 0

    def begin(self, number: int, group: int) -> None:
        """Know that a job has its process: others can go on from its shared cells."""
        self.groups[number] = group
        self.reached(number)

    def reached(self, number: int) -> None:
        self.reaching = {family: n for family, n in self.reaching.items() if n != number}

    def end(
        self, number: int, failure: Failure | None, *, retry: deque | None = None, **measured
    ) -> Outcome | None:
        """Return what became of a job, unless its process died and it is to be tried again."""
        job, attempts = self.jobs.pop(number)
        self.groups.pop(number, None)
        self.reached(number)
        if failure and failure.error == "Died" and attempts < ATTEMPTS:
            (self.again if retry is None else retry).append((job, attempts))
            return None
        return Outcome(job, failure=failure, attempts=attempts, **measured)

    def all_died(self) -> Iterator[Outcome]:
        """Suspect each: the preloaded process has ended, by the doing of one of them or not."""
        for number, (job, _) in list(self.jobs.items()):
            if group := self.groups.get(number):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(group, signal.SIGKILL)
            failure = failed_by_death(job, interface_language()("error.with_parent"))
            if outcome := self.end(number, failure, retry=self.suspects, seconds=0.0):
                yield outcome


def run_forked(
    waiting: Iterator[Job], *, workers: int, left: list[Job], process: Preloaded | None = None
) -> Iterator[Outcome]:
    """Run jobs, `workers` at once, and yield what became of each, as they end.

    Parameters
    ----------
    waiting : iterator of Job
        Read as workers become free.
    workers : int
    left : list
        Receives the jobs whose imports start threads, which a fork would leave out; no job is
        taken after the first of them.
    process : Preloaded, optional
        One to use and to leave; else one is started, and ended.
    """
    running = _Running(waiting)
    lent, process = process, process or Preloaded()
    try:
        while True:
            running.start(process, workers)
            if not running.jobs:
                return
            reply = process.reply()
            if reply is None:
                process.close()
                yield from running.all_died()
                process = Preloaded()
            elif "pid" in reply:
                running.begin(reply["number"], reply["pid"])
            elif "threads" in reply:
                running.left.append(running.jobs.pop(reply["number"])[0])
            else:
                failure = reply.pop("failure")
                failure = failure and Failure.from_json(failure)
                if outcome := running.end(reply.pop("number"), failure, **reply):
                    yield outcome
    finally:
        retried = [job for job, _ in (*running.suspects, *running.again)]
        left += [*running.left, *retried, *running.held]
        if process is not lent or running.jobs:  # those that run are ended with it
            process.close()
