"""The state that shared cells leave, reached once in a process of its own, which is then forked.

It is a help and never a judge: where it cannot be reached, or a fork would leave part of it out,
each report runs those cells itself, and says what is wrong as ever.
"""

import asyncio
import os
import sys
from pathlib import Path

from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from toolkit.records.reads import record_to
from toolkit.runs.direct import DirectClient
from toolkit.runs.jobs import Job
from toolkit.runs.manifest import SKIPPED
from toolkit.runs.parameters import read_parameters
from toolkit.runs.prepare import pause, prepare
from toolkit.runs.shared import Shared, read_shared


def reach(job: Job) -> bool:
    """Execute a job's cells up to the last shared one, in the kernel of this process.

    Returns
    -------
    bool
        Whether forks of this process can go on from there: it is then paused (`prepare.pause`).
    """
    os.chdir(job.folder or os.curdir)
    _start_arrow()
    before = _held()
    shared = read_shared(job.notebook)
    notebook = load_notebook_node(str(job.notebook))
    if job.parameters:
        notebook = parameterize_notebook(notebook, job.parameters, kernel_name="python3")
    prepare(None, job.memory)
    record_to(None)
    loop = asyncio.new_event_loop()
    try:
        kept = loop.run_until_complete(_execute(notebook.cells, shared, job))
    finally:
        loop.close()
    pause()
    return kept and _held() == before


async def _execute(cells: list, shared: Shared, job: Job) -> bool:
    """Execute cells without the parameters they do not read; tell whether all can be kept."""
    unread = read_parameters(job.notebook).keys() - shared.reads
    client = DirectClient()
    client.start_channels()
    await client.wait_for_ready()
    for cell in cells[: shared.end + bool(job.parameters)]:
        tags = cell.metadata.get("tags", [])
        # As nbclient chooses.
        if cell.cell_type != "code" or not cell.source.strip() or SKIPPED in tags:
            continue
        injected = "injected-parameters" in tags
        if not await client.keep(cell.source, injected=injected):
            return False
        if injected or "parameters" in tags:
            client.kernel.withhold(unread)
    return len(asyncio.all_tasks()) == 1  # no task of a cell still runs in this loop


def _start_arrow() -> None:
    """Start the threads of pyarrow, which starts them anew in a fork: any other then stands out.

    However it is asked to read Parquet, it does so by threads.
    """
    if "pyarrow" not in sys.modules:
        return
    import pyarrow as pa
    from pyarrow import parquet

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    file = os.memfd_create("parquet")
    path = f"/proc/self/fd/{file}"
    parquet.write_table(pa.table({"a": [1], "b": [2]}), path)
    parquet.read_table(path).to_pandas()
    os.close(file)


def _held() -> tuple:
    """Return what a fork would not have: threads, processes, open files; and the folder."""
    process = Path("/proc/self")
    files = {name: _target(process / "fd" / name) for name in os.listdir(process / "fd")}
    threads = os.listdir(process / "task")
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return files, threads, children, os.getcwd()


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
    except OSError:  # that of the listing itself
        return ""
