"""How we estimate: pure functions from a panel to an `Estimate`; no file, no figure."""
