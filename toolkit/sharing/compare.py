"""What a bundle shows beside what running it again gives: each figure, table, sentence and number.

Notebooks are compared by the records of their blocks, read as data; nothing is rendered.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from toolkit.runs.manifest import FAILURE, FILES
from toolkit.sharing.shared_runs import Run, list_runs, shown_blocks

Outcome = Literal["identical", "same", "different", "missing"]
ESTIMATES = "estimates.json"
# Between two machines the last digits of a sum may differ; these are far above that, and far
# below what any sentence says.
RELATIVE, ABSOLUTE = 1e-6, 1e-9
_KINDS = {"figure": "figure", "table": "table"}
_NUMBER = re.compile(r"\d+(?:[.,\u202f\u00a0]\d+)*")
_LONGEST = 120


@dataclass(frozen=True)
class Item:
    """One thing shown, and whether it came again.

    Attributes
    ----------
    where : str
        Address of the report, or the file of the estimates.
    kind : {"figure", "table", "sentence", "number", "failure"}
    title : str
        What it is: a caption, the start of a sentence, the key of a number.
    outcome : {"identical", "same", "different", "missing"}
        The same to the byte; the same within what is tolerated, or drawn otherwise from the same
        data; another; not made.
    was, now : str
        Where they differ.
    """

    where: str
    kind: str
    title: str
    outcome: Outcome
    was: str = ""
    now: str = ""


def compare(shared: Mapping[str, bytes], again: Mapping[str, bytes]) -> list[Item]:
    """Compare what two runs of the same bundle left, file by file, in order.

    Parameters
    ----------
    shared : mapping of str to bytes
        The files of a bundle without a fault.
    again : mapping of str to bytes
        What running it left, whatever it is.
    """
    items = []
    for run in list_runs(shared):
        items += _run(run, shared, again)
    for name in sorted(shared):
        if name.endswith(f"/{ESTIMATES}"):
            items += _numbers(name, json.loads(shared[name]), again.get(name))
    return items


def _run(run: Run, shared: Mapping[str, bytes], again: Mapping[str, bytes]) -> list[Item]:
    if run.failure:
        failed = f"{run.folder}/{FAILURE}" in again
        outcome: Outcome = "identical" if failed else "different"
        return [Item(run.address, "failure", run.failure[:_LONGEST], outcome)]
    name = f"{run.folder}/{FILES['executed']}"
    was = [block for _, block in shown_blocks(shared[name])]
    now = _made_again(again.get(name))
    return [_block(run.address, *pair) for pair in zip_longest(was, now)]


def _made_again(notebook: bytes | None) -> list[dict]:
    """Read what a run left; what cannot be read was not made."""
    try:
        return [block for _, block in shown_blocks(notebook or b"")]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return []


def _block(where: str, was: dict | None, now: dict | None) -> Item:
    told = was or now or {}
    kind = _KINDS.get(str(told.get("block")), "sentence")
    title = str(told.get("title") or told.get("caption") or told.get("text") or "")[:_LONGEST]
    if was is None or now is None:
        return Item(where, kind, title, "missing")
    if was == now:
        return Item(where, kind, title, "identical")
    texts = [list(_texts(block)) for block in (was, now)]
    pair = next((p for p in zip_longest(*texts, fillvalue="") if not close(*p)), None)
    if pair is None and was.get("block") == now.get("block"):
        return Item(where, kind, title, "same")
    shown = [str(text)[:_LONGEST] for text in pair or ("", "")]
    return Item(where, kind, title, "different", *shown)


def _texts(block: object) -> Iterator[str]:
    """Yield what a block says, but for how a figure is drawn."""
    if isinstance(block, dict):
        for name, value in block.items():
            if name != "svg":
                yield from _texts(value)
    elif isinstance(block, list):
        for value in block:
            yield from _texts(value)
    else:
        yield str(block)


def close(was: str, now: str) -> bool:
    """Tell whether two texts differ by no more than one unit in the last digit of a number.

    Examples
    --------
    >>> close("between −2.1 and +1.7 %", "between −2.1 and +1.8 %"), close("−2.1", "+2.1")
    (True, False)
    >>> close("a gap of 12 days", "a gap of 14 days"), close("yes", "no")
    (False, False)
    """
    if was == now:
        return True
    if _NUMBER.sub("#", was) != _NUMBER.sub("#", now):
        return False
    pairs = zip(_NUMBER.findall(was), _NUMBER.findall(now), strict=True)
    return all(abs(_last_digits(a) - _last_digits(b)) <= 1 for a, b in pairs)


def _last_digits(number: str) -> int:
    return int(re.sub(r"\D", "", number))


def _numbers(name: str, was: object, content: bytes | None) -> list[Item]:
    """Compare each number, and each word, of two JSON files."""
    try:
        now = dict(_leaves(json.loads(content or b"")))
    except (ValueError, RecursionError):
        now = {}
    items = []
    for key, value in _leaves(was):
        if key.startswith("environment."):  # told apart, with the other versions
            continue
        if key not in now:
            items.append(Item(name, "number", key, "missing", str(value)[:_LONGEST]))
            continue
        outcome = _outcome(value, now[key])
        told = (str(value), str(now[key])) if outcome != "identical" else ("", "")
        items.append(Item(name, "number", key, outcome, *(text[:_LONGEST] for text in told)))
    return items


def _outcome(was: object, now: object) -> Outcome:
    if was == now and type(was) is type(now):
        return "identical"
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (was, now))
    if numbers and math.isclose(was, now, rel_tol=RELATIVE, abs_tol=ABSOLUTE):
        return "same"
    return "different"


def _leaves(content: object, key: str = "") -> Iterator[tuple[str, object]]:
    """Yield nested values as "estimate.value", 3.2."""
    if isinstance(content, dict):
        inside = content.items()
    elif isinstance(content, list):
        inside = enumerate(content)
    else:
        yield key, content
        return
    for part, inner in inside:
        yield from _leaves(inner, f"{key}.{part}".lstrip("."))
