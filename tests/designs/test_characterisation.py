"""Distributions and changes are counted right, disagreement is van der Eijk's, few are withheld."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.designs.characterisation import characterise, consensus, withheld_roles
from toolkit.errors import DesignError
from toolkit.i18n import language

ROLES = {"P1": "praticien", "P2": "praticien", "P3": "praticien", "C1": "chercheur", "U1": "usager"}


def ratings(admission=(1, 2, 3, 0, 3), leaving=(2, 2, 3, 2, 2), criterion="C3") -> pd.DataFrame:
    rows = [
        (criterion, rater, ROLES[rater], moment, 1, score)
        for moment, scores in (("exit", leaving), ("admission", admission))
        for rater, score in zip(ROLES, scores, strict=True)
    ]
    return pd.DataFrame(rows, columns=["criterion", "rater", "role", "moment", "round", "score"])


def test_distribution_of_everyone():
    frame = ratings()
    before = frame.copy()
    table = characterise(frame).table()
    first = table.iloc[0]
    assert (first.moment, first.role, first.n_raters) == ("admission", "all", 5)
    assert first[["n_0", "n_1", "n_2", "n_3"]].tolist() == [1, 1, 1, 2]
    assert (first["median"], first.low, first.high) == (2, 0, 3)
    pairs = [abs(a - b) for a in (1, 2, 3, 0, 3) for b in (1, 2, 3, 0, 3)]
    assert first.gap == pytest.approx(sum(pairs) / 20)
    assert first.consensus == pytest.approx(consensus([1, 1, 1, 2]))
    pd.testing.assert_frame_equal(frame, before)


def test_moments_side_by_side():
    changes = characterise(ratings()).changes.iloc[0]
    assert (changes.median_admission, changes.median_exit) == (2, 2)
    assert (changes.up, changes.same, changes.down) == (2, 2, 1)


def test_a_rater_of_one_moment_only_has_no_change():
    frame = ratings().drop(index=0)
    changes = characterise(frame).changes.iloc[0]
    assert (changes.n_raters, changes.up + changes.same + changes.down) == (4, 4)


def test_results_of_few_raters_are_withheld_and_do_not_follow_by_subtraction():
    table = characterise(ratings()).table().query("moment == 'admission'").set_index("role")
    assert table.withheld.to_dict() == {
        "all": "", "chercheur": "few_raters", "praticien": "protects_few", "usager": "few_raters",
    }  # fmt: skip
    assert table.drop(index="all")[["n_0", "median", "gap", "consensus"]].isna().all(axis=None)
    assert (characterise(ratings(), fewest_raters=1).table().withheld == "").all()
    nobody = characterise(ratings(), fewest_raters=6)
    assert (nobody.table().withheld == "few_raters").all()
    assert (nobody.changes.withheld == "few_raters").all()


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 6), min_size=1), st.integers(1, 5))
def test_what_is_withheld_cannot_be_subtracted(numbers, fewest):
    hidden = withheld_roles(numbers, fewest)
    total = sum(numbers[name] for name in hidden)
    assert {name for name, n in numbers.items() if n < fewest} <= hidden.keys()
    assert total == 0 or total >= fewest or len(hidden) == len(numbers)


@pytest.mark.parametrize(
    ("counts", "value"),
    [
        ([0, 0, 0, 7], 1),
        ([0, 3, 3, 0], 2 / 3),
        ([5, 5, 5, 5], 0),
        ([4, 0, 0, 4], -1),
        ([1, 0, 0, 5], 1 / 3),
    ],
)
def test_consensus_of_simple_distributions(counts, value):
    """Two neighbours: one mode over two of four categories. One in six far away: by layers."""
    assert consensus(counts) == pytest.approx(value)


@given(st.lists(st.integers(0, 9), min_size=3, max_size=7).filter(any), st.integers(2, 5))
def test_consensus_knows_neither_size_nor_direction(counts, times):
    value = consensus(counts)
    assert -1 - 1e-12 <= value <= 1 + 1e-12
    assert consensus(np.array(counts) * times) == pytest.approx(value)
    assert consensus(counts[::-1]) == pytest.approx(value)


def test_sentences():
    project = characterise(ratings())
    names = {"C3": "Terrain", "admission": "à l’entrée"}
    first = project.sentences(language("fr"), names=names)[0]
    assert first == (
        "Terrain, à l’entrée, tour 1\u00a0: médiane 2, de 0 à 3 (5 évaluateurs)\u202f; écart moyen "
        "entre deux évaluateurs\u00a0: 1,6 (consensus\u00a0: 0,20 entre −1, avis opposés, et 1, "
        "unanimité)."
    )
    alike = characterise(ratings(leaving=[2] * 5)).sentences(language("en"))[1]
    assert alike == "C3, exit, round 1: all give 2 (5 raters)."
    few = characterise(ratings(), fewest_raters=6).sentences(language("en"))[0]
    assert few == "C3, admission, round 1: 5 raters, too few to publish their scores."
    alone = characterise(ratings().iloc[[5]], fewest_raters=1).sentences(language("en"))[0]
    assert alone == "C3, admission, round 1: 1 (1 rater); a single opinion shows no disagreement."


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (ratings().drop(columns="role"), {}, r"Missing columns: role"),
        (ratings().assign(moment="later"), {}, r"twice"),
        (ratings().replace("exit", "later"), {}, r"unknown moments: later\. Expected: admission"),
        (ratings().assign(role=None), {}, r"rows without a role: 0, 1"),
        (ratings([1] * 5, [1] * 5), {"scale": (0, 1)}, r"the scale has 2 scores"),
        (ratings(), {"moments": ("exit",)}, r"two moments at least"),
    ],
)
def test_says_what_is_wrong(frame, options, message):
    with pytest.raises(DesignError, match=message):
        characterise(frame, **options)
