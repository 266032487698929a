"""Effects between three zones: words on the axis, each effect in its own unit, doubts marked."""

import pandas as pd
import pytest

from toolkit.display.zones import plot_zones
from toolkit.i18n import language

EN, FR = language("en"), language("fr")


@pytest.fixture(scope="module")
def effects():
    rows = [
        ("Faster answer", 3.3, 2.8, 3.8, False, "−6.6 days", "2.0 days"),
        ("Fewer visits", 2.0, 0.2, 3.7, False, "+4.0 points", "2.0 points"),
        ("Shorter delay", 4.5, 3.6, 5.5, True, "−0.5 months", "0.1 months"),
        ("Home care", 0.3, -2.5, 3.1, False, "+0.8 per 1,000", "3.0 per 1,000"),
    ]
    columns = ["study", "value", "low", "high", "contradicted", "effect", "smallest"]
    return pd.DataFrame(rows, columns=columns)


def test_what_each_interval_is_compatible_with(effects):
    figure = plot_zones(effects, level=0.95, lang=EN, simulated=True)
    assert [row[3] for row in figure.table.rows] == [
        "favourable",
        "too small to matter and favourable",
        "favourable, but a check contradicts the comparison",
        "unfavourable, too small to matter, and favourable",
    ]
    assert figure.table.rows[0][1:3] == ("−6.6 days", "2.0 days")
    assert figure.title.endswith("2 of 4, of which contradicted by a check: 1")
    assert "Hollow mark" in figure.note
    assert figure.simulated
    assert figure.table.simulated


def test_no_multiple_of_a_threshold_is_written(effects):
    """What has no common unit bears no common number: neither the axis nor the words have one."""
    figure = plot_zones(effects.iloc[:2], level=0.95, lang=FR)
    assert "3,3" not in str(figure.table) + figure.alt
    assert figure.title.endswith("favorable qui compte\u00a0: 1 sur 2")
    assert "creuse" not in figure.note
    assert "Faster answer\u00a0: favorable." in figure.alt
