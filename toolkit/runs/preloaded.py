"""The preloaded process: it imports once what notebooks import, and forks a child for each job.

`toolkit.runs.forked` starts it. It has one thread, no event loop and no socket; requests and
replies are lines of JSON. It keeps the time of its children, stops those that are late, says how
the others ended, and leaves no descendant of theirs behind. When its requests end, all end.

For jobs with shared cells (`toolkit.runs.shared`) it forks a process that executes those cells and
then serves in the same way, whose children go on from there: it passes requests and replies on.
"""

import contextlib
import fcntl
import gc
import json
import os
import selectors
import signal
import sys
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from toolkit.errors import ToolkitError
from toolkit.i18n import LANGUAGES, interface_language, language
from toolkit.records.reads import digest_of_toolkit
from toolkit.runs.child import ANSWERS, GIVEN, adopt_orphans, fork, run_job, run_kernel
from toolkit.runs.died import failed_by_death
from toolkit.runs.direct import start_kernel
from toolkit.runs.imports import import_of
from toolkit.runs.jobs import ATTEMPTS, Job
from toolkit.runs.parameters import read_parameters
from toolkit.runs.shared import family_of
from toolkit.runs.state import reach
from toolkit.runs.watched import Watched, signal_group

_LOOK = 0.5  # seconds between two looks at the children
_IDLE_STATES = 2  # states kept that nobody goes on from: another language may come
_ROOM = 1 << 20  # bytes of requests that a state can leave unread


@dataclass
class _State:
    """A process that executes shared cells, then forks a child for each job it is asked for."""

    process: Watched
    requests: int
    asked: dict[int, dict] = field(default_factory=dict)  # jobs in its hands, by number
    begun: set[int] = field(default_factory=set)  # those of which a child has been forked


