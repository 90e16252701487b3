"""Rows for tests: `make_<model>(**kwargs)` saves one row, with defaults for what a test leaves out.

Every model of the record has one. What its fields require is filled in; a function stands here
only where its rules or the tests ask for something else. Many-to-many fields take lists. Names
and codes count up, so that rows never collide.
"""

import re
from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

from django.contrib.auth.models import Permission, User
from django.db import models

from aidtracker.ground.datasets import record_models
from programs.models import Account, Batch, Category, Headquarters, Official, Program, Region
from projects.models import (
    Assessment,
    AssessmentRound,
    AssessmentScheme,
    Award,
    Criterion,
    Finding,
    Investment,
    InvestmentReport,
    Metric,
    Milestone,
    Observation,
    ObservationPart,
    Outlet,
    OutletReport,
    PipelineCase,
    PipelineStage,
    ProgressReport,
    Project,
    ProjectParty,
    ProjectPlan,
    Review,
    Revision,
    Score,
    Series,
    SkippedPhrase,
    StageEntry,
    Subsidy,
    Target,
    TargetReport,
    TrainingReport,
    WarningRule,
)
from projects.models.metrics import SUBJECTS

MONTH = date(2026, 5, 1)

numbers = count(1)


def create(model: type[models.Model], fields: dict[str, Any]) -> Any:
    """Save a row of `model`; lists given for many-to-many fields are set after that."""
    many = {field.name: fields.pop(field.name, []) for field in model._meta.many_to_many}
    for field in required(model):
        if field.name not in fields:
            fields[field.name] = some(field)
    row = model(**fields)
    if isinstance(row, Observation) and row.value is None:
        row.clean()
    row.save()
    for name, rows in many.items():
        if rows:
            getattr(row, name).set(rows)
    return row


