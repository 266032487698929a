"""A name that leads elsewhere, or means another file on another system, is found."""

import pytest

from toolkit.sharing.names import name_faults


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("../a", "name_outside"),
        ("a/../../b", "name_outside"),
        ("/etc/passwd", "name_outside"),
        ("~/x", "name_outside"),
        ("C:/x", "name_outside"),
        ("a\\..\\b", "name_outside"),
        ("", "name_outside"),
        ("a//b", "name_odd"),
        ("./a", "name_odd"),
        ("a/con", "name_odd"),
        ("LPT1.txt", "name_odd"),
        ("a.", "name_odd"),
        ("a /b", "name_odd"),
        ("a\x00b", "name_odd"),
        ("a\nb", "name_odd"),
        ("ab:stream", "name_odd"),
        ("txt.\u202egpj", "name_odd"),
        ("<script>", "name_odd"),
        ("a" * 201, "name_odd"),
    ],
)
def test_a_hostile_name_is_found(name, rule):
    assert [fault.rule for fault in name_faults([name])] == [rule]


@pytest.mark.parametrize(
    "names",
    [("a", "a"), ("README.md", "readme.MD"), ("é", "e\u0301"), ("\ufb01", "fi"), ("a", "a/b")],
)
def test_names_that_are_one_somewhere_are_found(names):
    assert {fault.rule for fault in name_faults(names)} == {"name_twice"}


def test_plain_names_pass():
    names = ["a/b.csv", "a/c.csv", "Éléments/à lire.md", "data/x.lock.json", "console.txt"]
    assert name_faults(names) == []
