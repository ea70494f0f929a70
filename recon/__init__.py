"""Bank statements against the books."""
