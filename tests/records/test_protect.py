"""From finer data to what data/ may hold, on real territories; and the check of what it holds."""

import numpy as np
import pandas as pd
import pytest

from toolkit.records.limits import Rule, load_limits
from toolkit.records.nesting import common_pieces
from toolkit.records.protect import protect_observations
from toolkit.records.secrecy import with_limits
from toolkit.records.sums import sums_of
from toolkit.records.territories import load_territories
from toolkit.records.validate import validate


@pytest.fixture(scope="module")
def creuse() -> pd.DataFrame:
    """Counts of people in the communes of Creuse, their EPCI, the département and the région."""
    communes = load_territories("COM", region="75")
    generator = np.random.default_rng(23)
    counts = pd.Series(generator.poisson(generator.gamma(1.2, 30, size=len(communes))))
    inside = communes.department == "23"
    parts = [("COM-" + communes.code[inside], counts[inside])]
    around = communes.epci.isin(communes.epci[inside].dropna())
    for level, column, which in (
        ("EPCI", "epci", around),
        ("DEP", "department", communes.code.notna()),
        ("REG", "region", communes.code.notna()),
    ):
        sums = counts[which].groupby(communes[column][which]).sum()
        parts.append((level + "-" + sums.index.to_series(), sums))
    return pd.DataFrame(
        {
            "territory": np.concatenate([ids.to_numpy() for ids, _ in parts]),
            "indicator": "aides",
            "period": "2015",
            "value": np.concatenate([values.to_numpy(float) for _, values in parts]),
            "n": np.nan,
            "status": "ok",
            "source": "simulation",
        }
    )


def indicator(**changed) -> pd.DataFrame:
    row = {"indicator": "aides", "unit": "count", "min_count": 11, "censored_below": np.nan}
    return pd.DataFrame([row | changed])


def three(value: list[float], n: list[int], *, source: str) -> pd.DataFrame:
    """Return the observations of three départements."""
    places = {"territory": ["DEP-01", "DEP-02", "DEP-03"], "indicator": "aides", "period": "2015"}
    return pd.DataFrame(places | {"value": value, "n": n, "status": "ok", "source": source})


def given_back(observations: pd.DataFrame, indicators: pd.DataFrame) -> list[str]:
    cells = with_limits(observations, indicators, load_limits())
    secret = cells.status == "secret"
    return [t for sums in sums_of(cells) for t in cells.territory[sums.narrow_rows(secret)]]


def test_small_cells_and_what_would_give_them_back_are_hidden(creuse):
    small = (creuse.value > 0) & (creuse.value < 11)
    alone = creuse.assign(
        value=creuse.value.mask(small), status=creuse.status.mask(small, "secret")
    )
    found = protect_observations(creuse, indicator(), limits=load_limits())
    rules = found.decisions.rule.value_counts().to_dict()
    assert rules == {"min_count": int(small.sum()), "complement": 2}
    assert len(given_back(alone, indicator())) == 3
    assert given_back(found.observations, indicator()) == []
    secret = found.observations.status == "secret"
    assert found.observations.value.isna().equals(secret)
    assert found.observations.value[~secret].equals(creuse.value[~secret])
    assert found.decisions.territory.tolist() == creuse.territory[secret].tolist()
    assert "value" not in found.decisions


def test_protecting_again_changes_nothing(creuse):
    once = protect_observations(creuse, indicator(), limits=load_limits()).observations
    again = protect_observations(once, indicator(), limits=load_limits())
    pd.testing.assert_frame_equal(again.observations, once)
    assert set(again.decisions.rule) == {"producer"}


def test_a_mean_goes_with_its_count(creuse):
    shares = creuse.assign(n=creuse.value, value=40.0)
    found = protect_observations(shares, indicator(unit="percent"), limits=load_limits())
    secret = found.observations.status == "secret"
    assert secret.sum() > ((creuse.value > 0) & (creuse.value < 11)).sum()
    assert found.observations.n.isna().equals(secret)
    assert given_back(found.observations, indicator(unit="percent")) == []


def test_one_enterprise_over_its_share_hides_the_total():
    rows = three([100.0, 200.0, 300.0], [40, 2, 12], source="enquete")
    rows["largest_share"] = [0.86, 0.5, 0.85]
    limits = load_limits()
    limits = limits.model_copy(update={"sources": {"enquete": "enterprises"}})
    found = protect_observations(rows, indicator(unit="eur", min_count=None), limits=limits)
    assert found.observations.status.tolist() == ["secret", "secret", "ok"]
    assert found.decisions.rule.tolist() == ["dominance", "min_count"]
    assert "largest_share" not in found.observations


def test_a_rate_below_the_limit_of_publication_is_the_limit():
    rows = three([4.9, 5.0, 12.0], [400, 900, 9], source="simulation")
    asked = indicator(unit="percent", censored_below=5.0)
    found = protect_observations(rows, asked, limits=load_limits())
    assert found.observations.value.tolist() == pytest.approx([5.0, 5.0, np.nan], nan_ok=True)
    assert found.observations.status.tolist() == ["censored", "ok", "secret"]
    assert found.decisions.action.tolist() == ["floored", "suppressed"]


def test_counts_are_rounded_where_a_rule_wants_it(creuse):
    limits = load_limits()
    by_five = Rule(min_count=11, dominance=1.0, margin=0.2, rounding=5)
    limits = limits.model_copy(update={"rules": limits.rules | {"persons": by_five}})
    found = protect_observations(creuse, indicator(), limits=limits)
    shown = found.observations.value.dropna()
    assert (shown % 5 == 0).all()
    assert (shown - creuse.value[shown.index]).abs().max() == 2
    assert given_back(found.observations, indicator()) == []


def test_an_epci_astride_two_départements_is_two_pieces():
    communes = load_territories("COM")
    astride = communes.groupby("epci").department.nunique()
    epci = astride.index[astride == 2][0]
    departments = sorted(communes.department[communes.epci == epci].unique())
    ids = (f"EPCI-{epci}", *(f"DEP-{code}" for code in departments))
    pieces = common_pieces(ids)
    assert [len(pieces[name]) for name in ids] == [2, 2, 2]
    assert len(set(pieces[ids[0]]) & set(pieces[ids[1]])) == 1
    assert set(pieces[ids[1]]) & set(pieces[ids[2]]) == set()


def test_a_table_that_gives_a_cell_back_is_refused(project):
    indicators = (project / "indicators.csv").read_text("utf-8").replace(",days,", ",count,")
    (project / "indicators.csv").write_text(indicators.replace(",quarter,", ",year,"), "utf-8")
    corsica = "territory,indicator,period,value,n,status,source\n"
    corsica += "DEP-2A,delai,2015,,,secret,simulation\nDEP-2B,delai,2015,70,,{},simulation\n"
    corsica += "REG-94,delai,2015,75,,ok,simulation\n"
    path = project / "observations.csv"
    path.write_text(corsica.format("ok"), "utf-8")
    faults = validate(project)
    assert [(fault.rule, fault.line, fault.column) for fault in faults] == [
        ("given_back", 2, "value")
    ]
    path.write_text(corsica.format("secret").replace(",70,", ",,"), "utf-8")
    assert validate(project) == []
