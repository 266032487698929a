"""What a run read: the files it opened, and the slices of them that loaders returned.

A report stands as long as what it read is what it was. Files are known by Python's audit events,
so the CSV of a notebook's author counts as well as ours. A loader marked `recorded` answers for
the files it opens: what counts is then what it returned, so that the report of one territory does
not hang on the rest of the country. A file that anything else opened counts whole.

What libraries open without Python (DuckDB, `pyarrow.parquet.read_table`) leaves no event: read it
through a recorded loader, or open the file and hand it over.
"""

import contextlib
import dataclasses
import functools
import hashlib
import inspect
import json
import os
import sys
import typing
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from importlib import import_module
from pathlib import Path

from toolkit.records.folders import cache_dir, data_dir

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
# The packages' own files: their versions and the toolkit's hash stand for them.
_TOOLKIT = Path(__file__).parents[1]
_OTHERS = (
    *(Path(sys.prefix), Path(sys.base_prefix), _TOOLKIT),
    *map(Path, ("/proc", "/dev", "/sys", "/etc", "/usr", "/lib")),
)
# A recorded loader answers for what is opened; the recorder itself opens.
_answered: ContextVar[bool] = ContextVar("answered", default=False)
_noting: ContextVar[bool] = ContextVar("noting", default=False)


@dataclasses.dataclass(frozen=True)
class Reads:
    """What a run read.

    Attributes
    ----------
    whole : dict of str to str
        sha256 by name, of the files that count whole (`name_of`); "" of one that was sought in
        vain.
    slices : dict of str to str
        Digest of what was returned, by call of a recorded loader.
    files : dict of str to str
        sha256 by name, of every file opened, by recorded loaders too.
    """

    whole: dict[str, str]
    slices: dict[str, str]
    files: dict[str, str]


class _Record:
    """Where this process writes what it reads; a line a thing, so that one killed leaves its."""

    def __init__(self, path: Path | None):
        self.path = path
        self.noted: dict[tuple, None] = {}
        self.written: set[Path] = set()
        self.answers: dict[str, object] = {}  # what each call gave last

    def answer(self, call: str, result: object) -> None:
        if self.answers.get(call, self) is not result:  # a loader that remembers gives the same
            self.answers[call] = result
            self.note("slice", call, digest_of(result))

    def note(self, kind: str, name: str, digest: str) -> None:
        thing = kind, name, digest
        if thing not in self.noted:
            self.noted[thing] = None
            self.write(thing)

    def write(self, *things: tuple) -> None:
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(thing) + "\n" for thing in things)


# The record of this process, if it keeps one.
_records: list[_Record] = []


def record_to(path: Path | None) -> None:
    """From now on, append what this process reads to a file, for `read_record`.

    Without a file it is kept in memory, for `suspend_record`.
    """
    if path is not None:
        path.touch()
    _listen()
    _records[:] = [_Record(path)]


def suspend_record() -> Callable[[Path], None]:
    """Record no more, and return what goes on: into a file, which begins with all that was read.

    It can be called in a fork of this process.
    """
    record = _records.pop()

    def go_on(path: Path) -> None:
        record.path = path
        path.touch()
        record.write(*record.noted)
        _records[:] = [record]

    return go_on


def read_record(path: Path) -> Reads:
    """Return what a run read, from the file that `record_to` was given."""
    found: dict[str, dict[str, str]] = {"whole": {}, "slice": {}, "file": {}}
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, name, digest = json.loads(line)
        found[kind][name] = digest
    return Reads(found["whole"], found["slice"], found["whole"] | found["file"])


def recorded(loader: Callable) -> Callable:
    """Mark a loader, or a pure function of data files: it answers for the files it opens.

    Its arguments must be JSON, or dataclasses named by its annotations; its result made of
    frames, arrays, dataclasses and plain values. A loader that keeps its result in memory must be
    marked outside of that cache: the call counts even if no file is opened.
    """
    signature = inspect.signature(loader)

    @functools.wraps(loader)
    def load(*args, **kwargs):
        if not _records or _answered.get():
            return loader(*args, **kwargs)
        with answered():
            result = loader(*args, **kwargs)
            call = _write_call(loader, signature.bind(*args, **kwargs))
            _records[0].answer(call, result)
        return result

    load.recorded = True
    return load


@contextlib.contextmanager
def answered() -> Iterator[None]:
    """Open files for recorded loaders: they say what is read of them."""
    token = _answered.set(True)
    try:
        yield
    finally:
        _answered.reset(token)


def digest_of_call(call: str) -> str:
    """Call a recorded loader again, by its name in `Reads.slices`, and digest what it returns.

    Raises
    ------
    AttributeError, ImportError, ValueError, TypeError
        There is no such loader today.
    """
    target, arguments = json.loads(call)
    module, _, name = target.partition(":")
    loader = getattr(import_module(f"toolkit.{module}"), name)
    if not getattr(loader, "recorded", False):
        raise ValueError(call)
    hints = typing.get_type_hints(loader.__wrapped__)
    args, kwargs = [], {}
    for parameter in inspect.signature(loader).parameters.values():
        value, kind = arguments[parameter.name], hints.get(parameter.name)
        if parameter.kind is parameter.VAR_POSITIONAL:
            args += [_read_argument(kind, item) for item in value]
        elif parameter.kind is parameter.KEYWORD_ONLY:
            kwargs[parameter.name] = _read_argument(kind, value)
        else:
            args.append(_read_argument(kind, value))
    return digest_of(loader(*args, **kwargs))


