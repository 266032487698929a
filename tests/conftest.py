"""What several tests share."""

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

# Two threads that wait for each other take longer than one on the small problems of tests; read by
# numpy when it is first imported, and by every kernel started from here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def speak_english(monkeypatch):
    """Errors and help speak the reader's language; tests read them in English."""
    monkeypatch.setenv("FUTURS_LANG", "en")


@pytest.fixture(scope="session")
def mirror():
    """The folder of the files that are pulled; without one, the tests on real data cannot run."""
    folder = Path(os.environ.get("FUTURS_DATA_MIRROR") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("no mirror of the pulled files: give its folder in FUTURS_DATA_MIRROR")
    return folder


@pytest.fixture(scope="session")
def demonstration():
    """Give a demonstration study by its name, run once for all tests."""
    from toolkit.study.analyse import run_study

    return cache(run_study)


@pytest.fixture(scope="session")
def put_report():
    """Give what leaves a report in a folder as a batch does, without running a notebook."""

    def put(folder: Path, *, formats=("html",), **facts) -> None:
        names = {"html": "index.html", "code": "code.html", "pdf": "report.pdf"}
        given = {
            "title": "How many?", "subject": "", "status": "descriptive", "as_of": "2026-03-09",
            "lang": folder.name, "simulated": False, "grade": "", "project": "",
            "territories": [], "verdict": "",
        }  # fmt: skip
        study = facts.pop("study", None)
        parameters = {"lang": folder.name} | ({"study": study} if study else {})
        files = {names[kind]: "a" * 64 for kind in formats}
        record = {"key": "k", "files": files, "facts": given | facts, "parameters": parameters}
        folder.mkdir(parents=True)
        for name in files:
            (folder / name).write_text("page")
        (folder / "manifest.json").write_text(json.dumps(record))

    return put


@pytest.fixture(scope="session")
def docs_site(tmp_path_factory, worker_id):
    """Make the documentation's site as `make docs` does, once for all workers; give its folder."""
    from filelock import FileLock

    shared = tmp_path_factory.getbasetemp()
    site = (shared if worker_id == "master" else shared.parent) / "docs"
    command = ["sphinx.cmd.build", "--quiet", "--fail-on-warning", "--keep-going", "docs"]
    with FileLock(f"{site}.lock"):
        if not (site / "warnings.txt").exists():
            run = subprocess.run(
                [sys.executable, "-m", *command, str(site), "-d", f"{site}-trees"],
                cwd=ROOT, capture_output=True, text=True, check=False,
            )  # fmt: skip
            site.mkdir(exist_ok=True)
            (site / "warnings.txt").write_text(f"{run.stdout}{run.stderr}" * (run.returncode != 0))
    return site


@pytest.fixture(scope="session")
def chromium():
    """Open pages in a real Chromium; without one, skip, or fail where CI=true."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    found = next((path for path in map(shutil.which, names) if path), None)
    with sync_playwright() as playwright:
        if found is None and Path(playwright.chromium.executable_path).exists():
            found = playwright.chromium.executable_path
        if found is None:
            message = "no Chromium or Chrome found: install one (apt install chromium)"
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
        arguments = (
            "--no-sandbox --disable-gpu --disable-quic --no-first-run "
            "--disable-background-networking --disable-component-update --disable-sync"
        )
        browser = playwright.chromium.launch(executable_path=found, args=arguments.split())
        yield browser
        browser.close()
