"""Projects and their panels, ready for analysis: loaded whole, or refused with every fault."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from toolkit.cards import Card
from toolkit.errors import DataError
from toolkit.i18n import LANGUAGES, Language, interface_language
from toolkit.records.faults import Fault, without_repetition, write_faults
from toolkit.records.panel import Panel
from toolkit.records.projects import FACTS, Facts, frames, project_ids, read_facts
from toolkit.records.pull import is_pulled
from toolkit.records.rates import load_outcome, outcome_sources
from toolkit.records.rules import SIMULATION
from toolkit.records.sources import data_dir, load_sources
from toolkit.records.territories import load_territories
from toolkit.records.validate import check_project

_FACTS = ("mission", "mode", "simulated", "opsi_status", "reintegration")
# What bears a date when it happens; other dates may lie ahead.
_HAPPENED = (
    ("deployments", "adopted_on"),
    ("cycles", "started_on"),
    ("cycles", "ended_on"),
    ("logbook", "date"),
    ("artefacts", "made_on"),
    ("artefacts", "adopted_on"),
)
_PERIODS = {"year": "Y", "quarter": "Q", "month": "M"}


@dataclass(frozen=True)
class Project(Card):
    """A project: its facts and its tables.

    Attributes
    ----------
    facts : Facts
        What project.toml holds.
    tables : dict of str to DataFrame
        One frame a table, by name ("ratings"); columns and units as data/schemas describes them,
        codes as text, dates as Timestamp, numbers nullable. A table without a file is empty.

    Examples
    --------
    >>> antenne = load_project("antenne-service-public")
    >>> antenne.facts.mission, antenne.facts.simulated, len(antenne.tables["deployments"])
    ('M1', True, 117)
    """

    facts: Facts
    tables: dict[str, pd.DataFrame]

    @property
    def id(self) -> str:
        """The project's id, also its folder's name."""
        return self.facts.id

    def card(self, lang: Language) -> tuple[str, list[tuple[str, str]]]:
        """Return its title, whether its data is simulated, and how many rows each table has."""
        filled = [
            lang("card.rows.one", table=name, n=lang.number(len(table)))
            for name, table in self.tables.items()
            if len(table)
        ]
        state = lang(f"card.{'simulated' if self.facts.simulated else 'observed'}")
        facts = {"code": self.id, "state": state, "rows": " · ".join(filled)}
        title = getattr(self.facts.title, lang.code)
        return title, [(lang(f"card.{name}"), text) for name, text in facts.items()]

    @property
    def updated_on(self) -> date:
        """The last day on which something of the project is written to have happened."""
        days = [self.tables[table][column].max() for table, column in _HAPPENED]
        return max([self.facts.started_on, *(day.date() for day in days if pd.notna(day))])


def load_project(project: str) -> Project:
    """Load one project.

    Raises
    ------
    DataError
        There is no such project, or it has faults: all of them are in the message.

    Examples
    --------
    See `Project`.
    """
    say = interface_language()
    folder = data_dir() / "projects" / project
    if project not in project_ids():
        raise DataError(say("error.no_project", project=project, known=", ".join(project_ids())))
    files = check_project(folder, project)
    if files.faults:
        raise _refused(project, list(files.faults))
    return Project(files.facts, frames(files))


def load_projects() -> pd.DataFrame:
    """Load the facts of every project, one row each.

    Returns
    -------
    DataFrame
        Indexed by id: mission, mode, simulated (bool), title_fr, title_en, sectors, publics
        (tuples of codes), opsi_status, reintegration, started_on, ended_on (Timestamp).

    Examples
    --------
    >>> load_projects().mission["demande-unique"]
    'M1'
    """
    rows = []
    for project in project_ids():
        facts, faults = read_facts(data_dir() / "projects" / project / FACTS, project)
        if facts is None or faults:
            raise _refused(project, faults)
        rows.append(
            {name: getattr(facts, name) for name in ("id", *_FACTS)}
            | {"title_fr": facts.title.fr, "title_en": facts.title.en}
            | {"sectors": tuple(facts.sectors), "publics": tuple(facts.publics)}
            | {"started_on": facts.started_on, "ended_on": facts.ended_on}
        )
    columns = [
        "id",
        *_FACTS,
        "title_fr",
        "title_en",
        "sectors",
        "publics",
        "started_on",
        "ended_on",
    ]
    frame = pd.DataFrame(rows, columns=columns).set_index("id")
    return frame.assign(
        started_on=pd.to_datetime(frame.started_on), ended_on=pd.to_datetime(frame.ended_on)
    )


def load_panel(project: Project, indicator: str) -> Panel:
    """Load one indicator of a project as a panel: a row a territory and period.

    Parameters
    ----------
    project : Project
    indicator : str
        One of the project's indicators.

    Returns
    -------
    Panel
        A DataFrame with columns territory (id), period (text: 2015, 2015-Q1, 2015-03), start
        (Timestamp, first day of the period), value (Float64, in the indicator's unit; missing when
        secret or not available), n (Int64), status, source, role ("treated", "comparison"),
        adopted_on (Timestamp, missing for a comparison), ended_on (Timestamp, missing where the
        site is open), dose (Float64) and event_time (Int64: periods since the one in which the
        territory adopted, itself 0 even if adopted on its last day; missing for a comparison).

        Excluded territories and those without a role are left out; one without a role of its own
        has that of its région. ``attrs`` carries project, indicator, label (by language), unit,
        frequency, simulated (bool), updated_on (date of the latest source, None where none says)
        and attribution (by language), wherever the frame goes.

    Raises
    ------
    DataError
        The project has no such indicator, no observation of it, or its source is to be pulled
        first.

    Examples
    --------
    >>> panel = load_panel(load_project("demande-unique"), "delai-traitement")
    >>> panel.attrs["unit"], panel.territory.nunique(), panel.period.nunique()
    ('days', 97, 66)
    """
    say = interface_language()
    indicators = project.tables["indicators"].set_index("indicator")
    if indicator not in indicators.index:
        known = ", ".join(indicators.index)
        raise DataError(say("error.no_indicator", indicator=indicator, known=known))
    described = indicators.loc[indicator]
    observations = _observations(project, indicator, described.source)
    if observations.empty:
        details = {"indicator": indicator, "source": described.source}
        raise DataError(say("error.no_observation", **details))
    roles = _roles(project.tables["deployments"], observations.territory)
    panel = observations.merge(roles[roles.role != "excluded"], on="territory")
    rhythm = _PERIODS[described.frequency]
    periods = pd.PeriodIndex(panel.period, freq=rhythm)
    panel.insert(2, "start", periods.start_time)
    panel["event_time"] = _event_time(periods, panel.adopted_on, rhythm)
    panel = Panel(panel.sort_values(["territory", "start"], ignore_index=True))
    register = load_sources()
    named = outcome_sources(described.source, indicator)
    sources = dict.fromkeys([*named, *sorted(set(panel.source))])
    updates = [register[source].updated_on for source in sources if register[source].updated_on]
    panel.attrs = {
        "project": project.id,
        "indicator": indicator,
        "label": {code: described[f"label_{code}"] for code in LANGUAGES},
        "unit": described.unit,
        "frequency": described.frequency,
        "simulated": project.facts.simulated or SIMULATION in set(panel.source),
        "updated_on": max(updates, default=None),
        "attribution": {
            code: [register[source].attribution[code] for source in sources] for code in LANGUAGES
        },
    }
    return panel


def sources_to_pull(project: Project, indicator: str) -> tuple[str, ...]:
    """Return the sources an indicator of a project is read from that are not in the cache yet."""
    source = project.tables["indicators"].set_index("indicator").source[indicator]
    if not _is_pulled_from(project, indicator, source):
        return ()
    return tuple(each for each in outcome_sources(source, indicator) if not is_pulled(each))


def _is_pulled_from(project: Project, indicator: str, source: str) -> bool:
    """Tell whether an indicator has no observation of the project's own, but a source's."""
    observations = project.tables["observations"]
    own = (observations.indicator == indicator).any()
    return not own and load_sources()[source].access == "pull"


def _refused(project: str, faults: list[Fault]) -> DataError:
    say = interface_language()
    listed = write_faults(without_repetition(faults), say)
    return DataError(f"{say('error.project_faults', project=project)}\n{listed}")


def _observations(project: Project, indicator: str, source: str) -> pd.DataFrame:
    """Return the project's own observations of an indicator, or those of the source it pulls."""
    own = project.tables["observations"]
    own = own[own.indicator == indicator]
    if _is_pulled_from(project, indicator, source):
        pulled = load_outcome(source, indicator)
        own = pulled.astype({"value": "Float64", "n": "Float64"})
        own["n"] = own.n.round().astype("Int64")
    return own.drop(columns="indicator")


