"""The demonstration studies find what was put into their data, and say what stands against it."""

import math
from dataclasses import replace
from datetime import date

import pytest

from toolkit.display.studies import introduce_study
from toolkit.i18n import language
from toolkit.records.portfolio import load_project
from toolkit.records.simulate import true_effects
from toolkit.records.sources import data_dir
from toolkit.study.analyse import analyse, refusal, run_study
from toolkit.study.deviations import make_lock
from toolkit.study.evidence import fragility
from toolkit.study.protocol import load_protocol
from toolkit.study.protocol_rules import CHECKS
from toolkit.study.record import compare_records, study_record
from toolkit.study.sample import study_sample


def truth(study) -> float:
    protocol = study.file.protocol
    effects = true_effects(data_dir() / "projects" / protocol.project)
    effects = effects[effects.indicator == protocol.indicator]
    return float((effects.effect * effects.n_periods).sum() / effects.n_periods.sum())


@pytest.fixture(scope="module")
def studies(demonstration):
    names = (
        "antenne-service-public", "armoire-numerique", "autonomie-domicile", "demande-unique",
        "maison-handicap", "numerique-colleges",
    )  # fmt: skip
    return {name: demonstration(name) for name in names}


VERDICTS = {
    "antenne-service-public": ("beneficial", 2),  # too noisy before to show parallel trends
    "armoire-numerique": ("beneficial", 2),  # the effect reached the neighbours
    "autonomie-domicile": ("no_meaningful_effect", 3),
    "demande-unique": ("beneficial", 3),
    "maison-handicap": ("inconclusive", 1),  # its trend was there before
    "numerique-colleges": ("beneficial", 3),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_verdict_and_grade_are_those_the_truth_deserves(studies, name):
    study = studies[name]
    assert (study.conclusion.verdict, study.grade.level) == VERDICTS[name]
    assert study.sample.simulated


@pytest.mark.parametrize("name", sorted(set(VERDICTS) - {"maison-handicap"}))
def test_the_interval_holds_the_truth(studies, name):
    estimate = studies[name].estimate
    assert estimate.low <= truth(studies[name]) <= estimate.high


def test_what_breaks_a_comparison_is_caught_and_named(studies):
    failed = {
        name: {c.check for c in study.checks if c.status == "failed"}
        for name, study in studies.items()
    }
    assert "pretrends" in failed["maison-handicap"]
    assert studies["maison-handicap"].conclusion.checks[0] == "pretrends"
    assert "spillover" in failed["armoire-numerique"]
    assert failed["demande-unique"] == set()


def test_an_effect_that_uneven_trends_would_overturn_is_fragile(studies):
    assert fragility(studies["numerique-colleges"].checks) == pytest.approx(0.13, abs=0.01)
    assert fragility(studies["demande-unique"].checks) is None  # it survives 1.28 times as much
    assert fragility(studies["antenne-service-public"].checks) is None  # nothing to overturn
    study = studies["numerique-colleges"]
    page = introduce_study(study, load_project("numerique-colleges"), lang=language("en"))
    assert any("it holds up to 0.13 times as much" in str(block) for block in page)


def test_where_no_effect_shows_a_divergence_could_only_hide_one(studies):
    reasons = {name: studies[name].checks[0].reason for name in studies}
    assert reasons["autonomie-domicile"] == "powerful_hiding"
    assert reasons["demande-unique"] == "powerful"
    # 2 points over the three years that an average is from the reference.
    assert studies["autonomie-domicile"].checks[0].values["explaining"] == pytest.approx(2 / 3)


def test_every_planned_check_is_made_in_the_order_of_the_protocol(studies):
    for study in studies.values():
        protocol = study.file.protocol
        assert [check.check for check in study.checks] == protocol.checks
        assert set(protocol.checks) <= set(CHECKS[protocol.design])


def test_the_smallest_effect_that_could_be_seen_stands_beside(studies):
    for study in studies.values():
        assert 0 < study.power.mde < math.inf


def test_status_says_how_the_question_relates_to_the_answer():
    file = load_protocol("maison-handicap")
    sample = study_sample(file.protocol)
    assert analyse(file, sample).status == "exploratory"
    lock = make_lock(file, sample, role="chercheur", today=date(2026, 11, 24))
    locked = analyse(file, sample, lock)
    assert (locked.status, locked.deviations) == ("retrospective", ())
    moved = analyse(file, sample.without(("DEP-01",)), lock)
    assert moved.status == "exploratory"
    assert ("territory_gone", "DEP-01") in {(d.kind, d.subject) for d in moved.deviations}


def test_the_recipe_is_not_read_by_the_analysis(studies, monkeypatch, tmp_path):
    """Nothing of simulation.toml reaches an estimate: without it, the study is the same."""
    import shutil

    real, copy = data_dir(), tmp_path / "data"
    shutil.copytree(real / "projects" / "demande-unique", copy / "projects" / "demande-unique")
    recipe = copy / "projects" / "demande-unique" / "simulation.toml"
    assert "effect = -6.0" in recipe.read_text(encoding="utf-8")
    recipe.unlink()
    for name in (
        "schemas",
        "programme",
        "territories",
        "studies",
        "sources.toml",
        "disclosure.toml",
    ):
        (copy / name).symlink_to(real / name)
    expected = studies["demande-unique"]
    monkeypatch.setenv("FUTURS_DATA", str(copy))
    again = run_study("demande-unique")
    assert again.estimate == expected.estimate
    assert compare_records(study_record(again), study_record(expected)) == []


def test_a_check_says_beforehand_what_would_stop_the_run(studies):
    study = studies["antenne-service-public"]  # two waves, adjusted to size
    file, sample = study.file, study.sample
    alone = refusal(file, sample.without(sample.comparison))
    assert "nothing to compare them with: add comparison territories" in alone
    never = replace(sample, panel=sample.panel.assign(adoption=None))
    assert "no territory is treated in these periods: look at the dates" in refusal(file, never)
    assert refusal(file, sample) == ""
