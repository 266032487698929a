"""A bundle as one zip whose bytes follow from its files alone, and reading one nobody vouches for.

Files are stored, not compressed: what a compressor writes changes with its version. A zip that
`pack` would not have written, byte for byte, is not a bundle of ours: that finds a byte changed
anywhere, in what no file holds too (comments, extra fields, what trails).
"""

import io
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

from toolkit.records.faults import Fault
from toolkit.sharing.names import name_faults

MOST_BYTES = 1 << 30
MOST_FILES = 20_000
_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = stat.S_IFREG | 0o644
_UNIX = 3
_ENCRYPTED = 0x1
# What zipfile raises on bytes that are no zip, or half of one.
_UNREADABLE = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, RuntimeError)


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return files, by name, as a zip: the same files give the same bytes.

    Examples
    --------
    >>> pack({"b": b"1", "a": b"2"}) == pack({"a": b"2", "b": b"1"})
    True
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system, entry.external_attr = _UNIX, _MODE << 16
            archive.writestr(entry, files[name])
    return target.getvalue()


def unpack(path: Path) -> tuple[dict[str, bytes], list[Fault]]:
    """Read a bundle into memory; nothing is written, and what cannot be trusted is not read.

    Returns
    -------
    tuple
        The files by name, none where names, kinds or sizes are at fault; and the faults.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            return {}, [_too_much(path, path.stat().st_size)]
        written = path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(written)) as archive:
            entries = archive.infolist()
            faults = _entry_faults(path, entries, len(written))
            if faults:
                return {}, faults
            files = {entry.filename: archive.read(entry) for entry in entries}
    except _UNREADABLE as error:
        return {}, [Fault(path.name, "zip_damaged", value=str(error))]
    return files, _form_faults(path, written, pack(files))


def _entry_faults(path: Path, entries: list[zipfile.ZipInfo], size: int) -> list[Fault]:
    """Say what is wrong with the list of entries, before any is read."""
    faults = name_faults([entry.orig_filename for entry in entries])
    total = sum(entry.file_size for entry in entries)
    # What is stored takes its own room: more than the archive's is the same room told twice.
    if total > size or len(entries) > MOST_FILES:
        faults.append(_too_much(path, total))
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or entry.is_dir():
            faults.append(Fault(entry.filename, "zip_kind", value=oct(entry.external_attr >> 16)))
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & _ENCRYPTED:
            faults.append(Fault(entry.filename, "zip_compressed"))
    return faults


def _form_faults(path: Path, written: bytes, expected: bytes) -> list[Fault]:
    """Say where a zip's bytes are not those that its files give."""
    if written == expected:
        return []
    same = next(
        (i for i, (a, b) in enumerate(zip(written, expected, strict=False)) if a != b),
        min(len(written), len(expected)),
    )
    return [Fault(path.name, "zip_form", value=str(same), details={"size": str(len(written))})]


def _too_much(path: Path, size: int) -> Fault:
    limits = {"most": str(MOST_BYTES), "files": str(MOST_FILES)}
    return Fault(path.name, "zip_size", value=str(size), details=limits)