def _roles(deployments: pd.DataFrame, territories: pd.Series) -> pd.DataFrame:
    """Return the role of each territory: its own, or else that of the région it lies in."""
    # A territory that took part twice counts from its first adoption.
    roles = deployments.sort_values("adopted_on", kind="stable").drop_duplicates("territory")
    roles = roles[["territory", "role", "adopted_on", "ended_on", "dose"]]
    regions = load_territories("DEP").set_index("code").region
    inside = pd.Series(territories.unique())
    parents = "REG-" + inside.str.removeprefix("DEP-").map(regions)
    inherited = pd.DataFrame({"territory": inside, "parent": parents}).merge(
        roles.rename(columns={"territory": "parent"}), on="parent"
    )
    inherited = inherited[~inherited.territory.isin(roles.territory)]
    return pd.concat([roles, inherited[roles.columns]], ignore_index=True)


def _event_time(periods: pd.PeriodIndex, adopted_on: pd.Series, rhythm: str) -> pd.Series:
    """Count periods since the one in which the territory adopted, which is 0."""
    adoption = adopted_on.dt.to_period(rhythm)
    known = adoption.notna()
    event_time = pd.Series(pd.NA, index=adopted_on.index, dtype="Int64")
    ordinals = adoption[known].map(lambda period: period.ordinal)
    event_time[known] = periods[known].asi8 - ordinals.to_numpy(dtype="int64")
    return event_time
