"""What a bundle says of itself: README in both languages, page and Markdown, and the licences.

It follows the template of the social-science data editors: which data, where they come from and
who may have them, what is needed, numbered steps to make it all again, and where in the program
each table and figure is made.
"""

import re
from datetime import date
from html import escape

from toolkit.display.blocks import Callout
from toolkit.i18n import LANGUAGES, Language, language
from toolkit.runs.manifest import FILES
from toolkit.sharing.availability import Availability
from toolkit.sharing.render import page_style, page_template
from toolkit.sharing.rerun import commands
from toolkit.sharing.shared_runs import Run, Trace
from toolkit.sharing.stage import PULLED, REPORTS, Contents

NAMES = {"en": "README", "fr": "LISEZMOI"}
LICENCES = "LICENCES.md"
AGAIN = "again"  # where a reader makes the reports once more
# What lies in a bundle, by the catalogue's key of what is said of it.
_PARTS = {
    "reports": "reports/", "notebooks": "notebooks/", "toolkit": "toolkit/", "data": "data/",
    "pulled": "pulled/", "package": "datapackage.json", "crate": "ro-crate-metadata.json",
    "decisions": "disclosure_decisions.csv", "lock": "requirements.lock",
    "sums": "SHA256SUMS", "citation": "CITATION.cff",
}  # fmt: skip
_SPECIAL = re.compile(r"([\\`*_\[\]|#])")


def describe_bundle(
    runs: list[Run],
    traces: list[Trace],
    sources: list[Availability],
    contents: Contents,
    projects: tuple[str, ...],
) -> dict[str, bytes]:
    """Return the files that explain a bundle, by name."""
    made = {LICENCES: _licences(sources)}
    for code in LANGUAGES:
        lang = language(code)
        own = [run for run in runs if run.lang == code]
        shown = {run.address for run in own}
        context = {
            "lang": lang,
            "title": bundle_title(runs, lang),
            "runs": own,
            "facts": {run.address: run.manifest.get("facts", {}) for run in own},
            "failed": [run for run in runs if run.failure],
            "traces": [trace for trace in traces if trace.address in shown],
            "sources": sources,
            "missing": [entry for entry in sources if not entry.path],
            "simulated": any(r.manifest.get("facts", {}).get("simulated") for r in runs),
            "python": next((r.manifest["python"] for r in runs if r.manifest), ""),
            "commands": _typed(contents, projects),
            "projects": projects,
            "studies": contents.studies,
            "files": FILES,
            "reports": REPORTS,
            "pulled": PULLED,
            "again": AGAIN,
            "licences": LICENCES,
            "day": lambda text, lang=lang: lang.date(date.fromisoformat(text)),
            "kind": lambda trace, lang=lang: lang(f"bundle.kind.{trace.kind}"),
            "reason": lambda e, lang=lang: lang(f"bundle.reason.{e.reason}", source=e.source.id),
            "parts": [(name, lang(f"bundle.file.{key}")) for key, name in _PARTS.items()],
        }
        other = next(language(c) for c in LANGUAGES if c != code)
        page = context | {"other": other, "other_page": f"{NAMES[other.code]}.html"}
        page |= {"style": page_style(), "callout": Callout}
        made[f"{NAMES[code]}.html"] = page_template("readme.html").render(page).encode()
        text = page_template("readme.md").render(context | {"md": escape_markdown})
        made[f"{NAMES[code]}.md"] = re.sub(r"\n{3,}", "\n\n", text).encode()
    return made


def bundle_title(runs: list[Run], lang: Language) -> str:
    """Return what a bundle is about: the titles of its studies, or of what reports it has."""
    facts = [r.manifest["facts"] for r in runs if r.manifest and r.lang == lang.code]
    titles = list(dict.fromkeys(fact["title"] for fact in facts))
    return lang("bundle.title", title=" · ".join(titles[:3]) or "–")


def escape_markdown(text: object) -> str:
    r"""Write a text so that Markdown shows it as it is, and never as markup.

    Examples
    --------
    >>> escape_markdown("<b>1|2</b> [a](b) *c*")
    '&lt;b&gt;1\\|2&lt;/b&gt; \\[a\\](b) \\*c\\*'
    """
    plain = escape(" ".join(str(text).splitlines()), quote=False)
    return _SPECIAL.sub(r"\\\1", plain)


def _typed(contents: Contents, projects: tuple[str, ...]) -> list[str]:
    """Return the commands as a reader types them, into a folder beside the reports."""
    lines = []
    for command in commands(contents, projects):
        words = [AGAIN if word == REPORTS else word for word in command]
        lines.append(" ".join(["futurs", *words]))
    return lines


def _licences(sources: list[Availability]) -> bytes:
    """Name, in both languages, whose data these are: what the Licence Ouverte 2.0 asks."""
    lines = ["# Licences", ""]
    for code in LANGUAGES:
        lang = language(code)
        lines += [f"## {lang('page.language')}", "", lang("bundle.licence.own"), ""]
        lines += [
            f"- {escape_markdown(entry.source.attribution[code])}"
            f" ({escape_markdown(entry.source.licence)}). <{entry.source.url}>"
            for entry in sources
        ]
        lines.append("")
    return "\n".join(lines).encode()
