"""All that a file says to who looks closely: its text, and what it holds beside what is seen.

What cannot be read is said, never passed over.
"""

import base64
import binascii
import csv
import html
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote

DEEPEST = 3  # files in files: a picture in a page in a zip
MOST_WITHIN = 100_000_000  # bytes of one file in a zip
_INLINE = re.compile(r"</?(?:a|abbr|b|code|em|i|mark|small|span|strong|sub|sup|tspan|u)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_ENCODED = re.compile(r"data:[\w/+.-]+(?:;[\w=-]+)*;base64,([A-Za-z0-9+/=\s]+)")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
# Between words: `pair[at])` is code.
_AT = re.compile(r"(?<=\w)\s*[\[({]\s*(?:at|arobase)\s*[\])}]\s*(?=\w)", re.IGNORECASE)
_DOT = re.compile(r"(?<=\w)\s*[\[({]\s*(?:dot|point)\s*[\])}]\s*(?=\w)", re.IGNORECASE)
_MAGIC = {
    b"%PDF": ".pdf",
    b"\x89PNG": ".png",
    b"\xff\xd8\xff": ".jpg",
    b"PK\x03\x04": ".zip",
    b"PAR1": ".parquet",
}
# Compressed in ways that are not undone here: gzip, bzip2, xz, 7z, rar, zstd.
_CLOSED = (
    b"\x1f\x8b\x08", b"BZh91AY&SY", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07",
    b"\x28\xb5\x2f\xfd",
)  # fmt: skip
_OPENED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_ENCRYPTED = 0x1
# Of these, what can be printed says nothing of what they hold.
_COMPRESSED = (".pdf", ".parquet", ".zip")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff")


@dataclass(frozen=True)
class Passage:
    """A text of a file.

    Attributes
    ----------
    text : str
    part : str
        Which: a page of a PDF, a column of a table, a key, a file within; "" of the text itself.
    line : int, optional
        Of a table; that of a text follows from where in it something stands.
    unread : {"", "size", "depth", "closed", "damaged"}
        Why a part was not read (it has no text then): larger than 100 MB unpacked; deeper than
        three files in files; compressed or encrypted in a way that is not undone; unreadable as
        what it is.
    """

    text: str
    part: str = ""
    line: int | None = None
    unread: str = ""


def read_passages(name: str, content: bytes, *, depth: int = 0) -> Iterator[Passage]:
    """Yield the texts of a file, each as it stands and as a reader would see it.

    Parameters
    ----------
    name : str
        Its name: itself a text, and the kind of what it holds.
    content : bytes

    Yields
    ------
    Passage
        Pages and figures with their attributes, comments and scripts, without their tags too; JSON
        and notebooks by key; tables by column; a PDF's pages, metadata and attachments; a
        picture's metadata; what lies in a zip or, encoded, in any of these. Of a file of no known
        kind, whatever can be printed. A part that was not read, as such.
    """
    yield Passage(clear(name).replace("/", "\n"), "name")
    kind = next((k for magic, k in _MAGIC.items() if content.startswith(magic)), _suffix(name))
    try:
        if kind == ".pdf":
            yield from _pdf(content, depth)
        elif kind == ".parquet":
            yield from _parquet(content)
        elif kind in _PICTURES:
            yield from _picture(content)
        elif kind == ".zip":
            yield from _zip(content, depth)
        elif content.startswith(_CLOSED):
            yield Passage("", unread="closed")
        else:
            yield from _text(content.decode("utf-8"), kind, depth)
    except Exception:  # what it should be it is not, in whatever way its reader takes that
        yield from _printable(content)
        if kind in _COMPRESSED:
            yield Passage("", unread="damaged")


def clear(text: str) -> str:
    """Return a text without what hides it: entities, escapes, signs without width, "(at)"."""
    text = _ESCAPED.sub(lambda seen: chr(int(seen[1], 16)), html.unescape(text))
    if "%40" in text:
        text = unquote(text)
    text = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return _DOT.sub(".", _AT.sub("@", text))


def _suffix(name: str) -> str:
    return name[name.rfind(".") :].lower() if "." in name else ""


def _text(text: str, kind: str, depth: int) -> Iterator[Passage]:
    yield Passage(clear(_ENCODED.sub("", text)))
    if kind in (".html", ".svg", ".xml", ".ipynb", ".json", ".md"):
        seen = _TAG.sub("\n", _INLINE.sub("", _ENCODED.sub("", text)))
        yield Passage(clear(seen), "text")
    if kind in (".json", ".ipynb", ".geojson"):
        yield from _keys(json.loads(text), "", depth)
    if kind in (".csv", ".tsv"):
        yield from _cells(text)
    for number, encoded in enumerate(_ENCODED.findall(text)):
        yield from _within(f"data {number + 1}", encoded, depth)


def _keys(value: object, path: str, depth: int) -> Iterator[Passage]:
    """Yield each value of JSON with its key, which may be what tells that it is a birth date."""
    match value:
        case dict():
            for key, held in value.items():
                yield from _keys(held, f"{path}.{key}" if path else str(key), depth)
        case list():
            for number, held in enumerate(value):
                yield from _keys(held, f"{path}[{number}]", depth)
        case str():
            yield Passage(clear(f"{path.rpartition('.')[2]}: {value}"), path)
            if len(value) > 64:
                yield from _within(path, value, depth)


def _cells(text: str) -> Iterator[Passage]:
    rows = csv.reader(io.StringIO(text))
    header = next(rows, [])
    for row in rows:
        for column, cell in zip(header, row, strict=False):
            if not cell.isdecimal():
                yield Passage(clear(f"{column}: {cell}"), column, rows.line_num)


def _parquet(content: bytes) -> Iterator[Passage]:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(io.BytesIO(content))
    for key, value in (table.schema.metadata or {}).items():
        yield Passage(clear(f"{key.decode()}: {value.decode('utf-8', 'replace')}"), key.decode())
    for name, column in zip(table.column_names, table.columns, strict=True):
        for value in column.unique().to_pylist():
            if isinstance(value, str):
                yield Passage(clear(f"{name}: {value}"), name)


def _within(part: str, encoded: str, depth: int) -> Iterator[Passage]:
    """Yield the texts of a file that stands encoded in another."""
    try:
        content = base64.b64decode("".join(encoded.split()), validate=True)
    except binascii.Error:
        return
    known = next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), "")
    if known or content.startswith(_CLOSED):
        yield from _deeper(part, known, content, depth)


