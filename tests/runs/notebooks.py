"""Small notebooks for tests."""

import nbformat

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def write_notebook(path, *sources):
    """Write a notebook whose parameter is `n`, then one cell a source."""
    new = nbformat.v4
    first = new.new_code_cell("n: int = 1", id="parameters", metadata={"tags": ["parameters"]})
    cells = [new.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    nbformat.write(new.new_notebook(cells=[first, *cells], metadata=KERNEL), path)
    return path
