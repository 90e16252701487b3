"""The admin of what was done and how much; one module for each noun, as in the models."""

from projects.admin import (
    activities,
    added,
    findings,
    investments,
    metrics,
    observations,
    periods,
    places,
    plans,
    projects,
    reports,
    revisions,
    rules,
)

__all__ = [
    "activities",
    "added",
    "findings",
    "investments",
    "metrics",
    "observations",
    "periods",
    "places",
    "plans",
    "projects",
    "reports",
    "revisions",
    "rules",
]
