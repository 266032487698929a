"""Bounds on an estimate: every corner of what the censored values allow lies between its ends."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from toolkit.designs.censoring import bound_estimate
from toolkit.designs.counts import rate_ratio
from toolkit.designs.did import difference_in_differences
from toolkit.errors import DesignError
from toolkit.i18n import language
from toolkit.records.portfolio import load_panel, load_project


def panel(seed: int, *, n=14, k=2) -> pd.DataFrame:
    """Draw poverty rates, published as 5 where they are below."""
    rng = np.random.default_rng(seed)
    frame = pd.MultiIndex.from_product([range(n), range(6)], names=["territory", "period"])
    frame = frame.to_frame(index=False)
    true = 8 + rng.normal(size=n)[frame.territory] + 0.7 * rng.normal(size=len(frame))
    true -= 2.0 * ((frame.territory < k) & (frame.period >= 3))
    frame["true"] = true
    frame["value"] = np.maximum(true, 5.8)
    frame["status"] = np.where(true < 5.8, "censored", "ok")
    frame["adoption"] = np.where(frame.territory < k, 3.0, np.nan)
    return frame


LIMITS = {"censored": (0.0, 5.8)}


@pytest.mark.parametrize("seed", range(4))
def test_the_truth_and_every_corner_lie_between_the_ends(seed):
    frame = panel(seed)
    hidden = frame.index[frame.status == "censored"]
    assert 2 <= len(hidden) <= 9
    found = bound_estimate(frame, outcome="value", status="status", limits=LIMITS)
    values = []
    for corner in product(*[(0.0, 5.8)] * len(hidden)):
        frame.loc[hidden, "value"] = corner
        values.append(
            difference_in_differences(frame.drop(columns="status"), outcome="value").value
        )
    assert found.lowest.value == pytest.approx(min(values))
    assert found.highest.value == pytest.approx(max(values))
    truth = difference_in_differences(frame.drop(columns="status"), outcome="true").value
    assert found.lowest.value <= truth <= found.highest.value
    assert found.n_bounded == len(hidden)
    assert found.low <= found.lowest.low
    assert found.high >= found.highest.high


def test_both_ends_bear_the_caution_and_are_said():
    found = bound_estimate(panel(1), outcome="value", status="status", limits=LIMITS)
    assert "bounded_cells" in found.lowest.cautions
    assert "bounded_cells" in found.highest.cautions
    assert list(found.table().end) == ["lowest", "highest"]
    assert "At the highest" in found.sentence(language("en"))
    assert "Au plus bas" in found.sentence(language("fr"))


@pytest.mark.parametrize("seed", range(3))
def test_secret_counts_bound_a_ratio_of_rates(seed):
    rng = np.random.default_rng(seed)
    frame = panel(seed)
    people = np.round(np.exp(rng.normal(6, 0.4, 14)))
    frame["people"] = people[frame.territory] * (1 + 0.02 * frame.period)
    frame["true"] = rng.poisson(0.03 * frame.people).astype(float)
    frame["status"] = np.where(frame.true < 5, "secret", "ok")
    frame["events"] = frame.true.mask(frame.true < 5)
    hidden = frame.index[frame.status == "secret"]
    assert len(hidden) > 0
    found = bound_estimate(
        frame, outcome="events", status="status", limits={"secret": (0, 4)}, design=rate_ratio,
        exposure="people", draws=99,
    )  # fmt: skip
    for corner in rng.integers(0, 5, size=(40, len(hidden))):
        frame.loc[hidden, "events"] = corner
        exact = frame.drop(columns="status")
        one = rate_ratio(exact, outcome="events", exposure="people", draws=9).estimate.value
        assert found.lowest.value - 1e-6 <= one <= found.highest.value + 1e-6


@pytest.mark.parametrize(
    ("change", "limits", "message"),
    [
        (lambda f: f.drop(columns="status"), LIMITS, "Missing columns: status"),
        (lambda f: f, {"censored": (5, 0)}, "needs its limits, lowest then highest: censored"),
        (
            lambda f: f.assign(status=f.status.mask(f.index == 0, "secret")),
            LIMITS,
            "lowest then highest: secret",
        ),
        (lambda f: f.assign(status="ok"), LIMITS, "No value has the status censored"),
    ],
)
def test_says_what_it_refuses(change, limits, message):
    with pytest.raises(DesignError, match=message):
        bound_estimate(change(panel(1)), outcome="value", status="status", limits=limits)


def test_a_demonstration_project_with_censored_and_secret_shares():
    """Shares below 5 % are published as 5 (data/projects/armoire-numerique)."""
    loaded = load_panel(load_project("armoire-numerique"), "pieces-reemployees")
    first = loaded[loaded.event_time == 0].set_index("territory").period
    frame = loaded.assign(adoption=loaded.territory.map(first))
    frame = frame[frame.adoption.isna() | (frame.adoption == "2015-Q2")]
    limits = {"censored": (0, 5), "secret": (0, 100)}
    found = bound_estimate(frame, outcome="value", status="status", limits=limits)
    assert found.n_bounded == frame.status.isin(list(limits)).sum() > 0
    with pytest.raises(DesignError, match=r"only as bounds \(status censored\).*bound_estimate"):
        difference_in_differences(frame, outcome="value")
    # Eight points by full dose; .675 of a département is served on average.
    assert found.low <= 8 * 0.675 <= found.high
