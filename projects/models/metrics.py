"""What is measured, and of whom: metrics, and the series of one metric about one subject."""

from collections.abc import Iterator, Sequence
from typing import Any, Self

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, Least

from aidtracker.ground.batches import by_first_numbers
from aidtracker.ground.columns import WordsField
from aidtracker.ground.constraints import BrokenRuleError, Once, once, row_check
from aidtracker.ground.features import Paged
from aidtracker.ground.inner_queries import Answers, Fixed
from aidtracker.ground.publication import PUBLISHED, public_rule
from aidtracker.ground.records import (
    MaintainerField,
    Record,
    RecordQuerySet,
    SlugFromPinyinField,
)
from aidtracker.ground.relations import key_to, optional_key_to
from aidtracker.ground.search import SearchTextField
from aidtracker.review.meaning import Meaning, reason_of_change
from programs.models import Headquarters, Program, Region
from programs.models.programs import Sector
from projects.models.activities import Activity
from projects.models.counted_rows import LedgerField, validate_counted_rows
from projects.models.enterprises import Enterprise
from projects.models.investments import Investment
from projects.models.outlets import Outlet
from projects.models.projects import Project
from projects.models.scope_entries import BETWEEN, SCOPES, ScopeEntry, is_narrowed, settle
from projects.models.sites import Site
from projects.models.subject_rows import SUBJECTS, WithSubjects


def observation_model():
    """The model of figures, which names series."""
    return Series.observations.field.model  # the other end


class MetricQuerySet(RecordQuerySet):
    def with_counts(self):
        """How many series and figures of each metric are public: `series_count`, `figure_count`."""
        is_public = public_rule(observation_model(), "series_set__observations")
        return self.annotate(
            series_count=Count("series_set", filter=is_public, distinct=True),
            figure_count=Count("series_set__observations", filter=is_public),
        )


class Metric(Meaning, Record):
    """指标: what is counted, in which unit, and, for a derived one, from what it follows."""

    SHOWN = (
        *("name", "slug", "aliases", "definition", "unit", "kind"),
        *("formula", "numerator", "denominator", "base", "not_above"),
        *("ledger_field", "counted_rows", "direction", "sector", "note"),
    )

    class Kind(models.TextChoices):
        STOCK = "stock", "存量"
        FLOW = "flow", "流量"
        RATIO = "ratio", "比率"
        RANK = "rank", "排名"

    class Direction(models.TextChoices):
        UP = "up", "越大越好"
        DOWN = "down", "越小越好"
        NEUTRAL = "neutral", "不分好坏"

    class Formula(models.TextChoices):
        GROWTH = "growth", "增长率：分子本期比上期"
        DECLINE = "decline", "降幅：分子本期比上期"
        MULTIPLE = "multiple", "增长倍数：分子本期比基期"
        RATIO = "ratio", "比值：分子除以分母"
        SHARE = "share", "占比：分子占分母"
        COMPLETION = "completion", "完成率：分子的完成占目标"
        INCREASE = "increase", "增加额：分子本期减上期"
        DECREASE = "decrease", "减少额：分子上期减本期"

    class Base(models.TextChoices):
        LAST_YEAR = "last_year", "上年同期"
        FIRST_YEAR = "first_year", "期间的首年"
        YEARLY = "yearly", "期间的首年，按年平均"

    # Identification
    definition = WordsField("口径", blank=True, help_text="数什么、怎么数、包括和不包括什么")
    unit = models.CharField("单位", max_length=20, help_text="基本单位：元、吨、人、平方米、%")
    kind = models.CharField("类型", max_length=8, choices=Kind)
    direction = models.CharField("方向", max_length=8, choices=Direction, default=Direction.NEUTRAL)
    sector = models.CharField("领域", max_length=16, choices=Sector)

    # Formula
    formula = models.CharField("公式", max_length=12, choices=Formula, blank=True)
    numerator = optional_key_to("self", "分子", "numerator_of")
    denominator = optional_key_to(
        "self",
        "分母",
        "denominator_of",
        help_text="占比的分母与分子同一指标时，指上一级的；范围说明写“占某地”则指那个地方的",
    )
    base = models.CharField(
        "基期",
        max_length=12,
        choices=Base,
        default=Base.LAST_YEAR,
        help_text="增长率、倍数和增减额比哪一期；“期间的首年”时，观测值的期间从基期起："
        "从2014年到2023年；年均增长选“按年平均”",
    )
    not_above = optional_key_to(
        "self",
        "不大于",
        "above_metrics",
        help_text="同一主体、同一时间不会小于本指标的指标：到位资金不大于协议资金，"
        "完工项目数不大于项目数",
    )

    # Ledger
    ledger_field = models.CharField(
        "台账栏",
        max_length=20,
        choices=LedgerField,
        blank=True,
        help_text="台账上同一个数所在的一栏；文献的数与它不符时列入核对",
    )
    counted_rows = models.CharField(
        "所数的台账行",
        max_length=200,
        blank=True,
        validators=[validate_counted_rows],
        help_text="数的是哪个数据集的哪些行，写法见数据模型说明",
    )

    # Standing
    correction_reason = reason_of_change()

    objects = MetricQuerySet.as_manager()

    class Meta(Meaning.Meta, Record.Meta):
        verbose_name = verbose_name_plural = "指标"
        constraints = (
            once("metric_name_once", "已有同名的指标。", "name"),
            row_check(
                "metric_formula_whole",
                Q(formula="", numerator=None, denominator=None)
                | Q(
                    formula__in=(
                        *("growth", "decline", "multiple", "completion"),
                        *("increase", "decrease"),
                    ),
                    numerator__isnull=False,
                )
                | Q(
                    formula__in=("ratio", "share"),
                    numerator__isnull=False,
                    denominator__isnull=False,
                ),
                "有公式的指标要写明分子，比值和占比还要写明分母。",
            ),
            row_check(
                "metric_not_from_itself",
                Q(numerator=None) | ~Q(numerator=F("id")),
                "指标不能由自己算出。",
            ),
            row_check(
                "metric_not_above_itself",
                Q(not_above=None) | ~Q(not_above=F("id")),
                "“不大于”的不能是指标自己。",
            ),
        )


