"""Fill pages of the site from the code and the data, so that these cannot lag behind.

A page holds a comment ``<!-- generated: NAME ARGUMENT -->``; what stands in `WRITERS` under that
name writes Markdown in its place. Links that leave this folder, which lead somewhere on the
repository, are led to a page of the site, or left as words where they name a folder.
"""

import csv
import dataclasses
import gettext
import inspect
import json
import re
from collections.abc import Iterator
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pydata_sphinx_theme
import sphinx
from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
_MARK = re.compile(r"<!-- generated: (\S+) ?(\S*) -->")
_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s#:]+)(#[^)\s]+)?\)")
_TITLES = {"fr": "Futurs Publics – boîte à outils de recherche"}
# Pages of the repository that the site shows too.
_PAGES = {
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "data/territories/README.md": "territories.md",
}


def setup(app: Sphinx) -> dict:
    """Fill each page when it is read; say its language when it is written."""
    app.connect("source-read", fill_page)
    app.connect("html-page-context", say_language)
    return {"parallel_read_safe": True}


def say_language(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Lead to the page in the other language; have what is around a page speak its own.

    The front matter of a page in French says ``lang: fr``.
    """
    twin = page.removeprefix("fr/") if page.startswith("fr/") else f"fr/{page}"
    context["twin"] = twin if twin in app.env.found_docs else ""
    lang = app.env.metadata.get(page, {}).get("lang")
    if lang:
        context |= {"language": lang, "gettext": _theme_words(lang).gettext}
        context |= {"root_doc": f"{lang}/index", "docstitle": _TITLES[lang]}


@cache
def _theme_words(lang: str) -> gettext.NullTranslations:
    """Return what the theme and Sphinx write around a page, in a language."""
    homes = [Path(module.__file__).parent / "locale" for module in (pydata_sphinx_theme, sphinx)]
    theme, rest = (gettext.translation("sphinx", home, [lang]) for home in homes)
    theme.add_fallback(rest)
    return theme


def fill_page(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put generated text and the site's links into a page."""
    folder = Path(app.env.doc2path(docname)).parent
    text = _MARK.sub(lambda mark: "\n".join(WRITERS[mark[1]](mark[2])), source[0])
    source[0] = _LINK.sub(lambda link: _link(link, folder), text)


def _link(link: re.Match, folder: Path) -> str:
    target = (folder / link[2]).resolve()
    if target.is_dir():
        return link[1]
    name = target.relative_to(ROOT).as_posix() if target.is_relative_to(ROOT) else ""
    return f"[{link[1]}](/reference/{_PAGES[name]}{link[3] or ''})" if name in _PAGES else link[0]


def write_file(name: str) -> Iterator[str]:
    """Show a page of the repository, its links led from where it lies."""
    path = ROOT / name
    yield _LINK.sub(lambda link: _link(link, path.parent), path.read_text(encoding="utf-8"))


def write_tables(lang: str) -> Iterator[str]:
    """Describe each table that a researcher fills: its columns."""
    for resource in _schemas():
        schema = json.loads((DATA / resource).read_text(encoding="utf-8"))
        key = ", ".join(f"`{name}`" for name in schema.get("primaryKey", [])) or "–"
        yield f"\n## {schema['name']}\n"
        yield f"{schema['title' + _SUFFIX[lang]]}. {_say('What tells rows apart: ', lang)}{key}.\n"
        yield from _table(["column", "holds", "meaning"], lang)
        for field in schema["fields"]:
            meaning = field["description" + _SUFFIX[lang]]
            yield from _row([f"`{field['name']}`", _holds(field, lang), meaning])


def write_vocabularies(lang: str) -> Iterator[str]:
    """List each vocabulary: its codes, and what they mean."""
    with (DATA / "programme" / "vocabulary.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for name in dict.fromkeys(row["vocabulary"] for row in rows):
        yield f"\n### {name}\n"
        yield from _table(["code", "meaning"], lang)
        for row in rows:
            if row["vocabulary"] == name:
                yield from _row([f"`{row['code']}`", row[lang]])


def write_resources(lang: str) -> Iterator[str]:
    """List the files of the data package, and which are simulated."""
    yield from _table(["file", "table", "data"], lang)
    for resource in _resources():
        schema = resource.get("schema")
        table = Path(schema).stem if isinstance(schema, str) else ""
        kind = {True: "**simulated**", False: "real", None: "–"}[resource.get("simulated")]
        kind = _say(kind, lang)
        yield from _row([f"`{resource['path']}`", table and f"[{table}](#{table})", kind])


def write_names(package: str) -> Iterator[str]:
    """Document the public names of a package of the toolkit, then the results they return."""
    import toolkit

    homes = {name: home for name, home in toolkit._MODULE.items() if package in home.split(".")}
    named = {f"toolkit.{name}": getattr(toolkit, name) for name in sorted(homes, key=str.lower)}
    others = {path: kind for path, kind in _records(package) if kind not in named.values()}
    for title, things in (("", named), ("## What these take and return", others)):
        if things:
            yield f"{title if named else ''}\n```{{eval-rst}}"
            for path, thing in things.items():
                yield from _directive(path, thing)
            yield "```\n"


WRITERS = {
    "file": write_file,
    "tables": write_tables,
    "vocabularies": write_vocabularies,
    "resources": write_resources,
    "names": write_names,
}


def _resources() -> list[dict]:
    return json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))["resources"]


