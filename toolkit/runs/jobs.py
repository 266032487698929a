"""What an executor is given and what it gives back: a job, its outcome, its failure."""

from dataclasses import asdict, dataclass, field
from pathlib import Path

DEADLINE = 300.0  # seconds
ATTEMPTS = 2  # at a job whose process dies


@dataclass(frozen=True)
class Job:
    """One notebook to execute.

    Attributes
    ----------
    notebook : Path
        A notebook with a cell tagged `parameters`.
    parameters : dict
        JSON values, checked against that cell.
    output : Path
        Where the executed notebook goes, complete or not; its folder exists.
    deadline : float
        Seconds the whole notebook may take.
    memory : int, optional
        Bytes the notebook may allocate, beyond what an idle process holds.
    then : str
        "package.module:function", called with the executed notebook and this job, in the process
        that executed it where there is one. What it returns (JSON) is the outcome's `result`; a
        `ToolkitError` it raises is the job's failure.
    details : dict
        JSON that `then` needs and the notebook does not.
    folder : str
        Where the notebook runs; by default where the process is.
    """

    notebook: Path
    parameters: dict[str, object]
    output: Path
    deadline: float = DEADLINE
    memory: int | None = None
    then: str = ""
    details: dict[str, object] = field(default_factory=dict)
    folder: str = ""

    @property
    def reads(self) -> Path:
        """Where the process that executes the notebook records what it reads (`records.reads`)."""
        return self.output.with_suffix(".reads")

    @property
    def log(self) -> Path:
        """Where the traceback of a failure goes."""
        return self.output.with_suffix(".log")

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON has them; `from_json` takes them back."""
        return asdict(self) | {"notebook": str(self.notebook), "output": str(self.output)}

    @classmethod
    def from_json(cls, fields: dict) -> "Job":
        """Return the job of these fields."""
        return cls(
            **fields | {"notebook": Path(fields["notebook"]), "output": Path(fields["output"])}
        )


def part_of(output: Path) -> Path:
    """Return where an executed notebook is written until it is whole."""
    return output.with_name(f".part-{output.name}")


@dataclass(frozen=True)
class Limits:
    """What each report may use: seconds, and bytes beyond those of an idle process."""

    deadline: float = DEADLINE
    memory: int | None = None


@dataclass(frozen=True)
class Failure:
    """Why a job failed.

    Attributes
    ----------
    message : str
        All of it, in the language of the person.
    error : str
        Its kind: the name of the exception, or "Deadline", "Died".
    cell : int, optional
        Number of the cell, from 1, the injected parameters counted; None before and after them.
    log : Path, optional
        The traceback and whatever else was left, where there is any.
    """

    message: str
    error: str
    cell: int | None = None
    log: Path | None = None

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON has them; `from_json` takes them back."""
        return asdict(self) | {"log": self.log and str(self.log)}

    @classmethod
    def from_json(cls, fields: dict) -> "Failure":
        """Return the failure of these fields."""
        return cls(**fields | {"log": fields["log"] and Path(fields["log"])})


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Attributes
    ----------
    job : Job
    seconds : float
        From start to end, of the last attempt.
    cpu_seconds : float, optional
        Of the last attempt, `then` included; None where the kernel is a process of its own.
    failure : Failure, optional
        None when all went well.
    attempts : int
        2 when a first process died.
    result : object
        What `then` returned.
    """

    job: Job
    seconds: float
    cpu_seconds: float | None = None
    failure: Failure | None = None
    attempts: int = 1
    result: object = None

    @property
    def ok(self) -> bool:
        """Tell whether the job was done."""
        return self.failure is None
