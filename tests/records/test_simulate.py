"""The simulator puts in what its recipe says, and nothing else."""

import copy
import hashlib
import shutil
import tomllib

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import DataError
from toolkit.records.recipe import period_label, period_ordinal, populations
from toolkit.records.schemas import load_schema
from toolkit.records.simulate import simulate_observations, simulate_project, true_effects
from toolkit.records.sources import data_dir
from toolkit.records.tables import read_table
from toolkit.records.territories import load_territory, neighbours

PROJECTS = {
    "antenne-service-public": "resolution-premier-accueil",
    "armoire-numerique": "coffres-actifs",
    "autonomie-domicile": "part-apa-domicile",
    "demande-unique": "delai-traitement",
    "maison-handicap": "delai-decision",
    "numerique-colleges": "usage-hebdomadaire",
}
SEEDS = 200


def folder(project):
    return data_dir() / "projects" / project


def inputs(project, indicator=None):
    """Return a project's recipe and its two tables, of one indicator if asked."""
    recipe = tomllib.loads((folder(project) / "simulation.toml").read_text(encoding="utf-8"))
    deployments, indicators = (
        read_table(folder(project) / f"{name}.csv", load_schema(name), name).frame()
        for name in ("deployments", "indicators")
    )
    if indicator:
        recipe["indicators"] = {indicator: recipe["indicators"][indicator]}
        indicators = indicators[indicators.indicator == indicator]
    return recipe, deployments, indicators


def changed(recipe, **values):
    """Return a recipe whose indicators have other values."""
    recipe = copy.deepcopy(recipe)
    for entry in recipe["indicators"].values():
        entry.update(values)
    return recipe


def wide(observations):
    return observations.pivot(index="territory", columns="period", values="value")


def comparisons(project, pools=None, **values):
    """Compare, by plain differences of means, treated territories with those of each pool.

    Each treated territory's change is measured at its own adoption. Returns, for each pool, the
    mean over many seeds and its Monte Carlo error.
    """
    recipe, deployments, indicators = inputs(project, PROJECTS[project])
    recipe = changed(recipe, missing=0.0, **values)
    indicators = indicators.assign(min_count=0)
    truth = true_effects(folder(project)).query("indicator == @PROJECTS[@project]")
    place = {territory: i for i, territory in enumerate(deployments.territory)}
    pools = pools or [deployments.territory[deployments.role == "comparison"]]
    rows = [[place[territory] for territory in pool] for pool in pools]
    found = np.zeros((SEEDS, len(pools)))
    for seed in range(SEEDS):
        frame = simulate_observations({**recipe, "seed": seed}, deployments, indicators)
        values = frame.value.to_numpy().reshape(len(place), -1)
        periods = frame.period.head(values.shape[1]).tolist()
        for site, adoption in zip(truth.territory, truth.adoption, strict=True):
            start = periods.index(adoption)
            change = values[:, start:].mean(axis=1) - values[:, :start].mean(axis=1)
            found[seed] += [change[place[site]] - change[pool].mean() for pool in rows]
    found /= len(truth)
    return list(zip(found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(SEEDS), strict=True))


def beside_the_treated(deployments):
    """Return the untreated départements that share a border with a treated one."""
    treated = set(deployments.territory[deployments.role == "treated"])
    around = [neighbours(load_territory(territory)).code for territory in treated]
    return set("DEP-" + pd.concat(around)) - treated


# --- the same bytes -----------------------------------------------------------------------


@pytest.mark.parametrize("project", PROJECTS)
def test_the_committed_observations_come_back_byte_for_byte(project, tmp_path):
    again = shutil.copytree(folder(project), tmp_path / project)
    (again / "observations.csv").unlink()
    path = simulate_project(again)
    assert path.read_bytes() == (folder(project) / "observations.csv").read_bytes()
    assert path == again / "observations.csv"
    assert [p.name for p in again.iterdir() if p.name.startswith(".")] == []
    assert read_table(path, load_schema("observations"), "observations.csv").faults == ()


def test_another_seed_gives_other_values():
    recipe, deployments, indicators = inputs("autonomie-domicile")
    first = simulate_observations(recipe, deployments, indicators)
    other = simulate_observations({**recipe, "seed": 1}, deployments, indicators)
    assert (first.value != other.value).mean() > 0.9
    assert first.period.tolist() == other.period.tolist()


