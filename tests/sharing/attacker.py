"""An attacker: from the files that were shared, and public geography, back to hidden cells.

It reads every number that a file gives of a territory in a period: tables of data, tables of pages,
sentences and text alternatives, curves (through the ticks of their axes), PDF text, JSON. Each is
an equation between people who live somewhere; linear programming bounds what is hidden. It shares
no code with what protects: what that one overlooks, this one may find.
"""

import csv
import hashlib
import io
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote

import numpy as np
import pikepdf
from scipy.optimize import linprog

from toolkit.records.territories import load_territories

from .test_pdf import unicode_map

Key = tuple[str, str, str]  # indicator, territory, period
_PERIOD = r"(?:19|20)\d\d(?:-(?:[QT][1-4]|\d\d))?"
_NUMBER = r"[-\u2212]?\d[\d\u202f\u00a0 ]*(?:[.,]\d+)?"


@dataclass(frozen=True)
class Fact:
    """A number as some file gives it, known within `error`; None where the file hides it."""

    key: Key
    value: float | None
    error: float
    where: str


@dataclass(frozen=True)
class Gazetteer:
    """What the words of a file stand for: names of territories, labels of indicators."""

    territories: Mapping[str, str]
    indicators: Mapping[str, str]

    def indicator(self, text: str) -> str | None:
        return next((code for label, code in self.indicators.items() if label in text), None)

    def territory(self, text: str) -> str | None:
        return self.territories.get(text.strip())


def read_facts(files: Mapping[str, bytes]) -> list[Fact]:
    """Read every number of every file."""
    words = _gazetteer(files)
    readers = {".csv": _from_csv, ".html": _from_page, ".pdf": _from_pdf, ".json": _from_json}
    facts: list[Fact] = []
    for name, content in files.items():
        reader = readers.get("." + name.rpartition(".")[2])
        if reader:
            facts += reader(content, words, name)
    return facts


def recover(facts: list[Fact]) -> dict[Key, tuple[float, float]]:
    """Return the least and the most that each hidden cell can be, by all that was read."""
    shown: dict[Key, Fact] = {}
    for fact in facts:
        if fact.value is not None and fact.error <= getattr(shown.get(fact.key), "error", np.inf):
            shown[fact.key] = fact
    hidden = {fact.key for fact in facts if fact.value is None} - set(shown)
    found = {fact.key: (fact.value, fact.value) for fact in _hidden_here_shown_there(facts, shown)}
    for series in {(key[0], key[2]) for key in hidden}:
        own = {key: fact for key, fact in shown.items() if (key[0], key[2]) == series}
        found |= _bound(own, [key for key in sorted(hidden) if (key[0], key[2]) == series])
    return found


def break_hash(table: bytes, digests: set[str], most: int) -> dict[int, int]:
    """Guess the count of a hidden cell so that the file has a hash that is written somewhere."""
    lines = table.decode().split("\n")
    found = {}
    for number, line in enumerate(lines):
        cells = line.split(",")
        if "secret" not in cells:
            continue
        for guess in range(most):
            tried = [*cells[:3], str(guess), cells[4], "ok", *cells[6:]]
            text = "\n".join([*lines[:number], ",".join(tried), *lines[number + 1 :]])
            if hashlib.sha256(text.encode()).hexdigest() in digests:
                found[number] = guess
    return found


def _hidden_here_shown_there(facts: list[Fact], shown: Mapping[Key, Fact]) -> list[Fact]:
    return [shown[fact.key] for fact in facts if fact.value is None and fact.key in shown]


def _bound(shown: Mapping[Key, Fact], hidden: list[Key]) -> dict[Key, tuple[float, float]]:
    names = sorted({key[1] for key in (*shown, *hidden)})
    pieces = _pieces(tuple(names))
    rows = np.array([pieces[key[1]] for key in shown])
    values, errors = (np.array([getattr(f, n) for f in shown.values()]) for n in ("value", "error"))
    # What was rounded, or read off a curve, is known within its error: slack, dearly paid for.
    limits = {"A_ub": np.vstack([rows, -rows]), "b_ub": np.r_[values + errors, errors - values]}
    found = {}
    for key in hidden:
        wanted = pieces[key[1]]
        low, high = (linprog(sign * wanted, **limits) for sign in (1, -1))
        if low.status not in (0, 3):
            continue
        most = np.inf if high.status == 3 else -high.fun
        found[key] = (low.fun, most)
    return found