def any_subject():
    """The condition that a series is about at least one thing."""
    return any_of({f"{name}__isnull": False for name in SUBJECTS})


def any_of(conditions: dict[str, Any]) -> Q:
    """Whether one of some conditions holds."""
    rule = Q()
    for name, value in conditions.items():
        rule |= Q(**{name: value})
    return rule


def or_zero(name):
    """A foreign key as a number, so that two empty ones count as the same."""
    return Coalesce(name, Value(0), output_field=models.BigIntegerField())


class SeriesQuerySet(RecordQuerySet):
    def with_subjects(self):
        """With what they measure, and with what pages say of the things they are about."""
        found = self.select_related("metric")
        found._iterable_class = WithSubjects
        return found

    def with_named(self) -> Self:
        """With all that they name."""
        return self.with_subjects().select_related("metric", "part_of", "maintainer")

    def like(self, series: "Series") -> Self:
        """Those of the same metric, subjects and scope, of which there is at most one."""
        columns = ("metric", *SUBJECTS, *SCOPES, "scope_note")
        return self.filter(**{name: getattr(series, name) for name in columns})

    def of_headquarters(self, headquarters: Headquarters) -> Self:
        """Series about a headquarters, or about its donor and no headquarters."""
        own = Headquarters._base_manager.filter(pk=headquarters.pk)
        of_donor = Q(headquarters=None, region__inside=Answers(own.values("donor")))
        return self.filter(Q(headquarters=headquarters) | of_donor)

    def sent_by(self, donor: Region) -> Self:
        """Series about the headquarters that a place sends."""
        return self.filter(headquarters__inside=Fixed(donor.headquarters_set.all()))

    def of_place(self, place: Region) -> Self:
        """Series about a place under its present and its former names."""
        names = Region._base_manager.filter(Q(pk=place.pk) | Q(replaced_by=place))
        return self.filter(region__inside=Fixed(names))

    def in_places(self, places: QuerySet) -> Self:
        """Series about some places, or about parks and firms in them."""
        here = Fixed(places)
        sites = Fixed(Site.objects.filter(region__inside=here))
        firms = Fixed(Enterprise.objects.filter(region__inside=here))
        keys = (
            self.filter(region__inside=here),
            self.filter(region=None, site__inside=sites),
            self.filter(region=None, enterprise__inside=firms),
        )
        first, *others = (rows.order_by().values("pk") for rows in keys)
        return self.filter(pk__inside=Fixed(first.union(*others, all=True)))

    def published_figures(self):
        """The public observations of these series, with all that a table of them names.

        This is how pages of the app below, which know series only from a record, reach figures.
        """
        return self.observations.published().with_subjects().filter(series__inside=Fixed(self))

    def with_figures(self):
        """Series that have public figures."""
        figures = self.observations.filter(series=OuterRef("pk"), status=PUBLISHED)
        # A public series hides none of its published figures.
        return self.filter(Exists(figures))

    def with_leading_figures(self):
        """Series with public figures: `figure_count`, and in `leading_figures` the one to show."""
        leading = self.leading_figures().select_related("source").defer("source__text")
        own = self.observations.published().filter(series=OuterRef("pk")).order_by()
        count = own.values("series").annotate(count=Count("pk")).values("count")
        return (
            self.with_figures()
            .annotate(figure_count=Subquery(count))
            .prefetch_related(Prefetch("observations", leading.with_marks(), "leading_figures"))
        )

    def leading_figures(self):
        """Of each of these series the one public figure to show first, in a document if any is."""
        own = self.observations.published().filter(series=OuterRef("pk")).best_first()
        first = self.order_by().values(first=Subquery(own.values("pk")[:1]))
        return self.observations.filter(pk__inside=Answers(first))

    def at_first(self, limit: int) -> Self:
        """The first series with the figures to show and all that they name."""
        found = by_first_numbers(self.model.objects.all(), self, limit)
        return found.with_leading_figures().with_subjects()

    @property
    def observations(self):
        """All observations."""
        return observation_model().objects.all()


