"""Cells that several reports of a batch have in common: tagged `shared`, they run once for all.

They come right after the `parameters` cell. Reports that give the parameters which they read the
same values are a family: each goes on from a fork of the state that its shared cells left
(`toolkit.runs.state`). In JupyterLab, and by an ordinary kernel, the tag changes nothing.
"""

import ast
import json
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from toolkit.errors import ParameterError, ToolkitError
from toolkit.i18n import interface_language
from toolkit.runs.jobs import Job
from toolkit.runs.parameters import read_cells, read_parameters

TAG = "shared"
# By these a cell could read any parameter without naming it.
_READ_ANY = {
    *("globals", "locals", "vars", "eval", "exec"),
    *("get_ipython", "__main__", "In", "*"),  # all names of a module are brought in by *
}
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Shared:
    """The shared cells of a notebook.

    Attributes
    ----------
    end : int
        Index of the cell after the last of them.
    reads : frozenset of str
        The parameters that they may read; those before them count.
    """

    end: int
    reads: frozenset[str]


@cache
def read_shared(notebook: Path) -> Shared | None:
    """Read which cells of a notebook are shared, and which parameters they may read.

    Known without running them: a parameter counts as read if its name stands there in the
    notebook's scope, whatever is done with it, or in a text (``query("code == @territory")``).

    Returns
    -------
    Shared or None
        None of a notebook without such cells.

    Raises
    ------
    ParameterError
        They cannot be shared, or what they read cannot be known; all faults in one message.
    """
    cells = [(i, cell) for i, cell in enumerate(read_cells(notebook)) if _runs(cell)]
    end = max((i for i, cell in cells if TAG in _tags(cell)), default=-1) + 1
    if not end:
        return None
    declaring = next((i for i, cell in cells if "parameters" in _tags(cell)), end)
    faults, mentioned = [], set()
    for i, cell in cells:
        if i >= end or i == declaring:
            continue
        source = "".join(cell["source"])
        if (TAG in _tags(cell)) != (i > declaring):
            faults.append(_fault("order", i, source))
        try:
            names = set(_mentioned(source))
        except SyntaxError as error:
            faults.append(_fault("python", i, source, reason=error.msg))
            continue
        if any_of_them := sorted(names & _READ_ANY):
            faults.append(_fault("any", i, source, names=", ".join(any_of_them)))
        mentioned |= names
    if faults:
        say = interface_language()
        raise ParameterError("\n".join([say("error.shared", notebook=notebook.name), *faults]))
    return Shared(end, frozenset(mentioned & read_parameters(notebook).keys()))


def family_of(job: Job) -> str | None:
    """Return what a job and all that can go on from the same state have in common.

    None of a job that shares no cell, by its notebook or by a fault of it.
    """
    try:
        shared = read_shared(job.notebook)
    except ToolkitError:  # a plan refuses it; here it is run alone, as by an ordinary kernel
        return None
    if shared is None:
        return None
    values = {name: job.parameters[name] for name in sorted(shared.reads & job.parameters.keys())}
    # Without any parameter papermill adds no cell, and the numbers of all others differ.
    injected = bool(job.parameters)
    limits = job.deadline, job.memory, job.folder
    return json.dumps([str(job.notebook), injected, values, *limits], default=repr)


def _tags(cell: dict) -> list[str]:
    return cell["metadata"].get("tags", [])


def _runs(cell: dict) -> bool:
    """Tell whether nbclient executes a cell."""
    return cell["cell_type"] == "code" and "skip-execution" not in _tags(cell)


def _mentioned(source: str) -> Iterator[str]:
    """Yield the names of the notebook's scope that a cell uses or sets, and the words it quotes."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=str(text)):
                yield from _WORD.findall(text)
            case ast.ImportFrom(names=names):
                yield from (alias.name for alias in names)
    yield from _names(symtable.symtable(source, "cell", "exec"))


def _names(scope: symtable.SymbolTable) -> Iterator[str]:
    """Yield the names that a scope and those within it take from the notebook's."""
    own = scope.get_type() != "function"  # a class too: what it sets it may have read before
    yield from (symbol.get_name() for symbol in scope.get_symbols() if own or symbol.is_global())
    for inner in scope.get_children():
        yield from _names(inner)


def _fault(kind: str, index: int, source: str, **seen: str) -> str:
    line = source.strip().partition("\n")[0]
    return interface_language()(f"error.shared.{kind}", cell=index + 1, line=line, **seen)
