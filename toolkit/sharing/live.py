"""What of a bundle would run, load or lead where nothing that the toolkit writes does.

Checksums tell nothing of an attacker who writes all of them anew. Each file outside the program is
held against what the toolkit writes of its kind; a file of any other kind is refused. Nothing is
run. What the program and the code of notebooks do is for whoever runs them: that is asked before.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import PurePosixPath

from toolkit.records.faults import Fault
from toolkit.sharing.live_notebook import notebook_faults
from toolkit.sharing.live_pages import PROGRAM, page_faults
from toolkit.sharing.live_pdf import pdf_faults
from toolkit.sharing.live_text import markdown_live

_MOST = 20  # faults of one file
_TEXTS = (".cff", ".csv", ".geojson", ".json", ".lock", ".sig", ".toml", ".txt")
_NO_KIND = ("LICENSE", "SHA256SUMS")
_ROOT = """
    CITATION.cff LICENCES.md LICENSE LISEZMOI.html LISEZMOI.md README.html README.md SHA256SUMS
    SHA256SUMS.sig bundle.json datapackage.json disclosure_decisions.csv pyproject.toml
    requirements.lock ro-crate-metadata.json waivers.toml
"""
_AT_THE_ROOT = frozenset(_ROOT.split())
_PLACES = {"data", "notebooks", "pulled", "reports"}
_READ_UNASKED = (".", "jupyter")  # how names begin of what programs obey where they are started
_CLOSED = (".jpg", ".parquet", ".png", ".xlsx")
_BLANK = b"\xef\xbb\xbf\xff\xfe\x00\t\n\x0c\r "
_LOOKED_AT = 2048  # bytes, more than browsers (1445) and readers of PDFs (1024) go by


def live_faults(files: Mapping[str, bytes]) -> Iterator[Fault]:
    """Yield what in the files of a bundle the toolkit never writes, with file and place.

    Parameters
    ----------
    files : mapping of str to bytes
        Of a bundle, by name.
    """
    for name, content in sorted(files.items()):
        if not name.startswith(PROGRAM):
            yield from islice(_faults(name, content), _MOST)


def _faults(name: str, content: bytes) -> Iterator[Fault]:
    kind = PurePosixPath(name).suffix
    if not _has_place(name):
        yield Fault(name, "file_place")
    if kind == ".pdf":
        yield from pdf_faults(name, content)
    elif content.find(b"%PDF-", 0, _LOOKED_AT) >= 0:
        yield Fault(name, "file_disguised", value="%PDF-")
    elif kind == ".html":
        yield from page_faults(name, content.decode("utf-8", "replace"))
    elif kind == ".ipynb":
        yield from notebook_faults(name, content)
    elif kind == ".md":
        for line, seen in markdown_live(content.decode("utf-8", "replace")):
            yield Fault(name, "text_markup", line, value=seen)
    elif kind in _TEXTS or name in _NO_KIND:
        # Where a name says no kind that it knows, a browser goes by how a file begins.
        begun = content[:_LOOKED_AT].lstrip(_BLANK)
        if begun.startswith(b"<"):
            yield Fault(name, "file_disguised", value=begun[:100].decode("latin-1"))
    elif kind not in _CLOSED:
        yield Fault(name, "file_kind", value=kind or PurePosixPath(name).name)


def _has_place(name: str) -> bool:
    """Tell whether the toolkit puts files where this one is: a notebook, beside notebooks only."""
    top, *below = parts = name.split("/")
    if any(part.lower().startswith(_READ_UNASKED) for part in parts):
        return False
    if not below:
        return name in _AT_THE_ROOT
    return top in _PLACES and (top != "notebooks" or name.endswith(".ipynb"))
