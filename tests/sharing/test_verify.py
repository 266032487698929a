"""Everything a bundle says of itself is held against what it has, and nothing of it is run."""

import json

import pytest

from toolkit.i18n import language
from toolkit.records.faults import write_faults
from toolkit.sharing.archive import pack
from toolkit.sharing.share import write_sums
from toolkit.sharing.tables_judged import table_faults
from toolkit.sharing.verify import check_bundle

CRATE, PACKAGE, SUMS = "ro-crate-metadata.json", "datapackage.json", "SHA256SUMS"
REPORT = "reports/impact_evaluation/demande-unique/fr"
LOCK = "data/studies/demande-unique.lock.json"


@pytest.fixture
def check(tmp_path):
    """Check a bundle of some files, whose sums are made anew unless told otherwise."""

    def checked(files: dict[str, bytes], *, sums: bool = True):
        if sums:
            others = {name: content for name, content in files.items() if name != SUMS}
            files = others | {SUMS: write_sums(others)}
        path = tmp_path / "bundle.zip"
        path.write_bytes(pack(files))
        return check_bundle(path)

    return checked


def rules(checked) -> set[str]:
    return {fault.rule for fault in checked.faults}


def edited(files: dict[str, bytes], name: str, edit) -> dict[str, bytes]:
    """Return the files with a JSON file edited."""
    content = json.loads(files[name])
    edit(content)
    return files | {name: json.dumps(content).encode()}


def entity(crate: dict, name: str) -> dict:
    return next(item for item in crate["@graph"] if item["@id"] == name)


def test_a_bundle_as_it_was_made_is_intact(shared, check):
    checked = check(shared, sums=False)
    assert checked.faults == []
    assert [(run.address, bool(run.failure)) for run in checked.runs] == [
        ("data_quality/demande-unique/fr", True),
        ("impact_evaluation/demande-unique/en", False),
        ("impact_evaluation/demande-unique/fr", False),
    ]


@pytest.mark.parametrize("name", ["data/sources.toml", f"{REPORT}/report.pdf", "README.html"])
def test_a_file_that_changed_is_named(shared, check, name):
    checked = check(shared | {name: shared[name] + b" "}, sums=False)
    named = {fault.file for fault in checked.faults if fault.rule == "sum_differs"}
    assert named == {name}


def test_files_that_came_or_went_are_named(shared, check):
    files = dict(shared)
    del files["LISEZMOI.md"]
    found = {(f.file, f.rule) for f in check(files | {"new.py": b""}, sums=False).faults}
    assert {("LISEZMOI.md", "sum_missing"), ("new.py", "sum_unlisted")} <= found


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        (f"{REPORT}/index.html", "manifest_file"),
        ("notebooks/impact_evaluation.ipynb", "json_damaged"),
        ("toolkit/errors.py", "manifest_program"),
        ("data/projects/demande-unique/observations.csv", "package_hash"),
        ("data/studies/demande-unique.toml", "manifest_data"),
        ("data/projects/demande-unique/costs.csv", "manifest_data"),
    ],
)
def test_a_change_with_new_sums_is_found_by_what_describes_the_file(shared, check, name, rule):
    assert rule in rules(check(shared | {name: shared[name] + b"#"}))


@pytest.mark.parametrize(
    ("edit", "rule"),
    [
        (lambda c: c["@graph"].append(dict(c["@graph"][1])), "crate_twice"),
        (lambda c: entity(c, CRATE).update(conformsTo={"@id": "https://x/9"}), "crate_version"),
        (lambda c: entity(c, "./").update(about={"@id": "#nothing"}), "crate_link"),
        (lambda c: c["@graph"].append({"@id": "gone.txt", "@type": "File"}), "crate_file"),
        (lambda c: entity(c, "LICENSE").update(sha256="0" * 64), "crate_hash"),
        (lambda c: c["@graph"].remove(entity(c, "LICENSE")), "crate_undescribed"),
        (lambda c: c["@graph"].append({"@id": "#run/x", "@type": "CreateAction"}), "crate_run"),
        (
            lambda c: c["@graph"].remove(entity(c, "#run/impact_evaluation/demande-unique/fr")),
            "crate_no_run",
        ),
        (
            lambda c: entity(c, "#run/data_quality/demande-unique/fr").update(
                actionStatus="http://schema.org/CompletedActionStatus"
            ),
            "crate_status",
        ),
        (
            lambda c: entity(c, "#run/impact_evaluation/demande-unique/fr").update(result=[]),
            "crate_result",
        ),
        (lambda c: c.update({"@graph": [3]}), "json_damaged"),
    ],
)
def test_a_crate_that_says_something_else_is_found(shared, check, edit, rule):
    assert rule in rules(check(edited(shared, CRATE, edit)))


def test_a_package_whose_table_is_gone_is_found(shared, check):
    files = {n: c for n, c in shared.items() if n != "data/projects/demande-unique/costs.csv"}
    assert "package_file" in rules(check(files))


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ({"version": 2, "studies": [], "projects": []}, "bundle_version"),
        ({"version": 1, "studies": ["--output=/etc"], "projects": []}, "bundle_id"),
        ({"version": 1, "studies": ["../x"], "projects": []}, "bundle_id"),
        ([], "json_damaged"),
    ],
)
def test_what_would_become_a_command_is_plain(shared, check, content, rule):
    files = shared | {"bundle.json": json.dumps(content).encode()}
    assert rule in rules(check(files))


def test_a_report_that_says_locked_has_a_lock_that_holds(shared, check):
    name = f"{REPORT}/manifest.json"
    files = edited(shared, name, lambda manifest: manifest["facts"].update(status="locked"))
    assert "lock_protocol" in rules(check(files))
    lock = {"protocol": files["data/studies/demande-unique.toml"].decode(), "seal": "0" * 64}
    found = rules(check(files | {LOCK: json.dumps(lock).encode()}))
    assert "lock_seal" in found
    assert "lock_protocol" not in found


@pytest.mark.parametrize(
    "name",
    [CRATE, PACKAGE, f"{REPORT}/manifest.json", f"{REPORT}/executed.ipynb", "bundle.json"],
)
@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"[" * 100_000, b"\xff", b'{"@graph": 1}'])
def test_json_of_any_shape_is_a_fault_and_no_traceback(shared, check, name, content):
    assert "json_damaged" in rules(check(shared | {name: content}))


def test_a_hostile_name_does_not_drive_the_terminal(shared, check):
    checked = check({"\x1b[2Jx": b""})
    assert "\x1b" not in write_faults(checked.faults, language("en"))


def test_frictionless_judges_the_tables(shared):
    costs, schema = "data/projects/demande-unique/costs.csv", "data/schemas/costs.json"
    described = [{"path": costs, "schema": schema}, {"path": "x.csv", "schema": "http://x/y"}]
    files = shared | {PACKAGE: json.dumps({"resources": described[:1]}).encode()}
    assert list(table_faults(files)) == []
    broken = files | {costs: shared[costs].replace(b"16450", b"many")}
    (fault,) = table_faults(broken)
    assert (fault.rule, "costs.csv: 2" in fault.value) == ("package_table", True)
    narrow = files | {costs: shared[costs].replace(b",home_unit", b"", 1)}
    said = next(fault.value for fault in table_faults(narrow))
    assert 'missing label in the header\'s field "home_unit"' in said
    # Nothing is fetched: what is not in the bundle is refused before.
    remote = files | {PACKAGE: json.dumps({"resources": described[1:]}).encode()}
    with pytest.raises(KeyError):
        list(table_faults(remote))
