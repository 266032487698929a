"""What was assigned together is left out together."""

import numpy as np
import pandas as pd
import pytest

from toolkit.designs.did import difference_in_differences
from toolkit.designs.leave_one_out import leave_one_out


def test_whole_clusters_leave_in_turn():
    """Six treated territories in three clusters, eight compared in four; one cluster rises by 9."""
    rng = np.random.default_rng(3)
    rows = pd.MultiIndex.from_product([range(14), range(6)], names=["territory", "period"])
    panel = rows.to_frame(index=False)
    panel["cluster"] = panel.territory // 2
    panel["adoption"] = np.where(panel.territory < 6, 3.0, np.nan)
    rise = panel.cluster.map({0: 9.0, 1: 1.0, 2: 1.0}).fillna(0) * (panel.period >= 3)
    panel["value"] = rise + rng.normal(0, 0.1, len(panel))
    found = leave_one_out(panel, outcome="value", cluster="cluster")
    assert found.data.left_out.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert found.values["left_out"] == "0"
    kept = panel[panel.cluster != 0]
    without = difference_in_differences(kept, outcome="value", cluster="cluster")
    assert found.values["moved"] == pytest.approx(without.value)
    others = panel[panel.cluster != 5]
    of_comparison = difference_in_differences(others, outcome="value", cluster="cluster")
    assert found.data.value[5] == pytest.approx(of_comparison.value)
