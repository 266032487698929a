"""A notebook's parameters, read from its `parameters` cell and checked before a kernel starts."""

import ast
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import nbformat
import papermill

from toolkit.errors import ParameterError
from toolkit.i18n import interface_language

_TYPES = {"str": str, "int": int, "float": (int, float), "bool": bool}


@dataclass(frozen=True)
class Parameter:
    """One line of a parameters cell: ``lang: str = "fr"  # fr or en``."""

    name: str
    type: str
    default: str
    help: str


@cache
def read_parameters(notebook: Path) -> dict[str, Parameter]:
    """Read the declared parameters of a notebook, in their order."""
    if not notebook.is_file():
        raise ParameterError(interface_language()("error.no_notebook", path=notebook))
    try:
        declared = papermill.inspect_notebook(str(notebook))
    except (ValueError, nbformat.ValidationError) as error:
        say = interface_language()
        raise ParameterError(say("error.bad_notebook", path=notebook, reason=error)) from error
    return {
        name: Parameter(name, entry["inferred_type_name"], entry["default"], entry["help"])
        for name, entry in declared.items()
    }


def read_executed(notebook: Path) -> tuple[nbformat.NotebookNode, dict[str, object]]:
    """Return an executed notebook and the parameters it ran with.

    They are those papermill kept, or what its `parameters` cell says where a person ran it.
    """
    declared = {name: _value(p.default) for name, p in read_parameters(notebook).items()}
    executed = nbformat.read(notebook, as_version=4)
    return executed, declared | dict(executed.metadata.get("papermill", {}).get("parameters", {}))


def _value(written: str) -> object:
    try:
        return ast.literal_eval(written)
    except (ValueError, SyntaxError):  # an expression: shown as it is written
        return written


def check_parameters(notebook: Path, parameters: dict[str, object]) -> None:
    """Raise `ParameterError`, naming every fault, if the values do not fit the notebook."""
    say = interface_language()
    declared = read_parameters(notebook)
    faults = []
    for name, value in parameters.items():
        if name not in declared:
            near = get_close_matches(name, declared, n=1) or list(declared) or ["-"]
            faults.append(say("error.unknown_parameter", name=name, near=", ".join(near)))
            continue
        wanted = declared[name].type
        fits = isinstance(value, _TYPES.get(wanted, object))
        if not fits or (isinstance(value, bool) and wanted != "bool"):
            faults.append(say("error.parameter_type", name=name, seen=repr(value), wanted=wanted))
    if faults:
        raise ParameterError("\n".join([say("error.parameters", notebook=notebook.name), *faults]))
