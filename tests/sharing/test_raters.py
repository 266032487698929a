"""Ratings leave without a way back to who gave them, and pages say the same of what is left."""

import shutil
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from toolkit.display.criteria import compare_sides, explain_criteria
from toolkit.errors import DataError
from toolkit.records.folders import data_dir
from toolkit.records.portfolio import load_project
from toolkit.records.schemas import load_schema
from toolkit.records.tables import read_table
from toolkit.sharing.raters import UNSAID, unlink_raters
from toolkit.sharing.render import render_report
from toolkit.sharing.withhold import withhold_ratings
from toolkit.study.criteria import describe_criteria

from .conftest import FR, report
from .rating_attacker import recover_scores

RATED = ["demande-unique", "maison-handicap"]  # two rounds; roles of three raters


def unlinked(ratings: pd.DataFrame) -> pd.DataFrame:
    return unlink_raters(ratings, fewest=3, known=frozenset({"Z01"}))


@pytest.mark.parametrize("name", RATED)
def test_pages_say_the_same_of_what_is_shared(name):
    project = load_project(name)
    shared = unlinked(project.tables["ratings"])
    before = describe_criteria(project)
    after = describe_criteria(replace(project, tables=project.tables | {"ratings": shared}))
    for part in ("by_moment", "by_role", "sides", "agreement"):
        assert_frame_equal(getattr(before, part), getattr(after, part))
    assert_frame_equal(before.last.changes, after.last.changes)
    assert (before.n_raters, before.n_rounds) == (after.n_raters, after.n_rounds)


@pytest.mark.parametrize("name", RATED)
def test_who_of_the_roles_together_gave_a_score_changes_nothing(name):
    """Whoever of them gave which scores of a criterion, the shared table is the same."""
    ratings = load_project(name).tables["ratings"]
    shared = unlinked(ratings)
    role_of = dict(zip(ratings.rater, ratings.role, strict=True))
    names = [rater for rater, role in role_of.items() if role not in set(shared.role)]
    assert len(names) >= 3
    last = ratings["round"] == ratings.groupby("moment")["round"].transform("max")
    part = (ratings.moment + ratings["round"].astype(str)).mask(last, "last")
    generator = np.random.default_rng(10)
    others = ratings.copy()
    for _, rows in ratings[ratings.rater.isin(names)].groupby([ratings.criterion, part]):
        others.loc[rows.index, "rater"] = rows.rater.map(
            dict(zip(names, generator.permutation(names), strict=True))
        )
    others["role"] = others.rater.map(role_of)
    assert not others.equals(ratings)
    assert_frame_equal(unlinked(others), shared)


@dataclass(frozen=True)
class Attack:
    """How many scores of roles of one or two raters are known, rightly or not, of how many."""

    right: int
    wrong: int
    all: int


def attack(shared: pd.DataFrame, truth: pd.DataFrame, page: bytes = b"", **known) -> Attack:
    """Attack what was shared of a project, its ratings, a page and who took part."""
    files = {
        "ratings.csv": shared.to_csv(index=False).encode(),
        "participation.csv": truth.rename(columns={"rater": "pseudonym"})
        .drop_duplicates("pseudonym")[["pseudonym", "role"]]
        .to_csv(index=False)
        .encode(),
        "index.html": page,
    }
    roster = truth.groupby("role").rater.nunique().to_dict()
    found = recover_scores(files, roster=roster, **known)
    keys = ["criterion", "moment", "round", "role"]
    scores = truth.astype({"round": "str"}).groupby(keys).score.agg(lambda s: tuple(sorted(s)))
    sure = {key: possible for key, possible in found.items() if len(possible) == 1}
    right = sum(possible == {scores[(*unit, role)]} for (unit, role), possible in sure.items())
    few = sum(roster[role] < 3 for *_, role in scores.index)
    return Attack(right, len(sure) - right, few)


def page_of(project, manifest) -> bytes:
    criteria = describe_criteria(project)
    blocks = [f(project, criteria, lang=FR) for f in (explain_criteria, compare_sides)]
    made = report(*blocks[0], *blocks[1], simulated=True)
    return render_report(made, manifest).files["index.html"]


def alike(ratings: pd.DataFrame, shared: pd.DataFrame) -> int:
    """Count the scores that counts tell by themselves: all who are merged gave the same."""
    merged = ratings[~ratings.role.isin(shared.role)]
    same = merged.groupby(["criterion", "moment", "round"]).score.transform("nunique") == 1
    few = merged.groupby("role").rater.transform("nunique") < 3
    return int((same & few).sum())


