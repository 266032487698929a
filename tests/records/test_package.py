"""data/datapackage.json describes every table there is, and frictionless can read it."""

import json

import pytest
from frictionless import Package, Resource

from toolkit.records.package import describe_data
from toolkit.records.sources import data_dir

PACKAGE = data_dir() / "datapackage.json"


def test_the_package_is_the_one_the_data_gives():
    assert PACKAGE.read_text(encoding="utf-8") == describe_data(), "run: futurs data describe"


def test_every_csv_of_projects_and_programme_is_described():
    described = {
        resource["path"] for resource in json.loads(PACKAGE.read_text("utf-8"))["resources"]
    }
    files = [*data_dir().glob("projects/*/*.csv"), *data_dir().glob("programme/*.csv")]
    assert {path.relative_to(data_dir()).as_posix() for path in files} <= described


def test_names_are_unique_and_every_path_exists():
    resources = json.loads(PACKAGE.read_text(encoding="utf-8"))["resources"]
    names = [resource["name"] for resource in resources]
    assert len(set(names)) == len(names) > 90
    assert all((data_dir() / resource["path"]).is_file() for resource in resources)


def test_frictionless_accepts_the_package():
    package = Package(str(PACKAGE))
    assert len(package.resources) > 90
    assert (
        package.get_resource("demande-unique.ratings").schema.get_field("score").type == "integer"
    )


@pytest.mark.parametrize("path", ["programme/vocabulary.csv", "programme/ecosystem_actions.csv"])
def test_frictionless_finds_no_fault_in_the_programme(path):
    schema = f"schemas/{path.split('/')[1].removesuffix('.csv')}.json"
    report = Resource(path=path, schema=schema, basepath=str(data_dir())).validate()
    assert report.valid, report.flatten(["rowNumber", "note"])


def test_frictionless_finds_no_fault_in_a_demonstration_project():
    for path in sorted(data_dir().glob("projects/demande-unique/*.csv")):
        schema = f"schemas/{path.stem}.json"
        relative = path.relative_to(data_dir()).as_posix()
        report = Resource(path=relative, schema=schema, basepath=str(data_dir())).validate()
        assert report.valid, (path.name, report.flatten(["rowNumber", "note"])[:3])
