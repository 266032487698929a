"""What we know: territories and, beside every table, its source, licence and hash."""
