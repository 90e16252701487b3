"""Rows of the ledgers and of the staff for tests."""

from datetime import date

from django.contrib.auth.models import Permission, User

from aidtracker.testing.rows import (
    create,
    make_headquarters,
    make_investment,
    make_observation,
    make_outlet,
    make_project,
    make_site,
    numbers,
)
from programs.models import Account
from projects.models import (
    InvestmentReport,
    JobsReport,
    Milestone,
    ObservationPart,
    OutletReport,
    ProgressReport,
    ProjectPlan,
    ReportingPeriod,
    Revision,
    TrainingReport,
    WarningRule,
)

MONTH = date(2026, 5, 1)


def make_warning_rule(**kwargs):
    kwargs.setdefault("code", f"rule-{next(numbers)}")
    kwargs.setdefault("name", "资金到位超过计划")
    kwargs.setdefault("ledger", "projects")
    kwargs.setdefault("kind", WarningRule.Kind.COMPARISON)
    kwargs.setdefault("left", "received_amount")
    kwargs.setdefault("operator", "gt")
    kwargs.setdefault("right", "planned_amount")
    kwargs.setdefault("sentence", "到位 {left} 万元，超过计划 {right} 万元。")
    return create(WarningRule, kwargs)


def make_reporting_period(**kwargs):
    kwargs.setdefault("month", MONTH)
    if "headquarters" not in kwargs:
        kwargs["headquarters"] = make_headquarters()
    return create(ReportingPeriod, kwargs)


def make_project_plan(**kwargs):
    if "project" not in kwargs:
        kwargs["project"] = make_project()
    kwargs.setdefault("year", 2026)
    kwargs.setdefault("amount", 100)
    return create(ProjectPlan, kwargs)


def make_milestone(**kwargs):
    if "project" not in kwargs:
        kwargs["project"] = make_project()
    kwargs.setdefault("number", next(numbers))
    kwargs.setdefault("name", "主体封顶")
    return create(Milestone, kwargs)


def make_progress_report(**kwargs):
    if "project" not in kwargs:
        kwargs["project"] = make_project()
    kwargs.setdefault("month", MONTH)
    return create(ProgressReport, kwargs)


def make_investment_report(**kwargs):
    if "investment" not in kwargs:
        kwargs["investment"] = make_investment(headquarters=make_headquarters())
    kwargs.setdefault("month", MONTH)
    return create(InvestmentReport, kwargs)


def make_outlet_report(**kwargs):
    if "outlet" not in kwargs:
        kwargs["outlet"] = make_outlet(headquarters=make_headquarters())
    kwargs.setdefault("month", MONTH)
    return create(OutletReport, kwargs)


def make_jobs_report(**kwargs):
    if "headquarters" not in kwargs:
        kwargs["headquarters"] = make_headquarters()
    if "site" not in kwargs:
        kwargs["site"] = make_site()
    kwargs.setdefault("month", MONTH)
    return create(JobsReport, kwargs)


def make_training_report(**kwargs):
    if "headquarters" not in kwargs:
        kwargs["headquarters"] = make_headquarters()
    kwargs.setdefault("kind", TrainingReport.Kind.VOCATIONAL)
    kwargs.setdefault("month", MONTH)
    return create(TrainingReport, kwargs)


def make_revision(**kwargs):
    """A draft that would rename a published project."""
    row = kwargs.pop("row", None) or make_project()
    kwargs.setdefault("dataset", "projects")
    kwargs.setdefault("row_id", row.pk)
    kwargs.setdefault("row_key", row.code)
    kwargs.setdefault("row_version", row.version)
    kwargs.setdefault("headquarters", row.headquarters)
    kwargs.setdefault("number", next(numbers))
    kwargs.setdefault("values", {"name": [row.name, f"{row.name}（更名）"]})
    return create(Revision, kwargs)


def make_observation_part(**kwargs):
    if "observation" not in kwargs:
        kwargs["observation"] = make_observation()
    report = make_progress_report()
    kwargs.setdefault("number", next(numbers))
    kwargs.setdefault("dataset", "progress_reports")
    kwargs.setdefault("row_id", report.pk)
    kwargs.setdefault("row_key", f"{report.project.code} / 2026-05")
    kwargs.setdefault("row_version", report.version)
    kwargs.setdefault("name", str(report))
    return create(ObservationPart, kwargs)


def make_staff(*headquarters, permissions=(), groups=(), reach=Account.Reach.OWN, **kwargs):
    """A user of the staff of some headquarters, with rights by code (`projects.add_project`)."""
    kwargs.setdefault("username", f"用户{next(numbers)}")
    user = User.objects.create_user(is_staff=True, **kwargs)
    account = Account.objects.create(user=user, reach=reach)
    account.headquarters.add(*headquarters)
    for code in permissions:
        app, codename = code.split(".")
        rows = Permission.objects.filter(content_type__app_label=app, codename=codename)
        user.user_permissions.add(rows.get())
    user.groups.add(*groups)
    return user
