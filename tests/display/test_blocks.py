"""Blocks write themselves as accessible HTML, and what they are given never becomes live."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.display.blocks import Callout, Figure, Heading, Paragraph, Table
from toolkit.i18n import language

EN = language("en")
HOSTILE = '<script>alert("x")</script> & \'"'


class Reader(HTMLParser):
    """Collects the tags and the text of a piece of HTML."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text += data


def table(**changes) -> Table:
    return Table(
        **{
            "caption": "Inhabitants",
            "header": ("Territory", "2022"),
            "rows": (("Creuse", "115,529"), ("Allier", "334,715")),
            **changes,
        }
    )


def test_a_heading_and_a_paragraph():
    assert Heading("Why?", level=1)._repr_html_() == "<h1>Why?</h1>"
    assert Paragraph("So.", lead=True)._repr_html_() == '<p class="lead">So.</p>'


def test_a_callout_says_its_kind_in_a_word_and_a_shape():
    html = Callout("caution", "Mind the gap.", EN)._repr_html_()
    assert "▲" in html
    assert "Caution." in Reader(html).text


def test_a_table_has_a_caption_and_scoped_headers():
    read = Reader(table(strong=frozenset({1}), note="nd: not available.")._repr_html_())
    assert [a for t, a in read.tags if t == "th"] == [
        {"scope": "col"},
        {"scope": "col", "class": "number"},
        {"scope": "row"},
        {"scope": "row"},
    ]
    assert [t for t, _ in read.tags].count("caption") == 1
    assert [a for t, a in read.tags if t == "tr"] == [{}, {}, {"class": "strong"}]
    assert read.text.endswith("nd: not available.")


def test_a_figure_has_its_alternative_and_its_data():
    figure = Figure(b"<svg/>", "Up", "index", "Source: us", "Line chart: up.", EN, table())
    read = Reader(figure._repr_html_())
    image = next(attributes for tag, attributes in read.tags if tag == "img")
    assert image["alt"] == "Line chart: up."
    assert image["src"].startswith("data:image/svg+xml;base64,")
    assert "115,529" in read.text


def test_a_figure_without_an_alternative_is_refused():
    with pytest.raises(ValueError, match=r"'Up' needs a text alternative"):
        Figure(b"<svg/>", "Up", "", "", "  ", EN)


@given(st.text() | st.just(HOSTILE))
def test_no_text_becomes_live_html(text):
    blocks = [
        Heading(text),
        Paragraph(text),
        Callout("note", text, EN),
        table(caption=text, header=(text, text), rows=((text, text),), note=text),
        Figure(b"", text, text, text, text + "x", EN),
    ]
    for block in blocks:
        tags = {tag for tag, _ in Reader(block._repr_html_()).tags}
        assert tags <= {
            "h2", "p", "div", "strong", "span", "table", "caption", "thead", "tbody", "tr", "th",
            "td", "figure", "figcaption", "img",
        }  # fmt: skip
        for _, attributes in Reader(block._repr_html_()).tags:
            assert not any(name.startswith("on") for name in attributes)
