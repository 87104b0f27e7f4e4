"""Ways to read the journal from its first entry to its last."""
