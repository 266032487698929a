"""What the commands share: the language they speak, their help, and how they fail."""

from datetime import date

import click

from toolkit.cli.click_words import teach_click
from toolkit.errors import ToolkitError
from toolkit.i18n import interface_language

say = interface_language()
teach_click(say)


class Group(click.Group):
    """A group whose commands' foreseen errors are one message, without a traceback."""

    def invoke(self, context: click.Context):
        """Run the command."""
        try:
            return super().invoke(context)
        except ToolkitError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            if error.filename is None:  # not a file's doing: a broken pipe, say
                raise
            text = say("error.file", path=error.filename, reason=say.reason(error))
            raise click.ClickException(text) from error


class Day(click.ParamType):
    """A date, written as in every table."""

    name = say("click.day")

    def convert(self, value: str, param: click.Parameter | None, context: click.Context | None):
        """Read it."""
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(say("error.day", seen=value), param, context)


def help_text(key: str) -> str:
    """Return a help text whose examples keep their lines."""
    return say(key).replace("\n\n  ", "\n\n\b\n  ")
