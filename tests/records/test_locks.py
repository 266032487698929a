"""A lock lets one process in at a time, and leaves nothing, beside the file or elsewhere."""

import subprocess
import sys

COUNT = """
import sys, time
from pathlib import Path
from toolkit.records.locks import locked
path = Path(sys.argv[1])
for _ in range(20):
    with locked(path):
        n = int(path.read_text())
        time.sleep(0.001)
        path.write_text(str(n + 1))
"""


def test_no_count_is_lost_between_processes(tmp_path, monkeypatch):
    path, elsewhere = tmp_path / "data" / "count", tmp_path / "temporary"
    for folder in (path.parent, elsewhere):
        folder.mkdir()
    path.write_text("0")
    monkeypatch.setenv("TMPDIR", str(elsewhere))
    runs = [subprocess.Popen([sys.executable, "-c", COUNT, str(path)]) for _ in range(4)]
    assert [run.wait(timeout=60) for run in runs] == [0] * 4
    assert path.read_text() == "80"
    assert [p.name for p in path.parent.iterdir()] == ["count"]
    assert list(elsewhere.iterdir()) == []
