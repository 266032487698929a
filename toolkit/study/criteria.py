"""How raters see a project on C1 to C5, without letting one of them be told.

Scores of too few raters (`min_raters` of data/disclosure.toml) are withheld, here and wherever they
would follow from what is shown; the roles of too few raters stand together as others. With several
rounds, the last is the one described, and agreement is given for each.
"""

from dataclasses import dataclass

import pandas as pd

from toolkit.designs.agreement_groups import agreement_by
from toolkit.designs.characterisation import EVERYONE, Characterisation, characterise
from toolkit.records.limits import load_limits
from toolkit.records.portfolio import Project

OTHERS = "other"
SIDES = ("praticien", "chercheur")


@dataclass(frozen=True)
class Criteria:
    """The ratings of a project, described.

    Attributes
    ----------
    last : Characterisation
        Distributions and changes, of the last round of each moment.
    by_moment : DataFrame
        One row a criterion, moment and score, of everyone, in no order of raters: what may be
        drawn of admission and exit.
    by_role : DataFrame
        The same of the last moment, with the role, the roles of too few raters as "other"; empty
        where no role has enough.
    sides : DataFrame
        One row a criterion and moment: median of practitioners (praticien) and researchers
        (chercheur), their difference in points, and withheld ("" or why there are none).
    agreement : DataFrame
        Rows of `agreement_by` for everyone, and between practitioners and researchers where each
        are enough; slices: the whole, each moment, each round where there are several.
    moment : str
        The last moment that was rated.
    n_raters, n_rounds : int
        Raters of that moment; rounds there were.
    fewest_raters : int
        The rule that was applied.
    """

    last: Characterisation
    by_moment: pd.DataFrame
    by_role: pd.DataFrame
    sides: pd.DataFrame
    agreement: pd.DataFrame
    moment: str
    n_raters: int
    n_rounds: int
    fewest_raters: int


def describe_criteria(project: Project) -> Criteria | None:
    """Describe the ratings of a project; None where it has none.

    Examples
    --------
    >>> from toolkit import load_project
    >>> described = describe_criteria(load_project("demande-unique"))
    >>> described.moment, described.n_raters
    ('exit', 4)
    """
    fewest_raters = load_limits().min_raters
    ratings = project.tables["ratings"]
    if ratings.empty:
        return None
    last = last_ratings(ratings)
    described = characterise(last, fewest_raters=fewest_raters)
    moments = [name for name in described.moments if name in set(last.moment)]
    shown = described.distributions[described.distributions.withheld == ""]
    drawn = _drawn(last, shown)
    return Criteria(
        last=described,
        by_moment=drawn[["criterion", "moment", "score"]],
        by_role=_by_role(drawn[drawn.moment == moments[-1]]),
        sides=_sides(described.distributions),
        agreement=_agreement(ratings, project.id, fewest_raters),
        moment=moments[-1],
        n_raters=last[last.moment == moments[-1]].rater.nunique(),
        n_rounds=ratings["round"].nunique(),
        fewest_raters=fewest_raters,
    )


def last_ratings(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return the ratings of the last round of each moment, as one round."""
    last = ratings["round"] == ratings.groupby("moment")["round"].transform("max")
    return ratings[last].assign(round=1)


def _drawn(ratings: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """Return the scores that may be shown, sorted, each with its role or "other"."""
    keys = ["criterion", "moment"]
    everyone = shown[shown.role == EVERYONE][keys]
    kept = ratings.merge(everyone, on=keys)
    named = kept.merge(shown[[*keys, "role"]].assign(named=True), on=[*keys, "role"], how="left")
    kept = kept.assign(role=kept.role.where(named.named.notna().to_numpy(), OTHERS))
    return kept.sort_values([*keys, "role", "score"], ignore_index=True)


def _by_role(drawn: pd.DataFrame) -> pd.DataFrame:
    frame = drawn[["criterion", "role", "score"]]
    return frame if (frame.role != OTHERS).any() else frame.iloc[:0]


def _sides(distributions: pd.DataFrame) -> pd.DataFrame:
    rows = []
    everyone = distributions[distributions.role == EVERYONE]
    for keys in everyone[["criterion", "moment"]].itertuples(index=False):
        same = (distributions.criterion == keys.criterion) & (distributions.moment == keys.moment)
        of_role = distributions[same].set_index("role")
        row = {"criterion": keys.criterion, "moment": keys.moment, "withheld": ""}
        for side in SIDES:
            withheld = of_role.withheld.get(side, "few_raters")
            row["withheld"] = row["withheld"] or withheld
            row[side] = of_role["median"].get(side, pd.NA)
        if row["withheld"]:
            row |= dict.fromkeys(SIDES, pd.NA)
        rows.append(row)
    frame = pd.DataFrame(rows, columns=["criterion", "moment", *SIDES, "withheld"])
    frame = frame.astype(dict.fromkeys(SIDES, "Float64"))
    return frame.assign(difference=frame[SIDES[0]] - frame[SIDES[1]])


def _agreement(ratings: pd.DataFrame, project: str, fewest_raters: int) -> pd.DataFrame:
    n_rounds = ratings["round"].nunique()
    slices = ["moment", *(["round"] if n_rounds > 1 else [])]
    found = agreement_by(
        ratings.assign(project=project), by=slices, roles=SIDES, fewest_raters=fewest_raters
    )
    numbers = ratings.groupby("role").rater.nunique()
    enough = all(numbers.get(side, 0) >= fewest_raters for side in SIDES)
    pairings = ["everyone", *(["between"] if enough else [])]
    few = found.n_raters < fewest_raters
    return found[found.pairing.isin(pairings) & ~few].reset_index(drop=True)
