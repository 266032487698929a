"""Synthetic control: gap, rank among placebos, weights."""

import numpy as np
import pandas as pd

from toolkit.display.synthetic import (
    plot_synthetic_gaps,
    plot_synthetic_paths,
    tabulate_weights,
)
from toolkit.i18n import language

EN = language("en")
YEARS = [2015, 2016, 2017, 2018]
GAP = pd.Series([0.5, -0.5, 3.0, 4.0], YEARS)
OPTIONS = {"name": "Creuse", "adoption": 2017, "measure": "Settled", "unit": "days", "lang": EN}


def test_paths_say_the_mean_gap():
    paths = pd.DataFrame({"period": YEARS, "synthetic": [10.0, 11, 12, 13]})
    figure = plot_synthetic_paths(paths.assign(observed=paths.synthetic + GAP.array), **OPTIONS)
    assert figure.title == "Creuse: +3.5 days against its synthetic twin after adoption"
    assert "mean absolute gap was 0.5 days" in figure.alt
    assert figure.table.rows[2] == ("2017", "15.0", "12.0", "+3.0")


def test_the_rank_counts_placebos_that_are_as_far():
    placebos = pd.DataFrame({"A": GAP, "B": [1.0, 1, 1, 1], "C": [2.0, -2, 1, 1]}, YEARS)
    figure = plot_synthetic_gaps(GAP, placebos, **OPTIONS)
    assert figure.title == "Creuse: gap ranked 2 of 4, placebos included"  # A ties with it
    # Root mean squares: sqrt(12.5) after, 0.5 before.
    assert "(root mean squares): 7.1; the largest among placebos is 7.1." in figure.alt
    assert figure.alt.startswith("Gap lines, Settled: Creuse, and 3 placebos in grey.")
    assert figure.table.rows[3] == ("2018", "+4.0", "+1.0", "+1.0", "+4.0")


def test_a_perfect_fit_before_and_no_placebo():
    figure = plot_synthetic_gaps(GAP.where(GAP > 1, 0.0), pd.DataFrame(index=YEARS), **OPTIONS)
    assert figure.title == "Creuse: gap ranked 1 of 1, placebos included"
    assert "+∞" in figure.alt
    assert figure.table.rows[0][2] == "nd"


def test_beside_a_perfect_fit_gaps_are_ranked_as_they_are():
    placebos = pd.DataFrame({"A": [0.0, 0, -5, -3], "B": [1.0, 1, 1, 1]}, YEARS)
    figure = plot_synthetic_gaps(GAP, placebos, scaled=False, **OPTIONS)
    assert figure.title == "Creuse: gap ranked 2 of 3, placebos included"  # 3.5, after A's 4
    assert "without its sign, since some twins fit the past perfectly: 3.5 days" in figure.note
    assert "the largest among placebos is 4.0 days." in figure.note


def test_weights_are_ranked_and_the_rest_summed():
    weights = {"DEP-15": 0.25, "DEP-19": 0.7496, "DEP-03": 0.0004, "DEP-87": 0.0}
    table = tabulate_weights(weights, names={"DEP-19": "Corrèze"}, lang=EN)
    assert table.rows == (
        ("Corrèze", "75.0%"),
        ("DEP-15", "25.0%"),
        ("2 other territories, each below 0.1%", "0.0%"),
    )


def test_missing_periods_are_left_out_of_the_ratio():
    gap = GAP.where(GAP.index != 2016)
    figure = plot_synthetic_gaps(gap, pd.DataFrame({"B": np.ones(4)}, YEARS), **OPTIONS)
    assert figure.table.rows[1][1] == "nd"
