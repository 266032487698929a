"""Agreement by criterion, by round and by role: one row for each, in one table.

Raters of one role among themselves, and of two roles with each other, on all ratings and on each
slice of them. A unit is what one rater rates once: a criterion of a project, at one moment of one
round. The criteria of a project are rated by the same people, so projects, not criteria, are left
out or drawn together for the intervals.

On a slice of several criteria, differences between criteria are part of what raters can agree on:
the coefficient is then higher than on each criterion alone. Read the slices by criterion first.
"""

from collections.abc import Sequence
from itertools import combinations

import pandas as pd

from toolkit.designs.agreement import NULLABLE, Agreement, Metric, alpha_between, krippendorff_alpha
from toolkit.designs.arguments import check_columns, option_faults
from toolkit.designs.ratings import RatingMatrix, rating_matrix
from toolkit.errors import DesignError
from toolkit.i18n import interface_language

UNIT = ("project", "criterion", "moment", "round")


def agreement_by(
    ratings: pd.DataFrame,
    *,
    unit: Sequence[str] = UNIT,
    by: Sequence[str] = ("criterion", "moment", "round"),
    rater: str = "rater",
    score: str = "score",
    role: str = "role",
    roles: Sequence[str] = ("praticien", "chercheur"),
    cluster: str = "project",
    scale: Sequence = (0, 1, 2, 3),
    metric: Metric = "ordinal",
    fewest_raters: int = 3,
    **interval,
) -> pd.DataFrame:
    """Tabulate Krippendorff's alpha by slice of the ratings and by role.

    Parameters
    ----------
    ratings : DataFrame
        One row a unit and rater, of one project or of several (column `project`).
    unit : sequence of str
        Columns that name together what is rated.
    by : sequence of str
        Columns whose values are the slices, besides the whole.
    role : str
        Column with the role of the rater.
    roles : sequence of str
        Roles measured among themselves, and each with each other.
    cluster : str
        Column of units that are left out together.
    scale, metric, **interval
        See `rating_matrix` and `krippendorff_alpha`.
    fewest_raters : int
        A row that rests on fewer raters bears the caution "few_raters".

    Returns
    -------
    DataFrame
        One row a slice and pairing. by, slice: the column and its value ("all", "all" for the
        whole). pairing: "everyone", "within" or "between"; first, second: the roles (second is
        "" but between). Then the columns of `Agreement.table`: where a coefficient is not
        applicable, `reason` says why and `value` is missing.

    Raises
    ------
    DesignError
        The ratings have faults, or a rater has several roles within a project.

    Examples
    --------
    See `krippendorff_alpha`.
    """
    check_columns(ratings, [*unit, *by, rater, score, role, cluster], of="meta")
    faults = [*option_faults(fewest_raters=fewest_raters)]
    if faults:
        raise DesignError("\n".join(faults))
    named = ratings[cluster].map(str), ratings[rater].map(str)
    # A pseudonym is a person's within a cluster; the same one elsewhere may be another's.
    people = ratings.assign(**{rater: list(zip(*named, strict=True))})
    people.loc[ratings[rater].isna() | ratings[cluster].isna(), rater] = None
    _check_roles(people, rater, role)
    layout = {"unit": unit, "rater": rater, "score": score, "scale": scale}
    # Checked whole, so that faults come in one message, not slice by slice.
    rating_matrix(people, **layout, cluster=cluster)
    slices = [("all", "all", people)]
    slices += [(name, value, part) for name in by for value, part in people.groupby(name)]
    rows = []
    for name, value, part in slices:
        matrix = (
            rating_matrix(part, **layout, cluster=cluster) if part[score].notna().any() else None
        )
        if matrix is None:
            continue
        of_role = part.groupby(role)[rater].unique().to_dict()
        for pairing, first, second, result in _pairings(matrix, of_role, roles, metric, interval):
            few = result.n_raters < fewest_raters and not result.reason
            cautions = ", ".join([*result.cautions, *(["few_raters"] if few else [])])
            names = {"by": name, "slice": str(value), "pairing": pairing}
            groups = {"first": first, "second": second}
            rows.append(names | groups | result.row() | {"cautions": cautions})
    return pd.DataFrame(rows).astype(dict.fromkeys(NULLABLE, "Float64"))


def _pairings(
    matrix: RatingMatrix, of_role: dict, roles: Sequence[str], metric: str, interval: dict
):
    """Yield who is paired, the roles, and their agreement."""
    yield "everyone", "all", "", krippendorff_alpha(matrix, metric=metric, **interval)
    for name in roles:
        own = matrix.among(list(of_role.get(name, [])))
        yield "within", name, "", krippendorff_alpha(own, metric=metric, **interval)
    for first, second in combinations(roles, 2):
        groups = list(of_role.get(first, [])), list(of_role.get(second, []))
        yield "between", first, second, alpha_between(matrix, *groups, metric=metric, **interval)


def describe_agreement(row: pd.Series, lang, *, digits: int = 2) -> str:
    """Say one row of `agreement_by`: the coefficient and its interval, or why there is none."""
    fields = {
        name: None if pd.isna(row[name]) else row[name] for name in Agreement.__dataclass_fields__
    }
    cautions = tuple(code for code in row.cautions.split(", ") if code)
    return Agreement(**fields | {"cautions": cautions}).sentence(lang, digits=digits)


def _check_roles(ratings: pd.DataFrame, rater: str, role: str) -> None:
    """Hold each rater to one role."""
    say = interface_language()
    without = ratings.index[ratings[role].isna()]
    faults = []
    if len(without):
        faults.append(say("error.ratings.no_role", rows=", ".join(map(str, without[:5]))))
    several = ratings.groupby(rater)[role].nunique()
    several = several.index[several > 1]
    if len(several):
        names = ", ".join(" ".join(map(str, name)) for name in several[:5])
        faults.append(say("error.ratings.roles", raters=names))
    if faults:
        raise DesignError("\n".join([say("error.ratings"), *(f"- {fault}" for fault in faults)]))
