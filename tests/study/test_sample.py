"""The panel a protocol names."""

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import DesignError
from toolkit.i18n import LANGUAGES, language
from toolkit.study.protocol import Comparison, Treated, load_protocol
from toolkit.study.sample import _adoption, study_sample

STUDY = "demande-unique"


@pytest.fixture
def protocol():
    return load_protocol(STUDY).protocol


def changed(protocol, **values):
    return protocol.model_copy(update=values)


def test_the_sample_is_what_the_deployments_say(protocol):
    sample = study_sample(protocol)
    assert sample.treated == ("DEP-10", "DEP-49", "DEP-81")
    assert len(sample.comparison) == 94
    assert set(sample.panel.adoption.dropna()) == {"2015-03"}
    assert (sample.unit, sample.direction, sample.simulated) == ("days", "decrease", True)
    own = sample.panel[sample.panel.territory == "DEP-10"]
    assert own["size"].iloc[0] == pytest.approx(own.n.mean())


def test_neighbours_are_named_and_can_be_left_out(protocol):
    sample = study_sample(protocol)
    assert {"DEP-52", "DEP-51", "DEP-21"} <= set(sample.neighbours)  # around the Aube
    without = study_sample(changed(protocol, exclude_neighbours=True))
    assert set(without.comparison) == set(sample.comparison) - set(sample.neighbours)


def test_a_list_narrows_a_side(protocol):
    sides = {
        "treated": Treated(rule="listed", territories=["DEP-10"]),
        "comparison": Comparison(rule="listed", territories=["DEP-01", "DEP-02"]),
    }
    sample = study_sample(changed(protocol, **sides))
    assert (sample.treated, sample.comparison) == (("DEP-10",), ("DEP-01", "DEP-02"))


def test_a_listed_territory_without_that_role_is_named(protocol):
    listed = Treated(rule="listed", territories=["DEP-10", "DEP-44"])
    with pytest.raises(DesignError, match="DEP-44"):
        study_sample(changed(protocol, treated=listed))


def test_an_adoption_between_two_waves_counts_from_the_next(protocol):
    days = pd.to_datetime(["2015-06-01", "2016-02-01", "2019-01-01", None])
    panel = pd.DataFrame({"period": ["2014", "2016", "2018", "2018"], "adopted_on": days})
    found = _adoption(panel, "year")
    assert found.tolist()[:3] == ["2016", "2016", "2019"]
    assert pd.isna(found[3])


def test_who_adopts_after_the_window_stands_as_comparison(protocol):
    periods = protocol.periods.model_copy(update={"last": "2015-02"})
    sample = study_sample(changed(protocol, periods=periods))
    assert sample.later == ("DEP-10", "DEP-49", "DEP-81")
    assert sample.treated == ()


def test_periods_without_any_observation_are_refused(protocol):
    later = protocol.periods.model_copy(update={"first": "2030-01", "last": "2031-06"})
    with pytest.raises(DesignError, match="from 2012-01 to 2017-06"):
        study_sample(changed(protocol, periods=later))


def test_logarithms_and_populations_and_regions(protocol):
    level = study_sample(protocol)
    settings = {"scale": "log", "sizes": "population", "clusters": "region"}
    sample = study_sample(changed(protocol, **settings))
    assert sample.unit == "log_points"
    for code in LANGUAGES:
        assert language(code)("unit.name.log_points")
    np.testing.assert_allclose(np.exp(sample.panel.value), level.panel.value, rtol=1e-12)
    aube = sample.panel[sample.panel.territory == "DEP-10"]
    assert aube["size"].between(290_000, 330_000).all()
    assert set(aube.cluster) == {"REG-44"}


def test_a_region_of_which_a_part_went_first_makes_two_clusters(protocol):
    sample = study_sample(changed(protocol, clusters="region_and_date"))
    cluster = sample.panel.groupby("territory").cluster.first()
    # Aube adopts; its neighbour in the same région does not.
    assert cluster["DEP-10"] == "REG-44 2015-03"
    assert cluster["DEP-51"] == "REG-44"