def test_nothing_that_was_given_is_changed():
    recipe, deployments, indicators = inputs("demande-unique")
    kept = copy.deepcopy((recipe, deployments, indicators))
    simulate_observations(recipe, deployments, indicators)
    assert recipe == kept[0]
    pd.testing.assert_frame_equal(deployments, kept[1])
    pd.testing.assert_frame_equal(indicators, kept[2])


def test_an_indicator_or_a_territory_more_changes_no_other():
    both = simulate_observations(*inputs("demande-unique"))
    recipe, deployments, indicators = inputs("demande-unique", "non-recours")
    alone = simulate_observations(recipe, deployments.iloc[:-7], indicators)
    kept = both[(both.indicator == "non-recours") & both.territory.isin(alone.territory)]
    assert len(alone) == 94 * 5
    pd.testing.assert_frame_equal(alone, kept.reset_index(drop=True))


# --- the effect that was put in -----------------------------------------------------------


def test_the_true_effects_are_those_of_the_recipes():
    truth = pd.concat([true_effects(folder(p)).assign(project=p) for p in PROJECTS])
    sizes = truth.groupby(["project", "indicator"]).effect.agg(["size", "mean"]).round(3)
    assert sizes["size"].groupby("project").first().to_dict() == {
        "antenne-service-public": 5,
        "armoire-numerique": 8,
        "autonomie-domicile": 4,
        "demande-unique": 3,
        "maison-handicap": 10,
        "numerique-colleges": 14,
    }
    assert sizes["mean"].droplevel("project").to_dict() == {
        "resolution-premier-accueil": 6.0,
        "temps-acces": -2.5,
        "coffres-actifs": pytest.approx(7.898, abs=1e-3),
        "pieces-reemployees": pytest.approx(5.471, abs=1e-3),
        "duree-maintien-domicile": 0.0,
        "part-apa-domicile": 0.0,
        "delai-traitement": -6.0,
        "non-recours": -2.0,
        "cout-dossier": -15.0,
        "delai-decision": -0.3,
        "satisfaction": 2.5,
        "competences-numeriques": pytest.approx(0.998, abs=1e-3),
        "usage-hebdomadaire": pytest.approx(3.31, abs=1e-3),
    }
    colleges = truth[truth.indicator == "usage-hebdomadaire"]
    assert sorted(colleges.adoption.unique()) == ["2014-Q3", "2015-Q3", "2016-Q3", "2017-Q3"]


@pytest.mark.parametrize(
    ("project", "effect", "precision"),
    [
        ("antenne-service-public", 6.0, 0.15),
        ("demande-unique", -6.0, 0.05),
        ("autonomie-domicile", 0.0, 0.05),
    ],
)
def test_a_plain_comparison_finds_a_simultaneous_effect_or_none(project, effect, precision):
    [(mean, error)] = comparisons(project)
    assert abs(mean - effect) < 3.5 * error
    assert error < precision  # so that the line above can fail


def test_a_staggered_growing_effect_is_found_cohort_by_cohort():
    # Periods from adoption on, by wave: 18, 14, 10 and 6; the effect grows to 5 over 8 of them.
    paths = {n: np.minimum(np.arange(1, n + 1) / 8, 1).mean() * 5 for n in (18, 14, 10, 6)}
    expected = (3 * paths[18] + 4 * paths[14] + 4 * paths[10] + 3 * paths[6]) / 14
    assert expected == pytest.approx(3.332, abs=1e-3)
    [(mean, error)] = comparisons("numerique-colleges")
    assert abs(mean - expected) < 3.5 * error
    assert error < 0.05


def test_the_violated_trend_makes_the_plain_comparison_see_too_large_a_fall():
    # 13 quarters before (mean 1.5 years), 15 after (mean 5): 3.5 years of -0.06 a year.
    bias = -0.06 * (np.arange(13, 28).mean() - np.arange(13).mean()) / 4
    assert bias == pytest.approx(-0.21)
    [(mean, error)] = comparisons("maison-handicap")
    assert abs(mean - (-0.3 + bias)) < 3.5 * error
    assert mean < -0.3 - 3.5 * error


