"""A TOML file held against a model: what it says, or every fault with its line."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Generic, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from toolkit.i18n import interface_language
from toolkit.records.faults import Fault
from toolkit.records.personal import has_personal_data
from toolkit.records.vocabulary import vocabulary_codes

# What pydantic calls the types a key may have, and the rule that says how each is written.
_WRITTEN = {
    "string": "key_text", "date": "key_date", "float": "key_number", "int": "key_number",
    "bool": "boolean", "list": "key_list", "tuple": "key_list",
}  # fmt: skip
_OFF_SCALE = ("greater_than", "greater_than_equal", "less_than", "less_than_equal")


class Strict(BaseModel):
    """A model that takes no unknown key and converts no value."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Text(Strict):
    """A text in both languages."""

    fr: str = Field(min_length=1)
    en: str = Field(min_length=1)


Model = TypeVar("Model", bound=Strict)


@dataclass(frozen=True)
class TomlFile(Generic[Model]):
    """What was read of a TOML file.

    Attributes
    ----------
    file : str
        Its name in the faults.
    content : dict
        As it stands; empty where it cannot be read.
    model : Strict or None
        Where everything has the right type.
    known : Strict or None
        What can be held against rules all the same: the model, or else its fields that have the
        right type, the others being None. None where the file cannot be read.
    lines : dict of str to int
        Line of every key: "facets.mission.score" -> 31.
    faults : tuple of Fault
        Of reading, of types, and the personal data found in any text.
    """

    file: str
    content: dict
    model: Model | None
    known: Model | None
    lines: dict[str, int]
    faults: tuple[Fault, ...]

    def fault(
        self, rule: str, key: str = "", value: object = "", nearest: str = "", **details: object
    ) -> Fault:
        """Return a fault at one key."""
        texts = {name: str(detail) for name, detail in details.items()}
        return Fault(self.file, rule, self.line(key), key, str(value), nearest, texts)

    def line(self, key: str) -> int | None:
        """Return the line of a key, or of the nearest table that holds it."""
        while key and key not in self.lines:
            key = key.rpartition(".")[0]
        return self.lines.get(key)

    def check_code(self, code: str, vocabulary: str, key: str) -> Iterator[Fault]:
        """Find a code that its vocabulary does not have, with the nearest it has."""
        codes = vocabulary_codes(vocabulary)
        if code not in codes:
            near = get_close_matches(code, codes, n=1)
            yield self.fault(
                "vocabulary", key, code, near[0] if near else "", word=code, codes=", ".join(codes)
            )


