"""The preloaded process: it imports once what notebooks import, and forks a child for each job.

`toolkit.runs.forked` starts it. It has one thread, no event loop and no socket; requests and
replies are lines of JSON. It keeps the time of its children, stops those that are late, says how
the others ended, and leaves no descendant of theirs behind. When its requests end, all end.
"""

import contextlib
import gc
import json
import os
import selectors
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from toolkit.errors import ToolkitError
from toolkit.i18n import LANGUAGES, interface_language, language
from toolkit.runs.attempt import failed_by_death
from toolkit.runs.child import adopt_orphans, fork, run_job, run_kernel
from toolkit.runs.direct import start_kernel
from toolkit.runs.imports import import_of
from toolkit.runs.jobs import Job
from toolkit.runs.parameters import read_parameters

GRACE = 5.0  # seconds between being asked to stop and being stopped
MOST_WRITTEN = 100_000_000  # bytes on standard output past Python, which `direct` limits itself
_LOOK = 0.5  # seconds between two looks at the children
_LAST_WORDS = 20_000  # bytes of standard error kept of a process that died


@dataclass
class _Child:
    """A job that is running, and what is known of it."""

    number: int
    job: Job
    pid: int
    ended: int  # a descriptor, readable when the process has ended
    answers: int  # what it writes: the cells as they come, then what became of it
    written: tuple[int, int]  # the files of its standard output and error
    started: float = field(default_factory=time.monotonic)
    cell: int | None = None
    done: dict | None = None
    text: bytes = b""
    stopped: str = ""  # why it was asked to stop: "Deadline" or "OutputLimit"
    patience: float = 0.0  # when it will be stopped


