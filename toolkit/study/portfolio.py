"""The programme's projects and studies together: loaded once, real and simulated never mixed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from toolkit.errors import DataError, ToolkitError
from toolkit.i18n import Language, interface_language, speaking
from toolkit.records.portfolio import Project, load_project
from toolkit.records.projects import project_ids
from toolkit.study.analyse import Study
from toolkit.study.findings import Finding, load_findings


@dataclass(frozen=True, eq=False)
class Portfolio:
    """Projects with the headline of every study on them.

    Attributes
    ----------
    projects : dict of str to Project
        By id.
    refused : dict of str to str
        Projects that have faults, by id: all of them.
    findings : tuple of Finding
    """

    projects: dict[str, Project]
    refused: dict[str, str]
    findings: tuple[Finding, ...]

    @property
    def is_simulated(self) -> bool:
        """Whether anything in it rests on simulated data."""
        projects = any(project.facts.simulated for project in self.projects.values())
        return projects or any(finding.simulated for finding in self.findings)

    @property
    def without_study(self) -> tuple[str, ...]:
        """Projects that no study is about."""
        studied = {finding.project for finding in self.findings}
        return tuple(name for name in self.projects if name not in studied)

    @property
    def updated_on(self) -> date:
        """The last day of what it rests on."""
        days = [project.updated_on for project in self.projects.values()]
        samples = [finding.found.sample for finding in self.findings if finding.found]
        return max([*days, *(sample.updated_on for sample in samples if sample.updated_on)])

    @cached_property
    def parts(self) -> "tuple[Portfolio, ...]":
        """What is real, then what is simulated; a part with nothing is left out.

        A study is where its data are. One whose data cannot be known is with its project, or else
        with what is real.
        """
        parts = (self._part(simulated) for simulated in (False, True))
        return tuple(part for part in parts if part.projects or part.findings)

    def _part(self, simulated: bool) -> "Portfolio":
        projects = {
            name: project
            for name, project in self.projects.items()
            if project.facts.simulated == simulated
        }
        findings = (one for one in self.findings if bool(one.simulated) == simulated)
        return Portfolio(projects, {} if simulated else self.refused, tuple(findings))


def run_studies(projects: Iterable[str] | str = "") -> dict[str, Study]:
    """Run the studies on some projects, or all, that can be run: their numbers know no language.

    Parameters
    ----------
    projects : str or iterable of str
        Ids, as a list or with commas between; none for all.

    Returns
    -------
    dict of str to Study
        By id. `load_portfolio` says why the others are not there.

    Examples
    --------
    See ``notebooks/portfolio_synthesis.ipynb``.
    """
    findings = load_findings(_named(projects), lang=interface_language())
    return {finding.study: finding.found for finding in findings if finding.found}


def load_portfolio(
    projects: Iterable[str] | str = "",
    *,
    lang: Language,
    studies: bool = True,
    ran: Mapping[str, Study] | None = None,
) -> Portfolio:
    """Load projects and run the studies on them, for their headlines.

    Parameters
    ----------
    projects : str or iterable of str
        Ids, as a list or with commas between; none for all.
    lang : Language
        Of the messages of what cannot be loaded or run.
    studies : bool
        Whether to run the studies; without, there is no finding.
    ran : mapping of str to Study, optional
        What `run_studies` gave: these are not run again.

    Raises
    ------
    DataError
        A project that is named does not exist, or there is none at all.

    Examples
    --------
    See ``notebooks/portfolio_synthesis.ipynb``.
    """
    wanted, known = _named(projects), project_ids()
    unknown = [name for name in wanted if name not in known]
    if unknown or not known:
        details = {"project": ", ".join(unknown), "known": ", ".join(known)}
        raise DataError(interface_language()("error.no_project", **details))
    loaded, refused = {}, {}
    for name in dict.fromkeys(wanted or known):
        try:
            with speaking(lang):
                loaded[name] = load_project(name)
        except ToolkitError as error:
            refused[name] = str(error)
    findings = load_findings(wanted, lang=lang, ran=ran) if studies else ()
    return Portfolio(loaded, refused, findings)


def _named(projects: Iterable[str] | str) -> list[str]:
    names = projects.split(",") if isinstance(projects, str) else projects
    return [name.strip() for name in names if name.strip()]
