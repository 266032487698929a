"""Leaks of every kind, in every place a bundle has: each is found, and named."""

import base64
import gzip
import io
import json
import zipfile

import pandas as pd
import pytest
import typst
from PIL import Image, PngImagePlugin
from pypdf import PdfReader, PdfWriter

from toolkit.errors import DataError
from toolkit.i18n import language
from toolkit.sharing.scan import LeakError, scan, withhold
from toolkit.sharing.waivers import read_waivers, without_waived
from toolkit.sharing.withhold import withhold_entries

MAIL, PHONE, NIR = "jeanne.durand@creuse.fr", "06 12 34 56 78", "2 69 05 49 588 157 80"
IBAN, BORN = "FR14 2004 1010 0505 0001 3M02 606", "née le 3 mai 1969"
KEPT = "Le maire refuse que la directrice du guichet voisin apprenne la fermeture avant juin."
NAME = "Jeanne Durand"
SVG = r"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>"
WITHHELD = withhold({KEPT: "logbook J014", NAME: "a name"})


def picture(kind="PNG", **told) -> bytes:
    target, image = io.BytesIO(), Image.new("RGB", (4, 4))
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        for key, value in told.items():
            info.add_itxt(key, value)
        image.save(target, "PNG", pnginfo=info)
    else:
        exif = Image.Exif()
        exif[0x013B], exif[0x010E] = told["artist"], told["description"]
        image.save(target, kind, exif=exif)
    return target.getvalue()


def pdf(text="", **told) -> bytes:
    source = f'#set document(title: "t", author: "{told.get("author", "a")}")\n{text}'
    return typst.compile(source.encode(), pdf_standards=["a-2a", "ua-1"])


def pdf_with(change) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("= t"))))
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def zipped(name: str, content: bytes, comment: bytes = b"") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, content)
        archive.comment = comment
    return target.getvalue()


def notebook(**cell) -> bytes:
    base = {"cell_type": "code", "metadata": {}, "source": "", "outputs": []}
    return json.dumps({"cells": [base | cell], "metadata": {}}).encode()


def parquet(**columns) -> bytes:
    target = io.BytesIO()
    pd.DataFrame(columns).to_parquet(target)
    return target.getvalue()


def data_uri(kind: str, content: bytes) -> bytes:
    encoded = base64.b64encode(content).decode()
    return f'<img alt="" src="data:{kind};base64,{encoded}">'.encode()


