"""A manifest changes with what can change a report, and with nothing else."""

import nbformat

from toolkit.runs.manifest import describe_run, notebook_digest, run_key


def write(path, source, **cell):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, id="only", **cell)])
    nbformat.write(nb, path)
    return path


def test_running_a_notebook_does_not_change_its_digest(tmp_path):
    plain = write(tmp_path / "a.ipynb", "1 + 1")
    output = nbformat.v4.new_output("stream", text="2")
    ran = write(tmp_path / "b.ipynb", "1 + 1", outputs=[output], execution_count=7)
    edited = write(tmp_path / "c.ipynb", "1 + 2")
    assert notebook_digest(plain) == notebook_digest(ran) != notebook_digest(edited)


def test_the_manifest_names_what_the_report_rests_on(tmp_path):
    notebook = write(tmp_path / "a.ipynb", "1")
    manifest = describe_run(notebook, {"territory": "DEP-01", "lang": "fr"})
    assert manifest["notebook"] == "a.ipynb"
    assert manifest["parameters"] == {"lang": "fr", "territory": "DEP-01"}
    assert set(manifest["data"]) >= {"territories/population.parquet"}
    assert {"pandas", "matplotlib"} <= set(manifest["packages"])
    assert str(tmp_path) not in str(manifest)


def test_the_key_follows_the_parameters_and_not_their_order(tmp_path):
    notebook = write(tmp_path / "a.ipynb", "1")
    one = run_key(describe_run(notebook, {"a": 1, "b": 2}))
    assert one == run_key(describe_run(notebook, {"b": 2, "a": 1}))
    assert one != run_key(describe_run(notebook, {"a": 1, "b": 3}))
