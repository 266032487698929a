import pytest

from toolkit.i18n import language
from toolkit.records.limits import load_limits
from toolkit.records.validate import validate


def test_the_limits_differ_by_source():
    limits = load_limits()
    assert (limits.of("simulation").min_count, limits.of("simulation").dominance) == (11, 1.0)
    assert limits.of("drees-aide-sociale").min_count == 0  # published by its producer
    assert limits.of("one-of-tomorrow") == limits.rules["persons"]
    assert (limits.rules["enterprises"].min_count, limits.rules["enterprises"].dominance) == (
        3,
        0.85,
    )


@pytest.mark.parametrize(
    ("old", "new", "rule", "column", "nearest"),
    [
        ("min_count = 11", 'min_count = "11"', "key_number", "rules.persons.min_count", ""),
        ("dominance = 0.85", "dominance = 85", "range", "rules.enterprises.dominance", ""),
        ("rounding = 1", "", "key_missing", "rules.persons.rounding", ""),
        ("margin = 0.2", "margine = 0.2", "key_unknown", "rules.persons.margine", "margin"),
        ('default = "persons"', 'default = "person"', "vocabulary", "default", "persons"),
        ("drees-aide-sociale", "drees-aide", "unknown_source", "sources.drees-aide", ""),
    ],
)
def test_a_fault_of_the_limits_is_said_where_it_is(data, old, new, rule, column, nearest):
    path = data / "disclosure.toml"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
    faults = [fault for fault in validate(data) if fault.rule == rule]
    assert [fault.column for fault in faults] == [column]
    assert faults[0].nearest == nearest or not nearest
    assert faults[0].line
    for code in ("fr", "en"):
        assert faults[0].message(language(code))
        assert faults[0].remedy(language(code))
