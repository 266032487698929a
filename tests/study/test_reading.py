"""What people write of a study is read, checked for personal data, and never written over."""

import pytest

from toolkit.errors import DataError
from toolkit.study.reading import Reading, load_reading, read_own_words, validate_readings

STUDY = "demande-unique"


def written(data, name: str, text: str) -> None:
    (data / "studies" / name).write_text(text, encoding="utf-8")


def test_the_readings_shipped_have_no_fault():
    assert validate_readings() == []
    reading = load_reading(STUDY)
    assert reading.judgements["effectiveness"].why.en.startswith("Simulated example.")
    assert reading.mixed_methods.integration is None


def test_a_study_without_a_reading_has_an_empty_one(data):
    assert load_reading(STUDY) == Reading()
    words = read_own_words(STUDY, "fr")
    assert (words.path.name, words.paragraphs) == (f"{STUDY}.fr.txt", ())


def test_own_words_are_paragraphs_without_their_comments(data):
    written(data, f"{STUDY}.en.txt", "# a comment\nOne line,\nand its end.\n\n\nTwo.\n")
    assert read_own_words(STUDY, "en").paragraphs == ("One line, and its end.", "Two.")


def test_every_fault_of_a_reading_is_named(data):
    text = '[judgements.efectiveness]\nanswer = "yes"\nwhy = {fr = "Oui.", en = "a@b.fr"}\n'
    written(data, f"{STUDY}.reading.toml", text)
    with pytest.raises(DataError, match=r"(?s)efectiveness.*effectiveness") as refused:
        load_reading(STUDY)
    assert "personal" in str(refused.value)


def test_an_answer_is_one_of_four(data):
    text = '[judgements.impact]\nanswer = "maybe"\nwhy = {fr = "Oui.", en = "Yes."}\n'
    written(data, f"{STUDY}.reading.toml", text)
    with pytest.raises(DataError, match="yes, partly, no, unknown"):
        load_reading(STUDY)


def test_personal_data_never_reach_the_page(data):
    written(data, f"{STUDY}.fr.txt", "Appelez le 06 12 34 56 78.\n")
    with pytest.raises(DataError, match=rf"{STUDY}\.fr\.txt"):
        read_own_words(STUDY, "fr")
    assert [(f.rule, f.line) for f in validate_readings()] == [("personal_data", 1)]
