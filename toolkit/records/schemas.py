"""The schema of every table a researcher fills: data/schemas/*.json (Frictionless Table Schema).

Beside the standard's own properties a field may have ``vocabulary`` (its codes stand in
programme/vocabulary.csv), ``reference`` (it names a territory, an indicator, a source...) and
``list`` (several codes, separated by spaces).
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from toolkit.records.reads import recorded
from toolkit.records.sources import damaged, data_dir

TYPES = ("string", "number", "integer", "date", "boolean")


@dataclass(frozen=True)
class Field:
    """A column: what its cells may hold; a table may go without one that is optional."""

    name: str
    type: str
    required: bool
    optional: bool
    pattern: re.Pattern[str] | None
    minimum: float | None
    maximum: float | None
    vocabularies: tuple[str, ...]
    reference: str | None
    is_list: bool
    unit: str | None
    description: dict[str, str]


@dataclass(frozen=True)
class Schema:
    """A table: its columns and what tells its rows apart."""

    name: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    title: dict[str, str]

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in order."""
        return [field.name for field in self.fields]


def schema_names() -> list[str]:
    """Return the names of the tables that have a schema."""
    return sorted(path.stem for path in _folder().glob("*.json"))


@recorded
@cache
def load_schema(name: str) -> Schema:
    """Load the schema of one table."""
    path = _folder() / f"{name}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Schema(
            name=name,
            fields=tuple(_field(entry) for entry in content["fields"]),
            primary_key=tuple(content.get("primaryKey", ())),
            title={"fr": content["title_fr"], "en": content["title"]},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, re.error) as error:
        raise damaged(path, error) from error


def _folder() -> Path:
    return data_dir() / "schemas"


def _field(entry: dict) -> Field:
    limits = entry.get("constraints", {})
    vocabulary = entry.get("vocabulary", [])
    if entry["type"] not in TYPES:
        raise ValueError(f"{entry['name']}: type {entry['type']}")
    return Field(
        name=entry["name"],
        type=entry["type"],
        required=limits.get("required", False),
        optional=entry.get("optional", False),
        pattern=re.compile(limits["pattern"]) if "pattern" in limits else None,
        minimum=limits.get("minimum"),
        maximum=limits.get("maximum"),
        vocabularies=(vocabulary,) if isinstance(vocabulary, str) else tuple(vocabulary),
        reference=entry.get("reference"),
        is_list=entry.get("list", False),
        unit=entry.get("unit"),
        description={"fr": entry["description_fr"], "en": entry["description"]},
    )
