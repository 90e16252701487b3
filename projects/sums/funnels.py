"""How many of what goes through a pipeline came how far: rates that state their base.

A stage counts for a case only where an entry into it is recorded: what was left out is said.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby, zip_longest
from typing import NamedTuple

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)

from aidtracker.templatetags.formatting import plain
from projects.models import PipelineStage, StageEntry
from projects.models.pipeline_cases import DROPPED


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


class Path(NamedTuple):
    """The stages, by their numbers, that some cases of a pipeline have come through."""

    stages: frozenset[int]
    is_dropped: bool
    cases: int

    @property
    def at(self) -> int | None:
        return max(self.stages, default=None)


def funnels(
    cases: QuerySet, entries: QuerySet | None = None, pipelines: Iterable[int] = ()
) -> list[Funnel]:
    """The funnels of some cases, one of each pipeline that they go through, or that is named.

    `entries` are those that count: the public ones, unless others are given. Two queries.
    """
    entries = StageEntry.objects.published() if entries is None else entries
    stages = list(
        PipelineStage.objects.select_related("pipeline").order_by("pipeline__slug", "number")
    )
    paths = paths_of(cases, entries, stages)
    named = {*pipelines, *paths}
    return [
        funnel(list(own), paths.get(pipeline, []))
        for pipeline, own in groupby(stages, key=lambda stage: stage.pipeline_id)
        if pipeline in named
    ]


def paths_of(
    cases: QuerySet, entries: QuerySet, stages: Iterable[PipelineStage]
) -> dict[int, list[Path]]:
    """The paths of some cases in each pipeline, which has these stages.

    The database tells a path as a number, whose bits say which stages of the case's own pipeline
    are in it, the first by the lowest: a case has one entry into each.
    """
    in_order: dict[int, list[PipelineStage]] = {}
    for stage in sorted(stages, key=lambda one: one.number):
        in_order.setdefault(stage.pipeline_id, []).append(stage)
    places = [[stage.pk for stage in one if stage] for one in zip_longest(*in_order.values())]
    bits = [When(stage__in=one, then=Value(1 << at)) for at, one in enumerate(places)]
    sums = Sum(Case(*bits, default=0, output_field=BigIntegerField()))
    own = entries.filter(case=OuterRef("pk")).order_by().values("case").annotate(path=sums)
    rows = cases.order_by().annotate(path=Subquery(own.values("path")), is_dropped=DROPPED)
    grouped = rows.values_list("pipeline", "path", "is_dropped").annotate(total=Count("pk"))
    found: dict[int, list[Path]] = {}
    for pipeline, path, is_dropped, total in grouped:
        came = (
            stage.number
            for at, stage in enumerate(in_order.get(pipeline, ()))
            if int(path or 0) >> at & 1
        )
        found.setdefault(pipeline, []).append(Path(frozenset(came), is_dropped, total))
    return found


def funnel(stages: list[PipelineStage], paths: list[Path]) -> Funnel:
    def count(*through: int) -> int:
        return sum(one.cases for one in paths if one.stages.issuperset(through))

    def count_at(stage: int | None, is_dropped: bool) -> int:
        found = (one for one in paths if (one.at, one.is_dropped) == (stage, is_dropped))
        return sum(one.cases for one in found)

    lines, before = [], None
    for stage in stages:
        at = stage.number
        standing = count_at(at, is_dropped=False), count_at(at, is_dropped=True)
        told = (before, count(before.number), count(before.number, at)) if before else ()
        lines.append(FunnelLine(stage, count(at), *standing, *told))
        before = stage
    dropped = sum(one.cases for one in paths if one.is_dropped)
    unbegun = count_at(None, is_dropped=False)
    return Funnel(stages[0].pipeline, count(), unbegun, dropped, tuple(lines))
