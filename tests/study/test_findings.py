"""The headline of every study: what was found, or what stands in the way and the remedy."""

import shutil

import pytest

from toolkit.i18n import interface_language, language
from toolkit.records.sources import data_dir
from toolkit.study.findings import load_findings, projects_without_study, tabulate_findings

FR = language("fr")
REAL = data_dir()


@pytest.fixture
def shelf(data, tmp_path, monkeypatch):
    """Give one study that runs, one to pull, one with a fault, one refused, and one project."""
    real, copy = REAL, data
    monkeypatch.setenv("FUTURS_CACHE", str(tmp_path / "cache"))
    for project in ("autonomie-domicile", "armoire-numerique", "paerpa", "maison-handicap"):
        shutil.copytree(real / "projects" / project, copy / "projects" / project)
    for study in ("autonomie-domicile", "paerpa"):
        shutil.copyfile(real / f"studies/{study}.toml", copy / f"studies/{study}.toml")
    text = (real / "studies/maison-handicap.toml").read_text()
    refused = text.replace('last = "2018-Q4"', 'last = "2012-Q4"')
    (copy / "studies/maison-handicap.toml").write_text(refused)
    faulty = (copy / "studies/demande-unique.toml").read_text().replace('design = "did"', "")
    (copy / "studies/demande-unique.toml").write_text(faulty)
    return copy


def test_every_study_is_named_and_what_stands_in_the_way_has_its_remedy(shelf):
    findings = {finding.study: finding for finding in load_findings(lang=FR)}
    assert sorted(findings) == [
        "autonomie-domicile", "demande-unique", "maison-handicap", "paerpa",
    ]  # fmt: skip
    run = findings["autonomie-domicile"]
    assert (run.found.conclusion.verdict, run.found.grade.level) == ("no_meaningful_effect", 3)
    assert (run.status, run.simulated, run.refusal) == ("exploratory", True, None)
    # What else a study has waits until it is asked for.
    assert not {"power", "robustness"} & set(vars(run.found))
    assert (run.measured.indicator, run.measured.unit) == ("part-apa-domicile", "percent")

    pulled = findings["paerpa"]
    assert (pulled.found, pulled.simulated, pulled.status) == (None, False, None)
    assert pulled.refusal.reason == "to_pull"
    assert pulled.refusal.command == (
        "futurs data pull drees-aide-sociale insee-estimations-population"
    )
    faulty = findings["demande-unique"]
    assert (faulty.protocol, faulty.project, faulty.refusal.reason) == (None, "", "faults")
    assert "design" in faulty.refusal.message
    assert findings["maison-handicap"].refusal.reason == "refused"
    # Errors are quoted in the language that was asked for, and only they.
    assert "aucun territoire" in findings["maison-handicap"].refusal.message
    assert interface_language().code == "en"

    assert projects_without_study(findings.values()) == ("armoire-numerique", "demande-unique")


def test_a_table_has_a_row_a_study_whatever_became_of_it(shelf):
    table = tabulate_findings(load_findings(["paerpa", "autonomie-domicile"], lang=FR))
    table = table.set_index("study")
    # A protocol that cannot be read may be on any project.
    assert sorted(table.index) == ["autonomie-domicile", "demande-unique", "paerpa"]
    run = table.loc["autonomie-domicile"]
    assert run["value"] == pytest.approx(-0.396735, abs=1e-6)
    assert (run.unit, run.n_treated, run.verdict) == ("percent", 4, "no_meaningful_effect")
    assert table.remedy["paerpa"].startswith("futurs data pull")
    assert table[["value", "verdict", "grade"]].loc["paerpa"].isna().all()
