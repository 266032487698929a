"""Every embedded table says whose it is, and its bytes are those described."""

import hashlib
import json
import re
import tomllib

import pytest

from toolkit.errors import DataError
from toolkit.records.sources import (
    data_dir,
    load_sources,
    table_digest,
    table_path,
    table_sources,
)

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


def test_the_register_holds_each_entry_of_the_file_once():
    entries = tomllib.loads((data_dir() / "sources.toml").read_text(encoding="utf-8"))["source"]
    assert [entry["id"] for entry in entries] == list(load_sources())


@pytest.mark.parametrize("source", load_sources().values(), ids=list(load_sources()))
def test_a_source_is_pinned_unless_it_is_asked_online(source):
    assert source.access in ("package", "pull", "live", "simulated")
    assert source.access == "simulated" or source.url.startswith("https://")
    assert source.licence
    assert source.publisher
    assert all(source.attribution[code] and source.title[code] for code in ("fr", "en"))
    assert len(source.sha256 or "") == (64 if source.access in ("package", "pull") else 0)
    assert (source.path is None) == (source.bytes is None) == (source.access != "pull")
    assert bool(source.client) == (source.access == "live")


def test_what_is_pulled_and_what_is_asked_online():
    register = load_sources().values()
    assert [s.id for s in register if s.access == "pull"] == [
        "etalab-barometre",
        "anct-france-services",
        "drees-aide-sociale",
        "drees-prestations-solidarite",
        "insee-estimations-population",
    ]
    assert [s.id for s in register if s.access == "live"] == [
        "insee-melodi",
        "data-gouv-fr",
        "oecd-sdmx",
        "eurostat",
    ]


def test_a_pinned_url_names_a_commit_and_paths_are_all_different():
    pulls = [s for s in load_sources().values() if s.access == "pull"]
    assert all(re.search(r"/[0-9a-f]{40}/", s.url) for s in pulls)
    assert len({s.path for s in pulls}) == len(pulls)


def test_only_the_list_of_offices_holds_personal_data():
    assert [s.id for s in load_sources().values() if s.personal_data] == ["anct-france-services"]


@pytest.mark.parametrize("source_id", [s.id for s in load_sources().values() if s.path])
def test_the_register_describes_the_bytes_of_the_mirror(mirrored, source_id):
    content = mirrored(source_id).read_bytes()
    source = load_sources()[source_id]
    assert hashlib.sha256(content).hexdigest() == source.sha256
    assert len(content) == source.bytes


def test_an_unknown_table_names_those_there_are():
    with pytest.raises(
        DataError, match=r"No table 'incomes' in data/territories; it has: .*population"
    ):
        table_path("territories", "incomes")


def test_the_package_repeats_the_register_as_it_is_now():
    """An edit of sources.toml needs `make data`: the package's titles come from it."""
    package = json.loads((data_dir() / "territories" / "datapackage.json").read_text("utf-8"))
    register = load_sources()
    stated = {source["id"]: source["title"] for source in package["sources"]}
    assert stated == {name: register[name].title["fr"] for name in stated}
