import pytest

from toolkit.errors import ToolkitError
from toolkit.sharing.disclosure import describe_hidden_cells

HEAD = "territory,indicator,period,value,n,status,source\n"
ONE, TWO = (f"data/projects/{name}/observations.csv" for name in ("one", "two"))


def table(*rows: str) -> bytes:
    return (HEAD + "".join(f"{row}\n" for row in rows)).encode()


def test_every_hidden_cell_is_listed_and_nothing_of_its_value():
    files = {
        ONE: table(
            "DEP-01,aides,2015,,,secret,enquete",
            "DEP-02,aides,2015,5,80,censored,enquete",
            "DEP-03,aides,2015,,,nd,enquete",
            "DEP-04,aides,2015,12,40,ok,enquete",
        ),
        "data/sources.toml": b"",
    }
    assert describe_hidden_cells(files, run="bundle").decode() == (
        "run,table,cell,rule,action\n"
        f"bundle,{ONE},DEP-01 aides 2015,secrecy,suppressed\n"
        f"bundle,{ONE},DEP-02 aides 2015,censoring,floored\n"
    )


def test_a_bundle_without_observations_has_no_decision():
    assert describe_hidden_cells({}, run="bundle") == b"run,table,cell,rule,action\n"


@pytest.mark.parametrize("source", ["enquete", "simulation"])
def test_what_one_table_hides_another_does_not_show(source):
    files = {
        ONE: table(f"DEP-01,aides,2015,,,secret,{source}"),
        TWO: table(f"DEP-01,aides,2015,14,14,ok,{source}"),
    }
    if source == "simulation":  # two simulations of one name are two things
        assert describe_hidden_cells(files, run="bundle").count(b"\n") == 2
    else:
        with pytest.raises(ToolkitError, match=r"DEP-01 aides 2015 \(data/projects/one"):
            describe_hidden_cells(files, run="bundle")
