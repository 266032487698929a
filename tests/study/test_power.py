"""What a study could find, at the real dates where adoption is staggered."""

from dataclasses import replace

import pytest

from toolkit.display.blocks import Callout
from toolkit.display.studies import introduce_study
from toolkit.i18n import language
from toolkit.records.portfolio import load_project
from toolkit.study.power import may_exaggerate, power_sentences, study_power
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
    assert "synthetic control" in power_sentences(protocol, None, language("en"))[0]
    clustered = lockers[0].model_copy(update={"clusters": "region"})
    assert "treated in clusters" in power_sentences(clustered, None, language("en"))[0]


def test_a_design_that_may_miss_what_matters_says_so(lockers):
    protocol, sample = lockers
    found = study_power(protocol, sample)
    said = [len(power_sentences(protocol, found, language("en")))]
    demanding = protocol.thresholds.model_copy(update={"meaningful": 1.5})
    asked = protocol.model_copy(update={"thresholds": demanding})
    told = power_sentences(asked, found, language("en"))
    assert said == [len(told) - 1]
    assert told[1] == (
        "The smallest effect that would matter (1.50 per 1,000) is below that: it could go unseen."
    )


def test_an_effect_less_than_what_the_design_sees_reliably_may_be_exaggerated(demonstration):
    # 4.0 points stand out from zero, where 5.8 are seen four times in five; with 6.6 days, 1.8.
    weak, strong = (demonstration(name) for name in ("antenne-service-public", "demande-unique"))
    # Over the periods of the study, not over some of those before.
    assert [(one.power.n_before, one.power.n_after) for one in (weak, strong)] == [
        (13, 15),
        (38, 28),
    ]
    assert may_exaggerate(weak.estimate, weak.power)
    assert not may_exaggerate(strong.estimate, strong.power)
    assert not may_exaggerate(replace(weak.estimate, low=-1.0), weak.power)
    assert not may_exaggerate(weak.estimate, None)
    said = [block.text for block in introduced(weak) if isinstance(block, Callout)]
    assert any("may be exaggerated" in text and "5.83 points" in text for text in said)
    assert not any(
        "may be exaggerated" in block.text
        for block in introduced(strong)
        if isinstance(block, Callout)
    )


def test_what_is_assigned_by_cluster_has_a_test_of_its_own(lockers):
    protocol = lockers[0].model_copy(update={"clusters": "region"})
    assert study_power(protocol, lockers[1]) is None


def introduced(study):
    project = load_project(study.file.protocol.project)
    return introduce_study(study, project, lang=language("en"))
