"""Groups of studies, and a test between them that holds its size."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, ttest_ind

from toolkit.designs.meta_analysis import meta_analysis
from toolkit.designs.subgroups import subgroups
from toolkit.errors import DesignError
from toolkit.i18n import language


def drawn(seed: int, sizes=(4, 5), tau2=0.3, apart=0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    errors = rng.uniform(0.3, 0.9, size=len(group))
    values = apart * group + rng.normal(size=len(group)) * np.sqrt(errors**2 + tau2)
    names = [f"s{i}" for i in range(len(group))]
    return pd.DataFrame({"study": names, "value": values, "error": errors, "mode": group})


def test_each_group_is_its_own_meta_analysis():
    data = drawn(1)
    result = subgroups(data, by="mode")
    assert list(result.groups) == ["0", "1"]
    alone = meta_analysis(data[data["mode"] == 1])
    assert result.groups["1"].value == alone.value
    assert result.table().group.to_list() == ["0", "1"]
    assert result.table().error[1] == alone.error


def test_two_groups_of_negligible_errors_are_welchs_t_test():
    rng = np.random.default_rng(5)
    values = np.concatenate([rng.normal(0, 1, 6), rng.normal(1, 3, 9)])
    data = pd.DataFrame(
        {"study": range(15), "value": values, "error": 1e-4, "mode": [0] * 6 + [1] * 9}
    )
    result = subgroups(data, by="mode")
    welch = ttest_ind(values[:6], values[6:], equal_var=False)
    assert result.statistic == pytest.approx(welch.statistic**2, rel=1e-5)
    assert result.freedom_within == pytest.approx(welch.df, rel=1e-5)
    assert result.p == pytest.approx(welch.pvalue, rel=1e-5)


def test_with_normal_intervals_two_groups_are_walds_test():
    data = drawn(4, apart=1.0)
    result = subgroups(data, by="mode", interval="normal")
    one, two = (meta_analysis(data[data["mode"] == g], interval="normal") for g in (0, 1))
    z = (one.value - two.value) / np.hypot(one.error, two.error)
    assert (result.statistic, result.freedom) == (pytest.approx(z**2), 1)
    assert result.p == pytest.approx(2 * norm.sf(abs(z)))


def test_groups_that_do_not_differ_are_told_apart_at_most_as_often_as_said():
    """120 draws: the standard error of a share of 5 % is 2 %; benchmarks/ has more."""
    found = [subgroups(drawn(s, (4, 4)), by="mode").p <= 0.05 for s in range(120)]
    assert np.mean(found) <= 0.09


def test_a_true_difference_is_seen_and_said():
    result = subgroups(drawn(3, (6, 6), apart=4.0), by="mode")
    assert result.p < 0.01
    assert result.sentence(language("en")).startswith("The mean effect differs between the groups")
    none = subgroups(drawn(3, (6, 6)), by="mode")
    assert "0 et 1 (p\u00a0=\u00a00,15)" in none.sentence(language("fr"))
    assert none.sentence(language("en")).endswith("which does not prove them alike.")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.drop(columns="mode"), r"Missing columns: mode"),
        (lambda d: d.assign(mode=1), r"one value only"),
        (lambda d: d.assign(mode=["a"] * 8 + ["b"]), r"single study: b \(1\)"),
        (lambda d: d.assign(mode=["a"] * 4 + ["b"] * 3 + [None] * 2), r"known for every study"),
        (lambda d: d.assign(study="x"), r"more than once: x"),
    ],
)
def test_says_what_is_wrong(change, message, monkeypatch):
    monkeypatch.setenv("FUTURS_LANG", "en")
    with pytest.raises(DesignError, match=message):
        subgroups(change(drawn(1)), by="mode")
