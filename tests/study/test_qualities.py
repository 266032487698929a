"""Each quality and principle by hand on a tiny project, and on the demonstrations."""

from dataclasses import replace

import pandas as pd
import pytest

from toolkit.records.portfolio import Project, load_project
from toolkit.records.vocabulary import load_vocabulary
from toolkit.study.qualities import measure_qualities

ROWS = {
    "cycles": [
        {"cycle": 1, "phase": "plan", "started_on": "2020-01-01"},
        {"cycle": 1, "phase": "act", "started_on": "2020-02-01"},
        {"cycle": 2, "phase": "plan", "started_on": "2020-07-01"},
    ],
    "artefacts": [
        {"artefact": "a", "version": "1", "made_on": "2019-12-31", "adoption": "none", "open": True,
         "reused_from": "a guide of others"},
        {"artefact": "a", "version": "2", "made_on": "2020-01-01", "adoption": "adopted",
         "open": True, "reused_from": "a 1"},
        {"artefact": "b", "version": "1", "made_on": "2020-06-30", "adoption": "partial",
         "open": False},
        {"artefact": "a", "version": "3", "made_on": "2020-07-01", "adoption": "abandoned",
         "open": True, "reused_from": "a 2"},
        {"artefact": "c", "version": "1", "made_on": "2020-08-01", "adoption": "generalised",
         "open": False},
    ],
    "deployments": [
        {"territory": "DEP-01", "role": "treated", "adopted_on": "2020-03-01",
         "signed_off_on": "2020-02-20"},
        {"territory": "DEP-02", "role": "treated", "adopted_on": "2020-05-01"},
        {"territory": "DEP-03", "role": "comparison"},
    ],
    "costs": [
        {"date": "2020-02-01", "category": "terrain", "plan": "planned", "amount": 100.0},
        {"date": "2020-02-01", "category": "terrain", "plan": "actual", "amount": 90.0,
         "person_days": 3.0, "profile": "designer", "home_unit": True},
        {"date": "2020-03-01", "category": "personnel", "plan": "actual", "amount": 60.0,
         "person_days": 9.0, "profile": "agent", "home_unit": False},
    ],
    "partners": [
        {"partner": "A", "kind": "state", "cycle": 1},
        {"partner": "B", "kind": "association", "cycle": 2},
        {"partner": "C", "kind": "association", "cycle": 2},
        {"partner": "D", "kind": "local", "cycle": 2},
    ],
    "freedoms": [
        {"date": "2020-02-02", "kind": "derogation"},
        {"date": "2020-01-15", "kind": "safe_space"},
    ],
    "logbook": [
        {"entry": "J001", "kind": "erreur", "lesson": "Ask first.", "confidentiality": "team"},
        {"entry": "J002", "kind": "erreur", "confidentiality": "public"},
        {"entry": "J003", "kind": "surprise", "confidentiality": "public"},
    ],
    "indicators": [
        {"indicator": "price", "unit": "eur", "measures": "Q5", "publics": "U1", "min_count": 5},
        {"indicator": "delay", "unit": "days", "measures": "P7", "publics": "U1 U3"},
    ],
    "observations": [
        {"territory": "DEP-01", "indicator": "price", "period": "2020-Q1", "value": 8.0, "n": 5},
        {"territory": "DEP-01", "indicator": "price", "period": "2020-Q2", "value": 6.0, "n": 9},
        {"territory": "DEP-01", "indicator": "price", "period": "2020-Q3", "value": 3.0, "n": 7},
        {"territory": "DEP-01", "indicator": "price", "period": "2020-Q4", "value": 1.0, "n": 4},
        {"territory": "DEP-02", "indicator": "price", "period": "2020-Q2", "value": 10.0, "n": 6},
        {"territory": "DEP-03", "indicator": "price", "period": "2020-Q2", "value": 99.0, "n": 6},
    ],
}  # fmt: skip
BY_HAND = {
    ("Q1", "solutions"): (2.0, 2),  # cycle 1: a and b; cycle 2: a and c; one was made before
    ("Q2", "days"): (62.0, 1),  # 1 December to 1 February
    ("Q3", "front_line"): (100.0, 1),
    ("Q4", "profiles"): (2.0, 2),
    ("Q4", "outside"): (75.0, 2),  # 9 days of 12
    ("Q5", "before"): (9.0, 2),  # 8, and 10 in the quarter that ends with the adoption of DEP-02
    ("Q5", "after"): (4.5, 2),  # 6 and 3; the cell of four is left out
    ("Q6", "non_state"): (75.0, 4),
    ("Q6", "kinds"): (2.0, 4),
    ("Q7", "days"): (60.0, 1),  # 1 January to 1 March of a leap year
    ("P1", "adopted"): (100 / 3, 3),  # c; the last version of a was abandoned
    ("P2", "freedoms"): (2.0, 2),
    ("P3", "lessons"): (50.0, 2),
    ("P4", "reused"): (100 / 3, 3),  # a, from others; its later versions take up its own
    ("P4", "spent"): (150.0, 1),
    ("P5", "partners"): (2.5, 2),  # one, then four
    ("P5", "open"): (60.0, 5),
    ("P6", "field_days"): (3.0, 1),
    ("P6", "signed"): (50.0, 2),
    ("P7", "publics"): (200 / 3, 3),  # nothing for U2
}


