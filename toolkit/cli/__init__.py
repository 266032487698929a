"""The `futurs` command. Heavy imports wait inside each command, so that help answers at once."""

import click

from toolkit.cli.base import Group, help_text
from toolkit.cli.batches import batch
from toolkit.cli.bundles import share, verify
from toolkit.cli.data import data
from toolkit.cli.opsi import opsi
from toolkit.cli.projects import log, new, on_project, portfolio, validate
from toolkit.cli.reports import render, report, territories
from toolkit.cli.studies import study


@click.group(
    cls=Group,
    help=help_text("cli.help"),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="futurs-publics-toolkit", prog_name="futurs")
def main() -> None:
    """Run the command line."""


for command in (
    report, batch, render, territories, validate, new, log, on_project, portfolio, data, study,
    opsi, share, verify,
):  # fmt: skip
    main.add_command(command)
