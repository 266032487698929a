"""The territories and periods a protocol names, as the panel its design reads."""

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from toolkit.designs.comparison import Comparison, choose_comparison
from toolkit.errors import DesignError
from toolkit.estimate import LOG_UNIT
from toolkit.i18n import interface_language
from toolkit.records.population import describe_populations
from toolkit.records.portfolio import Project, load_panel, load_project
from toolkit.records.recipe import PER_YEAR, date_ordinal, period_label
from toolkit.records.territories import load_territories, load_territory, neighbours
from toolkit.study.protocol import Protocol


@dataclass(frozen=True)
class Sample:
    """What a study rests on.

    Attributes
    ----------
    panel : DataFrame
        One row a territory and period, sorted: territory (id), period (text), value (float, in
        `unit`; missing where secret or not available), n (float), status, adoption (period, missing
        for a comparison), and, where the protocol asks for them, size (float, positive) and
        cluster (text).
    unit : str
        Of the value: code of the vocabulary "unit".
    direction : str
        "increase" or "decrease": what the project hopes for.
    neighbours : tuple of str
        Comparison territories that border a treated one, kept in or out as the protocol says.
    later : tuple of str
        Territories that adopt after the last period read: they stand as comparison.
    censored : int
        Observations known only to be at most the limit of publication.
    frequency : str
        "year", "quarter" or "month".
    matched : Comparison or None
        How the comparison was chosen, where the protocol asks for the nearest territories.
    simulated : bool
    updated_on : date or None
        Latest update of the sources; None where none says.
    attribution : dict of str to tuple of str
        By language.
    """

    panel: pd.DataFrame
    unit: str
    direction: str
    neighbours: tuple[str, ...]
    later: tuple[str, ...]
    censored: int
    frequency: str
    matched: Comparison | None
    simulated: bool
    updated_on: date | None
    attribution: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def treated(self) -> tuple[str, ...]:
        """Names of the treated territories, sorted."""
        known = self.panel[self.panel.adoption.notna()]
        return tuple(sorted(known.territory.unique()))

    @property
    def comparison(self) -> tuple[str, ...]:
        """Names of the comparison territories, sorted."""
        rest = self.panel[self.panel.adoption.isna()]
        return tuple(sorted(rest.territory.unique()))

    @property
    def periods_a_year(self) -> int:
        """How many periods of the panel make a year."""
        return PER_YEAR[self.frequency]

    def without(self, territories: tuple[str, ...]) -> "Sample":
        """Return the sample without some territories."""
        kept = self.panel[~self.panel.territory.isin(territories)].reset_index(drop=True)
        return replace(self, panel=kept)


def study_sample(protocol: Protocol, *, project: Project | None = None) -> Sample:
    """Load what a protocol names.

    Parameters
    ----------
    protocol : Protocol
    project : Project, optional
        Its project, where it was loaded before.

    Raises
    ------
    DataError
        The project has faults, or the source of its outcome is to be pulled first.
    DesignError
        No observation lies in the periods; a named territory has none in them; or a logarithm is
        asked of values that are not positive. All of them are in the message.
    """
    project = project or load_project(protocol.project)
    panel = load_panel(project, protocol.indicator)
    attributes = panel.attrs
    direction = project.tables["indicators"].set_index("indicator").direction[protocol.indicator]
    inside = panel.period.between(protocol.periods.first, protocol.periods.last)
    if not inside.any():
        known = {"first": panel.period.min(), "last": panel.period.max()}
        raise DesignError(interface_language()("error.sample.no_period", **known))
    panel = panel[inside].reset_index(drop=True)
    panel["adoption"] = _adoption(panel, attributes["frequency"])
    panel = panel[_on_a_side(protocol, panel)].reset_index(drop=True)
    _check_named(protocol, panel)
    later = panel.adoption.notna() & (panel.adoption > protocol.periods.last)
    frame = pd.DataFrame(
        {
            "territory": panel.territory.astype(object),
            "period": panel.period.astype(object),
            "value": panel.value.to_numpy("float64", na_value=np.nan),
            "n": panel.n.to_numpy("float64", na_value=np.nan),
            "status": panel.status.astype(object),
            "adoption": panel.adoption.where(~later).astype(object),
        }
    )
    if protocol.scale == "log":
        frame["value"] = _logarithm(frame)
    beside = _beside(frame)
    matched = None
    if protocol.comparison.rule == "nearest":
        matched = _nearest(frame, protocol, beside if protocol.exclude_neighbours else ())
        kept = frame.adoption.notna() | frame.territory.isin(matched.territories)
        frame = frame[kept].reset_index(drop=True)
        beside = tuple(name for name in beside if name in matched.territories)
    sample = Sample(
        panel=_with_sizes(frame, protocol),
        unit=LOG_UNIT if protocol.scale == "log" else attributes["unit"],
        direction=direction,
        neighbours=beside,
        later=tuple(sorted(panel.territory[later].unique())),
        censored=int((frame.status == "censored").sum()),
        frequency=attributes["frequency"],
        matched=matched,
        simulated=attributes["simulated"],
        updated_on=attributes["updated_on"],
        attribution={code: tuple(texts) for code, texts in attributes["attribution"].items()},
    )
    return sample.without(sample.neighbours) if protocol.exclude_neighbours else sample


