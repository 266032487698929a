"""All projects on C1 to C5: what raters see in each, how far they part, and no order without proof.

Each project is described as `describe_criteria` does, at the last moment it was rated: scores of
too few raters are withheld. An order is looked for among the projects rated at the same moment, and
holds only where nearly all draws of weights and raters agree (`rank_projects`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from toolkit.designs.characterisation import EVERYONE
from toolkit.designs.ranking import Ranking, rank_projects
from toolkit.records.portfolio import Project
from toolkit.study.criteria import Criteria, describe_criteria, last_ratings


@dataclass(frozen=True, eq=False)
class ComparedCriteria:
    """Projects side by side on the criteria.

    Attributes
    ----------
    rows : DataFrame
        One row a project and criterion: project, criterion, moment, n_raters, median, low, high,
        gap (points that two raters differ by, on average), consensus (-1 to 1), withheld.
    agreement : Series
        Krippendorff's alpha of all raters at that moment, by project; missing where withheld.
    unrated : tuple of str
        Projects without ratings.
    ranking : Ranking or None
        None where fewer than two projects have scores on all criteria that may be shown.
    moment : str
        Of the ranking.
    """

    rows: pd.DataFrame
    agreement: pd.Series
    unrated: tuple[str, ...]
    ranking: Ranking | None
    moment: str


def compare_criteria(projects: Mapping[str, Project]) -> ComparedCriteria:
    """Describe projects on the criteria, and look for an order among them.

    Examples
    --------
    See `describe_criteria`.
    """
    described = {name: describe_criteria(project) for name, project in projects.items()}
    rated = {name: criteria for name, criteria in described.items() if criteria is not None}
    tables = [_rows(name, criteria) for name, criteria in rated.items()]
    columns = ["project", "criterion", "moment", "n_raters", "median", "low", "high", "gap"]
    rows = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)
    moment = max((criteria.moment for criteria in rated.values()), default="")
    shown = [
        name
        for name, table in zip(rated, tables, strict=True)
        if rated[name].moment == moment and (table.withheld == "").all()
    ]
    return ComparedCriteria(
        rows=rows,
        agreement=pd.Series({name: _alpha(criteria) for name, criteria in rated.items()}),
        unrated=tuple(name for name, criteria in described.items() if criteria is None),
        ranking=_rank({name: projects[name] for name in shown}, moment),
        moment=moment,
    )


def _rows(project: str, criteria: Criteria) -> pd.DataFrame:
    found = criteria.last.distributions
    last = found[(found.role == EVERYONE) & (found.moment == criteria.moment)]
    names = ["criterion", "moment", "n_raters", "median", "low", "high", "gap", "consensus"]
    return last[[*names, "withheld"]].assign(project=project).reset_index(drop=True)


def _alpha(criteria: Criteria) -> float:
    found = criteria.agreement
    at = (found.pairing == "everyone") & (found.by == "moment") & (found.slice == criteria.moment)
    return float(found.value[at].iloc[0]) if at.any() else float("nan")


def _rank(projects: Mapping[str, Project], moment: str) -> Ranking | None:
    ratings = [
        last_ratings(project.tables["ratings"]).assign(project=name)
        for name, project in projects.items()
    ]
    if len(ratings) < 2:
        return None
    everything = pd.concat(ratings, ignore_index=True)
    everything = everything[everything.moment == moment]
    rated = everything.groupby("project").criterion.nunique()
    if rated.min() < everything.criterion.nunique():
        return None
    return rank_projects(everything)
