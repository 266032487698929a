"""The tutorial does what it says: its commands run, its files written, its outputs compared."""

import json
import os
import re
import shlex
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PAGES = {"en": ROOT / "docs" / "tutorial", "fr": ROOT / "docs" / "fr" / "tutorial"}
_FENCE = re.compile(r"^```(\{code-block\} )?(\w+)\n(?::caption: (\S+)\n\n)?(.*?)^```$", re.M | re.S)
_SPACES = re.compile("[\u00a0\u202f]")  # that no line may end on
# Runs commands in one process, as a shell would one after the other, and says what became of each.
_DRIVER = """
import json, sys
from click.testing import CliRunner
from toolkit.cli import main

for line in sys.stdin:
    result = CliRunner().invoke(main, json.loads(line))
    print(json.dumps([result.exit_code, result.output]), flush=True)
"""


class Block(NamedTuple):
    """What stands between two fences: a kind, the file it names or "", and its text."""

    kind: str
    file: str
    text: str


def blocks(lang: str) -> list[Block]:
    page = (PAGES[lang] / "a-project-of-your-own.md").read_text(encoding="utf-8")
    return [Block(kind, file, text) for _, kind, file, text in _FENCE.findall(page)]


def written(lang: str) -> list[Block]:
    """Return what the reader types: commands, and files with what goes into them."""
    return [block for block in blocks(lang) if block.kind != "text"]


def says(expected: str, seen: str) -> None:
    """Assert that lines stand in a text in this order; "…" stands for anything."""
    at, seen = 0, _SPACES.sub(" ", seen)
    for line in _SPACES.sub(" ", expected).splitlines():
        pattern = ".*".join(re.escape(part) for part in line.strip().split("…"))
        found = re.compile(pattern).search(seen, at)
        assert found, f"{line!r} is not in what was seen:\n{seen[at:]}"
        at = found.end()


def words(page: Path) -> str:
    text = re.sub(r"<(style|script|svg)\b.*?</\1>", "", page.read_text("utf-8"), flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", unescape(re.sub(r"<[^>]+>", "", text)))


@pytest.fixture
def folder(tmp_path):
    """A working folder whose data, but for what the tutorial writes, is the repository's."""
    for name in ("projects", "studies"):
        (tmp_path / "data" / name).mkdir(parents=True)
    for path in (ROOT / "data").iterdir():
        if path.name not in {"projects", "studies"}:
            (tmp_path / "data" / path.name).symlink_to(path)
    return tmp_path


@pytest.fixture
def shell(folder, request):
    """Run `futurs` commands in the folder, in a language, one after the other."""
    settings = os.environ | {"FUTURS_DATA": str(folder / "data"), "FUTURS_LANG": request.param}
    with subprocess.Popen(
        [sys.executable, "-c", _DRIVER],
        cwd=folder, env=settings, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip

        def run(arguments: list[str]) -> tuple[int, str]:
            process.stdin.write(json.dumps(arguments) + "\n")
            process.stdin.flush()
            return tuple(json.loads(process.stdout.readline()))

        yield run
        process.stdin.close()


def test_both_languages_have_the_reader_write_the_same():
    assert written("fr") == written("en")
    assert len(written("en")) > 15


def follow(lang: str, folder: Path, shell, *, until: str = "") -> int:
    """Do what the page says, hold what it shows against what comes; return how many commands."""
    output, done = "", 0
    for block in blocks(lang):
        if not block.file and block.kind == "sh":
            if until and until in block.text:
                break
            output = ""
            for line in block.text.splitlines():
                if line.startswith(".venv/bin/futurs"):
                    command, _, comment = line.partition("  # ")
                    code, seen = shell(shlex.split(command)[1:])
                    assert code == int("1:" in comment), seen
                    output, done = output + seen, done + 1
        elif not block.file:
            says(block.text, output)
        elif block.kind == "text":
            said = words(folder / block.file)
            for line in block.text.splitlines():
                says(line, said)
        else:
            (folder / block.file).write_text(block.text, encoding="utf-8")
    return done


@pytest.mark.parametrize("shell", ["en"], indirect=True)
def test_the_tutorial_from_an_empty_folder_to_the_observatory(folder, shell):
    assert follow("en", folder, shell) == 14
    # The pages that the French tutorial quotes are made by the same commands.
    for block in blocks("fr"):
        if block.kind == "text" and block.file:
            for line in block.text.splitlines():
                says(line, words(folder / block.file))


@pytest.mark.parametrize("shell", ["fr"], indirect=True)
def test_the_french_tutorial_up_to_the_run(folder, shell):
    assert follow("fr", folder, shell, until="futurs study run") == 11
