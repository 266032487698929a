"""What a process does before it runs its notebook, by any engine."""

import random
import uuid
from pathlib import Path
from types import SimpleNamespace

from toolkit.records.reads import record_to

_STATUS = Path("/proc/self/status")


def prepare(reads: str | Path | None, memory: int | None) -> None:
    """Seed this process, limit its memory, and record what it reads.

    Parameters
    ----------
    reads : Path, optional
        Where what is read is recorded (`toolkit.records.reads`).
    memory : int, optional
        Bytes it may allocate beyond what it has; then Python raises `MemoryError`.
    """
    _seed()
    if reads is not None:
        record_to(Path(reads))
    if memory is not None:
        _limit_memory(memory)


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
