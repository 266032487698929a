"""Territories that resemble one another, by standardised distance on named covariates."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from toolkit.errors import ToolkitError
from toolkit.i18n import interface_language
from toolkit.records.population import describe_populations
from toolkit.records.reads import recorded
from toolkit.records.slices import read_slice
from toolkit.records.territories import Territory

# Skewed counts are compared on a logarithmic scale: 10,000 is to 20,000 as 1 million to 2 million.
_LOGGED = ("population", "n_communes", "epci_population")
_DIGITS = 3  # of a distance in standard deviations
# Two territories drawn at random: on each covariate √2 standard deviations apart (as a root mean
# square), whatever its distribution.
CHANCE = 2**0.5
_PARENT = {"REG": "region", "DEP": "department", "EPCI": "epci"}


@recorded
@cache
def load_covariates(level: str) -> pd.DataFrame:
    """Load what the territories of a level are compared on.

    Returns
    -------
    DataFrame
        Indexed by code, with name and the covariates: population (inhabitants, last verified
        census year), yearly_growth (share a year, from the first census year); for régions,
        départements and EPCI n_communes and largest_share (share of the inhabitants who live in
        the most populous commune); for communes epci_population (inhabitants).

    Examples
    --------
    >>> load_covariates("DEP").columns.tolist()
    ['name', 'population', 'yearly_growth', 'n_communes', 'largest_share']
    """
    places = describe_populations(level).set_index("code")
    frame = places[["name", "last", "yearly"]].set_axis(
        ["name", "population", "yearly_growth"], axis="columns"
    )
    if level == "COM":
        epci = describe_populations("EPCI").set_index("code")["last"]
        return frame.assign(epci_population=places.epci.map(epci))
    communes = _inhabitants(int(places.last_year.iloc[0])).groupby(_PARENT[level])["population"]
    return frame.assign(
        n_communes=communes.size().astype(float),
        largest_share=communes.max() / communes.sum(),
    )


def _inhabitants(year: int) -> pd.DataFrame:
    """Return the communes' inhabitants in one year, with their parents: no other year is read."""
    filters = [("level", "==", "COM"), ("year", "==", year)]
    communes = read_slice("population", filters, ["code", "population"])
    places = read_slice("territories", [("level", "==", "COM")], ["code", *_PARENT.values()])
    return places.merge(communes.astype({"population": "float64"}), on="code")


@recorded
def similar_territories(
    territory: Territory, *, covariates: Sequence[str] | None = None, n: int = 5
) -> pd.DataFrame:
    """Return the territories of the same level nearest to this one.

    The distance is the root mean square of the differences, each in standard deviations of the
    level: 0.5 reads "half a standard deviation apart, on average". Covariates count alike.
    Population and counts are compared as logarithms. Resemblance on these covariates does not
    make two territories comparable for an evaluation: that takes the outcome's own past.

    Parameters
    ----------
    covariates : sequence of str, optional
        Columns of `load_covariates`; all of the level's by default.
    n : int
        How many to return.

    Returns
    -------
    DataFrame, shape (n + 1, 3 + n_covariates)
        Columns code, name, distance (to three decimals) and the covariates in their own units;
        the territory itself comes first, at distance 0. Empty when one of its own covariates is
        not known; territories with an unknown covariate are left out.

    Raises
    ------
    ToolkitError
        A covariate does not exist at this level, the territory is the whole country, or n < 1.

    Examples
    --------
    >>> from toolkit import load_territory
    >>> similar_territories(load_territory("DEP-23"), n=2).name.tolist()
    ['Creuse', 'Nièvre', 'Haute-Marne']
    """
    say = interface_language()
    if territory.level == "FR":
        raise ToolkitError(say("error.nothing_like_france"))
    if n < 1:
        raise ToolkitError(say("error.too_few_similar", n=n))
    frame = load_covariates(territory.level)
    known = list(frame.columns.drop("name"))
    chosen = known if covariates is None else list(covariates)
    unknown = [name for name in chosen if name not in known]
    if unknown or not chosen:
        seen = ", ".join(unknown) or "[]"
        raise ToolkitError(say("error.unknown_covariate", seen=seen, known=", ".join(known)))
    distance = _distances(frame[chosen], territory.code).sort_index()
    # A stable sort on sorted codes: ties always come out in the same order.
    nearest = distance.drop(territory.code, errors="ignore").sort_values(kind="stable").head(n)
    codes = [territory.code, *nearest.index] if territory.code in distance else []
    # Rounded: a change elsewhere in the country that nobody could see makes no report anew.
    shown = distance.reindex(codes).round(_DIGITS)
    found = frame.loc[codes].assign(distance=shown).reset_index(names="code")
    return found[["code", "name", "distance", *chosen]]


def _distances(frame: pd.DataFrame, code: str) -> pd.Series:
    """Return each territory's root mean square standardised difference from one of them."""
    values = frame.copy()
    for name in values.columns.intersection(_LOGGED):
        values[name] = np.log(values[name].where(values[name] > 0))
    values = values.dropna()
    if code not in values.index:
        return pd.Series(dtype=float)
    standard = (values - values.mean()) / values.std(ddof=0)
    return np.sqrt(((standard - standard.loc[code]) ** 2).mean(axis="columns"))
