"""Work that is due by the clock: one process does each piece, whoever claims its row."""
