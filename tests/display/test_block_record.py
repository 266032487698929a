"""A block leaves a notebook whole, comes back equal, and a record that lies is refused."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.display.block_record import MIME, VERSION, from_record, to_record
from toolkit.display.blocks import Callout, Figure, Heading, Masthead, Paragraph, Table
from toolkit.errors import ToolkitError
from toolkit.i18n import language

EN, FR = language("en"), language("fr")
TABLE = Table(
    "Inhabitants",
    ("Territory", "2022"),
    (("Creuse", "s"),),
    note="nd: not available.",
    strong=frozenset({0}),
    units=("", "people"),
    lang=FR,
)
BLOCKS = [
    Masthead(
        "Creuse",
        "exploratory",
        date(2026, 3, 9),
        FR,
        simulated=True,
        grade="forte",
        project="antenne",
        territories=("DEP-23", "DEP-19"),
        verdict="inconclusive",
    ),
    Heading("Why?", level=3),
    Paragraph("So it is.", lead=True, links=(("So", "https://example.org"),)),
    Callout("suppressed", "Some cells.", EN),
    TABLE,
    Figure("<svg>é</svg>".encode(), "Up", "index", "Source", "Line chart: up.", FR, TABLE),
]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda b: type(b).__name__)
def test_a_block_comes_back_equal_from_its_json(block):
    assert from_record(json.loads(json.dumps(to_record(block)))) == block


@given(st.text())
def test_text_is_kept_raw_in_the_record(text):
    record = json.loads(json.dumps(to_record(Paragraph(text))))
    assert record["text"] == text
    assert from_record(record) == Paragraph(text)


def test_a_displayed_block_leaves_three_forms():
    from IPython.core.interactiveshell import InteractiveShell

    data, _ = InteractiveShell.instance().display_formatter.format(BLOCKS[3])
    assert set(data) == {"text/html", "text/plain", MIME}
    assert data["text/plain"] == "Suppressed. Some cells."
    assert "<style>" in data["text/html"]
    assert data[MIME] == {
        "version": VERSION, "block": "callout", "kind": "suppressed", "text": "Some cells.",
        "lang": "en",
    }  # fmt: skip


def test_the_plain_text_of_a_table_has_its_cells_and_its_explanations():
    assert str(TABLE).splitlines() == [
        "Inhabitants",
        "Territory\t2022",
        "Creuse\ts",
        "s\u00a0: nombre caché, pour qu’aucun petit nombre de personnes ne soit connu.",
        "nd: not available.",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 99}, "written in version 99; this toolkit reads version 1"),
        ({"block": "script"}, "KeyError"),
        ({"block": ["heading"]}, "TypeError"),
        ({"text": {"a": 1}}, "must be text"),
        ({"level": "1><script>"}, "has level '1><script>'"),
        ({"onclick": "x"}, "onclick"),
    ],
)
def test_a_record_that_is_none_of_ours_is_refused(change, message):
    with pytest.raises(ToolkitError, match=message):
        from_record(to_record(Heading("Why?")) | change)


def test_a_record_older_than_a_field_is_read_with_its_default():
    record = to_record(BLOCKS[0])
    del record["territories"], record["verdict"]
    read = from_record(record)
    assert read.territories == ()
    assert read.verdict == ""
    assert read.project == "antenne"


def test_a_cell_that_is_no_text_is_refused():
    with pytest.raises(ToolkitError, match=r"\(table\) cannot be read: .*must be text"):
        from_record(to_record(TABLE) | {"rows": [["Creuse", 115529]]})
