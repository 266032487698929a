"""Make reports: `futurs report`, `futurs render`, `futurs territories`."""

import json
import signal
from collections import Counter
from pathlib import Path

import click

from toolkit.cli.base import help_text, say
from toolkit.errors import ToolkitError
from toolkit.i18n import LANGUAGES

LEVELS = click.Choice(["REG", "DEP", "EPCI", "COM"], case_sensitive=False)
STATUSES = ("made", "unchanged", "failed")
_ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = _ROOT / "notebooks"
# What lies in them is read, tested or published: reports would be taken for it.
_SOURCES = ("benchmarks", "data", "docs", "jupyter", "notebooks", "tests", "toolkit")


def _not_a_source(context: click.Context, option: click.Parameter, output: Path) -> Path:
    """Refuse the folder of the toolkit, and those that hold its sources."""
    folder = output.resolve()
    if folder == _ROOT or any(folder.is_relative_to(_ROOT / name) for name in _SOURCES):
        raise click.BadParameter(say("cli.output.source", folder=output))
    return output


output_option = click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    callback=_not_a_source,
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
executed_option = click.option("--executed", is_flag=True, help=say("cli.executed"))


@click.command(help=help_text("cli.report.help"))
@click.argument("territory")
@lang_option
@output_option
@pdf_option
@code_option
@force_option
def report(territory, langs, output, pdf, code, force) -> None:
    """Make the report of one territory."""
    from toolkit.runs.manifest import FILES
    from toolkit.runs.plan import plan_batch

    reports = plan_batch(
        [NOTEBOOKS / "territory_report.ipynb"],
        territories=[territory],
        languages=langs or LANGUAGES,
        formats=formats_of(pdf, code),
    )
    results = make_reports(reports, output, force=force)
    for result in results:
        if result.status != "failed":
            for kind in result.report.formats:
                click.echo(str(result.report.folder(output) / FILES[kind]))
    conclude(results, output)


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


def formats_of(pdf: bool, code: bool, executed: bool = False) -> tuple[str, ...]:
    """Return what a report is made in: always a page, and what was asked for."""
    asked = {"code": code, "pdf": pdf, "executed": executed}
    return ("html", *(kind for kind, wanted in asked.items() if wanted))


def make_reports(reports: list, output: Path, *, force: bool, mode: str = "bar", **options) -> list:
    """Make reports and return what became of each; `mode` is "bar", "quiet" or "json".

    `options` are those of `run_batch`.
    """
    from tqdm import tqdm

    from toolkit.runs.batch import run_batch
    from toolkit.runs.ledger import FOLDER

    if not (output / FOLDER).is_dir():  # with a ledger, the folder is ours
        from toolkit.sharing.site import check_output

        check_output(output)
    output.mkdir(parents=True, exist_ok=True)
    results, counts = [], Counter()
    made = run_batch(reports, output=output, force=force, **options)
    # None: a bar only where a person looks.
    hidden = True if mode != "bar" or len(reports) <= len(LANGUAGES) else None
    stops = []

    def stop(signum: int, frame: object) -> None:
        stops.append(signum)
        raise KeyboardInterrupt

    # A stop asked by the system ends as Ctrl-C does: what is made is kept, and listed.
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, stop)
    try:
        # Told at each report: after many that are unchanged the next one may be long in coming.
        often = {"mininterval": 0, "miniters": 1}
        with tqdm(total=len(reports), unit=say("cli.unit"), disable=hidden, **often) as bar:
            for result in made:
                results.append(result)
                counts[result.status] += 1
                if not bar.disable:
                    bar.set_postfix_str(_tell(counts, "unchanged", "failed"), refresh=False)
                bar.update()
                if mode == "json":
                    click.echo(json.dumps(_as_json(result), ensure_ascii=False))
                if stops:  # what is raised while Python finalises an object goes no further
                    raise KeyboardInterrupt
    except KeyboardInterrupt:
        made.close()
        _write_index(output)
        click.echo(say("cli.interrupted", done=len(results), all=len(reports)), err=True)
        raise click.exceptions.Exit(130) from None
    except ToolkitError:
        _write_index(output)
        raise
    return results


def conclude(results: list, output: Path, *, mode: str = "bar") -> None:
    """Write the index, list the failures, and leave with 1 if there are any."""
    counts = dict.fromkeys(STATUSES, 0) | Counter(result.status for result in results)
    if counts["unchanged"] < len(results) or not (output / "index.html").is_file():
        _write_index(output)
    if mode == "json":
        click.echo(json.dumps(counts | {"index": str(output / "index.html")}))
    elif mode == "bar":
        from toolkit.sharing.render import index_name

        index = output / index_name(say.code)
        click.echo(f"{_tell(counts, *STATUSES)}{say('index.colon')} {index}", err=True)
    for result in results:
        if result.status == "failed" and mode != "json":
            lines = [f"- {result.report.address}", result.failure.message, result.failure.log]
            click.echo("\n  ".join(str(line) for line in lines if line), err=True)
    if counts["failed"]:
        raise click.exceptions.Exit(1)


def _tell(counts: dict[str, int], *statuses: str) -> str:
    """Say how many reports there are of each status of which there are any."""
    known = (status for status in statuses if counts[status])
    return say.join([say.plural(f"cli.status.{status}", counts[status]) for status in known])


def _as_json(result) -> dict:
    """Return a result as programs read it, a line each."""
    failure = result.failure and {
        "message": result.failure.message,
        "error": result.failure.error,
        "cell": result.failure.cell,
        "log": result.failure.log and str(result.failure.log),
    }
    return {
        "address": result.report.address,
        "status": result.status,
        "seconds": round(result.seconds, 3),
        "attempts": result.attempts,
        "failure": failure,
    }


def _write_index(output: Path) -> None:
    from toolkit.sharing.site import write_index

    write_index(output)
