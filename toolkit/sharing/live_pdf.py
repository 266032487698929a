"""What in a PDF would run, load or lead where none of ours does, and what of it may be hidden.

Readers of PDFs mend what is damaged, each in its way: what one takes for a comment another opens.
So a PDF must be written as ours are, each object once, where its one table says.
"""

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from toolkit.records.faults import Fault

if TYPE_CHECKING:
    from pypdf import PdfReader

_KEYS = """
    /AA /AF /AcroForm /Collection /EF /EmbeddedFile /EmbeddedFiles /FFilter /JS /JavaScript
    /OpenAction /PresSteps /RichMedia /RichMediaContent /RichMediaSettings /XFA
"""
_NEVER = frozenset(_KEYS.split())
_TRAILER = {"/Size", "/Root", "/Info", "/ID"}
_ACTIONS = ("/GoTo", "/URI")  # a place in the document, an address
_WEB = ("https://", "http://")
_END = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF\s*\Z")
_TABLE = re.compile(rb"xref\s+0 (\d{1,9})\s+((?:\d{10} \d{5} [nf][ \r][\r\n])+)trailer\b")
_OBJECT = re.compile(rb"\b(\d+)[\x00\s]+(\d+)[\x00\s]+obj\b")


def pdf_faults(name: str, content: bytes) -> Iterator[Fault]:
    """Yield what none of our PDFs holds; first, that it is not written as they are."""
    from pypdf import PdfReader

    if seen := _other_form(content):
        yield Fault(name, "pdf_form", value=seen)
    try:
        reader = PdfReader(io.BytesIO(content), strict=True)
        for seen in sorted(reader.trailer.keys() - _TRAILER):
            yield Fault(name, "pdf_form", value=seen)
        for seen in dict.fromkeys(s for held in _dictionaries(reader) for s in _live(held)):
            yield Fault(name, "pdf_live", value=seen)
    except Exception as error:  # as many kinds as there are ways to be no PDF
        yield Fault(name, "pdf_form", value=f"{type(error).__name__} {error}")


def _other_form(content: bytes) -> str:
    """Return what is not as in a PDF of ours, or nothing: one table, each object where it says."""
    if not content.startswith(b"%PDF-1."):
        return "%PDF"
    end = _END.search(content[-64:])
    if end is None or content.count(b"startxref") != 1:
        return "startxref"
    table = _TABLE.match(content, int(end[1]))
    if table is None or 20 * int(table[1]) != len(table[2]):
        return "xref"
    lines = table[2].splitlines()
    told = {n: int(line[:10]) for n, line in enumerate(lines) if line[17:18] == b"n"}
    there = {int(found[1]): found.start() for found in _OBJECT.finditer(content)}
    many = {len(_OBJECT.findall(content)), content.count(b"endobj")}
    return "" if told == there and many == {len(told)} else "obj"


def _dictionaries(reader: "PdfReader") -> Iterator[dict]:
    """Yield each dictionary of a PDF, used or not, those of object streams among them."""
    from pypdf.generic import IndirectObject

    numbers = {(n, gen) for gen, held in reader.xref.items() for n in held}
    numbers |= {(n, 0) for n in reader.xref_objStm}
    left = [
        reader.trailer,
        *(reader.get_object(IndirectObject(*n, reader)) for n in sorted(numbers)),
    ]
    while left:
        held = left.pop()
        if isinstance(held, dict):
            yield held
        if isinstance(held, dict | list):
            left.extend(held.values() if isinstance(held, dict) else held)


def _live(held: dict) -> Iterator[str]:
    yield from sorted(_NEVER & held.keys())
    for action in [*_held(held, "/A"), *_held(held, "/Next")]:
        if isinstance(action, dict) and action.get("/S", _ACTIONS[0]) not in _ACTIONS:
            yield str(action["/S"])
    for address in _held(held, "/URI"):
        if not str(address).startswith(_WEB):
            yield f"/URI {address}"
    for annotation in _held(held, "/Annots"):
        if annotation["/Subtype"] != "/Link":
            yield str(annotation["/Subtype"])
    for file in _held(held, "/F"):
        if not isinstance(file, int):  # flags; anything else is a file elsewhere
            yield f"/F {file}"


def _held(held: dict, key: str) -> list:
    """Return what stands under a key, one thing or several, each as it is and not where."""
    if key not in held:
        return []
    value = held[key].get_object()
    return [one.get_object() for one in value] if isinstance(value, list) else [value]
