"""What a study could find, at the real dates where adoption is staggered."""

import pytest

from toolkit.i18n import language
from toolkit.study.power import power_sentences, study_power
from toolkit.study.protocol import load_protocol
from toolkit.study.sample import study_sample


@pytest.fixture(scope="module")
def lockers():
    protocol = load_protocol("armoire-numerique").protocol
    return protocol, study_sample(protocol)


def test_a_staggered_adoption_is_replayed_at_its_own_dates(lockers):
    found = study_power(*lockers)
    # Two waves of four départements, a year of quarters apart, on those never treated.
    assert found.cohorts == {0: 4, 4: 4}
    assert (found.n_before, found.n_after) == (9, 15)
    assert found.mde == pytest.approx(1.837, abs=0.001)
    assert "2 dates" in power_sentences(lockers[0], found, language("en"))[0]


def test_with_too_few_left_all_are_said_to_start_at_once(lockers):
    protocol, sample = lockers
    few = sample.without(sample.comparison[15:])
    found = study_power(protocol, few)
    assert found.cohorts is None
    assert "can only be too small" in power_sentences(protocol, found, language("en"))[2]


def test_a_synthetic_control_says_that_it_cannot_be_told(lockers):
    protocol = lockers[0].model_copy(update={"design": "synthetic_control"})
    assert study_power(protocol, lockers[1]) is None
    assert len(power_sentences(protocol, None, language("fr"))) == 1
