"""What an attacker adds to a page, with every hash made anew, is found by file and line."""

import hashlib
import json

import pytest

from toolkit.i18n import language
from toolkit.records.faults import write_faults
from toolkit.sharing.archive import pack
from toolkit.sharing.crate import CRATE
from toolkit.sharing.live import live_faults
from toolkit.sharing.render import TEMPLATES
from toolkit.sharing.share import describe
from toolkit.sharing.stage import PACKAGE, SUMS, Contents
from toolkit.sharing.verify import check_bundle

REPORT = "reports/impact_evaluation/demande-unique/fr"
PAGE = f"{REPORT}/index.html"
SCRIPT = (TEMPLATES / "index.js").read_text("utf-8")
ADDED = {
    "script": ("<script>fetch('https://x.example/')</script>", "page_script"),
    "script of another kind": ("<SCRIPT type=module>1</SCRIPT>", "page_script"),
    "script from elsewhere": ('<script src="https://x.example/a.js"></script>', "page_script"),
    "our script, and one more line": (f"<script>{SCRIPT}\nalert(1)</script>", "page_script"),
    "script that never ends": ("<script>alert(1)", "page_script"),
    "script in data": (
        '<script type="application/json" id="x">1</script><script>2</script>',
        "page_script",
    ),
    "address in data of our script": (
        '<script type="application/json" id="entries">["java\\u0073cript:alert(1)"]</script>',
        "page_script",
    ),
    "handler": ('<p onclick="alert(1)">a</p>', "page_script"),
    "handler in capitals": ('<svg\nOnLoad="alert(1)"></svg>', "page_script"),
    "handler without a space": ("<img/onerror=alert(1)/src=x>", "page_markup"),
    "handler without quotes": ("<p onclick=alert(1)>a</p>", "page_markup"),
    "frame": ('<iframe src="https://x.example/"></iframe>', "page_markup"),
    "frame by its text": (
        '<iframe srcdoc="&lt;p&gt;a&lt;/p&gt;"></iframe>',
        "page_markup",
    ),
    "object": ('<object data="x.svg"></object>', "page_markup"),
    "embed": ('<embed src="x.svg">', "page_markup"),
    "style from elsewhere": ('<link rel="stylesheet" href="https://x.example/">', "page_markup"),
    "base of all addresses": ('<base href="https://x.example/">', "page_markup"),
    "sent elsewhere": ('<meta http-equiv="refresh" content="0;url=//x.example">', "page_markup"),
    "form": ('<form action="https://x.example/"></form>', "page_markup"),
    "button of a form": ('<button formaction="//x.example/">a</button>', "page_markup"),
    "drawing that moves": ('<svg><animate href="#a" to="1"/></svg>', "page_markup"),
    "style of an element": ('<p style="background: url(//x.example)">a</p>', "page_markup"),
    "comment": ("<!-- <p> --><p>a</p>", "page_markup"),
    "section of XML": ("<![CDATA[<p>]]>", "page_markup"),
    "tag in an attribute": ('<p title="<img src=x onerror=alert(1)>">a</p>', "page_markup"),
    "other encoding": ('<meta charset="iso-2022-jp">', "page_markup"),
    "bytes of another encoding": ('<p title="\x1b$B">a</p>', "page_markup"),
    "picture": ('<img alt="" src="https://x.example/a.png">', "page_address"),
    "picture of no network": ('<img alt="" src="//x.example/a.png">', "page_address"),
    "link that runs": ('<a href="javascript:alert(1)">a</a>', "page_address"),
    "link that runs, hidden": ('<a href="&#106;ava\tscript&colon;alert(1)">a</a>', "page_address"),
    "link to a page in itself": ('<a href="data:text/html,x">a</a>', "page_address"),
    "link to the program": ('<a href="../../../../toolkit/x.html">a</a>', "page_address"),
    "the same, written otherwise": ('<a href="../../../../%74oolkit/x.html">a</a>', "page_address"),
    "style that loads": ("<style>p { background: url(//x.example) }</style>", "page_address"),
    "style that imports": ("<style>@import '//x.example';</style>", "page_address"),
    "style, escaped": (r"<style>p { background: \75rl(//x.example) }</style>", "page_address"),
}


def with_added(page: bytes, added: str) -> bytes:
    return page.replace(b"</main>", f"\n{added}\n</main>".encode())


@pytest.mark.parametrize("what", ADDED)
def test_what_no_template_writes_is_found_where_it_stands(shared, what):
    added, rule = ADDED[what]
    page = with_added(shared[PAGE], added)
    found = list(live_faults({PAGE: page}))
    assert rule in {fault.rule for fault in found}
    line = shared[PAGE].count(b"\n", 0, shared[PAGE].index(b"</main>")) + 2
    assert {(fault.file, fault.line) for fault in found} <= {(PAGE, line), (PAGE, line + 1)}
    for code in ("fr", "en"):
        assert PAGE in write_faults(found, language(code))


def test_pages_of_the_toolkit_have_nothing_else(shared):
    assert list(live_faults(shared)) == []
    ours = f'<script>{SCRIPT}</script><a href="https://x.example/">a</a>'
    data = '<script type="application/json" id="entries">["Impact: 3"]</script>'
    assert list(live_faults({PAGE: with_added(shared[PAGE], ours + data)})) == []


def test_whoever_makes_every_hash_anew_is_found_by_what_was_added(shared, tmp_path):
    derived = (CRATE, SUMS, PACKAGE)
    files = {name: content for name, content in shared.items() if name not in derived}
    files[PAGE] = with_added(files[PAGE], ADDED["handler"][0])
    manifest = json.loads(files[f"{REPORT}/manifest.json"])
    manifest["files"]["index.html"] = hashlib.sha256(files[PAGE]).hexdigest()
    files[f"{REPORT}/manifest.json"] = json.dumps(manifest).encode()
    files = describe(files, Contents(("demande-unique",), ()), ("demande-unique",))
    path = tmp_path / "bundle.zip"
    path.write_bytes(pack(files))
    assert [(f.file, f.rule) for f in check_bundle(path).faults] == [(PAGE, "page_script")]
