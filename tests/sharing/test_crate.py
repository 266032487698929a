"""The research object of a bundle, judged by roc-validator without a network, and read by us."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

CONTEXT = Path(__file__).parents[1] / "golden" / "ro-crate-1.1-context.json"
# Puts the context of RO-Crate 1.1 into the cache of the validator, as if it had been fetched.
SEED = """
import io, sys
from pathlib import Path
import requests, urllib3
from requests.adapters import BaseAdapter
from requests_cache import CachedSession

class Local(BaseAdapter):
    def send(self, request, **options):
        response = requests.Response()
        response.status_code, response.url, response.request = 200, request.url, request
        response.headers["Content-Type"] = "application/ld+json"
        body = io.BytesIO(Path(sys.argv[1]).read_bytes())
        response.raw = urllib3.HTTPResponse(body=body, headers=response.headers, status=200,
                                            preload_content=False, request_url=request.url)
        return response
    def close(self):
        pass

session = CachedSession(sys.argv[2], backend="sqlite", expire_after=-1)
session.mount("https://", Local())
session.get("https://w3id.org/ro/crate/1.1/context").raise_for_status()
"""


@pytest.fixture(scope="module")
def validate(tmp_path_factory):
    """Give roc-validator's verdict on some files, by the Workflow Run Crate profile, offline."""
    work = tmp_path_factory.mktemp("crate")
    cache = work / "contexts"
    subprocess.run([sys.executable, "-c", SEED, CONTEXT, cache], check=True)

    def verdict(files: dict[str, bytes]) -> dict:
        folder = Path(tmp_path_factory.mktemp("files"))
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        told = folder / "verdict.json"
        program = Path(sys.executable).parent / "rocrate-validator"
        command = [program, "-y", "validate", "--offline"]
        command += ["--cache-path", cache, "--profile-identifier", "workflow-run-crate"]
        command += ["--output-format", "json", "--output-file", told, folder]
        done = subprocess.run(command, capture_output=True, text=True)
        assert told.is_file(), done.stdout + done.stderr
        return json.loads(told.read_text())

    return verdict


def crate(files) -> dict[str, dict]:
    return {e["@id"]: e for e in json.loads(files["ro-crate-metadata.json"])["@graph"]}


def test_roc_validator_accepts_it_offline(shared, validate):
    found = validate(shared)
    assert found["issues"] == []
    assert found["passed"] is True


def test_roc_validator_would_refuse_another(shared, validate):
    broken = json.loads(shared["ro-crate-metadata.json"])
    for entity in broken["@graph"]:
        entity.pop("instrument", None)
    files = shared | {"ro-crate-metadata.json": json.dumps(broken).encode()}
    found = validate(files)
    assert found["passed"] is False
    assert "instrument" in json.dumps(found["issues"])


def test_each_run_is_an_action_with_what_it_had_and_how_it_ended(shared):
    entities = crate(shared)
    action = entities["#run/impact_evaluation/demande-unique/en"]
    assert action["actionStatus"] == "http://schema.org/CompletedActionStatus"
    assert "error" not in action
    objects = {item["@id"] for item in action["object"]}
    assert {
        "#impact_evaluation/study/demande-unique",
        "#impact_evaluation/lang/en",
        "data/studies/demande-unique.toml",
        "data/projects/demande-unique/observations.csv",
        "requirements.lock",
    } <= objects
    results = {item["@id"] for item in action["result"]}
    assert "reports/impact_evaluation/demande-unique/en/executed.ipynb" in results
    named = {entities[item["@id"]]["name"] for item in action["environment"]}
    assert {"python", "numpy", "pandas", "futurs-publics-toolkit"} <= named


def test_a_run_that_failed_says_so_and_why(shared):
    action = crate(shared)["#run/data_quality/demande-unique/fr"]
    assert action["actionStatus"] == "http://schema.org/FailedActionStatus"
    assert action["error"].startswith("Cell 3: ValueError")
    assert crate(shared)[action["instrument"]["@id"]]["name"] == "notebooks/data_quality.ipynb"
