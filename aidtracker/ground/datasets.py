"""The datasets of the record by their public plural names, in the order in which they load."""

from django.apps import apps

DATASETS = {
    "sources": "programs.Source",
    "regions": "programs.Region",
    "headquarters": "programs.Headquarters",
    "pairings": "programs.Pairing",
    "batches": "programs.Batch",
    "officials": "programs.Official",
    "programs": "programs.Program",
    "categories": "programs.Category",
    "policies": "programs.Policy",
    "enterprises": "projects.Enterprise",
    "sites": "projects.Site",
    "projects": "projects.Project",
    "project_parties": "projects.ProjectParty",
    "investments": "projects.Investment",
    "outlets": "projects.Outlet",
    "activities": "projects.Activity",
    "agreements": "projects.Agreement",
    "awards": "projects.Award",
    "metrics": "projects.Metric",
    "series": "projects.Series",
    "observations": "projects.Observation",
    "skipped_phrases": "projects.SkippedPhrase",
    "findings": "projects.Finding",
    "warning_rules": "projects.WarningRule",
    "reporting_periods": "projects.ReportingPeriod",
    "project_plans": "projects.ProjectPlan",
    "milestones": "projects.Milestone",
    "progress_reports": "projects.ProgressReport",
    "investment_reports": "projects.InvestmentReport",
    "outlet_reports": "projects.OutletReport",
    "jobs_reports": "projects.JobsReport",
    "training_reports": "projects.TrainingReport",
    "revisions": "projects.Revision",
    "observation_parts": "projects.ObservationPart",
}
# The working papers of the headquarters: kept in the database alone, not in fixtures.
WORKING = tuple(DATASETS)[tuple(DATASETS).index("reporting_periods") :]


def dataset_model(name):
    """The model of a dataset. Raises KeyError for a name that is none."""
    return apps.get_model(DATASETS[name])


def dataset_name(model):
    """The public plural name of a model, as in addresses, file names and the export command."""
    return next(name for name, label in DATASETS.items() if label == model._meta.label)
