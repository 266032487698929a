"""Share studies and check what others share: `futurs share`, `futurs verify`."""

import hashlib
from pathlib import Path

import click

from toolkit.cli.base import help_text, say


@click.command(help=help_text("cli.share.help"))
@click.argument("studies", metavar="[STUDY]...", nargs=-1)
@click.option("--project", "projects", multiple=True, help=say("cli.share.project"))
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), required=True,
    help=say("cli.share.output"),
)  # fmt: skip
def share(studies: tuple[str, ...], projects: tuple[str, ...], output: Path) -> None:
    """Make a bundle of some studies, and of the pages on some projects."""
    from toolkit.records.atomic import write_atomically
    from toolkit.sharing.share import share as make
    from toolkit.sharing.stage import Contents

    if not studies and not projects:
        raise click.UsageError(say("cli.share.nothing"))
    contents = Contents(tuple(dict.fromkeys(studies)), tuple(dict.fromkeys(projects)))
    output.parent.mkdir(parents=True, exist_ok=True)
    bundle = make(contents, tell=lambda step: click.echo(say(f"share.step.{step}"), err=True))
    write_atomically(output, bundle.content)
    click.echo(
        say(
            "cli.share.done",
            path=output,
            files=say.number(len(bundle.files)),
            size=say.number(len(bundle.content) / 1e6, 1),
            sha256=hashlib.sha256(bundle.content).hexdigest(),
        )
    )
    for run in bundle.failed:
        click.echo(f"- {run.address}{say('index.colon')} {run.failure}", err=True)
    if bundle.failed:
        raise click.exceptions.Exit(1)


@click.command(help=help_text("cli.verify.help"))
@click.argument("bundle", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(bundle: Path) -> None:
    """Check a bundle without running anything of it."""
    from toolkit.records.faults import write_faults
    from toolkit.sharing.verify import check_bundle

    checked = check_bundle(bundle)
    if checked.faults:
        click.echo(write_faults(checked.faults, say))
        click.echo(say.plural("fault.total", len(checked.faults)), err=True)
        raise click.exceptions.Exit(1)
    files = say.number(len(checked.files))
    click.echo(say("cli.verify.intact", path=bundle, files=files, sha256=checked.sha256))
