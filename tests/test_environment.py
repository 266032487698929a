"""environment.yml, pyproject.toml and the lock files agree."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {"matplotlib-base": "matplotlib"}


def declared() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    bounds = dict(re.fullmatch(r"([\w-]+)(\S*)", line).groups() for line in requirements)
    return bounds | {"python": project["requires-python"]}


def conda() -> dict[str, str]:
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").split("dependencies:")[1]
    found = re.findall(r"^ +- ([\w-]+)([<>=]\S+)$", lines, re.MULTILINE)
    return {CONDA_NAMES.get(name, name): bounds for name, bounds in found}


def test_conda_users_get_the_same_packages_and_bounds():
    assert conda() == declared()


def test_every_dependency_states_its_reason():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = re.findall(r'^    "[\w-]+[<>=].*$', text, re.MULTILINE)
    assert len(lines) == len(declared()) - 1
    assert [line for line in lines if not re.search(r'",\s+# \w+', line)] == []


def test_the_lock_pins_every_declared_package_with_hashes():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = set(re.findall(r"^([\w.-]+)==", lock, re.MULTILINE))
    assert {name.replace("_", "-") for name in declared()} - {"python"} <= {
        name.replace("_", "-") for name in pinned
    }
    for entry in re.split(r"\n(?=[\w.-]+==)", lock):
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_the_lock_names_no_registry():
    for name in ("requirements.lock", "requirements-uv.lock"):
        assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_setup_uses_the_uv_of_the_lock():
    pins = [
        re.findall(r"^uv==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
        for name in ("requirements.lock", "requirements-uv.lock")
    ]
    assert pins[0] == pins[1]
    assert len(pins[0]) == 1
