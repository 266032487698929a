"""Share studies and check what others share: `futurs share`, `futurs verify`."""

import hashlib
from pathlib import Path

import click

from toolkit.cli.base import help_text, say
from toolkit.i18n import LANGUAGES, language
from toolkit.records.faults import printable

# How `futurs verify --execute` ends, by its verdict; 1 is for a bundle that is not intact.
_CODES = {"full": 0, "minor": 0, "partial": 3, "failed": 4}

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(help=help_text("cli.share.help"))
@click.argument("studies", metavar="[STUDY]...", nargs=-1)
@click.option("--project", "projects", multiple=True, help=say("cli.share.project"))
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), required=True,
    help=say("cli.share.output"),
)  # fmt: skip
@click.option("--names", type=_FILE, help=say("cli.share.names"))
@click.option("--waivers", type=_FILE, help=say("cli.share.waivers"))
@click.option("--sign", "key", metavar="KEY", type=_FILE, help=say("cli.share.sign"))
def share(
    studies: tuple[str, ...],
    projects: tuple[str, ...],
    output: Path,
    names: Path | None,
    waivers: Path | None,
    key: Path | None,
) -> None:
    """Make a bundle of some studies, and of the pages on some projects."""
    from toolkit.records.atomic import write_atomically
    from toolkit.sharing.share import share as make
    from toolkit.sharing.stage import Contents

    if not studies and not projects:
        raise click.UsageError(say("cli.share.nothing"))
    contents = Contents(tuple(dict.fromkeys(studies)), tuple(dict.fromkeys(projects)))
    output.parent.mkdir(parents=True, exist_ok=True)
    bundle = make(
        contents,
        names=names.read_text("utf-8").splitlines() if names else (),
        waivers=waivers,
        key=key,
        tell=lambda step: click.echo(say(f"share.step.{step}"), err=True),
    )
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
        click.echo(f"- {run.address}{say('index.colon')} {printable(run.failure)}", err=True)
    if bundle.failed:
        raise click.exceptions.Exit(1)


@click.command(help=help_text("cli.verify.help"))
@click.argument("bundle", type=_FILE)
@click.option("--signers", type=_FILE, help=say("cli.verify.signers"))
@click.option("--execute", is_flag=True, help=say("cli.verify.execute"))
@click.option("--yes", is_flag=True, help=say("cli.verify.yes"))
@click.option(
    "--environment", "choice", type=click.Choice(["auto", "here", "lock"]), default="auto",
    show_default=True, help=say("cli.verify.environment"),
)  # fmt: skip
@click.option(
    "--report", type=click.Path(file_okay=False, path_type=Path), help=say("cli.verify.report")
)
def verify(
    bundle: Path,
    signers: Path | None,
    execute: bool,
    yes: bool,
    choice: str,
    report: Path | None,
) -> None:
    """Check a bundle without running anything of it; if asked, run it again and compare."""
    from toolkit.sharing.verify import check_bundle

    checked = check_bundle(bundle, signers=signers)
    found = None
    if execute and not checked.faults:
        if not yes:
            click.confirm(say("cli.verify.warning"), abort=True, err=True)
        found = _reproduce(checked, choice)
    if report:
        _write_verification(bundle.name, checked, found, report)
    _say_verification(bundle, checked, found)
    code = 1 if checked.faults else _CODES[found.verdict] if found else 0
    if code:
        raise click.exceptions.Exit(code)


def _reproduce(checked, choice: str):
    from toolkit.sharing.reproduce import reproduce

    return reproduce(
        checked, choice=choice, tell=lambda step: click.echo(say(f"verify.step.{step}"), err=True)
    )


def _write_verification(name: str, checked, found, folder: Path) -> None:
    import json

    from toolkit.records.atomic import write_atomically
    from toolkit.sharing.render import index_name
    from toolkit.sharing.verification import render_verification, verification_record

    folder.mkdir(parents=True, exist_ok=True)
    record = verification_record(name, checked, found)
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    write_atomically(folder / "verification.json", text)
    for code in LANGUAGES:
        page = render_verification(name, checked, found, language(code))
        write_atomically(folder / index_name(code), page)


def _say_verification(bundle: Path, checked, found) -> None:
    from toolkit.records.faults import write_faults
    from toolkit.sharing.signature import SIGNATURE

    if checked.faults:
        click.echo(write_faults(checked.faults, say))
        click.echo(say.plural("fault.total", len(checked.faults)), err=True)
        return
    files = say.number(len(checked.files))
    click.echo(say("cli.verify.intact", path=bundle, files=files, sha256=checked.sha256))
    if checked.signer:
        click.echo(say("verify.signed", signer=printable(checked.signer)))
    elif SIGNATURE in checked.files:
        click.echo(say("verify.unchecked_signature"))
    if found:
        from toolkit.sharing.verification import explain_verdict

        click.echo("\n".join(printable(sentence) for sentence in explain_verdict(found, say)))
