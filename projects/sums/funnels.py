"""How many of what goes through a pipeline came how far: rates that state their base.

A stage counts for a case only where an entry into it is recorded: what was left out is said.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from django.db.models import Count, QuerySet, Subquery

from aidtracker.templatetags.formatting import plain
from projects.models import PipelineStage, StageEntry
from projects.models.pipeline_cases import DROPPED, latest


@dataclass(frozen=True)
class Funnel:
    """All cases of one pipeline among some: how many, and how they stand to its stages."""

    pipeline: object
    cases: int
    unbegun: int
    dropped: int
    lines: tuple["FunnelLine", ...]

    @property
    def words(self) -> str:
        rest = [f"未开始 {self.unbegun}" * bool(self.unbegun), f"终止 {self.dropped}"]
        return f"{self.pipeline}：{self.cases} 项，其中{'、'.join(filter(None, rest))}"


@dataclass(frozen=True)
class FunnelLine:
    """One stage: how many ever reached it, stand in it now, or were dropped there."""

    stage: PipelineStage
    reached: int
    here: int
    dropped: int
    before: PipelineStage | None = None
    base: int = 0
    both: int = 0

    @property
    def rate_words(self) -> str:
        """40%（到过“拜访”的 30 项中 12 项）, of those that reached the stage before."""
        if not self.base:
            return ""
        share = percent(self.both, self.base)
        return f"{share}（到过“{self.before.name}”的 {self.base} 项中 {self.both} 项）"

    @property
    def left_out_words(self) -> str:
        """How many reached it without a record of the stage before, whom the rate leaves out."""
        alone = self.reached - self.both
        return f"另 {alone} 项没有“{self.before.name}”的记录" if self.before and alone else ""


def percent(part: int, whole: int) -> str:
    return f"{plain(Decimal(round(Fraction(part * 1000, whole))) / 10)}%"


def funnels(
    cases: QuerySet, entries: QuerySet | None = None, pipelines: Iterable[int] = ()
) -> list[Funnel]:
    """The funnels of some cases, one of each pipeline that they go through, or that is named.

    `entries` are those that count: the public ones, unless others are given. Three queries.
    """
    entries = StageEntry.objects.published() if entries is None else entries
    now = standing_of(cases, entries)
    named = {*pipelines, *(one for one, *_ in now)}
    stages = PipelineStage.objects.filter(pipeline__in=named).select_related("pipeline")
    in_order = stages.order_by("pipeline__slug", "number")
    pairs = pairs_of(cases, entries) if now else Counter()
    return [
        funnel(list(own), now, pairs)
        for _, own in groupby(in_order, key=lambda stage: stage.pipeline_id)
    ]


def standing_of(cases: QuerySet, entries: QuerySet) -> Counter[tuple[int, int | None, bool]]:
    """How many cases stand in each stage, and how many of those were dropped."""
    at = Subquery(latest(entries).values("stage"))
    rows = cases.order_by().annotate(at=at, is_dropped=DROPPED)
    grouped = rows.values_list("pipeline", "at", "is_dropped").annotate(total=Count("pk"))
    return Counter({tuple(key): total for *key, total in grouped})


def pairs_of(cases: QuerySet, entries: QuerySet) -> Counter[tuple[int, int]]:
    """How many cases reached both of two stages; of one stage twice: how many reached it."""
    own = entries.filter(case__in=cases.order_by().values("pk")).order_by()
    same = own.filter(case__entries__in=entries.order_by().values("pk"))
    grouped = same.values_list("stage", "case__entries__stage").annotate(total=Count("pk"))
    return Counter({(one, other): total for one, other, total in grouped})


def funnel(stages: list[PipelineStage], now: Counter, pairs: Counter) -> Funnel:
    pipeline = stages[0].pipeline
    own = {key: total for key, total in now.items() if key[0] == pipeline.pk}
    lines, before = [], None
    for stage in stages:
        standing = [own.get((pipeline.pk, stage.pk, is_dropped), 0) for is_dropped in (False, True)]
        reached = pairs[stage.pk, stage.pk]
        told = (before, pairs[before.pk, before.pk], pairs[before.pk, stage.pk]) if before else ()
        lines.append(FunnelLine(stage, reached, *standing, *told))
        before = stage
    unbegun = sum(total for (_, at, is_dropped), total in own.items() if not (at or is_dropped))
    dropped = sum(total for (*_, is_dropped), total in own.items() if is_dropped)
    return Funnel(pipeline, sum(own.values()), unbegun, dropped, tuple(lines))
