"""Ratings are checked whole, and laid out without being changed."""

import numpy as np
import pandas as pd
import pytest

from toolkit.designs.ratings import rating_matrix
from toolkit.errors import DesignError


def ratings(**changes) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "project": ["p", "p", "q", "q"],
            "criterion": ["C1", "C1", "C1", "C2"],
            "rater": ["B", "A", "A", "A"],
            "score": [3, 1, 2, np.nan],
        }
    )
    return frame.assign(**changes)


def test_lays_out_units_by_raters():
    frame = ratings()
    before = frame.copy()
    matrix = rating_matrix(
        frame, unit=["project", "criterion"], scale=[0, 1, 2, 3], cluster="project"
    )
    assert matrix.values[:2] == pytest.approx(np.array([[1, 3], [2, np.nan]]), nan_ok=True)
    assert np.isnan(matrix.values[2]).all()
    assert matrix.counts.tolist() == [[0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0]]
    assert matrix.clusters.tolist() == [0, 1, 1]
    assert list(matrix.raters) == ["A", "B"]
    assert matrix.among(["B"]).counts.sum() == 1
    pd.testing.assert_frame_equal(frame, before)


def test_labels_are_allowed_where_no_number_is_needed():
    frame = pd.DataFrame({"unit": [1, 1, 2], "rater": ["A", "B", "A"], "score": ["x", None, "y"]})
    matrix = rating_matrix(frame, numeric=False)
    assert matrix.codes.tolist() == [[0, -1], [1, -1]]
    assert matrix.positions.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (ratings().drop(columns="score"), {}, r"Missing columns: score\. The table has: project"),
        (ratings(score=[3, 1, 9, 7]), {}, r"off the scale \(0, 1, 2, 3\): 9\.0, 7\.0, rows: 2, 3"),
        (ratings(score=[3, "x", 1, 2]), {}, r"are no numbers, rows: 1"),
        (ratings(score=[3, np.inf, 1, 2]), {}, r"infinite scores, rows: 1"),
        (ratings(score=np.nan), {}, r"no score is known"),
        (ratings(rater="A"), {}, r"rated a unit twice: p C1 A"),
        (ratings(rater=["A", None, "A", "A"]), {}, r"without a unit or a rater: 1"),
        (ratings(), {"scale": [0, 1, 1]}, r"each once; it holds: 0, 1, 1"),
        (ratings(group=[1, 2, 1, 1]), {"cluster": "group"}, r"one cluster only: p C1"),
    ],
)
def test_says_what_is_wrong(frame, options, message):
    options = {"unit": ["project", "criterion"], "scale": [0, 1, 2, 3], **options}
    with pytest.raises(DesignError, match=message):
        rating_matrix(frame, **options)


def test_all_faults_come_at_once():
    frame = ratings(rater=["A", "A", None, "A"], score=[9, 1, 2, 2])
    with pytest.raises(DesignError) as error:
        rating_matrix(frame, unit=["project", "criterion"], scale=[0, 1, 2, 3])
    assert str(error.value).count("\n- ") == 3