def subject_key(model, name):
    """A foreign key from Series to one kind of subject."""
    return optional_key_to(model, name, "series_set")


def scope_key(label: str, help_text: str) -> Any:
    """A foreign key from Series to an entry of the list of scopes."""
    return optional_key_to(ScopeEntry, label, "+", help_text=help_text)


def scopes_as_one() -> tuple[Any, ...]:
    """What is the same for the same entries, in whatever order: of up to three numbers the least,
    the greatest and the sum leave no choice."""
    numbers = [or_zero(name) for name in SCOPES]
    return Least(*numbers), Greatest(*numbers), numbers[0] + numbers[1] + numbers[2]


class Series(Paged, Meaning):
    """序列: one metric about one subject and scope; the scope is said here, not in each figure."""

    CAN_BE_MERGED = True
    OWNERS = ("maintainer",)
    SEEN_WITH = ("project", "investment", "outlet")
    PUBLIC_WITH = ("project", "investment", "outlet")
    SHOWN = (
        *("name", "slug", "metric", *SUBJECTS, *SCOPES, "scope_note"),
        *("part_of", "has_complete_parts", "parts_ground", "note"),
    )
    SEARCHED_IN = ("search_text",)
    SEARCHED_WITH = ("metric",)

    # Identification
    name = models.CharField(
        "名称", max_length=200, blank=True, help_text="留空则由主体、指标和范围组成"
    )
    slug = SlugFromPinyinField("网址名", help_text="网页地址的一部分；留空则取名称的拼音")
    metric = key_to(Metric, "指标", "series_set")

    # Subject
    region = subject_key(Region, "地区")
    headquarters = subject_key(Headquarters, "援疆指挥部")
    program = subject_key(Program, "工程")
    project = subject_key(Project, "援疆项目")
    investment = subject_key(Investment, "招商项目")
    enterprise = subject_key(Enterprise, "企业")
    site = subject_key(Site, "场所")
    outlet = subject_key(Outlet, "网点")
    activity = subject_key(Activity, "活动")

    # Scope
    first_scope = scope_key("范围", "所数的与主体不同在哪里：含兵团、线上、仅苹果")
    second_scope = scope_key("范围之二", "不止一条时")
    third_scope = scope_key("范围之三", "还有一条时")
    scope_note = models.CharField(
        "范围说明",
        max_length=120,
        blank=True,
        help_text="范围条目没有的，照文献写；写的是条目或它的其他说法时，存成那一条",
    )

    # Parts
    part_of = optional_key_to("self", "其中", "parts")
    has_complete_parts = models.BooleanField(
        "各部分齐全", default=False, help_text="各“其中”之和应等于本序列时勾选"
    )
    parts_ground = models.CharField(
        "各部分互不重叠的依据",
        max_length=200,
        blank=True,
        help_text="各“其中”不齐全、但确知互不重复计算时写明凭什么，写了才可以相加；"
        "如：两个工程的学员名单没有重复",
    )

    # Provenance
    note = WordsField("备注", blank=True)
    maintainer = MaintainerField()
    correction_reason = reason_of_change()
    search_text = SearchTextField("检索文字")

    objects = SeriesQuerySet.as_manager()

    class Meta(Meaning.Meta):
        verbose_name = verbose_name_plural = "序列"
        ordering = ("slug",)
        constraints = (
            once("series_name_once", "已有同名的序列。", "name"),
            Once(
                "metric",
                *(or_zero(name) for name in SUBJECTS),
                *scopes_as_one(),
                "scope_note",
                name="series_scope_once",
                violation_error_message="这一指标、主体和范围已有序列。",
            ),
            row_check(
                "series_has_subject",
                any_subject(),
                "序列至少要有一个主体：地区、指挥部、工程、项目、企业等。",
            ),
            row_check(
                "series_scopes_in_order",
                Q(second_scope=None, third_scope=None)
                | Q(first_scope__isnull=False, second_scope__isnull=False),
                "请先填“范围”，再填“范围之二”和“范围之三”。",
            ),
            row_check(
                "series_scopes_differ",
                (Q(second_scope=None) | ~Q(second_scope=F("first_scope")))
                & (
                    Q(third_scope=None)
                    | (~Q(third_scope=F("first_scope")) & ~Q(third_scope=F("second_scope")))
                ),
                "同一条范围只写一次。",
            ),
            row_check("series_not_its_own_part", ~Q(part_of=F("id")), "序列不能是自己的一部分。"),
        )

    def __str__(self):
        return self.name

    @property
    def slug_source(self):
        return self.name

    @property
    def search_names(self):
        return [self.name, self.scope_words]

    @property
    def subjects(self):
        """The things the series is about, most specific first."""
        return [row for name in reversed(SUBJECTS) if (row := getattr(self, name))]

    @property
    def scopes(self) -> list[ScopeEntry]:
        """The entries of the list of scopes that hold of it."""
        return [row for name in SCOPES if (row := getattr(self, name))]

    @property
    def scope_numbers(self) -> list[int]:
        return [pk for name in SCOPES if (pk := getattr(self, f"{name}_id"))]

    @property
    def scope_words(self) -> str:
        """How what is counted differs from the subject: 含第一师阿拉尔市，惠民直播活动带动."""
        return BETWEEN.join(filter(None, (*map(str, self.scopes), self.scope_note)))

    @property
    def is_narrowed(self) -> bool:
        return is_narrowed(self.scope_note, [entry.effect for entry in self.scopes])

    def clean(self):
        if not self.metric_id or not self.subjects:
            raise BrokenRuleError("请选择指标和至少一个主体。", "metric", *SUBJECTS)
        settle([self])
        if not self.name:
            scope = f"（{self.scope_words}）" if self.scope_words else ""
            self.name = f"{'·'.join(map(str, self.subjects))} {self.metric}{scope}"

    @classmethod
    def before_storing(cls, rows: Sequence[Self]) -> None:
        settle(rows)
        super().before_storing(rows)

    @classmethod
    def merge_obstacles(cls, kept: Any, gone: Any) -> Iterator[str]:
        """Figures of two metrics are not of one."""
        if kept.metric_id != gone.metric_id:
            yield f"指标不同：{kept.metric}、{gone.metric}。"

    @classmethod
    def merge_notes(cls, kept: Any, gone: Any) -> Iterator[str]:
        """What the two say differently, and the times of which both have figures."""
        columns = ("metric", *SUBJECTS, *SCOPES, "scope_note")
        differing = [one for one in columns if getattr(kept, one) != getattr(gone, one)]
        if differing:
            labels = "、".join(str(cls._meta.get_field(one).verbose_name) for one in differing)
            yield f"两条的{labels}不同，合并后都算作“{kept}”的。"
        own = observation_model()._base_manager
        times = ("period_start", "period_end", "as_of", "accumulation", "nature")
        first, second = (set(own.filter(series=one).values_list(*times)) for one in (kept, gone))
        if common := len(first & second):
            yield f"有 {common} 个期间两边都有数：合并后各数并存，互相核对，不一致的列入核对。"
