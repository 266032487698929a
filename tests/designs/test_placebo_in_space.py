"""A placebo in space ranks the real effect among effects where nothing happened."""

import numpy as np
import pandas as pd
import pytest

from toolkit.designs.did import difference_in_differences
from toolkit.designs.placebo_in_space import placebo_in_space
from toolkit.errors import DesignError
from toolkit.i18n import language

EN, FR = language("en"), language("fr")


def panel(seed: int, *, n=20, k=1, effect=0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product([range(n), range(8)], names=["territory", "period"])
    frame = grid.to_frame(index=False)
    frame["adoption"] = np.where(frame.territory < k, 5, np.nan)
    frame["value"] = rng.normal(size=len(frame)) + effect * (frame.period >= frame.adoption)
    return frame


def test_a_placebo_is_the_effect_of_a_territory_among_the_comparison_ones():
    frame = panel(1, effect=9)
    outcome = placebo_in_space(frame, outcome="value")
    placebos = outcome.data.set_index("territory").value
    pretended = frame[frame.territory > 0].assign(
        adoption=lambda p: np.where(p.territory == 7, 5, np.nan)
    )
    assert placebos[7] == pytest.approx(difference_in_differences(pretended, outcome="value").value)
    assert placebos[0] == pytest.approx(outcome.values["value"])
    assert (outcome.status, outcome.values["rank"], outcome.values["n"]) == ("passed", 1, 19)
    assert outcome.values["p"] == 1 / 20


def test_groups_are_as_many_as_the_treated():
    frame = panel(2, n=14, k=3, effect=5)
    outcome = placebo_in_space(frame, outcome="value")
    assert outcome.values["n"] == 165
    assert outcome.data.treated.sum() == 3
    drawn = placebo_in_space(panel(2, n=60, k=6, effect=5), outcome="value", draws=500)
    assert drawn.values["n"] == 500


def test_without_an_effect_the_rank_is_uniform():
    p = [placebo_in_space(panel(s), outcome="value").values["p"] for s in range(120)]
    assert np.mean(np.array(p) <= 0.1) == pytest.approx(0.1, abs=0.08)
    assert np.mean(p) == pytest.approx(0.525, abs=0.09)


def test_what_it_cannot_do_and_what_it_finds_have_sentences():
    staggered = panel(1, k=2)
    staggered.loc[staggered.territory == 1, "adoption"] = 4
    outcomes = [
        placebo_in_space(panel(1, effect=9), outcome="value"),
        placebo_in_space(panel(1), outcome="value"),
        placebo_in_space(panel(1, n=8), outcome="value"),
        placebo_in_space(staggered, outcome="value"),
        placebo_in_space(panel(1), outcome="value", cluster="territory"),
    ]
    assert [(o.status, o.reason) for o in outcomes] == [
        ("passed", "largest"),
        ("informative", "may_be_chance"),
        ("not_applicable", "few_territories"),
        ("not_applicable", "staggered"),
        ("not_applicable", "clusters"),
    ]
    for outcome in outcomes:
        assert outcome.sentence(EN) != outcome.sentence(FR)
    assert "Among 19 groups" in outcomes[0].sentence(EN)


def test_sizes_count_where_they_are_known():
    """A large, quiet treated territory among small, noisy ones: its effect is no small thing."""
    frame = panel(3, n=40).assign(size=lambda p: np.where(p.territory % 2, 1e6, 1.0))
    frame["size"] = np.where(frame.territory == 0, 1e6, frame["size"])
    frame["value"] *= np.where(frame["size"] > 1, 0.05, 3)
    frame["value"] += 1.5 * (frame.period >= frame.adoption)
    assert placebo_in_space(frame, outcome="value").values["p"] > 0.15
    sized = placebo_in_space(frame, outcome="value", size="size")
    assert (sized.reason, sized.values["rank"]) == ("largest", 1)


def test_groups_nearly_as_large_as_the_rest_are_ranked_at_their_own_scale():
    p = [placebo_in_space(panel(s, n=17, k=8), outcome="value").values["p"] for s in range(100)]
    assert np.mean(np.array(p) <= 0.1) == pytest.approx(0.1, abs=0.09)
    assert np.mean(p) == pytest.approx(0.5, abs=0.12)


def test_it_fails_where_a_clustered_error_concludes_and_placebos_show_as_much():
    frame = panel(79, n=17, k=5)
    estimate = difference_in_differences(frame, outcome="value", inference="crv1")
    outcome = placebo_in_space(frame, outcome="value", inference="crv1")
    assert estimate.p <= 0.1 < outcome.values["p"]
    assert (outcome.status, outcome.reason) == ("failed", "common")
    assert "effects as large are common" in outcome.sentence(EN)


def test_faults_are_refused():
    with pytest.raises(DesignError, match="no territory is treated"):
        placebo_in_space(panel(1, k=0), outcome="value")
