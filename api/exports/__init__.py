"""What leaves Pakta whole and can come back: the journal as lines, and backups."""