@pytest.mark.parametrize("name", RATED)
def test_scores_of_a_role_of_one_were_known_and_are_not(name, manifest):
    project = load_project(name)
    ratings = project.tables["ratings"]
    before = attack(ratings, ratings)
    assert before.right == before.all == {"demande-unique": 80, "maison-handicap": 30}[name]
    shared = unlinked(ratings)
    page = page_of(replace(project, tables=project.tables | {"ratings": shared}), manifest)
    after = attack(shared, ratings, page)
    assert (after.right, after.wrong) == (alike(ratings, shared), 0)


def test_without_its_rows_a_role_follows_from_the_counts_of_everyone(manifest):
    project = load_project("maison-handicap")
    ratings = project.tables["ratings"]
    ratings = ratings[~ratings.role.isin(["elu", "partenaire"])].reset_index(drop=True)
    page = page_of(replace(project, tables=project.tables | {"ratings": ratings}), manifest)
    without = ratings[ratings.role != "usager"]
    assert attack(without, ratings, page) == Attack(10, 0, 10)
    shared = unlinked(ratings)
    after = attack(shared, ratings, page)
    assert (after.right, after.wrong) == (alike(ratings, shared), 0)
    assert after.right == 2


def test_one_score_that_was_heard_does_not_give_the_others():
    ratings = load_project("demande-unique").tables["ratings"]
    heard = {(("C5", "admission", "1"), "chercheur"): 0}
    people = dict(zip(ratings.rater.unique(), ["Z01", "Z02", "Z03", "Z04"], strict=True))
    merged = ratings.assign(role="other", rater=ratings.rater.map(people))
    deaf, followed = attack(merged, ratings), attack(merged, ratings, heard=heard)
    assert (followed.right - deaf.right, followed.wrong) == (
        16,
        0,
    )  # the researcher's 20, but for 4
    # Who follows a pseudonym from one criterion to another only guesses, and is wrong at times.
    assert attack(unlinked(ratings), ratings, heard=heard).wrong > 0


def rated(exit_: list[int], admission: list[int], *, came: int = 0) -> pd.DataFrame:
    """Return users' ratings of C1; of those on exit, some came after admission."""
    scores = [("admission", n, score) for n, score in enumerate(admission)]
    scores += [("exit", n + came, score) for n, score in enumerate(exit_)]
    rows = [("C1", f"U{n:02d}", "usager", 1, moment, score, "Vu") for moment, n, score in scores]
    columns = ["criterion", "rater", "role", "round", "moment", "score", "evidence"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize(
    ("ratings", "left"),
    [
        (rated([1, 2, 3], [0, 0, 1]), {"admission": [0, 0, 1], "exit": [1, 2, 3]}),
        (rated([1, 2, 3], [0, 1]), {"exit": [1, 2, 3]}),  # two are too few on admission
        (rated([1, 2, 3], [0, 0, 1, 3]), {"exit": [1, 2, 3]}),  # one left, and could be told
        (rated([1, 2, 3], [0, 1, 2], came=1), {"exit": [1, 2, 3]}),
        (rated([1, 2, 3], [0, 1, 2], came=3), {"admission": [0, 1, 2], "exit": [1, 2, 3]}),
        (rated([1, 2], [0, 1]), {}),
    ],
)
def test_moments_by_which_one_could_be_told_are_left_out(ratings, left):
    shared = unlinked(ratings)
    assert shared.groupby("moment").score.agg(sorted).to_dict() == left


def test_changes_are_kept_and_nothing_else_of_a_rater():
    shared = unlinked(rated([3, 1, 1], [0, 2, 1]))
    by_rater = shared.pivot(index="rater", columns="moment", values="score")
    assert by_rater.to_numpy().tolist() == [[0, 3], [1, 1], [2, 1]]
    assert list(by_rater.index) == ["Y01", "Y02", "Y03"]  # Z01 is somebody else
    assert set(shared.evidence) == {UNSAID}


def test_the_table_of_a_bundle_is_read_as_any_other(tmp_path):
    folder = tmp_path / "projects" / "demande-unique"
    folder.mkdir(parents=True)
    for name in ("ratings.csv", "participation.csv"):
        shutil.copyfile(data_dir() / "projects" / "demande-unique" / name, folder / name)
    taken = withhold_ratings(tmp_path)
    assert taken["Une seule file, si la promesse est tenue"] == "demande-unique"
    assert "Coûts tenus" not in taken  # two words may stand elsewhere by chance
    path = folder / "ratings.csv"
    read = read_table(path, load_schema("ratings"), path.name)
    assert read.faults == ()
    assert read.frame().groupby("role").rater.nunique().to_dict() == {"other": 4}
    path.write_text(path.read_text("utf-8").replace("admission,3", "admission,7"), "utf-8")
    with pytest.raises(DataError, match="7"):
        withhold_ratings(tmp_path)
