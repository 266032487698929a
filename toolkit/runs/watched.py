"""A forked process as the one that forked it sees it: what it says, what it may use, its end."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from toolkit.i18n import interface_language
from toolkit.runs.child import fork
from toolkit.runs.died import failed_by_death
from toolkit.runs.jobs import Job

GRACE = 5.0  # seconds between being asked to stop and being stopped
MOST_WRITTEN = 100_000_000  # bytes on standard output past Python, which `direct` limits itself
_LAST_WORDS = 20_000  # bytes of standard error kept of a process that died


@dataclass
class Watched:
    """A process at work on a job, and what is known of it."""

    job: Job
    pid: int
    ended: int  # a descriptor, readable when the process has ended
    answers: int  # what it writes: lines of JSON
    written: tuple[int, int]  # the files of its standard output and error
    before: float = 0.0  # seconds of its deadline that were used before it was forked
    owed: tuple[float, float] = (0.0, 0.0)  # seconds and CPU seconds to be counted with its own
    started: float = field(default_factory=time.monotonic)
    cell: int | None = None  # where it is
    done: dict | None = None  # what it says became of the job
    text: bytes = b""
    silent: bool = False  # it will say no more
    stopped: str = ""  # why it was asked to stop: "Deadline" or "OutputLimit"
    patience: float = 0.0  # when it will be stopped

    @classmethod
    def fork(
        cls, job: Job, live: Callable[[], None], *, given: tuple[int, ...] = (), before: float = 0.0
    ) -> "Watched":
        """Start a process that does `live` and ends; descriptor 3 is for its answers, 4... `given`.

        Its standard output and error are files in memory, and nothing is its input.
        """
        answers, own_end = os.pipe()
        os.set_blocking(answers, False)
        nothing = os.open(os.devnull, os.O_RDWR)
        written = os.memfd_create("stdout"), os.memfd_create("stderr")
        pid = fork(live, descriptors=(nothing, *written, own_end, *given))
        for descriptor in (own_end, nothing):
            os.close(descriptor)
        return cls(job, pid, os.pidfd_open(pid), answers, written, before)

    @property
    def seconds(self) -> float:
        """How long it has been there."""
        return time.monotonic() - self.started

    def hear(self) -> list[dict]:
        """Return what it has said since it was last heard."""
        with contextlib.suppress(BlockingIOError):
            while received := os.read(self.answers, 1 << 20):
                self.text += received
            self.silent = True
        *lines, self.text = self.text.split(b"\n")
        return [json.loads(line) for line in lines]

    def hold_to_limits(self) -> None:
        """Ask it to stop if it is late, or writes without end; then stop it."""
        now = time.monotonic()
        if not self.stopped:
            if self.before + self.seconds > self.job.deadline:
                self.stopped = "Deadline"
            elif sum(os.fstat(file).st_size for file in self.written) > MOST_WRITTEN:
                self.stopped = "OutputLimit"
            else:
                return
            self.patience = now + GRACE
            signal_group(self.pid, signal.SIGINT)
        elif now > self.patience:
            signal_group(self.pid, signal.SIGKILL)

    def failure(self, code: int) -> dict | None:
        """Return why its job failed, if it did, from what it said and the code it ended with."""
        say = interface_language()
        failure = (self.done or {}).get("failure")
        if self.stopped and not (self.done and failure is None):
            limits = {
                "Deadline": say("error.deadline", seconds=say.number(self.job.deadline)),
                "OutputLimit": say("error.output_limit", most=say.number(MOST_WRITTEN // 10**6)),
            }
            log = (failure or {}).get("log")
            return {
                "message": limits[self.stopped],
                "error": self.stopped,
                "cell": self.cell,
                "log": log,
            }
        if self.done:
            return failure
        reason = signal.Signals(-code).name if code < 0 else f"exit {code}"
        size = os.fstat(self.written[1]).st_size
        words = os.pread(self.written[1], _LAST_WORDS, max(0, size - _LAST_WORDS))
        words = words.decode("utf-8", "replace")
        return failed_by_death(self.job, reason, cell=self.cell, words=words).to_json()

    def close(self) -> None:
        """Give its descriptors back, once it has ended."""
        for descriptor in (self.ended, self.answers, *self.written):
            os.close(descriptor)


def signal_group(pid: int, signum: int) -> None:
    """Send a signal to a process and those it started, if they are still there."""
    for send in (os.killpg, os.kill):  # it may not have made its group yet
        with contextlib.suppress(ProcessLookupError):
            send(pid, signum)
            return
