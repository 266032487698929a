"""What a protocol asks beside its estimate: other choices, other outcomes, parts of the treated."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from toolkit.designs.did import difference_in_differences, long_form, mean_changes
from toolkit.designs.multiple_outcomes import romano_wolf
from toolkit.designs.panel import one_adoption, panel_matrix
from toolkit.designs.specification_curve import (
    Specification,
    SpecificationCurve,
    specification_curve,
)
from toolkit.errors import DesignError
from toolkit.estimate import Estimate
from toolkit.i18n import interface_language
from toolkit.records.portfolio import Project, load_project
from toolkit.records.territories import LEVELS, load_territory, members
from toolkit.records.toml_model import Text
from toolkit.study.protocol import Outcome, Periods, Protocol, Subgroup
from toolkit.study.sample import Sample, study_sample

_COLUMNS = {
    "outcome": "value", "territory": "territory", "period": "period", "adoption": "adoption",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Part:
    """The effect on some of the treated, on the others, and whether the two differ.

    `apart` is the effect of the former less that of the latter, by who else among the treated could
    have made the group; None where adoption is staggered, or nobody is left on a side.
    """

    name: Text
    inside: Estimate
    others: Estimate | None
    apart: Estimate | None


@dataclass(frozen=True, eq=False)
class Robustness:
    """What stands beside the estimate, as planned.

    Attributes
    ----------
    curve : SpecificationCurve or None
        The first specification is the protocol's own.
    choices : DataFrame, shape (n_specifications, n_choices)
        The option taken of each choice that has several: first, last, transition, without.
    outcomes : DataFrame or None
        One row an outcome, the study's own first: indicator, unit, value, p, p_adjusted.
    n_outcomes : int
        Territories in which all outcomes are known.
    parts : tuple of Part
    unmatched : Estimate or None
        On all comparison territories, where the nearest were chosen.
    """

    curve: SpecificationCurve | None
    choices: pd.DataFrame
    outcomes: pd.DataFrame | None
    n_outcomes: int
    parts: tuple[Part, ...]
    unmatched: Estimate | None


def robustness(protocol: Protocol, sample: Sample, design: Callable[..., Estimate]) -> Robustness:
    """Estimate what a protocol declares beside its own estimate.

    Parameters
    ----------
    design : callable
        The study's own: from a panel and ``outcome=`` to an `Estimate`.

    Raises
    ------
    DesignError
        A subgroup names who is not treated; or what is declared cannot be identified.
    """
    choices = _choices(protocol)
    project = load_project(protocol.project)
    curve = _curve(protocol, sample, project, choices) if len(choices) > 1 else None
    samples = [_sample_of(outcome, protocol, project) for outcome in protocol.outcomes]
    changes = _all_changes(protocol, sample, samples) if samples else None
    parts = [_part(subgroup, protocol, sample, design) for subgroup in protocol.subgroups]
    return Robustness(
        curve=curve,
        choices=choices.loc[:, (choices != choices.iloc[0]).any()],
        outcomes=None if changes is None else _outcomes(protocol, sample, samples, changes),
        n_outcomes=0 if changes is None else len(changes),
        parts=tuple(parts),
        unmatched=_unmatched(protocol, project, design) if sample.matched is not None else None,
    )


def _choices(protocol: Protocol) -> pd.DataFrame:
    """Return every combination of the declared options, the protocol's own first."""
    planned = protocol.specifications
    options = {
        "first": [protocol.periods.first, *planned.first],
        "last": [protocol.periods.last, *planned.last],
        "transition": [0, *planned.transition],
        "without": ["", *planned.without],
    }
    unique = [dict.fromkeys(each) for each in options.values()]
    return pd.DataFrame(list(product(*unique)), columns=list(options))


def _curve(
    protocol: Protocol, sample: Sample, project: Project, choices: pd.DataFrame
) -> SpecificationCurve:
    wide = Periods(first=choices["first"].min(), last=choices["last"].max())
    panel = study_sample(protocol.model_copy(update={"periods": wide}), project=project).panel
    panel = panel[panel.territory.isin(sample.panel.territory)].reset_index(drop=True)
    # A period left out after the start keeps its rows, without values: adoption stays where it is.
    outcomes = {n: _after_transition(panel, n) for n in choices.transition.unique()}
    panel = panel.assign(**{f"value {n}": values for n, values in outcomes.items()})
    rows = {f"specification {row.Index}": _rows(panel, row) for row in choices.itertuples()}
    specifications = [
        Specification(name, {"outcome": f"value {transition}"}, name)
        for name, transition in zip(rows, choices.transition, strict=True)
    ]
    return specification_curve(
        panel.assign(**rows),
        specifications,
        size="size" if "size" in panel else None,
        cluster="cluster" if "cluster" in panel else None,
        inference=protocol.inference,
        unit=sample.unit,
        level=protocol.thresholds.level,
        seed=protocol.seed,
    )


