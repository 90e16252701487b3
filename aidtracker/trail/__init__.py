"""The audit trail: acts, the states they left, what changed between them, taking acts back."""
