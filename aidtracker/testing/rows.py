"""Rows for tests: `make_<model>(**kwargs)` saves one row, with defaults for what a test leaves out.

Many-to-many fields take lists. Names and codes count up, so that rows never collide.
"""

from itertools import count

from programs.models import (
    Batch,
    Category,
    Headquarters,
    Official,
    Pairing,
    Policy,
    Program,
    Region,
    Source,
)
from projects.models import (
    Activity,
    Agreement,
    Award,
    Enterprise,
    Finding,
    Investment,
    Metric,
    Observation,
    Outlet,
    Project,
    ProjectParty,
    Review,
    Series,
    Site,
    SkippedPhrase,
)
from projects.models.metrics import SUBJECTS

numbers = count(1)


def create(model, fields):
    """Save a row of `model`; lists given for many-to-many fields are set after that."""
    many = {field.name: fields.pop(field.name, []) for field in model._meta.many_to_many}
    row = model(**fields)
    if isinstance(row, Observation) and row.value is None:
        row.clean()
    row.save()
    for name, rows in many.items():
        if rows:
            getattr(row, name).set(rows)
    return row


def make_source(**kwargs):
    number = next(numbers)
    kwargs.setdefault("code", f"source-{number}")
    kwargs.setdefault("title", f"文献{number}")
    kwargs.setdefault("kind", Source.Kind.NEWSPAPER)
    return create(Source, kwargs)


def make_region(**kwargs):
    number = next(numbers)
    kwargs.setdefault("code", f"{900000 + number}")
    kwargs.setdefault("name", f"地区{number}")
    kwargs.setdefault("level", Region.Level.COUNTY)
    return create(Region, kwargs)


def make_pairing(**kwargs):
    if "donor" not in kwargs:
        kwargs["donor"] = make_region(level=Region.Level.PROVINCE)
    if "recipient" not in kwargs:
        kwargs["recipient"] = make_region()
    return create(Pairing, kwargs)


def make_headquarters(**kwargs):
    kwargs.setdefault("name", f"指挥部{next(numbers)}")
    kwargs.setdefault("level", Headquarters.Level.PROVINCE)
    if "donor" not in kwargs:
        kwargs["donor"] = make_region(level=Region.Level.PROVINCE)
    return create(Headquarters, kwargs)


def make_batch(**kwargs):
    if "owner" not in kwargs:
        kwargs["owner"] = make_region(level=Region.Level.PROVINCE)
    kwargs.setdefault("number", next(numbers))
    return create(Batch, kwargs)


def make_official(**kwargs):
    kwargs.setdefault("person", f"负责人{next(numbers)}")
    kwargs.setdefault("organisation", "某指挥部")
    kwargs.setdefault("post", "指挥长")
    return create(Official, kwargs)


def make_program(**kwargs):
    kwargs.setdefault("name", f"工程{next(numbers)}")
    kwargs.setdefault("kind", Program.Kind.PROGRAM)
    kwargs.setdefault("sector", "consumption")
    return create(Program, kwargs)


def make_category(**kwargs):
    number = next(numbers)
    kwargs.setdefault("scheme", "“十四五”援疆规划")
    kwargs.setdefault("code", f"C{number}")
    kwargs.setdefault("name", f"类别{number}")
    kwargs.setdefault("plan_start", 2021)
    kwargs.setdefault("plan_end", 2025)
    return create(Category, kwargs)


def make_policy(**kwargs):
    kwargs.setdefault("name", f"政策{next(numbers)}")
    return create(Policy, kwargs)


def make_enterprise(**kwargs):
    kwargs.setdefault("name", f"企业{next(numbers)}")
    kwargs.setdefault("kind", Enterprise.Kind.COMPANY)
    return create(Enterprise, kwargs)


def make_site(**kwargs):
    kwargs.setdefault("name", f"场所{next(numbers)}")
    kwargs.setdefault("kind", Site.Kind.PARK)
    return create(Site, kwargs)


