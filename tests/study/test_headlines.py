"""A headline is the study's own, kept until something it rests on is another."""

import json

import numpy as np
import pytest

from toolkit.estimate import Estimate
from toolkit.records.sources import load_sources
from toolkit.records.territories import load_territory
from toolkit.study.headlines import headlines_of, local_series

PROJECT = "autonomie-domicile"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A cache of its own, in which the headline of one study is kept."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as settings:
        settings.setenv("FUTURS_CACHE", str(folder))
        headlines_of(PROJECT)
        yield folder


def test_it_is_what_the_study_finds(cache, demonstration):
    (headline,), study = headlines_of(PROJECT), demonstration(PROJECT)
    assert headline.estimate == study.estimate
    assert (headline.grade, headline.conclusion) == (study.grade.level, study.conclusion)
    assert headline.label["en"] == "APA beneficiaries living at home"
    assert (headline.refusal, headline.sources) == ("", ())


def test_the_series_is_the_panel_s_and_the_mean_that_of_its_comparison(cache, demonstration):
    (series,) = local_series(PROJECT, load_territory("DEP-22"))
    panel = demonstration(PROJECT).sample.panel
    own = panel[panel.territory == "DEP-22"].set_index("period").value
    mean = panel[panel.adoption.isna()].groupby("period").value.mean()
    frame = series.frame.set_index("period")
    np.testing.assert_array_equal(frame.value, own[frame.index])
    np.testing.assert_allclose(frame.comparison, mean[frame.index], rtol=1e-12)
    assert (series.territory, series.adoption, series.unit) == ("DEP-22", "2015", "percent")
    assert series.n_comparison == 93


def test_a_commune_has_that_of_the_territory_it_is_observed_in(cache):
    (series,) = local_series(PROJECT, load_territory("22278"))  # Saint-Brieuc
    assert series.territory == "DEP-22"
    assert local_series(PROJECT, load_territory("DEP-23")) == []
    assert local_series(PROJECT, load_territory("FR")) == []


def test_what_is_kept_is_used_until_its_key_is_another(cache):
    path = cache / "studies" / f"{PROJECT}.json"
    kept = json.loads(path.read_text())
    told = kept | {"headline": kept["headline"] | {"grade": 1}}
    path.write_text(json.dumps(told))
    assert headlines_of(PROJECT)[0].grade == 1
    path.write_text(json.dumps(told | {"key": "of other data"}))
    assert headlines_of(PROJECT)[0].grade == kept["headline"]["grade"] == 3
    assert json.loads(path.read_text()) == kept
    path.write_text("{")
    assert headlines_of(PROJECT)[0].grade == 3


def test_a_study_to_pull_says_so_and_is_asked_again_once_there_is_a_file(cache):
    (headline,) = headlines_of("plateforme-inclusion")
    assert (headline.refusal, headline.sources) == ("to_pull", ("etalab-barometre",))
    assert headline.estimate is None
    assert local_series("plateforme-inclusion", load_territory("DEP-23")) == []
    path = cache / load_sources()["etalab-barometre"].path
    path.parent.mkdir()
    path.write_text("not what is pinned")
    assert headlines_of("plateforme-inclusion")[0].refusal == "faults"


def test_an_infinite_end_and_a_missing_p_are_kept_as_they_are():
    estimate = Estimate(
        1.5,
        -np.inf,
        np.inf,
        np.nan,
        "did",
        "att",
        "randomisation",
        "days",
        1,
        2,
        3,
        cautions=("a",),
    )
    from toolkit.study.headlines import _headline

    same = {"study": "s", "project": "p", "label": {}, "grade": 2, "sources": [], "refusal": ""}
    conclusion = {"verdict": "inconclusive", "reason": "interval", "checks": []}
    kept = json.dumps(same | {"estimate": vars(estimate), "conclusion": conclusion})
    read = _headline(json.loads(kept)).estimate
    assert np.isnan(read.p)
    assert (read.low, read.high, read.cautions) == (-np.inf, np.inf, ("a",))
