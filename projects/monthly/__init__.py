"""The monthly ledgers: filling in, what is due, sums, what follows from them, a leader's page."""
