"""Write and check projects, make their pages: `futurs validate|new|log|project|portfolio`."""

from datetime import date
from pathlib import Path

import click

from toolkit.cli.base import Day, help_text, say
from toolkit.cli.reports import (
    code_option,
    conclude,
    executed_option,
    force_option,
    formats_of,
    lang_option,
    make_reports,
    output_option,
    pdf_option,
)
from toolkit.i18n import LANGUAGES, language

KINDS = ("observation", "decision", "erreur", "surprise", "lecon")
CONFIDENTIALITIES = ("public", "team", "restricted")
# The notebooks whose one subject is a project.
NOTEBOOKS = ("project_characterisation", "implementation", "data_quality")
_FOLDER = Path(__file__).parents[2] / "notebooks"


@click.command(help=help_text("cli.validate.help"))
@click.argument(
    "path", metavar=f"[{say('click.path').upper()}]",
    type=click.Path(exists=True, path_type=Path), required=False,
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text",
    show_default=True, help=say("cli.validate.format"),
)  # fmt: skip
@click.option("--lang", type=click.Choice(LANGUAGES), help=say("cli.interface_lang"))
def validate(path: Path | None, form: str, lang: str | None) -> None:
    """Check the data and leave with 1 if there is a fault."""
    from toolkit.records.faults import write_faults
    from toolkit.records.sources import data_dir
    from toolkit.records.validate import validate as find_faults
    from toolkit.study.protocol import validate_studies
    from toolkit.study.reading import validate_readings

    chosen = language(lang) if lang else say
    faults = find_faults(path)
    if path is None:
        faults += [*validate_studies(), *validate_readings()]
    if form == "json":
        import json

        records = [fault.as_record(chosen) for fault in faults]
        click.echo(json.dumps(records, ensure_ascii=False, indent=1))
    elif faults:
        click.echo(write_faults(faults, chosen))
        click.echo(chosen.plural("fault.total", len(faults)), err=True)
    else:
        click.echo(chosen("fault.none", files=path or data_dir()))
    if faults:
        raise click.exceptions.Exit(1)


@click.group(help=help_text("cli.new.help"))
def new() -> None:
    """Start something new."""


@new.command(help=help_text("cli.new_project.help"))
@click.argument("project_id", metavar="ID")
def project(project_id: str) -> None:
    """Create a project's folder from the template."""
    from toolkit.records.scaffold import new_project

    folder = new_project(project_id, today=date.today())
    click.echo(say("cli.new_project.done", folder=folder))


@click.command(help=help_text("cli.log.help"))
@click.argument("project_id", metavar="PROJECT")
@click.argument("text")
@click.option("--cycle", type=click.IntRange(1), required=True, help=say("cli.log.cycle"))
@click.option(
    "--kind", type=click.Choice(KINDS), default="observation", show_default=True,
    help=say("cli.log.kind"),
)  # fmt: skip
@click.option("--lesson", default="", help=say("cli.log.lesson"))
@click.option("--date", "day", type=Day(), help=say("cli.log.date"))
@click.option(
    "--confidentiality", type=click.Choice(CONFIDENTIALITIES), default="team",
    show_default=True, help=say("cli.log.confidentiality"),
)  # fmt: skip
@click.option(
    "--lang", type=click.Choice(LANGUAGES), default="fr", show_default=True,
    help=say("cli.log.lang"),
)  # fmt: skip
def log(
    project_id: str,
    text: str,
    cycle: int,
    kind: str,
    lesson: str,
    day: date | None,
    confidentiality: str,
    lang: str,
) -> None:
    """Add a line to a project's logbook."""
    from toolkit.records.scaffold import add_log_entry

    entry = {
        "cycle": str(cycle),
        "date": (day or date.today()).isoformat(),
        "kind": kind,
        "lang": lang,
        "text": text,
        "lesson": lesson,
        "confidentiality": confidentiality,
    }
    identifier = add_log_entry(project_id, entry)
    click.echo(say("cli.log.done", entry=identifier, project=project_id))


@click.group("project", help=help_text("cli.project.help"))
def on_project() -> None:
    """Make the pages of a project."""


@on_project.command(help=help_text("cli.project_report.help"))
@click.argument("projects", metavar="ID...", nargs=-1, required=True)
@click.option(
    "--notebook", "notebooks", type=click.Choice(NOTEBOOKS), multiple=True,
    help=say("cli.project_report.notebook"),
)  # fmt: skip
@lang_option
@output_option
@pdf_option
@code_option
@executed_option
@force_option
def report(projects, notebooks, langs, output, pdf, code, executed, force) -> None:
    """Make the pages of some projects: the criteria, and how it was carried out."""
    from toolkit.records.portfolio import load_project
    from toolkit.runs.plan import plan_batch

    for name in dict.fromkeys(projects):
        load_project(name)  # raises with every fault, before anything starts
    reports = plan_batch(
        [_FOLDER / f"{stem}.ipynb" for stem in notebooks or NOTEBOOKS],
        projects=projects,
        languages=langs or LANGUAGES,
        formats=formats_of(pdf, code, executed),
    )
    conclude(make_reports(reports, output, force=force), output)


@click.command(help=help_text("cli.portfolio.help"))
@lang_option
@output_option
@pdf_option
@code_option
@force_option
def portfolio(langs, output, pdf, code, force) -> None:
    """Make the page on all projects and all studies."""
    from toolkit.runs.plan import plan_batch

    notebook = _FOLDER / "portfolio_synthesis.ipynb"
    formats = formats_of(pdf, code)
    reports = plan_batch([notebook], languages=langs or LANGUAGES, formats=formats)
    conclude(make_reports(reports, output, force=force), output)
