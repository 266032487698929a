"""What click says by itself (usage, options, errors), in the language of the commands."""

import sys

import click
from click import types

from toolkit.i18n import Language, language

_MESSAGES = (
    "usage", "options", "commands", "error", "hint", "help", "version", "default", "required",
    "aborted", "no_command", "unknown_command", "unknown_option", "meant", "meant_one_of",
    "missing_argument", "missing_option", "extra_argument", "extra_arguments", "no_value",
    "needs_value", "needs_values", "argument_needs_values", "invalid", "invalid_for",
    "not_the_choice", "not_a_choice", "not_in_range", "not_a_number", "not_a_date",
    "not_a_date_of", "file", "directory", "path", "is_file", "is_directory", "not_readable",
    "not_writable", "not_there", "choose",
)  # fmt: skip
# Click names what an option takes in its own tongue, in help and errors alike.
_TAKEN = {
    "text": (types.StringParamType,),
    "integer": (types.IntParamType, click.IntRange),
    "number": (types.FloatParamType, click.FloatRange),
}


def teach_click(lang: Language) -> None:
    """Have click say its own words in a language.

    It asks gettext for them, where there is nothing of click's: its modules are given our messages
    instead, found by click's words, which are those of the English catalogue.
    """
    english = language("en")
    keys = [f"click.{name}" for name in _MESSAGES]
    for name, kinds in _TAKEN.items():
        for kind in kinds:
            kind.name = lang(f"click.{name}")
    said = {english.template(key): lang.template(key) for key in keys}

    def say_one(text: str) -> str:
        return said.get(text, text)

    def say_number(one: str, several: str, n: int) -> str:
        return say_one(one if n == 1 else several)

    for name, module in list(sys.modules.items()):
        if name.startswith("click.") and hasattr(module, "_"):
            module._ = say_one
            module.ngettext = say_number
