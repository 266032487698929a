"""The cell of the form: in every notebook, and nothing of it in what a batch makes."""

import json
from pathlib import Path

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from toolkit.errors import ParameterError
from toolkit.i18n import language
from toolkit.lab import form
from toolkit.lab.form import ask_parameters
from toolkit.runs.engine import run_notebook
from toolkit.sharing.document import read_document

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
MASTHEAD = """from datetime import date
from toolkit import Heading, Masthead, language, show

say = language("en")
show(Masthead("Creuse", "descriptive", date(2026, 1, 1), say), Heading("How many?", level=1))"""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_asks_in_a_cell_that_a_batch_leaves(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    asking = [cell for cell in cells if "ask_parameters()" in "".join(cell["source"])]
    assert [cell["metadata"]["tags"] for cell in asking] == [["skip-execution", "nbval-skip"]]
    assert "parameters" in cells[cells.index(asking[0]) - 1]["metadata"]["tags"]


def test_a_cell_for_people_only_is_neither_run_nor_shown(tmp_path):
    new = nbformat.v4
    tagged = {"tags": ["skip-execution"]}
    cells = [
        new.new_code_cell("n: int = 1", id="a", metadata={"tags": ["parameters"]}),
        new.new_code_cell("raise RuntimeError", id="b", metadata=tagged),
        new.new_code_cell(MASTHEAD, id="c"),
    ]
    path = tmp_path / "asks.ipynb"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new.new_notebook(cells=cells, metadata=kernel), path)
    executed = run_notebook(path, {"n": 2}, tmp_path / "executed.ipynb")
    left = next(cell for cell in executed.cells if cell.source == "raise RuntimeError")
    assert (left.execution_count, left.outputs) == (None, [])
    document = read_document(executed, name=path.name)
    assert "raise" not in str(document.parts)
    assert "n = 2" in str(document.parts)


def test_outside_jupyterlab_it_asks_for_the_notebook(monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    with pytest.raises(ParameterError, match=r"give its file, ask_parameters\("):
        ask_parameters()


@pytest.mark.parametrize(("run", "asked"), [({}, "en"), ({"lang": "fr"}, "fr")])
def test_the_report_is_asked_for_in_the_person_s_language_unless_a_cell_says_another(
    monkeypatch, tmp_path, run, asked
):
    shell = InteractiveShell()
    shell.user_ns |= run
    monkeypatch.setattr(form, "get_ipython", lambda: shell)
    notebook = next(path for path in NOTEBOOKS if path.stem == "territory_report")
    shown = form._Form(notebook, tmp_path, language("en"))
    assert {field.name: field.widget.value for field in shown.fields if field.name == "lang"} == {
        "lang": asked
    }