def test_neighbours_receive_their_share_and_others_nothing():
    recipe, deployments, indicators = inputs("armoire-numerique", "coffres-actifs")
    near = simulate_observations(recipe, deployments, indicators)
    none = simulate_observations(changed(recipe, spillover=0.0), deployments, indicators)
    gap = (wide(near) - wide(none))["2018-Q3"]
    beside = beside_the_treated(deployments)
    assert len(beside) == 35
    assert np.allclose(gap[sorted(beside)].dropna(), 0.3 * 9, atol=0.11)  # rounded to 0.1
    assert (gap[[t for t in gap.index if t not in beside]].dropna() == 0).all()
    assert not (wide(near) - wide(none))["2015-Q1"].any()


def test_spillovers_shrink_what_a_plain_comparison_finds_and_far_territories_restore_it():
    _, deployments, _ = inputs("armoire-numerique", "coffres-actifs")
    pool = deployments.territory[deployments.role == "comparison"]
    far = pool[~pool.isin(beside_the_treated(deployments))]
    paths = {n: np.minimum(np.arange(1, n + 1) / 4, 1).mean() * 9 for n in (15, 11)}
    expected = (paths[15] + paths[11]) / 2
    (mean, error), (all_mean, _) = comparisons("armoire-numerique", [far, pool])
    assert abs(mean - expected) < 3.5 * error
    beside = 1 - len(far) / len(pool)
    assert all_mean == pytest.approx(expected * (1 - 0.3 * beside), abs=0.15)


def test_an_effect_by_dose_is_in_proportion_to_the_dose():
    recipe, deployments, indicators = inputs("armoire-numerique", "pieces-reemployees")
    indicators = indicators.assign(min_count=0, censored_below=np.nan)
    recipe = changed(recipe, missing=0.0, digits=6)
    none = simulate_observations(changed(recipe, effect=0.0), deployments, indicators)
    gap = (wide(simulate_observations(recipe, deployments, indicators)) - wide(none))["2018-Q4"]
    sites = deployments[deployments.role == "treated"].set_index("territory").dose.astype(float)
    assert np.allclose(gap[sites.index], 8 * sites, atol=1e-5)


# --- noise, counts and states -------------------------------------------------------------


def only_noise(project, indicator, **values):
    """Return a long panel (100 years of months) that holds a territory's own noise only."""
    recipe, deployments, indicators = inputs(project, indicator)
    flat = {"territory_sd": 0.0, "shock_sd": 0.0, "season": [], "drift": 0.0, "effect": 0.0}
    flat |= {"missing": 0.0, "digits": 6, "first": "2000-01", "last": "2099-12"}
    recipe = changed(recipe, **flat, **values)
    recipe["indicators"][indicator].pop("minimum")
    indicators = indicators.assign(min_count=0)
    return wide(simulate_observations(recipe, deployments, indicators)).to_numpy(), deployments


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_serial_correlation_is_that_of_the_recipe(rho):
    values, _ = only_noise("demande-unique", "delai-traitement", rho=rho)
    found = [np.corrcoef(row[:-1], row[1:])[0, 1] for row in values]
    assert np.mean(found) == pytest.approx(rho, abs=0.01)
    lag = [np.corrcoef(row[:-3], row[3:])[0, 1] for row in values]
    assert np.mean(lag) == pytest.approx(rho**3, abs=0.01)


def test_variance_shrinks_with_population_as_the_recipe_says():
    values, deployments = only_noise("demande-unique", "delai-traitement", rho=0.0)
    size = np.array([populations("DEP", 2016)[t] for t in sorted(deployments.territory)]) / 1000
    fixed, small = np.linalg.lstsq(
        np.column_stack([np.ones(len(size)), 1 / size]), values.var(axis=1, ddof=1), rcond=None
    )[0]
    assert fixed == pytest.approx(2, abs=0.2)
    assert small == pytest.approx(1200, rel=0.05)
    assert values[size.argmin()].std() == pytest.approx(np.sqrt(2 + 1200 / size.min()), rel=0.08)


