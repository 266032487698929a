"""What of a bundle's pages would run, load or lead where none of our templates does.

Checksums tell nothing of an attacker who writes all of them anew. Pages are read here as text and
held against what the toolkit writes: every "<" must begin a tag that our templates know, with
attributes that they know; every script must be one that the toolkit ships. Whatever a browser would
take such text for, nothing else can come alive in it. Nothing is run, or parsed as a browser does.
"""

import html
import json
import posixpath
import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import unquote

from toolkit.records.faults import Fault
from toolkit.sharing.render import TEMPLATES

PROGRAM = "toolkit/"  # its templates are no pages, and no page leads there
_SCRIPTS = ("index", "opsi")

_SCRIPT = re.compile(
    r'<script(?P<data> type="application/json" id="[a-z-]+")?>(?P<text>.*?)</script>', re.DOTALL
)
_STYLE = re.compile(r"<style>(?P<text>[^<]*)</style>")
TAG = re.compile(
    r"</?(?P<name>[a-zA-Z][a-zA-Z0-9]*)"
    r"""(?P<attributes>(?:\s+[a-zA-Z][a-zA-Z0-9-]*(?:="[^"<]*"|='[^'<]*')?)*)\s*/?>"""
)
_ATTRIBUTE = re.compile(r"""\s+([a-zA-Z][a-zA-Z0-9-]*)(?:="([^"<]*)"|='([^'<]*)')?""")
_DOCTYPE = "<!DOCTYPE html>"
_TAGS = """
    html head meta title body a header nav main section footer div p span h1 h2 h3 h4 ul ol li
    dl dt dd table caption thead tbody tfoot tr th td strong em b i sub sup small code pre samp
    kbd abbr time mark blockquote details summary figure figcaption img svg g path rect circle
    line text button textarea select option optgroup label input form noscript br hr
"""
_ATTRIBUTES = """
    abbr alt autocomplete charset class colspan content cx cy d datetime fill for headers height
    hidden href hreflang id lang name open placeholder points r role rows rowspan scope selected
    src start stroke stroke-width tabindex text-anchor title transform translate type value
    viewbox width x x1 x2 y y1 y2
"""
_NAMES, _KNOWN = frozenset(_TAGS.split()), frozenset(_ATTRIBUTES.split())
# Not any "data-": by one of them, JupyterLab runs a command at a click.
_SPOKEN = re.compile(r"aria-[a-z-]+|data-(?:field|map|most|name|place|within)")
_LOADS = re.compile(r"@import|\\|image-set|src\(|url\((?!data:font/woff2;base64,|#|%23)", re.I)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:")
_RUNS = re.compile(r"(?:javascript|vbscript|data|blob|file):")
_IMAGE = re.compile(r"data:image/(?:svg\+xml|png|jpeg)[;,]")


def page_faults(name: str, text: str) -> Iterator[Fault]:
    """Yield what in a page, or a part of one, no template of the toolkit writes, with its line."""
    if found := _CONTROL.search(text):
        # By some, a page is taken for one in another encoding, in which other bytes are quotes.
        yield _fault(name, "page_markup", text, found.start(), repr(found[0]))
    at = text.find("<")
    while at >= 0:
        end = at + 1
        if found := _SCRIPT.match(text, at):
            if not _is_ours(found["text"], data=bool(found["data"])):
                yield _fault(name, "page_script", text, at, found[0])
            end = found.end()
        elif found := _STYLE.match(text, at):
            if loads := _LOADS.search(found["text"]):
                yield _fault(name, "page_address", text, at, found["text"][loads.start() :])
            end = found.end()
        elif found := TAG.match(text, at):
            if rule := broken_rule(name, found["name"].lower(), found["attributes"]):
                yield _fault(name, rule, text, at, found[0])
            end = found.end()
        elif not text.startswith(_DOCTYPE, at):
            rule = "page_script" if text[at : at + 7].lower() == "<script" else "page_markup"
            yield _fault(name, rule, text, at, text[at:])
        at = text.find("<", end)


def _is_ours(script: str, *, data: bool) -> bool:
    """Tell whether a script is one of ours, or data that they read and that runs nothing."""
    if not data:
        return script.strip() in _shipped()
    try:
        read = json.loads(script)
    except (ValueError, RecursionError):
        return False
    return "<" not in script and not any(_RUNS.match(_plain(value)) for value in _strings(read))


@cache
def _shipped() -> frozenset[str]:
    return frozenset((TEMPLATES / f"{name}.js").read_text("utf-8").strip() for name in _SCRIPTS)


def _strings(value: object) -> Iterator[str]:
    match value:
        case dict():
            for held in value.values():
                yield from _strings(held)
        case list():
            for held in value:
                yield from _strings(held)
        case str():
            yield value


def broken_rule(page: str, tag: str, attributes: str) -> str:
    """Return the rule that a tag breaks, or nothing."""
    if tag not in _NAMES:
        return "page_script" if tag == "script" else "page_markup"
    for found in _ATTRIBUTE.finditer(attributes):
        name = found[1].lower()
        value = _plain(found[2] or found[3] or "")
        if name.startswith("on"):
            return "page_script"
        if name not in _KNOWN and not _SPOKEN.fullmatch(name):
            return "page_markup"
        if name == "charset" and value != "utf-8":
            return "page_markup"
        if name == "href" and not (tag == "a" and _leads(page, value)):
            return "page_address"
        if name == "src" and not (tag == "img" and _IMAGE.match(value)):
            return "page_address"
    return ""


def _leads(page: str, address: str) -> bool:
    """Tell whether a link leads to the web, or within the bundle to what is no program."""
    if address.startswith(("https://", "http://")):
        return True
    if _SCHEME.match(address) or address.startswith("/") or "\\" in address:
        return False
    way = posixpath.join(posixpath.dirname(page), unquote(address.partition("#")[0]))
    return not posixpath.normpath(way).startswith(PROGRAM)


def _plain(value: str) -> str:
    """Return a value as a browser takes it for an address: its signs, and none that it skips."""
    return re.sub(r"[\x00-\x20]", "", html.unescape(value)).lower()


def _fault(name: str, rule: str, text: str, at: int, seen: str) -> Fault:
    return Fault(name, rule, text.count("\n", 0, at) + 1, value=" ".join(seen[:100].split()))
