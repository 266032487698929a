"""What a page of the documentation says in whatever language: read to be held against its twin."""

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin
from myst_parser.slugs import github_slugify

DOCS = Path(__file__).parents[1] / "docs"
FRENCH = DOCS / "fr"
_MARKDOWN = MarkdownIt("commonmark").enable("table").use(front_matter_plugin)
# What the reader's language changes in code: comments, the language asked for, the index's name.
_SPOKEN = re.compile(r"\s*(?<!\S)#.*$|--lang (?:fr|en)|(?<=index)\.en(?=\.html)", re.MULTILINE)
_UNSPOKEN = ("text", "{code-block} text", "{toctree}")  # outputs, and what a menu lists
_NUMBER = re.compile(r"\d+(?:\.\d+)*")


class Section(NamedTuple):
    """What stands under one heading: its level, then numbers, links and code."""

    level: str
    numbers: list[str]
    links: list[str]
    code: list[str]


def read_page(path: Path) -> list[Section]:
    """Read a page as its sections; numbers and links sorted, since sentences turn otherwise."""
    sections = []
    for token in _tokens(path):
        if token.type == "heading_open":
            sections.append(Section(token.tag, [], [], []))
        elif token.type in {"fence", "code_block"} and token.info not in _UNSPOKEN:
            sections[-1].code.append(_SPOKEN.sub("", token.content))
        elif token.type == "inline":
            words = " ".join(child.content for child in token.children if child.type == "text")
            sections[-1].numbers.extend(numbers(words, french=path.is_relative_to(FRENCH)))
            for child in token.children:
                if child.type == "link_open":
                    sections[-1].links.append(_leads_to(child.attrs["href"], path))
    for section in sections:
        section.numbers.sort()
        section.links.sort()
    return sections


def numbers(words: str, *, french: bool) -> list[str]:
    """Find the numbers of a sentence, written as Python writes them."""
    if french:
        words = re.sub(r"(?<=\d)[\u00a0\u202f](?=\d{3})", "", words)
        return _NUMBER.findall(re.sub(r"(?<=\d),(?=\d)", ".", words))
    return _NUMBER.findall(re.sub(r"(?<=\d),(?=\d{3})", "", words))


def _tokens(path: Path) -> list[Token]:
    return _MARKDOWN.parse(path.read_text(encoding="utf-8"))


def _leads_to(link: str, page: Path) -> str:
    """Name what a link leads to as the English page does, its heading by its place."""
    if "://" in link:
        return link
    name, _, anchor = unquote(link).partition("#")
    target = (page.parent / name).resolve() if name else page
    headings = _anchors(target) if target.suffix == ".md" else []
    place = headings.index(anchor) if anchor in headings else anchor
    if target.is_relative_to(FRENCH):
        target = DOCS / target.relative_to(FRENCH)
    elif page.is_relative_to(FRENCH) and _has_twin(target):
        return f"{link}, which is in English"
    return f"{target.relative_to(DOCS.parent)}#{place}"


def _has_twin(page: Path) -> bool:
    return page.is_relative_to(DOCS) and (FRENCH / page.relative_to(DOCS)).exists()


def _anchors(path: Path) -> list[str]:
    tokens = _tokens(path)
    titles = [tokens[n + 1] for n, token in enumerate(tokens) if token.type == "heading_open"]
    return [github_slugify("".join(child.content for child in title.children)) for title in titles]
