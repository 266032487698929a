"""Each amendment is told with its date and what it changed; a lost or edited original is said."""

from datetime import date

import pytest

from toolkit.display.amendments import list_amendments
from toolkit.i18n import LANGUAGES, language
from toolkit.records.toml_model import Text
from toolkit.study.amendments import read_amendments
from toolkit.study.deviations import make_lock
from toolkit.study.lock import lock_path, write_lock
from toolkit.study.protocol import load_protocol, protocol_path
from toolkit.study.sample import study_sample
from toolkit.study.write import amend_study

STUDY = "demande-unique"


@pytest.fixture
def kept(data):
    """A study amended twice; return where the first original lies."""
    paths = []
    for month, (old, new) in ((11, ("= 2.0", "= 1.0")), (12, ('"2017-06"', '"2017-05"'))):
        file = load_protocol(STUDY)
        day = date(2026, month, 1)
        lock = make_lock(file, study_sample(file.protocol), role="chercheur", today=day)
        write_lock(lock, lock_path(file.path))
        reason = Text(fr=f"Raison {month}", en=f"Reason {month}")
        paths.append(amend_study(file, reason=reason, today=day))
        path = protocol_path(STUDY)
        path.write_text(path.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
    return paths[0]


def test_each_amendment_has_its_own_changes(kept):
    first, second = read_amendments(load_protocol(STUDY))
    assert (first.amended_on, first.reason.en) == (date(2026, 11, 1), "Reason 11")
    assert [(c.subject, c.locked, c.found) for c in first.changes] == [
        ("thresholds.meaningful", "2.0", "1.0")
    ]
    assert [(c.subject, c.locked, c.found) for c in second.changes] == [
        ("periods.last", '"2017-06"', '"2017-05"')
    ]


def test_an_original_that_was_edited_is_told(kept):
    kept.write_text(kept.read_text("utf-8").replace("= 2.0", "= 1.5"), encoding="utf-8")
    first, second = read_amendments(load_protocol(STUDY))
    assert (first.kept, first.changes) == (False, ())
    assert second.kept


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_lists_them(kept, code):
    class Shown:
        file = load_protocol(STUDY)

    blocks = list_amendments(Shown, lang=language(code))
    text = " ".join(str(block) for block in blocks)
    for said in ("thresholds.meaningful", "periods.last", "1.0", "11", "12"):
        assert said in text


def test_a_study_never_amended_lists_nothing(data):
    assert read_amendments(load_protocol(STUDY)) == ()
