"""Run one notebook through papermill, in a kernel of its own."""

import logging
import math
import time
from pathlib import Path

import nbformat
import papermill
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from traitlets.config import Config

from toolkit.errors import ReportError
from toolkit.i18n import interface_language
from toolkit.runs.jobs import DEADLINE
from toolkit.runs.parameters import check_parameters

_LONGEST_REASON = 2000  # characters; the failed notebook has the rest
# Encrypt what passes between papermill and the kernel where both can: other accounts of the
# machine cannot listen, and ipykernel does not warn at each start.
_KERNEL = Config({"KernelManager": {"transport_encryption": "auto"}})

# papermill says at every run that it executes; the progress bar of a batch says it once.
logging.getLogger("papermill").setLevel(logging.ERROR)


def run_notebook(
    notebook: Path, parameters: dict[str, object], output: Path, *, deadline: float = DEADLINE
) -> nbformat.NotebookNode:
    """Execute a notebook with its parameters and return it with its outputs.

    Parameters
    ----------
    notebook : Path
        A notebook with a cell tagged `parameters`.
    parameters : dict
        Checked against that cell first. Text stays text ("01").
    output : Path
        Where papermill writes the executed notebook, complete or not.
    deadline : float
        Seconds it may take, start excluded.

    Raises
    ------
    ParameterError
        Before any kernel starts, if the parameters do not fit.
    ReportError
        A cell failed, the deadline passed, or the kernel died; the message says which.
    """
    check_parameters(notebook, parameters)
    say = interface_language()
    end = time.monotonic() + deadline
    try:
        executed = papermill.execute_notebook(
            notebook,
            output,
            parameters=parameters,
            kernel_name="python3",
            progress_bar=False,
            # nbclient knows deadlines of cells only: each has what is left to the notebook.
            timeout_func=lambda _cell: max(1, math.ceil(end - time.monotonic())),
            autosave_cell_every=0,
            config=_KERNEL,
            shutdown_kernel="immediate",  # its work is done and read; a graceful end takes a second
        )
    except papermill.PapermillExecutionError as error:
        first_line = error.source.strip().partition("\n")[0]
        raise ReportError(
            say(
                "error.cell_failed",
                cell=error.cell_index + 1,  # papermill's own cell of parameters counts
                line=first_line,
                kind=error.ename,
                reason=error.evalue[:_LONGEST_REASON],
            ),
            kind=error.ename,
            cell=error.cell_index + 1,
        ) from error
    except CellTimeoutError as error:
        message = say("error.deadline", seconds=say.number(deadline))
        raise ReportError(message, kind="Deadline") from error
    except DeadKernelError as error:
        raise ReportError(say("error.kernel_died"), kind="Died") from error
    else:
        _check_complete(executed)
        return executed
    finally:
        # nbclient makes an event loop for each thread and leaves it open.
        loop = ensure_event_loop()
        if not loop.is_running():
            loop.close()


def _check_complete(notebook: nbformat.NotebookNode) -> None:
    """Raise `ReportError` if a cell never ran: papermill takes sys.exit() for a good end."""
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            message = interface_language()("error.not_run", cell=number)
            raise ReportError(message, kind="SystemExit", cell=number)
