"""What records say is written in the reader's language, numbers and texts alike."""

from datetime import date

from toolkit.i18n import language
from toolkit.records.toml_model import Text
from toolkit.study.facts import Fact, lacking, listed, told, word

FR, EN = language("fr"), language("en")


def test_numbers_dates_texts_and_lists_are_written():
    values = {"n": 2, "types": [word("evidence_type", "qual"), word("evidence_type", "doc")]}
    fact = Fact("process", "validity.evidence", values | {"against": 1})
    assert fact.sentence(EN) == (
        "2 pieces of evidence (qualitative and documentary), of which against the project: 1."
    )
    assert fact.sentence(FR).startswith("2 preuves (qualitative et documentaire)")
    opened = told("tidier.opened", first=date(2015, 4, 1), last=date(2015, 6, 1))
    values = {"opened": opened, "low": 50.0, "high": 62.5}
    said = Fact("when", "tidier.when_dose", values).sentence(FR)
    assert "1er avril 2015" in said
    assert "62,5" in said


def test_one_is_singular():
    one = told("members.count.EPCI", n=1)
    assert (one.fr, one.en) == ("1 intercommunalité", "1 intercommunality")


def test_a_share_is_a_percentage():
    values = {"actual": 90.0, "planned": 100.0, "share": 0.9}
    assert Fact("x", "basis.P4.spent", values).sentence(EN) == "Spent: €90 for €100 planned (90%)."


def test_what_is_lacking_says_where_to_write_it():
    fact = lacking("materials", "essai", "artefacts.csv")
    assert fact.missing
    assert fact.sentence(EN) == "Not recorded: to be written in data/projects/essai/artefacts.csv."


def test_texts_are_joined_as_each_language_does():
    texts = [Text(fr="Un", en="One"), Text(fr="Deux", en="Two")]
    assert listed(texts) == Text(fr="Un\u00a0; Deux", en="One; Two")
    assert listed(texts, sentences=True).fr == "Un Deux"