def tiny(**tables: list[dict]) -> Project:
    """A project of these rows, its other tables and columns empty."""
    empty = load_project("paerpa")
    filled = {}
    for name, frame in empty.tables.items():
        rows = pd.DataFrame(tables.get(name, [])).reindex(columns=frame.columns)
        filled[name] = rows.astype(frame.dtypes)
    return Project(empty.facts, filled)


@pytest.fixture(scope="module")
def full() -> Project:
    project = tiny(**ROWS)
    dates = {"signalled_on": "2019-12-01", "idea_on": "2020-01-01"}
    known = {name: pd.Timestamp(day).date() for name, day in dates.items()}
    said = known | {"initiated_by": "praticien", "publics": ["U1", "U2", "U3"]}
    return replace(project, facts=project.facts.model_copy(update=said))


def values(project: Project) -> dict:
    return {(m.code, m.name): (m.value, m.n) for m in measure_qualities(project)}


def test_each_indicator_by_hand(full):
    found = values(full)
    assert found.keys() == BY_HAND.keys()
    for name, (value, n) in BY_HAND.items():
        assert found[name] == (pytest.approx(value), n), name


def test_every_code_of_the_programme_has_an_indicator(full):
    codes = [*load_vocabulary("quality").code, *load_vocabulary("principle").code]
    assert list(dict.fromkeys(m.code for m in measure_qualities(full))) == codes


def test_nothing_written_is_no_value_and_not_zero():
    empty = tiny(indicators=[{"indicator": "x", "publics": "U1"}])
    nothing = {m.code: m.value for m in measure_qualities(empty) if m.code != "P7"}
    assert set(nothing.values()) == {None}
    assert len(nothing) == 13


def test_no_sign_off_written_is_not_a_refusal():
    sites = [{"territory": "DEP-01", "role": "treated", "adopted_on": "2020-03-01"}]
    assert values(tiny(deployments=sites))["P6", "signed"] == (None, 1)


def test_every_indicator_says_where_it_is_written(full):
    files = {"project.toml", *(f"{name}.csv" for name in full.tables)}
    for measure in measure_qualities(full):
        assert any(file in measure.where for file in files), measure


def test_the_demonstrations():
    measures = measure_qualities(load_project("maison-handicap"))
    found = {(measure.code, measure.name): measure.value for measure in measures}
    assert found["Q2", "days"] == 350  # 18 November 2013 to 3 November 2014
    assert found["Q3", "front_line"] == 0  # a user began it
    assert found["P3", "lessons"] == 100
    assert found["P4", "spent"] == pytest.approx(100 * 1_814_510 / 1_865_880)
    costs = [found["Q5", when] for when in ("before", "after")]
    assert costs == pytest.approx([319.833, 319.397], abs=1e-3)
    learnt = values(load_project("numerique-colleges"))["P3", "lessons"]
    assert learnt == (75.0, 4)
