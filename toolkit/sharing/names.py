"""Names of files that mean the same on every system, and lie where they say."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from toolkit.records.faults import Fault

_LONGEST = 200
# What Windows takes for a device, whatever follows the first dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_ODD = re.compile(r'[<>:"|?*]|[ .]$|^ ')


def name_faults(names: Sequence[str]) -> list[Fault]:
    """Return a fault for each name that is no plain relative path, or is another's twin.

    Examples
    --------
    >>> [fault.rule for fault in name_faults(["a/b.csv", "../b", "A/B.csv", "nul.txt", "a b/é"])]
    ['name_outside', 'name_odd', 'name_twice', 'name_twice']
    """
    folded = {name: unicodedata.normalize("NFKC", name).casefold() for name in names}
    many = Counter(folded[name] for name in names)
    faults = [Fault(name, rule, value=name) for name in names if (rule := _rule(name))]
    faults += [Fault(name, "name_twice", value=name) for name in names if many[folded[name]] > 1]
    # A file cannot also be the folder of another.
    whole = set(folded.values())
    return faults + [
        Fault(name, "name_twice", value=name)
        for name in names
        if any(parent in whole for parent in _parents(folded[name]))
    ]


def _rule(name: str) -> str:
    """Return the rule that a name breaks, or nothing."""
    parts = name.split("/")
    if "\\" in name or not name or name[0] in "/~" or ".." in parts or re.match("[a-zA-Z]:", name):
        return "name_outside"
    plain = all(c.isprintable() and unicodedata.category(c) != "Cf" for c in name)
    odd = any(part in ("", ".") or _ODD.search(part) or _DEVICES.fullmatch(part) for part in parts)
    return "" if plain and not odd and len(name) <= _LONGEST else "name_odd"


def _parents(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]
