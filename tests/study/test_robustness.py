"""What a protocol declares beside its estimate is estimated, and refused where it cannot be."""

import json

import pytest

from toolkit.designs.did import difference_in_differences
from toolkit.designs.multiple_outcomes import romano_wolf
from toolkit.errors import DesignError
from toolkit.records.toml_model import Text
from toolkit.study.analyse import analyse
from toolkit.study.protocol import Comparison, Subgroup, load_protocol
from toolkit.study.record import study_record
from toolkit.study.robustness import robustness
from toolkit.study.sample import study_sample

NAME = Text(fr="Un groupe", en="A group")


@pytest.fixture(scope="module")
def study(demonstration):
    return demonstration("demande-unique")


def test_every_combination_is_estimated_the_protocol_first(study):
    found = study.robustness
    assert len(found.choices) == len(found.curve.frame) == 2 * 2 * 2 * 2
    assert list(found.choices.iloc[0]) == ["2012-01", "2017-06", 0, ""]
    assert found.curve.frame.value[0] == pytest.approx(study.estimate.value)
    assert found.curve.share_significant == 1
    assert found.curve.p_median == pytest.approx(1e-4)


def test_a_combination_reads_the_rows_it_names(study):
    found = study.robustness
    row = found.choices.query("first == '2013-01' and transition == 3 and without == 'REG-11'")
    row = row.query("last == '2016-12'").index[0]
    panel = study.sample.panel
    kept = panel.period.between("2013-01", "2016-12")
    started = panel.period.isin(["2015-03", "2015-04", "2015-05"])
    panel = panel.assign(value=panel["value"].mask(started))
    around_paris = [f"DEP-{code}" for code in (75, 77, 78, 91, 92, 93, 94, 95)]
    kept &= ~panel.territory.isin(around_paris)
    alone = difference_in_differences(panel[kept], outcome="value", size="size")
    assert found.curve.frame.value[row] == pytest.approx(alone.value)


def test_outcomes_are_tested_together_and_no_p_falls(study):
    table = study.robustness.outcomes
    assert list(table.indicator) == ["delai-traitement", "non-recours"]
    assert list(table.unit) == ["days", "percent"]
    assert study.robustness.n_outcomes == 97
    assert (table.p_adjusted >= table.p).all()
    # Yearly take-up, by hand: the mean of 2015 and 2016 less that of 2012 to 2014.
    protocol = study.file.protocol
    periods = protocol.periods.model_copy(update={"first": "2012", "last": "2016"})
    changed = {"indicator": "non-recours", "periods": periods}
    other = study_sample(protocol.model_copy(update=changed)).panel
    wide = other.pivot(index="territory", columns="period", values="value")
    change = wide[["2015", "2016"]].mean(axis=1) - wide[["2012", "2013", "2014"]].mean(axis=1)
    treated = change.index.isin(study.sample.treated)
    alone = romano_wolf(change.to_frame(), treated, seed=1)
    assert table.value[1] == pytest.approx(alone["value"].iloc[0], abs=0.05)


def test_parts_of_the_treated_are_compared_with_each_other(study):
    group = Subgroup(name=NAME, territories=["DEP-10"])
    protocol = study.file.protocol.model_copy(update={"subgroups": [group]})

    def design(panel, **columns):
        return difference_in_differences(panel, **columns)

    bare = {"specifications": type(protocol.specifications)(), "outcomes": []}
    protocol = protocol.model_copy(update=bare)
    (part,) = robustness(protocol, study.sample, design).parts
    assert (part.inside.n_treated, part.others.n_treated) == (1, 2)
    assert (part.apart.n_treated, part.apart.n_comparison) == (1, 2)
    assert part.apart.value == pytest.approx(part.inside.value - part.others.value, abs=0.01)
    # One of three: no gap can be shown at 5 %.
    assert part.apart.smallest_p == pytest.approx(1 / 3)
    wrong = Subgroup(name=NAME, territories=["DEP-10", "DEP-44"])
    with pytest.raises(DesignError, match="does not treat in these periods: DEP-44"):
        robustness(protocol.model_copy(update={"subgroups": [wrong]}), study.sample, design)


def test_the_nearest_are_chosen_before_adoption_and_everyone_stands_beside():
    file = load_protocol("autonomie-domicile")
    comparison = Comparison(rule="nearest", per_treated=4)
    changes = {"comparison": comparison, "checks": ["placebo_in_time"]}
    protocol = file.protocol.model_copy(update=changes)
    sample = study_sample(protocol)
    assert set(sample.comparison) == set(sample.matched.territories)
    assert len(sample.matched.chosen) == 4 * 4
    assert sample.matched.trajectories.period.max() == "2014"
    assert (sample.matched.balance.difference_after.abs() < 0.1).all()
    everyone = study_sample(file.protocol)
    found = analyse(type(file)(file.path, file.text, protocol, ()), sample)
    assert found.estimate.n_comparison == len(sample.comparison)
    assert found.robustness.unmatched.n_comparison == len(everyone.comparison)


def test_the_record_holds_what_was_planned(study):
    record = json.loads(json.dumps(study_record(study), allow_nan=False))["robustness"]
    assert len(record["specifications"]["all"]) == 16
    assert [row["indicator"] for row in record["outcomes"]] == ["delai-traitement", "non-recours"]
    assert "subgroups" not in record
