"""A new protocol to fill, and the amendment of a locked one."""

import tomllib
from datetime import date

import pytest

from toolkit.errors import DataError
from toolkit.records.toml_model import Text
from toolkit.study.deviations import make_lock
from toolkit.study.draft import draft_study
from toolkit.study.lock import lock_path, read_lock, write_lock
from toolkit.study.protocol import load_protocol, read_protocol
from toolkit.study.reading import Reading, load_reading, read_own_words
from toolkit.study.sample import study_sample
from toolkit.study.write import amend_study, new_study

STUDY = "demande-unique"
DAY = date(2026, 11, 24)


def test_a_new_protocol_holds_what_the_project_says_and_asks_for_the_rest(data):
    path = new_study(draft_study("non-recours", project=STUDY, indicator="non-recours", today=DAY))
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    assert content["periods"] == {"first": "2012", "last": "2016"}
    assert (content["design"], content["registered_on"]) == ("did", DAY)
    asked = {(f.rule, f.column) for f in read_protocol(path).faults}
    blank = ("title", "question", "change_our_mind", "roles.0.interests")
    assert asked == {("key_blank", f"{key}.{code}") for key in blank for code in ("fr", "en")} | {
        ("range_above", "thresholds.meaningful")
    }


def test_a_reading_awaits_with_its_protocol_and_is_never_written_over(data):
    own = data / "studies" / "non-recours.fr.txt"
    own.write_text("Écrit avant.\n", encoding="utf-8")
    new_study(draft_study("non-recours", project=STUDY, indicator="non-recours", today=DAY))
    assert own.read_text(encoding="utf-8") == "Écrit avant.\n"
    assert load_reading("non-recours") == Reading()
    assert read_own_words("non-recours", "en").paragraphs == ()
    assert "non-recours" in (data / "studies" / "non-recours.reading.toml").read_text("utf-8")


def test_a_study_is_not_overwritten(data):
    with pytest.raises(DataError, match="There is a protocol already"):
        new_study(draft_study(STUDY, project=STUDY, indicator="non-recours", today=DAY))


def test_an_amendment_keeps_the_original_and_its_lock(data):
    file = load_protocol(STUDY)
    lock = make_lock(file, study_sample(file.protocol), role="chercheur", today=DAY)
    write_lock(lock, lock_path(file.path))
    reason = Text(fr="Un « département » a arrêté.", en='One "département" stopped.')
    kept = amend_study(file, reason=reason, today=date(2026, 12, 1))
    assert kept.name == f"{STUDY}.before-1.toml"
    assert kept.read_text(encoding="utf-8") == file.text
    assert read_lock(lock_path(kept)) == lock
    assert read_lock(lock_path(file.path)) is None
    amended = load_protocol(STUDY).protocol
    assert amended.amendments[0].reason == reason
    assert amended.amendments[0].replaces == lock.protocol_sha256
    # Locked and amended again, both originals stay.
    again = load_protocol(STUDY)
    write_lock(
        make_lock(again, study_sample(again.protocol), role="chercheur", today=DAY),
        lock_path(again.path),
    )
    assert amend_study(again, reason=reason, today=DAY).name == f"{STUDY}.before-2.toml"
    assert len(load_protocol(STUDY).protocol.amendments) == 2


def test_what_is_not_locked_needs_no_amendment(data):
    with pytest.raises(DataError, match="is not locked"):
        amend_study(load_protocol(STUDY), reason=Text(fr="a", en="b"), today=DAY)
