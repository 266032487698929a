"""The programme's seven qualities and seven principles, as indicators of one project.

What each code measures stands in docs/data-model.md. Every indicator is computed from the tables a
team fills, and carries what it rests on; one that cannot be computed says where to write what it
lacks. None is a mark: the programme set no threshold.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from toolkit.records.portfolio import Project

FRONT_LINE = "praticien"
ADOPTED = ("adopted", "generalised")


@dataclass(frozen=True)
class Measure:
    """One indicator of a quality or of a principle.

    Attributes
    ----------
    code : str
        "Q1" to "Q7" or "P1" to "P7".
    name : str
        Which indicator of the code (``measure.<code>.<name>`` in the catalogue).
    unit : str
        "count", "days", "percent" or "eur".
    value : float or None
        In `unit`; None where it cannot be computed.
    n : int
        How many things it rests on: cycles, artefacts, lines of cost...
    where : str
        The file and columns it is read from.
    evidence : dict
        Values of the sentence that says what it rests on: numbers, dates and codes.
    """

    code: str
    name: str
    unit: str
    value: float | None
    n: int
    where: str
    evidence: Mapping[str, object] = field(default_factory=dict)


def measure_qualities(project: Project) -> list[Measure]:
    """Compute the indicators of Q1 to Q7, then of P1 to P7, each code with one at least.

    Examples
    --------
    >>> from toolkit import load_project
    >>> [measure.code for measure in measure_qualities(load_project("demande-unique"))][:3]
    ['Q1', 'Q2', 'Q3']
    """
    return [measure for compute in _CODES for measure in compute(project)]


def artefacts_of_cycle(project: Project) -> pd.DataFrame:
    """Return each artefact version with the cycle it was made in, missing before the first."""
    cycles = project.tables["cycles"].groupby("cycle").started_on.min().sort_values()
    artefacts = project.tables["artefacts"]
    place = cycles.searchsorted(artefacts.made_on, side="right") - 1
    numbers = [cycles.index[i] if i >= 0 else pd.NA for i in place]
    return artefacts.assign(cycle=pd.array(numbers, dtype="Int64"))


def latest_versions(artefacts: pd.DataFrame) -> pd.DataFrame:
    """Return one row an artefact: its version made last."""
    return artefacts.sort_values("made_on", kind="stable").drop_duplicates("artefact", keep="last")


def _measure(code: str, name: str, unit: str, where: str, value, *, n: int, **evidence) -> Measure:
    """Return a measure; without anything to rest on, or a date, it has no value."""
    known = n > 0 and value is not None and pd.notna(value)
    return Measure(code, name, unit, float(value) if known else None, n, where, evidence)


def _share(part: float, whole: float) -> float | None:
    return 100 * part / whole if whole else None


def _q1(project: Project) -> list[Measure]:
    cycles = project.tables["cycles"].cycle.nunique()
    made = artefacts_of_cycle(project) if cycles else project.tables["artefacts"].assign(cycle=None)
    tested = made.dropna(subset="cycle").drop_duplicates(["cycle", "artefact"])
    value = len(tested) / cycles if cycles and len(made) else None
    where = "artefacts.csv, cycles.csv"
    return [_measure("Q1", "solutions", "count", where, value, n=cycles, solutions=len(tested))]


def _q2(project: Project) -> list[Measure]:
    cycles = project.tables["cycles"]
    acted = cycles[cycles.phase == "act"].started_on.min()
    return [
        _delay("Q2", "project.toml (signalled_on), cycles.csv", project.facts.signalled_on, acted)
    ]


def _q7(project: Project) -> list[Measure]:
    sites = project.tables["deployments"]
    served = sites[sites.role == "treated"].adopted_on.min()
    where = "project.toml (idea_on), deployments.csv"
    return [_delay("Q7", where, project.facts.idea_on, served)]


def _delay(code: str, where: str, first, then) -> Measure:
    if first is None or pd.isna(then):
        return _measure(code, "days", "days", where, None, n=0)
    days = (then.date() - first).days
    return _measure(code, "days", "days", where, days, n=1, first=first, then=then.date())


def _q3(project: Project) -> list[Measure]:
    role, where = project.facts.initiated_by, "project.toml (initiated_by)"
    value = None if role is None else 100 * (role == FRONT_LINE)
    return [
        _measure("Q3", "front_line", "percent", where, value, n=int(role is not None), role=role)
    ]


def _q4(project: Project) -> list[Measure]:
    spent = _lines(project, "actual")
    profiles = spent.profile.dropna()
    known = spent[spent.home_unit.notna() & spent.person_days.notna()]
    days = float(known.person_days.sum())
    outside = float(known.person_days[~known.home_unit.astype(bool)].sum())
    shared = {"outside": outside, "days": days}
    return [
        _measure(
            "Q4", "profiles", "count", "costs.csv (profile)",
            profiles.nunique(), n=len(profiles), lines=len(profiles),
        ),
        _measure(
            "Q4", "outside", "percent", "costs.csv (person_days, home_unit)",
            _share(outside, days), n=len(known), **shared,
        ),
    ]  # fmt: skip


def _q5(project: Project) -> list[Measure]:
    """Return the mean cost of a case where it is measured, before and after adoption.

    The costs of the project alone give no cost before it, nor the cases served: it must be an
    indicator in euros that says it measures Q5. Cells of too few cases to publish are left out.
    """
    indicators = project.tables["indicators"]
    in_euros = indicators[(indicators.unit == "eur") & _measuring(indicators, "Q5")]
    observed = project.tables["observations"].merge(
        in_euros[["indicator", "min_count"]], on="indicator"
    )
    sites = project.tables["deployments"]
    sites = sites[sites.role == "treated"][["territory", "adopted_on"]]
    shown = observed.n.isna() | ~(observed.n < observed.min_count.fillna(0))
    observed = observed[shown].dropna(subset="value").merge(sites, on="territory")
    # A year, a quarter or a month: its first day says on which side of adoption it begins.
    starts = pd.PeriodIndex(observed.period, freq="D").start_time if len(observed) else []
    after = observed.adopted_on <= pd.Series(starts, index=observed.index, dtype="datetime64[ns]")
    where = "indicators.csv (unit eur, measures Q5), observations.csv"
    return [
        _measure("Q5", name, "eur", where, part.value.mean(), n=len(part), cells=len(part))
        for name, part in (("before", observed[~after]), ("after", observed[after]))
    ]


def _q6(project: Project) -> list[Measure]:
    partners = project.tables["partners"]
    others = partners[partners.kind != "state"]
    where, seen = "partners.csv (kind)", {"others": len(others), "partners": len(partners)}
    return [
        _measure("Q6", "non_state", "percent", where, _share(len(others), len(partners)),
                 n=len(partners), **seen),
        _measure("Q6", "kinds", "count", where, others.kind.nunique(), n=len(partners),
                 kinds=tuple(sorted(others.kind.unique()))),
    ]  # fmt: skip


def _p1(project: Project) -> list[Measure]:
    latest = latest_versions(project.tables["artefacts"])
    adopted = int(latest.adoption.isin(ADOPTED).sum())
    partial = int((latest.adoption == "partial").sum())
    return [
        _measure(
            "P1", "adopted", "percent", "artefacts.csv (adoption)", _share(adopted, len(latest)),
            n=len(latest), adopted=adopted, partial=partial, artefacts=len(latest),
        )
    ]  # fmt: skip


def _p2(project: Project) -> list[Measure]:
    freedoms = project.tables["freedoms"]
    kinds = freedoms.kind.value_counts()
    first = freedoms.date.min().date() if len(freedoms) else None
    return [
        _measure(
            "P2", "freedoms", "count", "freedoms.csv", len(freedoms), n=len(freedoms),
            derogations=int(kinds.get("derogation", 0)), spaces=int(kinds.get("safe_space", 0)),
            first=first,
        )
    ]  # fmt: skip


def _p3(project: Project) -> list[Measure]:
    failures = project.tables["logbook"]
    failures = failures[failures.kind == "erreur"]
    learnt = int(failures.lesson.notna().sum())
    return [
        _measure(
            "P3", "lessons", "percent", "logbook.csv (kind erreur, lesson)",
            _share(learnt, len(failures)), n=len(failures), learnt=learnt, failures=len(failures),
        )
    ]  # fmt: skip


def _p4(project: Project) -> list[Measure]:
    artefacts = project.tables["artefacts"]
    # A version that takes up the project's own is not a reuse: the first ones say what was found.
    firsts = artefacts.sort_values("made_on", kind="stable").drop_duplicates("artefact")
    reused = int(firsts.reused_from.notna().sum())
    spent, foreseen = (_lines(project, plan).amount.dropna() for plan in ("actual", "planned"))
    actual, planned = float(spent.sum()), float(foreseen.sum())
    return [
        _measure("P4", "reused", "percent", "artefacts.csv (reused_from)",
                 _share(reused, len(firsts)), n=len(firsts), reused=reused, artefacts=len(firsts)),
        _measure("P4", "spent", "percent", "costs.csv (plan, amount)", _share(actual, planned),
                 n=min(len(spent), len(foreseen)), actual=actual, planned=planned),
    ]  # fmt: skip


def _p5(project: Project) -> list[Measure]:
    partners, artefacts = project.tables["partners"], project.tables["artefacts"]
    cycles = sorted(project.tables["cycles"].cycle.unique())
    present = [int((partners.cycle <= cycle).sum()) for cycle in cycles]
    mean = sum(present) / len(present) if present and len(partners) else None
    opened = int(artefacts.open.sum())
    return [
        _measure("P5", "partners", "count", "partners.csv (cycle), cycles.csv", mean, n=len(cycles),
                 present=tuple(present)),
        _measure("P5", "open", "percent", "artefacts.csv (open)", _share(opened, len(artefacts)),
                 n=len(artefacts), opened=opened, artefacts=len(artefacts)),
    ]  # fmt: skip


def _p6(project: Project) -> list[Measure]:
    field_lines = _lines(project, "actual")
    field_lines = field_lines[(field_lines.category == "terrain") & field_lines.person_days.notna()]
    sites = project.tables["deployments"]
    sites = sites[sites.role == "treated"]
    signed = int(sites.signed_off_on.notna().sum())
    # Not one date: nobody kept them, which does not say that nobody agreed.
    share = _share(signed, len(sites)) if signed else None
    return [
        _measure("P6", "field_days", "days", "costs.csv (category terrain, person_days)",
                 field_lines.person_days.sum(), n=len(field_lines), lines=len(field_lines)),
        _measure("P6", "signed", "percent", "deployments.csv (signed_off_on)",
                 share, n=len(sites), signed=signed, sites=len(sites)),
    ]  # fmt: skip


def _p7(project: Project) -> list[Measure]:
    indicators = project.tables["indicators"]
    outcomes = indicators[_measuring(indicators, "P7")]
    covered = {code for listed in outcomes.publics.dropna() for code in listed.split()}
    publics = project.facts.publics
    served = [code for code in publics if code in covered]
    return [
        _measure(
            "P7", "publics", "percent", "indicators.csv (publics, measures P7)",
            _share(len(served), len(publics)), n=len(publics), served=len(served),
            publics=tuple(publics), outcomes=len(outcomes),
        )
    ]  # fmt: skip


def _measuring(indicators: pd.DataFrame, code: str) -> pd.Series:
    """Tell which indicators say that they measure a quality or a principle."""
    return pd.Series(
        [pd.notna(codes) and code in codes.split() for codes in indicators.measures],
        index=indicators.index,
        dtype=bool,
    )


def _lines(project: Project, plan: str) -> pd.DataFrame:
    costs = project.tables["costs"]
    return costs[costs.plan == plan]


_CODES = (_q1, _q2, _q3, _q4, _q5, _q6, _q7, _p1, _p2, _p3, _p4, _p5, _p6, _p7)
