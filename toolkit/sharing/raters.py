"""Ratings as they may be shared: what pages show of them, and no way to whoever gave them.

The rules are those of the pages, applied to the table they are then made from. Roles of too few
raters become one, as many of the others with them as it takes for none to follow by subtraction.
Nobody can be followed from one criterion to another: pseudonyms are dealt out anew for each, in
the order of the scores. Between the two moments of a criterion they hold, since pages count who
moved up or down, but from one round to the next they do not. Everyone's scores, those of a role
that may be shown, agreement and changes stay what they were.
"""

from string import ascii_uppercase

import pandas as pd

from toolkit.designs.characterisation import withheld_roles
from toolkit.records.vocabulary import vocabulary_codes
from toolkit.study.criteria import OTHERS, last_ratings

UNSAID = "–"  # for what a score rests on: the words tell who wrote them
_UNIT = ["criterion", "moment", "round"]


def unlink_raters(ratings: pd.DataFrame, *, fewest: int, known: frozenset[str]) -> pd.DataFrame:
    """Return the ratings that may be shared of a project.

    Parameters
    ----------
    ratings : DataFrame, shape (n_ratings, 7)
        The columns of data/schemas/ratings.json.
    fewest : int
        Fewest raters of what is shown.
    known : frozenset of str
        Pseudonyms of people that stand elsewhere: no new one is like them.

    Returns
    -------
    DataFrame
        The same columns, sorted by what they hold. A moment of a criterion is left out whole where
        one of its rounds has too few raters, and the earlier one where too few came or went
        between the two: who did would then be told from the others.
    """
    ratings = _without_small(ratings, fewest)
    ratings = ratings.assign(role=_merged(ratings, fewest))
    ratings = _without_comings_and_goings(ratings, fewest)
    if ratings.empty:
        return ratings
    renamed = _renumbered(ratings).assign(evidence=UNSAID)
    taken = {name[0] for name in known}
    letter = next(c for c in reversed(ascii_uppercase) if c not in taken)
    rater = letter + renamed.number.map("{:02d}".format)
    order = ["criterion", "moment", "round", "role", "rater"]
    return renamed.assign(rater=rater)[list(ratings)].sort_values(order, ignore_index=True)


def _without_small(ratings: pd.DataFrame, fewest: int) -> pd.DataFrame:
    """Leave out the moments of which a round has too few raters."""
    keys = ["criterion", "moment"]
    n_raters = ratings.groupby(_UNIT)["rater"].transform("size")
    least = n_raters.groupby([ratings[key] for key in keys]).transform("min")
    return ratings[least >= fewest]


def _merged(ratings: pd.DataFrame, fewest: int) -> pd.Series:
    """Return the role of each rating, "other" for those that are withheld anywhere."""
    hidden: set[str] = set()
    for _, unit in ratings.groupby(_UNIT):
        hidden |= set(withheld_roles(unit.role.value_counts().to_dict(), fewest))
    return ratings.role.mask(ratings.role.isin(list(hidden)), OTHERS)


def _without_comings_and_goings(ratings: pd.DataFrame, fewest: int) -> pd.DataFrame:
    """Leave out the earlier moments of a criterion where too few raters share when they rated."""
    last = ratings.loc[last_ratings(ratings).index]
    when = last.groupby(["criterion", "role", "rater"]).moment.agg(lambda m: tuple(sorted(m)))
    alike = when.groupby([when.index.get_level_values(n) for n in ("criterion", "role")] + [when])
    smallest = alike.size().groupby("criterion").min()
    told = ratings.criterion.isin(smallest.index[smallest < fewest])
    position = ratings.moment.map(vocabulary_codes("moment").index)
    latest = position == position.groupby(ratings.criterion).transform("max")
    return ratings[~told | latest]


def _renumbered(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return the ratings with a `number` for each rater of a criterion, by the order of scores."""
    rounds = ratings["round"].where(~ratings.index.isin(last_ratings(ratings).index), 0)
    numbers = pd.Series(0, index=ratings.index)
    # The last rounds of both moments together; every other round by itself.
    part = [rounds, ratings.moment.where(rounds > 0, "")]
    for _, rows in ratings.groupby([ratings.criterion, ratings.role, *part]):
        scores = rows.pivot(index="rater", columns="moment", values="score")
        # By scores alone: those who gave the same may change places.
        order = scores.fillna(-1).sort_values(list(scores)).index
        numbers[rows.index] = rows.rater.map({name: n for n, name in enumerate(order, start=1)})
    # One role a rater, in the whole table: each role has numbers of its own.
    widest = numbers.groupby(ratings.role).max()
    before = widest.cumsum() - widest
    return ratings.assign(number=numbers + ratings.role.map(before))
