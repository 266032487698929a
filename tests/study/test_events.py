"""Coefficients around adoption: what they are, by hand, and what is left out."""

import numpy as np
import pandas as pd
import pytest

from toolkit.study.events import events_of_one_adoption
from toolkit.study.protocol import load_protocol
from toolkit.study.sample import study_sample

STUDY = "demande-unique"


def test_months_are_averaged_over_years_since_adoption():
    protocol = load_protocol(STUDY).protocol
    sample = study_sample(protocol)
    events = events_of_one_adoption(protocol, sample)
    # 38 months before March 2015 and 28 from it on: three whole years before, two after.
    assert events.frame.event_time.tolist() == [-3, -2, 0, 1]
    assert (sample.periods_a_year, events.length, events.n_before) == (12, 12, 2)
    assert events.covariance.shape == (4, 4)
    beta, covariance = events.before
    assert (len(beta), covariance.shape) == (2, (2, 2))


def test_a_coefficient_is_the_gap_of_that_year_less_that_of_the_year_before_adoption():
    protocol = load_protocol(STUDY).protocol
    sample = study_sample(protocol)
    events = events_of_one_adoption(protocol, sample)
    wide = sample.panel.pivot(index="territory", columns="period", values="value")
    months = wide.columns
    first = months.get_loc("2015-03")
    year = {k: wide.iloc[:, first + 12 * k : first + 12 * (k + 1)].mean(axis=1) for k in (-1, 0)}
    change = year[0] - year[-1]
    treated = wide.index.isin(sample.treated)
    by_hand = change[treated].mean() - change[~treated].mean()
    found = events.frame.set_index("event_time").value[0]
    assert found == pytest.approx(by_hand, rel=1e-12)
    assert isinstance(events.frame, pd.DataFrame)
    assert np.isfinite(events.covariance).all()
