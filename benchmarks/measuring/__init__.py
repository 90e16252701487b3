"""How a piece of work is measured, declared and shown; the work itself is in `benchmarks.rows`."""
