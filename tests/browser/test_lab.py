"""JupyterLab as `make lab` opens it, in a real Chromium: the form, the report, and no network."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
PATIENCE = 90_000  # ms; a first kernel on a busy machine takes its time


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab at a copy of the notebooks, and the folder it is in."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "territory_report.ipynb", folder / "notebooks")
    own = {
        f"JUPYTER_{name}_DIR": str(folder / f".{name.lower()}")
        for name in ("CONFIG", "DATA", "RUNTIME")
    }
    own["JUPYTERLAB_SETTINGS_DIR"] = str(folder / ".settings")
    chosen = folder / ".settings" / "@jupyterlab" / "translation-extension"
    chosen.mkdir(parents=True)
    (chosen / "plugin.jupyterlab-settings").write_text('{"locale": "fr_FR"}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = Path(sys.executable).parent / "jupyter"
    options = ["--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token="]
    settings = {"JUPYTER_CONFIG_PATH": str(ROOT / "jupyter"), "FUTURS_LANG": "fr", **own}
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [command, "lab", *options],
            cwd=folder,
            env=os.environ | settings,
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/api", folder / "log")
        yield address, folder
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(url: str, log: Path) -> None:
    for _ in range(600):
        try:
            urlopen(url).close()
        except URLError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(log.read_text())


def _wait_for_kernel(page, address: str) -> None:
    """Wait until the page is connected to an idle kernel: what comes before is dropped."""
    for _ in range(PATIENCE // 200):
        answer = page.request.get(f"{address}/api/kernels")
        kernels = answer.json() if answer.ok else []  # one may be starting
        if [(k["connections"], k["execution_state"]) for k in kernels] == [(1, "idle")]:
            return
        page.wait_for_timeout(200)
    pytest.fail("no kernel is ready")


def test_the_form_finds_a_territory_runs_the_notebook_and_makes_its_report(lab, chromium, axe):
    address, folder = lab
    context = chromium.new_context(viewport={"width": 1300, "height": 1400}, locale="fr-FR")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/lab/tree/notebooks/territory_report.ipynb")

    # The interface is French.
    page.get_by_role("menuitem", name="Fichier").wait_for()
    # The cell of the form is run as a person does; that of the parameters is left alone.
    _wait_for_kernel(page, address)
    page.get_by_text("ask_parameters()").click()
    page.keyboard.press("Shift+Enter")
    page.get_by_label("Territoire : code ou nom").fill("creuse")
    found = page.get_by_label("Territoires trouvés")
    found.get_by_text("Creuse (COM-80225)").wait_for(state="attached")
    assert found.input_value() == "Creuse (DEP-23)"
    page.get_by_label("Combien de territoires semblables").fill("3")
    page.get_by_label("Combien de territoires semblables").press("Tab")

    page.evaluate(axe)
    judged = page.evaluate("axe.run('.futurs-form')")
    passed = {rule["id"] for rule in judged["passes"]}
    assert {"button-name", "color-contrast", "label", "select-name"} <= passed
    assert [rule["id"] for rule in judged["violations"]] == []

    page.get_by_role("button", name="Exécuter ici").click()
    form = page.locator(".futurs-form")
    form.get_by_role("heading", name="Creuse : combien d’habitants").wait_for()
    form.get_by_text("Fait avec ces valeurs").wait_for()
    assert form.locator("img").count() == 3  # population, map, the series of the project here

    page.get_by_role("button", name="Faire le rapport").click()
    page.get_by_role("link", name="Ouvrir la page").click()
    report = page.frame_locator("iframe[sandbox]")
    report.get_by_role("heading", level=1, name="Creuse : combien d’habitants").wait_for()
    made = folder / "reports" / "territory_report" / "DEP" / "23"
    assert (made / "fr" / "index.html").is_file()
    assert (made / "en" / "index.html").is_file()
    assert (folder / "reports" / "index.html").is_file()
    assert '"similar": 3' in (made / "fr" / "manifest.json").read_text()

    assert page.get_by_text("Jupyter news").count() == 0
    local = (address, address.replace("http", "ws"), "data:", "blob:")
    assert [url for url in asked if not url.startswith(local)] == []
    context.close()
