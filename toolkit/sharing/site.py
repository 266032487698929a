"""The index of a folder of reports: what there is, in both languages, and what failed."""

import json
from dataclasses import dataclass
from pathlib import Path

from toolkit.errors import ToolkitError
from toolkit.i18n import LANGUAGES, interface_language, language
from toolkit.records.territories import LEVELS, load_territories
from toolkit.runs.manifest import FAILURE, FILES, MANIFEST, PAGE
from toolkit.sharing.render import index_name, page_style, page_template

_GENERATOR = 'name="generator" content="futurs-publics-toolkit"'


@dataclass(frozen=True)
class Entry:
    """A territory of the index: its name, and its page and its PDF in each language."""

    level: str
    code: str
    name: str
    pages: dict[str, str]
    pdfs: dict[str, str]


@dataclass(frozen=True)
class Failure:
    """A report that could not be made: where it would be, and the error."""

    address: str
    error: str


def render_index(output: Path) -> dict[str, str]:
    """Render the index of the reports found under a folder.

    Returns
    -------
    dict of str to str
        HTML text by file name: "index.html" in French, "index.en.html" in English.
    """
    entries, failures = _entries(output), _failures(output)
    levels = [(level, [e for e in entries if e.level == level]) for level in LEVELS]
    pages = {}
    for code in LANGUAGES:
        other = next(c for c in LANGUAGES if c != code)
        pages[index_name(code)] = page_template("index.html").render(
            lang=language(code),
            other=language(other),
            other_page=index_name(other),
            levels=[(level, found) for level, found in levels if found],
            failures=failures,
            n=len(entries),
            style=page_style(),
        )
    return pages


def check_output(output: Path) -> None:
    """Raise `ToolkitError` if the folder's index.html is not one of ours, to overwrite."""
    page = output / index_name("fr")
    if page.is_file() and _GENERATOR not in page.read_text(encoding="utf-8", errors="replace"):
        raise ToolkitError(interface_language()("error.foreign_index", path=page))


def _entries(output: Path) -> list[Entry]:
    pages: dict[str, dict[str, str]] = {}
    pdfs: dict[str, dict[str, str]] = {}
    for path in output.rglob(MANIFEST):
        if (path.parent / PAGE).is_file():
            address = (path.parent.relative_to(output) / PAGE).as_posix()
            match _parameters(path):
                case {"territory": str(territory), "lang": str(code)}:
                    pages.setdefault(territory, {})[code] = address
                    if (path.parent / FILES["pdf"]).is_file():
                        pdf = path.parent.relative_to(output) / FILES["pdf"]
                        pdfs.setdefault(territory, {})[code] = pdf.as_posix()
    everything = load_territories()
    ids = everything.level.where(everything.level == "FR", everything.level + "-" + everything.code)
    listed = everything[ids.isin(pages)].sort_values("code")
    return [
        Entry(row.level, row.code, row.name, pages[id_], pdfs.get(id_, {}))
        for row, id_ in zip(listed.itertuples(), ids[listed.index], strict=True)
    ]


def _parameters(path: Path) -> object:
    """Return the parameters of a manifest, or nothing of a file that is no manifest of ours."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record.get("parameters") if isinstance(record, dict) and "key" in record else None


def _failures(output: Path) -> list[Failure]:
    return [
        Failure(path.parent.relative_to(output).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(output.rglob(FAILURE))
    ]
