"""Balance counts what is small before and after, and puts what is not in bold."""

import numpy as np
import pandas as pd

from toolkit.display.balance import plot_balance, tabulate_balance
from toolkit.i18n import language

EN = language("en")
FRAME = pd.DataFrame(
    {
        "covariate": ["Income", "Age", "Distance"],
        "before": [0.05, -0.6, 0.3],
        "after": [0.04, 0.1, -0.22],
    }
)


def test_title_counts_and_table_is_sorted():
    figure = plot_balance(FRAME, lang=EN)
    assert figure.title == "Differences below 0.10: 2 after adjustment, 1 before, of 3 covariates"
    assert figure.table.rows[0] == ("Age", "−0.60", "+0.10")
    assert "0.60 before, 0.22 after" in figure.alt


def test_large_differences_are_in_bold_and_missing_ones_nd():
    table = tabulate_balance(FRAME.assign(before=[np.nan, 0, 0]), lang=EN)
    assert table.strong == {2}
    assert table.rows[0][1] == "nd"
    assert table.note == "nd: not available. In bold: more than 0.10 after adjustment."


def test_one_covariate_with_a_long_name():
    figure = plot_balance(FRAME.iloc[[0]].assign(covariate="word " * 40), lang=EN)
    assert "of 1 covariate" in figure.title