FIGURE = picture(Comment=f"made by {MAIL}")
LEAKS = {
    "cell of a table": ("t.csv", f"territory,reason\nDEP-23,Voir {MAIL}\n", "email"),
    "quoted cell over two lines": ("t.csv", f'a,b\n1,"x\n{PHONE}"\n', "phone"),
    "column of birth dates": ("t.csv", "person,date_naissance\nP1,12/03/1950\n", "birth"),
    "column of first names": ("t.csv", "code,prénom\nP1,Jeanne\n", "name"),
    "column of bank accounts": ("t.csv", f"code,compte\nP1,{IBAN}\n", "iban"),
    "number without spaces": ("t.csv", "code,n\nP1,x269054958815780\n".replace("x", ""), "nir"),
    "free text": ("notes.md", f"Elle est {BORN}.", "birth"),
    "international number": ("notes.md", "Au +33 (0)6 12 34 56 78.", "phone"),
    "no-break spaces": ("notes.md", PHONE.replace(" ", "\u202f"), "phone"),
    "address spelt out": ("notes.md", "jeanne.durand (at) creuse (point) fr", "email"),
    "wide letters": ("notes.md", "jeanne．durand＠creuse．fr", "email"),
    "letters without width": ("notes.md", "jeanne.durand\u200b@\u200bcreuse.fr", "email"),
    "soft hyphens": ("notes.md", "06\u00ad12\u00ad34\u00ad56\u00ad78", "phone"),
    "text of a page": ("p.html", f"<p>{MAIL}</p>", "email"),
    "over several elements": ("p.html", "<p>06 <b>12</b> 34 <span>56</span> 78</p>", "phone"),
    "entities": ("p.html", "<p>jeanne.durand&#64;creuse.fr</p>", "email"),
    "comment of a page": ("p.html", f"<!-- {MAIL} --><p>a</p>", "email"),
    "alternative text": ("p.html", f'<img alt="Photo de Mme D., {BORN}">', "birth"),
    "attribute of data": ("p.html", f'<div data-contact="{PHONE}"></div>', "phone"),
    "link to write": ("p.html", '<a href="mailto:jeanne.durand%40creuse.fr">x</a>', "email"),
    "script": ("p.html", '<script>var a = "jeanne.durand\\u0040creuse.fr"</script>', "email"),
    "rule of style": ("p.html", f'<style>p::after {{content: "{MAIL}"}}</style>', "email"),
    "text of a figure": ("f.svg", f"<svg><text>{NIR}</text></svg>", "nir"),
    "metadata of a figure": ("f.svg", f"<svg><metadata>{MAIL}</metadata></svg>", "email"),
    "title of a point": ("f.svg", f"<svg><circle><title>{PHONE}</title></circle></svg>", "phone"),
    "picture": ("f.png", FIGURE, "email"),
    "picture of a phone": ("f.jpg", picture("JPEG", artist="a", description=MAIL), "email"),
    "picture in a page": ("p.html", data_uri("image/png", FIGURE), "email"),
    "key of JSON": ("e.json", '{"birth_date": "1950-03-12"}', "birth"),
    "deep in JSON": ("e.json", json.dumps({"a": [{"b": MAIL}]}), "email"),
    "escaped in JSON": ("e.json", '{"a": "jeanne.durand\\u0040creuse.fr"}', "email"),
    "source of a cell": ("n.ipynb", notebook(source=f"# {MAIL}"), "email"),
    "output of a cell": ("n.ipynb", notebook(outputs=[{"text": f"tel {PHONE}\n"}]), "phone"),
    "metadata of a cell": ("n.ipynb", notebook(metadata={"author": MAIL}), "email"),
    "traceback": (
        "n.ipynb",
        notebook(outputs=[{"output_type": "error", "traceback": [f"ValueError: {NIR}"]}]),
        "nir",
    ),
    "picture of a cell": (
        "n.ipynb",
        notebook(outputs=[{"data": {"image/png": base64.b64encode(FIGURE).decode()}}]),
        "email",
    ),
    "log of a failure": ("failure.txt", f"KeyError: '{MAIL}'", "email"),
    "text of a PDF": ("r.pdf", pdf(f"Tél. {PHONE}"), "phone"),
    "author of a PDF": ("r.pdf", pdf("a", author="jeanne.durand@creuse.fr"), "email"),
    "metadata of a PDF": (
        "r.pdf",
        pdf_with(lambda writer: writer.add_metadata({"/Custom": MAIL})),
        "email",
    ),
    "attachment of a PDF": (
        "r.pdf",
        pdf_with(lambda writer: writer.add_attachment("a.csv", f"a\n{MAIL}\n".encode())),
        "email",
    ),
    "alternative in a PDF": (
        "r.pdf",
        pdf(f'#image(bytes("{SVG}"), format: "svg", alt: "{BORN}")'),
        "birth",
    ),
    "name of a file": ("photos/jeanne.durand@creuse.fr.png", picture(), "email"),
    "name of a folder": ("06 12 34 56 78/a.txt", "a", "phone"),
    "file of a zip": ("a.zip", zipped("b.txt", MAIL.encode()), "email"),
    "zip of a zip": ("a.zip", zipped("b.zip", zipped("c.txt", MAIL.encode())), "email"),
    "comment of a zip": ("a.zip", zipped("b.txt", b"a", MAIL.encode()), "email"),
    "office document": ("a.docx", zipped("docProps/core.xml", f"<x>{MAIL}</x>".encode()), "email"),
    "value of parquet": ("t.parquet", parquet(a=["x", f"voir {MAIL}"]), "email"),
    "unknown kind": ("a.bin", b"\x00\xff" + MAIL.encode() + b"\xfe\x00", "email"),
    "another encoding": ("a.txt", f"voir {MAIL}, fermé".encode("utf-16-le"), "email"),
    "another suffix": ("logo.png", f"<p>{MAIL}</p>", "email"),
    "a kept entry, whole": ("p.html", f"<p>{KEPT}</p>", "withheld"),
    "a kept entry, in part": (
        "a.md",
        "… la directrice du guichet voisin apprenne la …",
        "withheld",
    ),
    "a kept entry, in capitals": ("a.md", KEPT.upper().replace("É", "E"), "withheld"),
    "a kept entry, over elements": (
        "p.html",
        KEPT.replace("guichet", "<b>gui</b>chet"),
        "withheld",
    ),
    "a kept entry, in a PDF": ("r.pdf", pdf(KEPT), "withheld"),
    "a name": ("a.md", "Entretien avec jeanne DURAND, lundi.", "withheld"),
    "a name in a path": ("entretiens/jeanne-durand.txt", "a", "withheld"),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_every_leak_is_found_and_named(leak):
    name, content, kind = LEAKS[leak]
    content = content.encode() if isinstance(content, str) else content
    found = scan({"clean.txt": b"Rien.", name: content}, withheld=WITHHELD)
    assert (name, f"leak_{kind}") in {(fault.file, fault.rule) for fault in found}
    shown = " ".join(fault.value for fault in found)
    assert not any(secret in shown for secret in (MAIL, PHONE, NIR, IBAN))


@pytest.mark.parametrize(
    "text",
    [
        "contact@example.org",
        "2010,2011,2012,2013\n01\n23\n45\n67\n89\n",
        "ends.map(lambda pair, at=at: float(pair[at])).to_numpy()",
        "package = 'datamaps@0.5.10'",
        '<path d="M 01.5 23.25 L 45.1 67.8"/>',
        "sha256 0612345678abcdef",
        "Le maire refuse.",
        "IBAN FR14 2004 1010 0505 0001 3M02 607",
    ],
)
def test_what_tells_nothing_of_a_person_may_leave(text):
    assert scan({"a.html": text.encode()}, withheld=WITHHELD) == []


def zeros_zipped() -> bytes:
    """Return a zip of a file of 100,000,001 zeros, a hundred kB itself."""
    target = io.BytesIO()
    packed = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
    with packed as archive, archive.open("big.bin", "w") as file:
        for _ in range(100):
            file.write(bytes(1_000_000))
        file.write(b"\0")
    return target.getvalue()


def nested(depth: int) -> bytes:
    content = MAIL.encode()
    for number in range(depth):
        content = zipped(f"{number}.zip" if number else "t.txt", content)
    return content


def encrypted() -> bytes:
    """Return a zip whose one entry says that it is encrypted."""
    content = bytearray(zipped("t.txt", MAIL.encode()))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "part", "why"),
    [
        (zeros_zipped, "big.bin", "more than 100 MB"),
        (lambda: nested(4), "3.zip 2.zip 1.zip t.txt", "more than 3 files in one another"),
        (encrypted, "t.txt", "encrypted"),
        (lambda: gzip.compress(MAIL.encode(), mtime=0), "", "does not open"),
        (lambda: zipped("t.gz", gzip.compress(MAIL.encode(), mtime=0)), "t.gz", "does not open"),
        (lambda: zipped("t.txt", MAIL.encode())[:-20], "", "unreadable"),
        (lambda: b"%PDF-1.7 and no more", "", "unreadable"),
    ],
    ids=["large", "deep", "encrypted", "gzip", "gzip in zip", "cut zip", "cut PDF"],
)
def test_what_is_not_read_is_a_finding_that_can_be_let_through(content, part, why, tmp_path):
    content = content()
    (fault,) = [f for f in scan({"a.md": content}) if f.rule == "leak_unread"]
    assert (fault.file, fault.column) == ("a.md", part)
    assert why in fault.value
    assert fault.remedy(language("fr"))
    (tmp_path / "w.toml").write_text(WAIVER.format(mark=fault.details["mark"]), "utf-8")
    assert without_waived([fault], read_waivers(tmp_path / "w.toml")) == []
    # Another file in its place is another finding.
    changed = [f for f in scan({"a.md": content + b"PK"}) if f.rule == "leak_unread"]
    assert fault.details["mark"] not in {f.details["mark"] for f in changed}


