"""Make a batch of thousands of communes, and see while it runs whether anything grows.

    python benchmarks/communes.py                     # 2,000 reports in French, two workers
    python benchmarks/communes.py --reports 100 --output /tmp/communes

Prints a Markdown table, a row for each 200 reports: memory of all processes together (proportional
set size), of the client and of the preloaded process (resident), their threads and open files, CPU
and disk of a report. Then how the memory of the last 50 reports differs from that of the first 50.
The communes are the largest 50 and others drawn from all the rest with a fixed seed, in an order
drawn with it. Ctrl-C prints what was seen by then.
"""

import argparse
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from statistics import mean

import psutil

from toolkit import load_populations, plan_batch, run_batch

ROOT = Path(__file__).parents[1]
LARGEST, SEED, EDGE = 50, 20261127, 50
_LOOK = 1.0  # seconds between two looks


def main() -> None:
    """Run the batch in a process of its own, and print the table."""
    arguments = _read_arguments()
    if arguments.batch:
        _make(arguments)
        return
    with tempfile.TemporaryDirectory() as folder:
        output = arguments.output or Path(folder)
        command = [sys.executable, __file__, "--batch", "--output", str(output)]
        numbers = ["--reports", str(arguments.reports), "--workers", str(arguments.workers)]
        started = time.perf_counter()
        run = subprocess.Popen([*command, *numbers], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        statuses, looks = [], []
        watch = threading.Thread(target=_watch, args=(run.pid, statuses, looks), daemon=True)
        watch.start()
        with suppress(KeyboardInterrupt):
            for line in run.stdout:
                statuses.append(line.strip())
        with suppress(KeyboardInterrupt):  # a second one, of a terminal that asks all its processes
            run.terminate()
            run.wait()
        seconds = time.perf_counter() - started
        watch.join()
        _print(arguments, output, statuses, looks, seconds)


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--reports", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--window", type=int, default=200)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--batch", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _communes(n: int) -> list[str]:
    """Draw communes: the largest, and others."""
    people = load_populations("COM")
    last = people[people.year == people.year.max()].sort_values("population", ascending=False)
    codes = [f"COM-{code}" for code in last.code]
    draw = random.Random(SEED)
    drawn = codes[:LARGEST] + draw.sample(sorted(codes[LARGEST:]), max(0, n - LARGEST))
    return draw.sample(drawn, n)


def _make(arguments: argparse.Namespace) -> None:
    notebook = ROOT / "notebooks" / "territory_report.ipynb"
    reports = plan_batch([notebook], territories=_communes(arguments.reports), languages=["fr"])
    for result in run_batch(reports, output=arguments.output, workers=arguments.workers):
        print(result.status, flush=True)


def _watch(pid: int, statuses: list[str], looks: list[dict]) -> None:
    """Look at a batch again and again; each look knows how many reports were made by then."""
    client, server = psutil.Process(pid), None
    while client.is_running() and client.status() != psutil.STATUS_ZOMBIE:
        try:
            server = server or next(iter(client.children()), None)
            tree = [client, *client.children(recursive=True)]
            found = {"made": len(statuses), "all": sum(map(_memory, tree))}
            for name, process in (("client", client), ("server", server)):
                if process:
                    resident = process.memory_info().rss / 1e6
                    found[name] = resident, process.num_threads(), process.num_fds()
            if "server" in found:
                looks.append(found)
        except psutil.NoSuchProcess:
            continue
        time.sleep(_LOOK)


def _memory(process: psutil.Process) -> float:
    """Return the megabytes of a process, those it shares counted in part."""
    try:
        return process.memory_full_info().pss / 1e6
    except (psutil.NoSuchProcess, psutil.AccessDenied):  # it has just ended
        return 0.0


def _print(arguments, output: Path, statuses: list[str], looks: list[dict], seconds: float) -> None:
    with closing(sqlite3.connect(output / ".ledger" / "ledger.sqlite")) as ledger:
        rows = list(ledger.execute("SELECT cpu_seconds, address FROM reports ORDER BY rowid"))
    n, window = len(statuses), arguments.window
    print(
        f"{n} reports, {dict(Counter(statuses))}, {arguments.workers} workers, {seconds:.0f} s:\n"
    )
    print(
        "| reports | all, mean MB | at most | client | preloaded | threads | files | CPU, s | kB |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for start in range(0, n, window):
        seen = [look for look in looks if start <= look["made"] < min(n, start + window)]
        entered = rows[start : start + window]
        if not seen or not entered:
            continue
        memory = [look["all"] for look in seen]
        (client, *of_client), (server, *of_server) = seen[-1]["client"], seen[-1]["server"]
        threads, files = (f"{a}, {b}" for a, b in zip(of_client, of_server, strict=True))
        cpu = mean(row[0] for row in entered)
        size = mean(_size(output / row[1]) for row in entered)
        print(
            f"| {start + 1}-{start + len(entered)} | {mean(memory):.0f} | {max(memory):.0f} | "
            f"{client:.0f} | {server:.0f} | {threads} | {files} | {cpu:.2f} | {size / 1000:.0f} |"
        )
    for last in sorted({min(n, 1000), n}):
        first, end = (
            mean(look["all"] for look in looks if start <= look["made"] < start + EDGE)
            for start in (0, max(0, last - EDGE))
        )
        print(
            f"\n{last - EDGE + 1}-{last} against 1-{EDGE}: {end:.0f} and {first:.0f} MB, "
            f"{100 * (end / first - 1):+.1f} %"
        )


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


if __name__ == "__main__":
    main()
