"""Do effects differ between groups of studies? Each group on its own, then a test between them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2, f

from toolkit.designs.arguments import check_columns
from toolkit.designs.meta_analysis import MetaAnalysis, meta_analysis
from toolkit.errors import DesignError
from toolkit.i18n import Language, interface_language


@dataclass(frozen=True)
class Subgroups:
    """A meta-analysis by group, and the test between groups.

    Attributes
    ----------
    groups : dict of str to MetaAnalysis
        Each with its own variance between studies.
    statistic, freedom, freedom_within, p : float
        Null: the mean effect is the same in every group. Welch's F where the means have Hartung
        and Knapp's errors (Biometrika 1951), else a chi-squared and freedom_within infinite.
    by : str
        The column that makes the groups.
    """

    groups: dict[str, MetaAnalysis]
    statistic: float
    freedom: int
    freedom_within: float
    p: float
    by: str

    def table(self) -> pd.DataFrame:
        """Return one row a group."""
        rows = [group.table().assign(group=name) for name, group in self.groups.items()]
        table = pd.concat(rows, ignore_index=True)
        return table[["group", *table.columns.drop("group")]]

    def sentence(self, lang: Language) -> str:
        """Say whether the groups are seen to differ."""
        level = next(iter(self.groups.values())).level
        key = "differ" if self.p <= 1 - level else "alike"
        names = lang.join(list(self.groups))
        return lang(f"subgroups.sentence.{key}", groups=names, p=lang.p_value(self.p))


def subgroups(studies: pd.DataFrame, *, by: str, **options) -> Subgroups:
    """Put the studies of each group together, and test whether the groups differ.

    A difference between groups of studies is not an effect of what tells them apart: groups were
    not drawn, and differ in other ways too.

    Parameters
    ----------
    studies : DataFrame
        As `meta_analysis` reads it.
    by : str
        Column that makes the groups; known for every study.
    options
        Of `meta_analysis`.

    Raises
    ------
    DesignError
        The column is missing or has gaps; there is one group only, or a group has a single study
        (its variance between studies cannot be known); or what `meta_analysis` refuses.

    Examples
    --------
    >>> studies = pd.DataFrame({"study": list("abcd"), "value": [-3, -5, 1, 2], "error": 1.0})
    >>> studies["kind"] = ["urban", "urban", "rural", "rural"]
    >>> round(subgroups(studies, by="kind").p, 3)
    0.056
    """
    say = interface_language()
    check_columns(studies, [by], of="meta")
    # What concerns all studies (mixed units, names twice) is refused first.
    meta_analysis(studies, **options)
    sizes = studies[by].value_counts(dropna=False)
    small = [f"{name} ({n})" for name, n in sizes.items() if n < 2]
    faults = [say("error.subgroups.gaps", by=by)] if studies[by].isna().any() else []
    if len(sizes) < 2:
        faults.append(say("error.subgroups.one", by=by))
    elif small:
        faults.append(say("error.subgroups.small", by=by, groups=", ".join(small)))
    if faults:
        raise DesignError("\n".join(faults))
    parts = studies.groupby(by, sort=True)
    groups = {str(name): meta_analysis(part, **options) for name, part in parts}
    return Subgroups(groups, *_between(list(groups.values())), by)


def _between(groups: list[MetaAnalysis]) -> tuple[float, int, float, float]:
    means = np.array([group.value for group in groups])
    weights = np.array([group.error for group in groups]) ** -2.0
    freedom = len(groups) - 1
    q = float((weights * (means - np.average(means, weights=weights)) ** 2).sum())
    if groups[0].interval == "normal":
        return q, freedom, float("inf"), float(chi2.sf(q, freedom))
    within = np.array([len(group.studies) - 1 for group in groups])
    unsure = ((1 - weights / weights.sum()) ** 2 / within).sum()
    count = len(groups) ** 2 - 1
    statistic = float(q / freedom / (1 + 2 * (len(groups) - 2) / count * unsure))
    inside = float(count / (3 * unsure))
    return statistic, freedom, inside, float(f.sf(statistic, freedom, inside))
