"""A notebook's parameters, read from its `parameters` cell and checked before a kernel starts."""

import ast
import io
import json
import tokenize
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

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
    declared = [c for c in read_cells(notebook) if "parameters" in c["metadata"].get("tags", [])]
    if not declared:
        return {}
    source = "".join(declared[0]["source"])
    helps = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                helps[token.start[0]] = token.string.strip("# ")
        statements = ast.parse(source).body
    except (SyntaxError, tokenize.TokenError) as error:
        raise _unreadable(notebook, error) from error
    found = {}
    for line in statements:
        match line:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=kind, value=value):
                kind = ast.unparse(kind)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                kind = "None"
            case _:
                continue
        default = ast.get_source_segment(source, value) if value else "None"
        found[name] = Parameter(name, kind, default, helps.get(line.end_lineno, ""))
    return found


def read_cells(notebook: Path) -> list[dict]:
    """Read the cells of a notebook as they are stored, without the time that checks take.

    Raises
    ------
    ParameterError
        There is no such file, or it is not a notebook of version 4.
    """
    try:
        cells = _read(notebook)["cells"]
        for cell in cells:
            "".join(cell["source"]), cell["cell_type"], cell["metadata"].get("tags", [])
    except (KeyError, TypeError, AttributeError) as error:
        raise _unreadable(notebook, error) from error
    return cells


def check_language(notebook: Path) -> None:
    """Raise `ParameterError` if a notebook does not say that it is written in Python.

    JupyterLab writes it when a kernel was chosen; papermill asks for it, once it has started.
    """
    say = interface_language()
    try:
        metadata = _read(notebook)["metadata"]
        known = [metadata.get("language_info", {}).get("name")]
        known += [metadata.get("kernelspec", {}).get("language")]
    except (KeyError, TypeError, AttributeError) as error:
        raise _unreadable(notebook, error) from error
    language = next((name for name in known if name), None)
    if language is None:
        raise _unreadable(notebook, say("error.no_language"))
    if language != "python":
        raise _unreadable(notebook, say("error.other_language", language=language))


def _read(notebook: Path) -> dict:
    if not notebook.is_file():
        raise ParameterError(interface_language()("error.no_notebook", path=notebook))
    try:
        return json.loads(notebook.read_text(encoding="utf-8"))
    except ValueError as error:
        raise _unreadable(notebook, error) from error


def _unreadable(notebook: Path, error: Exception | str) -> ParameterError:
    say = interface_language()
    return ParameterError(say("error.bad_notebook", path=notebook, reason=error))


def read_executed(notebook: Path) -> tuple[dict, dict[str, object]]:
    """Return an executed notebook and the parameters it ran with.

    They are those papermill kept, or what its `parameters` cell says where a person ran it.
    """
    import nbformat

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
