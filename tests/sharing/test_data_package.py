"""The data of a bundle as frictionless reads it."""

import io
import json
from pathlib import Path

import pandas as pd
import pytest
from frictionless import Package, Resource

from toolkit.sharing.availability import Availability, keep_shareable, list_sources
from toolkit.sharing.data_package import describe_package
from toolkit.sharing.own_schemas import own_schemas
from toolkit.sharing.shared_runs import Run


@pytest.fixture(scope="module")
def folder(shared, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    for name, content in shared.items():
        if name.startswith("data"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    return folder


def test_frictionless_accepts_it_with_its_sizes_and_hashes(folder):
    report = Package(str(folder / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "note"])[:5]
    assert report.stats["tasks"] >= 20


def test_frictionless_would_refuse_another_table(folder):
    table = folder / "data" / "projects" / "demande-unique" / "costs.csv"
    before = table.read_bytes()
    table.write_bytes(before.replace(b"16450", b"16451"))
    try:
        assert not Package(str(folder / "datapackage.json")).validate().valid
    finally:
        table.write_bytes(before)


def test_a_table_without_optional_columns_or_in_another_order_has_a_schema_of_its_own(
    shared, tmp_path
):
    path = "data/projects/demande-unique/logbook.csv"
    table = pd.read_csv(io.BytesIO(shared[path]), dtype=str)
    kept = [name for name in table.columns if not name.endswith("_translated")]
    lacking = table[kept[1:] + kept[:1]].to_csv(index=False).encode()
    assert own_schemas(shared) == {}
    files = shared | {path: lacking}
    own = own_schemas(files)
    (name,) = own
    assert name == "data/schemas/demande-unique/logbook.json"
    assert [field["name"] for field in json.loads(own[name])["fields"]] == kept[1:] + kept[:1]
    files |= own
    package = json.loads(describe_package(files, [], name="x", title="X"))
    (told,) = (resource for resource in package["resources"] if resource["path"] == path)
    assert told["schema"] == name
    for file in (path, name):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes(files[file])
    assert Resource(told, basepath=str(tmp_path)).validate().valid
    common = told | {"schema": "data/schemas/logbook.json"}
    (tmp_path / "data/schemas/logbook.json").write_bytes(files["data/schemas/logbook.json"])
    assert not Resource(common, basepath=str(tmp_path)).validate().valid


def test_it_says_whose_data_these_are(shared):
    package = json.loads(shared["datapackage.json"])
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert {s["licence"] for s in package["sources"]} >= {"Licence Ouverte 2.0"}
    assert all(s["attribution"] and s["path"] for s in package["sources"])


def run_that_read(*paths: str) -> Run:
    return Run("impact_evaluation/x/fr", {"data": {f"cache:{path}": "0" for path in paths}})


def test_only_files_that_may_be_passed_on_are_copied(shared):
    run = run_that_read(
        "etalab-barometre/barometre-resultats-departements-detail.xlsx",
        "anct-france-services/liste-fs-20240801.csv",
        "drees-aide-sociale/beneficiaires-aide-sociale-1996-2020.xlsx",
    )
    found = {entry.source.id: entry for entry in list_sources(shared, [run])}
    assert isinstance(found["etalab-barometre"], Availability)
    told = {name: (entry.reason, bool(entry.path)) for name, entry in found.items()}
    assert told["etalab-barometre"] == ("copied", True)
    assert told["anct-france-services"] == ("personal", False)
    assert told["drees-aide-sociale"] == ("licence", False)
    assert told["decoupage-administratif-6.0.0"] == ("embedded", True)
    assert "insee-estimations-population" not in told
    pulled = {f"pulled/{e.source.path}": b"x" for e in found.values() if e.source.path}
    kept = keep_shareable(pulled | {"README.md": b""}, list(found.values()))
    assert set(kept) == {"README.md", found["etalab-barometre"].path}
