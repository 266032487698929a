"""Case A11: published tables of ratings and their coefficients. Tolerance 5e-4, as printed."""

import numpy as np
import pandas as pd
import pytest

from toolkit.designs.agreement import fleiss_kappa, krippendorff_alpha
from toolkit.designs.characterisation import consensus
from toolkit.designs.intraclass import intraclass_correlation
from toolkit.designs.ratings import RatingMatrix, rating_matrix

# Fleiss 1971, table 1: 30 patients, 6 diagnoses each; how many psychiatrists chose each of five.
DIAGNOSES = """
0 0 0 6 0/0 3 0 0 3/0 1 4 0 1/0 0 0 0 6/0 3 0 3 0/2 0 4 0 0/0 0 4 0 2/2 0 3 1 0/2 0 0 4 0/0 0 0 0 6/
1 0 0 5 0/1 1 0 4 0/0 3 3 0 0/1 0 0 5 0/0 2 0 3 1/0 0 5 0 1/3 0 0 1 2/5 1 0 0 0/0 2 0 4 0/1 0 2 0 3/
0 0 0 0 6/0 1 0 5 0/0 2 0 1 3/2 0 0 4 0/1 0 0 4 1/0 5 0 1 0/4 0 0 0 2/0 2 0 4 0/1 0 5 0 0/0 0 0 0 6
"""
# Krippendorff 2011, section D: 4 observers, 12 units, gaps.
OBSERVERS = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
# Shrout and Fleiss 1979, table 2: 6 targets, 4 judges.
JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def table(scores) -> RatingMatrix:
    """Lay out a units x raters array, NaN where there is no rating."""
    wide = pd.DataFrame(np.asarray(scores, dtype=float))
    long = wide.rename_axis("unit").reset_index().melt("unit", var_name="rater", value_name="score")
    return rating_matrix(long)


def test_a11_fleiss():
    """Fleiss, Psychological Bulletin 1971: kappa .430 on psychiatric diagnoses."""
    counts = [list(map(int, row.split())) for row in DIAGNOSES.replace("\n", "").split("/")]
    assert np.sum(counts, axis=0).tolist() == [26, 26, 30, 55, 43]
    ratings = table([np.repeat(range(5), row) for row in counts])
    kappa = fleiss_kappa(ratings)
    assert kappa.value == pytest.approx(0.430, abs=5e-4)
    assert (kappa.n_units, kappa.n_raters) == (30, 6)
    assert kappa.observed == pytest.approx(0.5556, abs=5e-5)


@pytest.mark.parametrize(
    ("metric", "value"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_a11_krippendorff(metric, value):
    """Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011: one table, four metrics."""
    rows = [row.split() for row in OBSERVERS.split("\n") if row]
    scores = [[np.nan if cell == "." else float(cell) for cell in row] for row in rows]
    alpha = krippendorff_alpha(table(np.transpose(scores)), metric=metric)
    assert alpha.value == pytest.approx(value, abs=5e-4)
    assert (alpha.n_units, alpha.n_ratings) == (11, 40)


@pytest.mark.parametrize(
    ("form", "value", "low", "high"),
    [
        ("1,1", 0.166, -0.133, 0.723),
        ("A,1", 0.290, 0.019, 0.761),
        ("C,1", 0.715, 0.342, 0.946),
        ("1,k", 0.443, -0.884, 0.912),
        ("A,k", 0.620, 0.071, 0.927),
        ("C,k", 0.909, 0.676, 0.986),
    ],
)
def test_a11_shrout_fleiss(form, value, low, high):
    """Shrout and Fleiss, Psychological Bulletin 1979: the six forms.

    The 95 % limits are those of the R package psych for this table. Its printed page, read again,
    has (-0.133, 0.72), (0.019, 0.76), (0.342, 0.95), (-0.884, 0.91), (0.071, 0.93), (0.676, 0.99).
    """
    icc = intraclass_correlation(table(JUDGES), form=form, method="satterthwaite")
    assert icc.value == pytest.approx(value, abs=5e-4)
    assert (icc.low, icc.high) == (pytest.approx(low, abs=6e-4), pytest.approx(high, abs=6e-4))


def test_consensus_of_van_der_eijk():
    """The example that the R package agrmt prints (help page of agreement): .6113333."""
    assert consensus([30, 40, 210, 130, 530, 50, 10]) == pytest.approx(0.6113333, abs=1e-7)
