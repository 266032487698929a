"""The README's commands exist and its links lead somewhere; so do those of the other pages."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "data").rglob("*.md"), ROOT / "reports" / "README.md"])
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
FUTURS = str(Path(sys.executable).parent / "futurs")


def commands(program: str) -> list[str]:
    """Return the commands of the README's code blocks that call a program."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return sorted({line for line in lines if line.startswith(program)})


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_to_files_that_exist(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    missing = [
        link
        for link in links
        if not link.startswith(("http://", "https://")) and not (page.parent / link).exists()
    ]
    assert missing == []


def test_the_readme_gives_the_two_commands():
    assert {"make study", "make test"} <= set(commands("make"))


@pytest.mark.parametrize("command", commands("make"))
def test_every_make_command_is_a_target(command):
    for target in re.findall(r"make ([a-z]+)", command):
        assert re.search(rf"^{target}:.*##", MAKEFILE, re.MULTILINE), command


def test_make_help_lists_every_task():
    settings = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    run = subprocess.run(
        ["make", "help"], cwd=ROOT, env=settings, capture_output=True, text=True, check=True
    )
    targets = re.findall(r"^([a-z]+):.*##", MAKEFILE, re.MULTILINE)
    assert [line.split()[1] for line in run.stdout.splitlines()] == targets


@pytest.mark.parametrize("command", commands(".venv/bin/futurs"))
def test_every_futurs_command_is_one(command):
    """Options and commands are checked by asking for help after them."""
    arguments = shlex.split(command)[1:]
    run = subprocess.run(
        [FUTURS, *arguments, "--help"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    options = [a for a in arguments if a.startswith("--")]
    assert all(option in run.stdout for option in options)


def test_ci_calls_the_readme_s_test_command():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert script[-1] == "exec make test"


def test_every_doctest_of_the_readme_holds():
    import doctest

    example = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    parsed = doctest.DocTestParser().get_doctest(example, {}, "README", "README.md", 0)
    runner = doctest.DocTestRunner()
    runner.run(parsed)
    assert runner.tries > 2
    assert runner.failures == 0
