"""One attempt at a job, in this process: its notebook, what follows it, and why it failed."""

import re
import traceback
from collections.abc import Callable
from importlib import import_module

import papermill

from toolkit.errors import ReportError, ToolkitError
from toolkit.i18n import interface_language
from toolkit.records.atomic import write_atomically
from toolkit.runs.engine import part_of, run_notebook
from toolkit.runs.jobs import Failure, Job

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def attempt(
    job: Job, *, direct: Callable[[int], None] | None = None
) -> tuple[Failure | None, object]:
    """Execute a job's notebook, then what the job names to be done with it.

    Parameters
    ----------
    job : Job
    direct : callable, optional
        As for `run_notebook`.

    Returns
    -------
    tuple
        The failure, or None; and what `job.then` returned.
    """
    try:
        notebook = run_notebook(
            job.notebook,
            job.parameters,
            job.output,
            deadline=job.deadline,
            memory=job.memory,
            reads=job.reads,
            direct=direct,
        )
        if not job.then:
            return None, None
        module, _, name = job.then.partition(":")
        return None, getattr(import_module(module), name)(notebook, job)
    except Exception as error:  # whatever it is, it is this job's: the others go on
        return _failure_of(error, job), None


def failed_by_death(job: Job, reason: str, *, cell: int | None = None, words: str = "") -> Failure:
    """Return the failure of a job whose process ended before its notebook did.

    Parameters
    ----------
    job : Job
    reason : str
        What ended it: "SIGSEGV".
    cell : int, optional
        The cell it was at, where that is known.
    words : str
        What it said last, for the log.
    """
    part_of(job.output).unlink(missing_ok=True)
    log = None
    if words:
        write_atomically(job.log, words)
        log = job.log
    say = interface_language()
    reason = say("error.at_cell", cell=cell, reason=reason) if cell else reason
    return Failure(say("error.died", reason=reason), "Died", cell, log)


def _failure_of(error: Exception, job: Job) -> Failure:
    cause = error.__cause__
    if isinstance(cause, papermill.PapermillExecutionError):
        text = "\n".join(cause.traceback)
    else:
        text = "".join(traceback.format_exception(error))
    write_atomically(job.log, _COLOURS.sub("", text) + "\n")
    if isinstance(error, ReportError):
        return Failure(str(error), error.kind, error.cell, job.log)
    name = type(error).__name__
    message = str(error) if isinstance(error, ToolkitError) else f"{name}: {error}"
    return Failure(message, name, log=job.log)
