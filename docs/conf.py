"""How the documentation's site is made: `make docs`."""

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

_PROJECT = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "Futurs Publics"
author = _PROJECT["authors"][0]["name"]
release = _PROJECT["version"]
html_title = "Futurs Publics – research toolkit"
copyright = author

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "myst_nb",
    "generated",
]
exclude_patterns = ["_build"]

# A page outside these folders is a guide; guides.md lists whatever there is. The French of a page
# has its name, in fr/.
# In docstrings a single backtick may name a parameter that several records have; a block leaves its
# record beside the HTML that is shown.
suppress_warnings = ["toc.not_included", "ref.python", "mystnb.unknown_mime_type"]
myst_heading_anchors = 3  # links to a heading, as on the repository
myst_enable_extensions = ["deflist"]

# Executed pages run once and again only when their cells change.
nb_execution_mode = "cache"
nb_execution_raise_on_error = True
nb_execution_timeout = 120

smartquotes = False  # what is written is what is shown
default_role = "py:obj"  # single backticks of docstrings
autodoc_typehints = "none"  # the numpydoc sections say more
autosummary_generate = False
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "pydata_sphinx_theme"
html_show_sourcelink = False
html_copy_source = False
html_domain_indices = False
html_use_opensearch = ""
html_static_path = ["_static"]
templates_path = ["_templates"]
html_sidebars = {"fr/index": [], "**tutorial/*": []}  # of one page each
html_css_files = ["site.css"]
html_context = {"default_mode": "auto"}  # by day and by night, as the reader's system is
html_theme_options = {
    "logo": {"text": "Futurs Publics"},
    "navbar_align": "left",
    "navbar_center": ["menu"],
    "navigation_depth": 2,
    "show_toc_level": 2,
    "show_prev_next": False,  # pages have no order
    "article_header_end": ["language"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
