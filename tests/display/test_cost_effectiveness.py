"""Each option stands in a quarter that bears its name; draws are counted by quarter."""

import numpy as np
import pandas as pd

from toolkit.display.cost_effectiveness import plot_cost_effectiveness
from toolkit.i18n import language

EN = language("en")
POINTS = pd.DataFrame({"name": ["Outlet", "Bus"], "effect": [6.0, -1.0], "cost": [-2000.0, 5000.0]})
OPTIONS = {"measure": "Settled", "unit": "percent", "cost": "Yearly cost", "lang": EN}


def test_quarters_are_said_and_tabulated():
    figure = plot_cost_effectiveness(POINTS, **OPTIONS)
    assert figure.title == "Better and cheaper: 1 of 2 options; better: 1"
    assert "Outlet: effect +6.0 points, cost €−2,000 (better, cheaper)" in figure.alt
    assert figure.table.rows[1] == ("Bus", "−1.0", "+5,000", "no better, dearer")
    assert figure.table.header[1:3] == ("Settled (points)", "Yearly cost (€)")


def test_one_option_is_named_in_the_title():
    assert plot_cost_effectiveness(POINTS.iloc[[0]], **OPTIONS).title == (
        "Outlet does better, for less"
    )


def test_draws_on_an_axis_are_no_better_and_no_dearer():
    draws = pd.DataFrame({"effect": [1.0, 1.0, 0.0, -1.0], "cost": [1.0, 0.0, 1.0, -1.0]})
    figure = plot_cost_effectiveness(POINTS.iloc[[0]], draws=draws, **OPTIONS)
    assert "better, dearer 25%, better, cheaper 25%, no better, dearer 25%" in figure.note


def test_unbounded_crosses_are_drawn_and_tabulated():
    bounded = POINTS.assign(
        effect_low=[-np.inf, -3.0], effect_high=[9.0, 1.0], cost_low=-6000.0, cost_high=9000.0
    )
    figure = plot_cost_effectiveness(bounded, **OPTIONS)
    assert figure.table.rows[0][2] == "−∞"
    assert "95% intervals" in figure.subtitle
    assert "Arrow" in figure.note
