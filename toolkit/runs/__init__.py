"""How notebooks are run: parameters checked, one notebook executed, many at once, and recorded."""
