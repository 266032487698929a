"""Ratings show how many raters gave each score, whatever their number."""

import pandas as pd

from toolkit.display.ratings import plot_ratings
from toolkit.i18n import language

EN, FR = language("en"), language("fr")


def ratings(*rows: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["criterion", "role", "score"])


def test_counts_by_criterion_and_role():
    frame = ratings(
        ("C1", "usager", 3), ("C1", "usager", 3), ("C1", "elu", 0), ("C5", "chercheur", 1)
    )  # fmt: skip
    figure = plot_ratings(frame, lang=EN)
    assert figure.title == ("High scores (2 or 3): most on C1 (2 of 3), fewest on C5 (0 of 1)")
    assert figure.table.rows == (
        ("C1", "user", "0", "0", "0", "2"),
        ("C1", "elected representative", "1", "0", "0", "0"),
        ("C5", "researcher", "0", "1", "0", "0"),
    )
    assert figure.alt.endswith(
        "C1, user: 2 scores of 3. C1, elected representative: 1 score of 0. "
        "C5, researcher: 1 score of 1."
    )


def test_one_rater_is_no_landslide():
    figure = plot_ratings(ratings(("C2", "usager", 2)), lang=FR)
    assert figure.title == "Autant de notes hautes (2 ou 3) sur tous les critères (1 sur 1)"


def test_the_order_of_rows_does_not_matter():
    frame = ratings(("C1", "usager", 3), ("C2", "elu", 0), ("C1", "chercheur", 1))
    assert plot_ratings(frame, lang=EN).svg == plot_ratings(frame.iloc[::-1], lang=EN).svg
