"""A project on several criteria, from its ratings: distributions, never one score.

For each criterion, moment and round: how many raters gave each score, the median and the range, and
two measures of disagreement that say different things:

- `gap`: how many points two raters taken at random differ by. Plain, but it takes the distance
  between neighbouring scores as equal.
- `consensus`: van der Eijk's A (Quality & Quantity 2001), 1 where all give the same score, 0 where
  scores are spread evenly, -1 where half give the lowest and half the highest. It uses the order of
  scores only, and tells a divided panel from a hesitant one, which no variance does.

Ratings by role with fewer raters than a stated minimum are withheld, and as many others as it takes
for them not to follow by subtraction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from toolkit.designs.arguments import check_columns, option_faults
from toolkit.designs.ratings import rating_matrix
from toolkit.errors import DesignError
from toolkit.i18n import Language, interface_language

EVERYONE = "all"
_MEASURES = ("median", "low", "high", "gap", "consensus")


@dataclass(frozen=True)
class Characterisation:
    """How the raters of a project see it.

    Attributes
    ----------
    distributions : DataFrame
        One row a criterion, moment, round and role ("all" for everyone): n_raters; n_<score>, how
        many gave it; median (half-way between two scores where raters are even), low, high; gap,
        in points; consensus, from -1 to 1; withheld: "", "few_raters" or "protects_few" (its
        numbers are then missing).
    changes : DataFrame
        One row a criterion and round, everyone together: from the first moment to the second, how
        many raters who gave both raised their score (up), kept it (same) or lowered it (down);
        median_<moment>, of all raters; withheld.
    moments : tuple of str
        In order.
    fewest_raters : int
        The rule that was applied.
    """

    distributions: pd.DataFrame
    changes: pd.DataFrame
    moments: tuple[str, ...]
    fewest_raters: int

    def table(self) -> pd.DataFrame:
        """Return the distributions, one row a criterion, moment, round and role."""
        return self.distributions.copy()

    def sentences(self, lang: Language, *, names: Mapping[str, str] | None = None) -> list[str]:
        """Say the median, the range and the disagreement of everyone, by criterion and moment.

        `names` gives the words for codes of criteria and moments; a code without one stands as is.
        """
        rows = self.distributions[self.distributions.role == EVERYONE]
        return [_sentence(row, lang, names or {}) for row in rows.itertuples()]


def characterise(
    ratings: pd.DataFrame,
    *,
    criterion: str = "criterion",
    rater: str = "rater",
    role: str = "role",
    moment: str = "moment",
    round: str = "round",
    score: str = "score",
    moments: Sequence[str] = ("admission", "exit"),
    scale: Sequence[int] = (0, 1, 2, 3),
    fewest_raters: int = 3,
) -> Characterisation:
    """Describe the ratings of one project.

    Parameters
    ----------
    ratings : DataFrame
        One row a criterion, rater, moment and round.
    criterion, rater, role, moment, round, score : str
        Columns.
    moments : sequence of str
        The moments, in order; the first two are set side by side.
    scale : sequence of int
        All scores, in order; three at least.
    fewest_raters : int
        Results of fewer raters are withheld. 1 withholds nothing.

    Raises
    ------
    DesignError
        All that is wrong with the ratings (see `rating_matrix`); a moment that is not in
        `moments`; a scale of fewer than three scores.

    Examples
    --------
    See `describe_criteria`, which reads the ratings of a project with it.
    """
    keys = [criterion, moment, round]
    rating_matrix(ratings, unit=keys, rater=rater, score=score, scale=scale)
    _check(ratings, role, moment, moments, scale, fewest_raters)
    known = pd.DataFrame(
        {
            "criterion": ratings[criterion],
            "moment": ratings[moment],
            "round": ratings[round],
            "rater": ratings[rater],
            "role": ratings[role],
            "score": pd.to_numeric(ratings[score]).astype("float64"),
        }
    ).dropna(subset="score")
    groups = known.groupby(["criterion", "round", "moment"])
    rows = [
        {"criterion": name[0], "moment": name[2], "round": name[1], **row}
        for name, group in groups
        for row in _by_role(group, np.asarray(scale), fewest_raters)
    ]
    counts = [f"n_{name}" for name in scale]
    columns = ["criterion", "moment", "round", "role", "n_raters", *counts, *_MEASURES, "withheld"]
    distributions = _nullable(pd.DataFrame(rows).reindex(columns=columns))
    order = {name: position for position, name in enumerate(moments)}
    distributions = distributions.sort_values(
        ["criterion", "round", "moment"],
        key=lambda column: column.map(order) if column.name == "moment" else column,
        kind="stable",
    ).reset_index(drop=True)
    return Characterisation(
        distributions,
        _changes(known, tuple(moments), fewest_raters),
        tuple(moments),
        fewest_raters,
    )


def consensus(counts: Sequence[int] | np.ndarray) -> float:
    """Return van der Eijk's A of a distribution over ordered categories, from -1 to 1.

    The distribution is peeled into layers, each a pattern of empty and filled categories; A is the
    mean of the patterns' agreement, weighted by what each layer holds. A pattern's agreement is its
    unimodality (how rarely an empty category lies between two filled ones) reduced in proportion
    to the number of categories it fills.

    Examples
    --------
    >>> consensus([0, 0, 5, 0]), consensus([2, 2, 2, 2]), consensus([3, 0, 0, 3])
    (1.0, 0.0, -1.0)
    """
    left = np.asarray(counts, dtype="float64").copy()
    total, value = left.sum(), 0.0
    while (left > 0).any():
        filled = left > 0
        layer = left[filled].min()
        value += layer * filled.sum() / total * _pattern_agreement(filled)
        left = np.where(filled, left - layer, 0.0)
    return float(value)


def _pattern_agreement(filled: np.ndarray) -> float:
    k, n = len(filled), int(filled.sum())
    if n in (1, k):
        return (k - n) / (k - 1)
    before = np.cumsum(filled) - filled
    after = n - before - filled
    # Triples of categories: filled-empty-filled speaks against one mode, filled-filled-empty and
    # empty-filled-filled for it.
    apart = int((before * after)[~filled].sum())
    together = int((before * (before - 1) // 2 + after * (after - 1) // 2)[~filled].sum())
    one_mode = ((k - 2) * together - (k - 1) * apart) / ((k - 2) * (together + apart))
    return one_mode * (1 - (n - 1) / (k - 1))


def _by_role(group: pd.DataFrame, scale: np.ndarray, fewest: int):
    """Yield everyone's distribution, then each role's, those of too few raters withheld."""
    numbers = group.groupby("role").size()
    hidden = withheld_roles(numbers.to_dict(), fewest)
    everyone = "few_raters" if len(group) < fewest else ""
    for name, part in [(EVERYONE, group), *group.groupby("role")]:
        withheld = everyone if name == EVERYONE else hidden.get(name, "")
        row = {"role": name, "n_raters": len(part), "withheld": withheld}
        yield row if withheld else row | _described(part.score.to_numpy(), scale)


def withheld_roles(numbers: dict[str, int], fewest: int) -> dict[str, str]:
    """Return the roles to withhold, each with why, from the number of raters of each.

    "few_raters": fewer than `fewest`. "protects_few": enough, but the withheld would follow from
    it and the total.

    Examples
    --------
    >>> withheld_roles({"elu": 1, "usager": 3, "praticien": 5}, 3)
    {'elu': 'few_raters', 'usager': 'protects_few'}
    """
    hidden = {name: "few_raters" for name, n in numbers.items() if n < fewest}
    shown = sorted((n, name) for name, n in numbers.items() if n >= fewest)
    while shown and 0 < sum(numbers[name] for name in hidden) < fewest:
        hidden[shown.pop(0)[1]] = "protects_few"
    return hidden


def _described(scores: np.ndarray, scale: np.ndarray) -> dict[str, float]:
    counts = (scores[:, None] == scale).sum(axis=0)
    described = {f"n_{name}": int(n) for name, n in zip(scale, counts, strict=True)}
    described |= {"median": np.median(scores), "low": scores.min(), "high": scores.max()}
    if len(scores) > 1:
        apart = np.abs(scores[:, None] - scores[None, :]).sum()
        described["gap"] = apart / (len(scores) * (len(scores) - 1))
        described["consensus"] = consensus(counts)
    return described


def _changes(known: pd.DataFrame, moments: tuple[str, ...], fewest: int) -> pd.DataFrame:
    first, second = moments[:2]
    rows = []
    for (criterion, turn), group in known.groupby(["criterion", "round"]):
        wide = group.pivot(index="rater", columns="moment", values="score")
        wide = wide.reindex(columns=[first, second])
        both = wide.dropna()
        row = {"criterion": criterion, "round": turn, "n_raters": len(both), "withheld": ""}
        if len(both) < fewest or min(wide.count()) < fewest:
            rows.append(row | {"withheld": "few_raters"})
            continue
        moved = (both[second] - both[first]).to_numpy()
        row |= {f"median_{name}": wide[name].median() for name in (first, second)}
        row |= {"up": (moved > 0).sum(), "same": (moved == 0).sum(), "down": (moved < 0).sum()}
        rows.append(row)
    names = ["median_" + first, "median_" + second, "up", "same", "down"]
    columns = ["criterion", "round", "n_raters", *names, "withheld"]
    return _nullable(pd.DataFrame(rows).reindex(columns=columns))


def _nullable(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with numbers that can be missing."""
    counts = [n for n in frame if n.startswith("n_") or n in ("up", "same", "down")]
    measures = [n for n in frame if n in _MEASURES or n.startswith("median_")]
    return frame.astype(dict.fromkeys(counts, "Int64") | dict.fromkeys(measures, "Float64"))


