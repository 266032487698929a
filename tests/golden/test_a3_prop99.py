"""A3: California's tobacco programme of 1989, the data of Arkhangelsky and others (2021)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from toolkit.designs.did import difference_in_differences
from toolkit.designs.panel import panel_matrix
from toolkit.designs.simplex import simplex_weights
from toolkit.designs.synthetic_did import synthetic_did

COLUMNS = {"outcome": "packs", "territory": "state", "period": "year"}


@pytest.fixture(scope="module")
def panel():
    return pd.read_csv(Path(__file__).with_name("prop99_outcomes.csv"))


def test_a3_synthetic_did(panel):
    """-15.604 in the article's package, by an iterative solver; ours is exact. Tolerance .01."""
    found = synthetic_did(panel, **COLUMNS)
    assert found.estimate.value == pytest.approx(-15.604, abs=0.01)
    # Table 1 of the article: a placebo error of 8.4 (by random draws; here all 38 placebos).
    assert found.standard_error == pytest.approx(8.4, abs=1.5)
    assert found.estimate.smallest_p == pytest.approx(1 / 39)
    largest = found.unit_weights.nlargest(2, "weight").territory
    assert list(largest) == ["Nevada", "New Hampshire"]
    times = found.time_weights[found.time_weights.weight > 0.001]
    assert dict(zip(times.period, times.weight.round(3), strict=True)) == {
        1986: 0.366, 1987: 0.206, 1988: 0.427,
    }  # fmt: skip


def article_weights(columns: np.ndarray, target: np.ndarray, noise: float) -> np.ndarray:
    """Run the article's solver: Frank and Wolfe, 100 steps, small weights dropped, up to 10,000."""
    ridge, weights = len(target) * (1e-6 * noise) ** 2, np.full(columns.shape[1], 1.0)
    weights /= weights.sum()
    for steps in (100, 10_000):
        losses = []
        while len(losses) < steps and (
            len(losses) < 2 or losses[-2] - losses[-1] > (1e-5 * noise) ** 2
        ):
            slope = (columns @ weights - target) @ columns + ridge * weights
            toward = -weights
            toward[slope.argmin()] += 1
            moved = columns @ toward
            step = -(slope @ toward) / (moved @ moved + ridge * toward @ toward)
            weights = weights + np.clip(step, 0, 1) * toward
            losses.append(np.mean((columns @ weights - target) ** 2))
        if steps == 100:
            weights = np.where(weights <= weights.max() / 4, 0, weights)
            weights /= weights.sum()
    return weights


def test_a3_synthetic_control(panel):
    """-19.620 is where the article's solver stops; the optimum of its program is at -19.514.

    Unit weights alone, without an intercept, almost no ridge. Tolerance .05 on the published value,
    by the published solver; the exact program attains a smaller loss, hence case A4's -19.51.
    """
    matrix = panel_matrix(panel, adoption="adoption", **COLUMNS)
    comparison, own = matrix.outcome[~matrix.treated], matrix.outcome[matrix.treated][0]
    noise = np.diff(comparison[:, :19]).std(ddof=1)
    before = comparison[:, :19].T
    theirs = article_weights(before, own[:19], noise)
    exact = simplex_weights(before, own[:19], ridge=(1e-6 * noise) ** 2 * 19)
    both = {"theirs": theirs, "exact": exact}
    effect = {name: (own - weights @ comparison)[19:].mean() for name, weights in both.items()}
    loss = [np.mean((before @ weights - own[:19]) ** 2) for weights in (exact, theirs)]
    assert effect["theirs"] == pytest.approx(-19.620, abs=0.05)
    assert effect["exact"] == pytest.approx(-19.514, abs=0.001)
    assert loss[0] == pytest.approx(2.7437, abs=1e-4)
    assert loss[0] < loss[1]


def test_a3_difference_in_differences(panel):
    """-27.349. Tolerance .001: the value bears three decimals."""
    estimate = difference_in_differences(panel, **COLUMNS)
    assert estimate.value == pytest.approx(-27.349, abs=0.001)