def test_levels_season_and_drift_are_those_of_the_recipe():
    recipe, deployments, indicators = inputs("demande-unique", "delai-traitement")
    recipe = changed(recipe, shock_sd=0.0, effect=0.0, noise_fixed=0.0, noise_small=0.0)
    frame = simulate_observations(changed(recipe, digits=6), deployments, indicators)
    values = wide(frame).dropna()
    assert values["2012-01"].mean() == pytest.approx(62 + 3, abs=3.5 * 7 / 10)
    assert values["2012-01"].std() == pytest.approx(7, abs=1.5)
    assert np.allclose(values["2012-12"] - values["2012-01"], -7 - 0.6 * 11 / 12, atol=1e-4)
    assert np.allclose(values["2016-01"] - values["2012-01"], 4 * -0.6, atol=1e-4)


def test_cells_go_missing_secret_and_provisional_in_their_share():
    recipe, deployments, indicators = inputs("demande-unique", "delai-traitement")
    frame = simulate_observations(changed(recipe, missing=0.1), deployments, indicators)
    assert (frame.status == "nd").mean() == pytest.approx(0.1, abs=0.012)
    assert set(frame.territory[frame.status == "secret"]) == {"DEP-48"}  # 14 files a month
    hidden = frame.status.isin(["nd", "secret"])
    assert frame.value[hidden].isna().all()
    assert frame.n[hidden].isna().all()
    assert frame.n[~hidden].min() >= 11
    assert frame.value[~hidden].notna().all()
    assert set(frame.status[frame.period == "2017-06"]) == {"nd", "provisional"}
    assert "provisional" not in set(frame.status[frame.period < "2017-06"])
    counts = frame[frame.territory == "DEP-59"].n.mean()
    assert counts == pytest.approx(0.18 * populations("DEP", 2016)["DEP-59"] / 1000, rel=0.02)


@pytest.mark.parametrize("project", PROJECTS)
def test_every_indicator_has_some_cells_of_each_state(project):
    frame = pd.read_csv(folder(project) / "observations.csv", dtype=str)
    for _, cells in frame.groupby("indicator"):
        assert {"ok", "nd", "secret", "provisional"} <= set(cells.status)
    assert set(frame.source) == {"simulation"}


def test_values_stay_within_bounds_and_censored_ones_are_the_threshold():
    recipe, deployments, indicators = inputs("armoire-numerique", "pieces-reemployees")
    low = changed(recipe, mean=2.0, maximum=9.0)
    frame = simulate_observations(low, deployments, indicators)
    censored = frame[frame.status == "censored"]
    assert len(censored) > 1000
    assert set(censored.value) == {5.0}
    assert frame.value.max() == 9.0


def test_the_true_effect_counts_what_bounds_take_away(tmp_path):
    again = shutil.copytree(folder("antenne-service-public"), tmp_path / "antenne")
    path = again / "simulation.toml"
    text = path.read_text(encoding="utf-8").replace("maximum = 100.0", "maximum = 58.0", 1)
    path.write_text(text, encoding="utf-8")
    truth = true_effects(again)
    assert 1 < truth.effect[truth.indicator == "resolution-premier-accueil"].mean() < 5


@pytest.mark.parametrize(
    ("period", "frequency"), [("2015", "year"), ("2015-Q4", "quarter"), ("2015-12", "month")]
)
def test_periods_follow_one_another(period, frequency):
    ordinal = period_ordinal(period, frequency)
    assert period_label(ordinal, frequency) == period
    assert period_ordinal(period_label(ordinal + 1, frequency), frequency) == ordinal + 1
    assert period_ordinal(period + "x", frequency) is None


# --- bad recipes --------------------------------------------------------------------------


def set_key(key, value):
    def break_it(recipe, deployments, indicators):
        recipe["indicators"]["delai-traitement"][key] = value

    return break_it


def drop(recipe, deployments, indicators):
    del recipe["indicators"]["delai-traitement"]["mean"]
    del recipe["seed"]


def rename(recipe, deployments, indicators):
    recipe["indicators"]["delai-traitment"] = recipe["indicators"].pop("delai-traitement")


