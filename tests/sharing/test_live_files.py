"""What an attacker puts into PDFs, notebooks and other files is found, and named by file."""

import io
import json

import pikepdf
import pytest
import typst
from pikepdf import Array, Dictionary, Name, String

from toolkit.display.blocks import Paragraph
from toolkit.i18n import language
from toolkit.records.faults import write_faults
from toolkit.sharing.live import live_faults
from toolkit.sharing.pdf import STANDARDS

PDF, NOTEBOOK = "reports/a/report.pdf", "reports/a/executed.ipynb"
TEXT = b"""#set document(title: "t")
= Part
#link("https://insee.fr")[Insee] #link(<end>)[end]
= End <end>"""
JS = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def found(name: str, content: bytes) -> list[tuple[str, str]]:
    faults = list(live_faults({name: content}))
    for code in ("fr", "en"):
        assert not faults or name in write_faults(faults, language(code))
    return [(fault.rule, fault.value) for fault in faults]


@pytest.fixture(scope="module")
def ours() -> bytes:
    return typst.compile(TEXT, pdf_standards=STANDARDS)


def link(pdf, **action) -> None:
    pdf.pages[0].Annots[0].A = Dictionary(**action)


def annotate(pdf, **entries) -> None:
    made = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **entries)
    pdf.pages[0].Annots.append(pdf.make_indirect(made))


def attach(pdf) -> None:
    pdf.attachments["a.exe"] = b"MZ"


def name_tree(pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), JS])))


def external(pdf) -> None:
    pdf.pages[0].Resources.Ref = Dictionary(F=String("//x.example/a"), Page=0)


def base(pdf) -> None:
    pdf.Root.URI = Dictionary(Base=String("file:///"))


def escaped(pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name("/Launch"), Win=Dictionary(F=String("cmd.exe")))


def chained(pdf) -> None:
    web = {"S": Name.URI, "URI": String("https://insee.fr")}
    link(pdf, **web, Next=Array([Dictionary(S=Name.SubmitForm)]))


IN_A_PDF = {
    "script at opening": (lambda pdf: setattr(pdf.Root, "OpenAction", JS), "/JS"),
    "script by name": (name_tree, "/JavaScript"),
    "script of a page": (lambda pdf: setattr(pdf.pages[0], "AA", Dictionary(O=JS)), "/AA"),
    "launch": (lambda pdf: link(pdf, S=Name.Launch, F=String("cmd.exe")), "/Launch"),
    "launch at opening": (escaped, "/OpenAction"),
    "form sent": (lambda pdf: link(pdf, S=Name.SubmitForm, F=String("//x")), "/SubmitForm"),
    "form sent next": (chained, "/SubmitForm"),
    "data brought in": (lambda pdf: link(pdf, S=Name.ImportData, F=String("a")), "/ImportData"),
    "another file": (lambda pdf: link(pdf, S=Name.GoToR, F=String("a.pdf")), "/GoToR"),
    "file within": (attach, "/EmbeddedFiles"),
    "file on a page": (lambda pdf: annotate(pdf, Subtype=Name.FileAttachment), "/FileAttachment"),
    "rich media": (lambda pdf: annotate(pdf, Subtype=Name.RichMedia), "/RichMedia"),
    "film": (lambda pdf: annotate(pdf, Subtype=Name.Movie), "/Movie"),
    "form": (lambda pdf: setattr(pdf.Root, "AcroForm", Dictionary(XFA=String("a"))), "/XFA"),
    "address of a file": (lambda pdf: link(pdf, S=Name.URI, URI=String("file:///a")), "/URI file:"),
    "address that runs": (
        lambda pdf: link(pdf, S=Name.URI, URI=String("javascript:alert(1)")),
        "/URI javascript:",
    ),
    "base of addresses": (base, "/URI {"),
    "page of another file": (external, "/F //x.example/a"),
}


@pytest.mark.parametrize("packed", ["disable", "generate"])
@pytest.mark.parametrize("what", IN_A_PDF)
def test_what_no_pdf_of_ours_holds_is_found(ours, what, packed):
    change, seen = IN_A_PDF[what]
    pdf = pikepdf.open(io.BytesIO(ours))
    change(pdf)
    assert any(value.startswith(seen) for rule, value in saved(pdf, packed) if rule == "pdf_live")


def saved(pdf, packed: str = "disable", **more) -> list[tuple[str, str]]:
    target = io.BytesIO()
    pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode[packed], **more)
    return found(PDF, target.getvalue())


def test_our_pdf_has_outlines_tags_and_links_and_no_fault(ours):
    assert found(PDF, ours) == []
    pdf = pikepdf.open(io.BytesIO(ours))
    assert {"/Outlines", "/StructTreeRoot"} <= set(pdf.Root.keys())
    assert len(pdf.pages[0].Annots) == 2
    assert saved(pdf, "generate") == [("pdf_form", "xref")]  # another wrote it, and nothing more