@cache
def _pieces(names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return which groups of communes each territory is made of, from the public geography."""
    communes = load_territories("COM").fillna("")
    levels = {"COM": "code", "EPCI": "epci", "DEP": "department", "REG": "region"}
    belongs = np.array(
        [
            np.full(len(communes), True)
            if name == "FR"
            else (communes[levels[name.partition("-")[0]]] == name.partition("-")[2]).to_numpy()
            for name in names
        ]
    )
    groups = np.unique(belongs[:, belongs.any(axis=0)].T.astype(float), axis=0)
    return dict(zip(names, groups.T, strict=True))


def _gazetteer(files: Mapping[str, bytes]) -> Gazetteer:
    """Learn the words from the bundle's own tables, and the names that everyone knows."""
    ids, labels = set(), {}
    for name, content in files.items():
        if name.endswith(".csv"):
            for row in csv.DictReader(io.StringIO(content.decode())):
                ids.add(row.get("territory", ""))
                for lang in ("fr", "en"):
                    if row.get(f"label_{lang}") and row.get("unit"):
                        labels[row[f"label_{lang}"]] = row["indicator"]
    known = load_territories()
    known = known.assign(id=known.level + "-" + known.code)
    known = known[known.id.isin(ids) | (known.level != "COM")]
    order = known.assign(own=known.id.isin(ids)).sort_values("own")  # its own ones last, to stay
    names = dict(zip(order["name"], order.id, strict=True))
    return Gazetteer({id_: id_ for id_ in known.id} | names, labels)


def _number(text: str, lang: str) -> float | None:
    """Return a number as a page writes it in its language."""
    found = re.match(_NUMBER, text.strip())
    if not found:
        return None
    digits = re.sub(r"[\u202f\u00a0 ]", "", found[0]).replace("\u2212", "-")
    digits = digits.replace(",", ".") if lang == "fr" else digits.replace(",", "")
    return float(digits)


def _error(text: str) -> float:
    """Return how far a written number can be from what was rounded."""
    decimals = re.search(r"[.,](\d+)\b", text)
    return 0.5 * 10.0 ** -len(decimals[1]) if decimals else 1e-6


def _from_csv(content: bytes, _: Gazetteer, where: str) -> Iterator[Fact]:
    for row in csv.DictReader(io.StringIO(content.decode())):
        if {"territory", "indicator", "period", "status"} <= row.keys() and row["status"] != "nd":
            key = (row["indicator"], row["territory"], row["period"])
            value = None if row["status"] == "secret" else float(row["value"])
            yield Fact(key, value, 1e-6, where)


class _Page(HTMLParser):
    """The tables, images and running text of a page."""

    def __init__(self, content: bytes):
        super().__init__()
        self.lang, self.tables, self.images, self.text = "fr", [], [], []
        self.cell, self.tag = None, ""
        self.feed(content.decode())

    def handle_starttag(self, tag, attrs):
        given, self.tag = dict(attrs), tag
        if tag == "html":
            self.lang = given["lang"]
        if tag == "table":
            self.tables.append({"caption": "", "rows": []})
        if tag == "tr":
            self.tables[-1]["rows"].append([])
        if tag in ("td", "th", "caption"):
            self.cell = ""
        if tag == "img":
            self.images.append(given)
            self.text.append(given.get("alt", ""))

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.tables[-1]["rows"][-1].append(self.cell.strip())
        if tag == "caption":
            self.tables[-1]["caption"] = self.cell
        if tag in ("td", "th", "caption"):
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data
        elif self.tag != "style":
            self.text.append(data)


def _from_page(content: bytes, words: Gazetteer, where: str) -> Iterator[Fact]:
    page = _Page(content)
    for table in page.tables:
        yield from _from_rows(table["rows"], table["caption"], words, page.lang, f"{where} table")
    for text in page.text:
        yield from _from_sentence(text, words, page.lang, f"{where} text")
    for image in page.images:
        svg = unquote(image["src"].partition(",")[2]).replace("'", '"')
        yield from _from_curves(svg, image.get("alt", ""), words, page.lang, f"{where} figure")


def _from_rows(rows, caption: str, words: Gazetteer, lang: str, where: str) -> Iterator[Fact]:
    """Read a table of territories by periods, either way round, or of one of each a row."""
    indicator = words.indicator(caption)
    if indicator is None or not rows:
        return
    for territory, period, cell, *_ in (row for row in rows if len(row) > 2):
        value = None if cell == "s" else _number(cell, lang)
        if words.territory(territory) and re.fullmatch(_PERIOD, period):
            key = (indicator, words.territory(territory), period.replace("-T", "-Q"))
            if cell == "s" or value is not None:
                yield Fact(key, value, _error(cell), where)
    for flipped in (False, True):
        grid = [list(column) for column in zip(*rows, strict=False)] if flipped else rows
        periods = [re.fullmatch(_PERIOD, cell.strip()) for cell in grid[0]]
        for row in grid[1:]:
            territory = words.territory(row[0])
            for period, cell in zip(periods, row, strict=True):
                value = None if cell == "s" else _number(cell, lang)
                if territory and period and (cell == "s" or value is not None):
                    key = (indicator, territory, period[0].replace("-T", "-Q"))
                    yield Fact(key, value, _error(cell), where)


def _from_sentence(text: str, words: Gazetteer, lang: str, where: str) -> Iterator[Fact]:
    """Read "<indicator> ... <territory> ... <number> ... <period>" within one sentence."""
    for sentence in re.split(r"(?<=[.!?])\s", text):
        indicator, period = words.indicator(sentence), re.search(_PERIOD, sentence)
        names = [name for name in words.territories if name and name in sentence]
        if indicator and names and period:
            name = max(names, key=len)
            rest = sentence.replace(period[0], "").partition(name)[2]
            number = re.search(_NUMBER, rest)
            if number:
                key = (indicator, words.territories[name], period[0])
                yield Fact(key, _number(number[0], lang), _error(number[0]), where)


def _from_curves(svg: str, alt: str, words: Gazetteer, lang: str, where: str) -> Iterator[Fact]:
    """Read curves through the ticks of both axes; the names at their ends come in their order."""
    ticks = {}
    for axis, place in (("x", 1), ("y", 2)):
        found = re.findall(
            rf'id="{axis}tick_\d+">.*?<use [^>]* x="([-\d.]+)" y="([-\d.]+)".*?<!-- (.*?) -->', svg
        )
        ticks[axis] = [(float(tick[place - 1]), tick[2]) for tick in found]
    indicator = words.indicator(alt)
    values = [(at, _number(label, lang)) for at, label in ticks["y"]]
    if indicator is None or len(values) < 2 or any(v is None for _, v in values):
        return
    slope, level = np.polyfit(*zip(*values, strict=True), 1)
    labels = [t for t in re.findall(r"<!-- (.*?) -->", svg) if words.territory(t)]
    curves = re.findall(r'id="line2d_\d+"><path d="m([^"z]*)"[^>]*stroke-width: 2\.6', svg)
    for label, path in zip(labels, curves, strict=False):
        steps = [float(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", path)]
        xs, ys = np.cumsum(steps[::2]), np.cumsum(steps[1::2])
        for x, y in zip(xs, ys, strict=True):
            near = min(ticks["x"], key=lambda tick: abs(tick[0] - x))
            key = (indicator, words.territory(label), near[1])
            yield Fact(key, slope * y + level, abs(slope) * 0.15, where)


def _from_json(content: bytes, words: Gazetteer, where: str) -> Iterator[Fact]:
    """Read what a document says in keys or in sentences."""
    waiting = [json.loads(content)]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if {"territory", "indicator", "period", "value"} <= item.keys():
                key = (item["indicator"], item["territory"], item["period"])
                yield Fact(key, item["value"], 1e-6, where)
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
        elif isinstance(item, str):
            yield from _from_sentence(item, words, "fr", where)


def _from_pdf(content: bytes, words: Gazetteer, where: str) -> Iterator[Fact]:
    """Read the lines of a PDF: a caption, periods, then territories with their numbers."""
    indicator, periods = None, []
    for line in _lines(content):
        indicator = words.indicator(" ".join(line)) or indicator
        found = [cell for cell in line if re.fullmatch(_PERIOD, cell)]
        if found:
            periods = found
        territory = words.territory(line[0])
        if indicator and territory and len(line) == len(periods) + 1:
            for period, cell in zip(periods, line[1:], strict=True):
                value = None if cell == "s" else _number(cell, "fr")
                if cell == "s" or value is not None:
                    yield Fact((indicator, territory, period), value, _error(cell), where)


def _lines(content: bytes) -> Iterator[list[str]]:
    """Return the text of a PDF, line by line, each run of text apart, from left to right."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for page in pdf.pages:
            runs = sorted(_runs(page), key=lambda run: (round(run[1]), run[0]))
            for _, line in itertools.groupby(runs, key=lambda run: round(run[1])):
                yield [text for *_, text in line if text.strip()] or [""]


def _runs(page) -> Iterator[tuple[float, float, str]]:
    fonts = {name: unicode_map(font) for name, font in page.resources.Font.items()}
    current, at, frames = {}, (0.0, 0.0), [(0.0, 0.0)]
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "q":
                frames.append(frames[-1])
            case "Q":
                frames.pop()
            case "cm":
                x, y = frames[-1]
                frames[-1] = (x + float(operands[4]), y - float(operands[5]))
            case "Tf":
                current = fonts[str(operands[0])]
            case "Tm":
                at = (float(operands[4]), float(operands[5]))
            case "Tj" | "TJ":
                strings = operands[0] if str(operator) == "TJ" else operands
                codes = b"".join(bytes(s) for s in strings if isinstance(s, pikepdf.String))
                pairs = (codes[i : i + 2].hex() for i in range(0, len(codes), 2))
                text = "".join(current.get(pair, "") for pair in pairs)
                yield frames[-1][0] + at[0], frames[-1][1] + at[1], text
