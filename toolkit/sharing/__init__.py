"""How results leave: rendered pages and the site that ties them together."""
