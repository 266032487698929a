"""What papermill and Jupyter find of us by name: an engine, and a way of starting kernels.

``papermill --engine futurs in.ipynb out.ipynb`` executes in a child of a preloaded process, as
`run_jobs` does. ``JUPYTER_DEFAULT_PROVISIONER_NAME=futurs-fork`` makes any program's ordinary
kernels children of one. Both start it when it is first needed, and it ends with the program.

papermill imports this module each time it is imported itself, so what is heavy comes later.
"""

import os
import signal
import tempfile
from pathlib import Path

import nbformat
from jupyter_client.provisioning import LocalProvisioner
from papermill.engines import Engine, NBClientEngine
from traitlets import List, Unicode


class ForkedEngine(Engine):
    """papermill's engine "futurs"; where nothing can fork, papermill's own."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man, kernel_name, *, execution_timeout=None, input_path=None, **options
    ):
        """Execute the notebook's cells; `execution_timeout` is for all of them (seconds)."""
        from toolkit.runs.forked import can_fork, run_forked, shared_process
        from toolkit.runs.jobs import DEADLINE, Job

        with tempfile.TemporaryDirectory(prefix="futurs-") as folder:
            job = Job(
                Path(folder) / "in.ipynb",
                {},
                Path(folder) / "out.ipynb",
                execution_timeout or DEADLINE,
                folder=os.getcwd(),
            )
            nbformat.write(nb_man.nb, job.notebook)
            left: list[Job] = []
            outcomes = []
            if can_fork():
                process = shared_process()
                outcomes = list(run_forked(iter([job]), workers=1, left=left, process=process))
            if left or not outcomes:
                NBClientEngine.execute_managed_notebook(
                    nb_man, kernel_name, execution_timeout=execution_timeout, **options
                )
                return
            _take_over(nb_man, job, outcomes[0])


def _take_over(nb_man, job, outcome) -> None:
    """Copy what was executed into papermill's notebook, or raise what kept it from being."""
    from papermill.execute import remove_error_markers

    from toolkit.errors import ReportError

    if not job.output.exists():
        failure = outcome.failure
        raise ReportError(failure.message, kind=failure.error, cell=failure.cell)
    executed = remove_error_markers(nbformat.read(job.output, as_version=4))
    for name in ("language_info", "widgets"):
        if name in executed.metadata:
            nb_man.nb.metadata[name] = executed.metadata[name]
    for index, (cell, done) in enumerate(zip(nb_man.nb.cells, executed.cells, strict=True)):
        if done.metadata.papermill.status == nb_man.PENDING:  # after the one that failed
            return
        nb_man.cell_start(cell, index)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = done.outputs, done.execution_count
        if done.metadata.papermill.exception:
            nb_man.cell_exception(cell, index)
        nb_man.cell_complete(cell, index)


class ForkProvisioner(LocalProvisioner):
    """Jupyter's provisioner "futurs-fork": an ordinary kernel, whose imports are done."""

    preload = List(
        Unicode(),
        config=True,
        help="Modules to import beforehand, or notebooks (.ipynb) whose imports are.",
    )

    def _preload_default(self):
        return [name for name in os.environ.get("FUTURS_PRELOAD", "").split(os.pathsep) if name]

    async def launch_kernel(self, cmd, **options):
        """Fork a kernel with the arguments of its command; else start it as ever."""
        from toolkit.runs.forked import can_fork, shared_process

        pid = None
        if can_fork() and "ipykernel_launcher" in cmd:
            pid = shared_process().fork_kernel(
                arguments=cmd[cmd.index("ipykernel_launcher") + 1 :],
                environment=options.get("env") or dict(os.environ),
                folder=str(options.get("cwd") or os.getcwd()),
                preload=self.preload,
            )
        if pid is None:
            return await super().launch_kernel(cmd, **options)
        self.process = _Forked(pid)
        self.pid = self.pgid = pid
        return self.connection_info


class _Forked:
    """The little of `subprocess.Popen` that a provisioner asks of a process that is no child."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int):
        self.pid = pid
        self.returncode: int | None = None
        try:
            self._handle = os.pidfd_open(pid)
        except ProcessLookupError:
            self.returncode = 1

    def poll(self) -> int | None:
        """Return None while it runs."""
        import select

        if self.returncode is None and select.select([self._handle], [], [], 0)[0]:
            os.close(self._handle)
            self.returncode = 1  # its parent knows, and nobody asks
        return self.returncode

    def wait(self) -> int | None:
        """Return at once: it is called when `poll` says that the process has ended."""
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Send a signal, if there is anybody to receive it."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """Stop it."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to stop."""
        self.send_signal(signal.SIGTERM)
