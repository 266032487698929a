"""Every expense counted once, time never for nothing, and the conventions said."""

import pandas as pd
import pytest

from toolkit.designs.cost import full_cost
from toolkit.errors import DesignError
from toolkit.i18n import language

EN, FR = language("en"), language("fr")


def costs(**changes) -> pd.DataFrame:
    """Two territories and a shared line; line 2 has time only, line 3 both, line 5 is planned."""
    columns = {
        "territory": ["DEP-01", "DEP-01", "DEP-02", "DEP-02", None, "DEP-01"],
        "date": [
            "2015-03-01",
            "2016-01-15",
            "2015-06-30",
            "2016-02-01",
            "2015-01-01",
            "2015-03-01",
        ],
        "category": ["equipement", "terrain", "terrain", "terrain", "evaluation", "equipement"],
        "plan": ["actual"] * 5 + ["planned"],
        "amount": [1000.0, 500.0, None, 800.0, 300.0, 5000.0],
        "person_days": [None, None, 10.0, 4.0, None, None],
    }
    return pd.DataFrame(columns | changes)


def test_a_budget_by_hand():
    result = full_cost(costs(), day_rate=200, days="in_amount")
    assert result.total == 1000 + 500 + 10 * 200 + 800 + 300
    assert result.shared == 300
    by = result.by("territory").set_index("territory")
    assert by.cost.to_dict() == {"": 300, "DEP-01": 1500, "DEP-02": 2800}
    assert by.time.to_dict() == {"": 0, "DEP-01": 0, "DEP-02": 2000}
    assert result.by("period").cost.to_list() == [3300, 1300]
    assert result.by("category").set_index("category").cost["terrain"] == 3300
    assert list(result.table().columns) == [
        "territory", "period", "category", "money", "time", "cost",
    ]  # fmt: skip
    assert result.table().cost.sum() == result.total


def test_time_on_top_of_an_amount():
    result = full_cost(costs(), day_rate=200, days="on_top")
    assert result.total == 1000 + 500 + 2000 + 800 + 4 * 200 + 300
    assert (result.days, result.day_rate) == ("on_top", 200)


def test_planned_lines_are_apart():
    assert full_cost(costs(), plan="planned").total == 5000
    unsaid = full_cost(costs().drop(columns="plan"), day_rate=200, days="in_amount")
    assert (unsaid.total, unsaid.plan) == (9600, "")


def test_prices_of_one_year_and_discounting():
    money = costs(person_days=[None] * 6)[lambda d: d.amount.notna()]
    prices = {2015: 100.0, 2016: 110.0}
    constant = full_cost(money, prices=prices, price_year=2016)
    assert constant.by("period").cost.to_list() == pytest.approx([1300 * 1.1, 1300])
    discounted = full_cost(money, discount_rate=0.04, discount_year=2015)
    assert discounted.by("period").cost.to_list() == pytest.approx([1300, 1300 / 1.04])
    assert discounted.sentence(EN).endswith("Discounted to 2015, at 4.0% a year.")
    assert constant.sentence(FR).endswith("En euros de 2016.")


def test_periods_and_sentences():
    result = full_cost(costs(), day_rate=200, days="in_amount", period="quarter")
    assert result.by("period").period.to_list() == ["2015Q1", "2015Q2", "2016Q1"]
    assert result.sentence(EN) == (
        "The full cost is €4,600, for 2 territories; of which €300 are shared expenses. "
        "Time without an amount counts for €2,000 of it, at €200 a day."
    )
    assert "4\u202f600\u00a0€, pour 2 territoires\u202f; dont 300\u00a0€" in result.sentence(FR)


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        (costs().drop(columns="amount"), {}, r"Missing columns: amount\."),
        (costs(), {"plan": "wanted"}, r"plan = 'wanted'; values seen: actual, planned"),
        (costs(), {"day_rate": 200}, r"both an amount and days: 1 \(3\).*in_amount.*on_top"),
        (costs(), {"days": "in_amount"}, r"10 person-days to value \(rows 2\): time is not free"),
        (costs(), {"days": "on_top"}, r"14 person-days to value \(rows 2, 3\)"),
        (costs(), {"day_rate": 0, "days": "on_top"}, r"day_rate is 0"),
        (costs(), {"days": "both"}, r"days is 'both'; it must be one of: None, in_amount, on_top"),
        (costs(), {"period": "week"}, r"period is 'week'"),
        (costs(date="soon"), {}, r"Date missing or not readable, rows: 0, 1, 2, 3, 4"),
        (costs(category=None), {}, r"Category missing"),
        (costs(amount=[-1, 500, None, 800, 300, 1]), {}, r"'amount' must .* 0: 0"),
        (costs(amount=[None, 500, None, 800, 300, 1]), {}, r"Neither an amount nor a time, .*: 0"),
        (costs(), {"prices": {2015: 1.0}}, r"prices and price_year go together"),
        (costs(), {"prices": {2015: 1.0}, "price_year": 2015}, r"Price index .*, years: 2016"),
        (costs(), {"discount_rate": 0.04}, r"discount_rate is 0\.04 and discount_year None"),
    ],
)
def test_says_what_is_wrong(table, options, message, monkeypatch):
    monkeypatch.setenv("FUTURS_LANG", "en")
    with pytest.raises(DesignError, match=message):
        full_cost(table, **options)


def test_all_faults_come_at_once_and_the_input_stays():
    table = costs()
    before = table.copy()
    with pytest.raises(DesignError) as caught:
        full_cost(table, period="week", discount_rate=1)
    assert len(str(caught.value).splitlines()) == 4
    pd.testing.assert_frame_equal(table, before)
