"""The diagram says what became of each assumption, by a mark and a word."""

import re

import pandas as pd
import pytest

from toolkit.display.theory import plot_theory_of_change
from toolkit.errors import ToolkitError
from toolkit.i18n import language
from toolkit.records.portfolio import load_project

EN, FR = language("en"), language("fr")
TABLES = load_project("antenne-service-public").tables
NODES, LINKS = TABLES["theory_nodes"], TABLES["theory_links"]


def test_states_are_counted_written_and_tabulated():
    figure = plot_theory_of_change(NODES, LINKS, lang=EN)
    assert figure.title == "Assumptions held: 5 of 13; failed: 1"
    svg = figure.svg.decode()
    for word, n in (("held", 5), ("mixed", 5), ("failed", 1), ("untested", 2)):
        assert svg.count(f"<!-- {word} -->") == n
    assert len(figure.table.rows) == 13
    assert figure.table.rows[1][2:] == ("Operators sign before opening.", "failed")
    assert "(held 5, mixed 5, failed 1, and untested 2)" in figure.alt


def test_french_has_the_same_diagram_in_its_words():
    figure = plot_theory_of_change(NODES, LINKS, lang=FR)
    assert figure.title == "Hypothèses vérifiées\u00a0: 5 sur 13\u00a0; démenties\u00a0: 1"
    assert figure.svg.decode().count("<!-- démentie -->") == 1


def test_levels_are_named_once_each():
    svg = plot_theory_of_change(NODES, LINKS, lang=EN).svg.decode()
    for level in ("Input", "Activity", "Output", "Outcome", "Impact"):
        assert svg.count(f"<!-- {level} -->") == 1


def test_one_step_without_a_link():
    figure = plot_theory_of_change(NODES.iloc[:1], LINKS.iloc[:0], lang=EN)
    assert figure.title == "Assumptions held: 0 of 0; failed: 0"


def test_no_step_is_refused():
    with pytest.raises(ToolkitError, match="plot_theory_of_change has nothing to draw"):
        plot_theory_of_change(NODES.iloc[:0], LINKS.iloc[:0], lang=EN)


def test_long_names_stay_in_their_boxes():
    nodes = pd.DataFrame(
        {
            "node": [f"n{i}" for i in range(6)],
            "level": "output",
            "label_en": ["An extraordinarily long label of an output " * 2] * 6,
        }
    )
    figure = plot_theory_of_change(nodes, LINKS.iloc[:0], lang=EN)
    lines = re.findall(r"<!-- (.*?) -->", figure.svg.decode(), re.DOTALL)
    written = [line for text in lines for line in text.splitlines()]
    # Six boxes of an inch: a dozen letters a line, whatever the word.
    assert max(map(len, written)) <= 12
    assert "extraordinarily" not in written
