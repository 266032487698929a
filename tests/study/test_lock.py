"""What was locked is told from what is, by name: a value, a date, a key."""

import json
from dataclasses import replace
from datetime import date

import pytest

from toolkit.errors import DataError
from toolkit.i18n import LANGUAGES, language
from toolkit.study.deviations import deviations, make_lock
from toolkit.study.lock import lock_path, read_lock, write_lock
from toolkit.study.protocol import load_protocol, read_protocol
from toolkit.study.sample import study_sample

STUDY = "demande-unique"
DAY = date(2026, 11, 24)


def rewritten(path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def locked(data):
    """A study whose lock lies on disk."""
    file = load_protocol(STUDY)
    lock = make_lock(file, study_sample(file.protocol), role="chercheur", today=DAY)
    write_lock(lock, lock_path(file.path))
    return lock


def found_now() -> list[tuple]:
    file = load_protocol(STUDY)
    lock = read_lock(lock_path(file.path))
    return [
        (d.kind, d.subject, d.locked, d.found)
        for d in deviations(lock, file, study_sample(file.protocol))
    ]


def test_nothing_deviates_from_what_was_just_locked(locked):
    assert found_now() == []
    assert locked.outcomes_known
    assert locked.adoptions["DEP-10"] == "2015-03"
    assert locked.adoptions["DEP-01"] == ""
    assert (len(locked.by_territory), len(locked.by_period)) == (97, 66)


def test_one_changed_observation_is_named(locked, data):
    path = data / "projects" / STUDY / "observations.csv"
    rewritten(path, "DEP-01,delai-traitement,2012-03,59.9", "DEP-01,delai-traitement,2012-03,59.8")
    assert found_now() == [("observations", "DEP-01", "", "2012-03")]


def test_a_moved_date_is_named(locked, data):
    path = data / "projects" / STUDY / "deployments.csv"
    rewritten(path, "DEP-49,treated,2015-03-02", "DEP-49,treated,2015-05-04")
    assert found_now() == [("adoption", "DEP-49", "2015-03", "2015-05")]


def test_a_territory_that_leaves_is_named(locked, data):
    path = data / "projects" / STUDY / "deployments.csv"
    rewritten(path, "DEP-01,comparison", "DEP-01,excluded")
    kinds = found_now()
    assert ("territory_gone", "DEP-01", "", "") in kinds


def test_an_edited_protocol_is_named_key_by_key(locked, data):
    path = data / "studies" / f"{STUDY}.toml"
    rewritten(path, "meaningful = 2.0", "meaningful = 1.0")
    assert found_now() == [("protocol", "thresholds.meaningful", "2.0", "1.0")]


def test_a_comment_is_no_deviation(locked, data):
    path = data / "studies" / f"{STUDY}.toml"
    rewritten(path, "[periods]", "# une remarque\n[periods]")
    assert found_now() == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("locked_on", "2013-01-01"), ("role", "usager"), ("outcomes_known", False)],
)
def test_an_edited_lock_breaks_its_seal(locked, data, key, value):
    path = data / "studies" / f"{STUDY}.lock.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | {key: value}), encoding="utf-8")
    assert ("seal", "", "", "") in found_now()


def test_a_lock_is_never_overwritten(locked, data):
    with pytest.raises(DataError, match=r"locked already.*futurs study amend"):
        write_lock(replace(locked, role="x"), data / "studies" / f"{STUDY}.lock.json")


def test_only_a_declared_role_can_lock(data):
    file = load_protocol(STUDY)
    with pytest.raises(DataError, match=r"'ministre' is not a role .* \(chercheur\)"):
        make_lock(file, study_sample(file.protocol), role="ministre", today=DAY)


def test_a_damaged_lock_is_refused(data):
    path = data / "studies" / f"{STUDY}.lock.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match=r"lock\.json"):
        read_lock(path)


@pytest.mark.parametrize(("key", "value"), [("protocol", "id = "), ("adoptions", None)])
def test_a_lock_whose_parts_cannot_be_read_is_damaged(locked, data, key, value):
    path = data / "studies" / f"{STUDY}.lock.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | {key: value}), encoding="utf-8")
    with pytest.raises(DataError, match=r"lock\.json"):
        read_lock(path)


def test_outcomes_not_yet_known_are_told(data):
    file = load_protocol(STUDY)
    sample = study_sample(file.protocol)
    before = sample.panel[sample.panel.period < "2015-03"]
    lock = make_lock(file, replace(sample, panel=before), role="chercheur", today=DAY)
    assert not lock.outcomes_known


def test_each_deviation_has_a_sentence(locked, data):
    rewritten(data / "studies" / f"{STUDY}.toml", '"2017-06"', '"2017-05"')
    rewritten(
        data / "projects" / STUDY / "deployments.csv",
        "DEP-49,treated,2015-03-02",
        "DEP-49,treated,2015-05-04",
    )
    file = load_protocol(STUDY)
    found = deviations(locked, file, study_sample(file.protocol))
    for code in LANGUAGES:
        text = " ".join(d.sentence(language(code)) for d in found)
        assert "periods.last" in text
        assert "DEP-49" in text


def card_of(file, code: str) -> dict[str, str]:
    return dict(file.card(language(code))[1])


def test_the_card_of_a_protocol_says_when_it_was_locked_and_that_it_changed_since(locked):
    shown = card_of(load_protocol(STUDY), "fr")
    assert shown["Étude"] == "verrouillée le 24 novembre 2026"
    assert shown["Empreinte (sha256)"] == locked.protocol_sha256
    rewritten(load_protocol(STUDY).path, '"2017-06"', '"2017-05"')
    shown = card_of(load_protocol(STUDY), "en")
    assert shown["Study"] == "locked on 24 November 2026 – the text has changed since"
    assert shown["Hash (sha256)"] == locked.protocol_sha256


def test_the_card_of_a_protocol_that_cannot_be_read_says_its_faults(data):
    path = data / "studies" / f"{STUDY}.toml"
    rewritten(path, 'design = "did"', 'design = "magic"')
    title, facts = read_protocol(path).card(language("en"))
    assert title == f"{STUDY}.toml"
    assert [name for name, _ in facts] == ["Fault"]
    assert "magic" in facts[0][1]
