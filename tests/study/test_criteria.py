"""The criteria as raters see them, and nothing by which one of them could be told."""

from dataclasses import replace

import pandas as pd
import pytest

from toolkit.records.portfolio import load_project
from toolkit.study.criteria import describe_criteria


@pytest.fixture(scope="module")
def many():
    """Three practitioners, three researchers and three others."""
    return describe_criteria(load_project("maison-handicap"))


@pytest.fixture(scope="module")
def four():
    """One rater a role, two rounds."""
    return describe_criteria(load_project("demande-unique"))


def test_practitioners_and_researchers_side_by_side(many):
    sides = many.sides.set_index(["criterion", "moment"])
    assert sides.loc[("C5", "exit")].to_dict() == {
        "praticien": 3.0, "chercheur": 0.0, "withheld": "", "difference": 3.0,
    }  # fmt: skip
    assert sides.loc[("C1", "admission"), "difference"] == 0
    between = many.agreement[many.agreement.pairing == "between"]
    assert between["slice"].tolist() == ["all", "admission", "exit"]
    assert between.n_raters.tolist() == [6, 6, 6]


def test_roles_of_too_few_raters_stand_together(many):
    counts = many.by_role[many.by_role.criterion == "C5"].groupby("role").score.agg(list)
    assert counts.to_dict() == {"chercheur": [0, 0, 1], "other": [1, 1, 2], "praticien": [2, 3, 3]}
    assert (many.moment, many.n_raters, many.n_rounds) == ("exit", 9, 1)


def test_one_rater_a_role_is_never_told(four):
    assert four.by_role.empty
    assert (four.sides.withheld == "few_raters").all()
    assert four.sides[["praticien", "chercheur", "difference"]].isna().all(axis=None)
    assert (four.agreement.pairing == "everyone").all()
    assert list(four.by_moment) == ["criterion", "moment", "score"]


def test_the_last_round_is_described_and_each_has_its_agreement(four):
    everyone = four.last.distributions.query("role == 'all' and criterion == 'C2'")
    assert everyone[["n_0", "n_1", "n_2", "n_3"]].to_numpy().tolist() == [
        [0, 1, 3, 0],
        [0, 0, 2, 2],
    ]
    rounds = four.agreement[four.agreement.by == "round"].set_index("slice").value
    assert rounds.round(2).to_dict() == {"1": 0.18, "2": 0.63}


def test_two_raters_are_too_few_to_show_anything():
    project = load_project("demande-unique")
    ratings = project.tables["ratings"]
    pair = ratings[ratings.role.isin(["praticien", "chercheur"])].reset_index(drop=True)
    few = describe_criteria(replace(project, tables=project.tables | {"ratings": pair}))
    assert few.by_moment.empty
    assert few.agreement.empty
    assert (few.last.changes.withheld == "few_raters").all()


def test_hidden_roles_that_few_raters_would_give_away_hide_one_more():
    project = load_project("maison-handicap")
    ratings = project.tables["ratings"]
    without = ratings[~ratings.role.isin(["usager", "elu"])].reset_index(drop=True)
    left = describe_criteria(replace(project, tables=project.tables | {"ratings": without}))
    # The partner alone would follow from the total: the practitioners or researchers hide them.
    assert set(left.sides.withheld) == {"protects_few"}
    assert left.by_role.groupby("role").size().groupby(lambda r: r == "other").sum().to_dict() == {
        False: 15, True: 20,
    }  # fmt: skip


def test_no_rating_is_nothing_to_describe():
    assert describe_criteria(load_project("paerpa")) is None


def test_only_an_admission_rated(many):
    project = load_project("maison-handicap")
    ratings = project.tables["ratings"]
    first = ratings[ratings.moment == "admission"].reset_index(drop=True)
    found = describe_criteria(replace(project, tables=project.tables | {"ratings": first}))
    assert found.moment == "admission"
    assert set(found.by_moment.moment) == {"admission"}
    assert (found.last.changes.withheld == "few_raters").all()
    pd.testing.assert_frame_equal(
        found.by_moment, many.by_moment[many.by_moment.moment == "admission"].reset_index(drop=True)
    )
