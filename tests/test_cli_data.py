"""`futurs data` as a person types it, on a register of its own with tiny files."""

import hashlib
import os
import subprocess
import sys

import pytest

# The group as it hangs on `futurs`.
COMMAND = (
    "from toolkit.cli import main\nfrom toolkit.cli.data import data\n"
    "main.add_command(data)\nmain(prog_name='futurs')"
)
FILES = {"one": b"first file", "two": b"second file, a little longer"}


def entry(name: str, access: str, **keys: object) -> str:
    lines = {
        "id": name,
        "publisher": "us",
        "title": name,
        "title_en": name,
        "url": "http://127.0.0.1:9/" + name,  # nobody listens
        "licence": "Licence of " + name,
        "attribution": "us",
        "attribution_en": "us",
        "access": access,
        **keys,
    }
    text = "\n".join(f"{key} = {value!r}" for key, value in lines.items())
    return f"[[source]]\n{text}\npersonal_data = false\n"


@pytest.fixture
def futurs(tmp_path):
    """Run `futurs data` in a process of its own, on the register, a mirror and an empty cache."""
    folder, mirror = tmp_path / "data", tmp_path / "mirror"
    folder.mkdir()
    (mirror / "folder").mkdir(parents=True)
    entries = [entry("embedded", "package", sha256="0" * 64), entry("online", "live", client="it")]
    for name, content in FILES.items():
        (mirror / "folder" / name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        keys = {"path": f"folder/{name}", "sha256": digest, "bytes": len(content)}
        entries.append(entry(name, "pull", **keys))
    (folder / "sources.toml").write_text("\n".join(entries), encoding="utf-8")
    settings = os.environ | {
        "FUTURS_LANG": "en",
        "FUTURS_DATA": str(folder),
        "FUTURS_CACHE": str(tmp_path / "cache"),
        "FUTURS_DATA_MIRROR": str(mirror),
        "COLUMNS": "100",
        "no_proxy": "127.0.0.1",
    }

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", COMMAND, "data", *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=settings | {"PYTHONUTF8": "1"} | environment,
            check=False,
        )

    return run


@pytest.mark.parametrize("command", [[], ["list"], ["pull"], ["status"]])
def test_every_help_has_examples_in_both_languages(futurs, command):
    english, french = (futurs(*command, "--help", FUTURS_LANG=lang) for lang in ("en", "fr"))
    assert english.returncode == french.returncode == 0
    assert "Example" in english.stdout
    assert "Exemple" in french.stdout
    assert "\n    futurs data" in english.stdout


def test_list_is_a_table_of_every_source(futurs):
    lines = futurs("list").stdout.splitlines()
    assert lines[0].split() == ["Source", "Access", "State", "Size", "Licence"]
    assert [line.split()[0] for line in lines[1:]] == ["embedded", "online", "one", "two"]
    assert lines[3].split() == ["one", "pulled", "absent", "0.0", "MB", "Licence", "of", "one"]
    assert len({line.index("Licence of") for line in lines[1:]}) == 1


def test_pull_all_then_status_is_well(futurs, tmp_path):
    before = futurs("status")
    assert before.returncode == 1
    assert before.stdout.count("absent") == 2
    pulled = futurs("pull", "--all")
    assert pulled.returncode == 0, pulled.stderr
    paths = [tmp_path / "cache" / "folder" / name for name in FILES]
    assert pulled.stdout.split() == [str(path) for path in paths]
    assert [path.read_bytes() for path in paths] == list(FILES.values())
    after = futurs("status")
    assert after.returncode == 0
    assert after.stdout.count("present and intact") == 2


def test_pull_takes_the_named_ones_only(futurs, tmp_path):
    assert futurs("pull", "two").returncode == 0
    assert [p.name for p in (tmp_path / "cache" / "folder").iterdir()] == ["two"]
    assert futurs("status").returncode == 1


def test_status_sees_a_file_that_was_changed(futurs, tmp_path):
    futurs("pull", "--all")
    (tmp_path / "cache" / "folder" / "one").write_bytes(b"changed")
    status = futurs("status")
    assert status.returncode == 1
    assert "damaged" in status.stdout


def test_a_failure_stops_nothing_and_is_told(futurs, tmp_path):
    (tmp_path / "mirror" / "folder" / "one").write_bytes(b"other bytes")
    run = futurs("pull", "--all")
    assert run.returncode == 1
    assert run.stdout.split() == [str(tmp_path / "cache" / "folder" / "two")]
    seen, expected = (hashlib.sha256(c).hexdigest() for c in (b"other bytes", FILES["one"]))
    assert f"folder/one has sha256 {seen} instead of {expected}" in run.stderr
    assert "Traceback" not in run.stderr


def test_without_a_network_the_mirror_is_the_remedy(futurs):
    run = futurs("pull", "one", FUTURS_DATA_MIRROR="")
    assert run.returncode == 1
    assert "give in FUTURS_DATA_MIRROR a folder that holds folder/one" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Name some sources, or ask for --all. There are: one, two."),
        (["--all", "one"], "Name some sources, or ask for --all"),
        (["onne"], "'onne' is not a source that is pulled; there are: one, two."),
        (["online"], "'online' is not a source that is pulled"),
    ],
)
def test_a_wrong_request_is_a_usage_error(futurs, arguments, message):
    run = futurs("pull", *arguments)
    assert run.returncode == 2
    assert message in " ".join(run.stderr.split())


def test_help_imports_nothing_heavy(futurs):
    code = (
        "import sys; import toolkit.cli.data\n"
        "print({'pandas', 'numpy', 'pooch', 'requests', 'tqdm'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
