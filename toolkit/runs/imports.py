"""What a notebook imports, imported ahead of it."""

import ast
import contextlib
from pathlib import Path

import nbformat


def import_of(notebook: Path) -> None:
    """Execute the import statements of a notebook's cells, and nothing else of it.

    Those that fail are left to the cell they stand in, whose error says why.
    """
    with contextlib.suppress(OSError, ValueError, nbformat.ValidationError):
        for cell in nbformat.read(notebook, as_version=4).cells:
            if cell.cell_type == "code":
                for statement in _statements(cell.source):
                    with contextlib.suppress(Exception):
                        exec(compile(statement, str(notebook), "exec"), {"__name__": "__main__"})


def _statements(source: str) -> list[ast.Module]:
    try:
        body = ast.parse(source).body
    except SyntaxError:  # magics: what it imports is imported by its own process
        return []
    found = [line for line in body if isinstance(line, ast.Import | ast.ImportFrom)]
    return [ast.Module([line], type_ignores=[]) for line in found]
