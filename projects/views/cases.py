"""What the pages of places, parks, firms, events and bodies say of the cases that name them."""

import json
from collections import Counter
from typing import Any

from django.db.models import QuerySet

from aidtracker.ground.partial_dates import in_chinese
from aidtracker.pages.sections import Section, whole_list
from aidtracker.pages.tables import CAP, NAME, NOTE, Column, shortened
from aidtracker.pages.told import row_of, rows_behind, with_told
from projects.models import PipelineCase

STAGE = Column("现在的阶段", "stage_words", reads=lambda rows: rows.with_stage())
CASE_COLUMNS = (
    NAME,
    Column("企业", "enterprise"),
    STAGE,
    Column("自", "entered_on", kind="date"),
    NOTE,
)
TOLD_COLUMNS = (
    NAME,
    Column("推进流程", "pipeline"),
    Column("企业", "enterprise"),
    Column("现在的阶段", "stage_words"),
    Column("自", "entered_on", kind="date"),
    Column("终止原因", "dropped_reason", kind="phrase"),
)
TOLD = (
    *("id", "name", "slug", "dropped_on", "dropped_reason", "reached"),
    *(f"{key}{path}" for key in ("pipeline", "enterprise") for path in ("", "__name", "__slug")),
)


def ended_words(case: PipelineCase) -> str:
    """2025年3月，投资方撤出; empty while it is pursued."""
    return "，".join(filter(None, (in_chinese(case.dropped_on), case.dropped_reason)))


def with_cases(rows: QuerySet) -> QuerySet:
    """Records told of the public cases that name them: no query more."""
    found = rows_behind(rows.model, "cases").published().with_stage()
    return with_told(rows, "cases", found.order_by("pipeline__slug", "slug")[: CAP + 1], TOLD)


def cases_of(record: Any) -> list[PipelineCase]:
    found = []
    for values in record.told_cases or ():
        case = row_of(PipelineCase, values, record._state.db)
        reached = values["reached"]
        # SQLite tells what stands within what it tells as text.
        case.reached = json.loads(reached) if isinstance(reached, str) else reached
        found.append(case)
    return found


def cases(record: Any) -> Section | None:
    """The cases that name a record, and in words how many stand where; None without any."""
    rows, condition = cases_of(record), record._meta.model_name
    if not rows:
        return None
    more = whole_list("pipelinecase-list", **{condition: record.slug})
    shown = shortened("推进事项", TOLD_COLUMNS, rows, more)
    # Of more rows than are read, the list has the funnel.
    words = standing_words(rows) if len(rows) <= CAP else None
    return Section("cases", "推进事项", shown, "", "projects/section_cases.html", words)


def standing_words(rows: list[PipelineCase]) -> list[str]:
    """Of each pipeline how many stand in which stage: 园区入驻：7 项，入驻 5、退出 2."""
    found: dict[str, Counter[tuple[int, str]]] = {}
    for case in rows:
        number = case.reached["number"] if case.reached else 0
        at = (case.is_dropped * 1000 + number, case.stage_words or "未开始")
        found.setdefault(str(case.pipeline), Counter())[at] += 1
    return [
        f"{name}：{counts.total()} 项，"
        + "、".join(f"{words} {count}" for (_, words), count in sorted(counts.items()))
        for name, counts in found.items()
    ]
