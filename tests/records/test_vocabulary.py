"""Every item of the programme document has a code, in both languages, and a place."""

import pytest

from toolkit.errors import DataError
from toolkit.records.schemas import load_schema, schema_names
from toolkit.records.vocabulary import load_vocabulary, vocabulary_codes

DOCUMENT = {
    "mission": ["M1", "M2"],
    "quality": [f"Q{i}" for i in range(1, 8)],
    "principle": [f"P{i}" for i in range(1, 8)],
    "public": ["U1", "U2", "U3"],
    "criterion": [f"C{i}" for i in range(1, 6)],
    "ecosystem_type": [f"E{i}" for i in range(1, 7)],
    "association_mode": ["A1", "A2", "A3", "A4"],
    "lens": ["NPM", "MAP"],
    "scope": ["territory", "policy"],
}
OECD = {
    "opsi_status": 6,
    "facet": 4,
    "dac": 6,
    "declaration": 5,
}


@pytest.mark.parametrize("name", DOCUMENT)
def test_the_document_s_items_are_all_there(name):
    assert list(vocabulary_codes(name)) == DOCUMENT[name]


@pytest.mark.parametrize("name", OECD)
def test_the_oecd_s_items_are_all_there(name):
    assert len(vocabulary_codes(name)) == OECD[name]


def test_every_item_has_both_languages_and_every_code_is_unique():
    everything = load_vocabulary()
    assert (everything[["code", "fr", "en", "origin"]] != "").all(axis=None)
    assert not everything.duplicated(["vocabulary", "code"]).any()


def test_every_item_of_the_document_says_where_it_lives():
    """The place names a table or a field of project.toml that exists."""
    everything = load_vocabulary()
    items = everything[everything.vocabulary.isin(DOCUMENT)]
    assert (items.place != "").all()
    tables = {*schema_names(), "project"}
    for place in items.place:
        named = {word.split(".")[0].strip(";:,()") for word in place.split() if "." in word}
        assert not named or named <= tables, place


def test_every_vocabulary_a_schema_names_exists():
    for name in schema_names():
        for field in load_schema(name).fields:
            for vocabulary in field.vocabularies:
                assert vocabulary_codes(vocabulary)


def test_an_unknown_vocabulary_names_those_there_are():
    with pytest.raises(DataError, match=r"No vocabulary 'colours' in .*it has: mission"):
        load_vocabulary("colours")
