"""A notebook of all that a cell can do to a kernel, a cell each."""

import nbformat

from tests.runs.notebooks import KERNEL

# An ordinary kernel reads the descriptor by a thread, and may be late.
READ = "\nimport time\ntime.sleep(0.5)"
CELLS = {
    "await": "import asyncio\nawait asyncio.sleep(0.01)\nasyncio.get_running_loop().is_running()",
    "a task that goes on": "late = asyncio.create_task(asyncio.sleep(0.01, 'done'))",
    "its result": "await late",
    "async for": "async def count():\n    yield 1\n[i async for i in count()]",
    "line magic": "%who_ls int",
    "cell magic": "%%capture said\nprint('heard')",
    "what it captured": "said.stdout",
    "another language": "%%bash\necho from bash\necho to stderr >&2",
    "time magic": "%%timeit -n1 -r1 -q\n1",
    "inline matplotlib": "%matplotlib inline",
    "figures": (
        "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.show()\nprint('between')\n"
        "fig, ax = plt.subplots()\nax.plot([1, 2]);"
    ),
    "shell": "!echo one; echo two >&2",
    "shell captured": "lines = !printf 'a\\nb\\n'\nlines",
    "subprocess": "import subprocess\nsubprocess.run(['echo', 'aside'], check=True);" + READ,
    "descriptor": "import os\nos.write(1, b'raw bytes\\n');" + READ,
    "file of the stream": "import sys\nhasattr(sys.stdout, 'buffer'), sys.stdout.encoding",
    "both streams": "print('out')\nprint('err', file=sys.stderr)\nprint('out again')",
    "flushes": "for i in range(4):\n    print(i, end=' ', flush=True)",
    "carriage return": "print('10%\\r20%\\r30%')",
    "warning": "import warnings\nwarnings.warn('careful')",
    "logging": "import logging\nlogging.warning('logged')",
    "last value": "6 * 7",
    "underscore": "_ + 1",
    "history": "len(In), Out[max(Out)]",
    "several shown": (
        "from IPython.display import HTML, JSON, Markdown, clear_output, display\n"
        "display(1, HTML('<b>x</b>'), Markdown('*y*'))\nJSON({'a': 1})"
    ),
    "printed around shown": "print('before')\ndisplay(2)\nprint('after')",
    "frame": "import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['x', None]})",
    "styled frame": "pd.DataFrame({'a': [1.5, 2]}).style.format('{:.1f}')",
    "display id": "handle = display('first', display_id='mine')",
    "updated": "handle.update('second')\ndisplay('third', display_id='mine')",
    "cleared": "print('gone')\nclear_output()\nprint('stays')",
    "cleared later": "print('gone')\nclear_output(wait=True)\nprint('stays')",
    "cleared with nothing after": "print('stays')\nclear_output(wait=True)",
    "own mime": "display({'application/x-own+json': {'k': [1]}, 'text/plain': 'own'}, raw=True)",
    "widget": "import ipywidgets as widgets\nslider = widgets.IntSlider(value=3)\nslider",
    "widget changed": "slider.value = 5\nslider.value",
    "output widget": "out = widgets.Output()\nout",
    "printed into it": "with out:\n    print('in')\n    display(HTML('<i>in</i>'))\nprint('out')",
    "what it holds": "[o['output_type'] for o in out.outputs]",
    "failed into it": "with out:\n    1 / 0\nprint('goes on')",
    "cleared in it": "out.clear_output()\nwith out:\n    print('anew')",
    "thread": (
        "import threading\nthread = threading.Thread(target=lambda: print('from a thread'))\n"
        "thread.start()\nthread.join()"
    ),
    "child process": (
        "pid = os.fork()\nif not pid:\n    print('of the child', flush=True)\n    os._exit(0)\n"
        "os.waitpid(pid, 0)[1]"
    ),
    "multiprocessing": (
        "import multiprocessing\nwith multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "    squares = pool.map(abs, [-1, -2])\nsquares"
    ),
    "allowed error": ("1 / 0", "raises-exception"),
    "chained error": (
        "def deep(n):\n    return deep(n - 1) if n else {}['k']\ntry:\n    deep(3)\n"
        "except KeyError as error:\n    raise ValueError('outer') from error",
        "raises-exception",
    ),
    "note on an error": (
        "error = ValueError('noted')\nerror.add_note('the note')\nraise error", "raises-exception"
    ),
    "group of errors": ("raise ExceptionGroup('g', [ValueError(1)])", "raises-exception"),
    "syntax error": ("for", "raises-exception"),
    "error of a display": (
        "class Bad:\n    def __repr__(self):\n        raise RuntimeError('no repr')\nBad()",
        "raises-exception",
    ),
    "refused input": ("input('name?')", "raises-exception"),
    "interrupt": (
        "import signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)",
        "raises-exception",
    ),
    "interrupt while awaiting": (
        "asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGINT)\n"
        "await asyncio.sleep(5)",
        "raises-exception",
    ),
    "unknown magic": ("%nosuchmagic", "raises-exception"),
    "post-execution": "get_ipython().events.register('post_run_cell', lambda r: print('hook'))",
    "hook called": "None",
    "name": "__name__, get_ipython().__class__.__name__",
    "help": "len?",
    "long": "print('x' * 1_000_000)",
    "many": "for i in range(20_000):\n    print(i)",
    "skipped": ("print('never')", "skip-execution"),
    "empty": "",
    "leaving": ("raise SystemExit(3)", "raises-exception"),
    "goes on": "'the end'",
}  # fmt: skip


def torture_notebook() -> nbformat.NotebookNode:
    """Return the notebook; each cell's id says what it tries."""
    new = nbformat.v4
    cells = [new.new_code_cell("n: int = 1", id="n", metadata={"tags": ["parameters"]})]
    for name, cell in CELLS.items():
        source, *tags = (cell,) if isinstance(cell, str) else cell
        cells.append(new.new_code_cell(source, id=name.replace(" ", "-"), metadata={"tags": tags}))
    return new.new_notebook(cells=cells, metadata=KERNEL)
