"""Personal data is seen in its many forms, and ordinary numbers are left alone."""

import time

import pytest

from toolkit.records.personal import has_personal_data


@pytest.mark.parametrize(
    "text",
    [
        "Écrire à jeanne.durand@creuse.fr",
        "contact : rené@exemple.org.",
        "06 12 34 56 78",
        "Tél. 06.12.34.56.78",
        "06/12/34/56/78",
        "06\u00a012\u00a034\u00a056\u00a078",
        "06\u202f12\u202f34\u202f56\u202f78",
        "appeler le 0612345678 le matin",
        "+33 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "0033612345678",
        "2 69 05 49 588 157 80",
        "269054958815780",
        "née le 3 mai 1969",
        "born on 3 May 1969",
    ],
)
def test_personal_data_is_seen(text):
    assert has_personal_data(text)


@pytest.mark.parametrize(
    "text",
    [
        "0.123456789",
        "SIREN 130 025 265",
        "SIRET 130 025 265 00013",
        "https://doi.org/10.1000/0612345678",
        "empreinte a0612345678b",
        "2 69 05 49 588 157 81",  # a NIR's shape with the wrong key
        "de 2015 à 2018, 1 234 567 demandes",
        "un @ seul",
        "",
    ],
)
def test_ordinary_text_is_left_alone(text):
    assert not has_personal_data(text)


def test_a_very_long_text_is_read_in_a_moment():
    started = time.process_time()
    for letters in ("a" * 500_000, "a." * 250_000, "@" * 100_000, "1 " * 100_000):
        assert not has_personal_data(letters)
    assert time.process_time() - started < 20
