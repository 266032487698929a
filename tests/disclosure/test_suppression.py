"""Complementary suppression against published tables, and on tables drawn at random."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from toolkit.disclosure.intervals import feasible_intervals
from toolkit.disclosure.suppression import Margin, hide_enough, narrow_facts
from toolkit.disclosure.system import system_of

# M. Fischetti, J. J. Salazar, Management Science 47 (2001), figure 1: investment of enterprises by
# activity and region; the cell of activity II in region C is confidential.
INVESTMENT = [[20, 50, 10], [8, 19, 22], [17, 32, 12]]


def test_the_published_pattern_and_its_published_interval(with_margins):
    system, names = with_margins(INVESTMENT)
    hidden = np.array([name == (1, 2) for name in names])
    found = hide_enough(system, hidden, margin=Margin(count=10), costs=system.values)
    pattern = {names[i] for i in np.flatnonzero(found)}
    assert pattern == {(1, 0), (1, 2), (2, 0), (2, 2)}
    cell = np.array([names.index((1, 2))])
    assert feasible_intervals(system, found, cell).tolist() == [[5, 30]]


def test_a_cell_hidden_alone_is_given_back_by_its_margins(with_margins):
    system, names = with_margins(INVESTMENT)
    hidden = np.array([name == (1, 2) for name in names])
    assert feasible_intervals(system, hidden, np.flatnonzero(hidden)).tolist() == [[22, 22]]
    assert narrow_facts(system, hidden, Margin(count=1)).tolist() == np.flatnonzero(hidden).tolist()


def test_two_hidden_cells_a_line_may_still_give_one_back(with_margins):
    # The problem that the tests of sdcTable (B. Meindl) attack: every row and column hides two or
    # more, and rows w and x less columns a and c leave w, b: 230 + 250 - 244 - (1021 + 770 - 1602).
    shown = {(0, 3): 89, (1, 1): 124, (1, 3): 31, (2, 0): 92, (2, 2): 59, (3, 0): 800, (3, 2): 651}
    margins = [230, 250, 336, 3127], [1021, 1262, 770, 890]
    system, names = with_margins(np.ones((4, 4)))
    known = shown | {(i, "all"): value for i, value in enumerate(margins[0])}
    known |= {("all", j): value for j, value in enumerate(margins[1])} | {("all", "all"): 3943}
    system = replace(system, values=np.array([known.get(name, np.nan) for name in names], float))
    hidden = np.isnan(system.values)
    for method in (feasible_intervals, whole_intervals):
        found = method(system, hidden, np.flatnonzero(hidden))
        exact = {
            names[i]: low
            for i, (low, high) in zip(np.flatnonzero(hidden), found, strict=True)
            if high - low < 1e-6
        }
        assert exact == {(0, 1): pytest.approx(47)}


def test_what_is_left_of_a_total_is_protected_though_it_stands_nowhere():
    # 100 people in an EPCI, 94 of them in its published communes: 6 live in the last one.
    members = {"EPCI": "abc", "COM-a": "a", "COM-b": "b"}
    system = system_of(members, {"EPCI": 100, "COM-a": 60, "COM-b": 34})
    nothing = np.zeros(len(system), bool)
    assert narrow_facts(system, nothing, Margin(count=11)).tolist() == [3]
    found = hide_enough(system, nothing, margin=Margin(count=11))
    assert found.tolist() == [False, False, True, False]
    assert feasible_intervals(system, found, np.array([2, 3])).tolist() == [[0, 40], [0, 40]]


def test_what_was_learnt_is_used_in_every_equation():
    # D3 less E4 gives commune 0, E3 less commune 0 gives D2.
    members = {"FR": [0, 1, 2, 3], "D2": [1], "D3": [0, 2, 3], "E3": [0, 1], "E4": [2, 3]}
    system = system_of(members, {"FR": 31, "D2": 3, "D3": 28, "E3": 15, "E4": 16})
    hidden = system.values == 3
    assert feasible_intervals(system, hidden, np.array([1])).tolist() == [[3, 3]]


def test_zeros_are_not_used_to_hide_others(with_margins):
    system, _ = with_margins([[4, 0, 30], [25, 0, 40], [31, 12, 28]])
    hidden = (system.values > 0) & (system.values < 11)
    found = hide_enough(system, hidden, margin=Margin(count=11))
    assert not found[system.values == 0].any()
    assert len(narrow_facts(system, found, Margin(count=11))) == 0


def whole_intervals(system, hidden, facts) -> np.ndarray:
    """Bound facts over all parts at once: a second way to the same intervals."""
    shown = ~hidden & np.isfinite(system.values) & system.published
    equations = {"A_eq": system.parts[shown].toarray(), "b_eq": system.values[shown]}
    found = []
    for row in system.parts[facts].toarray():
        low, high = (linprog(sign * row, **equations) for sign in (1, -1))
        found.append((low.fun, np.inf if high.status == 3 else -high.fun))
    return np.array(found).reshape(-1, 2)


@st.composite
def nested_tables(draw):
    """Draw counts of communes in two zonings that cross, and which of them are published."""
    n = draw(st.integers(4, 9))
    counts = draw(st.lists(st.integers(0, 40), min_size=n, max_size=n))
    members = {"FR": list(range(n))}
    for zoning, most in (("DEP", 3), ("EPCI", 4)):
        zones = draw(st.lists(st.integers(1, most), min_size=n, max_size=n))
        members |= {
            f"{zoning}-{zone}": [i for i in range(n) if zones[i] == zone] for zone in set(zones)
        }
    members |= {f"COM-{i}": [i] for i in range(n) if draw(st.booleans())}
    return system_of(members, {name: sum(counts[i] for i in m) for name, m in members.items()})


@settings(max_examples=40, deadline=None, derandomize=True)
@given(nested_tables())
def test_no_hidden_cell_can_be_known_closer_than_the_limit(system):
    limit = Margin(count=11)
    hidden = system.published & (system.values > 0) & (system.values < 11)
    found = hide_enough(system, hidden, margin=limit)
    assert (found >= hidden).all()
    low, high = whole_intervals(system, found, np.flatnonzero(found)).T
    assert (high - low >= 11 - 1e-6).all()


@pytest.mark.parametrize("seed", range(2))
def test_a_table_too_large_for_the_best_is_still_safe(with_margins, seed):
    generator = np.random.default_rng(seed)
    system, _ = with_margins(generator.poisson(generator.gamma(1, 40, size=(14, 14))))
    hidden = (system.values > 0) & (system.values < 11)
    found = hide_enough(system, hidden, margin=Margin(count=11))
    assert len(narrow_facts(system, hidden, Margin(count=11))) > 0
    assert len(narrow_facts(system, found, Margin(count=11))) == 0
    assert found.sum() < 1.5 * hidden.sum()
