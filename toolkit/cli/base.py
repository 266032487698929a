"""What the commands share: the language they speak, their help, and how they fail."""

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


def help_text(key: str) -> str:
    """Return a help text whose examples keep their lines."""
    return say(key).replace("\n\n  ", "\n\n\b\n  ")
