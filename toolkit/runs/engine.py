"""Run one notebook through papermill, in a kernel of its own."""

import logging
from pathlib import Path

import nbformat
import papermill
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from traitlets.config import Config

from toolkit.errors import ReportError
from toolkit.i18n import interface_language
from toolkit.runs.parameters import check_parameters

CELL_TIMEOUT = 300  # seconds
_LONGEST_REASON = 2000  # characters; the failed notebook has the rest
# Encrypt what passes between papermill and the kernel where both can: other accounts of the
# machine cannot listen, and ipykernel does not warn at each start.
_KERNEL = Config({"KernelManager": {"transport_encryption": "auto"}})

# papermill says at every run that it executes; the progress bar of a batch says it once.
logging.getLogger("papermill").setLevel(logging.ERROR)


def run_notebook(
    notebook: Path, parameters: dict[str, object], output: Path
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

    Raises
    ------
    ParameterError
        Before any kernel starts, if the parameters do not fit.
    ReportError
        A cell failed, ran over five minutes, or the kernel died; the message says which.
    """
    check_parameters(notebook, parameters)
    say = interface_language()
    try:
        executed = papermill.execute_notebook(
            notebook,
            output,
            parameters=parameters,
            kernel_name="python3",
            progress_bar=False,
            execution_timeout=CELL_TIMEOUT,
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
            )
        ) from error
    except CellTimeoutError as error:
        raise ReportError(say("error.cell_timeout", seconds=CELL_TIMEOUT)) from error
    except DeadKernelError as error:
        raise ReportError(say("error.kernel_died")) from error
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
            raise ReportError(interface_language()("error.not_run", cell=number))