def parse_toml(path: Path, file: str) -> tuple[str, dict, Fault | None]:
    """Return the text of a TOML file and what it holds, or why it cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return "", {}, Fault(file, "missing_file")
    except OSError as error:
        return "", {}, Fault(file, "unreadable", value=interface_language().reason(error))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        seen = error.object[max(0, error.start - 10) : error.start + 10].decode("cp1252", "replace")
        return "", {}, Fault(file, "encoding", line=line, value=seen)
    try:
        return text, tomllib.loads(text), None
    except (ValueError, RecursionError) as error:  # broken, or made to break
        # The reason is in English alone: the line says as much.
        at, lines = re.search(r"line (\d+)", str(error)), text.split("\n")
        line = int(at[1]) if at else len(lines)
        seen = next((row.strip() for row in reversed(lines[:line]) if row.strip()), "")
        return text, {}, Fault(file, "toml", line=line, value=seen)


def read_toml(path: Path, file: str, model: type[Model]) -> TomlFile[Model]:
    """Read a TOML file against a model; `file` is how the faults name it."""
    text, content, broken = parse_toml(path, file)
    if broken is not None:
        return TomlFile(file, {}, None, None, {}, (broken,))
    lines = _key_lines(text)
    try:
        found = model.model_validate(content)
    except ValidationError as error:
        read = TomlFile(file, content, None, _known(model, content), lines, ())
        faults = [_type_fault(read, entry, model) for entry in error.errors()]
        return replace(read, faults=(*faults, *_personal(read, content, "")))
    read = TomlFile(file, content, found, found, lines, ())
    return replace(read, faults=tuple(_personal(read, content, "")))


def _known(model: type[Model], content: dict) -> Model:
    """Return the fields that have the right type, so that one fault does not hide the others."""
    fields = {}
    for name, field in model.model_fields.items():
        value = None if field.is_required() else field.get_default(call_default_factory=True)
        with suppress(ValidationError):
            kind = TypeAdapter(Annotated[field.annotation, field])
            value = kind.validate_python(content[name], strict=True) if name in content else value
        fields[name] = value
    return model.model_construct(**fields)


def _key_lines(text: str) -> dict[str, int]:
    """Find the line of every key; entries of an array of tables are numbered: "roles.0.role"."""
    lines, section, counts = {}, "", {}
    for number, line in enumerate(text.split("\n"), start=1):
        if match := re.match(r"\s*\[\[([\w.-]+)\]\]", line):
            index = counts[match[1]] = counts.get(match[1], -1) + 1
            section = f"{match[1]}.{index}."
            lines.setdefault(match[1], number)
            lines[section[:-1]] = number
        elif match := re.match(r"\s*\[([\w.-]+)\]", line):
            array, _, rest = match[1].partition(".")
            table = f"{array}.{counts[array]}.{rest}" if array in counts else match[1]
            section = table + "."
            lines[table] = number
        elif match := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            lines[section + re.sub(r"[\"']", "", match[1])] = number
    return lines


def _type_fault(read: TomlFile, error: dict, model: type[Strict]) -> Fault:
    """Turn one of pydantic's errors into a fault of ours."""
    where = [str(part) for part in error["loc"]]
    key, kind = ".".join(where), error["type"]
    if kind == "missing":
        return read.fault("key_missing", key)
    if kind == "extra_forbidden":
        near = get_close_matches(where[-1], _fields_at(model, where[:-1]), n=1)
        return read.fault("key_unknown", key, where[-1], near[0] if near else "")
    if kind in ("string_too_short", "too_short"):
        return read.fault("key_blank", key)
    if kind in _OFF_SCALE:
        low, high = _scale_of(model, where)
        rule = "range_above" if kind == "greater_than" else "range"
        return read.fault(rule, key, error["input"], minimum=low, maximum=high)
    if kind == "literal_error":
        options = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        near = get_close_matches(str(error["input"]).casefold(), options, n=1)
        return read.fault(
            "vocabulary",
            key,
            error["input"],
            near[0] if near else "",
            word=error["input"],
            codes=", ".join(options),
        )
    expected = kind.removesuffix("_type").removesuffix("_parsing")
    rule = _WRITTEN.get(expected, "key_type")
    return read.fault(rule, key, error["input"], expected=expected)


def _fields_at(model: type[Strict], where: list[str]) -> dict[str, FieldInfo]:
    """Return the fields a model has at a place inside it."""
    for part in where:
        if part in model.model_fields:
            inside = _model_in(model.model_fields[part].annotation)
            if inside is None:
                return {}
            model = inside
    return model.model_fields


def _model_in(annotation: object) -> type[Strict] | None:
    """Return the model that a field's type holds: itself, or inside a list or an option."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def _scale_of(model: type[Strict], where: list[str]) -> tuple[str, str]:
    """Return the ends of a number's scale, as its field states them."""
    bounds = _fields_at(model, where[:-1])[where[-1]].metadata
    ends = [("ge", "gt", "−∞"), ("le", "lt", "+∞")]
    low, high = (
        next((str(getattr(b, n)) for b in bounds for n in names if hasattr(b, n)), default)
        for *names, default in ends
    )
    return low, high


def _personal(read: TomlFile, value: object, key: str) -> Iterator[Fault]:
    """Find personal data in any text."""
    inside = value.items() if isinstance(value, dict) else ()
    inside = enumerate(value) if isinstance(value, list) else inside
    for name, inner in inside:
        yield from _personal(read, inner, f"{key}.{name}".lstrip("."))
    if isinstance(value, str) and has_personal_data(value):
        yield read.fault("personal_data", key, value)
