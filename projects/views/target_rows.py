"""What is set out to do, in tables: plan against done, how far, whether it is late and why."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connections
from django.db.models import Exists, F, JSONField, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse

from aidtracker.ground.made_once import MadeExpression, asked_of
from aidtracker.ground.months import in_chinese
from aidtracker.pages.sections import Related, Section
from aidtracker.pages.tables import NAME, NOTE, Column, Item
from aidtracker.pages.told import JSONRows, rows_behind
from aidtracker.templatetags.formatting import span
from projects.models import Observation, Target, TargetReport, WarningRule
from projects.models.targets import counted, share_words
from projects.sums.standings import (
    DONE,
    PLANS,
    Standing,
    in_time,
    planned_then,
    with_standing,
)
from projects.warnings import rules_of_targets, worst_of

MOST_FIGURES = 20  # of the series of one target
FIGURE_FIELDS = ("printed", "number", "nature", "qualifier", "value")
MOMENTS = ("as_of", "period_end", "period_start")
# The figure of a document that each count's standing rests on.
DECIDING = {"planned": "planned_figure", "done": "done_figure"}


FIGURES: dict[str, tuple[Callable[[], QuerySet], int]] = {
    "series_figures": (lambda: said_of(OuterRef("series")), MOST_FIGURES),
    "planned_figure": (planned_then, 1),
    "done_figure": (in_time, 1),
}


def said_of(series: Any) -> QuerySet:
    return Observation.objects.published().in_use().filter(series=series).best_first()


def told_figures(name: str) -> JSONRows:
    """Some figures that documents say of a target, as its row is told of them."""
    find, most = FIGURES[name]
    values = {name: F(name) for name in (*FIGURE_FIELDS, *MOMENTS)}
    told = JSONObject(**values, code=F("source__code"), unit=F("series__metric__unit"))
    return JSONRows(find().values(told=told)[:most])


def with_counts(rows: QuerySet) -> QuerySet:
    """Targets with what documents say of them, how they stand and why: no query of its own."""
    reports = TargetReport.objects.published().filter(target=OuterRef("pk")).exclude(problems="")
    latest = reports.order_by("-month")
    return with_standing(rows).annotate(
        **{
            name: MadeExpression(name, Target, partial(told_figures, name), JSONField())
            for name in FIGURES
        },
        reason=Subquery(latest.values("problems")[:1]),
        reason_month=Subquery(latest.values("month")[:1]),
    )


def figures_of(row: Any) -> list[dict[str, Any]]:
    """What documents say of a target, the best first, as far as it is of its time."""
    return [one for one in row.series_figures or () if is_of_time(one, row.ends_on)]


def is_of_time(figure: dict[str, Any], ends_on: str) -> bool:
    """Whether a figure speaks of the time that a target ends with; true if either is undated."""
    moment = next((figure[name] for name in MOMENTS if figure[name]), "")
    return not (moment and ends_on) or moment.startswith(ends_on)


@dataclass(frozen=True)
class Count:
    """One count of a target: as typed, or as a document has it, with the way to its words."""

    words: str
    url: str = ""
    number: Decimal | None = None

    @property
    def item(self) -> Item | None:
        return Item(self.words, self.url, self.number) if self.words else None


NOTHING = Count("")


def count_of(row: Any, name: str, natures: Sequence[str]) -> Count:
    """As typed; else by the figure that its standing rests on; else by what there is to read."""
    typed = getattr(row, name)
    if typed is not None:
        return Count(counted(typed, row.unit), "", typed)
    others = (one for one in figures_of(row) if one["nature"] in natures)
    figure = next(iter([*(getattr(row, DECIDING[name]) or ()), *others]), None)
    if figure is None:
        return NOTHING
    url = reverse("observation-detail", args=[figure["code"], figure["number"]])
    is_exact = figure["qualifier"] == "exact" and figure["unit"] == row.unit
    return Count(figure["printed"], url, value_of(figure, row) if is_exact else None)


def value_of(figure: dict[str, Any], row: Any) -> Decimal | None:
    """The value of a figure, which JSON has as the database keeps it."""
    value = figure["value"]
    connection = connections[row._state.db]
    for convert in Observation._meta.get_field("value").get_db_converters(connection):
        value = convert(value, None, connection)
    return None if value is None else Decimal(str(value))


def planned_of(row: Any) -> Count:
    return count_of(row, "planned", PLANS)


def done_of(row: Any) -> Count:
    return count_of(row, "done", DONE)


def share_of(row: Any) -> str:
    """The share of the plan that is done, where both are known exactly."""
    return share_words(done_of(row).number, planned_of(row).number)


@dataclass(frozen=True)
class Light:
    """How a target stands: a tone, a sign and words; behind them what the rule found and why."""

    tone: str
    sign: str
    words: str
    why: str = ""


TONES = {
    WarningRule.Level.ERROR: ("contradiction", "✕"),
    WarningRule.Level.WARNING: ("candidate", "!"),
}
REACHED = Light("holds", "✓", "已达到")
ON_TIME = Light("holds", "✓", "正常")
CANCELLED = Light("unchecked", "—", "已取消")
# By what documents say, of which no rule knows.
BY_STANDING = {
    Standing.REACHED: REACHED,
    Standing.OPEN: Light("unchecked", "—", Standing.OPEN.label),
    Standing.LATE: Light("contradiction", "✕", Standing.LATE.label),
}


def light_of(row: Any, warning: Any) -> Light | None:
    """None where too little is known to say anything."""
    if row.status == Target.Status.CANCELLED:
        return CANCELLED
    if warning:
        tone, sign = TONES[WarningRule.Level(warning.level)]
        return Light(tone, sign, warning.rule.name, why_late(row, warning))
    if row.done is None or row.planned is None:
        light = BY_STANDING.get(row.standing)
        return light and replace(light, why=grounds_of(row))
    return REACHED if row.done >= row.planned else ON_TIME


def grounds_of(row: Any) -> str:
    """据文献，计划 1000万人次，完成 892.18 万人次; of each count whether the ledger has it."""
    counts = (("计划", planned_of(row)), ("完成", done_of(row)))
    said = [f"{label} {one.words}{'' if one.url else '（台账）'}" for label, one in counts]
    return f"据文献，{'，'.join(said)}"


def why_late(row: Any, warning: Any) -> str:
    """What the rule says, and the reason of the last month that gives one."""
    if not row.reason:
        return warning.sentence
    return f"{warning.sentence}{in_chinese(row.reason_month)}：{row.reason}"


def lit(rows: list[Any], rules: Iterable[Any]) -> list[Any]:
    """Rows that know their light; no query but for the rules."""
    worst = worst_of(rows, rules)
    for row in rows:
        row.light = light_of(row, worst.get(row.pk))
    return rows


PERIOD = Column("期限", lambda row: span(row.starts_on, row.ends_on), kind="moment")
PLANNED = Column("计划", lambda row: planned_of(row).item, kind="count")
COUNTED = Column("完成", lambda row: done_of(row).item, kind="count")
SHARE = Column("完成率", share_of, kind="count")
LIGHT = Column("进度", "light", kind="light")
# On a phone a card shows the first four behind the name.
TARGET_COLUMNS = (NAME, PLANNED, COUNTED, SHARE, LIGHT, PERIOD, NOTE)


@dataclass(frozen=True)
class TargetRows(Related):
    """The targets of a record: told whether there are any, it asks for these.

    All that is asked of a target is a long query, which costs the database more to plan than to
    answer; few records have targets.
    """

    def told_with(self, records: QuerySet) -> QuerySet:
        found = rows_behind(records.model, self.anchor).published()
        return records.annotate(**{self.told: Exists(found)})

    def __call__(self, record: Any) -> Section:
        return self.section(self.lit_rows(record), record)

    @property
    def told(self) -> str:
        return f"has_{self.anchor}"

    def read(self, record: Any) -> QuerySet:
        return with_counts(super().read(record))

    def lit_rows(self, record: Any) -> list[Any]:
        if not getattr(record, self.told):
            return []
        return lit(list(asked_of(self, record, self.read)), self.rules(record))

    def rules(self, record: Any) -> Iterable[Any]:
        return rules_of_targets()


TARGETS = TargetRows("targets", "目标任务", TARGET_COLUMNS)