def test_a_pdf_that_readers_may_read_each_in_its_way_is_refused(ours):
    assert ("pdf_form", "/Encrypt") in saved(
        pikepdf.open(io.BytesIO(ours)), encryption=pikepdf.Encryption(owner="a", user="")
    )
    hidden = b"9999 0 obj\n<</S/JavaScript/JS(app.alert(1))>>\nendobj\n"
    before = ours.rindex(b"xref\n0 ")
    start = int(ours[ours.rindex(b"startxref") + 9 : ours.rindex(b"%%EOF")])
    moved = (
        ours[:start]
        + hidden
        + ours[start:].replace(b"startxref\n%d" % start, b"startxref\n%d" % (start + len(hidden)))
    )
    assert start == before
    assert found(PDF, moved) == [("pdf_form", "obj")]
    assert found(PDF, ours + ours[start:])[0] == ("pdf_form", "startxref")  # as a revision adds
    assert found(PDF, b"<script>alert(1)</script>" + ours)[0] == ("pdf_form", "%PDF")
    assert found(PDF, ours[:-40])[0] == ("pdf_form", "startxref")
    assert {rule for rule, _ in found(PDF, b"%PDF-1.7\n" + b"<<" * 5000)} == {"pdf_form"}
    prev = ours.replace(b"trailer\n<<", b"trailer\n<</Prev 9 ", 1)
    assert found(PDF, prev) != []


def written(action: bytes, *more: bytes, hidden: bytes = b"") -> bytes:
    """Write a PDF as ours are written, whose page has a link with this action."""
    link = b"/Annots[<</Subtype/Link/A " + action + b">>]"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]" + link + b">>"
    pages = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    content, table = b"%PDF-1.7\n", b"0000000000 65535 f \n"
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", pages, page, *more]
    for number, held in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(content)
        content += b"%d 0 obj\n%s\nendobj\n" % (number, held)
    content += hidden
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    size = len(objects) + 1
    return content + b"xref\n0 %d\n" % size + table + end % (size, len(content))


@pytest.mark.parametrize(
    ("action", "more", "seen"),
    [
        (b"<</S/URI/URI(https://insee.fr)>>", [], []),
        (b"<</S/GoTo/D[3 0 R/Fit]>>", [], []),
        (b"<</S/J#61vaScript/J#53(a)>>", [], ["/JS", "/JavaScript"]),
        (rb"<</S/URI/URI(\152avascript:a)>>", [], ["/URI javascript:a"]),
        (b"<</S/URI/URI<66696c653a61>>>", [], ["/URI file:a"]),
        (b"4 0 R", [b"<</S 5 0 R>>", b"/Launch"], ["/Launch"]),
        (b"<</S/URI%\n/URI 4 0 R>>", [b"(file:a)"], ["/URI file:a"]),
        (b"<</S/GoTo/Next[<</S/GoTo/Next<</S/Named/N/Print>>>>]>>", [], ["/Named"]),
        (b"null", [b"<</S/Nothing/JS(used by nobody)>>"], ["/JS"]),
    ],
)
def test_whatever_way_a_pdf_writes_it(action, more, seen):
    assert sorted(found(PDF, written(action, *more))) == [("pdf_live", value) for value in seen]


def test_two_meanings_of_one_pdf_are_refused():
    twice = written(b"<</S/URI/S/Launch/URI(https://a)>>")
    hidden = written(b"null", hidden=b"1%a\n0 obj<</Type/Catalog/OpenAction 4 0 R>>endobj\n")
    assert [rule for rule, _ in found(PDF, twice)] == ["pdf_form"]
    assert found(PDF, hidden) == [("pdf_form", "obj")]


def test_a_pdf_under_another_name_is_no_text_and_no_page(ours):
    for name in ("data/a.csv", "reports/a.html", "LICENSE"):
        assert found(name, b"\n" + ours) == [("file_disguised", "%PDF-")]


def notebook(*cells: dict, **metadata) -> bytes:
    told = {"kernelspec": {"name": "python3"}, **metadata}
    made = [{"cell_type": "code", "id": "a", "metadata": {}, "source": "1", "outputs": []}]
    whole = {"cells": made + list(cells), "metadata": told, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole).encode()


def code(data: dict, metadata: dict | None = None, **more) -> dict:
    output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
    return {"cell_type": "code", "metadata": {}, "source": "2", "outputs": [output], **more}


def words(*source: str, **more) -> dict:
    return {"cell_type": "markdown", "metadata": {}, "source": list(source), **more}


