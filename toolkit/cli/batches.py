"""Many reports: `futurs batch`."""

import json
from datetime import timedelta
from pathlib import Path

import click

from toolkit.cli.base import help_text, say
from toolkit.cli.reports import (
    LEVELS,
    NOTEBOOKS,
    code_option,
    conclude,
    force_option,
    formats_of,
    lang_option,
    make_reports,
    output_option,
    pdf_option,
)
from toolkit.i18n import LANGUAGES

_ENGINES = click.Choice(["auto", "forked", "stock"])
_LISTED = 20  # addresses that a dry run lists


@click.command(help=help_text("cli.batch.help"))
@click.option("--all", "everything", is_flag=True, help=say("cli.batch.all"))
@click.option("--notebook", "notebooks", multiple=True, help=say("cli.notebook"))
@click.option("--level", "levels", type=LEVELS, multiple=True, help=say("cli.level"))
@click.option("--department", help=say("cli.department"))
@click.option("--territory", "territories", multiple=True, help=say("cli.territory"))
@click.option("--project", "projects", multiple=True, help=say("cli.project"))
@click.option("--study", "studies", multiple=True, help=say("cli.study"))
@lang_option
@click.option("--set", "given", type=(str, str), multiple=True, help=say("cli.set"))
@output_option
@pdf_option
@code_option
@force_option
@click.option("--dry-run", is_flag=True, help=say("cli.dry_run"))
@click.option("--workers", type=click.IntRange(1), help=say("cli.workers"))
@click.option("--deadline", type=click.FloatRange(1), help=say("cli.deadline"))
@click.option("--memory", type=click.IntRange(1), help=say("cli.memory"))
@click.option("--engine", type=_ENGINES, default="auto", help=say("cli.engine"))
@click.option("--scheduler", default="local", show_default=True, help=say("cli.scheduler"))
@click.option("--quiet", "mode", flag_value="quiet", help=say("cli.quiet"))
@click.option("--json", "mode", flag_value="json", help=say("cli.json"))
def batch(
    everything, output, force, dry_run, workers, deadline, memory, engine, scheduler, mode, **wanted
) -> None:
    """Make the reports of a cross of notebooks, territories, projects, studies and languages."""
    from toolkit.runs.jobs import DEADLINE, Limits

    reports = _plan_everything(**wanted) if everything else _plan(**wanted)
    if dry_run:
        _foretell(reports, output, workers=workers, force=force, mode=mode)
        return
    limits = Limits(deadline or DEADLINE, memory and memory * 10**6)
    results = make_reports(
        reports,
        output,
        force=force,
        mode=mode or "bar",
        workers=workers,
        engine=engine,
        scheduler=scheduler,
        limits=limits,
    )
    if everything and any(result.status != "unchanged" for result in results):
        _add_records(output)
    conclude(results, output, mode=mode or "bar")
    if everything and mode is None:
        _name_waiting()


def _plan_everything(*, langs, pdf, code, **others) -> list:
    """Return the reports of the whole programme, of which nothing can be chosen."""
    from toolkit.runs.programme import plan_programme

    if any(others.values()):
        raise click.UsageError(say("cli.batch.all_alone"))
    formats = formats_of(pdf, code)
    return plan_programme(NOTEBOOKS, languages=langs or LANGUAGES, formats=formats)


def _add_records(output: Path) -> None:
    """Write what is made of the studies beside their reports: their records, the OPSI sheets."""
    from toolkit.cli.opsi import write_sheets
    from toolkit.records.atomic import write_atomically
    from toolkit.records.studies import study_files
    from toolkit.study.headlines import record_of

    for study in study_files():
        folder = output / "impact_evaluation" / study.id
        if (record := record_of(study.id)) is not None and folder.is_dir():
            text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
            write_atomically(folder / "estimates.json", text)
    write_sheets(output)


def _name_waiting() -> None:
    """Name the studies whose data were not pulled, with the command."""
    from toolkit.records.studies import study_files

    waiting = [study for study in study_files() if study.missing]
    if waiting:
        click.echo(say.plural("index.waiting", len(waiting)) + " " + say("index.waiting.how"))
    for study in waiting:
        click.echo(f"- {study.id}{say('index.colon')} futurs data pull {' '.join(study.missing)}")


def _plan(notebooks, levels, department, territories, projects, studies, langs, given, pdf, code):
    """Return the reports asked for."""
    from toolkit.runs.plan import plan_batch

    places = [*_places(levels, department), *territories]
    if not (places or projects or studies or notebooks):
        raise click.UsageError(say("cli.nothing_asked"))
    usual = [("territory_report", places), ("impact_evaluation", studies)]
    named = notebooks or [name for name, subjects in usual if subjects]
    paths = [Path(name) if Path(name).suffix else NOTEBOOKS / f"{name}.ipynb" for name in named]
    if not paths:
        raise click.UsageError(say("cli.no_notebook"))
    return plan_batch(
        paths,
        territories=places,
        projects=projects,
        studies=studies,
        languages=langs or LANGUAGES,
        parameters=dict(given),
        formats=formats_of(pdf, code),
    )


def _places(levels, department) -> list:
    from toolkit.records.places import list_places

    if not levels:
        return []
    if department is not None:
        from toolkit.records.territories import load_territory

        department = load_territory(department, level="DEP").code
    places = list_places(list(dict.fromkeys(levels)), department=department)
    if not places:
        listed = ", ".join(levels)
        raise click.UsageError(say("cli.nothing", levels=listed, department=department))
    return places


def _foretell(reports, output: Path, *, workers, force, mode) -> None:
    """Say what the batch would do."""
    from toolkit.runs.forecast import forecast

    found = forecast(reports, output=output, workers=workers, force=force)
    if mode == "json":
        content = {"to_make": dict(found.to_make), "unchanged": found.unchanged}
        click.echo(json.dumps(content | {"seconds": found.seconds}, ensure_ascii=False))
        return
    click.echo(say.plural("cli.dry.to_make", len(found.to_make)))
    for doubt, n in found.doubts.items():
        click.echo(f"- {say.plural(f'cli.dry.{doubt}', n)}")
    click.echo(say.plural("cli.status.unchanged", found.unchanged))
    if found.to_make:
        time = say("cli.dry.unknown")
        if found.seconds is not None:
            time = say("cli.dry.time", time=say.duration(timedelta(seconds=found.seconds)))
        click.echo(time)
    for address, _ in found.to_make[:_LISTED]:
        click.echo(f"  {address}")
    if len(found.to_make) > _LISTED:
        click.echo("  …")