class _Server:
    def __init__(self, requests: int, replies: int):
        self.requests, self.replies = requests, replies
        self.nothing = os.open(os.devnull, os.O_RDWR)
        self.children: dict[int, _Child] = {}  # by pid
        self.kernels: dict[int, int] = {}  # descriptors of their ends, by pid
        self.known: set[Path | str] = set()  # notebooks and modules that are imported
        self.text = b""
        self.selector = selectors.DefaultSelector()
        self.watch(requests, self.read_requests)

    def serve(self) -> None:
        while True:
            for key, _ in self.selector.select(_LOOK if self.children else None):
                key.data()
            for child in self.children.values():
                self.hold_to_limits(child)

    def read_requests(self) -> None:
        received = os.read(self.requests, 1 << 20)
        if not received:
            self.end()
        *lines, self.text = (self.text + received).split(b"\n")
        for line in lines:
            request = json.loads(line)
            start = self.start_job if "job" in request else self.start_kernel
            start(**request)

    def reply(self, **line: object) -> None:
        rest = memoryview(json.dumps(line).encode() + b"\n")
        while rest:
            rest = rest[os.write(self.replies, rest) :]

    def start_job(self, number: int, job: dict) -> None:
        """Fork a child for a job, or say that there are threads, which a fork would leave out."""
        job = Job.from_json(job)
        self.preload_notebook(job.notebook)
        self.preload([job.then.partition(":")[0]])
        if threads := count_threads():
            self.reply(number=number, threads=threads)
            return
        answers, own_end = os.pipe()
        os.set_blocking(answers, False)
        written = os.memfd_create("stdout"), os.memfd_create("stderr")
        pid = fork(lambda: run_job(job), descriptors=(self.nothing, *written, own_end))
        os.close(own_end)
        child = _Child(number, job, pid, os.pidfd_open(pid), answers, written)
        self.children[pid] = child
        self.watch(child.ended, lambda: self.reap(child))
        self.watch(answers, lambda: self.listen(child))
        self.reply(number=number, pid=pid)

    def start_kernel(self, number: int, preload: list[str], **kernel) -> None:
        """Fork an ordinary kernel, or say that there are threads; the sockets are its own."""
        self.preload(name for name in preload if not name.endswith(".ipynb"))
        for name in preload:
            if name.endswith(".ipynb"):
                self.preload_notebook(Path(name))
        if threads := count_threads():
            self.reply(number=number, threads=threads)
            return
        pid = fork(lambda: run_kernel(**kernel), descriptors=(self.nothing, 1, 2))
        self.kernels[pid] = os.pidfd_open(pid)
        self.watch(self.kernels[pid], lambda: self.reap_kernel(pid))
        self.reply(number=number, pid=pid)

    def preload_notebook(self, notebook: Path) -> None:
        """Import what a notebook imports, and know its parameters."""
        if notebook not in self.known:
            self.known.add(notebook)
            import_of(notebook)
            with contextlib.suppress(ToolkitError):  # its own process will say it
                read_parameters(notebook)
            freeze()

    def preload(self, modules: Iterable[str]) -> None:
        """Import modules; one that fails fails again where it is needed, and is explained there."""
        new = [name for name in modules if name and name not in self.known]
        self.known.update(new)
        for name in new:
            with contextlib.suppress(Exception):
                import_module(name)
        if new:
            freeze()

    def listen(self, child: _Child) -> None:
        try:
            received = os.read(child.answers, 1 << 20)
        except BlockingIOError:
            return
        if not received:
            self.selector.unregister(child.answers)
            return
        *lines, child.text = (child.text + received).split(b"\n")
        for line in lines:
            answer = json.loads(line)
            child.cell = answer.get("cell", child.cell)
            child.done = answer.get("done", child.done)
            self.preload(answer.get("imported", ()))  # by its cells: the next ones inherit it

    def hold_to_limits(self, child: _Child) -> None:
        """Ask a child that is late, or writes without end, to stop; then stop it."""
        now = time.monotonic()
        if not child.stopped:
            if now > child.started + child.job.deadline:
                child.stopped = "Deadline"
            elif sum(os.fstat(file).st_size for file in child.written) > MOST_WRITTEN:
                child.stopped = "OutputLimit"
            else:
                return
            child.patience = now + GRACE
            _signal_group(child.pid, signal.SIGINT)
        elif now > child.patience:
            _signal_group(child.pid, signal.SIGKILL)

    def reap(self, child: _Child) -> None:
        """Say what became of a job, and leave nothing of it."""
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - child.started
        del self.children[child.pid]
        self.kill_strangers()
        while child.answers in self.selector.get_map():
            before = child.text, child.done, child.cell
            self.listen(child)
            if before == (child.text, child.done, child.cell):
                break
        done = child.done or {"failure": None, "result": None}
        if failure := self.failure_of(child, os.waitstatus_to_exitcode(status)):
            done = {"failure": failure, "result": None}
        for descriptor in (child.ended, child.answers):
            with contextlib.suppress(KeyError):
                self.selector.unregister(descriptor)
        for descriptor in (child.ended, child.answers, *child.written):
            os.close(descriptor)
        cpu = usage.ru_utime + usage.ru_stime
        self.reply(number=child.number, seconds=seconds, cpu_seconds=cpu, **done)

    def failure_of(self, child: _Child, code: int) -> dict | None:
        say = interface_language()
        failure = (child.done or {}).get("failure")
        if child.stopped and not (child.done and failure is None):
            limits = {
                "Deadline": say("error.deadline", seconds=say.number(child.job.deadline)),
                "OutputLimit": say("error.output_limit", most=say.number(MOST_WRITTEN // 10**6)),
            }
            log = (failure or {}).get("log")
            return {
                "message": limits[child.stopped],
                "error": child.stopped,
                "cell": child.cell,
                "log": log,
            }
        if child.done:
            return failure
        reason = signal.Signals(-code).name if code < 0 else f"exit {code}"
        size = os.fstat(child.written[1]).st_size
        words = os.pread(child.written[1], _LAST_WORDS, max(0, size - _LAST_WORDS))
        died = failed_by_death(
            child.job, reason, cell=child.cell, words=words.decode("utf-8", "replace")
        )
        return died.to_json()

    def reap_kernel(self, pid: int) -> None:
        os.waitpid(pid, 0)
        self.selector.unregister(self.kernels[pid])
        os.close(self.kernels.pop(pid))
        self.kill_strangers()

    def kill_strangers(self) -> None:
        """Kill what children that ended left behind: it has become ours."""
        own = Path(f"/proc/self/task/{os.getpid()}/children")
        known = self.children.keys() | self.kernels.keys()
        while strangers := set(map(int, own.read_text().split())) - known:
            for pid in strangers:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)

    def end(self) -> None:
        for pid in (*self.children, *self.kernels):
            _signal_group(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self.children, self.kernels = {}, {}
        self.kill_strangers()
        os._exit(0)

    def watch(self, descriptor: int, call: Callable[[], None]) -> None:
        self.selector.register(descriptor, selectors.EVENT_READ, call)


def count_threads() -> int:
    """Return how many threads there are beside the one that forks."""
    return len(os.listdir("/proc/self/task")) - 1


def freeze() -> None:
    """Leave what there is to all children, whose collector will not touch it."""
    gc.collect()
    gc.freeze()


def _signal_group(pid: int, signum: int) -> None:
    for send in (os.killpg, os.kill):  # it may not have made its group yet
        with contextlib.suppress(ProcessLookupError):
            send(pid, signum)
            return


def main() -> None:
    """Serve requests of standard input on standard output, until they end."""
    requests, replies = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # what imports print is no reply
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: whoever started us hears it too
    adopt_orphans()
    start_kernel()
    for code in LANGUAGES:
        language(code)("error.no_fork")  # reads the catalogue
    freeze()
    _Server(requests, replies).serve()


if __name__ == "__main__":
    main()
