"""Every figure of the gallery: no text hides another, none is cut, the languages agree."""

import re
import runpy
from collections import defaultdict
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing
from matplotlib.text import Text

from toolkit.display.blocks import Figure

GALLERY = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "gallery.py"))
# Bytes: of a figure with many words, of a map of the 101 départements, of one in the middle.
HEAVIEST, HEAVIEST_MAP, TYPICAL = 80_000, 140_000, 50_000


@pytest.fixture(scope="module")
def gallery():
    """Return the blocks of both languages, and the drawings they were made from."""
    drawings, save = defaultdict(list), Drawing.savefig

    def remember(self, *args, **kwargs):
        drawings[code].append(self)
        return save(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Drawing, "savefig", remember)
        blocks = {}
        for code in ("fr", "en"):
            blocks[code] = list(GALLERY["blocks"](code))
    return blocks, drawings


def seen_texts(drawing: Drawing) -> list[tuple[str, object]]:
    """Return what can be read on a drawing, with its box in pixels."""
    FigureCanvasAgg(drawing)
    drawing.draw_without_rendering()
    ticks, shown = set(), []
    for axes in drawing.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks() + axis.get_minor_ticks():
                ticks |= {tick.label1, tick.label2}
                if low <= tick.get_loc() <= high and tick.label1.get_visible():
                    shown.append(tick.label1)
    shown += [text for text in drawing.findobj(Text) if text not in ticks and text.get_visible()]
    return [(t.get_text(), t.get_window_extent()) for t in shown if t.get_text().strip()]


@pytest.mark.parametrize("code", ["fr", "en"])
def test_no_text_hides_another_and_none_is_cut(gallery, code):
    _, drawings = gallery
    assert len(drawings[code]) >= 20
    faults = []
    for drawing in drawings[code]:
        texts = seen_texts(drawing)
        frame = drawing.bbox
        for (one, a), (other, b) in combinations(texts, 2):
            wide = min(a.x1, b.x1) - max(a.x0, b.x0)
            high = min(a.y1, b.y1) - max(a.y0, b.y0)
            if wide > 1 and high > 2:
                faults.append(("hides", one, other))
        faults += [
            ("cut", text)
            for text, box in texts
            if min(box.x0, box.y0) < -1 or box.x1 > frame.x1 + 1 or box.y1 > frame.y1 + 1
        ]
    assert faults == []


def test_both_languages_draw_and_tabulate_the_same_numbers(gallery):
    blocks, _ = gallery
    assert len(blocks["fr"]) == len(blocks["en"])
    for french, english in zip(blocks["fr"], blocks["en"], strict=True):
        assert type(french) is type(english)
        tables = [b.table if isinstance(b, Figure) else b for b in (french, english)]
        numbers = [
            sorted(re.sub(r"\D", "", cell) for row in table.rows for cell in row)
            for table in tables
        ]
        if "1er" not in str(tables[0].rows):
            assert numbers[0] == numbers[1], tables[0].caption
        if isinstance(french, Figure) and "2014" not in french.subtitle:
            assert sorted(re.findall(r"\d+", french.alt)) == sorted(re.findall(r"\d+", english.alt))


def test_every_figure_has_words_numbers_and_a_table(gallery):
    blocks, _ = gallery
    for figure in blocks["en"]:
        if isinstance(figure, Figure):
            assert figure.title in figure.alt
            assert len(figure.title) <= 90, figure.title
            assert re.search(r"\d", figure.alt)
            assert figure.table is not None
            assert all(len(row) == len(figure.table.header) for row in figure.table.rows)
            assert figure.simulated


def test_figures_are_light(gallery):
    figures = [block for block in gallery[0]["fr"] if isinstance(block, Figure)]
    for figure in figures:
        most = HEAVIEST_MAP if "agrandis" in figure.subtitle else HEAVIEST
        assert len(figure.svg) < most, (figure.title, len(figure.svg))
    assert np.median([len(figure.svg) for figure in figures]) < TYPICAL


def test_headings_of_a_table_are_not_empty(gallery):
    blocks, _ = gallery
    for block in blocks["fr"]:
        table = block.table if isinstance(block, Figure) else block
        assert all(title.strip() for title in table.header)
        assert all(a != b for a, b in pairwise(table.header))
