"""A form for the parameters of the open notebook: run it here, or make its report.

The form is shown by a cell that a batch skips: an executed notebook holds nothing of it.
"""

import os
from collections.abc import Iterator
from html import escape
from pathlib import Path

import ipywidgets as widgets
from IPython import get_ipython
from IPython.display import display

from toolkit.errors import ParameterError, ToolkitError
from toolkit.i18n import Language, interface_language
from toolkit.lab.fields import fields_of
from toolkit.runs.batch import Result, run_batch
from toolkit.runs.manifest import FILES, SKIPPED
from toolkit.runs.parameters import check_parameters, read_cells, read_parameters
from toolkit.runs.plan import plan_batch

# A label may be a sentence: it stands above its field and takes the lines it needs.
_STYLE = """<style>
.futurs-form{max-width:46rem}
.futurs-form .widget-inline-hbox{flex-wrap:wrap;height:auto;width:100%;margin-bottom:6px}
.futurs-form .widget-inline-hbox>.widget-label{width:100%!important;text-align:left;
white-space:normal;height:auto;line-height:1.4}
.futurs-form input:focus-visible,.futurs-form select:focus-visible,
.futurs-form button:focus-visible{outline:3px solid #0a76f6;outline-offset:1px}
.futurs-form select{min-height:28px}
.futurs-form .widget-inline-hbox.widget-checkbox{width:auto;flex-shrink:0}
.futurs-form .widget-inline-hbox>:not(.widget-label,.widget-label-basic){max-width:calc(100% - 6px)}
</style>"""
_AXES = {"territory": "territories", "project": "projects", "study": "studies"}


def ask_parameters(
    notebook: str | Path | None = None, *, output: str | Path = "../reports"
) -> None:
    """Show a form for the parameters of a notebook, made from its `parameters` cell.

    One button runs the cells below the parameters with the values chosen and shows here what they
    show; another makes the report as ``futurs`` does, and links it. Either way the notebook's own
    variables take the values. The form speaks the language of the person (FUTURS_LANG).

    Parameters
    ----------
    notebook : path, optional
        As it was last saved; by default the one that is open in JupyterLab.
    output : path
        Folder of the reports, from the notebook's own folder.

    Raises
    ------
    ParameterError
        No notebook is given and none is open, or it cannot be read.

    Examples
    --------
    In a cell tagged ``skip-execution``, so that no batch runs it, as in
    ``notebooks/territory_report.ipynb``::

        from toolkit import ask_parameters

        ask_parameters()
    """
    path = Path(notebook or _open_notebook())
    display(_Form(path, Path(output), interface_language()).widget)


def _open_notebook() -> str:
    """Return the notebook whose kernel this is, as Jupyter names it to the kernel."""
    name = os.environ.get("JPY_SESSION_NAME", "")
    if not name:
        raise ParameterError(interface_language()("lab.no_notebook"))
    return name


class _Form:
    """The widgets of a form, and what its buttons do."""

    def __init__(self, notebook: Path, output: Path, say: Language):
        self.notebook, self.output, self.say = notebook, output, say
        variables = get_ipython().user_ns
        parameters = read_parameters(notebook)
        # The report speaks the person's language, unless the cell of the parameters was run.
        values = {"lang": say.code}
        values |= {name: variables[name] for name in parameters if name in variables}
        self.fields = fields_of(parameters, values, say)
        self.state = widgets.HTML()
        self.links, self.shown = widgets.Output(), widgets.Output()
        wide = {"layout": widgets.Layout(width="auto")}
        self.pdf = widgets.Checkbox(description=say("lab.pdf"), indent=False)
        self.run = widgets.Button(description=say("lab.run"), button_style="primary", **wide)
        self.make = widgets.Button(description=say("lab.make"), **wide)
        self.run.on_click(lambda _: self._do(self._run_below))
        self.make.on_click(lambda _: self._do(self._make_report))
        self.widget = widgets.VBox(
            [
                widgets.HTML(_STYLE),
                *(field.widget for field in self.fields),
                widgets.HBox([self.run, self.make, self.pdf]),
                self.state,
                self.links,
                self.shown,
            ]
        )
        self.widget.add_class("futurs-form")

    def _do(self, action) -> None:
        """Give the notebook its values, then do what a button says, and say what came of it."""
        self.run.disabled = self.make.disabled = True
        self.shown.outputs = self.links.outputs = ()
        self._tell(self.say("lab.working"))
        try:
            values = {field.name: field.read() for field in self.fields}
            check_parameters(self.notebook, values)
            get_ipython().user_ns.update(values)
            self._tell(action(values))
        except ToolkitError as error:
            self._tell(str(error))
        finally:
            self.run.disabled = self.make.disabled = False

    def _tell(self, text: str) -> None:
        """Say something where a screen reader hears it."""
        lines = "<br>".join(escape(line) for line in text.splitlines())
        self.state.value = f'<div role="status">{lines}</div>'

    def _run_below(self, values: dict[str, object]) -> str:
        shell = get_ipython()
        with self.shown:
            for source in _cells_below(self.notebook):
                if not shell.run_cell(source, store_history=False).success:
                    return self.say("lab.stopped")
        return self.say("lab.done")

    def _make_report(self, values: dict[str, object]) -> str:
        from toolkit.sharing.site import write_index  # a second that a form need not wait for

        chosen = {axis: values.pop(name) for name, axis in _AXES.items() if name in values}
        lang = values.pop("lang", None)
        formats = ("html", "pdf") if self.pdf.value else ("html",)
        reports = plan_batch(
            [self.notebook],
            **{axis: [value] for axis, value in chosen.items()},
            parameters=values,
            formats=formats,
        )
        self.output.mkdir(parents=True, exist_ok=True)
        results = list(run_batch(reports, output=self.output))
        write_index(self.output)
        failed = [result.failure.message for result in results if result.status == "failed"]
        if failed:
            raise ToolkitError("\n".join(failed))
        wanted = [
            result for result in results if result.report.parameters.get("lang", lang) == lang
        ]
        # Set, not displayed: JupyterLab opens such a link, and that of an HTML widget it does not.
        html = {"text/html": self._links(wanted[0])}
        self.links.outputs = ({"output_type": "display_data", "data": html, "metadata": {}},)
        return self.say("lab.made")

    def _links(self, result: Result) -> str:
        folder = result.report.folder(self.output)
        links = [
            f'<li><a href="{escape((folder / FILES[kind]).as_posix())}" target="_blank">'
            f"{escape(self.say(f'lab.open.{kind}'))}</a></li>"
            for kind in result.report.formats
        ]
        return f"<ul>{''.join(links)}</ul>"


def _cells_below(notebook: Path) -> Iterator[str]:
    """Yield the code that follows the parameters, but for the cell of the form."""
    below = False
    for cell in read_cells(notebook):
        tags = cell["metadata"].get("tags", [])
        if below and cell["cell_type"] == "code" and SKIPPED not in tags:
            yield "".join(cell["source"])
        below = below or "parameters" in tags
