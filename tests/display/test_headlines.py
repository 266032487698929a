"""What studies found stands with its interval; one territory's series stands as a description."""

from dataclasses import replace

import pandas as pd

from toolkit.display.headlines import plot_local_series, say_no_series, tabulate_headlines
from toolkit.display.writing import write_effect, write_level
from toolkit.estimate import Estimate
from toolkit.i18n import MINUS, language
from toolkit.records.sites import sites_in
from toolkit.records.territories import load_territory
from toolkit.study.evidence import Conclusion
from toolkit.study.headlines import Headline, LocalSeries

FR, EN = language("fr"), language("en")
LABEL = {"fr": "Délai de traitement d’une demande", "en": "Processing time of an application"}
ESTIMATE = Estimate(-6.55, -7.57, -5.55, 0.001, "did", "att", "x", "days", 3, 94, 66)
SERIES = LocalSeries(
    "DEP-10", "2014", "days", LABEL, 94,
    pd.DataFrame(
        {
            "period": ["2012", "2013", "2014", "2015"],
            "value": [70.0, 71.0, None, 60.5],
            "comparison": [66.0, 65.0, 64.5, 64.0],
        }
    ),
    {"fr": ["Source : nous"], "en": ["Source: us"]},
)  # fmt: skip


def test_a_study_has_its_effect_interval_conclusion_and_grade_or_what_to_do():
    projects = sites_in(load_territory("DEP-10"))
    found = Headline(
        "a", "demande-unique", LABEL, ESTIMATE, 3, Conclusion("beneficial", "interval")
    )
    absent = Headline("b", "plateforme-inclusion", {}, None, None, None, "to_pull", ("one", "two"))
    table = tabulate_headlines([found, absent], projects, lang=EN)
    assert table.rows[0] == (
        "Single application for all social benefits", "Processing time of an application",
        f"{MINUS}6.5 days (95%: {MINUS}7.6 to {MINUS}5.5)",
        "Beneficial", "3", "Simulated",
    )  # fmt: skip
    assert table.rows[1][2:] == (
        "nd", "Data not pulled: futurs data pull one two", "nd", "Observed",
    )  # fmt: skip
    assert table.simulated
    assert "not estimated in one territory alone" in table.note
    assert "seul" in tabulate_headlines([found], projects, lang=FR).note


def test_an_effect_on_a_logarithm_is_in_per_cent_with_both_its_ends():
    effect = replace(ESTIMATE, value=-0.0021, low=-0.0206, high=0.0165, unit="log_points")
    assert write_effect(effect, EN) == f"{MINUS}0.2% (95%: {MINUS}2.0 to +1.7)"
    assert write_level(59.9, EN, 1, "percent") == "59.9%"


def test_the_series_is_a_description_with_its_numbers_and_gaps():
    figure = plot_local_series(SERIES, {"DEP-10": "Aube"}, lang=EN, simulated=True)
    assert figure.title == "Processing time of an application: Aube beside the comparison"
    assert "mean of 94 territories" in figure.subtitle
    assert "does not measure it" in figure.note
    assert "Source: us" in figure.note
    assert "Aube: from 70.0 days to 60.5 days" in figure.alt
    assert [row[1] for row in figure.table.rows] == ["70.0", "71.0", "nd", "60.5"]
    assert figure.simulated
    assert plot_local_series(SERIES, {"DEP-10": "Aube"}, lang=EN, simulated=True).svg == figure.svg


def test_where_no_series_is_shown_the_page_says_why():
    assert say_no_series(0, lang=EN) == []
    (paragraph,) = say_no_series(2, lang=EN)
    assert paragraph.text.startswith("For 2 of these projects no curve is shown: the studies")
