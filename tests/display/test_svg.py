"""A compact drawing shows what the drawing showed."""

import io
import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from toolkit.display.style import in_style, to_svg
from toolkit.display.svg import compact

NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")


def points(outline: str) -> np.ndarray:
    """Return the absolute points of an outline of m, l and z, as a reader of SVG does."""
    at, start, found = np.zeros(2), np.zeros(2), []
    for command, numbers in re.findall(r"([mlz])([^mlz]*)", outline):
        if command == "z":
            at = start
        steps = np.array([float(n) for n in NUMBER.findall(numbers)]).reshape(-1, 2)
        for place, step in enumerate(steps):
            at = at + step
            if command == "m" and place == 0:
                start = at
            found.append(at)
    return np.array(found)


@given(st.lists(st.tuples(st.floats(-999, 999), st.floats(-999, 999)), min_size=2, max_size=30))
def test_steps_lead_to_the_same_points(drawn):
    text = " \n".join(f"{'L' if i else 'M'} {x:.6f} {y:.6f}" for i, (x, y) in enumerate(drawn))
    small = compact(f'<svg><path d="{text} \nz\n" style="a"/></svg>'.encode()).decode()
    outline = re.search(r'd="([^"]*)"', small)[1]
    assert outline.endswith("z")
    np.testing.assert_allclose(points(outline), np.array(drawn), atol=0.0501)


def test_a_second_shape_starts_from_the_first_ones_start():
    path = b'<path d="M 1 1 \nL 5 1 \nL 5 5 \nz\nM 10.04 10 \nL 12 10 \nz\n"/>'
    assert compact(path) == b'<path d="m1 1 4 0 0 4zm9 9 2 0z"/>'


def test_a_line_after_a_curve_keeps_its_letter():
    path = b'<path d="M 0 0 \nQ 1 1 2 2 \nQ 3 3 4 4 \nL 5 5 \nL 6 6 \n"/>'
    assert compact(path) == b'<path d="M0 0Q1 1 2 2 3 3 4 4L5 5 6 6"/>'


def test_names_of_letters_are_short_and_still_lead_to_them():
    with in_style():
        figure = Figure(figsize=(2, 1))
        figure.text(0.1, 0.5, "Été à l’hôtel")
        svg = to_svg(figure).decode()
    defined, used = (set(re.findall(p, svg)) for p in (r'id="(g\d+)"', r'href="#(g\d+)"'))
    assert used == defined
    assert len(used) == len(set("Été à l’hôtel"))


def test_it_is_smaller():
    with in_style():
        figure = Figure(figsize=(4, 3))
        figure.add_subplot().plot(np.sin(np.arange(1000)))
        raw = io.BytesIO()
        figure.savefig(raw, format="svg")
        assert len(to_svg(figure)) < 0.7 * len(raw.getvalue())


def test_the_name_of_a_path_stays():
    path = b'<path id="m41ddd5c70b" d="M 0 0 \nL 0 3.5 \n" style="a"/>'
    assert compact(path) == b'<path id="m41ddd5c70b" d="m0 0 0 3.5" style="a"/>'
