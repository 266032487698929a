"""What a batch would do, before it does it: what is to be made, why, and how long it takes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from toolkit.runs.batch import cores, describe_report
from toolkit.runs.ledger import Ledger
from toolkit.runs.manifest import run_key
from toolkit.runs.reports import Report


@dataclass(frozen=True)
class Forecast:
    """What a batch would do.

    Attributes
    ----------
    to_make : tuple of (str, str)
        Address and doubt (`Ledger.doubt`; "asked" of what only force makes again).
    unchanged : int
    seconds : float or None
        Until the end, as far as the ledger's own times tell; None where a notebook never ran.
    """

    to_make: tuple[tuple[str, str], ...]
    unchanged: int
    seconds: float | None

    @property
    def doubts(self) -> dict[str, int]:
        """How many reports are to be made for each doubt."""
        return dict(Counter(doubt for _, doubt in self.to_make))


def forecast(
    reports: Iterable[Report], *, output: Path, workers: int | None = None, force: bool = False
) -> Forecast:
    """Say what `run_batch` would do now; nothing is written or run.

    Examples
    --------
    See `plan_batch`.
    """
    to_make, unchanged, notebooks = [], 0, Counter()
    with Ledger(output, writable=False) as ledger:
        for report in reports:
            doubt = ledger.doubt(report.address, run_key(describe_report(report)))
            if not doubt and not force:
                unchanged += 1
                continue
            to_make.append((report.address, doubt or "asked"))
            notebooks[report.notebook.name] += 1
        each = {name: ledger.seconds_of(name) for name in notebooks}
    known = None not in each.values()
    work = sum(each[name] * n for name, n in notebooks.items()) if known else None
    seconds = None if work is None else work / (workers or cores())
    return Forecast(tuple(to_make), unchanged, seconds)
