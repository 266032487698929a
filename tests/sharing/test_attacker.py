"""What was shared must not give a hidden cell back; and the attacker must be able to win.

A project counts requests in the communes of an EPCI of Creuse, in the EPCI and in the département.
One commune has four. Hidden alone, it is the EPCI less its other communes, wherever the EPCI's
number stands: each channel is tried by itself. Protected, nothing gives it back.
"""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from toolkit.display.blocks import Figure, Paragraph
from toolkit.display.drawing import canvas, label_ends, number_axis, period_axis
from toolkit.display.results import tabulate_cells
from toolkit.display.style import STRONG, in_style, to_svg
from toolkit.records.limits import load_limits
from toolkit.records.protect import protect_observations
from toolkit.records.territories import load_territories
from toolkit.sharing.disclosure import describe_hidden_cells
from toolkit.sharing.document import read_document
from toolkit.sharing.pdf import render_pdf
from toolkit.sharing.render import render_report

from .attacker import break_hash, read_facts, recover
from .conftest import FR, SVG, report

LIMIT = 11
MEASURE = "Demandes suivies"
OBSERVATIONS = "data/projects/demandes/observations.csv"
INDICATORS = (
    "indicator,label_fr,label_en,unit,min_count,censored_below\n"
    f"demandes,{MEASURE},Requests followed,count,11,\n"
)
PERIODS = ("2014", "2015")
EPCI = "EPCI-200067189"


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    communes = load_territories("COM", department="23")
    inside = communes[communes.epci == EPCI.removeprefix("EPCI-")]
    generator = np.random.default_rng(4)
    rows = []
    for period in PERIODS:
        counts = generator.integers(11, 60, len(inside))
        counts[3] = 4
        rest = int(generator.integers(300, 900))
        cells = dict(zip("COM-" + inside.code, counts.tolist(), strict=True))
        cells |= {EPCI: int(counts.sum()), "DEP-23": int(counts.sum()) + rest}
        rows += [(name, "demandes", period, value) for name, value in cells.items()]
    frame = pd.DataFrame(rows, columns=["territory", "indicator", "period", "value"])
    everyone = load_territories()
    names = pd.Series(everyone["name"].to_numpy(), everyone.level + "-" + everyone.code)
    frame = frame.assign(
        n=np.nan, status="ok", source="simulation", name=frame.territory.map(names)
    )
    return frame.astype({"value": "float64"})


@pytest.fixture(scope="module")
def primary_only(truth) -> pd.DataFrame:
    small = truth.value < LIMIT
    return truth.assign(value=truth.value.mask(small), status=truth.status.mask(small, "secret"))


@pytest.fixture(scope="module")
def protected(truth) -> pd.DataFrame:
    described = pd.DataFrame(
        {"indicator": ["demandes"], "unit": "count", "min_count": 11, "censored_below": np.nan}
    )
    return protect_observations(truth, described, limits=load_limits()).observations


def as_data(rows: pd.DataFrame, manifest: dict) -> dict[str, bytes]:
    kept = rows.drop(columns="name")
    kept = kept.assign(value=kept.value.map(lambda v: "" if pd.isna(v) else f"{v:.0f}"))
    table = kept.to_csv(index=False, lineterminator="\n").encode()
    return {OBSERVATIONS: table, "data/projects/demandes/indicators.csv": INDICATORS.encode()}


def as_table(rows: pd.DataFrame, manifest: dict) -> dict[str, bytes]:
    return page(manifest, tabulated(rows))


def as_figure_data(rows: pd.DataFrame, manifest: dict) -> dict[str, bytes]:
    alt = "Figure sans nombre."
    return page(manifest, Figure(SVG, "Titre", "", "", alt, FR, tabulated(rows)))


def as_curve(rows: pd.DataFrame, manifest: dict) -> dict[str, bytes]:
    """Draw the territories by period, as the figures do, with no number in any word."""
    rows = rows[~rows.territory.str.startswith("COM")]
    wide = rows.pivot(index="period", columns="name", values="value")
    with in_style():
        drawing = canvas(3.6)
        axes = drawing.add_subplot()
        for name in wide:
            axes.plot(range(len(wide)), wide[name], linewidth=2.6, color=STRONG)
        number_axis(axes, "y", FR)
        period_axis(axes, list(wide.index), FR)
        ends = [(len(wide) - 1, wide[name].max(), name, STRONG, True) for name in wide]
        label_ends(axes, ends)
        svg = to_svg(drawing)
    return page(manifest, Figure(svg, "Titre", "", "", f"Courbes : {MEASURE}.", FR))


def as_sentence(rows: pd.DataFrame, manifest: dict) -> dict[str, bytes]:
    return page(manifest, *(Paragraph(text) for text in sentences(rows)))


