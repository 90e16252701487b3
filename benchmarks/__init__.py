"""Load and measurement: a synthetic country and what the site's pages and doors cost on it.

Nothing of the site imports it, and `BENCHMARKS=0` (as in production) leaves it out.
"""
