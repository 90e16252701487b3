"""What was done with the aid, and how much of what was measured."""

from aidtracker.ground.modules import load_modules
from aidtracker.review.reviewed import Review
from projects.models.activities import Activity, Agreement, Award
from projects.models.assessments import Assessment, Score
from projects.models.case_entries import FollowUp, StageEntry
from projects.models.enterprises import Enterprise
from projects.models.findings import Finding
from projects.models.investments import Investment
from projects.models.matters import Matter
from projects.models.metrics import Metric, Series
from projects.models.observations import Observation
from projects.models.outlets import Outlet
from projects.models.parts import ObservationPart
from projects.models.periods import ReportingPeriod
from projects.models.pipeline_cases import PipelineCase
from projects.models.pipelines import Pipeline, PipelineStage
from projects.models.plans import Milestone, ProjectPlan
from projects.models.projects import Project, ProjectParty
from projects.models.reports import (
    InvestmentReport,
    JobsReport,
    OutletReport,
    ProgressReport,
    TargetReport,
    TrainingReport,
)
from projects.models.revisions import Revision
from projects.models.rules import WarningRule
from projects.models.schemes import AssessmentRound, AssessmentScheme, Criterion
from projects.models.scope_entries import ScopeEntry
from projects.models.sites import Site
from projects.models.skipped import SkippedPhrase
from projects.models.subsidies import Subsidy
from projects.models.targets import Target

# What has no short way from here is a model all the same.
load_modules(__name__)

__all__ = [
    "Activity",
    "Agreement",
    "Assessment",
    "AssessmentRound",
    "AssessmentScheme",
    "Award",
    "Criterion",
    "Enterprise",
    "Finding",
    "FollowUp",
    "Investment",
    "InvestmentReport",
    "JobsReport",
    "Matter",
    "Metric",
    "Milestone",
    "Observation",
    "ObservationPart",
    "Outlet",
    "OutletReport",
    "Pipeline",
    "PipelineCase",
    "PipelineStage",
    "ProgressReport",
    "Project",
    "ProjectParty",
    "ProjectPlan",
    "ReportingPeriod",
    "Review",
    "Revision",
    "ScopeEntry",
    "Score",
    "Series",
    "Site",
    "SkippedPhrase",
    "StageEntry",
    "Subsidy",
    "Target",
    "TargetReport",
    "TrainingReport",
    "WarningRule",
]
