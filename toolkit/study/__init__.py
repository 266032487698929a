"""What we asked and what we found: the protocol, its lock, the analysis and its grade."""