def digest_of(value: object) -> str:
    """Return the sha256 of a result, by its values: frames, arrays, dataclasses, plain ones."""
    digest = hashlib.sha256()
    for part in _bytes_of(value):
        digest.update(part)
    return digest.hexdigest()


def name_of(path: Path) -> str:
    """Return the name of a file in a manifest, which says nothing of the machine.

    Of a file of the data its way from there; of a pulled one "cache:<folder>/<file>"; of any
    other "file:" and its way from the working folder.
    """
    for prefix, root in (("", data_dir()), ("cache:", cache_dir())):
        if path.is_relative_to(root.resolve()):
            return prefix + path.relative_to(root.resolve()).as_posix()
    return "file:" + Path(os.path.relpath(path)).as_posix()


def path_of(name: str) -> Path:
    """Return the file of a name that `name_of` gave."""
    prefix, colon, rest = name.partition(":")
    roots = {"cache": cache_dir, "file": Path.cwd}
    return roots[prefix]() / rest if colon and prefix in roots else data_dir() / name


def digest_of_file(path: Path) -> str:
    """Return the sha256 of a file, of the names in a folder, or "" where there is neither."""
    try:
        if path.is_dir():
            return digest_of(sorted(name for name in os.listdir(path) if name[0] != "."))
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    except OSError:
        return ""


@functools.cache
def digest_of_toolkit() -> str:
    """Hash the package's own files: an edited toolkit makes all anew, whatever its version."""
    return package_digest(
        {
            path.relative_to(_TOOLKIT).as_posix(): path.read_bytes()
            for path in _TOOLKIT.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
    )


def package_digest(files: dict[str, bytes]) -> str:
    """Return the sha256 of a package's files, by their way from its folder."""
    digest = hashlib.sha256()
    for name in sorted(files, key=lambda name: name.split("/")):
        digest.update(name.encode())
        digest.update(files[name])
    return digest.hexdigest()


@functools.cache
def _listen() -> None:
    sys.addaudithook(_heed)  # for life: none can be taken away


def _heed(event: str, arguments: tuple) -> None:
    """Note a file that is opened to be read, or a folder of the data that is listed."""
    if event not in ("open", "os.listdir", "os.scandir") or not _records or _noting.get():
        return
    if not isinstance(arguments[0], str | bytes | os.PathLike) or sys.is_finalizing():
        return
    token = _noting.set(True)
    try:
        path = Path(os.fsdecode(arguments[0])).resolve()
        if event == "open" and arguments[2] & _WRITING:
            _records[0].written.add(path)
        elif _is_input(path):
            kind = "file" if _answered.get() else "whole"
            _records[0].note(kind, name_of(path), digest_of_file(path))
    finally:
        _noting.reset(token)


def _is_input(path: Path) -> bool:
    """Tell what a report is made from: data and cache, found or not, and what is nobody else's."""
    if path in _records[0].written:
        return False
    if path.is_relative_to(data_dir().resolve()):
        return True
    if any(map(path.is_relative_to, _OTHERS)):
        return False
    hidden = any(part.startswith(".") for part in path.parts)
    return (path.is_file() and not hidden) or path.is_relative_to(cache_dir().resolve())


def _write_call(loader: Callable, bound: inspect.BoundArguments) -> str:
    bound.apply_defaults()
    target = f"{loader.__module__.removeprefix('toolkit.')}:{loader.__name__}"
    return json.dumps([target, bound.arguments], default=_plain, ensure_ascii=False)


def _plain(argument: object) -> object:
    """Write an argument that JSON does not know: a dataclass or a sequence."""
    if dataclasses.is_dataclass(argument):
        return dataclasses.asdict(argument)
    return list(argument)


def _read_argument(kind: object, value: object) -> object:
    return kind(**value) if dataclasses.is_dataclass(kind) else value


def _bytes_of(value: object) -> Iterator[bytes]:
    """Write a result down, value by value."""
    match value:
        case dict():
            yield f"{len(value)} pairs".encode()
            for key, item in value.items():
                yield from _bytes_of(key)
                yield from _bytes_of(item)
        case list() | tuple():
            yield f"{len(value)} items".encode()
            for item in value:
                yield from _bytes_of(item)
        case set() | frozenset():
            yield from _bytes_of(sorted(map(repr, value)))
        case _ if dataclasses.is_dataclass(value):
            fields = dataclasses.fields(value)
            yield from _bytes_of({field.name: getattr(value, field.name) for field in fields})
        case _ if hasattr(value, "tobytes"):
            yield f"{value.dtype}{value.shape}".encode()
            yield repr(value.tolist()).encode() if value.dtype.hasobject else value.tobytes()
        case _ if hasattr(value, "attrs"):
            yield from _bytes_of_frame(value)
        case _:
            yield f"{value!r}\n".encode()


def _bytes_of_frame(frame) -> Iterator[bytes]:
    """Write a frame or a series down: its labels, its types and its values."""
    import pandas as pd

    wide = frame.to_frame() if frame.ndim == 1 else frame
    labels = [(name, str(kind)) for name, kind in zip(wide.columns, wide.dtypes, strict=True)]
    yield repr([frame.ndim, labels, list(frame.index.names), frame.attrs]).encode()
    yield pd.util.hash_pandas_object(frame).to_numpy().tobytes()