def _adoption(panel: pd.DataFrame, frequency: str) -> pd.Series:
    """Return the first period of the panel in which each territory had adopted.

    Surveys skip years: the period of the adoption itself may not be one of the panel's. It is kept
    where the panel ends before.
    """
    periods = sorted(panel.period.unique())

    def first_seen(day) -> str:
        written = period_label(date_ordinal(day, frequency), frequency)
        return next((period for period in periods if period >= written), written)

    return panel.adopted_on.dropna().map(first_seen).astype(object).reindex(panel.index)


def _on_a_side(protocol: Protocol, panel: pd.DataFrame) -> pd.Series:
    """Tell which rows belong to the treated or to the comparison."""
    sides = []
    for role, side in (("treated", protocol.treated), ("comparison", protocol.comparison)):
        has_role = panel.role == role
        listed = panel.territory.isin(side.territories)
        sides.append(has_role & listed if side.rule == "listed" else has_role)
    return sides[0] | sides[1]


def _check_named(protocol: Protocol, panel: pd.DataFrame) -> None:
    named = {*protocol.treated.territories, *protocol.comparison.territories}
    absent = sorted(named - set(panel.territory))
    if absent:
        say = interface_language()
        raise DesignError(say("error.sample.absent", rows=", ".join(absent)))


def _logarithm(frame: pd.DataFrame) -> pd.Series:
    wrong = frame[frame.value <= 0]
    if len(wrong):
        rows = ", ".join(f"{row.territory} {row.period}" for row in wrong.head(5).itertuples())
        raise DesignError(interface_language()("error.sample.log", n=len(wrong), rows=rows))
    return np.log(frame.value)


def _nearest(frame: pd.DataFrame, protocol: Protocol, exclude: tuple[str, ...]) -> Comparison:
    """Choose by what was observed before the first adoption, and nothing else.

    Periods are put together by year, so that a secret month leaves nobody out.
    """
    before = frame[frame.period < frame.adoption.dropna().min()]
    yearly = before.assign(period=before.period.str[:4]).groupby(["territory", "period"]).value
    return choose_comparison(
        yearly.mean().reset_index(),
        outcome="value",
        treated=sorted(frame.territory[frame.adoption.notna()].unique()),
        n_per_treated=protocol.comparison.per_treated,
        exclude=[name for name in exclude if name in set(before.territory)],
    )


def _with_sizes(frame: pd.DataFrame, protocol: Protocol) -> pd.DataFrame:
    """Add what the noise of a territory depends on, and what was assigned together."""
    levels = sorted(frame.territory.str.partition("-")[0].unique())
    if protocol.sizes == "n":
        frame = frame.assign(size=frame.groupby("territory").n.transform("mean"))
    elif protocol.sizes == "population":
        described = pd.concat([describe_populations(level) for level in levels])
        ids = described.level + "-" + described.code
        inhabitants = pd.Series(described["last"].to_numpy("float64"), index=ids)
        frame = frame.assign(size=frame.territory.map(inhabitants))
    if protocol.clusters != "none":
        places = pd.concat([load_territories(level) for level in levels])
        regions = pd.Series(("REG-" + places.region).to_numpy(), places.level + "-" + places.code)
        frame = frame.assign(cluster=frame.territory.map(regions))
    if protocol.clusters == "region_and_date":
        frame["cluster"] += frame.adoption.map(" {}".format, na_action="ignore").fillna("")
    return frame


def _beside(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the comparison territories that border a treated one; none where it is not known."""
    treated = frame.territory[frame.adoption.notna()].unique()
    borders = set()
    for place in map(load_territory, treated):
        if place.level in ("DEP", "REG"):
            found = neighbours(place)
            borders |= set(found.level + "-" + found.code)
    return tuple(sorted(borders & set(frame.territory) - set(treated)))
