"""Ratings of outlets and sites: schemes, the list by score, and what would lift who was rated."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Avg, Count, Prefetch, Q
from django.shortcuts import get_object_or_404

from aidtracker.pages.details import DetailPage, sentence
from aidtracker.pages.listing import ListPage
from aidtracker.pages.sections import Related, Section, address
from aidtracker.pages.tables import NAME, NOTE, Column, Item, Table, table
from projects.models import Assessment, AssessmentRound, AssessmentScheme, Award, Score
from projects.models.assessments import points_words
from projects.views import filters

MOST_LIFTS = 3
ASSESSED = Column("评什么", "get_assessed_display", sort=("assessed",))
SUBJECT = Column("网点或场所", "subject", reads=lambda rows: rows.select_related("outlet", "site"))
TOTAL = Column(
    "总分",
    "total_words",
    kind="phrase",
    sort=("ranked",),
    reads=lambda rows: rows.with_totals(),
    link=True,
)
OUTCOME = Column("结果", "get_outcome_display", sort=("outcome",))
YEAR = Column("年度", "round.year", sort=("round__year",))
SCHEME = Column("评定办法", "round.scheme", reads=lambda rows: rows.select_related("round__scheme"))
BY_TOTAL = "-5"  # the place of 总分 among the columns of the list
ASSESSMENTS = Related("assessments", "评定", (YEAR, SCHEME, TOTAL, OUTCOME))
SCHEMES = Related(
    "assessment_schemes",
    "评定办法",
    (NAME, Column("评什么", "get_assessed_display"), Column("授予的荣誉", "award_name"), NOTE),
)


class AssessmentSchemeList(ListPage):
    model = AssessmentScheme
    lead = "网点、工厂按哪些评分项、各占多少来评，评上的授予什么荣誉。"
    see_also = (("评定", "assessment-list"), ("荣誉", "award-list"))
    filterset_class = filters.AssessmentSchemeFilter
    columns = (
        NAME,
        ASSESSED,
        Column("援疆指挥部", "headquarters", sort=("headquarters__slug",)),
        Column("所属工程", "program", sort=("program__slug",)),
        Column("授予的荣誉", "award_name"),
        NOTE,
    )


class AssessmentList(ListPage):
    model = Assessment
    lead = "各轮评定的总分和结果；没有评全的不算总分，排在评全的之后。按总分排序，请点“总分”。"
    see_also = (("评定办法", "assessmentscheme-list"), ("荣誉", "award-list"))
    filterset_class = filters.AssessmentFilter
    columns = (SUBJECT, SCHEME, YEAR, OUTCOME, TOTAL, NOTE)


# A scheme


def criteria(scheme: AssessmentScheme) -> Section:
    columns = (
        Column("评分项", "name"),
        Column("满分", "full_marks", kind="number"),
        Column("权重", "weight", kind="number"),
        Column("评分依据", "evidence"),
    )
    return Section(
        "criteria", "评分项", table("评分项", columns, scheme.criteria.order_by("number"))
    )


def rounds(scheme: AssessmentScheme) -> Section:
    """Its rounds with what the public sees of each: one query."""
    seen = Assessment.objects.published().filter(round__scheme=scheme)
    found = scheme.rounds.annotate(
        assessed=Count("assessments", filter=Q(assessments__in=seen.values("pk"))),
        granted=Count(
            "assessments",
            filter=Q(assessments__in=seen.values("pk"), assessments__outcome="award"),
        ),
    )

    def ranking(one: AssessmentRound) -> Item:
        conditions = {"scheme": scheme.slug, "year": str(one.year), "sort": BY_TOTAL}
        return Item(f"已公布 {one.assessed} 家", address("assessment-list", **conditions))  # type: ignore[attr-defined]

    columns = (
        Column("年度", "year"),
        Column("按总分排列", ranking),
        Column("评上", lambda one: f"{one.granted} 家"),
        Column("公布日期", "granted_on", kind="date"),
        Column("公布依据", "basis"),
    )
    return Section("rounds", "各轮", table("各轮", columns, found.order_by("-year")))


class AssessmentSchemePage(DetailPage):
    model = AssessmentScheme
    columns = (
        Column("办法编号", "code"),
        ASSESSED,
        Column("援疆指挥部", "headquarters"),
        Column("所属工程", "program"),
        Column("依据文件", "policy"),
        Column("授予的荣誉", "award_name"),
        Column("授予单位", "grantor"),
    )
    parts = (criteria, rounds)

    @property
    def lead(self) -> str:
        scheme = self.row
        return sentence(
            f"评{scheme.get_assessed_display()}的办法",
            scheme.award_name and f"评上的授予“{scheme.award_name}”",
            "总分是各项得分 × 权重之和",
        )


# An assessment


@dataclass(frozen=True)
class Rated:
    """One criterion: its points, and beside them the mean of the round and the last time."""

    criterion: Any
    score: Score | None
    mean: Decimal | None
    before: Decimal | None

    @property
    def points(self) -> Decimal | None:
        return self.score.points if self.score else None

    @property
    def counted(self) -> Decimal | None:
        return None if self.score is None else self.score.points * self.criterion.weight

    @property
    def lost(self) -> Decimal | None:
        """What is missing to the most it could add to the total."""
        if self.score is None:
            return None
        return (self.criterion.full_marks - self.score.points) * self.criterion.weight

    @property
    def against_mean(self) -> Decimal | None:
        return difference(self.points, self.mean)

    @property
    def since(self) -> Decimal | None:
        return difference(self.points, self.before)


def difference(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one - other


def signed(number: Decimal | None) -> str:
    """+3, −1.5 or 0; empty for nothing."""
    if number is None:
        return ""
    words = points_words(abs(number))
    return words if words == "0" else f"{'+' if number > 0 else '−'}{words}"


def shown(number: Decimal | None) -> str:
    return "" if number is None else points_words(number)


@dataclass
class Points:
    """The points of an assessment by criterion, beside those of others and of the last time."""

    row: Assessment

    @cached_property
    def earlier(self) -> Assessment | None:
        """How the same outlet or site was rated in the latest public round before."""
        row = self.row
        rows = Assessment.objects.published().filter(
            outlet=row.outlet_id,
            site=row.site_id,
            round__scheme=row.round.scheme_id,
            round__year__lt=row.round.year,
        )
        return rows.select_related("round").order_by("-round__year").first()

    @cached_property
    def scores(self) -> dict[tuple[int, int], Score]:
        numbers = [one.pk for one in (self.row, self.earlier) if one]
        rows = Score.objects.filter(assessment__in=numbers)
        return {(one.assessment_id, one.criterion_id): one for one in rows}

    @cached_property
    def rated(self) -> list[Rated]:
        whole = Assessment.objects.published().whole().filter(round=self.row.round_id)
        own = Score.objects.filter(assessment__in=whole.values("pk"))
        means = dict(own.order_by().values_list("criterion").annotate(mean=Avg("points")))
        return [
            Rated(
                criterion,
                self.scores.get((self.row.pk, criterion.pk)),
                as_decimal(means.get(criterion.pk)),
                self.earlier and points_of(self.scores.get((self.earlier.pk, criterion.pk))),
            )
            for criterion in self.row.round.scheme.criteria.order_by("number")
        ]

    def as_table(self) -> Table:
        last = f"{self.earlier.round.year}年" if self.earlier else "上一轮"
        columns = (
            Column("评分项", "criterion.name"),
            Column("满分", "criterion.full_marks", kind="number"),
            Column("权重", "criterion.weight", kind="number"),
            Column("得分", "points", kind="number"),
            Column("计入总分", lambda one: shown(one.counted), kind="number"),
            Column("失分", lambda one: shown(one.lost), kind="number"),
            Column("本轮均分", lambda one: shown(one.mean), kind="number"),
            Column("比均分", lambda one: signed(one.against_mean), kind="number"),
            Column(f"{last}得分", "before", kind="number"),
            Column(f"比{last}", lambda one: signed(one.since), kind="number"),
            Column("依据", "score.evidence"),
        )
        return table("各项得分", columns, self.rated)

    def words(self) -> Iterator[str]:
        """What would lift it, and what it did since the round before."""
        if lifts := "；".join(map(lift_words, lifting(self.rated))):
            yield f"能提分的：{lifts}。"
        if self.earlier and (moved := [one for one in self.rated if one.since]):
            said = "；".join(f"{one.criterion.name} {signed(one.since)}" for one in moved)
            yield f"比 {self.earlier.round.year} 年：{said}。"


def points(row: Assessment) -> Section:
    found = Points(row)
    data = {"table": found.as_table(), "words": list(found.words())}
    return Section("points", "各项得分", template="projects/score_points.html", data=data)


def points_of(score: Score | None) -> Decimal | None:
    return score.points if score else None


def as_decimal(number: Any) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def lifting(rated: list[Rated]) -> list[Rated]:
    """The criteria by which most was lost, the most first."""
    lost = [one for one in rated if one.lost]
    return sorted(lost, key=lambda one: -one.lost)[:MOST_LIFTS]  # type: ignore[operator]


def lift_words(one: Rated) -> str:
    words = f"{one.criterion.name}失 {shown(one.lost)} 分"
    if one.against_mean is None:
        return words
    if one.against_mean < 0:
        return f"{words}（低于均分 {shown(-one.against_mean)}）"
    return f"{words}（不低于均分）"


class AssessmentPage(DetailPage):
    model = Assessment
    key = "<slug:scheme>/<int:year>/<int:number>"
    columns = (
        Column("网点或场所", "subject"),
        Column("评定办法", "round.scheme"),
        Column("年度", "round.year"),
        Column("总分", "total_words"),
        Column("名次", "place_words"),
        Column("结果", "get_outcome_display"),
        Column("荣誉", "awards"),
        Column("公布日期", "round.granted_on", kind="date"),
        Column("公布依据", "round.basis"),
    )
    parts = (points,)

    def find(self, scheme: str, year: int, number: int) -> Assessment:
        rows = super().rows().with_totals().select_related("round__scheme", "outlet", "site")
        rows = rows.prefetch_related(Prefetch("awards", Award.objects.published()))
        key = {"round__scheme__slug": scheme, "round__year": year, "number": number}
        found = get_object_or_404(rows, **key)
        found.place_words = place_words(found)
        return found

    @property
    def title(self) -> str:
        return str(self.row)

    @property
    def lead(self) -> str:
        row = self.row
        return sentence(f"按“{row.round.scheme}”评", row.total_words, row.get_outcome_display())


def place_words(row: Any) -> str:
    """The place among those of the round that the public sees rated whole; "" without a total."""
    if row.ranked < 0:
        return ""
    whole = Assessment.objects.published().whole().filter(round=row.round_id)
    found = whole.aggregate(all=Count("pk"), above=Count("pk", filter=Q(ranked__gt=row.ranked)))
    return f"本轮已公布、评全的 {found['all']} 家中第 {found['above'] + 1}"
