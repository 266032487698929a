"""A row a topic; what is missing bears a sign and names its file."""

from toolkit.display.facts import count_present, tabulate_facts
from toolkit.i18n import NBSP, language
from toolkit.study.facts import Fact, lacking, told

EN = language("en")
FACTS = [
    Fact("where", "tidier.where", {"places": [told("members.count.DEP", n=3)]}),
    lacking("materials", "essai", "artefacts.csv"),
    Fact("where", "tidier.unmodified"),
]


def test_facts_of_a_topic_share_a_row():
    names = {"where": "Where", "materials": "Materials"}
    table = tabulate_facts(FACTS, caption="Items", names=names, head="Item", lang=EN)
    assert table.rows == (
        ("Where", "Treated: 3 départements. No cycle decided on a change."),
        (
            "Materials",
            f"–{NBSP}Not recorded: to be written in data/projects/essai/artefacts.csv.",
        ),
    )


def test_topics_are_counted_once():
    assert count_present(FACTS) == (1, 2)
