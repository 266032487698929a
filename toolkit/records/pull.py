"""Files that are pulled: fetched from a pinned url or a mirror, checked, kept in a cache."""

import os
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.folders import cache_dir
from toolkit.records.locks import locked
from toolkit.records.reads import recorded
from toolkit.records.sources import Source, load_sources

STATES = ("intact", "absent", "partial", "damaged")
TIMEOUT = 30  # seconds without a byte
_CHUNK = 64 * 1024

Progress = Callable[[int, int], None]


def pulled_sources() -> dict[str, Source]:
    """Return the sources of the register that are pulled, by id."""
    return {name: s for name, s in load_sources().items() if s.access == "pull"}


def cached_path(source: Source) -> Path:
    """Return where a source's file lies in the cache, once it is pulled."""
    return cache_dir() / source.path


def pull_state(source: Source) -> str:
    """Say what the cache holds of a source: one of `STATES` ("partial" can be resumed)."""
    path = cached_path(source)
    if path.is_file():
        return "intact" if _sha256(path) == source.sha256 else "damaged"
    return "partial" if _part(path).is_file() else "absent"


@recorded
def is_pulled(source_id: str) -> bool:
    """Tell whether the file of a source is in the cache; a run that asks is made anew once it is.

    Raises
    ------
    DataError
        The source is not one that is pulled.
    """
    try:  # opened, so that the record of a run knows what it looked for
        cached_path(_pulled_source(source_id)).open("rb").close()
    except OSError:
        return False
    return True


def pulled_path(source_id: str) -> Path:
    """Return the file of a source, checked, without fetching anything.

    Raises
    ------
    DataError
        The source is not one that is pulled, was not pulled yet, or its file is damaged.
    """
    source = _pulled_source(source_id)
    path = cached_path(source)
    say = interface_language()
    if not is_pulled(source_id):
        raise DataError(say("error.not_pulled", source=source_id, path=path))
    seen = _sha256(path)
    if seen != source.sha256:
        raise DataError(
            say(
                "error.damaged_cache",
                path=path,
                seen=seen,
                expected=source.sha256,
                source=source_id,
            )
        )
    return path


def pull(source_id: str, *, progress: Progress | None = None) -> Path:
    """Fetch the file of a source into the cache, unless it is there and intact.

    FUTURS_DATA_MIRROR, if set, is a folder that holds the same bytes under ``<folder>/<file>``;
    nothing is then asked of the network. An interrupted download is resumed where it stopped.

    Parameters
    ----------
    source_id : str
        Id of a source of the register whose access is "pull".
    progress : callable, optional
        Called with the bytes held so far and the bytes of the whole file.

    Returns
    -------
    Path
        The file in the cache, of the pinned sha256.

    Raises
    ------
    DataError
        The source is not one that is pulled, its file cannot be fetched, or its bytes are not
        those pinned (nothing is kept then).
    """
    source = _pulled_source(source_id)
    path = cached_path(source)
    if path.is_file() and _sha256(path) == source.sha256:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two pulls at once would write into one partial file: the second waits, and finds it done.
    with locked(path):
        if path.is_file() and _sha256(path) == source.sha256:
            return path
        return _fetch(source, path, progress)


def _fetch(source: Source, path: Path, progress: Progress | None) -> Path:
    part = _part(path)
    report = progress or (lambda held, total: None)
    mirror = os.environ.get("FUTURS_DATA_MIRROR")
    if mirror:
        _copy(Path(mirror), source, part, report)
    else:
        resumed = part.is_file()
        _download(source, part, report)
        if resumed and _sha256(part) != source.sha256:
            # What an earlier pull left was not the start of these bytes: begin again, once.
            part.unlink()
            _download(source, part, report)
    seen = _sha256(part)
    if seen != source.sha256:
        part.unlink()
        say = interface_language()
        raise DataError(say("error.checksum", path=source.path, seen=seen, expected=source.sha256))
    os.replace(part, path)
    return path


def _pulled_source(source_id: str) -> Source:
    sources = pulled_sources()
    if source_id not in sources:
        known = ", ".join(sources)
        raise DataError(interface_language()("error.not_a_pull", seen=source_id, known=known))
    return sources[source_id]


def _part(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _sha256(path: Path) -> str:
    import pooch

    return pooch.file_hash(str(path), alg="sha256")


def _copy(mirror: Path, source: Source, part: Path, report: Progress) -> None:
    """Take the bytes from the mirror, from the first one: no time is worth saving there."""
    try:
        with (mirror / source.path).open("rb") as file:
            _write(_chunks(file), part, "wb", source.bytes, report)
    except OSError as error:
        say = interface_language()
        raise DataError(say("error.not_in_mirror", path=source.path, folder=mirror)) from error


def _download(source: Source, part: Path, report: Progress) -> None:
    """Fetch the bytes that are missing after those of `part`.

    pooch hashes and finds the cache folder, but its downloaders write to a temporary file that
    they delete when the connection breaks: this small one keeps it, and asks for the rest (HTTP
    Range).
    """
    held = part.stat().st_size if part.is_file() else 0
    if held >= source.bytes:
        return  # all came last time, but for the check
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={held}-"} if held else {})
    try:
        with urlopen(Request(source.url, headers=headers), timeout=TIMEOUT) as answer:
            # A server may ignore the range and send the whole file (200 instead of 206).
            goes_on = answer.status == 206
            _write(_chunks(answer), part, "ab" if goes_on else "wb", source.bytes, report)
    except (OSError, URLError, HTTPException) as error:
        raise _interrupted(source, str(error) or type(error).__name__) from error
    held = part.stat().st_size
    if held < source.bytes:
        raise _interrupted(source, f"{held} / {source.bytes}")


def _chunks(file) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _write(chunks: Iterator[bytes], part: Path, mode: str, total: int, report: Progress) -> None:
    with part.open(mode) as file:
        for chunk in chunks:
            file.write(chunk)
            report(file.tell(), total)
            if file.tell() > total:
                break  # not the pinned file; the checksum will say so


def _interrupted(source: Source, reason: str) -> DataError:
    say = interface_language()
    return DataError(say("error.download", url=source.url, reason=reason, path=source.path))