def as_alternative(rows: pd.DataFrame, manifest: dict) -> dict[str, bytes]:
    return page(manifest, Figure(SVG, "Titre", "", "", " ".join(sentences(rows)), FR))


def as_pdf(rows: pd.DataFrame, manifest: dict) -> dict[str, bytes]:
    document = read_document(report(tabulated(rows)), name="small.ipynb")
    return {"reports/report.pdf": render_pdf(document, manifest)}


def as_json(rows: pd.DataFrame, manifest: dict) -> dict[str, bytes]:
    kept = rows[["territory", "indicator", "period", "value"]].astype(object)
    records = kept.where(kept.notna(), None).to_dict("records")
    return {"reports/estimates.json": json.dumps({"cells": records}).encode()}


CHANNELS = (as_table, as_figure_data, as_curve, as_sentence, as_alternative, as_pdf, as_json)


def tabulated(rows: pd.DataFrame):
    cells = rows.assign(territory=rows.name)
    return tabulate_cells(cells, measure=MEASURE, digits=0, lang=FR)


def sentences(rows: pd.DataFrame) -> list[str]:
    return [
        f"{MEASURE} : {row.name_} en compte {FR.number(row.value)} en {row.period}."
        for row in rows.rename(columns={"name": "name_"}).itertuples()
        if pd.notna(row.value)
    ]


def page(manifest: dict, *blocks) -> dict[str, bytes]:
    html = render_report(report(*blocks), manifest).files["index.html"]
    return {"reports/index.html": html}


def attack(files: dict[str, bytes]) -> dict:
    """Return the intervals of what is hidden, and those too narrow."""
    return recover(read_facts(files))


def narrow(found: dict) -> dict:
    return {key: ends for key, ends in found.items() if ends[1] - ends[0] < LIMIT - 1e-3}


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.__name__)
def test_the_total_of_an_epci_gives_its_small_commune_wherever_it_stands(
    channel, primary_only, truth, manifest
):
    total = primary_only.territory == EPCI
    files = as_data(primary_only[~total & (primary_only.territory != "DEP-23")], manifest)
    assert narrow(attack(files)) == {}
    found = narrow(attack(files | channel(primary_only[total], manifest)))
    assert len(found) == len(PERIODS)
    for (_, territory, period), (low, high) in found.items():
        cell = truth[(truth.territory == territory) & (truth.period == period)]
        assert cell.value.tolist() == [4]
        assert low - 1 <= 4 <= high + 1
        assert high - low < 2


def test_protected_nothing_gives_it_back(protected, truth, manifest):
    hidden = protected[protected.status == "secret"]
    assert len(hidden) == 4  # the commune and another, in both periods
    files = as_data(protected, manifest)
    for number, channel in enumerate(CHANNELS):
        made = channel(protected, manifest)
        files |= {f"{number}/{name}": content for name, content in made.items()}
    files["disclosure_decisions.csv"] = describe_hidden_cells(files, run="bundle")
    facts = read_facts(files)
    files_read = {fact.where.partition("/")[0] for fact in facts}
    assert files_read == {"data", *map(str, range(len(CHANNELS)))}
    found = recover(facts)
    assert set(found) == set(zip(hidden.indicator, hidden.territory, hidden.period, strict=True))
    assert narrow(found) == {}
    values = truth.set_index(["indicator", "territory", "period"]).value
    assert all(low - 1 <= values[key] <= high + 1 for key, (low, high) in found.items())
    # Nor does any decision tell which cells are small.
    decisions = files["disclosure_decisions.csv"].decode().splitlines()
    assert len(decisions) == 1 + len(hidden)
    assert {line.split(",")[-2:] == ["secrecy", "suppressed"] for line in decisions[1:]} == {True}


def test_a_cell_hidden_in_one_file_and_shown_in_another_is_found(primary_only, truth, manifest):
    files = as_data(primary_only[primary_only.territory.str.startswith("COM")], manifest)
    small = truth[truth.value < LIMIT]
    found = narrow(attack(files | as_table(small, manifest)))
    assert set(found.values()) == {(4.0, 4.0)}


def test_the_hash_of_finer_data_tells_what_it_hides(primary_only, truth, manifest):
    first = truth.period == "2014"
    shown = as_data(primary_only[first], manifest)[OBSERVATIONS]
    finer = as_data(truth[first], manifest)[OBSERVATIONS]
    told = {hashlib.sha256(finer).hexdigest()}
    assert list(break_hash(shown, told, LIMIT).values()) == [4]
    # What is hashed of a bundle is the table that is shown: nothing to guess.
    assert break_hash(shown, {hashlib.sha256(shown).hexdigest()}, LIMIT) == {}
