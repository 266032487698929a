"""A notebook is a document if it shows a masthead, a title and headings in order."""

import nbformat
import pytest

from toolkit.display.blocks import Heading, Paragraph
from toolkit.errors import ToolkitError
from toolkit.sharing.document import Code, read_document

from .conftest import everything, executed, masthead, report


def test_the_parts_come_in_order_without_masthead_and_title():
    document = read_document(everything(), name="small.ipynb")
    assert document.title == "Combien ?"
    assert document.masthead == masthead()
    assert [type(p).__name__ for p in document.parts] == [
        "Code", "Code", "Paragraph", "Callout", "Heading", "Figure", "Heading", "Table", "Heading",
        "Paragraph", "Code",
    ]  # fmt: skip
    assert document.parts[-1] == Code(9, "frame", "a warning <b>a frame\n")
    assert not any(isinstance(block, Code) for block in document.blocks())


def test_its_facts_are_those_of_its_masthead_and_its_title():
    shown = report(status="locked", project="antenne", territories=("DEP-23",), verdict="harmful")
    assert read_document(shown, name="small.ipynb").facts() == {
        "title": "Combien ?", "subject": "Creuse", "status": "locked", "as_of": "2026-03-09",
        "lang": "fr", "simulated": False, "grade": "", "project": "antenne",
        "territories": ("DEP-23",), "verdict": "harmful", "partly": False,
    }  # fmt: skip


def test_a_notebook_that_was_not_run_is_refused():
    new = nbformat.v4
    notebook = new.new_notebook(cells=[new.new_code_cell("show(Heading('T', level=1))")])
    with pytest.raises(
        ToolkitError, match=r"small\.ipynb shows no block, and reports are made of them"
    ):
        read_document(notebook, name="small.ipynb")


def test_all_that_is_wrong_comes_in_one_message():
    notebook = executed([Heading("A", level=1), Heading("B", level=3), Heading("C", level=1)])
    with pytest.raises(ToolkitError) as error:
        read_document(notebook, name="small.ipynb")
    assert str(error.value).splitlines() == [
        "The notebook small.ipynb does not make a report:",
        "- it shows 0 Masthead; it needs one, which says the subject, the status and the date.",
        "- it shows 2 Heading of level 1; it needs one, which asks the report's question.",
        "- the heading 'B', of level 3, skips a level; headings descend one level at a time.",
    ]


def test_html_that_is_no_block_is_left_out():
    document = read_document(report(Paragraph("So.")), name="small.ipynb")
    assert document.blocks() == [Paragraph("So.")]
