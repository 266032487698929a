"""Make reports: `futurs report`, `futurs batch`, `futurs render`, `futurs territories`."""

import signal
from pathlib import Path

import click

from toolkit.cli.base import help_text, say
from toolkit.i18n import LANGUAGES

LEVELS = click.Choice(["REG", "DEP", "EPCI", "COM"], case_sensitive=False)
_NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "territory_report.ipynb"

output_option = click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("reports"),
    show_default=True,
    help=say("cli.output"),
)
lang_option = click.option(
    "--lang", "langs", type=click.Choice(LANGUAGES), multiple=True, help=say("cli.lang")
)
force_option = click.option("--force", is_flag=True, help=say("cli.force"))
pdf_option = click.option("--pdf", is_flag=True, help=say("cli.pdf"))
code_option = click.option("--code", is_flag=True, help=say("cli.code"))


@click.command(help=help_text("cli.report.help"))
@click.argument("territory")
@lang_option
@output_option
@pdf_option
@code_option
@force_option
def report(territory, langs, output, pdf, code, force) -> None:
    """Make the report of one territory."""
    from toolkit.records.territories import load_territory
    from toolkit.runs.manifest import FILES

    place = load_territory(territory)
    places = [(place.level, place.code, place.department)]
    reports = _of_territories(places, langs, formats_of(pdf, code))
    outcomes = make_reports(reports, output, force=force)
    for outcome in outcomes:
        if outcome.status != "failed":
            for kind in outcome.report.formats:
                click.echo(str(outcome.report.folder(output) / FILES[kind]))
    conclude(outcomes, output)


@click.command(help=help_text("cli.batch.help"))
@click.option("--level", "levels", type=LEVELS, multiple=True, required=True, help=say("cli.level"))
@click.option("--department", help=say("cli.department"))
@lang_option
@output_option
@click.option("--workers", type=click.IntRange(1), help=say("cli.workers"))
@pdf_option
@code_option
@force_option
def batch(levels, department, langs, output, workers, pdf, code, force) -> None:
    """Make the reports of every territory of some levels."""
    from toolkit.records.territories import load_territories, load_territory

    number = load_territory(department, level="DEP").code if department is not None else None
    places = [
        (place.level, place.code, place.department)
        for level in dict.fromkeys(levels)
        for place in load_territories(level, department=number).itertuples()
    ]
    if not places:
        raise click.UsageError(say("cli.nothing", levels=", ".join(levels), department=number))
    reports = _of_territories(places, langs, formats_of(pdf, code))
    outcomes = make_reports(reports, output, force=force, workers=workers)
    conclude(outcomes, output)


@click.command(help=help_text("cli.render.help"))
@click.argument("notebook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", default="html", show_default=True, help=say("cli.render.to"))
@code_option
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), help=say("cli.render.output")
)
def render(notebook: Path, to: str, code: bool, output: Path | None) -> None:
    """Render a notebook that was executed before."""
    from toolkit.records.atomic import write_atomically
    from toolkit.runs.manifest import describe_run
    from toolkit.runs.parameters import read_executed
    from toolkit.sharing.render import render_report

    formats = list(dict.fromkeys(kind.strip() for kind in to.split(",")))
    known = ("html", "pdf")
    if unknown := [kind for kind in formats if kind not in known]:
        seen = ", ".join(unknown)
        raise click.UsageError(say("cli.render.formats", seen=seen, known=", ".join(known)))
    executed, parameters = read_executed(notebook)
    manifest = describe_run(notebook, parameters) | {
        "formats": [*formats, *(["code"] if code else [])],
        "rendered_later": True,
    }
    stem = notebook.stem
    names = {"html": f"{stem}.html", "pdf": f"{stem}.pdf", "code": f"{stem}.code.html"}
    folder = output or notebook.parent
    files = render_report(executed, manifest, names=names).files
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_atomically(folder / name, content)
        click.echo(str(folder / name))


@click.group(help=help_text("cli.territories.help"))
def territories() -> None:
    """Look territories up."""


@territories.command(help=help_text("cli.find.help"))
@click.argument("text")
@click.option("--level", type=LEVELS, help=say("cli.find.level"))
def find(text: str, level: str | None) -> None:
    """List the territories whose code or name fits a text."""
    from toolkit.records.territories import find_territories, load_territory

    found = find_territories(text, level=level)
    if found.empty:
        load_territory(text, level=level)  # raises, naming the nearest
    for row in found.itertuples():
        click.echo(f"{row.level + '-' + row.code:<16}{row.name}")


def formats_of(pdf: bool, code: bool) -> tuple[str, ...]:
    """Return what a report is made in: always a page, and what was asked for."""
    return ("html", *(["code"] if code else []), *(["pdf"] if pdf else []))


def _of_territories(places: list[tuple], langs, formats: tuple[str, ...]) -> list:
    """Return the reports to make of (level, code, département)."""
    import pandas as pd

    from toolkit.runs.batch import Report

    languages = tuple(dict.fromkeys(langs)) or LANGUAGES
    reports = []
    for level, code, department in places:
        # Thousands of EPCI and communes are spread over one folder a département.
        shard = [] if level in ("FR", "REG", "DEP") or pd.isna(department) else [department]
        territory = "FR" if level == "FR" else f"{level}-{code}"
        for lang in languages:
            address = "/".join([_NOTEBOOK.stem, level, *shard, code, lang])
            parameters = {"territory": territory, "lang": lang}
            reports.append(Report(_NOTEBOOK, parameters, address, languages, formats))
    return reports


def make_reports(reports: list, output: Path, *, force: bool, workers: int | None = None) -> list:
    """Make reports under a progress bar and return what became of each."""
    from tqdm import tqdm

    from toolkit.runs.batch import run_batch
    from toolkit.sharing.render import render_report
    from toolkit.sharing.site import check_output

    check_output(output)
    output.mkdir(parents=True, exist_ok=True)
    outcomes = []
    made = run_batch(reports, output=output, render=render_report, workers=workers, force=force)
    quiet = True if len(reports) <= len(LANGUAGES) else None  # None: only where a person looks
    # A stop asked by the system ends as Ctrl-C does: what is made is kept, and listed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with tqdm(total=len(reports), unit=say("cli.unit"), disable=quiet) as bar:
            for outcome in made:
                outcomes.append(outcome)
                bar.update()
                failed = sum(o.status == "failed" for o in outcomes)
                if failed:
                    bar.set_postfix_str(say.plural("index.failures", failed))
    except KeyboardInterrupt:
        made.close()
        _write_index(output)
        click.echo(say("cli.interrupted", done=len(outcomes), all=len(reports)), err=True)
        raise click.exceptions.Exit(130) from None
    return outcomes


def conclude(outcomes: list, output: Path) -> None:
    """Write the index, list the failures, and leave with 1 if there are any."""
    _write_index(output)
    counts = {s: sum(o.status == s for o in outcomes) for s in ("made", "unchanged", "failed")}
    summary = [say.plural(f"cli.status.{status}", n) for status, n in counts.items() if n]
    click.echo(f"{say.join(summary)}{say('index.colon')} {output / 'index.html'}", err=True)
    for outcome in outcomes:
        if outcome.status == "failed":
            click.echo(f"- {outcome.report.address}\n  {outcome.error}", err=True)
    if counts["failed"]:
        raise click.exceptions.Exit(1)


def _write_index(output: Path) -> None:
    from toolkit.records.atomic import write_atomically
    from toolkit.sharing.site import render_index

    for name, page in render_index(output).items():
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(output / name, page)
