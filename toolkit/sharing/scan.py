"""Find what must not leave: personal data, a name, a text that a team keeps to itself."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from toolkit.errors import ToolkitError
from toolkit.i18n import interface_language
from toolkit.records.faults import Fault, write_faults
from toolkit.records.personal import find_personal
from toolkit.sharing.readable import DEEPEST, MOST_WITHIN, Passage, read_passages

# So many words in a row are no chance; a shorter text is looked for whole, from so many.
_ALIKE, _SHORTEST = 6, 2
# Kept for examples (RFC 2606): nobody's addresses.
_NOBODY = re.compile(
    r"@(?:[\w-]+\.)*(?:example\.(?:com|net|org)|[\w-]+\.(?:example|invalid|test))$"
)
_WORD = re.compile(r"[^\W_]+")

Withheld = dict[tuple[str, ...], str]


class LeakError(ToolkitError):
    """What was to be shared holds what must not leave; `findings` says what, and where."""

    def __init__(self, findings: list[Fault]):
        say = interface_language()
        super().__init__(
            f"{say.plural('scan.leaks', len(findings))}\n{write_faults(findings, say)}"
        )
        self.findings = findings


def withhold(texts: Mapping[str, str]) -> Withheld:
    """Return what to look for of texts that must not leave.

    Parameters
    ----------
    texts : mapping of str to str
        A text ("Jeanne Durand", a paragraph) to what it is, as a finding says it.

    Returns
    -------
    dict
        Every six words in a row of each, or all of a shorter one, to what it is. Accents, capitals
        and punctuation do not count.
    """
    kept: Withheld = {}
    for text, what in texts.items():
        words = _words(text)
        if len(words) >= _SHORTEST:
            kept |= dict.fromkeys(_runs(words, min(len(words), _ALIKE)), what)
    return kept


def scan(files: Mapping[str, bytes], *, withheld: Withheld | None = None) -> list[Fault]:
    """Find what must not leave in files that are to be shared.

    Parameters
    ----------
    files : mapping of str to bytes
        By name; names are read too.
    withheld : dict, optional
        What `withhold` gives.

    Returns
    -------
    list of Fault
        Rule "leak_<kind>", with the file, the place and the value, most of it masked; its detail
        `mark` is what a waiver names. The same value at one place counts once.
    """
    found: dict[tuple, Fault] = {}
    for name, content in sorted(files.items()):
        for passage in read_passages(name, content):
            for leak in _leaks(passage, withheld or {}, content):
                fault = Fault(name, f"leak_{leak.kind}", leak.line, passage.part, leak.shown)
                fault.details["mark"] = leak.mark
                found.setdefault((name, leak.mark), fault)
    return list(found.values())


@dataclass(frozen=True)
class _Leak:
    kind: str
    seen: str
    shown: str
    line: int | None

    @property
    def mark(self) -> str:
        """By what a waiver names it."""
        return hashlib.sha256(f"{self.kind} {self.seen}".encode()).hexdigest()[:16]


def _leaks(passage: Passage, withheld: Withheld, content: bytes) -> Iterator[_Leak]:
    if passage.unread:
        # Who lets it through has read this file, and no other that may take its place.
        seen = f"{passage.unread} {passage.part} {hashlib.sha256(content).hexdigest()}"
        yield _Leak("unread", seen, _why_unread(passage), None)
    for kind, start, seen in find_personal(passage.text):
        if kind == "email" and _NOBODY.search(seen.rstrip(".")):
            continue
        line = passage.line
        if line is None and not passage.part:
            line = passage.text.count("\n", 0, start) + 1
        # Enough of it to find it again, and no more.
        yield _Leak(kind, seen, seen[:2] + "…" + seen[-2:], line)
    words = _words(passage.text) if withheld else []
    for length in {len(run) for run in withheld}:
        for run in _runs(words, length):
            if run in withheld:
                yield _Leak("withheld", " ".join(run), withheld[run], passage.line)


def _why_unread(passage: Passage) -> str:
    most = {"size": MOST_WITHIN // 1_000_000, "depth": DEEPEST}.get(passage.unread, "")
    return interface_language()(f"scan.unread.{passage.unread}", most=most)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _WORD.findall(plain.lower())


def _runs(words: list[str], length: int) -> Iterable[tuple[str, ...]]:
    return zip(*(words[i:] for i in range(length)), strict=False)
