"""Rows for tests: `make_<model>(**kwargs)` saves one row; what a test leaves out has defaults."""

from aidtracker.testing.rows import *  # noqa: F403 (each of its functions, for tests)
