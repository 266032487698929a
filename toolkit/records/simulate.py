"""Outcomes simulated on real territories, with an effect that is known.

A value is the sum of the territory's level, what all territories share (drift, season, shocks),
the territory's own noise (serially correlated, larger where fewer people live), the violation of
parallel trends and the effect. It is then kept within bounds, rounded, and published as a
statistical office would: some cells missing, small counts secret, the last periods provisional.

Each indicator of each territory draws from its own stream of random numbers: adding an indicator
or a territory changes no other.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from toolkit.errors import DataError
from toolkit.i18n import interface_language
from toolkit.records.faults import without_repetition, write_faults
from toolkit.records.projects import RECIPE
from toolkit.records.recipe import (
    PER_YEAR,
    IndicatorRecipe,
    Recipe,
    date_ordinal,
    period_label,
    period_ordinal,
    populations,
    read_recipe,
    recipe_faults,
)
from toolkit.records.schemas import load_schema
from toolkit.records.tables import read_table
from toolkit.records.territories import load_adjacency
from toolkit.records.toml_model import parse_toml


@dataclass(frozen=True)
class SimulatedPanel:
    """One indicator before and after publication.

    Attributes
    ----------
    recipe : IndicatorRecipe
    indicator : Series
        Its row of indicators.csv, named by its id.
    territories : list of str
    ordinals : array of int, shape (n_periods,)
    adoptions : array of float, shape (n_territories,)
        Ordinal of the period of adoption, NaN for the untreated.
    outcomes : array of float, shape (n_territories, n_periods)
        In the indicator's unit, within bounds, neither rounded nor hidden.
    effects : array of the same shape and unit
        What the project added to each outcome; spillovers are not in it.
    counts, status : arrays of int and str, of the same shape
    """

    recipe: IndicatorRecipe
    indicator: pd.Series
    territories: list[str]
    ordinals: np.ndarray
    adoptions: np.ndarray
    outcomes: np.ndarray
    effects: np.ndarray
    counts: np.ndarray
    status: np.ndarray


def simulate_observations(
    recipe: dict, deployments: pd.DataFrame, indicators: pd.DataFrame
) -> pd.DataFrame:
    """Simulate the observations of a project.

    Parameters
    ----------
    recipe : dict
        Content of a simulation.toml; see `toolkit.records.recipe`.
    deployments, indicators : DataFrame
        As their schemas say. All territories are simulated, the excluded ones too; a site is under
        the effect from the period that holds its adopted_on. The threshold of secrecy (min_count)
        and of censoring (censored_below) are those of the indicator.

    Returns
    -------
    DataFrame
        Columns of the schema of observations, by indicator, territory and period. The count of a
        secret or missing cell is hidden with its value; a censored value is the threshold.

    Raises
    ------
    DataError
        The recipe does not hold, alone or beside the tables (all faults in one message).
    """
    panels = _panels(recipe, deployments, indicators)
    return pd.concat([_published(panel) for panel in panels], ignore_index=True)


def simulate_project(project_dir: Path) -> Path:
    """Write the observations.csv of a project from its recipe, the same bytes every time.

    Raises
    ------
    DataError
        As `simulate_observations`; or a file cannot be read.
    """
    recipe, deployments, indicators = _load(project_dir)
    try:
        frame = simulate_observations(recipe, deployments, indicators)
    except DataError as error:
        raise _at(project_dir, str(error)) from error
    digits = {name: entry.digits for name, entry in read_recipe(recipe).indicators.items()}
    frame["value"] = [
        "" if pd.isna(value) else f"{value:.{digits[name]}f}"
        for name, value in zip(frame.indicator, frame.value, strict=True)
    ]
    path = project_dir / "observations.csv"
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    frame.to_csv(temporary, index=False, encoding="utf-8", lineterminator="\n")
    return temporary.replace(path)


def true_effects(project_dir: Path) -> pd.DataFrame:
    """Return the effect that was put into a project's simulated observations.

    Returns
    -------
    DataFrame
        One row an indicator and treated territory: indicator, territory, adoption (period),
        n_periods (periods from adoption on with a value), effect (its mean over them, in the
        indicator's unit, after bounds; missing without such a period), and the design of what
        breaks a comparison: trend_before, trend_after (a year) and spillover (share).
        The average effect on the treated weighs territories by n_periods, or equally, as the
        estimand has it.
    """
    recipe, deployments, indicators = _load(project_dir)
    try:
        panels = _panels(recipe, deployments, indicators)
    except DataError as error:
        raise _at(project_dir, str(error)) from error
    return pd.DataFrame([record for panel in panels for record in _truths(panel)])


def _load(project_dir: Path) -> tuple[dict, pd.DataFrame, pd.DataFrame]:
    """Read a recipe and the two tables it is meant for."""
    tables = [
        read_table(project_dir / f"{name}.csv", load_schema(name), f"{name}.csv")
        for name in ("deployments", "indicators")
    ]
    faults = [fault for table in tables for fault in table.faults]
    _, recipe, broken = parse_toml(project_dir / RECIPE, RECIPE)
    if broken is not None:
        faults.append(broken)
    if faults:
        raise _at(project_dir, write_faults(faults, interface_language()))
    return recipe, tables[0].frame(), tables[1].frame()


def _at(project_dir: Path, faults: str) -> DataError:
    say = interface_language()
    return DataError(say("error.recipe", project=project_dir.resolve().name) + "\n" + faults)


def _panels(
    content: dict, deployments: pd.DataFrame, indicators: pd.DataFrame
) -> list[SimulatedPanel]:
    """Check a recipe and simulate each of its indicators."""
    deployments = deployments.reset_index(drop=True)
    deployments = deployments.assign(adopted_on=pd.to_datetime(deployments.adopted_on))
    faults = recipe_faults(content, deployments, indicators)
    if faults:
        raise DataError(write_faults(without_repetition(faults), interface_language()))
    recipe, rows = read_recipe(content), indicators.set_index("indicator")
    return [_panel(recipe, rows.loc[name], deployments) for name in recipe.indicators]


def _stream(seed: int, indicator: str, territory: str) -> np.random.Generator:
    """Return the random numbers of one indicator of one territory ("" for what all share)."""
    digest = hashlib.sha256(f"{indicator}\n{territory}".encode()).digest()
    return np.random.default_rng([seed, *np.frombuffer(digest, dtype="<u4")])


def _panel(recipe: Recipe, indicator: pd.Series, deployments: pd.DataFrame) -> SimulatedPanel:
    """Simulate one indicator."""
    name, frequency = indicator.name, indicator.frequency
    entry, per_year = recipe.indicators[name], PER_YEAR[indicator.frequency]
    first, last = (period_ordinal(period, frequency) for period in (entry.first, entry.last))
    ordinals = np.arange(first, last + 1)
    ids = deployments.territory.tolist()
    size = np.array([populations(i.partition("-")[0], recipe.population_year)[i] for i in ids])
    level, noise, counts, lost = _draws(recipe.seed, name, entry, ids, size, len(ordinals))
    shocks = entry.shock_sd * _stream(recipe.seed, name, "").standard_normal(len(ordinals))

    days = deployments.adopted_on.where(deployments.role == "treated")
    adoptions = np.array([np.nan if pd.isna(d) else date_ordinal(d, frequency) for d in days])
    dose = deployments.dose.astype(float).to_numpy() if entry.effect_per_dose else np.ones(len(ids))
    effects = _effects(entry, ordinals, adoptions, dose)
    without = level[:, None] + noise + shocks + _common(entry, ordinals, per_year)
    without += _violation(entry, ordinals, adoptions, per_year)
    without += _spillovers(entry.spillover, ids, ~np.isnan(adoptions), effects)
    outcomes = _bounded(entry, without + effects)
    effects = outcomes - _bounded(entry, without)
    status = _status(entry, indicator, np.round(outcomes, entry.digits), counts, lost)
    return SimulatedPanel(
        entry, indicator, ids, ordinals, adoptions, outcomes, effects, counts, status
    )


def _draws(
    seed: int, name: str, entry: IndicatorRecipe, ids: list[str], size: np.ndarray, length: int
) -> tuple[np.ndarray, ...]:
    """Draw levels, noise, counts and missing cells, each territory from its own stream."""
    level = np.empty(len(ids))
    noise, lost = np.empty((2, len(ids), length))
    counts = np.empty((len(ids), length), dtype=int)
    for i, territory in enumerate(ids):
        rng = _stream(seed, name, territory)
        level[i] = entry.mean + entry.territory_sd * rng.standard_normal()
        noise[i] = rng.standard_normal(length)
        counts[i] = rng.poisson(entry.n_per_1000 * size[i] / 1000, length)
        lost[i] = rng.random(length)
    for t in range(1, length):
        noise[:, t] = entry.rho * noise[:, t - 1] + np.sqrt(1 - entry.rho**2) * noise[:, t]
    noise *= np.sqrt(entry.noise_fixed + entry.noise_small / (size / 1000))[:, None]
    return level, noise, counts, lost < entry.missing


def _common(entry: IndicatorRecipe, ordinals: np.ndarray, per_year: int) -> np.ndarray:
    """Return what every territory shares: drift and season, shape (n_periods,)."""
    season = np.array(entry.season)[ordinals % per_year] if entry.season else 0.0
    return entry.drift * (ordinals - ordinals[0]) / per_year + season


def _effects(
    entry: IndicatorRecipe, ordinals: np.ndarray, adoptions: np.ndarray, dose: np.ndarray
) -> np.ndarray:
    """Return the effect on each treated territory, growing to its full size; 0 elsewhere."""
    steps = np.nan_to_num(ordinals - adoptions[:, None] + 1, nan=0.0)
    return entry.effect * np.nan_to_num(dose)[:, None] * np.clip(steps / entry.effect_ramp, 0, 1)


def _violation(
    entry: IndicatorRecipe, ordinals: np.ndarray, adoptions: np.ndarray, per_year: int
) -> np.ndarray:
    """Return the slope of the treated territories alone, before and after adoption."""
    before = np.minimum(ordinals, adoptions[:, None]) - ordinals[0]
    after = np.maximum(ordinals - adoptions[:, None], 0)
    slopes = entry.trend_before * before + entry.trend_after * after
    return np.nan_to_num(slopes / per_year, nan=0.0)


def _spillovers(
    share: float, ids: list[str], treated: np.ndarray, effects: np.ndarray
) -> np.ndarray:
    """Return what the untreated neighbours of treated départements receive."""
    received = np.zeros_like(effects)
    if share:
        pairs = load_adjacency()
        borders = set(zip("DEP-" + pairs.a, "DEP-" + pairs.b, strict=True))
        for i in np.flatnonzero(~treated):
            beside = [
                j
                for j in np.flatnonzero(treated)
                if (ids[i], ids[j]) in borders or (ids[j], ids[i]) in borders
            ]
            if beside:
                largest = np.abs(effects[beside]).argmax(axis=0)
                received[i] = share * effects[beside][largest, np.arange(effects.shape[1])]
    return received


def _bounded(entry: IndicatorRecipe, values: np.ndarray) -> np.ndarray:
    low = -np.inf if entry.minimum is None else entry.minimum
    return np.clip(values, low, np.inf if entry.maximum is None else entry.maximum)


def _status(
    entry: IndicatorRecipe,
    indicator: pd.Series,
    values: np.ndarray,
    counts: np.ndarray,
    lost: np.ndarray,
) -> np.ndarray:
    """Say how each cell is published; a later rule prevails over an earlier one."""
    status = np.full(values.shape, "ok", dtype="U11")
    if entry.provisional:
        status[:, -entry.provisional :] = "provisional"
    if not pd.isna(indicator.censored_below):
        status[values < float(indicator.censored_below)] = "censored"
    if not pd.isna(indicator.min_count):
        status[counts < int(indicator.min_count)] = "secret"
    status[lost] = "nd"
    return status


def _published(panel: SimulatedPanel) -> pd.DataFrame:
    """Lay a panel out as rows of observations."""
    status = panel.status.ravel()
    hidden = np.isin(status, ["secret", "nd"])
    shown = np.round(panel.outcomes.ravel(), panel.recipe.digits) + 0.0  # no negative zero
    if (status == "censored").any():
        shown[status == "censored"] = float(panel.indicator.censored_below)
    labels = [period_label(ordinal, panel.indicator.frequency) for ordinal in panel.ordinals]
    return pd.DataFrame(
        {
            "territory": np.repeat(panel.territories, len(labels)),
            "indicator": panel.indicator.name,
            "period": np.tile(labels, len(panel.territories)),
            "value": np.where(hidden, np.nan, shown),
            "n": pd.Series(panel.counts.ravel(), dtype="Int64").mask(hidden),
            "status": status,
            "source": panel.indicator.source,
        }
    )


def _truths(panel: SimulatedPanel) -> Iterator[dict]:
    """Give the true effect on each treated territory, over the periods that can show it."""
    seen = ~np.isin(panel.status, ["secret", "nd"])
    for i in np.flatnonzero(~np.isnan(panel.adoptions)):
        after = seen[i] & (panel.ordinals >= panel.adoptions[i])
        yield {
            "indicator": panel.indicator.name,
            "territory": panel.territories[i],
            "adoption": period_label(panel.adoptions[i], panel.indicator.frequency),
            "n_periods": int(after.sum()),
            "effect": panel.effects[i][after].mean() if after.any() else np.nan,
            "trend_before": panel.recipe.trend_before,
            "trend_after": panel.recipe.trend_after,
            "spillover": panel.recipe.spillover,
        }