def required(model: type[models.Model]) -> list[Any]:
    """The fields of a model that a person must fill in."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.editable and not (field.blank or field.null or field.has_default())
    ]


def some(field: Any) -> Any:
    """A value that a field takes, another one each time where it can."""
    if field.is_relation:
        return MAKERS[field.related_model]()
    if field.choices:
        return field.choices[0][0]
    if isinstance(field, models.DateField):
        return MONTH
    number = next(numbers)
    if isinstance(field, models.SlugField):
        return f"{field.model._meta.model_name}-{number}"
    if isinstance(field, models.CharField | models.TextField):
        return f"{field.model._meta.verbose_name}{number}"
    return number


# Who aids whom


def make_region(**kwargs):
    kwargs.setdefault("code", f"{900000 + next(numbers)}")
    kwargs.setdefault("level", Region.Level.COUNTY)
    return create(Region, kwargs)


def make_province():
    return make_region(level=Region.Level.PROVINCE)


def make_headquarters(**kwargs):
    kwargs.setdefault("name", f"指挥部{next(numbers)}")
    if "donor" not in kwargs:
        kwargs["donor"] = make_province()
    return create(Headquarters, kwargs)


def make_batch(**kwargs):
    if "owner" not in kwargs:
        kwargs["owner"] = make_province()
    return create(Batch, kwargs)


def make_official(**kwargs):
    kwargs.setdefault("organisation", "某指挥部")
    kwargs.setdefault("post", "指挥长")
    return create(Official, kwargs)


def make_program(**kwargs):
    kwargs.setdefault("sector", "consumption")
    return create(Program, kwargs)


def make_category(**kwargs):
    kwargs.setdefault("scheme", "“十四五”援疆规划")
    kwargs.setdefault("code", f"C{next(numbers)}")
    kwargs.setdefault("plan_start", 2021)
    kwargs.setdefault("plan_end", 2025)
    return create(Category, kwargs)


# What was done


def make_project(**kwargs):
    kwargs.setdefault("code", f"P-{next(numbers)}")
    kwargs.setdefault("review", Review.PUBLISHED)
    return create(Project, kwargs)


def make_project_party(**kwargs):
    if not kwargs.keys() & {"enterprise", "headquarters", "organisation"}:
        kwargs["organisation"] = "某单位"
    return create(ProjectParty, kwargs)


def make_investment(**kwargs):
    kwargs.setdefault("code", f"I-{next(numbers)}")
    kwargs.setdefault("review", Review.PUBLISHED)
    return create(Investment, kwargs)


def make_subsidy(**kwargs):
    kwargs.setdefault("code", f"S-{next(numbers)}")
    kwargs.setdefault("review", Review.PUBLISHED)
    return create(Subsidy, kwargs)


def make_pipeline_stage(**kwargs):
    kwargs.setdefault("number", next(numbers))
    return create(PipelineStage, kwargs)


def make_pipeline_case(**kwargs):
    kwargs.setdefault("code", f"T-{next(numbers)}")
    kwargs.setdefault("review", Review.PUBLISHED)
    return create(PipelineCase, kwargs)


def make_stage_entry(**kwargs):
    """An entry into a stage of the pipeline of its case."""
    kwargs.setdefault("review", Review.PUBLISHED)
    if "case" not in kwargs:
        stage = kwargs.get("stage")
        kwargs["case"] = make_pipeline_case(**({"pipeline": stage.pipeline} if stage else {}))
    kwargs.setdefault("stage", None)
    kwargs["stage"] = kwargs["stage"] or make_pipeline_stage(pipeline=kwargs["case"].pipeline)
    return create(StageEntry, kwargs)


def make_target(**kwargs):
    kwargs.setdefault("code", f"T-{next(numbers)}")
    kwargs.setdefault("review", Review.PUBLISHED)
    kwargs.setdefault("unit", "场")
    return create(Target, kwargs)


def make_outlet(**kwargs):
    kwargs.setdefault("review", Review.PUBLISHED)
    return create(Outlet, kwargs)


def make_assessment_scheme(**kwargs):
    kwargs.setdefault("code", f"P-{next(numbers)}")
    kwargs.setdefault("review", Review.PUBLISHED)
    return create(AssessmentScheme, kwargs)


def make_assessment_round(**kwargs):
    kwargs.setdefault("year", 2026)
    return create(AssessmentRound, kwargs)


def make_assessment(**kwargs):
    """Of an outlet of the scheme's headquarters."""
    kwargs.setdefault("review", Review.PUBLISHED)
    if "round" not in kwargs:
        kwargs["round"] = make_assessment_round()
    kwargs.setdefault("number", next(numbers))
    if not kwargs.keys() & {"site", "outlet"}:
        kwargs["outlet"] = make_outlet(headquarters=kwargs["round"].scheme.headquarters)
    return create(Assessment, kwargs)


def make_score(**kwargs):
    """Half of the points of a criterion of the scheme."""
    if "assessment" not in kwargs:
        kwargs["assessment"] = make_assessment(review=Review.DRAFT)
    if "criterion" not in kwargs:
        scheme = kwargs["assessment"].round.scheme
        kwargs["criterion"] = MAKERS[Criterion](scheme=scheme, number=next(numbers))
    kwargs.setdefault("points", 50)
    return create(Score, kwargs)


def make_award(**kwargs):
    if not kwargs.keys() & {"site", "region", "enterprise", "outlet"}:
        kwargs["region"] = make_region()
    return create(Award, kwargs)


# What was measured


def make_metric(**kwargs):
    kwargs.setdefault("unit", "家")
    kwargs.setdefault("sector", "consumption")
    return create(Metric, kwargs)


def make_series(**kwargs):
    kwargs.setdefault("name", f"序列{next(numbers)}")
    if not kwargs.keys() & {*SUBJECTS}:
        kwargs["region"] = make_region()
    return create(Series, kwargs)


