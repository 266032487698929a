"""What the tests of batches make of an executed notebook, by a name that processes import."""

from toolkit.errors import ToolkitError
from toolkit.runs.manifest import Rendered


def render(notebook, manifest, root):
    shown = (output for cell in notebook.cells for output in cell.get("outputs", []))
    html = next(o.data["text/html"] for o in shown if "text/html" in o.get("data", {}))
    if "<h1>8</h1>" in html:
        raise ToolkitError("8 cannot be rendered")
    page = f"{html}{root}{manifest['parameters'].get('lang', 'en')}"
    extra = {"report.pdf": b"%PDF"} if "pdf" in manifest["formats"] else {}
    facts = {"title": f"Number {manifest['parameters']['n']}"}
    return Rendered({"index.html": page.encode(), **extra}, facts)


def broken(notebook, manifest, root):
    raise KeyError("unforeseen")
