"""The life of a forked process: one notebook, or one kernel, then the end.

It is not a copy that goes on: it never returns to the code that forked it.
"""

import ctypes
import faulthandler
import json
import os
import resource
import signal
import sys
from collections.abc import Callable

from toolkit.runs.attempt import attempt
from toolkit.runs.direct import forget_kernel
from toolkit.runs.jobs import Failure, Job

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_libc = ctypes.CDLL(None)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends: none is out of reach."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def fork(live: Callable[[], None], *, descriptors: tuple[int, ...]) -> int:
    """Start a process that does `live` and ends, with this one if this one ends first.

    Parameters
    ----------
    live : callable
    descriptors : tuple of int
        What becomes of 0, 1, 2... there; all other descriptors are closed.

    Returns
    -------
    int
        Its pid. It is the leader of its own group.
    """
    parent = os.getpid()
    if pid := os.fork():
        return pid
    try:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() == parent:  # else it ended before we asked
            os.setpgid(0, 0)
            adopt_orphans()
            signal.signal(signal.SIGINT, signal.default_int_handler)
            for number, descriptor in enumerate(descriptors):
                os.dup2(descriptor, number)
            os.closerange(len(descriptors), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
            live()
    finally:
        os._exit(1)


ANSWERS, GIVEN = 3, 4  # descriptors: the one to which a job writes, and what it was given


def run_job(job: Job) -> None:
    """Execute a job and write lines of JSON: the cells as they come, then what became of it."""
    before = set(sys.modules)
    faulthandler.enable(2)  # standard error is read by whoever finds this process dead
    try:
        os.chdir(job.folder or os.curdir)
        failure, result = attempt(job, direct=lambda cell: _answer({"cell": cell}))
    except BaseException as error:  # nothing ends this process unsaid
        failure, result = Failure(f"{type(error).__name__}: {error}", type(error).__name__), None
    _answer({"imported": [name for name in sys.modules if name not in before]})
    _answer({"done": {"failure": failure and failure.to_json(), "result": result}})
    os._exit(0)


def run_kernel(arguments: list[str], environment: dict[str, str], folder: str) -> None:
    """Be an ordinary IPython kernel, started as its launcher would."""
    from ipykernel.kernelapp import IPKernelApp

    forget_kernel()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["ipykernel_launcher", *arguments]
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    # With a parent it does not greet those who would connect to it by hand.
    IPKernelApp.launch_instance([*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])
    os._exit(0)


def _answer(line: dict) -> None:
    rest = memoryview(json.dumps(line).encode() + b"\n")
    while rest:
        rest = rest[os.write(ANSWERS, rest) :]
