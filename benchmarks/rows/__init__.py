"""The rows of the table, each module a group; importing this declares them all."""

from benchmarks.rows import (
    admin,
    api,
    changes,
    limits,
    opendata,
    public,
    reading,
    sheets,
    stock,
    texts,
)

__all__ = [
    "admin",
    "api",
    "changes",
    "limits",
    "opendata",
    "public",
    "reading",
    "sheets",
    "stock",
    "texts",
]
