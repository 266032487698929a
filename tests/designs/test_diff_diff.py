"""The regressions of one adoption date, and Bacon's parts, against another implementation.

Source: diff-diff 3.13 (a test dependency) on random panels, balanced and with missing cells.
Tolerance: 1e-7 on effects and errors, which both get from least squares by other roads.
"""

import warnings

import diff_diff
import numpy as np
import pandas as pd
import pytest

from toolkit.designs.bacon import goodman_bacon
from toolkit.designs.did import difference_in_differences
from toolkit.designs.event_study import event_study
from toolkit.designs.regression import regression

TOLERANCE = 1e-7


def panel(seed: int, *, n=24, k=7, missing=0.0, adoptions=(4,)) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product([range(n), range(1, 8)], names=["territory", "period"])
    frame = grid.to_frame(index=False)
    dates = np.where(np.arange(n) < k, rng.choice(adoptions, n), np.nan)
    frame["adoption"] = dates[frame.territory]
    frame["treated"] = (~np.isnan(dates))[frame.territory].astype(int)
    frame["post"] = (frame.period >= 4).astype(int)
    frame["x"] = rng.normal(size=len(frame)) + frame.treated * frame.post
    frame["value"] = (
        rng.normal(size=len(frame)) + rng.normal(size=n)[frame.territory] + 0.2 * frame.period
        + frame.x + 2.0 * (frame.period >= frame.adoption)
    )  # fmt: skip
    return frame[rng.random(len(frame)) >= missing].reset_index(drop=True)


def quietly(make):
    """Call a peer without its advice, which it gives as warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make()


@pytest.mark.parametrize("missing", [0, 0.1])
@pytest.mark.parametrize("seed", range(3))
def test_the_regression_of_one_adoption_agrees(seed, missing):
    """Their clustered error does not count the territories' effects, nested in the clusters.

    Ours does, as statsmodels with dummies: the factor between the two is known.
    """
    frame = panel(seed, missing=missing)
    ours = difference_in_differences(frame, outcome="value", covariates=["x"])
    theirs = quietly(
        lambda: diff_diff.DifferenceInDifferences(cluster="territory").fit(
            frame, outcome="value", treatment="treated", post="post", covariates=["x"],
            absorb=["territory", "period"],
        )
    )  # fmt: skip
    assert ours.value == pytest.approx(theirs.att, abs=TOLERANCE)
    fit = regression(
        frame.assign(effect=frame.treated * frame.post), outcome="value",
        regressors=["effect", "x"], effects=["territory", "period"], cluster="territory",
    )  # fmt: skip
    n, nested = len(frame), frame.territory.nunique() - 1
    k = 2 + nested + frame.period.nunique()
    factor = np.sqrt((n - k + nested) / (n - k))
    assert fit["effect"][1] == pytest.approx(theirs.se * factor, abs=TOLERANCE)


@pytest.mark.parametrize("seed", range(3))
def test_the_event_study_agrees(seed):
    frame = panel(seed)
    ours = event_study(frame, outcome="value", draws=19).table.set_index("period").value
    theirs = quietly(
        lambda: diff_diff.MultiPeriodDiD().fit(
            frame, outcome="value", treatment="treated", time="period",
            post_periods=[4, 5, 6, 7], reference_period=3, absorb=["territory"],
        )
    )  # fmt: skip
    expected = {period: effect.effect for period, effect in theirs.period_effects.items()}
    assert ours.to_dict() == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize("seed", range(3))
def test_the_parts_of_bacon_agree(seed):
    frame = panel(seed, n=18, k=12, adoptions=(3, 5, 6))
    ours = goodman_bacon(frame, outcome="value")
    theirs = quietly(
        lambda: diff_diff.BaconDecomposition().fit(
            frame.assign(adoption=frame.adoption.fillna(0)), outcome="value", unit="territory",
            time="period", first_treat="adoption",
        )
    ).to_dataframe()  # fmt: skip
    expected = {
        (row.treated_group, row.control_group if row.control_group != "never_treated" else None):
            (row.weight, row.estimate)
        for row in theirs.itertuples()
    }  # fmt: skip
    found = {
        (row.treated, None if pd.isna(row.comparison) else row.comparison):
            (row.weight, row.estimate)
        for row in ours.itertuples()
    }  # fmt: skip
    assert found.keys() == expected.keys()
    for pair, numbers in found.items():
        assert numbers == pytest.approx(expected[pair], abs=TOLERANCE)
