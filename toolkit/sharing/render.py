"""An executed notebook to its files: one self-contained page, with or without code, and a PDF."""

import base64
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, partial
from pathlib import Path

from toolkit.display.block_record import Block
from toolkit.display.blocks import Heading, Paragraph, on_the_web
from toolkit.i18n import Language, language
from toolkit.runs.manifest import FILES, Rendered
from toolkit.sharing.acronyms import explain_acronyms
from toolkit.sharing.code import highlight
from toolkit.sharing.document import Code, Document, read_document
from toolkit.sharing.provenance import list_inputs, rerun_command

TEMPLATES = Path(__file__).parent / "templates"
FONTS = Path(__file__).parents[1] / "display" / "fonts"
# Identifiers the page's own template uses.
_TAKEN = ("main", "how-made")


def render_report(
    notebook,
    manifest: dict,
    root: str | None = None,
    *,
    names: Mapping[str, str] = FILES,
) -> Rendered:
    """Render the blocks of an executed notebook in every format its manifest asks for.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Executed; it shows one `Masthead` and one `Heading` of level 1, the page's title.
    manifest : dict
        As `toolkit.runs.manifest.describe_run` gives it, with formats (of "html", "code",
        "pdf" and "executed") and languages (in which the same report lies beside this one).
    root : str, optional
        Relative way from the page to the folder of all reports ("../../"), if there is one.
    names : mapping
        File name of each format.

    Returns
    -------
    Rendered
        No page makes a network request: style, fonts and figures are inside.

    Raises
    ------
    ToolkitError
        The notebook was not executed, or its blocks do not make a document.
    """
    document = read_document(notebook, name=manifest["notebook"])
    formats = manifest["formats"]
    files = {kind: names[kind] for kind in formats}
    made = {}
    if "executed" in formats:
        import nbformat  # a second of imports, which an index and a page do without

        made[files["executed"]] = nbformat.writes(notebook).encode()
    if "pdf" in formats:
        # typst is loaded only where a PDF is asked for.
        from toolkit.sharing.pdf import render_pdf

        made[files["pdf"]] = render_pdf(document, manifest)
    for kind in ("code", "html"):
        if kind in formats:
            page = _render_page(document, manifest, kind, files, root)
            made[files[kind]] = page.encode()
    return Rendered(made, document.facts())


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


def _render_page(
    document: Document, manifest: dict, kind: str, files: dict[str, str], root: str | None
) -> str:
    lang = document.masthead.lang
    shown = document.blocks()
    parts = [
        *(document.parts if kind == "code" else shown),
        *explain_acronyms(shown, lang),
    ]
    anchors = _anchors(part for part in parts if isinstance(part, Heading))
    first_section = next(
        (i for i, part in enumerate(parts) if isinstance(part, Heading)), len(parts)
    )
    follow = partial(_follow, root=root, lang=lang)
    written = [_write(part, anchors, lang, follow) for part in parts]
    project = document.masthead.project
    others = [language(code) for code in manifest.get("languages", []) if code != lang.code]
    return page_template("report.html").render(
        lang=lang,
        others=others,
        masthead=document.masthead,
        title=document.title,
        answer="\n".join(written[:first_section]),
        body="\n".join(written[first_section:]),
        sections=[(part.text, anchors[id(part)]) for part in parts if _is_section(part)],
        manifest=manifest,
        inputs=list_inputs(manifest, lang),
        again=rerun_command(manifest),
        kind=kind,
        files=files,
        project_page=follow(f"projects/{project}/") if project else "",
        home=None if root is None else root + index_name(lang.code),
        style=page_style(),
    )


def _is_section(part: Block | Code) -> bool:
    return isinstance(part, Heading) and part.level == 2


def _follow(address: str, *, root: str | None, lang: Language) -> str:
    """Return an address as this page reaches it, or nothing where it has no way to the site."""
    if address in ("", on_the_web(address)) or root is None:
        return on_the_web(address)
    return root + address + index_name(lang.code)


def _write(part: Block | Code, anchors: dict[int, str], lang: Language, follow) -> str:
    match part:
        case Heading():
            return part.html(anchors[id(part)])
        case Paragraph():
            return part.html(follow)
        case Code():
            return page_template("code.html").render(
                cell=part, source=highlight(part.source), lang=lang
            )
    return part.html()


def _anchors(headings: Iterable[Heading]) -> dict[int, str]:
    """Return the address of each heading within the page: its words, numbered where they recur."""
    taken, anchors = set(_TAKEN), {}
    for heading in headings:
        plain = unicodedata.normalize("NFKD", heading.text).encode("ascii", "ignore").decode()
        words = "-".join(re.findall(r"[a-z0-9]+", plain.lower())) or "section"
        anchor, number = words, 1
        while anchor in taken:
            number += 1
            anchor = f"{words}-{number}"
        taken.add(anchor)
        anchors[id(heading)] = anchor
    return anchors


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
