"""Ask before looking: `futurs study new|check|power|lock|run|amend|compare|list`."""

from datetime import date
from pathlib import Path

import click

from toolkit.cli.base import help_text, say
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
from toolkit.errors import ToolkitError
from toolkit.i18n import LANGUAGES

_NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "impact_evaluation.ipynb"


@click.group(help=help_text("cli.study.help"))
def study() -> None:
    """Write, check and lock the protocol of a study."""


@study.command(help=help_text("cli.study_new.help"))
@click.argument("study_id", metavar="ID")
@click.option("--project", required=True, help=say("cli.study_new.project"))
@click.option("--indicator", required=True, help=say("cli.study_new.indicator"))
def new(study_id: str, project: str, indicator: str) -> None:
    """Write a protocol to fill."""
    from toolkit.study.draft import draft_study
    from toolkit.study.write import new_study

    draft = draft_study(study_id, project=project, indicator=indicator, today=date.today())
    path = new_study(draft)
    click.echo(say("cli.study_new.done", path=path, study=study_id))


@study.command("list", help=help_text("cli.study_list.help"))
def list_studies() -> None:
    """List the studies and how far each is."""
    from toolkit.study.lock import lock_path, read_lock
    from toolkit.study.protocol import protocol_path, study_ids

    for name in study_ids():
        lock = read_lock(lock_path(protocol_path(name)))
        state = say("study.unlocked")
        if lock is not None:
            state = say("study.locked_on", date=say.date(lock.locked_on))
        click.echo(f"{name:<28}{state}")


@study.command(help=help_text("cli.study_check.help"))
@click.argument("study_id", metavar="ID")
def check(study_id: str) -> None:
    """Say what the protocol names, and whether it is still what was locked."""
    from toolkit.study.analyse import refusal
    from toolkit.study.deviations import deviations
    from toolkit.study.protocol import load_protocol
    from toolkit.study.sample import study_sample

    file = load_protocol(study_id)
    sample = study_sample(file.protocol)
    click.echo(
        say(
            "study.sample",
            treated=say.plural("estimate.treated", len(sample.treated)),
            comparison=say.plural("estimate.comparison", len(sample.comparison)),
            periods=sample.panel.period.nunique(),
            first=say.period(sample.panel.period.min()),
            last=say.period(sample.panel.period.max()),
        )
    )
    asked = file.protocol.periods
    if (asked.first, asked.last) != (sample.panel.period.min(), sample.panel.period.max()):
        shown = {"first": say.period(asked.first), "last": say.period(asked.last)}
        click.echo(say("study.shorter", **shown))
    if why := refusal(file, sample):
        click.echo(say("study.refused", why=why))
    lock = file.lock
    if lock is None:
        click.echo(say("study.exploratory"))
        return
    found = deviations(lock, file, sample)
    if found:
        click.echo("\n".join(f"- {deviation.sentence(say)}" for deviation in found))
        raise click.exceptions.Exit(1)
    click.echo(say("study.as_locked", date=say.date(lock.locked_on)))


@study.command(help=help_text("cli.study_lock.help"))
@click.argument("study_id", metavar="ID")
@click.option("--role", required=True, help=say("cli.study_lock.role"))
def lock(study_id: str, role: str) -> None:
    """Vouch for a protocol and its data."""
    from toolkit.study.deviations import make_lock
    from toolkit.study.lock import lock_path, write_lock
    from toolkit.study.protocol import load_protocol
    from toolkit.study.sample import study_sample

    file = load_protocol(study_id)
    made = make_lock(file, study_sample(file.protocol), role=role, today=date.today())
    path = lock_path(file.path)
    write_lock(made, path)
    click.echo(say("cli.study_lock.done", path=path))
    if made.outcomes_known:
        click.echo(say("study.outcomes_known"))


@study.command(help=help_text("cli.study_amend.help"))
@click.argument("study_id", metavar="ID")
@click.option("--reason-fr", required=True, help=say("cli.study_amend.reason_fr"))
@click.option("--reason-en", required=True, help=say("cli.study_amend.reason_en"))
def amend(study_id: str, reason_fr: str, reason_en: str) -> None:
    """Set a locked protocol aside and open it to edits."""
    from toolkit.records.toml_model import Text
    from toolkit.study.protocol import load_protocol
    from toolkit.study.write import amend_study

    for option, text in (("--reason-fr", reason_fr), ("--reason-en", reason_en)):
        if not text.strip():
            raise ToolkitError(say("error.blank_option", option=option))
    kept: Path = amend_study(
        load_protocol(study_id), reason=Text(fr=reason_fr, en=reason_en), today=date.today()
    )
    click.echo(say("cli.study_amend.done", path=kept, study=study_id))


@study.command(help=help_text("cli.study_power.help"))
@click.argument("study_id", metavar="ID")
def power(study_id: str) -> None:
    """Say the smallest effect the design could find."""
    from toolkit.study.power import power_sentences, study_power
    from toolkit.study.protocol import load_protocol
    from toolkit.study.sample import study_sample

    file = load_protocol(study_id)
    found = study_power(file.protocol, study_sample(file.protocol))
    click.echo("\n".join(power_sentences(file.protocol, found, say)))


@study.command(help=help_text("cli.study_run.help"))
@click.argument("studies", metavar="ID...", nargs=-1, required=True)
@lang_option
@output_option
@pdf_option
@code_option
@executed_option
@force_option
def run(studies, langs, output, pdf, code, executed, force) -> None:
    """Run studies as their protocols say, into reports and estimates.json."""
    import json

    from toolkit.records.atomic import write_atomically
    from toolkit.runs.reports import Report
    from toolkit.study.analyse import run_study
    from toolkit.study.record import study_record

    languages = tuple(dict.fromkeys(langs)) or LANGUAGES
    reports = []
    for name in dict.fromkeys(studies):
        record = study_record(run_study(name))
        folder = output / _NOTEBOOK.stem / name
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
        write_atomically(folder / "estimates.json", text)
        for lang in languages:
            address, parameters = f"{_NOTEBOOK.stem}/{name}/{lang}", {"study": name, "lang": lang}
            formats = formats_of(pdf, code, executed)
            reports.append(Report(_NOTEBOOK, parameters, address, languages, formats))
    conclude(make_reports(reports, output, force=force), output)


@study.command(help=help_text("cli.study_compare.help"))
@click.argument("first", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("second", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def compare(first: Path, second: Path) -> None:
    """Say what differs between two runs, by their estimates.json."""
    from toolkit.study.record import compare_records, read_record, shorten

    found = compare_records(read_record(first), read_record(second))
    for key, was, now in found:
        click.echo(f"{key}{say('index.colon')} {' → '.join(shorten(was, now))}")
    if not found:
        click.echo(say("study.same"))
