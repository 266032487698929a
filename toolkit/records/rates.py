"""Indicators that no source gives as such: a count of one over a population of another."""

from dataclasses import dataclass

import pandas as pd

from toolkit.records.observations import COLUMNS, KEY
from toolkit.records.pulled import load_pulled


@dataclass(frozen=True)
class Rate:
    """A count over a population, each named by its source and its indicator there.

    `later` years separate the population's date from the count's period: a count of 31 December
    2015 is set against the population of 1 January 2016, the nearest.
    """

    count: tuple[str, str]
    population: tuple[str, str]
    per: int
    later: int


RATES = {
    "apa-domicile-60": Rate(
        count=("drees-aide-sociale", "apa-domicile"),
        population=("insee-estimations-population", "population-60-plus"),
        per=1000,
        later=1,
    ),
}


def load_outcome(source: str, indicator: str) -> pd.DataFrame:
    """Load the observations of an indicator from the sources that are pulled.

    Returns
    -------
    DataFrame
        The columns of ``toolkit.records.observations``; of a rate, n is the population. It is
        missing ("nd") where either part is, and provisional or imputed where either part is.
    """
    if indicator not in RATES:
        table = load_pulled(source)
        return table[table.indicator == indicator].reset_index(drop=True)
    rate = RATES[indicator]
    count, population = (_series(*part) for part in (rate.count, rate.population))
    population = population.assign(period=(population.period.astype(int) - rate.later).astype(str))
    both = count.merge(population, on=["territory", "period"], suffixes=("", "_population"))
    worst = both[["status", "status_population"]].map(_ORDER.index).max(axis="columns")
    return both.assign(
        indicator=indicator,
        value=rate.per * both.value / both.value_population,
        n=both.value_population,
        status=worst.map(lambda rank: _ORDER[rank]),
    )[COLUMNS].sort_values(KEY, ignore_index=True)


def outcome_sources(source: str, indicator: str) -> tuple[str, ...]:
    """Return the ids of the sources an indicator rests on: its own, or a rate's two."""
    rate = RATES.get(indicator)
    return (source,) if rate is None else (rate.count[0], rate.population[0])


# From the surest to the least sure: a rate is as sure as its weaker part.
_ORDER = ("ok", "imputed", "provisional", "censored", "secret", "nd")


def _series(source: str, indicator: str) -> pd.DataFrame:
    table = load_pulled(source)
    return table[table.indicator == indicator]
