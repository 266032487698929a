"""Blocks write themselves as accessible HTML, and what they are given never becomes live."""

from datetime import date
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.display.blocks import Callout, Figure, Heading, Masthead, Paragraph, Table
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
    assert Heading("Why?", level=1).html() == "<h1>Why?</h1>"
    assert Paragraph("So.", lead=True).html() == '<p class="lead">So.</p>'


def test_a_callout_says_its_kind_in_a_word_and_a_shape():
    read = Reader(Callout("caution", "Mind the gap.", EN).html())
    shape = next(attributes for tag, attributes in read.tags if tag == "svg")
    assert shape["aria-hidden"] == "true"
    assert read.text.strip() == "Caution. Mind the gap."
    with pytest.raises(ValueError, match="kind is 'alarm': one of finding, caution"):
        Callout("alarm", "Run!", EN)


def test_a_heading_of_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="'Deep' has level 7: 1, 2 or 3"):
        Heading("Deep", level=7)


def test_a_term_becomes_a_link_to_its_note():
    text = "Territories like this one (synthetic control) & others."
    paragraph = Paragraph(text, links=(("synthetic control", "https://example.org/a?b=1&c=2"),))
    assert paragraph.html() == (
        '<p>Territories like this one (<a href="https://example.org/a?b=1&amp;c=2">'
        "synthetic control</a>) &amp; others.</p>"
    )
    assert "".join(words for words, _ in paragraph.pieces()) == text


@pytest.mark.parametrize(
    ("link", "message"),
    [
        (("absent", "https://example.org"), "'absent' is not in the paragraph"),
        (("So", "javascript:alert(1)"), "must begin with https://"),
    ],
)
def test_a_link_that_leads_nowhere_or_runs_is_refused(link, message):
    with pytest.raises(ValueError, match=message):
        Paragraph("So.", links=(link,))


def test_a_masthead_says_subject_status_grade_and_date():
    masthead = Masthead("Creuse", "locked", date(2026, 3, 9), EN, simulated=True, grade="high")
    assert masthead.facts() == [
        "Creuse",
        "Protocol locked before the analysis",
        "Simulated data",
        "Strength of proof: high",
        "Simulated data up to 9 March 2026",
    ]
    partly = Masthead("Creuse", "descriptive", date(2026, 3, 9), EN, simulated=True, partly=True)
    assert partly.dated() == "Data as of 9 March 2026"
    assert masthead.warning().word == "Simulated data."
    with pytest.raises(ValueError, match="status is 'final': one of descriptive, exploratory"):
        Masthead("Creuse", "final", date(2026, 3, 9), EN)


def test_a_table_has_a_caption_and_scoped_headers():
    read = Reader(table(strong=frozenset({1}), note="nd: not available.").html())
    assert [a for t, a in read.tags if t == "th"] == [
        {"scope": "col"},
        {"scope": "col", "class": "number"},
        {"scope": "row"},
        {"scope": "row"},
    ]
    assert [t for t, _ in read.tags].count("caption") == 1
    assert [a for t, a in read.tags if t == "tr"] == [{}, {}, {"class": "strong"}]
    assert read.text.endswith("nd: not available.")


def test_units_stand_under_the_titles_and_are_one_a_column():
    html = table(units=("", "inhabitants")).html()
    assert '2022 <span class="unit">inhabitants</span>' in html
    with pytest.raises(ValueError, match="2 column titles and 1 units"):
        table(units=("inhabitants",))
    with pytest.raises(ValueError, match=r"rows \[0\] have another number of cells"):
        table(rows=(("Creuse",),))


def test_a_suppressed_cell_is_marked_and_explained():
    suppressed = table(rows=(("Creuse", "s"), ("s", "12")), lang=EN, note="Source: us.")
    read = Reader(suppressed.html())
    assert [t for t, _ in read.tags].count("abbr") == 1  # a place may be called "s"
    note = "s: suppressed, so that no small number of people can be known."
    assert read.text.endswith(f"{note}Source: us.")
    with pytest.raises(ValueError, match="suppressed or simulated cells: give it lang"):
        table(rows=(("Creuse", "s"),))


def test_simulated_numbers_say_so_on_the_table_and_on_the_figure():
    assert "Simulated data" in Reader(table(simulated=True, lang=EN).html()).text
    figure = Figure(b"<svg/>", "Up", "", "", "Line chart: up.", EN, simulated=True)
    assert "Up Simulated data" in " ".join(Reader(figure.html()).text.split())
    with pytest.raises(ValueError, match="give it lang"):
        table(simulated=True)


def test_a_figure_has_its_alternative_and_its_data():
    figure = Figure(b"<svg/>", "Up", "index", "Source: us", "Line chart: up.", EN, table())
    read = Reader(figure.html())
    image = next(attributes for tag, attributes in read.tags if tag == "img")
    assert image["alt"] == "Line chart: up."
    assert image["src"] == "data:image/svg+xml,%3Csvg/%3E"
    assert "115,529" in read.text


def test_a_drawing_comes_back_whole_from_its_address():
    svg = '<svg fill="#fff" width="100%"><text>é &amp; &lt;b&gt;</text></svg>'
    page = Figure(svg.encode(), "Up", "index", "", "Line chart: up.", EN).html()
    (address,) = [a["src"] for tag, a in Reader(page).tags if tag == "img"]
    assert unquote(address.removeprefix("data:image/svg+xml,")) == svg.replace('"', "'")
    quoted = Figure(b"<svg><text>it's</text></svg>", "Up", "", "", "Line: up.", EN).html()
    assert "it's" in quoted


@pytest.mark.parametrize("alt", ["  ", "Up"])
def test_a_figure_without_an_alternative_of_its_own_is_refused(alt):
    with pytest.raises(ValueError, match=r"'Up' needs a text alternative"):
        Figure(b"<svg/>", "Up", "", "", alt, EN)


@given(st.text() | st.just(HOSTILE))
def test_no_text_becomes_live_html(text):
    blocks = [
        Heading(text),
        Paragraph(text),
        Callout("note", text, EN),
        table(caption=text, header=(text, text), rows=((text, text),), note=text, lang=EN),
        Figure(b"", text, text, text, text + "x", EN),
        Masthead(text, "locked", date(2026, 3, 9), EN, grade=text),
        Paragraph(text + "x", links=((text + "x", "https://" + text),)),
    ]
    for block in blocks:
        tags = {tag for tag, _ in Reader(block.html()).tags}
        assert tags <= {
            "h2", "p", "div", "strong", "span", "table", "caption", "thead", "tbody", "tr", "th",
            "td", "figure", "figcaption", "img", "svg", "path", "ul", "li", "a", "abbr",
        }  # fmt: skip
        for _, attributes in Reader(block.html()).tags:
            assert not any(name.startswith("on") for name in attributes)
