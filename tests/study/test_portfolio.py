"""All projects together: what is counted, what is pooled, what is never mixed."""

from dataclasses import replace

import pandas as pd
import pytest

from toolkit.errors import DataError
from toolkit.estimate import Estimate
from toolkit.i18n import language
from toolkit.records.ecosystem import load_ecosystem_actions
from toolkit.records.portfolio import load_project
from toolkit.records.projects import project_ids
from toolkit.study.findings import finding_of
from toolkit.study.portfolio import Portfolio, load_portfolio
from toolkit.study.portfolio_criteria import compare_criteria
from toolkit.study.portfolio_effects import pool_effects, scale_effects
from toolkit.study.portfolio_gaps import measure_reach
from toolkit.study.portfolio_lessons import count_failures, public_lessons
from toolkit.study.portfolio_programme import (
    count_actions,
    count_modes,
    count_publics,
    read_declaration,
)

STUDIES = ("antenne-service-public", "autonomie-domicile", "demande-unique", "maison-handicap")
REAL = ["paerpa", "plateforme-inclusion"]


@pytest.fixture(scope="module")
def portfolio(demonstration):
    projects = {name: load_project(name) for name in project_ids()}
    return Portfolio(projects, {}, tuple(finding_of(demonstration(name)) for name in STUDIES))


def test_real_and_simulated_are_apart(portfolio):
    real, simulated = portfolio.parts
    assert (list(real.projects), real.findings, real.is_simulated) == (REAL, (), False)
    assert len(simulated.projects) == 6
    assert [finding.study for finding in simulated.findings] == list(STUDIES)
    assert portfolio.without_study == (
        "armoire-numerique", "numerique-colleges", "paerpa", "plateforme-inclusion",
    )  # fmt: skip


def test_a_project_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(DataError, match=r"nowhere.*antenne-service-public"):
        load_portfolio("paerpa, nowhere", lang=language("en"))


def test_effects_are_in_multiples_of_what_would_matter_the_good_side_above_zero(portfolio):
    effects = scale_effects(portfolio.findings).set_index("study")
    faster = effects.loc["demande-unique"]  # −6.555 days of which 2 would matter, fewer hoped for
    assert faster[["value", "low", "high"]].tolist() == pytest.approx(
        [3.2776, 2.7735, 3.7857], abs=1e-4
    )
    assert (faster.meaningful, faster.unit) == (2.0, "days")
    assert effects.value["autonomie-domicile"] == pytest.approx(-0.1984, abs=1e-4)


def twin(finding, name: str, value: float, territory: str):
    """Give a study of the same thing, elsewhere: its panel is of one territory."""
    estimate = Estimate(
        value, value - 1.96, value + 1.96, 0.5, design="did", estimand="att", inference="crv1",
        unit="days", n_treated=5, n_comparison=100_000, n_periods=9,
    )  # fmt: skip
    panel = pd.DataFrame({"territory": [territory], "adoption": [None]})
    study = replace(
        finding.found, estimate=estimate, sample=replace(finding.found.sample, panel=panel)
    )
    return replace(finding, study=name, found=study)


def test_only_studies_of_the_same_thing_on_other_territories_are_pooled(portfolio):
    alone = pool_effects(portfolio.findings)
    assert {pool.reason for pool in alone} == {"alone"}
    assert len(alone) == len(STUDIES)

    days = portfolio.findings[2]
    first, second = twin(days, "a", -4.0, "DEP-01"), twin(days, "b", -8.0, "DEP-02")
    (pool,) = pool_effects([first, second])
    assert (pool.studies, pool.unit, pool.reason) == (("a", "b"), "days", "")
    # Alike in precision: the mean is half-way, and each counts for half.
    assert pool.result.value == pytest.approx(-6.0)
    assert pool.result.studies.weight.tolist() == pytest.approx([0.5, 0.5])

    (shared,) = pool_effects([first, twin(days, "b", -8.0, "DEP-01")])
    assert (shared.reason, shared.result) == ("overlap", None)
    unbounded = replace(first.found, estimate=replace(first.found.estimate, high=float("inf")))
    (refused,) = pool_effects([replace(first, found=unbounded), second])
    assert refused.reason == "refused"
    assert "a: " in refused.message
    other = replace(second, measured=replace(second.measured, direction="increase"))
    assert {pool.reason for pool in pool_effects([first, other])} == {"alone"}
    real = replace(second, simulated=False)
    assert {pool.reason for pool in pool_effects([first, real])} == {"alone"}


