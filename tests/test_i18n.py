"""Both catalogues say the same things, and numbers and names read right in each language."""

import ast
import datetime
import gettext
import json
import re
from pathlib import Path

import numpy as np
import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from toolkit.errors import ToolkitError
from toolkit.i18n import (
    LANGUAGES,
    LOCALE_DIR,
    interface_language,
    language,
    placeholders,
    speaking,
)

ROOT = Path(__file__).parents[1]
FR, EN = language("fr"), language("en")


def catalogue(code: str) -> dict[str, list[str]]:
    with (LOCALE_DIR / f"{code}.po").open("rb") as file:
        messages = read_po(file, locale=code, abort_invalid=True)
    found = {}
    for message in messages:
        if message.id:
            key = message.id[0] if message.pluralizable else message.id
            found[key] = list(message.string) if message.pluralizable else [message.string]
    return found


CATALOGUES = {code: catalogue(code) for code in LANGUAGES}


def notebook_code(path: Path) -> str:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")


def used_keys() -> tuple[set[str], list[re.Pattern]]:
    """Return the keys the code names, and patterns for those it builds (f"growth.{...}")."""
    literal, built = set(), []
    sources = [p.read_text(encoding="utf-8") for p in (ROOT / "toolkit").rglob("*.py")]
    sources += [notebook_code(path) for path in (ROOT / "notebooks").glob("*.ipynb")]
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                literal.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(v.value) if isinstance(v, ast.Constant) else r"[\w.]*"
                    for v in node.values
                ]
                if re.match(r"[a-z]+\\\.", parts[0]):
                    built.append(re.compile("".join(parts)))
    for path in (ROOT / "toolkit").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        literal |= set(re.findall(r'"([a-z_.]+)"', text))
        built += [re.compile(re.escape(p) + r"[\w.]*") for p in re.findall(r'"([a-z]+\.)" ~', text)]
    return literal, built


def test_both_languages_have_the_same_keys():
    assert CATALOGUES["fr"].keys() == CATALOGUES["en"].keys()


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_message_is_empty_and_none_stands_twice(code):
    assert [key for key, texts in CATALOGUES[code].items() if not all(texts)] == []
    ids = re.findall(
        r'^msgid "(.+)"$', (LOCALE_DIR / f"{code}.po").read_text("utf-8"), re.MULTILINE
    )
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("key", sorted(CATALOGUES["fr"]))
def test_placeholders_and_plurals_agree(key):
    fr, en = CATALOGUES["fr"][key], CATALOGUES["en"][key]
    assert len(fr) == len(en)
    assert set().union(*map(placeholders, fr)) == set().union(*map(placeholders, en))


def test_every_message_is_used():
    literal, built = used_keys()
    unused = {
        key
        for key in CATALOGUES["fr"]
        if key not in literal and not any(pattern.fullmatch(key) for pattern in built)
    }
    assert unused == set()


def test_every_key_that_is_named_exists():
    literal, _ = used_keys()
    prefixes = {key.split(".")[0] for key in CATALOGUES["fr"]}
    named = {
        text
        for text in literal
        if re.fullmatch(r"[a-z]+(\.[a-z_]+)+", text) and text.split(".")[0] in prefixes
    }
    kinds = (".html", ".json", ".txt", ".css", ".pdf", ".typ", ".csv", ".toml", ".ipynb")
    files = {text for text in named if text.endswith(kinds)}
    assert named - files - CATALOGUES["fr"].keys() == set()


def calls() -> list[tuple[str, str, bool, set[str] | None]]:
    """Return each call that names a key: where, the key, whether for its plural, what it gives.

    What is given is None where some of it is unpacked from a mapping.
    """
    sources = {p.name: p.read_text(encoding="utf-8") for p in (ROOT / "toolkit").rglob("*.py")}
    sources |= {path.name: notebook_code(path) for path in (ROOT / "notebooks").glob("*.ipynb")}
    found = []
    for name, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            key = getattr(node.args[0], "value", None)
            method = getattr(node.func, "attr", "")
            says = method in ("", "lang", "say", "plural")
            if says and isinstance(key, str) and key in CATALOGUES["en"]:
                given = {word.arg for word in node.keywords}
                where = f"{name}:{node.lineno}"
                found.append((where, key, method == "plural", None if None in given else given))
    return found


