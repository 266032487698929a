"""What a run read is known, whole or by slice, and a change elsewhere is not a change."""

import hashlib
import importlib
import json
import os
import pkgutil
import shutil
import subprocess
import sys
from functools import _lru_cache_wrapper

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import toolkit.records
from toolkit.records.reads import digest_of, digest_of_call, name_of, path_of, read_record, recorded
from toolkit.records.sources import data_dir

PROGRAM = """
import sys
from pathlib import Path
from toolkit.records.reads import record_to
record_to(Path(sys.argv[1]))
import pandas as pd
import toolkit as t
creuse = t.load_territory("DEP-23")
t.load_population(creuse)
t.describe_within(creuse)
t.similar_territories(creuse)
t.load_contours("DEP")
for _ in range(2):
    pd.read_csv("own.csv")
    t.load_population(creuse)
Path("made.txt").write_text("made here")
Path("made.txt").read_text()
(Path(sys.argv[2]) / "studies").joinpath("none.txt").exists()
try:
    (Path(sys.argv[2]) / "studies" / "none.txt").read_text()
except FileNotFoundError:
    pass
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A copy of the data, to change."""
    folder = tmp_path_factory.mktemp("copy") / "data"
    shutil.copytree(data_dir(), folder)
    return folder


@pytest.fixture(scope="module")
def reads(data):
    """What a program read, in a process of its own: an audit hook stays for life."""
    (data.parent / "own.csv").write_text("a,b\n1,2\n")
    record = data.parent / "reads.jsonl"
    environment = os.environ | {"FUTURS_DATA": str(data)}
    command = [sys.executable, "-c", PROGRAM, str(record), str(data)]
    subprocess.run(command, cwd=data.parent, env=environment, check=True)
    return read_record(record)


def test_files_are_named_without_the_machine_and_hashed(reads, data):
    own = hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert reads.whole == {"file:own.csv": own, "studies/none.txt": ""}
    assert "territories/contours.geojson" in reads.files
    population = data / "territories" / "population.parquet"
    digest = hashlib.sha256(population.read_bytes()).hexdigest()
    assert reads.files["territories/population.parquet"] == digest


def test_slices_are_the_calls_that_were_not_made_by_another(reads):
    assert [json.loads(call)[0].split(":")[1] for call in reads.slices] == [
        "load_territory", "load_population", "describe_within", "similar_territories",
        "load_contours",
    ]  # fmt: skip
    assert all(digest_of_call(call) == digest for call, digest in reads.slices.items())


def change_population(data, code, people):
    """Change one commune's population in 2022, and the hash its data package states."""
    path = data / "territories" / "population.parquet"
    kept = pq.read_table(path)
    table = kept.to_pandas()
    rows = (table.level == "COM") & (table.code == code) & (table.year == 2022)
    assert rows.sum() == 1
    table.loc[rows, "population"] += people
    pq.write_table(pa.Table.from_pandas(table, kept.schema, preserve_index=False), path)
    package = data / "territories" / "datapackage.json"
    content = json.loads(package.read_text(encoding="utf-8"))
    entry = next(r for r in content["resources"] if r["name"] == "population")
    entry["hash"] = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    package.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("commune", "changed"),
    [
        ("87085", set()),
        ("23096", {"describe_within", "similar_territories"}),
    ],  # Limoges; Guéret, of the Creuse
)
def test_what_changes_elsewhere_changes_no_slice(reads, data, commune, changed, tmp_path):
    shutil.copytree(data, tmp_path / "data")
    change_population(tmp_path / "data", commune, 1)
    code = (
        "import json, sys\nfrom toolkit.records.reads import digest_of_call\n"
        "print(json.dumps([call for call, digest in json.load(sys.stdin).items()"
        " if digest_of_call(call) != digest]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(reads.slices),
        env=os.environ | {"FUTURS_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert {json.loads(c)[0].split(":")[1] for c in json.loads(run.stdout)} == changed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 3]})),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]})),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [1.0]})),
        (np.array([1, 2]), np.array([[1, 2]])),
        ({"a": ("x", "y")}, {"a": ("xy",)}),
        ([[1], [2]], [[1, 2]]),
        (None, "None"),
        ([1, 23], [12, 3]),
        (np.array(["a"], object), np.array(["b"], object)),
        (pd.Series([1], name="a"), pd.Series([1], name="b")),
    ],
)
def test_a_digest_tells_values_types_and_shapes_apart(one, other):
    assert digest_of(one) == digest_of(one)
    assert digest_of(one) != digest_of(other)


def test_only_a_recorded_loader_is_called_again():
    with pytest.raises(ValueError, match="os:getcwd"):
        digest_of_call('["records.reads:name_of", {"os:getcwd": 1}]')


@pytest.mark.parametrize("name", ["projects/a/b.csv", "cache:folder/file.csv", "file:own.csv"])
def test_a_name_leads_to_its_file(name):
    assert name_of(path_of(name).resolve()) == name


def test_a_loader_that_remembers_is_recorded_too():
    """A cache filled inside of a recorded loader would hide from the record what is read later."""
    forgotten = []
    for module in pkgutil.iter_modules(toolkit.records.__path__):
        found = vars(importlib.import_module(f"toolkit.records.{module.name}"))
        forgotten += [
            name
            for name, value in found.items()
            if isinstance(value, _lru_cache_wrapper) and not name.startswith("_")
        ]
    assert forgotten == ["digest_of_toolkit"]  # the package's own files are no data
    assert recorded(len).recorded