def _schemas() -> list[str]:
    """Return the schema files that the data package names, each once."""
    named = [resource["schema"] for resource in _resources() if "schema" in resource]
    return list(dict.fromkeys(schema for schema in named if isinstance(schema, str)))


def _holds(field: dict, lang: str) -> str:
    """Say what the cells of a column may hold."""
    say = partial(_say, lang=lang)
    limits = field.get("constraints", {})
    vocabulary = field.get("vocabulary", [])
    named = [vocabulary] if isinstance(vocabulary, str) else vocabulary
    parts = [
        say(field["type"]),
        *([say("required")] if limits.get("required") else []),
        *(f"[{name}](#{name.replace('_', '-')})" for name in named),
        *([say("names a ") + say(field["reference"])] if "reference" in field else []),
        *([say("several, separated by spaces")] if field.get("list") else []),
        *(f"{limits[name]} {say(words)}" for name, words in _LIMITS.items() if name in limits),
        *([say("in ") + say(field["unit"])] if "unit" in field else []),
        *([f"`{limits['pattern']}`"] if "pattern" in limits else []),
    ]
    return ", ".join(parts)


_LIMITS = {"minimum": "at least", "maximum": "at most"}
_SUFFIX = {"en": "", "fr": "_fr"}
_FRENCH = {
    "column": "colonne",
    "holds": "contient",
    "meaning": "signification",
    "code": "code",
    "file": "fichier",
    "table": "table",
    "data": "données",
    "**simulated**": "**simulées**",
    "real": "réelles",
    "–": "–",
    "What tells rows apart: ": "Ce qui distingue les lignes\N{NO-BREAK SPACE}: ",
    "string": "texte",
    "date": "date",
    "integer": "entier",
    "number": "nombre",
    "boolean": "`true` ou `false`",
    "required": "exigé",
    "names a ": "désigne\N{NO-BREAK SPACE}: ",
    "several, separated by spaces": "plusieurs, séparés par des espaces",
    "at least": "au moins",
    "at most": "au plus",
    "in ": "en ",
    "territory": "un territoire",
    "node": "un nœud",
    "indicator": "un indicateur",
    "source": "une source",
    "cycle": "un cycle",
    "project": "un projet",
    "units": "unités",
    "share": "part",
    "person-days": "jours-personne",
    "people": "personnes",
    "EUR": "euros",
}


def _say(words: str, lang: str) -> str:
    """Return words of this module in a language."""
    return _FRENCH[words] if lang == "fr" else words


def _table(header: list[str], lang: str) -> Iterator[str]:
    yield from _row([_say(words, lang) for words in header])
    yield from _row(["---"] * len(header))


def _row(cells: list[str]) -> Iterator[str]:
    yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _directive(path: str, thing: object) -> Iterator[str]:
    if not inspect.isclass(thing):
        kind, options = "function", []
    elif issubclass(thing, Exception):
        kind, options = "exception", []
    else:
        kind, options = "class", ["   :members:", "   :exclude-members: __init__"]
    yield from [f"\n.. auto{kind}:: {path}", *options]


def _records(package: str) -> list[tuple[str, type]]:
    """Find the frozen records defined in a package, with their modules."""
    home = import_module(f"toolkit.{package}")
    modules = iter_modules(getattr(home, "__path__", ()))
    found = []
    for name in [home.__name__, *(f"{home.__name__}.{module.name}" for module in modules)]:
        for label, kind in vars(import_module(name)).items():
            own = inspect.isclass(kind) and kind.__module__ == name and not label.startswith("_")
            if own and dataclasses.is_dataclass(kind):
                found.append((f"{name}.{label}", kind))
    return sorted(found, key=lambda pair: pair[1].__name__.lower())