def test_each_call_gives_what_its_message_holds():
    wrong = []
    for where, key, plural, passed in calls():
        held = set().union(*map(placeholders, CATALOGUES["en"][key]))
        if plural:
            held -= {"n"}
        if (passed is not None and passed != held) or plural != (len(CATALOGUES["en"][key]) > 1):
            wrong.append((where, key, passed, held))
    assert wrong == []
    assert len(calls()) > 100


def test_no_message_stands_untranslated():
    """Four words that are the same in both languages were not translated."""
    same = [key for key in CATALOGUES["fr"] if CATALOGUES["fr"][key] == CATALOGUES["en"][key]]
    words = {
        key: re.findall(r"[^\W\d_]{2,}", re.sub(r"{\w+}", "", CATALOGUES["fr"][key][0]))
        for key in same
    }
    assert [key for key in same if len(words[key]) > 3] == []


@pytest.mark.parametrize(("code", "zero"), [("fr", 0), ("en", 1)])
def test_plural_rules_are_those_of_the_language(code, zero):
    """French has zero and one in the singular, English one alone."""
    with (LOCALE_DIR / f"{code}.po").open("rb") as file:
        messages = read_po(file, locale=code)
    assert messages.num_plurals == 2
    rule = gettext.c2py(messages.plural_expr)
    assert [int(rule(n)) for n in (0, 1, 2, 1000)] == [zero, 0, 1, 1]
    assert {len(texts) for texts in CATALOGUES[code].values()} == {1, 2}


def test_a_number_of_numpy_is_a_number():
    assert EN.plural("members.count.COM", np.int64(2)) == "2 communes"


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_notebooks_type_no_number_and_no_prose(path):
    """Headings between cells hold no figure; what is shown comes from messages."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    prose = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
    # C1 or M2 is a code of the programme, not a figure.
    assert [text for text in prose if re.search(r"(?<![A-Z])\d", text)] == []
    code = "\n".join(
        "".join(c["source"])
        for c in cells
        if c["cell_type"] == "code" and "parameters" not in c["metadata"].get("tags", [])
    )
    texts = [n.value for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Constant)]
    assert [t for t in texts if isinstance(t, str) and len(t.split()) > 1] == []


def test_french_typography_of_the_messages():
    for key, texts in CATALOGUES["fr"].items():
        for text in texts:
            assert not re.search(r"[\w»)] [:;?!]|« |[^\u00a0]»| %", text), (key, text)
            assert "'" not in text.replace("--", ""), (key, text)


def test_a_missing_message_is_an_error_that_names_the_file():
    with pytest.raises(ToolkitError, match=r"No message 'no\.such' in locale/fr\.po"):
        FR("no.such")


@pytest.mark.parametrize(
    ("value", "digits", "fr", "en"),
    [
        (1234.56, 1, "1\u202f234,6", "1,234.6"),
        (-0.5, 1, "−0,5", "−0.5"),
        (-0.04, 1, "0,0", "0.0"),
        (0, 0, "0", "0"),
        (68017091, 0, "68\u202f017\u202f091", "68,017,091"),
    ],
)
def test_numbers(value, digits, fr, en):
    assert FR.number(value, digits) == fr
    assert EN.number(value, digits) == en


def test_percentages():
    assert FR.percent(-0.0056, 2, sign=True) == "−0,56\u00a0%"
    assert EN.percent(0.0056, 2, sign=True) == "+0.56%"
    assert EN.percent(0.00001, 1, sign=True) == "0.0%"


@given(st.floats(-1e12, 1e12), st.integers(0, 4))
def test_a_number_reads_back_the_same_in_both_languages(value, digits):
    french = FR.number(value, digits).replace("\u202f", "").replace(",", ".").replace("−", "-")
    english = EN.number(value, digits).replace(",", "").replace("−", "-")
    assert float(french) == float(english) == round(value, digits)


@pytest.mark.parametrize(
    ("p", "fr", "en"),
    [
        (0.34217, "= 0,34", "= 0.34"),
        (0.0278, "= 0,028", "= 0.028"),
        (0.0201, "= 0,020", "= 0.020"),
        (0.00234, "= 0,0023", "= 0.0023"),
        # Two digits would not say on which side of a threshold it lies.
        (0.0496, "= 0,0496", "= 0.0496"),
        (0.0504, "= 0,0504", "= 0.0504"),
        (0.104, "= 0,104", "= 0.104"),
        (0.05, "= 0,050", "= 0.050"),
        (0.001, "= 0,001", "= 0.001"),
        (0.0001, "< 0,001", "< 0.001"),
        (1e-30, "< 0,001", "< 0.001"),
        (1.0, "= 1,00", "= 1.00"),
    ],
)
def test_a_p_value_has_two_significant_digits_and_is_never_zero(p, fr, en):
    assert FR.p_value(p) == fr.replace(" ", "\u00a0")
    assert EN.p_value(p) == en.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("value", "unit", "digits", "fr", "en"),
    [
        (-0.4, "percent", 2, "−0,40 point", "−0.40 points"),
        (1.994, "days", 2, "1,99 jour", "1.99 days"),
        (1.996, "days", 2, "2,00 jours", "2.00 days"),
        (0, "days", 0, "0 jour", "0 days"),
        (1, "days", 0, "1 jour", "1 day"),
        (1, "log_points", 1, "1,0_point de logarithme", "1.0 log points"),
        (-2, "months", 0, "−2 mois", "−2 months"),
        (1.5, "", 1, "1,5", "1.5"),
    ],
)
def test_a_quantity_is_singular_as_its_language_has_it(value, unit, digits, fr, en):
    said = [lang.quantity(value, unit, digits).replace("\u00a0", "_") for lang in (FR, EN)]
    assert said == [fr, en]


def test_numbers_of_numpy_are_rounded_as_others():
    assert FR.number(np.float64(58.675), 2) == FR.number(58.675, 2) == "58,67"


def test_items_that_hold_commas_stand_between_semicolons():
    assert FR.series(["a, b", "c"]) == "a, b\u00a0; c"
    assert EN.series(["a, b", "c"]) == "a, b; c"


def test_the_sign_before_a_p_is_left_to_the_number():
    """A check's "{p}" comes as "= 0.003" or "< 0.001": the message says "p {p}"."""
    for code in LANGUAGES:
        for key, texts in CATALOGUES[code].items():
            wrong = key.startswith("check.") and re.search(r"[=<]\s*\{p\}", "".join(texts))
            assert not wrong, (code, key)


