"""What a process does before it runs its notebook, by any engine."""

import os
import random
import uuid
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from toolkit.records.reads import record_to, suspend_record

_STATUS = Path("/proc/self/status")
_paused: list[Callable[[Path], None]] = []


def prepare(reads: str | Path | None, memory: int | None) -> None:
    """Seed this process, limit its memory, and record what it reads.

    One forked from a process that was paused goes on from there instead.

    Parameters
    ----------
    reads : Path, optional
        Where what is read is recorded (`toolkit.records.reads`).
    memory : int, optional
        Bytes it may allocate beyond what it has; then Python raises `MemoryError`.
    """
    if _paused:
        _paused.pop()(reads)
        return
    _seed()
    if reads is not None:
        record_to(Path(reads))
    if memory is not None:
        _limit_memory(memory)


def pause() -> None:
    """Set aside what this process has drawn and read, for forks of it to go on from.

    What happens until then (imports, papermill's own work) does not count.
    """
    import numpy as np

    drawn, drawn_by_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    identifiers, uuid.os = uuid.os, os
    go_on_recording = suspend_record()

    def go_on(reads: Path) -> None:
        random.setstate(drawn)
        np.random.set_state(drawn_by_numpy)  # noqa: NPY002
        uuid.os = identifiers
        go_on_recording(reads)

    _paused.append(go_on)


def _seed() -> None:
    """Seed what a notebook may draw from without a seed of its own."""
    import numpy as np

    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  notebooks may use the old generator
    # uuid4 draws from os.urandom; identifiers of styled tables and widgets are in the outputs.
    uuid.os = SimpleNamespace(urandom=random.Random(0).randbytes)


def _limit_memory(extra: int) -> None:
    """Do nothing where the system does not say what a process has: it is not Linux."""
    if not _STATUS.exists():
        return
    import resource

    held = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmData:"))
    most = 1024 * int(held.split()[1]) + extra
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
