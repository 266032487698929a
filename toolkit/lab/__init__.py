"""What only a person at an open notebook sees: a form for its parameters."""
