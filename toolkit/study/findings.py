"""The headline of every study: what it found, or why it cannot be run here and what to do.

A headline costs the estimate and the planned checks, on which grade and verdict rest; what else a
study has (`Study.power`, `Study.robustness`) is made when it is asked for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from toolkit.errors import DesignError, ToolkitError
from toolkit.i18n import Language, speaking
from toolkit.records.portfolio import load_project, sources_to_pull
from toolkit.records.projects import project_ids
from toolkit.records.toml_model import Text
from toolkit.study.analyse import Status, Study, run_study
from toolkit.study.protocol import Protocol, load_protocol, study_ids


@dataclass(frozen=True)
class Measured:
    """What an effect is an effect on.

    Attributes
    ----------
    indicator : str
        Its id in the project's tables.
    label, definition : Text
    unit : str
        Code of the vocabulary "unit", as the project measures it.
    direction : {"increase", "decrease"}
        What the project hopes for.
    """

    indicator: str
    label: Text
    definition: Text
    unit: str
    direction: str


@dataclass(frozen=True)
class Refusal:
    """Why a study gives no finding here.

    Attributes
    ----------
    reason : {"to_pull", "faults", "refused"}
        Its source is to be pulled first; its protocol or its project has faults; its data do not
        identify what it asks.
    message : str
        What was seen, the rule and the remedy; "" where pulling is all there is to do.
    sources : tuple of str
        Those to pull.
    """

    reason: Literal["to_pull", "faults", "refused"]
    message: str = ""
    sources: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """The command that brings the sources, or ""."""
        return " ".join(["futurs data pull", *self.sources]) if self.sources else ""


@dataclass(frozen=True, eq=False)
class Finding:
    """A study and what it found, or why it found nothing.

    Attributes
    ----------
    study : str
        Its id.
    protocol : Protocol or None
        What it asks; None where the file has faults.
    measured : Measured or None
        None where the protocol or the project has faults.
    simulated : bool or None
        Whether it rests on simulated data; None where that cannot be known.
    found : Study or None
        Its estimate, checks, grade and conclusion.
    refusal : Refusal or None
        Where `found` is None.
    """

    study: str
    protocol: Protocol | None
    measured: Measured | None
    simulated: bool | None
    found: Study | None
    refusal: Refusal | None

    @property
    def project(self) -> str:
        """The project it is about, or "" where its protocol cannot be read."""
        return "" if self.protocol is None else self.protocol.project

    @property
    def status(self) -> Status | None:
        """How the question relates to the answer, where there is one."""
        return None if self.found is None else self.found.status


def load_finding(study: str, *, lang: Language) -> Finding:
    """Run a study for its headline; what stands in the way is returned, not raised.

    Parameters
    ----------
    lang : Language
        Of the message of a refusal.

    Examples
    --------
    See `load_portfolio`.
    """
    with speaking(lang):
        protocol = measured = simulated = None
        try:
            protocol = load_protocol(study).protocol
            project = load_project(protocol.project)
            simulated = project.facts.simulated
            measured = _measured(project.tables["indicators"], protocol.indicator)
            sources = sources_to_pull(project, protocol.indicator)
            if sources:
                refusal = Refusal("to_pull", sources=sources)
                return Finding(study, protocol, measured, simulated, None, refusal)
            found = run_study(study)
        except ToolkitError as error:
            reason = "refused" if isinstance(error, DesignError) else "faults"
            return Finding(study, protocol, measured, simulated, None, Refusal(reason, str(error)))
    return Finding(study, protocol, measured, found.sample.simulated, found, None)


def finding_of(study: Study) -> Finding:
    """Return the headline of a study that was run."""
    protocol = study.file.protocol
    indicators = load_project(protocol.project).tables["indicators"]
    measured = _measured(indicators, protocol.indicator)
    return Finding(study.id, protocol, measured, study.sample.simulated, study, None)


def load_findings(
    projects: Iterable[str] = (), *, lang: Language, ran: Mapping[str, Study] | None = None
) -> tuple[Finding, ...]:
    """Return the headline of every study, or of those on some projects, by id.

    Parameters
    ----------
    projects : iterable of str
        Ids; none for all. A protocol that cannot be read is on no project: it is always returned.
    lang : Language
        Of the messages of refusals.
    ran : mapping of str to Study, optional
        Studies that were run already, by id.

    Examples
    --------
    See `load_portfolio`.
    """
    wanted, ran = set(projects), ran or {}
    return tuple(
        finding_of(ran[study]) if study in ran else load_finding(study, lang=lang)
        for study in study_ids()
        if not wanted or _project_of(study) in wanted | {None}
    )


def projects_without_study(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the ids of the projects that none of the studies is about.

    Examples
    --------
    >>> projects_without_study(())[:2]
    ('antenne-service-public', 'armoire-numerique')
    """
    studied = {finding.project for finding in findings}
    return tuple(project for project in project_ids() if project not in studied)


def tabulate_findings(findings: Iterable[Finding]) -> pd.DataFrame:
    """Lay headlines out.

    Returns
    -------
    DataFrame
        One row a study: study, project, indicator, direction, simulated, status, value, low, high,
        level, unit (of the effect), n_treated, grade, ceiling, verdict; and reason and remedy
        where it could not be run, its numbers then missing.

    Examples
    --------
    See `load_portfolio`.
    """
    return pd.DataFrame([_row(finding) for finding in findings])


def _project_of(study: str) -> str | None:
    try:
        return load_protocol(study).protocol.project
    except ToolkitError:
        return None


def _measured(indicators: pd.DataFrame, indicator: str) -> Measured:
    row = indicators.set_index("indicator").loc[indicator]
    label, definition = (
        Text(fr=row[f"{name}_fr"], en=row[f"{name}_en"]) for name in ("label", "definition")
    )
    return Measured(indicator, label, definition, row.unit, row.direction)


def _row(finding: Finding) -> dict:
    study, measured, refusal = finding.found, finding.measured, finding.refusal
    row = {"study": finding.study, "project": finding.project, "simulated": finding.simulated}
    if measured is not None:
        row |= {"indicator": measured.indicator, "direction": measured.direction}
    if study is not None:
        names = ("value", "low", "high", "level", "unit", "n_treated")
        row |= {name: getattr(study.estimate, name) for name in names}
        row |= {"status": study.status, "verdict": study.conclusion.verdict}
        row |= {"grade": study.grade.level, "ceiling": study.grade.ceiling}
    if refusal is not None:
        row |= {"reason": refusal.reason, "remedy": refusal.command or refusal.message}
    return row
