"""A small executed notebook, as papermill leaves one, and its manifest."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import nbformat
import pytest

from toolkit.display.blocks import Callout, Figure, Heading, Masthead, Paragraph, Table
from toolkit.i18n import language
from toolkit.runs.manifest import FILES

FR = language("fr")
HOSTILE = '<script>alert("x")</script> #panic("x") *b* `c` $d$ \\ & "'
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100">'
    b'<rect width="200" height="100" fill="#0b4f8a"/></svg>'
)
TABLE = Table(
    "Habitants", ("Territoire", "2022"), (("Creuse", "115 529"), ("Allier", "s")), lang=FR
)


@pytest.fixture
def manifest():
    return {
        "notebook": "small.ipynb",
        "notebook_sha256": "a" * 64,
        "parameters": {"lang": "fr", "territory": "DEP-23"},
        "data": {"territories/population.parquet": "b" * 64},
        "python": "3.11",
        "packages": {"pandas": "3.0"},
        "languages": ["fr", "en"],
        "formats": ["html"],
        "toolkit": "0.1.0",
        "toolkit_sha256": "c" * 64,
    }


def masthead(**changes) -> Masthead:
    facts = {"subject": "Creuse", "status": "descriptive", "as_of": date(2026, 3, 9), "lang": FR}
    return Masthead(**facts | changes)


def report(*blocks, **changes) -> nbformat.NotebookNode:
    """Return a notebook that shows a masthead, a title, then these blocks."""
    return executed([masthead(**changes), Heading("Combien ?", level=1)], list(blocks))


def everything() -> nbformat.NotebookNode:
    """Return a notebook with each kind of block."""
    return report(
        Paragraph("Tant.", lead=True),
        Callout("finding", "Moins qu’avant.", FR),
        Heading("Évolution"),
        Figure(SVG, "Baisse", "indice", "Source : nous.", "Courbe : en baisse.", FR, TABLE),
        Heading("Détail", level=3),
        TABLE,
        Heading("Évolution"),
        Paragraph(HOSTILE),
    )


def executed(*cells: list) -> nbformat.NotebookNode:
    """Return a notebook whose cells display these blocks, and a last one that prints."""
    new = nbformat.v4
    made = [new.new_markdown_cell("# For those who open the notebook")]
    for number, blocks in enumerate(cells, start=1):
        outputs = [
            new.new_output("display_data", data=block._repr_mimebundle_()) for block in blocks
        ]
        source = f"secret = {number}  # <why>"
        made.append(new.new_code_cell(source, outputs=outputs, execution_count=number))
    printed = new.new_output("stream", name="stderr", text="a warning <b>")
    frame = new.new_output(
        "execute_result", data={"text/html": "<script>", "text/plain": "a frame"}
    )
    made.append(new.new_code_cell("frame", outputs=[printed, frame], execution_count=9))
    return new.new_notebook(cells=made)


@dataclass(frozen=True)
class Signer:
    """An SSH key, and the file of allowed signers that names whose it is."""

    key: Path
    allowed: Path


@pytest.fixture(scope="session")
def signer(tmp_path_factory) -> Signer:
    """Make a key; without ssh-keygen, skip, or fail where CI=true."""
    return new_signer(tmp_path_factory.mktemp("signer"), "Labo")


def new_signer(folder: Path, name: str) -> Signer:
    if shutil.which("ssh-keygen") is None:
        message = "no ssh-keygen found: install one (apt install openssh-client)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    key = folder / "key"
    make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)]
    subprocess.run(make, check=True)
    public = key.with_suffix(".pub").read_text("utf-8")
    (folder / "signers").write_text(f"{name} {public}", encoding="utf-8")
    return Signer(key, folder / "signers")


@pytest.fixture(scope="session")
def shared(tmp_path_factory) -> dict[str, bytes]:
    """Return the files of a bundle: a report in each language made without a run, and a failure."""
    from toolkit.sharing.share import describe, read_files
    from toolkit.sharing.stage import Contents, gather

    folder = tmp_path_factory.mktemp("shared")
    contents = Contents(("demande-unique",), ())
    gather(contents, folder)
    for lang in ("fr", "en"):
        leave_report(folder, lang)
    failed = folder / "reports" / "data_quality" / "demande-unique" / "fr"
    failed.mkdir(parents=True)
    (failed / "failure.txt").write_text(f"Cell 3: ValueError: {HOSTILE}")
    return describe(read_files(folder), contents, ("demande-unique",))


def leave_report(folder, lang: str) -> None:
    """Leave a report in a bundle's folder as a run does, of a notebook that nothing executed."""
    from toolkit.runs.jobs import Job
    from toolkit.runs.manifest import describe_program
    from toolkit.runs.reports import write_report

    notebook = folder / "notebooks" / "impact_evaluation.ipynb"
    parameters = {"study": "demande-unique", "lang": lang}
    program = describe_program(notebook, parameters)
    details = {
        "program": program | {"languages": ["fr", "en"], "formats": list(FILES)},
        "folder": str(folder / "reports" / "impact_evaluation" / "demande-unique" / lang),
        "root": "../../../",
        "render": "toolkit.sharing.render:render_report",
    }
    executed = report(
        Figure(SVG, HOSTILE, "indice", "Source : nous.", "Courbe : en baisse.", FR, TABLE),
        TABLE,
        lang=language(lang),
        simulated=True,
        status="exploratory",
    )
    del executed.cells[-1].outputs[-1].data["text/html"]  # as no notebook of ours leaves one
    write_report(executed, Job(notebook, parameters, folder / "none.ipynb", details=details))
