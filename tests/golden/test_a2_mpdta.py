"""A2: county teen employment and the minimum wage, the data of Callaway and Sant'Anna (2021).

Values and standard errors of the authors' R package `did` (never-treated comparison, varying base).
Our errors are analytic, by influence functions. Tolerance 1e-5: the values bear five decimals.
"""

from pathlib import Path

import pandas as pd
import pytest

from toolkit.designs.bacon import goodman_bacon
from toolkit.designs.staggered import staggered

MPDTA = Path(__file__).with_name("mpdta.csv")
COLUMNS = {"outcome": "lemp", "territory": "county", "period": "year"}
Z = 1.959963984540054


@pytest.fixture(scope="module")
def panel():
    return pd.read_csv(MPDTA)


@pytest.mark.parametrize(
    ("covariates", "kind", "value", "error"),
    [
        ((), "simple", -0.03995, 0.01203),
        ((), "group", -0.03102, 0.01245),
        ((), "dynamic", -0.07724, 0.01996),
        ((), "calendar", -0.04170, 0.01597),
        (("lpop",), "simple", -0.04175, 0.01150),
        (("lpop",), "group", -0.03282, 0.01190),
        (("lpop",), "dynamic", -0.08035, 0.01896),
        (("lpop",), "calendar", -0.04418, 0.01504),
    ],
)
def test_a2_aggregates(panel, covariates, kind, value, error):
    effects = staggered(panel, **COLUMNS, covariates=covariates)
    estimate = effects.aggregate(kind, inference="analytic")
    assert estimate.value == pytest.approx(value, abs=1e-5)
    assert (estimate.high - estimate.low) / 2 / Z == pytest.approx(error, abs=1e-5)
    assert (estimate.n_treated, estimate.n_comparison, estimate.n_periods) == (191, 309, 5)
    assert estimate.cautions == ()


def test_a2_cells_are_those_of_the_article(panel):
    cells = staggered(panel, **COLUMNS).cells.set_index(["cohort", "period"])
    assert len(cells) == 12
    assert cells.value[2004, 2006] == pytest.approx(-0.1373, abs=5e-5)
    assert cells.se[2004, 2006] == pytest.approx(0.0364, abs=5e-5)
    assert cells.n_treated[2007, 2007] == 131


def test_a2_the_naive_regression_is_another_number(panel):
    frame = goodman_bacon(panel, **COLUMNS)
    # The coefficient of the article's regression with county and year effects.
    assert (frame.weight * frame.estimate).sum() == pytest.approx(-0.0365, abs=5e-5)
    assert frame.weight[frame.kind == "later_vs_earlier"].sum() > 0.01
