"""Make reports: `futurs report`, `futurs batch`, `futurs territories`."""

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


@click.command(help=help_text("cli.report.help"))
@click.argument("territory")
@lang_option
@output_option
@force_option
def report(territory: str, langs: tuple[str, ...], output: Path, force: bool) -> None:
    """Make the report of one territory."""
    from toolkit.records.territories import load_territory

    place = load_territory(territory)
    chosen = langs or (say.code,)
    outcomes = _make(
        [(place.level, place.code, place.department, c) for c in chosen], output, force, None
    )
    for outcome in outcomes:
        if outcome.status != "failed":
            click.echo(str(outcome.report.folder(output) / "index.html"))
    _conclude(outcomes, output)


@click.command(help=help_text("cli.batch.help"))
@click.option("--level", "levels", type=LEVELS, multiple=True, required=True, help=say("cli.level"))
@click.option("--department", help=say("cli.department"))
@lang_option
@output_option
@click.option("--workers", type=click.IntRange(1), help=say("cli.workers"))
@force_option
def batch(levels, department, langs, output, workers, force) -> None:
    """Make the reports of every territory of some levels."""
    from toolkit.records.territories import load_territories, load_territory

    code = load_territory(department, level="DEP").code if department else None
    wanted = [
        (place.level, place.code, place.department, lang)
        for level in dict.fromkeys(levels)
        for place in load_territories(level, department=code).itertuples()
        for lang in dict.fromkeys(langs or LANGUAGES)
    ]
    outcomes = _make(wanted, output, force, workers)
    _conclude(outcomes, output)


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


def _make(wanted: list[tuple], output: Path, force: bool, workers: int | None) -> list:
    """Make (level, code, department, lang) reports under a progress bar; return the outcomes."""
    import pandas as pd
    from tqdm import tqdm

    from toolkit.runs.batch import Report, run_batch
    from toolkit.sharing.render import render_page

    reports = []
    for level, code, department, lang in wanted:
        # Thousands of EPCI and communes are spread over one folder a département.
        shard = [] if level in ("FR", "REG", "DEP") or pd.isna(department) else [department]
        territory = "FR" if level == "FR" else f"{level}-{code}"
        address = "/".join([_NOTEBOOK.stem, level, *shard, code, lang])
        reports.append(Report(_NOTEBOOK, {"territory": territory, "lang": lang}, address))
    output.mkdir(parents=True, exist_ok=True)
    outcomes = []
    made = run_batch(reports, output=output, render=render_page, workers=workers, force=force)
    with tqdm(
        total=len(reports), unit=say("cli.unit"), disable=None if len(reports) > 1 else True
    ) as bar:
        for outcome in made:
            outcomes.append(outcome)
            bar.update()
            failed = sum(o.status == "failed" for o in outcomes)
            if failed:
                bar.set_postfix_str(say.plural("index.failures", failed))
    return outcomes


def _conclude(outcomes: list, output: Path) -> None:
    """Write the index, list the failures, and leave with 1 if there are any."""
    from toolkit.runs.batch import write_atomically
    from toolkit.sharing.site import render_index

    for name, page in render_index(output).items():
        write_atomically(output / name, page)
    counts = {s: sum(o.status == s for o in outcomes) for s in ("made", "unchanged", "failed")}
    summary = [say.plural(f"cli.{status}", n) for status, n in counts.items() if n]
    click.echo(f"{say.join(summary)}{say('index.colon')} {output / 'index.html'}", err=True)
    for outcome in outcomes:
        if outcome.status == "failed":
            click.echo(f"- {outcome.report.address}\n  {outcome.error}", err=True)
    if counts["failed"]:
        raise click.exceptions.Exit(1)
