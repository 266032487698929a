"""One attempt at a job, in this process: its notebook, what follows it, and why it failed."""

import re
import traceback
from collections.abc import Callable
from importlib import import_module

import papermill

from toolkit.errors import ReportError, ToolkitError
from toolkit.records.atomic import write_atomically
from toolkit.runs.engine import run_notebook
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