def test_criteria_of_all_projects_and_no_order_that_is_not_established(portfolio):
    compared = compare_criteria(portfolio.projects)
    assert compared.unrated == tuple(REAL)
    rows = compared.rows.set_index(["project", "criterion"])
    handicap = rows.loc[("maison-handicap", "C5")]
    assert handicap[["n_raters", "median", "low", "high"]].tolist() == [9, 1, 0, 3]
    assert handicap.gap == pytest.approx(4 / 3)
    assert compared.agreement["maison-handicap"] == pytest.approx(0.2526, abs=1e-4)
    assert compared.moment == "exit"
    assert not compared.ranking.pairs.separated.any()
    only = compare_criteria({"demande-unique": portfolio.projects["demande-unique"]})
    assert only.ranking is None


def test_scores_of_too_few_raters_are_withheld_and_rank_nobody(portfolio):
    projects = {name: portfolio.projects[name] for name in ("demande-unique", "maison-handicap")}
    ratings = projects["demande-unique"].tables["ratings"]
    few = ratings[ratings.rater.isin(sorted(ratings.rater.unique())[:2])]
    tables = projects["demande-unique"].tables | {"ratings": few}
    projects["demande-unique"] = replace(projects["demande-unique"], tables=tables)
    compared = compare_criteria(projects)
    rows = compared.rows[compared.rows.project == "demande-unique"]
    assert (rows.withheld == "few_raters").all()
    assert rows["median"].isna().all()
    assert compared.ranking is None


def test_reach_counts_communes_once_and_names_the_gaps(portfolio):
    real, simulated = (measure_reach(part.projects) for part in portfolio.parts)
    # The Plateforme was deployed in every région: its pilots are not counted a second time.
    assert real.departments.n_projects.value_counts().to_dict() == {1: 99, 2: 2}
    assert real.departments.projects["53"] == ("paerpa", "plateforme-inclusion")
    # Gironde was covered in part, no one knows how far.
    assert real.departments.in_part["33"] == ("paerpa",)
    assert real.people.sum() == simulated.people.sum() == 68_017_091
    assert simulated.people.to_dict() == {0: 36_302_098, 1: 31_004_402, 2: 710_591}
    assert (simulated.departments.n_projects == 0).sum() == 59
    # An intercommunality is a part of its département.
    creuse = simulated.departments.loc["23"]
    assert creuse.projects == ("antenne-service-public",)
    assert 0 < creuse.covered < creuse.population
    assert simulated.departments.covered.sum() == simulated.people[1:].sum()


def test_only_public_failures_are_quoted_and_all_are_counted(portfolio):
    lessons = public_lessons(portfolio.projects)
    assert len(lessons) == 20
    assert set(lessons.kind) == {"erreur", "lecon"}
    assert lessons.date.is_monotonic_increasing
    counts = count_failures(portfolio.projects)
    assert counts.loc["demande-unique"].tolist() == [3, 3, 1]
    assert counts.sum().tolist() == [21, 19, 11]
    assert "paerpa" not in counts.index


def test_who_took_part_and_declared_what(portfolio):
    modes = count_modes(portfolio.projects)
    assert modes.loc["maison-handicap"].to_dict() == {
        "A1": 4, "A2": 3, "A3": 1, "A4": 3, "people": 10, "insiders": 7, "interests": 7,
        "undeclared": 0,
    }  # fmt: skip


def test_publics_actions_and_the_declaration_are_counted(portfolio):
    real, simulated = portfolio.parts
    assert count_publics(simulated.projects).loc["U2"].tolist() == [2, 1, 2]
    actions = load_ecosystem_actions()
    assert actions.simulated.all()
    counted = count_actions(actions)
    assert counted.actions.tolist() == [3, 3, 4, 3, 2, 3]
    assert counted.reach["E2"] == 2565
    assert count_actions(actions.iloc[:0]).actions.sum() == 0
    assert read_declaration(simulated.projects, actions) == {
        "embrace": {"projects": 6, "returned": 4},
        "equip": {"actions": 6},
        "partner": {"partners": 39, "kinds": 6, "actions": 4},
        "explore": {"cycles": 19, "failures": 21},
        "diffuse": {"open_artefacts": 20, "actions": 8},
    }
    held = read_declaration(real.projects, actions[~actions.simulated])
    assert held["partner"] == {"partners": 0, "kinds": 0, "actions": 0}
