"""Similar territories are the nearest on standardised covariates."""

import numpy as np
import pytest

from toolkit.errors import ToolkitError
from toolkit.records.similarity import load_covariates, similar_territories
from toolkit.records.territories import load_territory

CREUSE = load_territory("DEP-23")


def test_the_distance_is_the_root_mean_square_standardised_difference():
    """Held against a second computation, territory by territory."""
    found = similar_territories(CREUSE, n=100).set_index("code").distance
    frame = load_covariates("DEP").drop(columns="name")
    values = frame.assign(population=np.log(frame.population), n_communes=np.log(frame.n_communes))
    values = values.dropna()  # Mayotte: its growth is not known
    for code in ("58", "75", "974"):
        squares = [
            ((values.loc[code, name] - values.loc["23", name]) / np.std(values[name])) ** 2
            for name in values.columns
        ]
        wanted = np.sqrt(sum(squares) / len(squares))
        assert found[code] == pytest.approx(wanted, abs=0.0005)  # given to three decimals


def test_the_territory_comes_first_then_the_nearest():
    found = similar_territories(CREUSE, n=5)
    assert found.code.iloc[0] == "23"
    assert found.distance.iloc[0] == 0
    assert len(found) == 6
    assert found.distance.is_monotonic_increasing
    assert "58" in set(found.code)  # Nièvre: rural, shrinking, many communes


def test_resemblance_is_mutual():
    there = similar_territories(CREUSE, n=100).set_index("code").distance["58"]
    back = similar_territories(load_territory("DEP-58"), n=100).set_index("code").distance["23"]
    assert there == pytest.approx(back)


def test_named_covariates_alone_count():
    found = similar_territories(load_territory("DEP-59"), covariates=["population"], n=1)
    assert list(found.columns) == ["code", "name", "distance", "population"]
    assert found.code.iloc[1] == "75"  # Paris is second to the Nord in inhabitants


def test_covariates_are_what_they_say():
    departments = load_covariates("DEP")
    assert departments.n_communes["75"] == 1
    assert departments.largest_share["75"] == 1
    assert departments.n_communes["23"] == 255
    communes = load_covariates("COM")
    assert communes.epci_population["23096"] > communes.population["23096"]


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ToolkitError, match=r"at this level: income\. There are: pop"):
        similar_territories(CREUSE, covariates=["income"])
    with pytest.raises(ToolkitError, match="At least one similar territory must be asked for"):
        similar_territories(CREUSE, n=0)
    with pytest.raises(ToolkitError, match="no territory of its level"):
        similar_territories(load_territory("FR"))


def test_an_unknown_covariate_value_gives_no_answer_rather_than_a_wrong_one():
    yeu = load_territory("COM-85113")  # outside any EPCI: epci_population is not known
    assert similar_territories(yeu).empty
