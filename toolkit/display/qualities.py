"""The seven qualities and the seven principles: each indicator with what it rests on."""

from datetime import date
from typing import Literal

from toolkit.display.blocks import Table
from toolkit.display.projects import vocabulary_words
from toolkit.display.signs import NOT_AVAILABLE, with_signs
from toolkit.i18n import Language
from toolkit.study.qualities import Measure

# The vocabulary of the codes that a measure's evidence may hold, and its amounts.
_CODES = {"role": "role", "kinds": "partner_kind", "publics": "public"}
_EUROS = ("actual", "planned")


def tabulate_qualities(
    measures: list[Measure],
    which: Literal["quality", "principle"],
    *,
    lang: Language,
    simulated: bool = False,
    note: str = "",
) -> Table:
    """Lay out the indicators of the qualities or of the principles, one row each.

    One that cannot be computed says where to write what it needs.

    Examples
    --------
    See ``notebooks/project_characterisation.ipynb``.
    """
    labels = vocabulary_words(which, lang)
    rows = tuple(
        (
            f"{measure.code} – {labels[measure.code]}",
            lang(f"measure.{measure.code}.{measure.name}"),
            _value(measure, lang),
            _evidence(measure, lang),
        )
        for measure in measures
        if measure.code in labels
    )
    return Table(
        caption=lang(f"measure.caption.{which}"),
        header=tuple(lang(f"measure.column.{name}") for name in (which, "name", "value", "rests")),
        rows=rows,
        note=with_signs(rows, note, lang),
        text_columns=frozenset({0, 1, 3}),
        simulated=simulated,
        lang=lang,
    )


def _value(measure: Measure, lang: Language) -> str:
    if measure.value is None:
        return NOT_AVAILABLE
    if measure.unit == "percent":
        return lang.percent(measure.value / 100, 0)
    if measure.unit == "eur":
        return lang.quantity(measure.value, "eur", 2)
    return _number(measure.value, lang, measure.unit)


def _evidence(measure: Measure, lang: Language) -> str:
    if measure.value is None:
        return lang("measure.not_written", where=measure.where)
    said = {name: _written(name, value, lang) for name, value in measure.evidence.items()}
    key = f"measure.{measure.code}.{measure.name}.evidence"
    return lang(key, n=lang.number(measure.n), **said)


def _written(name: str, value: object, lang: Language) -> str:
    """Write a value of the evidence: a date, codes as words, an amount, a number or several."""
    if isinstance(value, date):
        return lang.date(value)
    if name in _CODES:
        words = vocabulary_words(_CODES[name], lang)
        codes = value if isinstance(value, tuple) else (value,)
        return lang.join([words[code] for code in codes])
    if isinstance(value, tuple):
        return lang.join([lang.number(item) for item in value])
    return _number(value, lang, "eur" if name in _EUROS else "")


def _number(value: float, lang: Language, unit: str = "") -> str:
    return lang.quantity(value, unit, 0 if float(value).is_integer() else 1)