def test_three_files_in_one_another_are_read():
    assert [f.rule for f in scan({"a.zip": nested(3)})] == ["leak_email"]


def test_a_finding_says_where():
    found = scan({"t.csv": f"a,reason\n1,x\n2,{MAIL}\n".encode(), "a.md": f"\n\n{PHONE}".encode()})
    places = [(f.file, f.rule, f.line, f.column, f.value) for f in found]
    assert places == [
        ("a.md", "leak_phone", 3, "", "06…78"),
        ("t.csv", "leak_email", 3, "", "je…fr"),
    ]


def test_all_findings_are_in_one_error_with_their_marks():
    found = scan({"a.md": MAIL.encode(), "b/c.csv": f"a,b\n1,{IBAN}\n".encode()})
    text = str(LeakError(found))
    assert "2" in text.splitlines()[0]
    assert all(f.file in text and f.details["mark"] in text for f in found)


WAIVER = """
[[waiver]]
file = "a.md"
mark = "{mark}"
reason = {{fr = "Standard de la mairie, public.", en = "The town hall’s public number."}}
role = "déléguée à la protection des données"
date = 2026-11-20
"""


def test_a_waiver_lets_through_one_finding_of_one_file(tmp_path):
    files = {"a.md": f"{PHONE} {MAIL}".encode(), "b.md": PHONE.encode()}
    found = scan(files)
    phone = next(f.details["mark"] for f in found if f.rule == "leak_phone")
    (tmp_path / "w.toml").write_text(WAIVER.format(mark=phone), encoding="utf-8")
    left = without_waived(found, read_waivers(tmp_path / "w.toml"))
    assert [(f.file, f.rule) for f in left] == [("a.md", "leak_email"), ("b.md", "leak_phone")]


