"""The index of a folder of reports: what there is, in both languages, and what failed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from toolkit.errors import ToolkitError
from toolkit.i18n import LANGUAGES, interface_language, language
from toolkit.records.territories import LEVELS, load_territories
from toolkit.runs.manifest import FAILURE, FILES, MANIFEST, PAGE
from toolkit.sharing.render import index_name, page_style, page_template
from toolkit.study.protocol import protocol_path, read_protocol, study_ids

_GENERATOR = 'name="generator" content="futurs-publics-toolkit"'


@dataclass(frozen=True)
class Entry:
    """A territory or a study of the index: its name, its page and its PDF, each by language."""

    group: str
    code: str
    names: dict[str, str]
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
    groups = [(g, [e for e in entries if e.group == g]) for g in ("study", *LEVELS)]
    pages = {}
    for code in LANGUAGES:
        other = next(c for c in LANGUAGES if c != code)
        pages[index_name(code)] = page_template("index.html").render(
            lang=language(code),
            other=language(other),
            other_page=index_name(other),
            groups=[(group, found) for group, found in groups if found],
            failures=failures,
            n_territories=sum(entry.group != "study" for entry in entries),
            n_studies=sum(entry.group == "study" for entry in entries),
            style=page_style(),
        )
    return pages


def check_output(output: Path) -> None:
    """Raise `ToolkitError` if the folder's index.html is not one of ours, to overwrite."""
    page = output / index_name("fr")
    if page.is_file() and _GENERATOR not in page.read_text(encoding="utf-8", errors="replace"):
        raise ToolkitError(interface_language()("error.foreign_index", path=page))


def _entries(output: Path) -> list[Entry]:
    pages: dict[tuple[str, str], dict[str, str]] = {}
    pdfs: dict[tuple[str, str], dict[str, str]] = {}
    for path in output.rglob(MANIFEST):
        if (path.parent / PAGE).is_file():
            match _parameters(path):
                case {"territory": str(name), "lang": str(code)}:
                    subject = ("territory", name)
                case {"study": str(name), "lang": str(code)}:
                    subject = ("study", name)
                case _:
                    continue
            folder = path.parent.relative_to(output)
            pages.setdefault(subject, {})[code] = (folder / PAGE).as_posix()
            if (path.parent / FILES["pdf"]).is_file():
                pdfs.setdefault(subject, {})[code] = (folder / FILES["pdf"]).as_posix()
    return [
        Entry(group, code, names, pages[subject], pdfs.get(subject, {}))
        for subject, group, code, names in (*_studies(), *_territories())
        if subject in pages
    ]


def _studies() -> Iterator[tuple]:
    """Name the studies there are: what a manifest says of another is not listed."""
    for study in study_ids():
        protocol = read_protocol(protocol_path(study)).protocol
        if protocol is not None:
            names = {code: getattr(protocol.title, code) for code in LANGUAGES}
            yield ("study", study), "study", study, names


def _territories() -> Iterator[tuple]:
    everything = load_territories().sort_values("code")
    for row in everything.itertuples():
        id_ = row.level if row.level == "FR" else f"{row.level}-{row.code}"
        yield ("territory", id_), row.level, row.code, dict.fromkeys(LANGUAGES, row.name)


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
