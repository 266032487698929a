"""The failure of a job whose process ended before its notebook did, told by whoever outlives it."""

from toolkit.i18n import interface_language
from toolkit.records.atomic import write_atomically
from toolkit.runs.jobs import Failure, Job, part_of


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
