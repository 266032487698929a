"""Read a CSV table as it must be written, and say every way in which it is not.

UTF-8 without a byte-order mark, commas, line feeds, ISO dates, decimal points. Everything is read
as text first, so that a code keeps its zeros and a fault shows what is really in the file.
"""

import csv
import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from toolkit.i18n import interface_language
from toolkit.records.faults import Fault
from toolkit.records.personal import has_personal_data
from toolkit.records.schemas import Field, Schema
from toolkit.records.vocabulary import vocabulary_codes

LARGEST_FILE = 200_000_000  # bytes
_BINARY_STARTS = {
    b"PK\x03\x04": "Excel / ZIP",
    b"PAR1": "Parquet",
    b"\xd0\xcf\x11\xe0": "Excel 97",
    b"%PDF": "PDF",
    b"\x1f\x8b": "gzip",
}
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
# Control characters, which could drive a terminal; a cell has no use for them.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True)
class Row:
    """One line of a table: its number in the file, its cells as text, and their values."""

    line: int
    cells: dict[str, str]
    parsed: dict[str, object]


@dataclass(frozen=True)
class Table:
    """What could be read of a file, and what is wrong with it."""

    file: str
    schema: Schema
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]

    def frame(self) -> pd.DataFrame:
        """Return the rows as a frame, in the types of the schema: text, Int64, Float64, dates."""
        types = {"string": "str", "integer": "Int64", "number": "Float64", "boolean": "boolean"}
        data = {}
        for field in self.schema.fields:
            values = [row.parsed.get(field.name) for row in self.rows]
            if field.type == "date":
                data[field.name] = pd.to_datetime(pd.Series(values, dtype="object"))
            else:
                data[field.name] = pd.Series(values, dtype=types[field.type])
        return pd.DataFrame(data)


def read_table(path: Path, schema: Schema, file: str) -> Table:
    """Read a table and check it against its schema, cell by cell.

    Parameters
    ----------
    path : Path
    schema : Schema
    file : str
        How the faults name the file.

    Returns
    -------
    Table
        All faults at once. When the file itself is unreadable it has no rows.
    """
    text, faults = _text(path, file, schema.columns)
    if text is None:
        return Table(file, schema, (), tuple(faults))
    header, records, structure = _records(text, schema, file)
    faults += structure
    rows = []
    for line, cells in records:
        values, found = _values(dict(zip(header, cells, strict=True)), schema, file, line)
        faults += found
        rows.append(Row(line, dict(zip(header, cells, strict=True)), values))
    if header:
        faults += _duplicates(rows, schema, file)
    return Table(file, schema, tuple(rows), tuple(faults))


def _text(path: Path, file: str, columns: list[str]) -> tuple[str | None, list[Fault]]:
    """Return the text of a file, or None when it is not one, with what is wrong with its bytes."""
    if path.exists() and not path.is_file():
        return None, [Fault(file, "unreadable", value="-")]  # a folder, or a pipe that would block
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            return None, [Fault(file, "too_large", value=f"{size / 1e6:.0f}")]
        content = path.read_bytes()
    except OSError as error:
        return None, [Fault(file, "unreadable", value=interface_language().reason(error))]
    kind = next((k for start, k in _BINARY_STARTS.items() if content.startswith(start)), None)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, [Fault(file, "encoding", line=1, value="UTF-16")]
    if kind or b"\x00" in content:
        return None, [Fault(file, "binary", value=kind or "\\x00")]
    faults = []
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
        faults.append(Fault(file, "bom", line=1))
    if not content.strip():
        return None, [*faults, Fault(file, "empty", details={"columns": ",".join(columns)})]
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        text = content.decode("cp1252", "replace")  # a spreadsheet's, so that the rest is said too
        seen = text[max(0, error.start - 10) : error.start + 10]
        faults.append(Fault(file, "encoding", line=line, value=seen))
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        faults.append(Fault(file, "line_ends", line=line))
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, faults


