"""Run one notebook through papermill: in an ordinary kernel, or in the kernel of this process."""

import logging
import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty

import nbformat
import papermill
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from traitlets import Type
from traitlets.config import Config

from toolkit.errors import ReportError
from toolkit.i18n import interface_language
from toolkit.runs.determinism import ENVIRONMENT, stabilise
from toolkit.runs.jobs import DEADLINE, part_of
from toolkit.runs.manifest import SKIPPED
from toolkit.runs.parameters import check_parameters
from toolkit.runs.prepare import prepare

_LOOK = 1.0  # seconds between two looks for a reply
_LONGEST_REASON = 2000  # characters; the failed notebook has the rest
# Encrypt what passes between papermill and the kernel where both can: other accounts of the
# machine cannot listen, and ipykernel does not warn at each start.
_KERNEL = Config({"KernelManager": {"transport_encryption": "auto"}})
# The kernel's first line, before any cell.
_PREPARE = "__import__('toolkit.runs.prepare').runs.prepare.prepare({reads!r}, {memory!r})"

# papermill says at every run that it executes; the progress bar of a batch says it once.
logging.getLogger("papermill").setLevel(logging.ERROR)


def run_notebook(
    notebook: Path,
    parameters: dict[str, object],
    output: Path,
    *,
    deadline: float = DEADLINE,
    memory: int | None = None,
    reads: Path | None = None,
    direct: Callable[[int], None] | None = None,
) -> nbformat.NotebookNode:
    """Execute a notebook with its parameters and return it with its outputs.

    Parameters
    ----------
    notebook : Path
        A notebook with a cell tagged `parameters`.
    parameters : dict
        Checked against that cell first. Text stays text ("01").
    output : Path
        Where the executed notebook goes, complete or not.
    deadline : float
        Seconds it may take, start excluded.
    memory : int, optional
        Bytes it may allocate, beyond what an idle kernel holds.
    reads : Path, optional
        Where what it reads is recorded (`toolkit.records.reads`).
    direct : callable, optional
        Execute in this very process, which runs this one notebook and is stopped by another when
        its time is over. Called with the number of each cell before it runs.

    Raises
    ------
    ParameterError
        Before any kernel starts, if the parameters do not fit.
    ReportError
        A cell failed, the deadline passed, or the kernel died; the message says which.
    """
    check_parameters(notebook, parameters)
    partial = part_of(output)
    if direct is None:
        first_line = _PREPARE.format(reads=reads and str(reads), memory=memory)
        options = _stock_options(deadline, first_line)
    else:
        # Before its cells and after papermill's work, as in an ordinary kernel.
        options = {"ready": lambda: prepare(reads, memory), "tell": direct}
        options["engine_name"] = "toolkit-direct"
    try:
        executed = papermill.execute_notebook(
            notebook,
            partial,
            parameters=parameters,
            kernel_name="python3",
            progress_bar=False,
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            record_timing=False,
            **options,
        )
        _check_complete(executed)
    except (papermill.PapermillExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise _explain(error, deadline) from error
    else:
        return executed
    finally:
        if partial.exists():
            partial.replace(output)
        # nbclient makes an event loop for each thread and leaves it open.
        loop = ensure_event_loop()
        if not loop.is_running():
            loop.close()


class StockEngine(NBClientEngine):
    """papermill's own engine, whose notebook is the same every time."""

    @classmethod
    def execute_notebook(cls, nb, kernel_name, **options):
        """Execute and stabilise, a failed notebook too."""
        try:
            return super().execute_notebook(nb, kernel_name, **options)
        finally:
            stabilise(nb)


class DirectEngine(StockEngine):
    """The same with the kernel of this process."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, *, ready, tell, **options):
        """Call `ready`, then execute; `tell` is called with the number of each cell first."""
        from toolkit.runs.direct import DirectManager

        client = PapermillNotebookClient(
            nb_man,
            km=DirectManager(),
            record_timing=False,
            iopub_timeout=10**6,  # its messages are here when the reply is
            on_cell_start=lambda cell, cell_index: tell(cell_index + 1),
        )
        ready()
        return client.execute()


papermill_engines.register("toolkit-stock", StockEngine)
papermill_engines.register("toolkit-direct", DirectEngine)


class _ShellChannel(AsyncZMQSocketChannel):
    """The way of replies; a message that an output widget sends can hide the one that comes in.

    See https://github.com/jupyter/nbclient/pull/311: asked again, the socket has it.
    """

    async def get_msg(self, timeout: float | None = None) -> dict:
        end = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            try:
                return await super().get_msg(max(0, min(_LOOK, end - time.monotonic())))
            except Empty:
                if time.monotonic() >= end:
                    raise


class _Client(AsyncKernelClient):
    shell_channel_class = Type(_ShellChannel)


class _SettledKernel(AsyncKernelManager):
    client_factory = Type(_Client)

    async def start_kernel(self, **options):
        await super().start_kernel(env={**os.environ, **ENVIRONMENT}, **options)


def _stock_options(deadline: float, first_line: str) -> dict:
    end = time.monotonic() + deadline
    return {
        "engine_name": "toolkit-stock",
        "config": _KERNEL,
        "kernel_manager_class": _SettledKernel,
        "extra_arguments": [f"--IPKernelApp.exec_lines={first_line}"],
        # nbclient knows deadlines of cells only: each has what is left to the notebook.
        "timeout_func": lambda _cell: max(1, math.ceil(end - time.monotonic())),
        "shutdown_kernel": "immediate",  # its work is done and read; a graceful end takes a second
    }


def _explain(error: Exception, deadline: float) -> ReportError:
    say = interface_language()
    if isinstance(error, CellTimeoutError):
        return ReportError(say("error.deadline", seconds=say.number(deadline)), kind="Deadline")
    if isinstance(error, DeadKernelError):
        return ReportError(say("error.kernel_died"), kind="Died")
    message = say(
        "error.cell_failed",
        cell=error.cell_index + 1,  # papermill's own cell of parameters counts
        line=error.source.strip().partition("\n")[0],
        kind=error.ename,
        reason=error.evalue[:_LONGEST_REASON],
    )
    return ReportError(message, kind=error.ename, cell=error.cell_index + 1)


def _check_complete(notebook: nbformat.NotebookNode) -> None:
    """Raise `ReportError` if a cell never ran: papermill takes sys.exit() for a good end."""
    for number, cell in enumerate(notebook.cells, start=1):
        skipped = SKIPPED in cell.metadata.get("tags", []) or not cell.source.strip()
        if cell.cell_type == "code" and not skipped and cell.execution_count is None:
            message = interface_language()("error.not_run", cell=number)
            raise ReportError(message, kind="SystemExit", cell=number)
