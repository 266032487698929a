"""A panel is checked once, all faults at once, naming rows."""

import contextlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.designs.panel import panel_matrix
from toolkit.errors import DesignError

COLUMNS = {"outcome": "y", "territory": "u", "period": "t", "adoption": "g"}


def small() -> pd.DataFrame:
    rows = [
        (u, t, 10 * i + t, 2 if u == "a" else None) for i, u in enumerate("abc") for t in (1, 2, 3)
    ]
    return pd.DataFrame(rows, columns=["u", "t", "y", "g"])


def test_the_matrix_has_territories_in_rows_and_periods_in_columns():
    matrix = panel_matrix(small().sample(frac=1, random_state=1), **COLUMNS)
    assert matrix.outcome.tolist() == [[1, 2, 3], [11, 12, 13], [21, 22, 23]]
    assert matrix.adoption.tolist() == [1, 3, 3]
    assert matrix.treated.tolist() == [True, False, False]
    assert matrix.periods.tolist() == [1, 2, 3]


def test_a_gap_is_missing():
    matrix = panel_matrix(small().drop(index=4), **COLUMNS)
    assert np.isnan(matrix.outcome[1, 1])


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda p: p.assign(g=p.g - 0.5), r"no period of the panel: a 1\.5 \(1 < 1\.5 < 2\)"),
        (lambda p: p.assign(t=p.t.map({1: "1", 2: "2", 3: 3})), r"column t: .*holds: int, str\."),
        (lambda p: p.assign(u=p.u.astype("category")), r"column u: .*holds: category\. Seen: a"),
        (lambda p: pd.concat([p, p.y, p.g], axis=1), r"stand twice: g, y\. Keep one"),
        (lambda p: p.assign(status=["censored", "secret"] + ["ok"] * 7), r"censored, secret\): 2"),
        (lambda p: p.drop(columns="y"), r"Missing columns: y\. The panel has: u, t, g"),
        (lambda p: pd.concat([p, p.iloc[:1]]), r"two rows for a period: a 1"),
        (lambda p: p.assign(y=p.y.astype(object).where(p.index != 3, "x")), r"no numbers, rows: 3"),
        (lambda p: p.assign(y=p.y.astype(float).where(p.index != 3, np.inf)), r"infinite.*rows: 3"),
        (lambda p: p.assign(y=7), r"the same everywhere \(7"),
        (lambda p: p.assign(y=np.nan), r"no value is known"),
        (lambda p: p[p.t == 2], r"only one period"),
        (lambda p: p.assign(g=np.nan), r"no territory is treated"),
        (lambda p: p.assign(g=2), r"all territories are treated"),
        (lambda p: p.assign(g=p.g.where(p.u != "a", 1)), r"no period before: a"),
        (lambda p: p.assign(g=p.g.where(p.u != "a", 9)), r"outside the periods.*\(1–3\): a"),
        (lambda p: p.assign(g=p.g.where(p.index != 0)), r"varies within a territory: a"),
        (lambda p: p.assign(u=p.u.where(p.index != 0)), r"rows without a territory or a period: 0"),
    ],
)
def test_says_what_is_wrong(break_it, message):
    with pytest.raises(DesignError, match=message):
        panel_matrix(break_it(small()), **COLUMNS)


def test_rows_are_named_by_the_panels_own_index():
    broken = small().set_index(pd.Index(list("ABCDEFGHI"))).assign(y=list("1234x6789"))
    with pytest.raises(DesignError, match=r"column y: .* no numbers, rows: E \(seen: x\)"):
        panel_matrix(broken, **COLUMNS)


def test_a_secret_value_that_is_not_given_is_merely_missing():
    panel = small().assign(status="ok").astype({"y": float})
    panel.loc[4, ["status", "y"]] = "secret", np.nan
    assert np.isnan(panel_matrix(panel, **COLUMNS).outcome[1, 1])
    with pytest.raises(DesignError, match=r"status secret\): 1, rows: 4.*bound_estimate"):
        panel_matrix(panel.assign(y=range(9)), **COLUMNS)


def test_text_that_reads_as_numbers_and_codes_of_text_are_taken():
    panel = small().assign(
        y=lambda p: p.y.astype(str), u=lambda p: p.u.map({"a": "01", "b": "1", "c": "1A"})
    )
    matrix = panel_matrix(panel, **COLUMNS)
    assert matrix.territories.tolist() == ["01", "1", "1A"]
    assert matrix.outcome[0].tolist() == [1, 2, 3]


def test_an_index_may_bear_the_name_of_a_column():
    matrix = panel_matrix(small().set_index("u", drop=False), **COLUMNS)
    assert matrix.outcome.tolist() == [[1, 2, 3], [11, 12, 13], [21, 22, 23]]


def test_all_faults_come_at_once():
    broken = pd.concat([small(), small().iloc[:1]]).assign(g=np.nan)
    with pytest.raises(DesignError, match=r"(?s)two rows.*no territory is treated"):
        panel_matrix(broken, **COLUMNS)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_the_panel_is_never_changed(data):
    panel = small()
    drop = data.draw(st.lists(st.sampled_from(list(panel.index)), unique=True, max_size=7))
    panel = panel.drop(index=drop)
    before = panel.copy()
    with contextlib.suppress(DesignError):  # refused or not, it was only read
        panel_matrix(panel, **COLUMNS)
    pd.testing.assert_frame_equal(panel, before)