def test_a_waiver_of_nothing_is_a_fault(tmp_path):
    (tmp_path / "w.toml").write_text(WAIVER.format(mark="0" * 16), encoding="utf-8")
    left = without_waived([], read_waivers(tmp_path / "w.toml"))
    assert [(f.rule, f.column) for f in left] == [("waiver_idle", "a.md")]


def test_a_waiver_without_reason_or_role_is_refused(tmp_path):
    text = WAIVER.format(mark="x").replace("role", "who")
    (tmp_path / "w.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"mark[\s\S]*who|who[\s\S]*mark"):
        read_waivers(tmp_path / "w.toml")


def test_a_logbook_leaves_without_what_a_team_keeps(tmp_path):
    path = tmp_path / "data/projects/p/logbook.csv"
    path.parent.mkdir(parents=True)
    header = "entry,cycle,date,kind,lang,text,lesson,confidentiality\n"
    public = 'J001,1,2014-04-15,observation,fr,"Un, deux",,public\n'
    path.write_text(
        header + public + f"J002,1,2014-05-15,erreur,fr,{KEPT},Se taire,team\n"
        "J003,1,2014-05-16,erreur,fr,Rien,,restricted\n",
        encoding="utf-8",
    )
    assert withhold_entries(tmp_path / "data") == {
        "p J002": f"{KEPT} Se taire",
        "p J003": "Rien",
    }
    assert path.read_text(encoding="utf-8") == header + public
