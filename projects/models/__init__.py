"""What was done with the aid, and how much of what was measured."""

from projects.models.activities import Activity, Agreement, Award
from projects.models.enterprises import Enterprise
from projects.models.findings import Finding
from projects.models.investments import Investment
from projects.models.metrics import Metric, Series
from projects.models.observations import Observation
from projects.models.outlets import Outlet
from projects.models.projects import Project, ProjectParty
from projects.models.sites import Site
from projects.models.skipped import SkippedPhrase

__all__ = [
    "Activity",
    "Agreement",
    "Award",
    "Enterprise",
    "Finding",
    "Investment",
    "Metric",
    "Observation",
    "Outlet",
    "Project",
    "ProjectParty",
    "Series",
    "Site",
    "SkippedPhrase",
]
