"""One writer at a time: two commands at once must not write into one file."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock on a path, which holds among the processes of one machine.

    The lock's own file lies in the system's temporary folder while it is held, so that nothing is
    left beside the data.
    """
    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    file = Path(tempfile.gettempdir()) / f"futurs-{name}.lock"
    with FileLock(file, mode=0o666):
        try:
            yield
        finally:
            # Whoever waited on a file that is gone takes a new one: filelock looks, since 3.25.
            with suppress(OSError):
                file.unlink()
