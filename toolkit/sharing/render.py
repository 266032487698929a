"""An executed notebook to one HTML page: self-contained, accessible, without code."""

import base64
import re
from functools import cache
from pathlib import Path

import nbformat

from toolkit.errors import ToolkitError
from toolkit.i18n import interface_language, language

TEMPLATES = Path(__file__).parent / "templates"
FONTS = Path(__file__).parents[1] / "display" / "fonts"
_H1 = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)


def render_page(notebook: nbformat.NotebookNode, manifest: dict, root: str) -> str:
    """Render the outputs of an executed notebook as a page in its own language.

    Parameters
    ----------
    notebook : NotebookNode
        Executed; its first block is a `Heading` of level 1, which becomes the page's title.
    manifest : dict
        As `toolkit.runs.manifest.describe_run` gives it; its ``lang`` parameter is the language.
    root : str
        Relative way from the page to the folder of all reports ("../../").

    Returns
    -------
    str
        HTML that makes no network request: style, fonts and figures are inside.

    Raises
    ------
    ToolkitError
        The notebook shows no title.
    """
    lang = language(manifest["parameters"]["lang"])
    body = _blocks(notebook)
    title = _H1.search(body)
    if title is None:
        raise ToolkitError(interface_language()("error.no_title", notebook=manifest["notebook"]))
    others = [language(code) for code in manifest.get("languages", []) if code != lang.code]
    return page_template("report.html").render(
        lang=lang,
        others=others,
        title=title[1],
        body=body,
        manifest=manifest,
        home=root + index_name(lang.code),
        style=page_style(),
    )


def index_name(code: str) -> str:
    """Return the file name of the index in a language; French is the one that opens first."""
    return "index.html" if code == "fr" else f"index.{code}.html"


def page_template(name: str):
    """Return a Jinja template of this folder; what it is given is escaped unless marked safe."""
    return _templates().get_template(name)


@cache
def page_style() -> str:
    """Return the style of every page, fonts inside."""
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    for weight in ("Regular", "Bold"):
        font = base64.b64encode((FONTS / f"FutursSans-{weight}.woff2").read_bytes()).decode()
        style = style.replace(
            f"url(FutursSans-{weight}.woff2)", f"url(data:font/woff2;base64,{font})"
        )
    return style


def _blocks(notebook: nbformat.NotebookNode) -> str:
    """Gather what a reader sees: the HTML of the displayed blocks, in order.

    Code and markdown cells are for those who open the notebook itself.
    """
    return "\n".join(
        output.data["text/html"]
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "text/html" in output.get("data", {})
    )


@cache
def _templates():
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
