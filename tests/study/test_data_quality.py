"""Planted faults are found, and nothing else; the demonstrations are described as they are."""

import numpy as np
import pandas as pd
import pytest

from toolkit.records.portfolio import load_project
from toolkit.study.data_quality import (
    count_statuses,
    describe_series,
    describe_tables,
    find_breaks,
    find_outliers,
)


@pytest.fixture
def panel() -> pd.DataFrame:
    """Thirty territories of unlike sizes over twenty years, moving together and by themselves."""
    rng = np.random.default_rng(7)
    levels, noise = rng.normal(50, 10, 30), np.linspace(0.2, 3, 30)
    years = rng.normal(0, 1, 20).cumsum()
    values = levels[:, None] + years + rng.normal(size=(30, 20)) * noise[:, None]
    index = pd.MultiIndex.from_product(
        [[f"DEP-{n:02d}" for n in range(30)], [str(year) for year in range(2000, 2020)]],
        names=["territory", "period"],
    )
    return pd.DataFrame({"value": values.ravel(), "status": "ok"}, index=index).reset_index()


def planted(panel: pd.DataFrame, where: pd.Series, by: float) -> pd.DataFrame:
    return panel.assign(value=panel.value + by * where)


def test_nothing_stands_out_where_nothing_was_planted(panel):
    assert find_outliers(panel).empty
    assert find_breaks(panel).empty


def test_a_planted_value_is_found_alone(panel):
    cell = (panel.territory == "DEP-03") & (panel.period == "2011")
    found = find_outliers(planted(panel, cell, 10))
    assert found[["territory", "period"]].to_numpy().tolist() == [["DEP-03", "2011"]]
    assert found.value[0] - found.expected[0] == pytest.approx(10, abs=1.5)
    # The same ten points are usual where a territory varies that much.
    noisy = (panel.territory == "DEP-29") & (panel.period == "2011")
    assert find_outliers(planted(panel, noisy, 10)).empty


def test_a_change_of_definition_is_a_break_and_not_outliers(panel):
    moved = planted(panel, panel.period >= "2012", 30)
    breaks = find_breaks(moved)
    assert breaks.period.tolist() == ["2012"]
    assert breaks.change[0] == pytest.approx(30, abs=3)
    assert find_outliers(moved).empty


def test_counts_of_unlike_sizes_move_in_proportion():
    """One fall of a third that all share leaves no small territory with fewer than none."""
    rng = np.random.default_rng(3)
    sizes = np.geomspace(50, 20_000, 40)
    path = np.r_[np.ones(12), 0.66, np.ones(11)]
    counts = np.round(sizes[:, None] * path * np.exp(rng.normal(0, 0.04, (40, 24))))
    counts[0, 5] = 120
    index = pd.MultiIndex.from_product(
        [[f"DEP-{n:02d}" for n in range(40)], range(24)], names=["territory", "period"]
    )
    panel = pd.DataFrame({"value": counts.ravel()}, index=index).reset_index()
    found = find_outliers(panel, relative=True)
    assert found[["territory", "period"]].to_numpy().tolist() == [["DEP-00", 5]]
    assert found.value[0] == pytest.approx(120)
    assert found.expected[0] == pytest.approx(50, rel=0.06)
    assert (find_outliers(panel).expected < 0).any()


def test_few_periods_say_nothing_of_breaks(panel):
    assert find_breaks(panel[panel.period < "2008"]) is None


def test_cells_are_counted_by_status_and_those_without_a_row(panel):
    short = panel.drop(index=[0, 1]).assign(status=["secret"] + ["ok"] * 597)
    assert count_statuses(short).to_dict() == {"ok": 597, "secret": 1, "absent": 2}


def test_the_demonstrations():
    project = load_project("demande-unique")
    tables = describe_tables(project)
    assert tables.rows["ratings"] == 80
    assert tables.filled["ratings"] == 1
    assert tables.unused["artefacts"] == ("url",)
    series = describe_series(project)["delai-traitement"]
    assert series.statuses.sum() == series.panel.territory.nunique() * series.panel.period.nunique()
    assert series.breaks.empty


def test_an_outcome_that_is_not_pulled_is_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("FUTURS_CACHE", str(tmp_path))
    monkeypatch.delenv("FUTURS_DATA_MIRROR", raising=False)
    assert describe_series(load_project("paerpa")) == {"apa-domicile-60": None}
