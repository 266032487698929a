"""Every import inside the toolkit is one that ARCHITECTURE.md allows."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLKIT = ROOT / "toolkit"


def allowed_imports() -> dict[str, set[str]]:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text.split("| package | may import |")[1].split("\n\n")[0]
    rows = [line.split("|")[1:3] for line in table.splitlines() if line.startswith("| ")]
    return {name.strip(" `"): set(re.findall(r"`([\w.]+)`", allowed)) for name, allowed in rows}


def imported_modules(code: str) -> set[str]:
    """Return the toolkit modules a piece of code imports: "records.territories", "cli"..."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports inside the toolkit are absolute"
            names.add(node.module)
    return {name.removeprefix("toolkit.") for name in names if name.split(".")[0] == "toolkit"}


def is_allowed(module: str, package: str, allowed: set[str]) -> bool:
    own = module == package or module.startswith(package + ".")
    return own or any(module == name or module.startswith(name + ".") for name in allowed)


def modules() -> list[Path]:
    return sorted(p for p in TOOLKIT.rglob("*.py") if p.name != "__init__.py")


def package_of(path: Path) -> str:
    return path.relative_to(TOOLKIT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(TOOLKIT).as_posix())
def test_imports_follow_the_table(path):
    package = package_of(path)
    table = allowed_imports()
    assert package in table, f"ARCHITECTURE.md has no line for {package}"
    imports = imported_modules(path.read_text(encoding="utf-8"))
    forbidden = {m for m in imports if not is_allowed(m, package, table[package])}
    assert forbidden == set()


def test_the_table_has_no_circle():
    table = {
        name: {a.split(".")[0] for a in allowed} for name, allowed in allowed_imports().items()
    }
    table.pop("notebooks")
    done: set[str] = set()
    while ready := {name for name, needs in table.items() if needs <= done} - done:
        done |= ready
    assert done == set(table)


def test_no_module_imports_in_a_circle():
    needs = {}
    for path in modules():
        name = path.relative_to(TOOLKIT).with_suffix("").as_posix().replace("/", ".")
        needs[name] = imported_modules(path.read_text(encoding="utf-8"))
    done: set[str] = set()
    while ready := {n for n, imports in needs.items() if imports & needs.keys() <= done} - done:
        done |= ready
    assert set(needs) - done == set()


def test_the_check_sees_a_forbidden_import():
    code = "from toolkit.display.blocks import Table\nimport toolkit.runs.batch\n"
    assert imported_modules(code) == {"display.blocks", "runs.batch"}
    allowed = allowed_imports()["records"]
    assert not is_allowed("display.blocks", "records", allowed)
    assert is_allowed("i18n", "records", allowed)


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_notebooks_use_the_face_only_and_hold_no_function(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    assert imported_modules(code) == {"toolkit"}
    assert not [
        n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.FunctionDef | ast.ClassDef)
    ]
    assert all(c.get("outputs", []) == [] and not c.get("execution_count") for c in cells)


def test_every_module_of_the_toolkit_has_its_place_on_the_page():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    house = text.split("## The house")[1].split("## Who may import whom")[0]
    build_script = "build"
    missing = [p for p in modules() if f"`{p.stem}" not in house and f"/{p.stem}.py`" not in house]
    assert [p.name for p in missing if p.stem != build_script] == []
