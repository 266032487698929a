"""What in Markdown would run or load: it passes HTML on to whoever shows it.

A tag that says nothing (`<id>`) is a word; any other is held to what our pages may have.
"""

import html
import re
from collections.abc import Iterator

from toolkit.sharing.live_pages import TAG, broken_rule

_READ_OTHERWISE = """
    script style svg math template noscript plaintext xmp noembed noframes title textarea
"""
# What follows one of these is read in another way, though it has no attributes.
_NO_WORDS = frozenset(_READ_OTHERWISE.split())
_OPENED = re.compile(r"<(?=[a-zA-Z/!?])")
_WEB = re.compile(r"<https?://[^\s<>\"'`]*>")
_PICTURE = re.compile(r"!\[")
_SKIPPED = re.compile(r"[\x00-\x20\\]")
_RUNS = re.compile(r"(?:javascript|vbscript):|data:(?:text|image|application)/", re.IGNORECASE)
_SHOWN = 100


def markdown_live(text: str) -> Iterator[tuple[int | None, str]]:
    """Yield what would run or load, each with its line where it has one."""
    for found in _OPENED.finditer(text):
        if not _WEB.match(text, found.start()) and not _is_word(text, found.start()):
            yield _seen(text, found.start())
    for found in _PICTURE.finditer(text):
        yield _seen(text, found.start())
    if found := _RUNS.search(_SKIPPED.sub("", html.unescape(text))):
        yield None, found[0]


def _is_word(text: str, at: int) -> bool:
    """Tell whether a tag is one of our pages', or has a name of its own and no attributes."""
    tag = TAG.match(text, at)
    if tag is None:
        return False
    if not tag["attributes"]:
        return tag["name"].lower() not in _NO_WORDS
    return not broken_rule("", tag["name"].lower(), tag["attributes"])


def _seen(text: str, at: int) -> tuple[int, str]:
    return text.count("\n", 0, at) + 1, text[at : at + _SHOWN]