def cell(row, column, value):
    def break_it(recipe, deployments, indicators):
        deployments.loc[row, column] = value

    return break_it


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (set_key("rho", 1.0), r"simulation\.toml.*\n  indicators\.delai-traitement\.rho: '1\.0' is "
         r"off the scale\.\n    → The value goes from 0 to 0\.99\."),
        (set_key("territory_sd", -2.0), r"territory_sd: '-2\.0' is off the scale"),
        (set_key("noise_small", float("nan")), r"noise_small: 'nan' does not fit"),
        (set_key("mean", "high"), r"mean: 'high' does not fit \(expected: number\)"),
        (set_key("digits", 1.5), r"digits: '1\.5' does not fit \(expected: integer\)"),
        (set_key("efect", 2.0), r"there is no key 'efect'\.\n    → .*: effect"),
        (set_key("season", [1.0, 2.0]), r"season: the season has 2 values.*\n    → Give 12 values"),
        (set_key("season", 1.0), r"season: '1\.0' does not fit \(expected: \[number"),
        (set_key("maximum", 0.5), r"maximum: the maximum 0\.5 is not above the minimum \(1\.0\)"),
        (set_key("first", "2012-Q1"), r"first: .*'2012-Q1'.*month"),
        (set_key("last", "2011-05"), r"last: the last period, 2011-05, does not come after"),
        (set_key("first", "2015-03"), r"deployments\.csv.*\n  line 11, adopted_on: 2015-03-02 is "
         r"outside the periods of indicators\.delai-traitement \(2015-03 to 2017-06\)(.|\n)*widen"),
        (drop, r"delai-traitement\.mean: the key is missing(.|\n)*seed: the key is missing"),
        (rename, r"delai-traitment: .*indicators\.csv(.|\n)*: delai-traitement"),
        (cell(3, "territory", "DEP-1"), r"line 5, territory: there is no territory 'DEP-1'"),
        (cell(3, "territory", "DEP-01"), r"line 5, territory: 'DEP-01' .* line 2"),
        (cell(9, "adopted_on", pd.NaT), r"line 11, adopted_on: a treated site has no adoption"),
        (cell(3, "adopted_on", pd.Timestamp("2015-01-01")), r"line 5, adopted_on: .*comparison"),
    ],
)  # fmt: skip
def test_a_recipe_that_does_not_hold_is_refused(break_it, message):
    recipe, deployments, indicators = inputs("demande-unique")
    break_it(recipe, deployments, indicators)
    with pytest.raises(DataError, match=message):
        simulate_observations(recipe, deployments, indicators)


def test_all_faults_come_at_once():
    recipe, deployments, indicators = inputs("demande-unique")
    for break_it in (set_key("rho", 2.0), set_key("efect", 1.0), set_key("shock_sd", -1.0)):
        break_it(recipe, deployments, indicators)
    deployments.loc[3, "territory"] = "DEP-1"
    with pytest.raises(DataError) as caught:
        simulate_observations(recipe, deployments, indicators)
    found = str(caught.value)
    for part in ("simulation.toml  (3 faults)", ".rho:", "'efect'", ".shock_sd:"):
        assert part in found
    assert "deployments.csv  (1 fault)" in found


def test_neighbours_and_doses_must_be_known():
    recipe, deployments, indicators = inputs("antenne-service-public", "temps-acces")
    recipe = changed(recipe, spillover=0.2, effect_per_dose=True)
    deployments.loc[deployments.role == "treated", "dose"] = np.nan
    with pytest.raises(DataError, match=r"spillover: neighbours are known for") as caught:
        simulate_observations({**recipe, "population_year": 1999}, deployments, indicators)
    assert str(caught.value).count("dose: the cell is empty") == 5
    assert "population_year: '1999' is off the scale" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seed = ", r"project demande cannot be simulated:\nsimulation\.toml.*\n.*TOML"),
        (None, r"project demande cannot be simulated:\nsimulation\.toml.*\n.*is missing"),
        ("seed = 1\npopulation_year = 2016\nindicators = 3", r"'3' does not fit \(expected: \["),
    ],
)
def test_a_project_whose_recipe_cannot_be_read_is_named(text, message, tmp_path):
    again = shutil.copytree(folder("demande-unique"), tmp_path / "demande")
    (again / "simulation.toml").unlink()
    if text is not None:
        (again / "simulation.toml").write_text(text, encoding="utf-8")
    before = hashlib.sha256((again / "observations.csv").read_bytes()).hexdigest()
    for function in (simulate_project, true_effects):
        with pytest.raises(DataError, match=message):
            function(again)
    assert hashlib.sha256((again / "observations.csv").read_bytes()).hexdigest() == before