def _sentence(row, lang: Language, names: Mapping[str, str]) -> str:
    place = {
        "criterion": names.get(row.criterion, row.criterion),
        "moment": names.get(row.moment, row.moment),
        "round": lang.number(row.round),
        "raters": lang.plural("agreement.raters", row.n_raters),
    }
    if row.withheld:
        return lang("characterisation.withheld", **place)
    number = {
        name: lang.number(value, 0 if float(value).is_integer() else 1)
        for name, value in (("median", row.median), ("low", row.low), ("high", row.high))
    }
    if pd.isna(row.gap):
        return lang("characterisation.one", **place, score=number["median"])
    if row.low == row.high:
        return lang("characterisation.unanimous", **place, score=number["median"])
    measures = {"gap": lang.number(row.gap, 1), "consensus": lang.number(row.consensus, 2)}
    return lang("characterisation.spread", **place, **number, **measures)


def _check(
    ratings: pd.DataFrame, role: str, moment: str, moments: Sequence[str], scale: Sequence,
    fewest_raters: int,
) -> None:  # fmt: skip
    say = interface_language()
    check_columns(ratings, [role], of="meta")
    faults = [*option_faults(fewest_raters=fewest_raters)]
    if len(scale) < 3:
        faults.append(say("error.characterisation.scale", n=len(scale)))
    if len(moments) < 2:
        faults.append(say("error.characterisation.moments"))
    unknown = [name for name in ratings[moment].unique() if name not in moments]
    if unknown:
        seen, listed = ", ".join(map(str, unknown)), ", ".join(moments)
        faults.append(say("error.characterisation.moment", seen=seen, moments=listed))
    without = ratings.index[ratings[role].isna()]
    if len(without):
        faults.append(say("error.ratings.no_role", rows=", ".join(map(str, without[:5]))))
    if faults:
        raise DesignError("\n".join([say("error.ratings"), *(f"- {fault}" for fault in faults)]))