class _Server:
    def __init__(self, requests: int, replies: int):
        self.requests, self.replies = requests, replies
        self.spent: tuple[float, float] | None = None  # seconds, CPU seconds; only of a state
        self.threads = 0  # that a fork may leave out
        self.owed = (0.0, 0.0)  # the same, until they are counted with a job
        self.children: dict[int, tuple[int, Watched]] = {}  # by pid, with their numbers
        self.states: OrderedDict[str, _State] = OrderedDict()  # by family, the latest used last
        self.leaving: dict[int, _State] = {}  # by pid
        self.failed: Counter[str] = Counter()  # states that were not reached or died, by family
        self.kernels: dict[int, int] = {}  # descriptors of their ends, by pid
        self.known: set[Path | str] = set()  # notebooks and modules that are imported
        self.text, self.unsent = b"", b""
        self.selector = selectors.DefaultSelector()
        self.watch(requests, self.read_requests)
        os.set_blocking(replies, False)

    def serve(self) -> None:
        while True:
            busy = self.children or self.states
            for key, _ in self.selector.select(_LOOK if busy else None):
                if self.selector.get_map().get(key.fd) is key:  # not since another's end
                    key.data()
            for _, child in self.children.values():
                child.hold_to_limits()
            for state in self.states.values():
                if not state.begun:
                    state.process.hold_to_limits()

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
        """Say something as soon as there is room for it: children are watched meanwhile."""
        self.unsent += json.dumps(line).encode() + b"\n"
        self.send()

    def send(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self.unsent = self.unsent[os.write(self.replies, self.unsent) :]
        waits = self.replies in self.selector.get_map()
        if self.unsent and not waits:
            self.selector.register(self.replies, selectors.EVENT_WRITE, self.send)
        elif waits and not self.unsent:
            self.selector.unregister(self.replies)

    def start_job(self, number: int, job: dict) -> None:
        """Fork a child for a job, or say that there are threads, which a fork would leave out."""
        read = Job.from_json(job)
        self.preload_notebook(read.notebook)
        self.preload([read.then.partition(":")[0]])
        if (threads := count_threads()) > self.threads:
            self.reply(number=number, threads=threads)
            return
        family = None if self.spent else family_of(read)
        if family and self.failed[family] < ATTEMPTS:
            self.pass_on(family, number, job)
            return
        before = self.spent[0] if self.spent else 0.0
        child = Watched.fork(read, lambda: run_job(read), before=before)
        child.owed, self.owed = self.owed, (0.0, 0.0)
        self.children[child.pid] = number, child
        self.watch(child.ended, lambda: self.reap(number, child))
        self.watch(child.answers, lambda: self.listen(child))
        self.reply(number=number, pid=child.pid)

    def pass_on(self, family: str, number: int, job: dict) -> None:
        """Ask the state of a family for a job; reach it first if it is not there."""
        if family not in self.states:
            idle = [name for name, state in self.states.items() if not state.asked]
            for name in idle[: len(idle) + 1 - _IDLE_STATES]:
                self.leave(name)
            self.start_state(family, Job.from_json(job))
        state = self.states[family]
        self.states.move_to_end(family)
        state.asked[number] = job
        with contextlib.suppress(BrokenPipeError):  # its end is about to be heard of
            _write_line(state.requests, {"number": number, "job": job})

    def start_state(self, family: str, job: Job) -> None:
        requests, own_end = os.pipe()
        fcntl.fcntl(own_end, fcntl.F_SETPIPE_SZ, _ROOM)
        process = Watched.fork(job, lambda: _be_state(job, self.known), given=(requests,))
        os.close(requests)
        state = self.states[family] = _State(process, own_end)
        self.watch(process.ended, lambda: self.reap_state(family, state))
        self.watch(process.answers, lambda: self.listen_to_state(state))

    def listen_to_state(self, state: _State) -> None:
        """Pass on what a state says of its jobs."""
        for line in state.process.hear():
            if "imported" in line:
                self.preload(line["imported"])
                continue
            state.begun.add(line["number"])
            if "pid" not in line:
                del state.asked[line["number"]]
            self.reply(**line)
        if state.process.silent:
            self.selector.unregister(state.process.answers)

    def leave(self, family: str) -> None:
        """Let a state end, as whoever has no more requests does."""
        state = self.states.pop(family)
        self.leaving[state.process.pid] = state
        os.close(state.requests)

    def reap_state(self, family: str, state: _State) -> None:
        """Run what a state leaves undone without it."""
        os.waitpid(state.process.pid, 0)
        left = self.leaving.pop(state.process.pid, None)
        if left is None:
            os.close(self.states.pop(family).requests)
        self.kill_strangers()
        if not state.process.silent:
            self.listen_to_state(state)
        self.dismiss(state.process)
        if left is None:
            self.failed[family] += 1 if state.begun else ATTEMPTS
        reason = interface_language()("error.with_parent")
        for number, job in state.asked.items():
            if number in state.begun:
                failure = failed_by_death(Job.from_json(job), reason).to_json()
                self.reply(number=number, seconds=0.0, failure=failure, result=None)
            else:
                self.start_job(number, job)

    def start_kernel(self, number: int, preload: list[str], **kernel) -> None:
        """Fork an ordinary kernel, or say that there are threads; the sockets are its own."""
        self.preload(name for name in preload if not name.endswith(".ipynb"))
        for name in preload:
            if name.endswith(".ipynb"):
                self.preload_notebook(Path(name))
        if (threads := count_threads()) > self.threads:
            self.reply(number=number, threads=threads)
            return
        nothing = os.open(os.devnull, os.O_RDWR)
        pid = fork(lambda: run_kernel(**kernel), descriptors=(nothing, 1, 2))
        os.close(nothing)
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

    def listen(self, child: Watched) -> None:
        for answer in child.hear():
            child.cell = answer.get("cell", child.cell)
            child.done = answer.get("done", child.done)
            imported = answer.get("imported", ())  # by its cells: the next ones inherit it
            self.preload(imported)
            if self.spent and imported:
                self.reply(imported=imported)
        if child.silent:
            self.selector.unregister(child.answers)

    def reap(self, number: int, child: Watched) -> None:
        """Say what became of a job, and leave nothing of it."""
        _, status, usage = os.wait4(child.pid, 0)
        seconds = child.seconds
        del self.children[child.pid]
        self.kill_strangers()
        if not child.silent:
            self.listen(child)
        done = child.done or {"failure": None, "result": None}
        if failure := child.failure(os.waitstatus_to_exitcode(status)):
            done = {"failure": failure, "result": None}
        self.dismiss(child)
        cpu = usage.ru_utime + usage.ru_stime
        seconds, cpu = seconds + child.owed[0], cpu + child.owed[1]
        self.reply(number=number, seconds=seconds, cpu_seconds=cpu, **done)

    def dismiss(self, process: Watched) -> None:
        for descriptor in (process.ended, process.answers):
            with contextlib.suppress(KeyError):
                self.selector.unregister(descriptor)
        process.close()

    def reap_kernel(self, pid: int) -> None:
        os.waitpid(pid, 0)
        self.selector.unregister(self.kernels[pid])
        os.close(self.kernels.pop(pid))
        self.kill_strangers()

    def kill_strangers(self) -> None:
        """Kill what children that ended left behind: it has become ours."""
        own = Path(f"/proc/self/task/{os.getpid()}/children")
        known = {*self.children, *self.kernels, *self.state_pids()}
        while strangers := set(map(int, own.read_text().split())) - known:
            for pid in strangers:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)

    def end(self) -> None:
        for pid in (*self.children, *self.kernels, *self.state_pids()):
            signal_group(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self.children, self.kernels, self.leaving = {}, {}, {}
        self.states.clear()
        self.kill_strangers()
        os._exit(0)

    def state_pids(self) -> list[int]:
        return [state.process.pid for state in self.states.values()] + list(self.leaving)

    def watch(self, descriptor: int, call: Callable[[], None]) -> None:
        self.selector.register(descriptor, selectors.EVENT_READ, call)


def count_threads() -> int:
    """Return how many threads there are beside the one that forks."""
    return len(os.listdir("/proc/self/task")) - 1


def freeze() -> None:
    """Leave what there is to all children, whose collector will not touch it."""
    gc.collect()
    gc.freeze()


def _write_line(descriptor: int, line: dict) -> None:
    rest = memoryview(json.dumps(line).encode() + b"\n")
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _be_state(job: Job, known: set[Path | str]) -> None:
    """Execute the shared cells of a job, then serve; end if nobody can go on from them."""
    started, before = time.monotonic(), set(sys.modules)
    if not reach(job):
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # no cell is running any more
    freeze()
    server = _Server(GIVEN, ANSWERS)
    server.known, server.threads = known, count_threads()
    server.spent = server.owed = time.monotonic() - started, time.process_time()
    server.reply(imported=[name for name in sys.modules if name not in before])
    server.serve()


def main() -> None:
    """Serve requests of standard input on standard output, until they end."""
    requests, replies = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # what imports print is no reply
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: whoever started us hears it too
    adopt_orphans()
    start_kernel()
    for code in LANGUAGES:
        language(code)("error.no_fork")  # reads the catalogue
    digest_of_toolkit()  # what is kept of studies hangs on it
    freeze()
    _Server(requests, replies).serve()


if __name__ == "__main__":
    main()