def make_observation(**kwargs):
    """Value, bounds and qualifier follow from `printed`, unless the test gives a `value`."""
    if "series" not in kwargs:
        kwargs["series"] = make_series()
    kwargs.setdefault("printed", f"5{kwargs['series'].metric.unit}")
    kwargs.setdefault("accumulation", Observation.Accumulation.POINT)
    kwargs.setdefault("status", Observation.Status.PUBLISHED)
    return create(Observation, kwargs)


def make_skipped_phrase(**kwargs):
    number = next(numbers)
    kwargs.setdefault("start", number)
    kwargs.setdefault("end", number + 2)
    kwargs.setdefault("reason", SkippedPhrase.Reason.RHETORIC)
    return create(SkippedPhrase, kwargs)


def make_finding(**kwargs):
    kwargs.setdefault("key", f"conflict:{next(numbers)}")
    kwargs.setdefault("result", Finding.Result.CANDIDATE)
    kwargs.setdefault("computation", "甲 5 家，乙 6 家")
    return create(Finding, kwargs)


# The ledgers


def make_warning_rule(**kwargs):
    kwargs.setdefault("name", "资金到位超过计划")
    kwargs.setdefault("left", "received_amount")
    kwargs.setdefault("operator", "gt")
    kwargs.setdefault("right", "planned_amount")
    kwargs.setdefault("sentence", "到位 {left} 万元，超过计划 {right} 万元。")
    return create(WarningRule, kwargs)


def make_project_plan(**kwargs):
    kwargs.setdefault("year", 2026)
    kwargs.setdefault("amount", 100)
    return create(ProjectPlan, kwargs)


def make_milestone(**kwargs):
    kwargs.setdefault("name", "主体封顶")
    return create(Milestone, kwargs)


def make_investment_report(**kwargs):
    if "investment" not in kwargs:
        kwargs["investment"] = make_investment(headquarters=make_headquarters())
    return create(InvestmentReport, kwargs)


def make_outlet_report(**kwargs):
    if "outlet" not in kwargs:
        kwargs["outlet"] = make_outlet(headquarters=make_headquarters())
    return create(OutletReport, kwargs)


def make_target_report(**kwargs):
    if "target" not in kwargs:
        kwargs["target"] = make_target(headquarters=make_headquarters())
    return create(TargetReport, kwargs)


def make_training_report(**kwargs):
    kwargs.setdefault("kind", TrainingReport.Kind.VOCATIONAL)
    return create(TrainingReport, kwargs)


def make_revision(**kwargs):
    """A draft that would rename a published project."""
    row = kwargs.pop("row", None) or make_project()
    kwargs.setdefault("dataset", "projects")
    kwargs.setdefault("row_id", row.pk)
    kwargs.setdefault("row_key", row.code)
    kwargs.setdefault("row_version", row.version)
    kwargs.setdefault("headquarters", row.headquarters)
    kwargs.setdefault("values", {"name": [row.name, f"{row.name}（更名）"]})
    return create(Revision, kwargs)


def make_observation_part(**kwargs):
    report = MAKERS[ProgressReport]()
    kwargs.setdefault("dataset", "progress_reports")
    kwargs.setdefault("row_id", report.pk)
    kwargs.setdefault("row_key", f"{report.project.code} / 2026-05")
    kwargs.setdefault("row_version", report.version)
    kwargs.setdefault("name", str(report))
    return create(ObservationPart, kwargs)


# Staff


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


# Every model of the record


def maker_name(model: type[models.Model]) -> str:
    """`make_project_party` for ProjectParty."""
    return "make" + re.sub("([A-Z])", r"_\1", model.__name__).lower()


def plain_maker(model: type[models.Model]) -> Callable[..., Any]:
    """What makes rows of a model of which nothing but its fields is to be known."""
    return lambda **kwargs: create(model, kwargs)


MAKERS = {one: globals().get(maker_name(one)) or plain_maker(one) for one in record_models()}
globals().update({maker_name(one): maker for one, maker in MAKERS.items()})
