"""The index of a folder of reports: what there is, in both languages, and what failed."""

import json
from collections import Counter
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from toolkit.display.blocks import Callout
from toolkit.errors import ToolkitError
from toolkit.i18n import LANGUAGES, NBSP, Language, fold, interface_language, language
from toolkit.records.atomic import write_atomically
from toolkit.records.projects import FACTS, Facts, project_ids, read_facts
from toolkit.records.sources import data_dir
from toolkit.records.studies import StudyFile, study_files
from toolkit.records.territories import LEVELS
from toolkit.sharing.entries import Entry, find_entries, find_failures, locate
from toolkit.sharing.listing import ORDERS, filters, in_columns, list_rows
from toolkit.sharing.render import index_name, page_style, page_template
from toolkit.sharing.sheets import find_sheets
from toolkit.sharing.site_map import draw_maps

# What stands between a project's name and the rest of a title.
_BESIDE_A_NAME = f"{NBSP} :"
_GENERATOR = 'name="generator" content="futurs-publics-toolkit"'


def render_index(output: Path) -> dict[str, str]:
    """Render the index of the reports found under a folder, and a page for each project.

    Returns
    -------
    dict of str to str
        HTML text by address: "index.html" in French, "index.en.html" in English, and
        "projects/<id>/index.html" likewise. No page makes a request; an address stays the same.
    """
    facts = {project: _facts(project) for project in project_ids()}
    entries = [*find_entries(output), *find_sheets(output, facts)]
    failures = find_failures(output)
    studies, pages = study_files(), {}
    for code in LANGUAGES:
        lang = language(code)
        rows = list_rows(entries, lang)
        projects = {row["project"]: row["name"] for row in rows if row["project"]}
        projects |= {id_: _named(found, lang) for id_, found in facts.items() if found}
        projects = dict(sorted(projects.items(), key=lambda named: fold(named[1])))
        pages[index_name(code)] = page_template("index.html").render(
            **_common(lang, root=""),
            groups=[(kind, list(found)) for kind, found in groupby(rows, itemgetter("kind"))],
            projects=projects,
            simulated={id_ for id_, found in facts.items() if found and found.simulated},
            programme=[row for row in rows if row["kind"] == "programme"],
            failures=failures,
            waiting=[(study, projects.get(study.project)) for study in studies if study.missing],
            filters=filters(rows, lang),
            maps=draw_maps(entry.places for entry in entries),
            data=_for_script({"columns": in_columns(rows), "labels": _labels(lang)}),
            lead=_lead(entries, lang),
        )
        for project, name in projects.items():
            address = f"projects/{project}/{index_name(code)}"
            own = [study for study in studies if study.project == project]
            told = facts.get(project)
            pages[address] = _project_page(project, name, told, own, entries, rows, lang)
    return pages


def write_index(output: Path) -> None:
    """Write the index of the reports found under a folder, and a page for each project."""
    for name, page in render_index(output).items():
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(output / name, page)


def check_output(output: Path) -> None:
    """Raise `ToolkitError` if the folder's index.html is not one of ours, to overwrite."""
    page = output / index_name("fr")
    if page.is_file() and _GENERATOR not in page.read_text(encoding="utf-8", errors="replace"):
        raise ToolkitError(interface_language()("error.foreign_index", path=page))


def _lead(entries: list[Entry], lang: Language) -> str:
    """Count territories, studies, what else there is on projects, and on all of them."""
    n_studies = sum(bool(entry.study) for entry in entries)
    n_of = Counter(entry.kind for entry in entries)
    n_pages = n_of["project"] - n_studies
    n_territories = sum(n_of[level] for level in LEVELS)
    said = [lang.plural("index.count", n_territories)] if n_territories or not entries else []
    said += [lang.plural("index.studies", n_studies)] if n_studies else []
    said += [lang.plural("index.project_pages", n_pages)] if n_pages else []
    said += [lang.plural("index.sheets", n_of["sheet"])] if n_of["sheet"] else []
    said += [lang.plural("index.programme_pages", n_of["programme"])] if n_of["programme"] else []
    return " ".join(said)


def _facts(project: str) -> Facts | None:
    """Read what a project says of itself, or nothing where it cannot be read."""
    facts, _ = read_facts(data_dir() / "projects" / project / FACTS, FACTS)
    return facts


def _named(facts: Facts, lang: Language) -> str:
    return lang.spaced(getattr(facts.title, lang.code))


def _project_page(
    project: str,
    name: str,
    facts: Facts | None,
    studies: list[StudyFile],
    entries: list[Entry],
    rows: list[dict],
    lang: Language,
) -> str:
    """Render the page of a project: what it tries, its reports, its territories and theirs."""
    root = "../../"
    own = [entry for entry in entries if entry.project == project]
    known = locate(t for entry in own for t in entry.territories)
    reports = {f"{row['kind']}-{row['code']}": row for row in rows if not row["project"]}
    made = {entry.study for entry in own}
    studied = {entry.address for entry in own if entry.study}
    simulated = any(entry.simulated for entry in own) or (facts is not None and facts.simulated)
    return page_template("project.html").render(
        **_common(lang, root=root),
        name=name,
        # The study first: the other pages are about how it came about.
        rows=sorted(
            (_without_name(row) for row in rows if row["project"] == project),
            key=lambda row: row["address"] not in studied,
        ),
        waiting=[(study, "") for study in studies if study.missing],
        to_make=[s.id for s in studies if s.id not in made and not s.missing],
        warning=Callout("simulated", lang("index.project.simulated"), lang).html()
        if simulated
        else "",
        told=[lang.spaced(getattr(text, lang.code)) for text in (facts.problem, facts.innovation)]
        if facts
        else [],
        territories={id_: called for id_, (called, _) in known.items()},
        reports=reports,
        maps=draw_maps(entry.places for entry in own)[:1],
    )


def _without_name(row: dict) -> dict:
    """Return a row as the page of its own project says it: that page bears the project's name."""
    title = row["title"].replace(row["name"], "").strip(_BESIDE_A_NAME)
    return row | {"title": title[:1].upper() + title[1:] or row["title"], "about": ""}


def _common(lang: Language, *, root: str) -> dict:
    """Return what every page of the site is given; `root` is the way to the folder of reports."""
    other = next(language(code) for code in LANGUAGES if code != lang.code)
    return {
        "lang": lang,
        "other": other,
        "languages": {code: language(code) for code in LANGUAGES},
        "home": root + index_name(lang.code),
        "other_page": index_name(other.code),
        "root": root,
        "sheets": {code: index_name(code) for code in LANGUAGES},
        "style": page_style(),
    }


def _labels(lang: Language) -> dict:
    """Return the words that the page's script writes; "{count}" stands where it puts a number."""
    said = {
        name: {value: lang(f"index.{name}.{value}") for value in ORDERS[name]}
        for name in ("status", "verdict")
    }
    return {
        **said,
        "found": [lang.plural("index.found", n, count="{count}", all="{all}") for n in (1, 2)],
        "more": [lang.plural("index.more", n, count="{count}") for n in (1, 2)],
        "none": lang("index.none"),
        "simulated": lang("stamp.simulated"),
        "index": index_name(lang.code),
        "project_page": lang("index.project_page"),
        "code": lang("index.code"),
        "languages": {code: language(code)("page.language") for code in LANGUAGES},
        "sheets": {code: index_name(code) for code in LANGUAGES},
    }


def _for_script(data: dict) -> str:
    """Write JSON that can stand inside a script element: no text of it can end that element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