def make_project(**kwargs):
    number = next(numbers)
    kwargs.setdefault("code", f"P-{number}")
    kwargs.setdefault("name", f"项目{number}")
    if "headquarters" not in kwargs:
        kwargs["headquarters"] = make_headquarters()
    kwargs.setdefault("review", Review.PUBLISHED)
    return create(Project, kwargs)


def make_project_party(**kwargs):
    if "project" not in kwargs:
        kwargs["project"] = make_project()
    kwargs.setdefault("number", next(numbers))
    kwargs.setdefault("role", ProjectParty.Role.OWNER)
    if not kwargs.keys() & {"enterprise", "headquarters", "organisation"}:
        kwargs["organisation"] = "某单位"
    return create(ProjectParty, kwargs)


def make_investment(**kwargs):
    number = next(numbers)
    kwargs.setdefault("code", f"I-{number}")
    kwargs.setdefault("name", f"招商项目{number}")
    kwargs.setdefault("kind", Investment.Kind.NEW)
    kwargs.setdefault("review", Review.PUBLISHED)
    return create(Investment, kwargs)


def make_outlet(**kwargs):
    kwargs.setdefault("name", f"网点{next(numbers)}")
    kwargs.setdefault("kind", Outlet.Kind.FLAGSHIP)
    kwargs.setdefault("review", Review.PUBLISHED)
    return create(Outlet, kwargs)


def make_activity(**kwargs):
    kwargs.setdefault("name", f"活动{next(numbers)}")
    kwargs.setdefault("kind", Activity.Kind.FAIR)
    return create(Activity, kwargs)


def make_agreement(**kwargs):
    kwargs.setdefault("name", f"协议{next(numbers)}")
    kwargs.setdefault("kind", Agreement.Kind.FRAMEWORK)
    return create(Agreement, kwargs)


def make_award(**kwargs):
    kwargs.setdefault("name", f"荣誉{next(numbers)}")
    kwargs.setdefault("level", Award.Level.NATIONAL)
    if not kwargs.keys() & {"site", "region", "enterprise"}:
        kwargs["region"] = make_region()
    return create(Award, kwargs)


def make_metric(**kwargs):
    kwargs.setdefault("name", f"指标{next(numbers)}")
    kwargs.setdefault("unit", "家")
    kwargs.setdefault("kind", Metric.Kind.STOCK)
    kwargs.setdefault("sector", "consumption")
    return create(Metric, kwargs)


def make_series(**kwargs):
    kwargs.setdefault("name", f"序列{next(numbers)}")
    if "metric" not in kwargs:
        kwargs["metric"] = make_metric()
    if not kwargs.keys() & {*SUBJECTS}:
        kwargs["region"] = make_region()
    return create(Series, kwargs)


def make_observation(**kwargs):
    """Value, bounds and qualifier follow from `printed`, unless the test gives a `value`."""
    if "source" not in kwargs:
        kwargs["source"] = make_source()
    kwargs.setdefault("number", next(numbers))
    if "series" not in kwargs:
        kwargs["series"] = make_series()
    kwargs.setdefault("printed", f"5{kwargs['series'].metric.unit}")
    kwargs.setdefault("accumulation", Observation.Accumulation.POINT)
    kwargs.setdefault("status", Observation.Status.PUBLISHED)
    return create(Observation, kwargs)


def make_skipped_phrase(**kwargs):
    number = next(numbers)
    if "source" not in kwargs:
        kwargs["source"] = make_source()
    kwargs.setdefault("start", number)
    kwargs.setdefault("end", number + 2)
    kwargs.setdefault("reason", SkippedPhrase.Reason.RHETORIC)
    return create(SkippedPhrase, kwargs)


def make_finding(**kwargs):
    number = next(numbers)
    kwargs.setdefault("key", f"conflict:{number}")
    kwargs.setdefault("kind", "conflict")
    kwargs.setdefault("result", Finding.Result.CANDIDATE)
    kwargs.setdefault("computation", "甲 5 家，乙 6 家")
    return create(Finding, kwargs)
