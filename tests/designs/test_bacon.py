"""The comparisons of the naive regression add up to it, and show which of them mislead."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.designs.bacon import goodman_bacon
from toolkit.errors import DesignError


def panel(seed: int = 0, *, adoptions=(3, 3, 5, np.nan, np.nan, np.nan), n_periods=6):
    draw = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product(
        [range(len(adoptions)), range(1, n_periods + 1)], names=["territory", "period"]
    )
    frame = grid.to_frame(index=False)
    frame["adoption"] = np.repeat(adoptions, n_periods).astype(float)
    return frame.assign(y=draw.normal(size=len(frame)))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 10_000),
    st.lists(st.sampled_from([2, 3, 5, 6, np.nan]), min_size=1, max_size=7),
)
def test_weights_sum_to_one_and_estimates_to_the_regression(seed, adoptions):
    frame = panel(seed, adoptions=(*adoptions, 4, np.nan))
    parts = goodman_bacon(frame, outcome="y")
    treated = (frame.period >= frame.adoption).astype(float)
    fit = smf.ols("y ~ d + C(territory) + C(period)", frame.assign(d=treated)).fit()
    assert parts.weight.min() >= 0
    assert parts.weight.sum() == pytest.approx(1)
    assert (parts.weight * parts.estimate).sum() == pytest.approx(fit.params["d"], abs=1e-9)


def test_comparisons_with_the_already_treated_err_where_effects_grow():
    """Without noise, effects of 1 a period since adoption: every honest comparison is positive."""
    frame = panel(adoptions=(2, 4, np.nan), n_periods=6)
    frame["y"] = (frame.period - frame.adoption + 1).clip(lower=0).fillna(0)
    parts = goodman_bacon(frame, outcome="y").set_index("kind")
    assert list(parts.columns) == ["treated", "comparison", "weight", "estimate"]
    assert parts.estimate["earlier_vs_later"] == pytest.approx(1.5)
    # Cohort 4 gains 2 on average from period 4 on; cohort 2, its comparison, 2.5 more than before.
    assert parts.estimate["later_vs_earlier"] == pytest.approx(-0.5)
    assert parts.estimate["treated_vs_never"].tolist() == pytest.approx([3.0, 2.0])


def test_one_adoption_is_one_comparison():
    frame = panel(adoptions=(4, np.nan, np.nan))
    parts = goodman_bacon(frame, outcome="y")
    assert parts.kind.tolist() == ["treated_vs_never"]
    assert parts.weight.tolist() == [1]


def test_says_what_is_missing():
    frame = panel()
    frame.loc[[1, 9], "y"] = np.nan
    with pytest.raises(DesignError, match=r"Missing values \(2\): 0 2, 1 4\. Fill them in"):
        goodman_bacon(frame, outcome="y")


def test_numbers_that_overflow_are_refused():
    frame = panel()
    with pytest.raises(DesignError, match="too large to compute with"):
        goodman_bacon(frame.assign(y=np.where(frame.period > 2, 1.7e308, -1.7e308)), outcome="y")
