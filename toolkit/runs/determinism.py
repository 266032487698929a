"""The same inputs give the same bytes: in every process, by every engine, on another day.

`ENVIRONMENT` is that of a process that runs a notebook, and `stabilise` takes what still differs
out of an executed one. What is drawn at random is seeded by `toolkit.runs.prepare`.
"""

import hashlib
import re

# One thread for linear algebra: the order of its sums is then that of every run, workers do not
# fight for the cores, and a process without threads can fork.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
ENVIRONMENT = {
    **dict.fromkeys(_ONE_THREAD, "1"),
    "JE_ARROW_MALLOC_CONF": "background_thread:false",  # pyarrow would have a thread
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",
    "SOURCE_DATE_EPOCH": "0",
    "TZ": "UTC",
}
_TIMES = ("start_time", "end_time", "duration")
_ADDRESS = re.compile(r"\bat 0x[0-9a-f]{6,16}\b")
_KERNEL_FILE = re.compile(r"(?:/[\w.-]+)*/ipykernel_\d+/")
# Tags of the cells that papermill adds, under an identifier drawn at random.
_ADDED = {"injected-parameters", "papermill-error-cell-tag"}


def stabilise(notebook) -> None:
    """Take out of an executed notebook (nbformat) what differs between two runs on the same inputs.

    Times and folders go. Objects are all at `0x0`. Between two other outputs, what was
    printed is one text by stream, standard output first: their order by the clock is not kept.
    """
    papermill = notebook.metadata.get("papermill", {})
    for key in (*_TIMES, "input_path", "output_path"):
        papermill.pop(key, None)
    for number, cell in enumerate(notebook.cells):
        for key in _TIMES:
            cell.metadata.get("papermill", {}).pop(key, None)
        cell.metadata.pop("execution", None)
        if "id" in cell and _ADDED & set(cell.metadata.get("tags", [])):
            cell.id = hashlib.sha256(f"{number}{cell.source}".encode()).hexdigest()[:8]
        if cell.cell_type == "code":
            cell.outputs = [_without_addresses(output) for output in _merge(cell.outputs)]


def _merge(outputs: list) -> list:
    merged: list = []
    printed: dict[str, dict] = {}
    for output in outputs:
        if output.output_type != "stream":
            merged += [printed.pop(name) for name in ("stdout", "stderr") if name in printed]
            merged.append(output)
        elif output.name in printed:
            printed[output.name].text += output.text
        else:
            printed[output.name] = output
    return merged + [printed[name] for name in ("stdout", "stderr") if name in printed]


def _without_addresses(value):
    """Rewrite the texts of an output."""
    if isinstance(value, str):
        if "at 0x" in value:
            value = _ADDRESS.sub("at 0x0", value)
        return _KERNEL_FILE.sub("/ipykernel/", value) if "/ipykernel_" in value else value
    if isinstance(value, list):
        return [_without_addresses(item) for item in value]
    if isinstance(value, dict):
        for key, item in value.items():
            value[key] = _without_addresses(item)
    return value
