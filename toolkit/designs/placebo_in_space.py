"""Placebo in space: each comparison territory in turn as if it had been treated.

If territories that nothing happened to show effects as large, the real one may be chance. For one
adoption date: with several, the inference itself deals the dates out to other territories.
"""

from collections.abc import Sequence
from math import comb

import numpy as np
import pandas as pd

from toolkit.designs.assignments import all_assignments, chunks, drawn_assignments
from toolkit.designs.did import (
    difference_in_differences,
    long_form,
    mean_changes,
    territory_sizes,
)
from toolkit.designs.noise import noise_by_size, noise_design
from toolkit.designs.panel import panel_matrix
from toolkit.estimate import CheckOutcome

# A real effect whose rank among the placebos is not among this share stands out from nothing.
LEVEL = 0.10
# One group of placebos in ten, the real one included, is then at its level.
_FEWEST_GROUPS = 9
# All groups are formed where they are no more.
_MOST_GROUPS = 100_000
_TIE = 1e-9


def placebo_in_space(
    panel: pd.DataFrame,
    *,
    outcome: str,
    territory: str = "territory",
    period: str = "period",
    adoption: str = "adoption",
    covariates: Sequence[str] = (),
    size: str | None = None,
    cluster: str | None = None,
    seed: int = 20131107,
    draws: int = 9_999,
    **settings,
) -> CheckOutcome:
    """Pretend that comparison territories were treated, and rank the real effect among theirs.

    The placebo effect of a territory is its mean change less that of the other comparison
    territories, the treated left out. With k treated, groups of k comparison territories are
    ranked, for the mean of several varies less than one. Effects are ranked in units of the noise
    that would be expected of them: where sizes are known, a small territory is no measure of a
    large one.

    Null: the treated changed as a group of comparison territories drawn at random would have.

    Parameters
    ----------
    panel, outcome, territory, period, adoption, covariates, size, cluster
        As for `difference_in_differences`.
    seed, draws : int
        Of the groups, where they are more than 100,000.
    **settings
        Of `difference_in_differences`.

    Returns
    -------
    CheckOutcome
        "passed" if the real effect is among the tenth of largest (in absolute value), "failed" if
        it is not though the estimate's own p is at most 0.10, "informative" if both agree that it
        may be chance; "not_applicable" for several dates, clusters treated as a whole, or too few
        territories. Values: value; rank of the real effect, 1 the largest, among n groups and
        itself; p = rank / (n + 1). Data, one row a territory: territory, treated, value (of a
        treated one: its mean change less that of all comparison territories), in the outcome's
        unit.

    Raises
    ------
    DesignError
        The panel has faults, the design refuses it, or `draws` is no count.

    References
    ----------
    Abadie, Diamond and Hainmueller, Journal of the American Statistical Association 2010 (placebo
    in space).

    Examples
    --------
    See `placebo_in_time`.
    """
    columns = {"outcome": outcome, "territory": territory, "period": period, "adoption": adoption}
    matrix = panel_matrix(panel, **columns)
    if len(np.unique(matrix.adoption[matrix.treated])) > 1:
        return CheckOutcome("placebo_in_space", "not_applicable", "staggered")
    if cluster is not None:
        return CheckOutcome("placebo_in_space", "not_applicable", "clusters")
    settings |= {"covariates": covariates, "size": size, "seed": seed, "draws": draws}
    estimate = difference_in_differences(panel, **columns, **settings)
    long = long_form(panel, *columns.values(), covariates)
    changes = mean_changes(long, matrix, covariates, int(matrix.adoption.min()))
    known = ~np.isnan(changes)
    changes, treated = changes[known], matrix.treated[known]
    k, n = int(treated.sum()), int((~treated).sum())
    if n <= k or comb(n, k) < _FEWEST_GROUPS:
        values = {"n": n, "k": k}
        return CheckOutcome("placebo_in_space", "not_applicable", "few_territories", values)
    variances = np.ones(len(changes))
    if size is not None:
        design = noise_design(territory_sizes(panel, matrix, territory, size)[known])
        variances = noise_by_size(changes[:, None], treated, design).scale(design)[:, 0] ** 2
    real, placebos = _ranked(changes, treated, variances, np.random.default_rng(seed), draws)
    rank = 1 + int((placebos >= real * (1 - _TIE)).sum())
    p = rank / (len(placebos) + 1)
    status, reason = _verdict(p, estimate.p)
    gap = changes - changes[~treated].mean()
    data = pd.DataFrame(
        {
            "territory": matrix.territories[known],
            "treated": treated,
            "value": np.where(treated, gap, gap * n / (n - 1)),
        }
    )
    values = {"value": estimate.value, "rank": rank, "n": len(placebos), "p": p}
    return CheckOutcome("placebo_in_space", status, reason, values, data)


def _ranked(
    changes: np.ndarray,
    treated: np.ndarray,
    variances: np.ndarray,
    rng: np.random.Generator,
    draws: int,
) -> tuple[float, np.ndarray]:
    """Return how far from zero the real effect and those of groups lie, over their own noise.

    A group is held against the mean of all comparison territories, itself among them: the less of
    its own noise it keeps, the more its distance counts.
    """
    others, own = changes[~treated], variances[~treated]
    k, n = int(treated.sum()), len(others)
    of_mean = own.sum() / n**2
    real = changes[treated].mean() - others.mean()
    real /= np.sqrt(variances[treated].sum() / k**2 + of_mean)
    centred = others - others.mean()
    listed = comb(n, k) <= _MOST_GROUPS
    groups = (
        [all_assignments(n, k)]
        if listed
        else [drawn_assignments(n, k, size, rng) for size in chunks(draws, n)]
    )
    kept = (1 / k - 1 / n) ** 2 - 1 / n**2
    distances = [
        np.abs(centred[group].mean(axis=1)) / np.sqrt(own[group].sum(axis=1) * kept + of_mean)
        for group in groups
    ]
    return abs(float(real)), np.concatenate(distances)


def _verdict(p: float, own_p: float) -> tuple[str, str]:
    if p <= LEVEL:
        return "passed", "largest"
    return ("failed", "common") if own_p <= LEVEL else ("informative", "may_be_chance")
