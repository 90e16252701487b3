"""The detail pages of what was done and what was measured, a module for each kind of thing."""
