"""`futurs data protect` as a person types it."""

import pandas as pd
import pytest
from click.testing import CliRunner

from toolkit.cli.data import data as command
from toolkit.records.validate import validate

FINER = """\
territory,indicator,period,value,n,status,source,largest_share
DEP-01,delai,2015-Q1,12.50,120,ok,simulation,0.1
DEP-01,delai,2015-Q2,10,10,ok,simulation,0.2
DEP-2A,delai,2015-Q1,,,secret,simulation,
DEP-2A,delai,2015-Q2,-0.5,30,imputed,simulation,0.9
"""


@pytest.fixture
def finer(data, tmp_path_factory):
    path = tmp_path_factory.mktemp("elsewhere") / "finer.csv"
    path.write_text(FINER, encoding="utf-8")
    return path


def run(*arguments):
    return CliRunner().invoke(command, ["protect", "petit-projet", "--from", *map(str, arguments)])


def test_the_table_is_written_with_what_is_hidden_hidden(project, finer):
    found = run(finer)
    assert found.exit_code == 0, found.output
    assert (project / "observations.csv").read_text("utf-8") == (
        "territory,indicator,period,value,n,status,source\n"
        "DEP-01,delai,2015-Q1,12.50,120,ok,simulation\n"
        "DEP-01,delai,2015-Q2,,,secret,simulation\n"
        "DEP-2A,delai,2015-Q1,,,secret,simulation\n"
        "DEP-2A,delai,2015-Q2,-0.5,30,imputed,simulation\n"
    )
    assert validate(project) == []
    decisions = pd.read_csv(finer.with_name("finer.decisions.csv"))
    assert decisions.to_numpy().tolist() == [
        ["DEP-01", "delai", "2015-Q2", "min_count", "suppressed"],
        ["DEP-2A", "delai", "2015-Q1", "producer", "suppressed"],
    ]


def test_finer_data_is_kept_outside(project, data):
    path = data / "finer.csv"
    path.write_text(FINER, encoding="utf-8")
    before = (project / "observations.csv").read_bytes()
    found = run(path)
    assert found.exit_code == 1
    assert "data/" in str(found.exception)
    assert (project / "observations.csv").read_bytes() == before


def test_a_fault_of_the_finer_table_is_said_and_nothing_written(project, finer):
    finer.write_text(FINER.replace(",0.9", ",90"), encoding="utf-8")
    before = (project / "observations.csv").read_bytes()
    found = run(finer)
    assert found.exit_code == 1
    assert "finer.csv" in str(found.exception)
    assert "largest_share" in str(found.exception)
    assert (project / "observations.csv").read_bytes() == before
