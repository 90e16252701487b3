"""The accounts of the staff: log-in, sessions, passwords, roles, who administers whom."""
