"""What came again, and how nearly: in the words of data editors."""

import json

import nbformat
import pytest

from toolkit.display.blocks import Figure, Paragraph, Table
from toolkit.i18n import language
from toolkit.sharing.compare import Item, close, compare
from toolkit.sharing.reproduce import verdict_of

from .conftest import SVG, TABLE, report

FR = language("fr")
FOLDER = "reports/impact_evaluation/x/fr"


def figure(svg: bytes = SVG, table: Table = TABLE) -> Figure:
    return Figure(svg, "Baisse", "indice", "Source : nous.", "Courbe : en baisse.", FR, table)


def shared(*blocks, estimate: float = 3.2) -> dict[str, bytes]:
    """Return the files of a bundle whose one report shows these blocks."""
    manifest = {"parameters": {"study": "x", "lang": "fr"}}
    notebook = nbformat.writes(report(*blocks)).encode()
    numbers = {"estimate": {"value": estimate, "n": 101}, "environment": {"numpy": "1"}}
    return {
        f"{FOLDER}/manifest.json": json.dumps(manifest).encode(),
        f"{FOLDER}/executed.ipynb": notebook,
        "reports/impact_evaluation/x/estimates.json": json.dumps(numbers).encode(),
    }


def outcome(was: dict, now: dict, kind: str) -> str:
    return next(item.outcome for item in compare(was, now) if item.kind == kind)


def test_the_same_is_identical():
    files = shared(figure(), TABLE, Paragraph("Tant."))
    items = compare(files, files)
    assert {item.outcome for item in items} == {"identical"}
    kinds = [item.kind for item in items]
    assert kinds == ["sentence", "sentence", "figure", "table", "sentence", "number", "number"]


def test_a_figure_drawn_otherwise_from_the_same_data_is_the_same():
    was, now = shared(figure()), shared(figure(SVG.replace(b"#0b4f8a", b"#0b4f8b")))
    assert outcome(was, now, "figure") == "same"


@pytest.mark.parametrize(
    ("cell", "expected"), [("115 530", "same"), ("115 531", "different"), ("s", "different")]
)
def test_a_number_shown_may_move_by_its_last_digit(cell, expected):
    rows = (("Creuse", cell), ("Allier", "s"))
    now = Table(TABLE.caption, TABLE.header, rows, lang=FR)
    assert outcome(shared(TABLE), shared(now), "table") == expected
    assert outcome(shared(figure()), shared(figure(table=now)), "figure") == expected


@pytest.mark.parametrize(
    ("estimate", "expected"),
    [
        (3.2, "identical"),
        (3.2 * (1 + 5e-7), "same"),
        (3.2 * (1 + 2e-6), "different"),
        ("3.2", "different"),
        (None, "different"),
    ],
)
def test_a_number_of_the_estimates_is_the_same_within_a_millionth(estimate, expected):
    assert outcome(shared(), shared(estimate=estimate), "number") == expected


def test_what_was_not_made_is_missing():
    files = shared(figure(), TABLE)
    assert {item.outcome for item in compare(files, {})} == {"missing"}
    fewer = [item.outcome for item in compare(files, shared(figure()))]
    assert fewer.count("missing") == 1


@pytest.mark.parametrize("left", [b"", b"{", b"[]", b'{"cells": [3]}', b"[" * 100_000])
def test_what_a_run_left_may_be_anything(left):
    files = shared(figure())
    items = compare(files, dict.fromkeys(files, left))
    assert {item.outcome for item in items} == {"missing"}


def test_a_run_that_failed_must_fail_again():
    failed = {"reports/data_quality/x/fr/failure.txt": b"Cell 3: KeyError"}
    assert [item.outcome for item in compare(failed, failed)] == ["identical"]
    assert [item.outcome for item in compare(failed, {})] == ["different"]


def test_a_minus_is_not_a_digit():
    assert not close("−2,1", "+2,1")
    assert close("1\u202f234,5", "1\u202f234,6")
    assert not close("12", "12,0")


def items(*outcomes: str) -> tuple[Item, ...]:
    return tuple(Item("x", "table", "t", outcome) for outcome in outcomes)


@pytest.mark.parametrize(
    ("outcomes", "minor", "verdict"),
    [
        (["identical"] * 3, False, "full"),
        (["identical"] * 3, True, "minor"),
        (["identical", "same"], False, "minor"),
        (["identical", "same", "different"], False, "partial"),
        (["identical", "missing"], False, "partial"),
        (["identical", "missing", "missing"], True, "failed"),
        ([], False, "failed"),
    ],
)
def test_the_verdict_follows_from_the_outcomes(outcomes, minor, verdict):
    assert verdict_of(items(*outcomes), minor=minor) == verdict
