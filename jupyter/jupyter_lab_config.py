"""JupyterLab as `make lab` opens it: at the notebooks, and asking nothing of any network."""

c = get_config()  # noqa: F821  Jupyter gives it to a file of settings

c.LabApp.default_url = "/lab/tree/notebooks"
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