def _records(
    text: str, schema: Schema, file: str
) -> tuple[list[str], list[tuple[int, list[str]]], list[Fault]]:
    """Split a text into a header and numbered lines, with what is wrong with its shape."""
    faults: list[Fault] = []
    first = text.partition("\n")[0]
    # Read as it was meant where the separator is another, so that the rest is said too.
    delimiter = "," if "," in first else next((mark for mark in ";\t|" if mark in first), ",")
    if delimiter != ",":
        faults.append(Fault(file, "delimiter", line=1, value=delimiter))
    lines = _Lines(text, delimiter)
    try:
        _, header = next(lines)
    except csv.Error as error:
        return [], [], [*faults, Fault(file, "quotes", line=1, value=str(error))]
    header_faults = list(_header_faults(header, schema, file))
    faults += header_faults
    if any(fault.rule == "column_twice" for fault in header_faults):
        return [], [], faults
    records = []
    try:
        for line, cells in lines:
            if not any(cell.strip() for cell in cells):
                faults.append(Fault(file, "blank_line", line=line))
            elif len(cells) != len(header):
                details = {"expected": str(len(header)), "found": str(len(cells))}
                faults.append(
                    Fault(file, "cell_count", line=line, value=",".join(cells), details=details)
                )
            else:
                records.append((line, cells))
    except csv.Error as error:
        faults.append(Fault(file, "quotes", line=lines.start, value=str(error)))
    return header, records, faults


class _Lines:
    """Iterate over the records of a text, each with the number of the line it starts on."""

    def __init__(self, text: str, delimiter: str):
        csv.field_size_limit(1_000_000)
        self._reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
        self.start = 1

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        return self

    def __next__(self) -> tuple[int, list[str]]:
        self.start = self._reader.line_num + 1
        return self.start, next(self._reader)


def _header_faults(header: list[str], schema: Schema, file: str) -> Iterator[Fault]:
    for name in dict.fromkeys(header):
        if header.count(name) > 1:
            yield Fault(file, "column_twice", line=1, column=name, value=name)
        elif name not in schema.columns:
            missing = [column for column in schema.columns if column not in header]
            nearest = get_close_matches(name.strip().lower(), missing, n=1, cutoff=0.5)
            yield Fault(file, "unknown_column", 1, name, name, nearest[0] if nearest else "")
    for field in schema.fields:
        if field.name not in header and not field.optional:
            details = {"columns": ", ".join(schema.columns)}
            yield Fault(file, "missing_column", line=1, column=field.name, details=details)


def _values(
    cells: dict[str, str], schema: Schema, file: str, line: int
) -> tuple[dict[str, object], list[Fault]]:
    """Return the typed values of a line (None where empty or wrong) and its faults."""
    values: dict[str, object] = {}
    faults = []
    for field in schema.fields:
        cell = cells.get(field.name)
        if cell is None:
            continue
        value, fault = _value(cell, field)
        values[field.name] = value
        if fault is not None:
            rule, nearest, details = fault
            faults.append(Fault(file, rule, line, field.name, cell, nearest, details))
    return values, faults


Wrong = tuple[str, str, dict[str, str]]


def _value(cell: str, field: Field) -> tuple[object, Wrong | None]:
    """Read one cell: its value, or the rule it breaks, the nearest valid value and details."""
    if cell != cell.strip():
        return None, ("spaces", cell.strip(), {})
    if not cell:
        return None, ("required", "", {}) if field.required else None
    if _CONTROL.search(cell):
        return None, ("control", _CONTROL.sub("", cell), {})
    if _is_free_text(field) and has_personal_data(cell):
        return None, ("personal_data", "", {})
    value, wrong = _TYPES[field.type](cell)
    if wrong is not None:
        return None, wrong
    return (None, broken) if (broken := _limits(cell, value, field)) else (value, None)


def _is_free_text(field: Field) -> bool:
    return field.type == "string" and not (field.vocabularies or field.reference or field.pattern)