def test_dates():
    assert FR.date(datetime.date(2026, 1, 1)) == "1er janvier 2026"
    assert FR.date(datetime.date(2026, 3, 11)) == "11 mars 2026"
    assert EN.date(datetime.date(2026, 1, 1)) == "1 January 2026"


@pytest.mark.parametrize(
    ("name", "article", "expected"),
    [
        ("Ain", 5, "de l’Ain"),
        ("Creuse", 3, "de la Creuse"),
        ("Gard", 2, "du Gard"),
        ("Landes", 4, "des Landes"),
        ("Paris", 0, "de Paris"),
        ("Île-de-France", 1, "d’Île-de-France"),
        ("Le Havre", 2, "du Havre"),
        ("Aux Marais", 6, "d’Aux Marais"),
        ("Œuilly", 1, "d’Œuilly"),
        ("Haut-Bugey Agglomération", None, "de Haut-Bugey Agglomération"),
        ("Les Abymes", 4, "des Abymes"),
        ("L'Abergement-Clémenciat", 5, "de l’Abergement-Clémenciat"),
        ("CC Faucigny - Glières", None, "de la CC Faucigny - Glières"),
        ("Bordeaux Métropole", None, "de Bordeaux Métropole"),
        ("Eurométropole de Metz", None, "de l’Eurométropole de Metz"),
        ("Métropole du Grand Paris", None, "de la Métropole du Grand Paris"),
    ],
)
def test_of_a_place(name, article, expected):
    assert FR.of(name, article) == expected
    assert EN.of(name, article) == name


def test_plurals_follow_each_language():
    assert FR.plural("members.count.COM", 0) == "0 commune"
    assert EN.plural("members.count.COM", 0) == "0 communes"
    assert FR.plural("members.count.COM", 1500) == "1\u202f500 communes"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"FUTURS_LANG": "fr", "LANG": "en_GB.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_interface_speaks_the_language_of_the_system(monkeypatch, settings, code):
    for name in ("FUTURS_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert interface_language().code == code


def test_a_page_quotes_errors_in_its_own_language_for_a_while():
    with speaking(language("fr")), pytest.raises(ToolkitError, match="n’existe pas"):
        language("de")
    assert interface_language().code == "en"


def test_an_unknown_language_is_refused():
    with pytest.raises(ToolkitError, match="no language 'de'; there are: fr, en"):
        language("de")
