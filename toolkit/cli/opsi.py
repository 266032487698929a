"""A project as a case for the OECD observatory: `futurs opsi PROJECT`."""

from contextlib import suppress
from pathlib import Path

import click

from toolkit.cli.base import help_text, say
from toolkit.cli.reports import output_option
from toolkit.errors import DataError
from toolkit.i18n import LANGUAGES, language

_NOTEBOOK = "impact_evaluation"
_CONTRIBUTION = "E5"


@click.command(help=help_text("cli.opsi.help"))
@click.argument("project_id", metavar="PROJECT")
@click.option("--lang", type=click.Choice(LANGUAGES), help=say("cli.interface_lang"))
@output_option
@click.option("--check", is_flag=True, help=say("cli.opsi.check"))
def opsi(project_id: str, lang: str | None, output: Path, check: bool) -> None:
    """Fill the observatory's form from a project, and say what is missing."""
    from toolkit.sharing.entries import find_entries

    chosen = language(lang) if lang else say
    case = _case(project_id, output, find_entries(output))
    _say_what_to_mend(case, chosen)
    if not check:
        click.echo(str(_write(case, output, chosen, of_site=(output / "index.html").is_file())))
    elif not case.ready:
        raise click.exceptions.Exit(1)


def write_sheets(output: Path) -> None:
    """Write the sheet of every project that can be read into a folder of reports."""
    from toolkit.records.projects import project_ids
    from toolkit.sharing.entries import find_entries

    entries = find_entries(output)
    for project in project_ids():
        with suppress(DataError):  # its pages have failed, and say why
            _write(_case(project, output, entries), output, say, of_site=True)


def _case(project: str, output: Path, entries: list):
    from toolkit.records.portfolio import load_project
    from toolkit.sharing.opsi_case import describe_case

    return describe_case(
        load_project(project),
        _records(project, output),
        attachments=_attachments(project, entries),
        actions=_actions(project),
    )


def _records(project: str, output: Path) -> list[dict]:
    """Read the records of the project's studies that were run into a folder of reports."""
    import json

    from toolkit.records.studies import study_files

    own = [study.id for study in study_files() if study.project == project]
    paths = [output / _NOTEBOOK / name / "estimates.json" for name in own]
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.is_file()]


def _attachments(project: str, entries: list) -> list[str]:
    """List the English PDF reports on a project."""
    from toolkit.runs.manifest import FILES

    found = [entry for entry in entries if entry.project == project]
    return [
        f"{entry.address}/en/{FILES['pdf']}"
        for entry in found
        if "en" in entry.pages and "pdf" in entry.pages["en"].formats
    ]


def _actions(project: str) -> list[tuple[str, str]]:
    """List the programme's contributions to the observatory on a project: date, English title."""
    from toolkit.records.schemas import load_schema
    from toolkit.records.sources import data_dir
    from toolkit.records.tables import read_table

    name = "ecosystem_actions"
    path = data_dir() / "programme" / f"{name}.csv"
    actions = read_table(path, load_schema(name), path.name).frame()
    own = actions[(actions.project == project) & (actions.type == _CONTRIBUTION)]
    return [
        (day.date().isoformat(), title) for day, title in zip(own.date, own.title_en, strict=True)
    ]


def _say_what_to_mend(case, lang) -> None:
    for answer in case.answers:
        for finding in answer.findings:
            mark = lang("opsi.blocking" if finding.blocking else "opsi.advice")
            click.echo(f"{mark} {answer.asked.label}{lang('index.colon')} {finding.sentence(lang)}")
    for gate in case.gates:
        outcome = lang(f"opsi.outcome.{gate.outcome}")
        name = lang(f"opsi.gate.{gate.name}")
        click.echo(f"{outcome} {name}{lang('index.colon')} {gate.sentence(lang)}")
    click.echo(lang(f"opsi.state.{case.state}"))


def _write(case, output: Path, lang, *, of_site: bool) -> Path:
    import json

    from toolkit.records.atomic import write_atomically
    from toolkit.sharing.opsi_sheet import case_record, render_sheet
    from toolkit.sharing.render import index_name

    folder = output / "opsi" / case.project.id
    folder.mkdir(parents=True, exist_ok=True)
    # Read by programs of whoever gets the case, in the language of its form.
    record = case_record(case, language("en"))
    write_atomically(folder / "case.json", json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    for code in LANGUAGES:
        page = render_sheet(case, language(code), "../../" if of_site else None)
        write_atomically(folder / index_name(code), page)
    return folder / index_name(lang.code)