def _limits(cell: str, value: object, field: Field) -> Wrong | None:
    """Hold a value of the right type against the limits of its column."""
    if field.vocabularies:
        return _vocabulary(cell, field)
    if field.pattern and not field.pattern.fullmatch(cell):
        return ("pattern", "", {"pattern": field.pattern.pattern})
    minimum = -math.inf if field.minimum is None else field.minimum
    maximum = math.inf if field.maximum is None else field.maximum
    if isinstance(value, int | float) and not minimum <= value <= maximum:
        shown = {"minimum": f"{minimum:g}", "maximum": f"{maximum:g}"}
        return ("range", "", {name: bound.replace("inf", "∞") for name, bound in shown.items()})
    return None


def _vocabulary(cell: str, field: Field) -> Wrong | None:
    codes = [code for name in field.vocabularies for code in vocabulary_codes(name)]
    for word in cell.split(" ") if field.is_list else [cell]:
        if word not in codes:
            folded = {code.casefold(): code for code in codes}
            near = get_close_matches(word.casefold(), folded, n=1)
            details = {"word": word, "codes": ", ".join(codes)}
            return ("vocabulary", folded[near[0]] if near else "", details)
    return None


def _string(cell: str) -> tuple[object, Wrong | None]:
    return cell, None


def _number(cell: str) -> tuple[object, Wrong | None]:
    if _NUMBER.fullmatch(cell):
        value = float(cell)
        return (value, None) if math.isfinite(value) else (None, ("number", "", {}))
    plain = re.sub(r"[ \u00a0\u202f]", "", cell).replace("\N{MINUS SIGN}", "-")
    pointed = plain.replace(",", ".")
    if _NUMBER.fullmatch(pointed) and "," in plain:
        return None, ("decimal_comma", pointed, {})
    return None, ("number", plain if _NUMBER.fullmatch(plain) else "", {})


def _integer(cell: str) -> tuple[object, Wrong | None]:
    value, wrong = _number(cell)
    if wrong is not None:
        return None, wrong
    if not _INTEGER.fullmatch(cell):
        return None, ("integer", f"{value:.0f}" if value == round(value) else "", {})
    return (int(cell), None) if abs(value) < 2**53 else (None, ("integer", "", {}))


def _date(cell: str) -> tuple[object, Wrong | None]:
    if _ISO_DATE.fullmatch(cell):
        try:
            return date.fromisoformat(cell), None
        except ValueError:
            return None, ("date", "", {})
    return None, ("date", _probable_date(cell), {})


def _probable_date(cell: str) -> str:
    """Guess the ISO date behind 03/04/2015 (day first, as in France) or a spreadsheet's 42097."""
    try:
        if match := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", cell):
            return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
        if match := re.fullmatch(r"(\d{4}-\d{2}-\d{2})[T ].*", cell):
            return date.fromisoformat(match[1]).isoformat()
        if re.fullmatch(r"[34]\d{4}", cell):  # days since 30 December 1899: 1982 to 2036
            return date.fromordinal(date(1899, 12, 30).toordinal() + int(cell)).isoformat()
    except ValueError:
        pass
    return ""


def _boolean(cell: str) -> tuple[object, Wrong | None]:
    if cell in _BOOLEANS:
        return _BOOLEANS[cell], None
    guess = {"1": "true", "oui": "true", "yes": "true", "vrai": "true"}
    guess |= {"0": "false", "non": "false", "no": "false", "faux": "false"}
    lower = cell.lower()
    return None, ("boolean", lower if lower in _BOOLEANS else guess.get(lower, ""), {})


_TYPES = {
    "string": _string,
    "number": _number,
    "integer": _integer,
    "date": _date,
    "boolean": _boolean,
}


def _duplicates(rows: list[Row], schema: Schema, file: str) -> Iterator[Fault]:
    """Find rows whose primary key stands twice."""
    first: dict[tuple, int] = {}
    for row in rows if schema.primary_key else []:
        key = tuple(row.cells.get(name, "") for name in schema.primary_key)
        if key in first:
            details = {"key": ", ".join(schema.primary_key), "first": str(first[key])}
            yield Fault(
                file, "duplicate", row.line, schema.primary_key[0], ", ".join(key), "", details
            )
        first.setdefault(key, row.line)
