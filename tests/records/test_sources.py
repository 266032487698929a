"""Every embedded table says whose it is, and its bytes are those described."""

import json
import tomllib

import pytest

from toolkit.errors import DataError
from toolkit.records.sources import data_dir, table_digest, table_path, table_sources

RESOURCES = json.loads((data_dir() / "territories" / "datapackage.json").read_text("utf-8"))[
    "resources"
]
NAMES = [resource["name"] for resource in RESOURCES]


@pytest.mark.parametrize("resource", RESOURCES, ids=NAMES)
def test_bytes_are_those_described(resource):
    assert "sha256:" + table_digest("territories", resource["name"]) == resource["hash"]
    assert table_path("territories", resource["name"]).stat().st_size == resource["bytes"]


@pytest.mark.parametrize("name", NAMES)
def test_every_table_has_a_licence_and_an_attribution_in_both_languages(name):
    sources = table_sources("territories", name)
    assert sources
    for source in sources:
        assert source.licence
        assert source.publisher
        assert all(source.attribution[code] and source.title[code] for code in ("fr", "en"))


def test_every_registered_source_is_pinned():
    register = tomllib.loads((data_dir() / "sources.toml").read_text(encoding="utf-8"))["source"]
    assert all(len(source["sha256"]) == 64 for source in register)
    assert not any(source["personal_data"] for source in register)


def test_an_unknown_table_names_those_there_are():
    with pytest.raises(
        DataError, match=r"No table 'incomes' in data/territories; it has: .*population"
    ):
        table_path("territories", "incomes")
