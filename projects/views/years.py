"""Years of a place: what was planned for its projects and done; of a park: who moved in and out."""

import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import ExtractYear, JSONObject, Left

from aidtracker.pages.sections import Section
from aidtracker.pages.tables import Column, Layout, table
from aidtracker.pages.told import JSONRows
from aidtracker.templatetags.formatting import yi
from projects.models import (
    Milestone,
    Pipeline,
    PipelineStage,
    ProgressReport,
    Project,
    ProjectPlan,
    StageEntry,
)
from projects.sums.funnels import percent

PARTS = ("plans", "works", "steps", "entries")
CENT = Decimal("0.000001")
COLUMNS = (
    Column("年度", lambda one: f"{one['year']}年"),
    Column("计划援疆资金", lambda one: one.get("plans", ""), kind="phrase"),
    Column("完成投资", lambda one: one.get("works", ""), kind="phrase"),
    Column("节点完成", lambda one: one.get("steps", ""), kind="phrase"),
    Column("储备项目", lambda one: one.get("entries", ""), kind="phrase"),
)

MOVES = (
    Column("年度", lambda one: f"{one['year']}年" if one["year"] else "没有日期"),
    Column("入驻", lambda one: moved_words(one, PipelineStage.Outcome.DONE), kind="count"),
    Column("退出", lambda one: moved_words(one, PipelineStage.Outcome.LEFT), kind="count"),
)


def moved_words(one: dict[str, Any], outcome: str) -> str:
    return f"{one[outcome]} 家" if outcome in one else ""


def in_place() -> QuerySet:
    """The numbers of the projects of the place that an outer query's outer query reads."""
    links = Project.regions.through.objects.filter(region=OuterRef(OuterRef("pk")))
    return links.order_by().values("project")


def plans() -> QuerySet:
    """The plans of its projects by year, each as it was adjusted last."""
    rows = ProjectPlan.objects.published().filter(project__any_of=in_place())
    same = {"project": OuterRef("project"), "year": OuterRef("year")}
    later = ProjectPlan.objects.filter(review="published", number__gt=OuterRef("number"), **same)
    grouped = rows.filter(~Exists(later)).order_by().values("year")
    return told(grouped, "year", n=Count("pk"), amount=Sum("amount"))


def works() -> QuerySet:
    """What the monthly reports of its projects say was done, by year."""
    rows = ProgressReport.objects.published().filter(project__any_of=in_place())
    known = rows.filter(work_done_month__isnull=False).order_by()
    grouped = known.annotate(year=ExtractYear("month")).values("year")
    return told(grouped, "year", n=Count("pk"), amount=Sum("work_done_month"))


def steps() -> QuerySet:
    """The steps of its projects by the year for which they were planned, and those reached."""
    rows = Milestone.objects.published().filter(project__any_of=in_place())
    dated = rows.exclude(planned_on="").order_by()
    grouped = dated.annotate(year=Left("planned_on", 4)).values("year")
    return told(grouped, "year", n=Count("pk"), done=Count("pk", filter=~Q(actual_on="")))


def entries() -> QuerySet:
    """How many projects in reserve entered which stage in a year."""
    rows = StageEntry.objects.published().filter(
        case__region=OuterRef("pk"), case__pipeline__kind=Pipeline.Kind.RESERVE
    )
    dated = rows.exclude(entered_on="").order_by()
    grouped = dated.annotate(year=Left("entered_on", 4)).values(
        "year", "stage__number", "stage__name"
    )
    return told(grouped, "year", "stage__number", "stage__name", n=Count("pk"))


def with_moves(rows: QuerySet) -> QuerySet:
    """Parks told of how many firms moved in and out in which year: no query more."""
    entries = StageEntry.objects.published().filter(
        case__site=OuterRef("pk"), case__pipeline__kind=Pipeline.Kind.OCCUPANCY
    )
    moved = entries.exclude(stage__outcome="").order_by()
    grouped = moved.annotate(year=Left("entered_on", 4)).values("year", "stage__outcome")
    found = told(grouped, "year", "stage__outcome", n=Count("pk"))
    return rows.annotate(years_moves=JSONRows(found))


def moves(site: Any) -> Section | None:
    """Year by year how many firms moved in and out; None where no entry says of any."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for one in read(site, "moves"):
        found[one["year"]][one["stage__outcome"]] = one["n"]
    if not found:
        return None
    lines = [{"year": year, **counts} for year, counts in sorted(found.items(), reverse=True)]
    caption = "各年入驻和退出的企业，按已公开的阶段记录"
    return Section("moves", "入驻与退出", table(caption, MOVES, lines, Layout()))


def told(grouped: QuerySet, *names: str, **counts: Any) -> QuerySet:
    return grouped.annotate(told=JSONObject(**{one: F(one) for one in names}, **counts)).values(
        "told"
    )


def with_years(rows: QuerySet) -> QuerySet:
    """Places told of their years: no query more."""
    found = (plans(), works(), steps(), entries())
    return rows.annotate(
        **{f"years_{name}": JSONRows(part) for name, part in zip(PARTS, found, strict=True)}
    )


def read(row: Any, name: str) -> list[dict[str, Any]]:
    """What a row was told of its years."""
    found = getattr(row, f"years_{name}") or ()
    return [json.loads(one) if isinstance(one, str) else one for one in found]


def years(place: Any) -> Section | None:
    """Year by year what was planned and what was done; None where nothing is known of either."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for name in PARTS:
        by_year = defaultdict(list)
        for one in read(place, name):
            by_year[str(one["year"])].append(one)
        for year, lines in by_year.items():
            found[year][name] = WORDS[name](lines)
    if not found:
        return None
    lines = [{"year": year, **parts} for year, parts in sorted(found.items(), reverse=True)]
    shown = table("各年的计划与完成", COLUMNS, lines, Layout())
    return Section("years", "计划与完成", shown, template="projects/section_years.html")


def amount_words(lines: list[dict[str, Any]], of: str) -> str:
    (one,) = lines
    if one["amount"] is None:
        return ""
    return f"{yi(Decimal(str(one['amount'])).quantize(CENT))}（{one['n']} {of}）"


def step_words(lines: list[dict[str, Any]]) -> str:
    """75%（计划的 12 个中 9 个）."""
    (one,) = lines
    return f"{percent(one['done'], one['n'])}（计划的 {one['n']} 个中 {one['done']} 个）"


def entry_words(lines: list[dict[str, Any]]) -> str:
    """列入年度计划 12、开工 9, in the order of the stages; of several pipelines added up."""
    found: dict[tuple[int, str], int] = defaultdict(int)
    for one in lines:
        found[one["stage__number"], one["stage__name"]] += one["n"]
    return "、".join(f"{name} {count} 项" for (_, name), count in sorted(found.items()))


WORDS = {
    "plans": lambda lines: amount_words(lines, "个项目"),
    "works": lambda lines: amount_words(lines, "份月报"),
    "steps": step_words,
    "entries": entry_words,
}
