"""What a notebook prints, taken over by the kernel of its own process (`toolkit.runs.direct`)."""

import io
import os
import threading

MOST_PRINTED = 20_000_000  # characters a notebook may print: no reader opens a page of more


class OutputLimitError(Exception):
    """The notebook printed more than a page can hold."""


class Printed(io.TextIOBase):
    """Standard output or error: what Python prints, and what others write to the descriptor.

    It is handed over when something else is shown, or the cell ends: never by the clock.
    """

    encoding = "UTF-8"
    errors = "strict"

    def __init__(self, kernel, name: str, descriptor: int):
        self.name = name
        self._kernel = kernel
        self._descriptor = descriptor
        self._parts: list[str] = []
        self._lock = threading.RLock()
        self.begin()

    def begin(self) -> None:
        """Leave what the descriptor's file holds by now to whoever wrote it."""
        self._read = self._size()  # bytes that were handed over, or are not ours

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def fileno(self) -> int:
        """Return the descriptor, to which libraries and subprocesses write."""
        return self._descriptor

    def write(self, text: str) -> int:
        """Keep a text until it is handed over."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self._kernel.pid:  # a child of a cell: its memory is not ours
            os.write(self._descriptor, text.encode())
            return len(text)
        with self._lock:
            self._read_descriptor()
            self._keep(text)
        if self._kernel.printed > MOST_PRINTED:
            raise OutputLimitError(f"over {MOST_PRINTED:,} characters were printed")
        return len(text)

    def hand_over(self) -> None:
        """Show what was printed since the last time."""
        with self._lock:
            self._read_descriptor()
            text, self._parts = "".join(self._parts), []
        if text:
            self._kernel.send_response(None, "stream", {"name": self.name, "text": text})

    def _read_descriptor(self) -> None:
        """Take what was written to the descriptor's file by others: libraries, subprocesses."""
        if (size := self._size()) > self._read:
            added = os.pread(self._descriptor, size - self._read, self._read)
            self._read = size
            self._keep(added.decode("utf-8", "replace"))

    def _size(self) -> int:
        try:
            return os.fstat(self._descriptor).st_size
        except OSError:  # a cell closed it
            return 0

    def _keep(self, text: str) -> None:
        self._kernel.printed += len(text)
        self._parts.append(text)
