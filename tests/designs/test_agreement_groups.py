"""Each row of the table is the measure on its slice; the demonstration projects give it whole."""

import pandas as pd
import pytest

from toolkit.designs.agreement import alpha_between, krippendorff_alpha
from toolkit.designs.agreement_groups import UNIT, agreement_by, describe_agreement
from toolkit.designs.ratings import rating_matrix
from toolkit.errors import DesignError
from toolkit.i18n import language
from toolkit.records.portfolio import load_project

DEMONSTRATION = (
    "antenne-service-public", "armoire-numerique", "autonomie-domicile", "demande-unique",
    "maison-handicap", "numerique-colleges",
)  # fmt: skip


@pytest.fixture(scope="module")
def ratings() -> pd.DataFrame:
    frames = [load_project(name).tables["ratings"].assign(project=name) for name in DEMONSTRATION]
    everyone = pd.concat(frames, ignore_index=True)
    # One rater a role: the others of the project that has more are left out.
    return everyone[everyone.rater.str.endswith("1")].reset_index(drop=True)


@pytest.fixture(scope="module")
def table(ratings) -> pd.DataFrame:
    return agreement_by(ratings)


def row(table, **where) -> pd.Series:
    chosen = table[(table[list(where)] == pd.Series(where)).all(axis=1)]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_a_row_for_each_slice_and_pairing(table):
    slices = table[["by", "slice"]].drop_duplicates()
    assert slices.groupby("by").size().to_dict() == {
        "all": 1, "criterion": 5, "moment": 2, "round": 2,
    }  # fmt: skip
    assert len(table) == 10 * 4


def test_a_row_is_the_measure_on_its_slice(ratings, table):
    part = ratings[ratings.criterion == "C2"]
    matrix = rating_matrix(part, unit=list(UNIT), scale=range(4), cluster="project")
    alpha = krippendorff_alpha(matrix)
    seen = row(table, by="criterion", slice="C2", pairing="everyone")
    assert (seen.value, seen.low, seen.n_units) == (alpha.value, alpha.low, 14)
    groups = [part.rater[part.role == name].unique() for name in ("praticien", "chercheur")]
    between = alpha_between(matrix, *groups)
    seen = row(table, by="criterion", slice="C2", pairing="between")
    assert (seen.value, seen.n_raters) == (pytest.approx(between.value), 12)
    assert (seen["first"], seen["second"]) == ("praticien", "chercheur")


def test_one_practitioner_a_project_has_nobody_to_agree_with(table):
    within = table[table.pairing == "within"]
    assert (within.reason == "no_pair").all()
    assert within.value.isna().all()


def test_one_project_has_no_interval_and_few_raters_are_said(table):
    seen = row(table, by="round", slice="2", pairing="between")
    assert pd.isna(seen.low)
    assert seen.cautions == "one_cluster, few_raters"
    assert "few_raters" not in row(table, by="round", slice="2", pairing="everyone").cautions


def test_a_pseudonym_of_two_projects_is_two_people(ratings):
    same = ratings.assign(rater=ratings.role.str[0] + "01")
    same["rater"] = same.rater.where(same.role != "partenaire", "X01")
    one, two = (agreement_by(frame, by=()) for frame in (ratings, same))
    pd.testing.assert_frame_equal(one, two)


def test_a_row_in_words(table):
    seen = row(table, by="round", slice="2", pairing="everyone")
    assert describe_agreement(seen, language("en")) == (
        "Agreement beyond chance: 0.63, without an interval (1 is perfect agreement, 0 that of "
        "chance) – Krippendorff’s alpha (order of scores), 10 units rated, 4 raters."
    )
    seen = row(table, by="all", pairing="within", first="chercheur")
    assert "sans objet" in describe_agreement(seen, language("fr"))


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda r: r.drop(columns="moment"), r"Missing columns: moment"),
        (lambda r: r.assign(role=["elu", *r.role[1:]]), r"several roles: antenne.* P01"),
        (lambda r: r.assign(role=[None, *r.role[1:]]), r"rows without a role: 0"),
        (lambda r: pd.concat([r, r.iloc[:1]]), r"twice: antenne-service-public C1 admission 1"),
    ],
)
def test_says_what_is_wrong(ratings, break_it, message):
    with pytest.raises(DesignError, match=message):
        agreement_by(break_it(ratings))
