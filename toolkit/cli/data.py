"""The `futurs data` commands: what the sources are, pull them, check what was pulled."""

from pathlib import Path

import click

from toolkit.cli.base import help_text, say


@click.group(help=help_text("cli.data.help"))
def data() -> None:
    """Know and fetch the sources of data/sources.toml."""


@data.command("list", help=help_text("cli.data.list.help"))
def list_() -> None:
    """List every source: licence, how we hold it, its state and its size."""
    from toolkit.records.pull import pull_state
    from toolkit.records.sources import load_sources

    header = [say(f"data.header.{name}") for name in ("id", "access", "state", "size", "licence")]
    rows = [
        [
            source.id,
            say(f"data.access.{source.access}"),
            say(f"data.state.{pull_state(source)}") if source.access == "pull" else "",
            _size(source.bytes),
            source.licence,
        ]
        for source in load_sources().values()
    ]
    _echo_table([header, *rows])


@data.command(help=help_text("cli.data.pull.help"))
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help=say("cli.data.all"))
def pull(ids: tuple[str, ...], everything: bool) -> None:
    """Pull some sources, or all: those already there and intact are not fetched again."""
    from toolkit.errors import DataError
    from toolkit.records.pull import pulled_sources

    sources = pulled_sources()
    known = ", ".join(sources)
    if everything == bool(ids):
        raise click.UsageError(say("cli.data.which", known=known))
    unknown = [name for name in ids if name not in sources]
    if unknown:
        raise click.UsageError(say("error.not_a_pull", seen=", ".join(unknown), known=known))
    failed = False
    for name in dict.fromkeys(ids or sources):
        try:
            click.echo(str(_pull_one(name)))
        except DataError as error:
            click.echo(f"- {name}\n  {error}", err=True)
            failed = True
    if failed:
        raise click.exceptions.Exit(1)


@data.command(help=help_text("cli.data.simulate.help"))
@click.argument("projects", nargs=-1)
def simulate(projects: tuple[str, ...]) -> None:
    """Write again the simulated observations of some projects, or of all that have a recipe."""
    from toolkit.records.projects import RECIPE
    from toolkit.records.simulate import simulate_project
    from toolkit.records.sources import data_dir

    folder = data_dir() / "projects"
    recipes = sorted(path.parent.name for path in folder.glob(f"*/{RECIPE}"))
    unknown = [name for name in projects if name not in recipes]
    if unknown:
        known = ", ".join(recipes)
        raise click.UsageError(say("cli.data.no_recipe", seen=", ".join(unknown), known=known))
    for name in projects or recipes:
        click.echo(str(simulate_project(folder / name)))


@data.command(help=help_text("cli.data.protect.help"))
@click.argument("project")
@click.option(
    "--from", "finer", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True, help=say("cli.data.protect.from"),
)  # fmt: skip
def protect(project: str, finer: Path) -> None:
    """Write the observations of a project from finer ones, with what must be hidden hidden."""
    from toolkit.records.faults import write_faults
    from toolkit.records.finer import protect_project
    from toolkit.records.validate import validate

    written = protect_project(project, finer)
    for rule, n in sorted(written.counts.items()):
        click.echo(say(f"data.protect.{rule}", n=say.number(n)))
    click.echo(say("data.protect.written", table=written.table, decisions=written.decisions))
    if faults := validate(written.table.parent):
        click.echo(write_faults(faults, say), err=True)
        raise click.exceptions.Exit(1)


@data.command(help=help_text("cli.data.describe.help"))
def describe() -> None:
    """Write data/datapackage.json again from what lies under data/."""
    from toolkit.records.package import describe_data
    from toolkit.records.sources import data_dir

    path = data_dir() / "datapackage.json"
    path.write_text(describe_data(), encoding="utf-8")
    click.echo(str(path))


@data.command(help=help_text("cli.data.status.help"))
def status() -> None:
    """Say which sources are pulled and intact; leave with 1 unless all are."""
    from toolkit.records.pull import cached_path, pull_state, pulled_sources

    sources = pulled_sources()
    states = {name: pull_state(source) for name, source in sources.items()}
    _echo_table(
        [
            [name, say(f"data.state.{states[name]}"), str(cached_path(source))]
            for name, source in sources.items()
        ]
    )
    if set(states.values()) - {"intact"}:
        raise click.exceptions.Exit(1)


def _pull_one(name: str):
    """Pull a source under a progress bar of its bytes, shown in a terminal only."""
    from tqdm import tqdm

    from toolkit.records.pull import pull as pull_source

    with tqdm(desc=name, unit="B", unit_scale=True, disable=None, leave=False) as bar:

        def show(held: int, total: int) -> None:
            bar.total = total
            bar.update(held - bar.n)

        return pull_source(name, progress=show)


def _size(n_bytes: int | None) -> str:
    return "" if n_bytes is None else say("data.size", n=say.number(n_bytes / 1e6, digits=1))


def _echo_table(rows: list[list[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
