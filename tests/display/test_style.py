"""Colours stay apart for every eye and on paper; the same drawing is the same bytes anywhere."""

import hashlib
import os
import re
import subprocess
import sys
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

from toolkit.display import style

ROOT = Path(__file__).parents[2]
# Full deficiency, on linear RGB (Machado, Oliveira and Fernandes 2009, severity 1.0).
DEFICIENCIES = {
    "none": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip


def linear(color: str) -> np.ndarray:
    rgb = np.array(to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(color: str) -> float:
    return float(linear(color) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(color: str, deficiency: str) -> np.ndarray:
    """Return CIE L*a*b* (D65) as an eye with this deficiency sees the colour."""
    rgb = np.clip(DEFICIENCIES[deficiency] @ linear(color), 0, 1)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    ratio = to_xyz @ rgb / [0.95047, 1.0, 1.08883]
    cube = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * cube[1] - 16, 500 * (cube[0] - cube[1]), 200 * (cube[1] - cube[2])])


def distance(one: str, other: str, deficiency: str) -> float:
    return float(np.linalg.norm(lab(one, deficiency) - lab(other, deficiency)))


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_classes_and_scores_stay_apart_for_every_eye(deficiency):
    """A difference of 10 in L*a*b* is plain at a glance; ours are 14 or more."""
    for palette in (style.CLASSES, style.SCORES):
        for one, other in pairwise(palette):
            assert distance(one, other, deficiency) >= 14, (one, other)
    for one, other in combinations((style.STRONG, style.CAUTION, style.PLACEBO), 2):
        assert distance(one, other, deficiency) >= 14, (one, other)


def test_classes_get_darker_in_even_steps_in_grey():
    lightness = [lab(color, "none")[0] for color in style.CLASSES]
    assert all(a - b >= 12 for a, b in pairwise(lightness))


def in_the_dark(color: str) -> str:
    """Return a colour as the page's dark scheme turns it: inverted, then its hue turned back."""
    css = (ROOT / "toolkit/sharing/templates/page.css").read_text(encoding="utf-8")
    share = float(
        re.search(r"figure img { filter: invert\(([\d.]+)\) hue-rotate\(180deg\)", css)[1]
    )
    turned = np.array([[-0.574, 1.430, 0.144], [0.426, 0.430, 0.144], [0.426, 1.430, -0.856]])
    inverted = np.array(to_rgb(color)) * (1 - 2 * share) + share
    return to_hex(np.clip(turned @ inverted, 0, 1))


@pytest.mark.parametrize("scheme", [str, in_the_dark], ids=["light", "dark"])
def test_contrast_of_marks_and_of_text(scheme):
    ground = scheme("#ffffff")
    for mark in (style.STRONG, style.CAUTION, style.PLACEBO, *(c for c, _ in style.COMPARISONS)):
        assert contrast(scheme(mark), ground) >= 3, mark
    for text in (style.INK, style.GREY, style.STRONG, style.CAUTION, style.COMPARISONS[0][0]):
        assert contrast(scheme(text), ground) >= 4.5, text


def test_numbers_on_bars_are_legible():
    for color, ink in zip(style.SCORES, ("white", style.INK, style.INK, "white"), strict=True):
        assert contrast(color, ink) >= 4.5, color


DRAW = """
import hashlib, numpy as np, pandas as pd
from toolkit.i18n import language
from toolkit.display.event_study import plot_event_study
from toolkit.display.coverage import plot_coverage
from toolkit.display.cycles import plot_cycles
lang = language("fr")
frame = pd.DataFrame({"event_time": [-2, 0, 1], "value": [0.1, 2, 3.0],
                      "low": [-1, -np.inf, 1], "high": [1, 3, 5.0]})
one = plot_event_study(frame, measure="M", unit="days", lang=lang)
cells = pd.DataFrame({"territory": list("abc"), "period": 2015, "status": ["ok", "secret", "nd"]})
two = plot_coverage(cells, measure="M", lang=lang)
cycles = pd.DataFrame({"cycle": [1], "phase": ["plan"], "started_on": ["2015-03-01"],
                       "ended_on": ["2015-06-30"], "question_fr": ["Q"], "decision": [None]})
three = plot_cycles(cycles, lang=lang)
print(hashlib.sha256(one.svg + two.svg + three.svg + repr((one, two, three)).encode()).hexdigest())
"""


def test_bytes_do_not_depend_on_where_and_when():
    settings = [
        {"TZ": "Pacific/Auckland", "LANG": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/Cayenne", "LANG": "fr_FR.UTF-8", "PYTHONHASHSEED": "4242"},
    ]
    sums = []
    for setting in settings:
        environment = os.environ | setting | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", DRAW]
        sums.append(subprocess.check_output(command, env=environment, text=True).strip())
    assert sums[0] == sums[1]
    assert len(sums[0]) == len(hashlib.sha256().hexdigest())
