"""Least squares with effects equals statsmodels with dummies, clustered errors included."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.designs.regression import regression
from toolkit.errors import DesignError


def panel(seed: int, missing: float = 0.2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.MultiIndex.from_product([range(12), range(6)], names=["u", "t"]).to_frame(
        index=False
    )
    frame["x"], frame["z"] = rng.normal(size=(2, len(frame)))
    frame["y"] = 2 * frame.x - frame.z + frame.u + 0.5 * frame.t + rng.normal(size=len(frame))
    return frame[rng.random(len(frame)) > missing].reset_index(drop=True)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_unbalanced_effects_and_crv1_equal_statsmodels(seed):
    frame = panel(seed)
    ours = regression(frame, outcome="y", regressors=["x", "z"], effects=["u", "t"], cluster="u")
    fit = smf.ols("y ~ x + z + C(u) + C(t)", frame).fit()
    theirs = fit.get_robustcov_results("cluster", groups=frame.u)
    at = [fit.params.index.get_loc(name) for name in ("x", "z")]
    assert ours.coefficients == pytest.approx(theirs.params[at], abs=1e-8)
    assert np.sqrt(np.diag(ours.covariance)) == pytest.approx(theirs.bse[at], rel=1e-6)


def test_crv3_equals_leaving_each_cluster_out():
    frame = panel(3, missing=0)
    ours = regression(
        frame, outcome="y", regressors=["x"], effects=["u"], cluster="u", covariance_type="crv3"
    )
    full = smf.ols("y ~ x + C(u)", frame).fit().params["x"]
    left = [smf.ols("y ~ x + C(u)", frame[frame.u != u]).fit().params["x"] for u in range(12)]
    expected = np.sqrt(11 / 12 * np.sum((np.array(left) - full) ** 2))
    assert ours["x"][1] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns="x"), "Missing columns: x"),
        (lambda f: f.assign(x=f.t * 2.0), "Follows from the other columns or the effects: x"),
        (lambda f: f.assign(x=f.z * 2), r"Follows from .*: x, z"),
        (lambda f: f.head(3), "rows are not enough for"),
        (lambda f: f.assign(x=f.x.where(f.index != 2, np.inf)), "infinite values, rows: 2"),
    ],
)
def test_says_what_is_wrong(change, message):
    with pytest.raises(DesignError, match=message):
        regression(change(panel(1)), outcome="y", regressors=["x", "z"], effects=["u", "t"])
