"""What goes through a pipeline: a deal, a project in reserve, a firm that moves in or out."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import JSONObject, Left, Length, RowNumber
from django.utils import timezone

from aidtracker.ground.constraints import once, row_check
from aidtracker.ground.partial_dates import (
    PartialDateField,
    last_day,
    partial_date_check,
)
from aidtracker.ground.records import Record, RecordQuerySet
from aidtracker.ground.relations import key_to, optional_key_to
from aidtracker.review.reviewed import Review, Reviewed, standing
from programs.models import Headquarters, Program, Region
from projects.models.activities import Activity
from projects.models.enterprises import Enterprise
from projects.models.investments import Investment
from projects.models.pipelines import Pipeline
from projects.models.projects import Project
from projects.models.sites import Site


class DayBefore(Func):
    """So many days before a day, as text; the number of days is a column."""

    output_field: Any = CharField()

    def __init__(self, days: Any, today: date | None = None) -> None:
        super().__init__(days, *([Value(today.isoformat())] if today else []))

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "date(%(today)s, '-' || %(days)s || ' days')"
        return self.put(template, compiler)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = "to_char(CAST(%(today)s AS date) - CAST(%(days)s AS integer), 'YYYY-MM-DD')"
        return self.put(template, compiler)

    def put(self, template: str, compiler: Any) -> Any:
        days, today = (compiler.compile(one) for one in self.source_expressions)
        return template % {"today": today[0], "days": days[0]}, (*today[1], *days[1])


# Whether a case is no longer pursued.
DROPPED = Case(When(dropped_reason="", then=False), default=True, output_field=BooleanField())


class PipelineCaseQuerySet(RecordQuerySet):
    def for_fixtures(self) -> Self:
        return self.published()

    def with_stage(self, entries: QuerySet | None = None) -> Self:
        """Each with the stage that it has come to, as `reached`; None before the first.

        Of the public ones with the public entries, unless others are given.
        """
        return self.annotate(reached=Subquery(latest(entries).values("told")))

    def longest_in_stage(self, entries: QuerySet, many: int) -> Self:
        """So many of each stage: those longest in it by these entries; and of those before all."""
        last = latest(entries)
        rows = self.annotate(
            at=Subquery(last.values("stage")), since=Subquery(last.values("entered_on"))
        )
        place = Window(RowNumber(), partition_by="at", order_by=["since", "pk"])
        return rows.annotate(place=place).filter(place__lte=many)

    def under_way(self) -> Self:
        """Those that were not dropped."""
        return self.filter(dropped_reason="").exclude(review=Review.WITHDRAWN)

    def stalled(self, today: date) -> Self:
        """Those that are longer in their stage than it allows, drafts included.

        A month or year counts only when all of it is that long ago.
        """
        entries = entries_of_cases().standing()
        later = entries.filter(case=OuterRef("case"), stage__number__gt=OuterRef("stage__number"))
        since = DayBefore(F("stage__stalled_after"), today)
        long_ago = entries.filter(
            ~Exists(later),
            stage__stalled_after__isnull=False,
            entered_on__lt=Left(since, Length("entered_on")),
        )
        return self.under_way().filter(pk__in=long_ago.order_by().values("case"))


def entries_of_cases() -> Any:
    """The entries of all cases, whose model names cases."""
    return PipelineCase.entries.field.model.objects  # type: ignore[attr-defined]


def latest(entries: QuerySet | None = None) -> QuerySet:
    """The entry into the furthest stage of the case of an outer query, `told` in words."""
    if entries is None:
        entries = entries_of_cases().filter(review=Review.PUBLISHED)
    told = JSONObject(
        entry=F("pk"),
        stage=F("stage"),
        number=F("stage__number"),
        name=F("stage__name"),
        outcome=F("stage__outcome"),
        limit=F("stage__stalled_after"),
        on=F("entered_on"),
    )
    own = entries.filter(case=OuterRef("pk")).order_by("-stage__number")
    return own.annotate(told=told)[:1]


class PipelineCase(Reviewed, Record):
    """推进事项: a deal, a project in reserve or a firm's move, on its way through a pipeline.

    How much it is about stands in the ledger that it names: here nothing is said twice.
    """

    SHOWN = ("name", "slug", "aliases")
    TOLD = (
        *("name", "slug", "code", "pipeline", "enterprise", "site", "region", "headquarters"),
        *("program", "activity", "investment", "project", "dropped_on", "dropped_reason"),
    )
    KEY = ("code",)
    TOLD_APART_BY = ("pipeline", "enterprise", "site")
    OWNERS = ("headquarters",)
    IS_SHARED = False
    maintainer = None

    # Identification
    code = models.CharField("事项编号", max_length=40, unique=True)
    pipeline = key_to(Pipeline, "推进流程", "cases")

    # Relations
    enterprise = optional_key_to(
        Enterprise,
        "企业",
        "cases",
        help_text="名录里的企业人人看得到；还不能公开的对方只写在本条名称里",
    )
    site = optional_key_to(Site, "场所", "cases", help_text="落在或入驻哪个园区、场所")
    region = optional_key_to(Region, "地区", "cases")
    headquarters = optional_key_to(Headquarters, "援疆指挥部", "cases")
    program = optional_key_to(Program, "所属工程", "cases")
    activity = optional_key_to(
        Activity, "由哪次活动带来", "cases", help_text="推介会、签约会、考察等"
    )
    investment = optional_key_to(
        Investment, "招商项目", "cases", help_text="签约后登记在招商台账里的那一项，金额以它为准"
    )
    project = optional_key_to(
        Project, "援疆项目", "cases", help_text="列入计划后登记在项目台账里的那一项"
    )

    # Dates
    dropped_on = PartialDateField("终止", is_past=True)
    dropped_reason = models.CharField(
        "终止原因", max_length=200, blank=True, help_text="不再推进的写明原因；发布后公开"
    )

    # Standing
    review, review_comment, correction_reason = standing()

    objects = PipelineCaseQuerySet.as_manager()

    class Meta(Reviewed.Meta, Record.Meta):
        verbose_name = verbose_name_plural = "推进事项"
        constraints = (
            row_check(
                "pipeline_case_one_ledger_row",
                Q(investment=None) | Q(project=None),
                "招商项目和援疆项目只填一个。",
            ),
            row_check(
                "pipeline_case_dropped_for_a_reason",
                Q(dropped_on="") | ~Q(dropped_reason=""),
                "终止的事项请写明原因。",
            ),
            once(
                "pipeline_case_investment_once",
                "这个招商项目在该流程里已有一条。",
                "pipeline",
                "investment",
            ),
            once(
                "pipeline_case_project_once",
                "这个援疆项目在该流程里已有一条。",
                "pipeline",
                "project",
            ),
            partial_date_check("pipeline_case", "dropped_on"),
        )

    @property
    def search_names(self) -> list[str]:
        return [self.name, *self.aliases, self.code]

    @property
    def is_dropped(self) -> bool:
        return bool(self.dropped_reason)

    @property
    def next_words(self) -> str:
        """Who does what next, as far as that is entered."""
        return "".join(one.words for one in self.follow_ups.all())

    def clean(self) -> None:
        self.before_storing([self])

    @classmethod
    def before_storing(cls, rows: Sequence[Self]) -> None:
        """What has entered a stage stays in its pipeline."""
        numbers = [row.pk for row in rows if row.pk]
        begun = cls._base_manager.filter(pk__among=numbers, entries__isnull=False)
        kept = dict(begun.values_list("pk", "pipeline")) if numbers else {}
        for row in rows:
            if kept.get(row.pk, row.pipeline_id) != row.pipeline_id:
                raise ValidationError(
                    {"pipeline": f"“{row}”已有阶段记录，不能改流程；请先删去那些记录。"}
                )

    @property
    def stage_words(self) -> str:
        """Where it stands: 签约, 签约（终止）; empty before the first stage.

        Like all that follows it is known of rows read `with_stage` alone.
        """
        at = self.reached["name"] if self.reached else ""
        return f"{at or '未开始'}（终止）" if self.is_dropped else at

    @property
    def entered_on(self) -> str:
        return self.reached["on"] if self.reached else ""

    @property
    def days(self) -> int | None:
        """For how long it has surely been in its stage; None where no day is known."""
        since = last_day(self.entered_on)
        return max((timezone.localdate() - since).days, 0) if since else None

    @property
    def is_stalled(self) -> bool:
        limit, days = (self.reached or {}).get("limit"), self.days
        return not self.is_dropped and limit is not None and days is not None and days > limit

    @property
    def stalled_words(self) -> str:
        """签约 210 天（超过 180 天算停滞）; of one that has stalled."""
        at = self.reached
        return f"{at['name']} {self.days} 天（超过 {at['limit']} 天算停滞）"
