"""The admin of what was done and how much; one module for each noun, as in the models."""

from projects.admin import (
    activities,
    added,
    enterprises,
    findings,
    investments,
    metrics,
    observations,
    outlets,
    periods,
    plans,
    projects,
    reports,
    revisions,
    rules,
    sites,
)

__all__ = [
    "activities",
    "added",
    "enterprises",
    "findings",
    "investments",
    "metrics",
    "observations",
    "outlets",
    "periods",
    "plans",
    "projects",
    "reports",
    "revisions",
    "rules",
    "sites",
]