def _after_transition(panel: pd.DataFrame, n: int) -> pd.Series:
    periods = sorted(panel.period.unique())
    start = periods.index(panel.adoption.dropna().iloc[0])
    return panel["value"].mask(panel.period.isin(periods[start : start + n]))


def _rows(panel: pd.DataFrame, choice) -> np.ndarray:
    """Tell which rows a combination of options reads."""
    inside = panel.period.between(choice.first, choice.last)
    return (inside & ~panel.territory.isin(_within(choice.without))).to_numpy()


def _within(territory: str) -> list[str]:
    """Return a territory and all that lie in it; none for ""."""
    if not territory:
        return []
    place = load_territory(territory)
    inside = [members(place, level) for level in LEVELS]
    return [place.id, *(f"{row.level}-{row.code}" for part in inside for row in part.itertuples())]


def _changes(sample: Sample) -> pd.Series:
    """Return the mean change of each territory from before adoption to after."""
    matrix = panel_matrix(sample.panel, **_COLUMNS)
    long = long_form(sample.panel, *_COLUMNS.values(), ())
    return pd.Series(mean_changes(long, matrix, (), one_adoption(matrix)), matrix.territories)


def _all_changes(protocol: Protocol, sample: Sample, samples: list[Sample]) -> pd.DataFrame:
    """Return the change of every outcome in the territories where all are known."""
    columns = {protocol.indicator: _changes(sample)}
    for outcome, its_sample in zip(protocol.outcomes, samples, strict=True):
        columns[outcome.indicator] = _changes(its_sample)
    changes = pd.DataFrame(columns).dropna()
    return changes[changes.index.isin(sample.panel.territory)]


def _sample_of(outcome: Outcome, protocol: Protocol, project: Project) -> Sample:
    # Who is compared was settled by the study's own outcome.
    comparison = protocol.comparison
    if comparison.rule == "nearest":
        comparison = comparison.model_copy(update={"rule": "deployments"})
    changed = {
        "indicator": outcome.indicator,
        "periods": Periods(first=outcome.first, last=outcome.last),
        "comparison": comparison,
        "sizes": "none",
        "scale": "level",
    }
    return study_sample(protocol.model_copy(update=changed), project=project)


def _outcomes(
    protocol: Protocol, sample: Sample, samples: list[Sample], changes: pd.DataFrame
) -> pd.DataFrame:
    treated = changes.index.isin(sample.treated)
    tested = romano_wolf(changes, treated, seed=protocol.seed)
    units = [sample.unit, *(each.unit for each in samples)]
    return tested.reset_index(names="indicator").assign(unit=units)


def _part(subgroup: Subgroup, protocol: Protocol, sample: Sample, design: Callable) -> Part:
    inside = set(subgroup.territories)
    untreated = sorted(inside - set(sample.treated))
    if untreated:
        raise DesignError(
            interface_language()("error.subgroup.untreated", rows=", ".join(untreated))
        )
    others = set(sample.treated) - inside
    panel = sample.panel

    def effect_without(territories: set[str]) -> Estimate:
        return design(panel[~panel.territory.isin(territories)], outcome="value")

    return Part(
        name=subgroup.name,
        inside=effect_without(others),
        others=effect_without(inside) if others else None,
        apart=_apart(protocol, sample, others) if others else None,
    )


def _apart(protocol: Protocol, sample: Sample, others: set[str]) -> Estimate | None:
    """Compare the treated with each other: who of them is in the group is permuted."""
    panel = sample.panel
    treated = panel[panel.adoption.notna()]
    if (treated.adoption != treated.adoption.iloc[0]).any():
        return None
    grouped = treated.assign(adoption=treated.adoption.mask(treated.territory.isin(others)))
    settings = {"level": protocol.thresholds.level, "seed": protocol.seed, "unit": sample.unit}
    return difference_in_differences(
        grouped, outcome="value", inference="randomisation", **settings
    )


def _unmatched(protocol: Protocol, project: Project, design: Callable) -> Estimate:
    comparison = protocol.comparison.model_copy(update={"rule": "deployments"})
    changed = protocol.model_copy(update={"comparison": comparison})
    everyone = study_sample(changed, project=project)
    return design(everyone.panel, outcome="value")