def _deeper(part: str, name: str, content: bytes, depth: int) -> Iterator[Passage]:
    """Yield the texts of a file within another, with their place in it."""
    if depth >= DEEPEST:
        yield Passage("", part, unread="depth")
        return
    for passage in read_passages(name, content, depth=depth + 1):
        yield replace(passage, part=f"{part} {passage.part}".strip())


def _pdf(content: bytes, depth: int) -> Iterator[Passage]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content))
    for number, page in enumerate(reader.pages):
        yield Passage(clear(page.extract_text()), f"p. {number + 1}")
    for key, value in (reader.metadata or {}).items():
        yield Passage(clear(f"{key}: {value}"), key)
    described = reader.trailer["/Root"].get("/Metadata")
    if described is not None:
        yield from _text(described.get_object().get_data().decode("utf-8"), ".xml", depth)
    for name, files in reader.attachments.items():
        for held in files:
            yield from _deeper(name, name, held, depth)
    yield from _alternatives(reader)


def _alternatives(reader) -> Iterator[Passage]:
    """Yield what a PDF's structure says in the place of figures."""
    for number in range(1, reader.trailer["/Size"]):
        held = reader.get_object(number)
        for key in ("/Alt", "/ActualText", "/Contents"):
            if isinstance(held, dict) and isinstance(held.get(key), str):
                yield Passage(clear(held[key]), key)


def _picture(content: bytes) -> Iterator[Passage]:
    from PIL import ExifTags, Image

    with Image.open(io.BytesIO(content)) as picture:
        told = {**picture.info, **getattr(picture, "text", {})}
        told |= {ExifTags.TAGS.get(tag, str(tag)): v for tag, v in picture.getexif().items()}
    for key, value in told.items():
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        yield Passage(clear(f"{key}: {text}"), str(key))
    yield from _printable(content)


def _zip(content: bytes, depth: int) -> Iterator[Passage]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield Passage(clear(archive.comment.decode("utf-8", "replace")), "comment")
        for entry in archive.infolist():
            if entry.file_size > MOST_WITHIN:
                yield Passage("", entry.filename, unread="size")
            elif entry.flag_bits & _ENCRYPTED or entry.compress_type not in _OPENED:
                yield Passage("", entry.filename, unread="closed")
            else:
                yield from _deeper(entry.filename, entry.filename, archive.read(entry), depth)


def _printable(content: bytes) -> Iterator[Passage]:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        text = content.decode(encoding, "replace")
        yield Passage(clear("\n".join(re.findall(r"[^\W_](?:[ -~\u00a0-\u024f]){5,}", text))))
