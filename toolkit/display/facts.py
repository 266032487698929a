"""What the records say, as tables: a row a topic, and where to write what is missing."""

from collections.abc import Iterable, Mapping

from toolkit.display.blocks import Table
from toolkit.i18n import NBSP, Language
from toolkit.study.facts import Fact

# Before what is not recorded: a sign, then the words.
_MISSING = "–"


def tabulate_facts(
    facts: Iterable[Fact],
    *,
    caption: str,
    names: Mapping[str, str],
    head: str,
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Table:
    """Lay facts out, all those of a topic in one row.

    Parameters
    ----------
    names : mapping
        What each topic is called.
    head : str
        Title of the first column.
    """
    by_topic: dict[str, list[str]] = {}
    for fact in facts:
        by_topic.setdefault(fact.topic, []).append(write_fact(fact, lang))
    return Table(
        caption=caption,
        header=(head, lang("facts.found")),
        rows=tuple((names[topic], " ".join(said)) for topic, said in by_topic.items()),
        note=note,
        text_columns=frozenset({0, 1}),
        simulated=simulated,
        lang=lang,
    )


def write_fact(fact: Fact, lang: Language) -> str:
    """Write a fact; one that is missing bears a sign."""
    said = fact.sentence(lang)
    return f"{_MISSING}{NBSP}{said}" if fact.missing else said


def count_present(facts: Iterable[Fact]) -> tuple[int, int]:
    """Return how many topics are recorded, and how many there are."""
    by_topic: dict[str, bool] = {}
    for fact in facts:
        by_topic[fact.topic] = by_topic.get(fact.topic, False) or not fact.missing
    return sum(by_topic.values()), len(by_topic)
