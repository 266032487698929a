"""One writer at a time: two commands at once must not write into one file."""

import hashlib
import tempfile
from pathlib import Path

from filelock import FileLock


def locked(path: Path) -> FileLock:
    """Return a lock on a path, held while in its `with` block.

    The lock's own file lies in the system's temporary folder, so that nothing is left beside the
    data; it holds among the processes of one machine.
    """
    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    return FileLock(Path(tempfile.gettempdir()) / f"futurs-{name}.lock", mode=0o666)
