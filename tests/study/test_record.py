"""A study as data: whole, readable by any program, and compared key by key."""

import json

import pytest

from toolkit.display.studies import compare_with_truth
from toolkit.errors import DataError
from toolkit.i18n import language
from toolkit.study.record import compare_records, read_record, shorten, study_record
from toolkit.study.truth import true_effect


@pytest.fixture(scope="module")
def study(demonstration):
    return demonstration("demande-unique")


def test_the_record_says_what_was_found(study):
    record = json.loads(json.dumps(study_record(study), allow_nan=False))
    assert record["estimate"]["value"] == pytest.approx(study.estimate.value, rel=1e-11)
    assert record["verdict"] == {"verdict": "beneficial", "reason": "matters", "checks": []}
    assert [c["check"] for c in record["checks"]] == study.file.protocol.checks
    assert record["grade"] == {"level": 3, "ceiling": 3}
    assert record["simulated"] is True
    assert len(record["protocol_sha256"]) == len(record["data_sha256"]) == 64


def test_what_differs_is_named_with_both_values(study):
    record = study_record(study)
    other = record | {"estimate": record["estimate"] | {"value": -5.0}, "data_sha256": "0" * 64}
    found = {key: (was, now) for key, was, now in compare_records(record, other)}
    assert set(found) == {"data_sha256", "estimate.value"}
    assert found["estimate.value"][1] == "-5.0"


def test_an_infinite_bound_is_written_as_text(study):
    from dataclasses import replace

    unbounded = replace(study.estimate, low=-float("inf"), high=float("inf"))
    record = study_record(replace(study, estimate=unbounded))
    assert (record["estimate"]["low"], record["estimate"]["high"]) == ("-inf", "inf")
    json.dumps(record, allow_nan=False)


def test_the_truth_is_that_of_the_recipe(study):
    assert true_effect(study) == pytest.approx(-6.0)


def test_what_is_no_record_is_refused_in_words(tmp_path):
    for content in ("id = 1\n", "[]", "{}", "\udcff"):
        path = tmp_path / "study.toml"
        path.write_text(content, encoding="utf-8", errors="surrogateescape")
        with pytest.raises(DataError, match=r"study\.toml is not the estimates\.json of a study"):
            read_record(path)


def test_data_invented_without_a_recipe_have_no_known_truth(study):
    from dataclasses import replace

    protocol = study.file.protocol
    for change in ({"project": "plateforme-inclusion"}, {"indicator": "delai-inconnu"}):
        file = replace(study.file, protocol=protocol.model_copy(update=change))
        other = replace(study, file=file)
        assert other.sample.simulated
        assert true_effect(other) is None
        assert compare_with_truth(other, lang=language("fr")) == []


def test_a_key_of_the_protocol_that_changed_is_named(study):
    record = json.loads(json.dumps(study_record(study)))
    protocol = record["protocol"]
    other = record | {
        "protocol": protocol | {"thresholds": protocol["thresholds"] | {"level": 0.9}}
    }
    assert compare_records(record, other) == [("protocol.thresholds.level", "0.95", "0.9")]


def test_numbers_that_differ_are_written_with_the_digits_that_tell_them_apart():
    assert shorten("-6.55517712345", "-6.0") == ("-6.55518", "-6")
    assert shorten("1.00000001", "1.0") == ("1.00000001", "1.0")
    assert shorten('"did"', "–") == ('"did"', "–")
