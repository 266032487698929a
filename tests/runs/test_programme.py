"""The whole programme is planned: studies whose data are there, all projects and territories."""

from collections import Counter
from pathlib import Path

import pytest

from toolkit.records.sources import load_sources
from toolkit.runs.programme import plan_programme

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture
def nothing_pulled(tmp_path, monkeypatch):
    monkeypatch.setenv("FUTURS_CACHE", str(tmp_path))
    return tmp_path


def counted(reports) -> Counter:
    return Counter(report.notebook.stem for report in reports)


def test_everything_is_planned_but_what_was_not_pulled(nothing_pulled):
    reports = plan_programme(NOTEBOOKS)
    assert counted(reports) == {
        "impact_evaluation": 2 * 6,
        "portfolio_synthesis": 2,
        "project_characterisation": 2 * 8,
        "implementation": 2 * 8,
        "data_quality": 2 * 8,
        "territory_report": 2 * (1 + 18 + 101),
    }
    assert len({report.address for report in reports}) == len(reports)
    source = load_sources()["etalab-barometre"]
    path = nothing_pulled / source.path
    path.parent.mkdir()
    path.write_text("pulled")
    again = plan_programme(NOTEBOOKS)
    added = {report.address for report in again} - {report.address for report in reports}
    assert added == {
        "impact_evaluation/plateforme-inclusion/fr",
        "impact_evaluation/plateforme-inclusion/en",
    }


def test_long_reports_come_first_and_studies_on_paper_too(nothing_pulled):
    reports = plan_programme(NOTEBOOKS, languages=["fr"], formats=("html", "code"))
    names = [report.notebook.stem for report in reports]
    assert names[:7] == ["impact_evaluation"] * 6 + ["portfolio_synthesis"]
    assert names[-120:] == ["territory_report"] * 120
    assert reports[-120].address == "territory_report/DEP/01/fr"
    assert reports[-1].address == "territory_report/FR/FR/fr"
    assert reports[0].formats == ("html", "code", "pdf")
    assert reports[-1].formats == ("html", "code")
