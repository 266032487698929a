"""`futurs project report`: its notebooks run by a real kernel, in both languages."""

import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit.records.portfolio import load_project
from toolkit.records.vocabulary import load_vocabulary

FUTURS = Path(sys.executable).parent / "futurs"
PROJECT = "maison-handicap"
NOTEBOOKS = ("project_characterisation", "implementation", "data_quality")


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    settings = os.environ | {"FUTURS_LANG": "en"}
    command = [str(FUTURS), "project", "report", PROJECT, "--output", str(folder)]
    made = subprocess.run(command, capture_output=True, text=True, env=settings, check=False)
    assert made.returncode == 0, made.stderr
    assert "6 reports made" in made.stderr
    return folder


def page(output: Path, notebook: str, lang: str) -> str:
    text = (output / notebook / PROJECT / lang / "index.html").read_text("utf-8")
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_criterion_quality_and_principle_is_on_the_page(output, lang):
    text = page(output, "project_characterisation", lang)
    for vocabulary in ("criterion", "quality", "principle"):
        for row in load_vocabulary(vocabulary).itertuples():
            assert f"{row.code} – {getattr(row, lang)}" in text


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_modes_phases_states_and_freedoms_are_on_the_page(output, lang):
    text = page(output, "implementation", lang)
    tables = load_project(PROJECT).tables
    for code in tables["participation"]["mode"].unique():
        word = load_vocabulary("association_mode").set_index("code")[lang][code]
        assert f"{code} – {word}" in text
    for name in ("phase", "freedom_kind", "assumption_status", "entry_kind"):
        for word in load_vocabulary(name)[lang]:
            assert re.search(re.escape(word), text, re.IGNORECASE), word


def test_the_same_numbers_in_both_languages(output):
    english = page(output, "project_characterisation", "en")
    french = page(output, "project_characterisation", "fr")
    assert "rated highest on C1 (median 3 of 3) and lowest on C5 (median 1)" in english
    assert "le plus haut sur C1 (médiane 3 sur 3) et le plus bas sur C5 (médiane 1)" in french
    assert "€1,814,510 for €1,865,880 planned" in english
    assert "1\u202f814\u202f510\u00a0€ pour 1\u202f865\u202f880\u00a0€ prévus" in french
    assert "4,116 values expected of the indicators: observed 3,751 (91.1%)" in page(
        output, "data_quality", "en"
    )
    assert "415 days" in english
    assert "415 jours" in french


@pytest.mark.parametrize("notebook", NOTEBOOKS)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_says_what_it_is_and_how_to_make_it_again(output, notebook, lang):
    text = page(output, notebook, lang)
    stamp = {"fr": "Données simulées", "en": "Simulated data"}[lang]
    assert text.count(stamp) > 4
    assert f"futurs project report --notebook {notebook} {PROJECT} --lang {lang}" in text
    path = output / notebook / PROJECT / lang / "index.html"
    assert path.stat().st_size < 400_000


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_page_is_made_anew_when_the_project_changes(output, notebook):
    """What the manifest holds is what must stay equal: the project's tables are in it."""
    path = output / notebook / PROJECT / "fr" / "manifest.json"
    data = json.loads(path.read_text("utf-8"))["data"]
    assert f"projects/{PROJECT}/ratings.csv" in data


def test_an_unknown_project_is_named_before_anything_starts(tmp_path):
    command = [str(FUTURS), "project", "report", "maison", "--output", str(tmp_path / "out")]
    settings = os.environ | {"FUTURS_LANG": "en"}
    run = subprocess.run(command, capture_output=True, text=True, env=settings, check=False)
    assert run.returncode == 1
    assert "maison-handicap" in run.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.browser
@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_axe_finds_nothing_by_day_and_by_night(output, chromium, notebook):
    from axe_playwright_python.sync_playwright import Axe

    context = chromium.new_context(offline=True)
    opened = context.new_page()
    for lang in ("fr", "en"):
        opened.goto((output / notebook / PROJECT / lang / "index.html").as_uri())
        opened.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
        for scheme in ("light", "dark"):
            opened.emulate_media(color_scheme=scheme)
            found = Axe().run(opened).response
            assert len(found["passes"]) > 20
            assert [rule["id"] for rule in found["violations"]] == [], (lang, scheme)
        width = opened.evaluate("document.documentElement.scrollWidth")
        assert width <= opened.viewport_size["width"]
    context.close()


@pytest.fixture(scope="module")
def site(output):
    """The same folder with the report of a département where the project runs."""
    command = [str(FUTURS), "report", "08", "--output", str(output)]
    settings = os.environ | {"FUTURS_LANG": "en"}
    subprocess.run(command, capture_output=True, check=True, env=settings)
    return output


def links(page: Path) -> list[tuple[Path, str]]:
    """Return where each link of a page leads: a file, and a place in it."""
    found = re.findall(r'<a [^>]*href="([^"]*)"', page.read_text("utf-8"))
    targets = [address.partition("#") for address in found if not address.startswith("https:")]
    return [(((page.parent / way).resolve() if way else page), at) for way, _, at in targets]


def test_every_link_of_the_site_leads_somewhere(site):
    broken, seen, ahead = [], set(), [site / "index.html", site / "index.en.html"]
    while ahead:
        page = ahead.pop()
        if page in seen or page.suffix != ".html":
            continue
        seen.add(page)
        for target, at in links(page):
            asked = at.startswith(("q=", "within=", "kind="))  # the index searches by these
            if not target.is_file() or (
                at and not asked and f'id="{at}"' not in target.read_text("utf-8")
            ):
                broken.append((page.relative_to(site), target, at))
            ahead.append(target)
    assert broken == []
    made = {path for path in site.rglob("*.html") if ".ledger" not in path.parts}
    # The list of the index is its script's; its projects' pages lead to all that is on them.
    assert {p for p in made if "territory_report/DEP/08" in p.as_posix()} <= seen
    assert made <= seen


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_one_goes_from_a_project_to_its_pages_its_territories_and_back(site, lang):
    home = {"fr": "index.html", "en": "index.en.html"}[lang]
    project = site / "projects" / PROJECT / home
    territory = site / "territory_report/DEP/08" / lang / "index.html"
    pages = [site / notebook / PROJECT / lang / "index.html" for notebook in NOTEBOOKS]
    assert project in {target for target, _ in links(site / home)}
    from_project = {target for target, _ in links(project)}
    assert from_project >= {*pages, territory}
    for page in (*pages, territory):
        assert project in {target for target, _ in links(page)}
        assert site / home in {target for target, _ in links(page)}


def test_a_page_on_a_project_is_not_counted_as_a_study(site):
    assert "1 territory has a report. 3 pages on projects." in (site / "index.en.html").read_text(
        "utf-8"
    )


def test_the_territory_s_page_says_what_runs_and_what_was_found(site):
    text = page_text(site / "territory_report/DEP/08/en/index.html")
    assert "Partly on simulated data" in text
    assert re.search(r"“Disability centre of the future” here 1 April 2015", text)
    assert "−0.451 months (95%: −0.545 to −0.357) Inconclusive 1 Simulated" in text
    assert "Time to a decision: Ardennes beside the comparison" in text
    assert "does not measure it" in text


def page_text(path: Path) -> str:
    words = html.unescape(re.sub(r"<[^>]+>", " ", path.read_text("utf-8")))
    return re.sub(r"\s+", " ", words)
