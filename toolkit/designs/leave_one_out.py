"""Without each territory, or cluster, in turn: no single one should carry an effect."""

from typing import Literal

import numpy as np
import pandas as pd

from toolkit.designs.arguments import option_faults
from toolkit.designs.checks import Design, refuse_faults
from toolkit.designs.did import difference_in_differences, long_form, mean_changes
from toolkit.designs.panel import PanelMatrix, one_adoption, panel_matrix
from toolkit.errors import DesignError
from toolkit.estimate import CheckOutcome


def leave_one_out(
    panel: pd.DataFrame,
    *,
    outcome: str,
    territory: str = "territory",
    period: str = "period",
    adoption: str = "adoption",
    over: Literal["both", "treated", "comparison"] = "both",
    design: Design = difference_in_differences,
    **settings,
) -> CheckOutcome:
    """Estimate without each territory in turn: no single one should carry the effect.

    Where the design's settings name a `cluster`, whole clusters are left out: they are what chance,
    or somebody, assigned.

    It fails where leaving one out changes the sign of an estimate whose interval excludes zero.

    Parameters
    ----------
    panel, outcome, territory, period, adoption, design, **settings
        As for `placebo_in_time`.
    over : {"both", "treated", "comparison"}
        Whom to leave out. A treated territory that is alone cannot be.

    Returns
    -------
    CheckOutcome
        Values: value of the whole panel; lowest and highest without one; left_out, without whom
        the value moves most, and moved, the value then. Data, one row a territory or cluster:
        left_out, treated, value, p (NaN for the comparison of `difference_in_differences`, whose
        values come from the mean changes at once).

    Raises
    ------
    DesignError
        The panel has faults, or the design refuses the whole of it.

    References
    ----------
    Abadie, Diamond and Hainmueller, American Journal of Political Science 2015 (leave one out).

    Examples
    --------
    See `placebo_in_time`.
    """
    columns = {"outcome": outcome, "territory": territory, "period": period, "adoption": adoption}
    refuse_faults(option_faults(("over", over, ("both", "treated", "comparison"))))
    matrix = panel_matrix(panel, **columns)
    full = design(panel, **columns, **settings)
    # Bound settings of a design (functools.partial) are settings too.
    made = {**getattr(design, "keywords", {}), **settings}
    members = _left_out_together(panel, matrix, territory, made.get("cluster"))
    chosen = set(matrix.territories[matrix.treated])
    of_treated = [name for name, those in members.items() if chosen.issuperset(those)]
    of_comparison = [name for name in members if name not in set(of_treated)]
    of_treated = [] if len(of_treated) == 1 or over == "comparison" else of_treated
    of_comparison = of_comparison if over != "treated" else []
    if not of_treated and len(of_comparison) < 2:
        return CheckOutcome("leave_one_out", "not_applicable", "one_treated")
    names, changes = matrix.territories, None
    if getattr(design, "func", design) is difference_in_differences:
        changes = _known_changes(panel, matrix, columns, made.get("covariates", ()))
        of_comparison = [name for name in of_comparison if changes.index.isin(members[name]).any()]
        shift = full.value - _difference(changes, names[matrix.treated])
    numbered = _numbered(panel, matrix, territory, period, adoption)
    place = {name: number for number, name in enumerate(names)}
    rows = []
    for left_out in of_treated + of_comparison:
        treated = left_out in of_treated
        if changes is not None and not treated:
            value = shift + _difference(
                changes.drop(members[left_out], errors="ignore"), names[matrix.treated]
            )
            rows.append((left_out, treated, value, np.nan))
            continue
        try:
            gone = [place[name] for name in members[left_out]]
            kept = numbered[~numbered[territory].isin(gone)]
            estimate = design(kept, **columns, **settings)
        except DesignError:
            return CheckOutcome(
                "leave_one_out", "not_applicable", "refused", {"left_out": str(left_out)}
            )
        rows.append((left_out, treated, estimate.value, estimate.p))
    data = pd.DataFrame(rows, columns=["left_out", "treated", "value", "p"])
    furthest = (data.value - full.value).abs().idxmax()
    values = {
        "value": full.value, "lowest": data.value.min(), "highest": data.value.max(),
        "left_out": str(data.left_out[furthest]), "moved": float(data.value[furthest]),
    }  # fmt: skip
    same_sign = bool((np.sign(data.value) == np.sign(full.value)).all())
    # An estimate that may be zero changes sign by chance: there is no effect to hang on anyone.
    around_zero = full.low <= 0 <= full.high
    status = "informative" if same_sign or around_zero else "failed"
    reason = "same_sign" if same_sign else "around_zero" if around_zero else "changes_sign"
    if not of_treated and reason != "around_zero":
        reason += "_comparison"
    return CheckOutcome("leave_one_out", status, reason, values, data)


def _left_out_together(
    panel: pd.DataFrame, matrix: PanelMatrix, territory: str, cluster: str | None
) -> dict[object, list]:
    """Return who leaves with whom: each territory alone, or the members of each cluster."""
    if cluster is None:
        return {name: [name] for name in matrix.territories}
    of = panel.groupby(territory)[cluster].first()
    return {name: list(those.index) for name, those in of.groupby(of)}


def _numbered(
    panel: pd.DataFrame, matrix: PanelMatrix, territory: str, period: str, adoption: str
) -> pd.DataFrame:
    """Write labels as their places in order: they sort alike, and are compared much faster."""
    periods = pd.Index(matrix.periods)
    adopted = periods.get_indexer(panel[adoption])
    labels = {
        territory: pd.Index(matrix.territories).get_indexer(panel[territory]),
        period: periods.get_indexer(panel[period]),
        adoption: np.where(panel[adoption].isna(), np.nan, adopted),
    }
    return panel.assign(**labels)


def _known_changes(panel, matrix, columns: dict[str, str], covariates) -> pd.Series:
    long = long_form(panel, *columns.values(), covariates)
    changes = mean_changes(long, matrix, covariates, one_adoption(matrix))
    return pd.Series(changes, matrix.territories).dropna()


def _difference(changes: pd.Series, treated: np.ndarray) -> float:
    own = changes.index.isin(treated)
    return float(changes[own].mean() - changes[~own].mean())