IN_A_CELL = {
    "script shown": (code({"text/html": ["<script>", "alert(1)</script>"]}), "text/html: <script>"),
    "handler shown": (code({"text/html": "<img src=x onerror=alert(1)>"}), "text/html: <img"),
    "frame shown": (code({"text/html": '<iframe src="//x"></iframe>'}), "text/html: <iframe"),
    "command at a click": (
        code({"text/html": '<button data-commandlinker-command="notebook:run">a</button>'}),
        "text/html: <button",
    ),
    "link shown": (code({"text/html": '<a href="javascript:1">a</a>'}), "text/html: <a"),
    "JavaScript": (code({"application/javascript": "alert(1)"}), "application/javascript"),
    "drawing": (code({"image/svg+xml": "<svg onload='alert(1)'/>"}), "image/svg+xml"),
    "widget": (
        code({"application/vnd.jupyter.widget-view+json": {"model_id": "a"}}),
        "application/vnd.jupyter.widget-view+json",
    ),
    "LaTeX": (code({"text/latex": r"$\href{javascript:1}{a}$"}), "text/latex"),
    "output alone in a frame": (code({"text/html": "a"}, {"isolated": True}), "isolated"),
    "trust": (code({}) | {"metadata": {"trusted": True}}, "trusted"),
    "script in words": (words("# a\n", "<script>alert(1)</script>"), "<script>"),
    "handler in words": (words('<b onclick="alert(1)">a</b>'), "<b onclick"),
    "frame in words": (words("<iframe src=//x>"), "<iframe"),
    "picture of a network": (words("![a](https://x.example/a.png)"), "![a]"),
    "link in words": (words("[a](java\\script&colon;alert(1))"), "javascript:"),
    "address in itself": (words("[a][b]\n\n[b]: DATA:text/html,x"), "DATA:text/"),
    "comment": (words("<!-- a"), "<!--"),
    "attachment": (words("a", attachments={"a.svg": {"image/svg+xml": "<svg/>"}}), "attachments"),
    "raw cell": ({"cell_type": "raw", "metadata": {}, "source": "a"}, "raw"),
}


@pytest.mark.parametrize("what", IN_A_CELL)
def test_what_no_notebook_of_ours_holds_is_found_with_its_cell(what):
    cell, seen = IN_A_CELL[what]
    fault, *_ = live_faults({NOTEBOOK: notebook(cell)})  # a tag that closes is another
    assert (fault.file, fault.rule, fault.details) == (NOTEBOOK, "notebook_live", {"cell": "2"})
    assert fault.value.startswith(seen)
    for lang, word in (("fr", "cellule 2"), ("en", "cell 2")):
        assert word in fault.message(language(lang))


def test_what_the_head_of_no_notebook_of_ours_holds_is_found():
    state = {"widgets": {"application/vnd.jupyter.widget-state+json": {}}, "trusted": True}
    assert found(NOTEBOOK, notebook(**state)) == [
        ("notebook_form", "trusted"),
        ("notebook_form", "widgets"),
    ]
    assert [rule for rule, _ in found(NOTEBOOK, b'{"worksheets": []}')] == ["json_damaged"]
    assert [rule for rule, _ in found(NOTEBOOK, b"[" * 100_000)] == ["json_damaged"]


def test_blocks_and_words_of_ours_are_no_fault():
    block = Paragraph("a <b> & [c]")._repr_mimebundle_()
    said = words("See data/projects/<id>, <https://insee.fr>, `a < b` and **data: Insee**.")
    assert found(NOTEBOOK, notebook(code(block), said)) == []


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("data/map.svg", b"<svg/>", "file_kind"),
        ("reports/a.xhtml", b"a", "file_kind"),
        ("reports/x.HTM", b"a", "file_kind"),
        ("reports/page.HTML", b"a", "file_kind"),
        ("reports/report.PDF", b"a", "file_kind"),
        ("data/conftest.py", b"import os", "file_kind"),
        ("data/envrc", b"rm", "file_kind"),
        ("data/start.desktop", b"[Desktop Entry]", "file_kind"),
        ("requirements.lock", b" " * 1400 + b"<script>alert(1)</script>", "file_disguised"),
        ("data/a.csv", b"\xef\xbb\xbf<html>", "file_disguised"),
        ("data/a.json", b"<!DOCTYPE html>", "file_disguised"),
        ("README.md", b"# a\n\n<img src=x onerror=alert(1)>", "text_markup"),
        ("README.md", b"[a](javascript:alert(1))", "text_markup"),
    ],
)
def test_files_of_other_kinds_or_under_a_false_name_are_refused(name, content, rule):
    assert [rule for rule, _ in found(name, content)] == [rule]


@pytest.mark.parametrize(
    "name",
    [
        "jupyter_server_config.json",  # Jupyter obeys it where it is started
        "reports/a/Jupyter_Config.json",
        "notebooks/vocabulary.csv",
        "data/.vscode/tasks.json",
        "uv.toml",
        "extra/a.csv",
    ],
)
def test_what_programs_obey_unasked_has_no_place_in_a_bundle(name):
    assert found(name, b"{}") == [("file_place", "")]


def test_data_may_speak_of_scripts():
    assert found("data/a.csv", b"name\n<script>alert(1)</script>\n") == []
    assert found("toolkit/a.html", b"<script>") == []
