"""A rate sets each count against the nearest population, and is as sure as its weaker part."""

import pandas as pd
import pytest

from toolkit.errors import DataError
from toolkit.records import rates
from toolkit.records.portfolio import load_panel, load_project
from toolkit.records.rates import load_outcome, outcome_sources


def part(indicator: str, rows: list[tuple]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["period", "value", "status"])
    return frame.assign(territory="DEP-53", indicator=indicator, n=float("nan"), source="s")


@pytest.fixture
def two_sources(monkeypatch):
    tables = {
        "drees-aide-sociale": part(
            "apa-domicile",
            [
                ("2014", 900.0, "ok"),
                ("2015", 1000.0, "ok"),
                ("2016", None, "nd"),
                ("2017", 5.0, "ok"),
            ],
        ),
        "insee-estimations-population": part(
            "population-60-plus",
            [("2015", 9000.0, "ok"), ("2016", 10000.0, "provisional"), ("2017", 1.0, "ok")],
        ),
    }
    monkeypatch.setattr(rates, "load_pulled", tables.__getitem__)


def test_a_count_of_december_meets_the_population_of_the_next_january(two_sources):
    table = load_outcome("drees-aide-sociale", "apa-domicile-60").set_index("period")
    assert table.value["2014"] == pytest.approx(1000 * 900 / 9000)
    assert table.n["2014"] == 9000
    assert (table.value["2015"], table.status["2015"]) == (100, "provisional")
    assert pd.isna(table.value["2016"])
    assert table.status["2016"] == "nd"
    assert "2017" not in table.index  # no population of January 2018


def test_an_indicator_a_source_gives_is_taken_as_it_is(two_sources):
    table = load_outcome("drees-aide-sociale", "apa-domicile")
    assert table.value.tolist()[:2] == [900, 1000]


def test_a_rate_rests_on_two_sources():
    assert outcome_sources("drees-aide-sociale", "apa-domicile-60") == (
        "drees-aide-sociale",
        "insee-estimations-population",
    )
    assert outcome_sources("etalab-barometre", "nb-beneficiaires-siae") == ("etalab-barometre",)


@pytest.fixture
def pulled(mirrored, tmp_path, monkeypatch):
    """A cache of its own, filled from the mirror: what `futurs data pull` does."""
    from toolkit.records.pull import pull

    sources = ("drees-aide-sociale", "insee-estimations-population", "etalab-barometre")
    folder = mirrored(sources[0]).parents[1]
    monkeypatch.setenv("FUTURS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("FUTURS_DATA_MIRROR", str(folder))
    for source in sources:
        pull(source)


def test_the_real_panel_of_paerpa(pulled):
    panel = load_panel(load_project("paerpa"), "apa-domicile-60")
    assert set(panel.territory[panel.role == "treated"]) == {"DEP-53", "DEP-65"}
    assert not {"DEP-33", "DEP-75", "DEP-21"} & set(panel.territory)
    assert panel.value.dropna().between(5, 200).all()
    assert panel.event_time[(panel.territory == "DEP-53") & (panel.period == "2013")].item() == 0
    assert not panel.attrs["simulated"]
    assert len(panel.attrs["attribution"]["fr"]) == 2


def test_the_real_panel_of_the_inclusion_platform(pulled):
    """Départements take the opening of their région, but for the three pilots."""
    panel = load_panel(load_project("plateforme-inclusion"), "nb-beneficiaires-siae")
    opened = panel.groupby("territory").adopted_on.first().dt.strftime("%Y-%m-%d")
    assert len(opened) == 101
    assert opened[["DEP-75", "DEP-93", "DEP-62", "DEP-2A", "DEP-976"]].tolist() == [
        "2020-04-14", "2019-12-01", "2019-12-01", "2020-07-06", "2020-11-03",
    ]  # fmt: skip


def test_a_source_that_is_not_pulled_says_how(tmp_path, monkeypatch):
    monkeypatch.setenv("FUTURS_CACHE", str(tmp_path))
    monkeypatch.delenv("FUTURS_DATA_MIRROR", raising=False)
    with pytest.raises(DataError, match="futurs data pull etalab-barometre"):
        load_panel(load_project("plateforme-inclusion"), "nb-beneficiaires-siae")
