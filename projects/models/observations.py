"""Figures as documents state them."""

from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from aidtracker.ground.constraints import once, row_check
from aidtracker.ground.features import Paged
from aidtracker.ground.records import MaintainerField
from aidtracker.ground.relations import key_to
from aidtracker.ground.search import SearchTextField, normal
from aidtracker.review.reviewed import (
    CorrectionReasonField,
    Review,
    ReviewCommentField,
    Reviewed,
    ReviewField,
)
from aidtracker.templatetags.formatting import plain
from programs.models import Source
from projects.models.badges import badges_of
from projects.models.figure_queries import ObservationQuerySet
from projects.models.finding_kinds import Result
from projects.models.metrics import Series
from projects.reading import figures, units

COMPUTED = ("value", "value_high", "lower", "upper", "qualifier")
# What a reader of a public figure is told; changing it is a correction.
PUBLIC = (
    *("series", "printed", "start", "end", "nature", "accumulation"),
    *("period_start", "period_end", "as_of", "period_text", "attributed_to", "status"),
)


class Observation(Paged, Reviewed):
    """观测值: one value of one series for one period, as one source states it."""

    KEY = ("source__code", "number")
    PAGE = ("source__code", "number")
    OWNERS = ("maintainer",)
    PUBLIC_WITH = ("series",)
    PUBLISHES = ("source",)
    IS_SHARED = False
    SEEN_WITH = ("source", "series")
    REVIEW = "status"
    CORRECTED = PUBLIC
    SEARCHED_IN = ("search_text",)
    SEARCHED_WITH = ("series", "source")
    Status = Review

    class Qualifier(models.TextChoices):
        EXACT = "exact", "确数"
        OVER = "over", "超过"
        MORE = "more", "多、余"
        NEARLY = "nearly", "近"
        ABOUT = "about", "约"
        UNDER = "under", "不足"
        RANGE = "range", "范围"

    class Nature(models.TextChoices):
        ACTUAL = "actual", "完成"
        TARGET = "target", "目标"
        PLAN = "plan", "计划"
        AGREEMENT = "agreement", "协议"
        ESTIMATE = "estimate", "预计"

    class Accumulation(models.TextChoices):
        PERIOD = "period", "当期"
        CUMULATIVE = "cumulative", "累计"
        POINT = "point", "时点"
        RATE = "rate", "比率"
        RANK = "rank", "排名"
        UNCLEAR = "unclear", "不明"

    class Rank(models.TextChoices):
        PREFERRED = "preferred", "采用值"
        NORMAL = "normal", "一般"
        DEPRECATED = "deprecated", "不再采用"

    # Place in the source
    source = key_to(Source, "文献", "observations")
    number = models.PositiveIntegerField("序号", help_text="在文献中的先后")
    start = models.PositiveIntegerField(
        "起", null=True, blank=True, help_text="原文数字在全文中的起始字符位置（从 0 数）"
    )
    end = models.PositiveIntegerField("止", null=True, blank=True, help_text="末字符之后的位置")
    paragraph = models.PositiveIntegerField(
        "段落", null=True, blank=True, help_text="在全文的第几段（空行不计）；有全文时自动算出"
    )

    # Figure
    printed = models.CharField(
        "原文数字", max_length=60, help_text="连同“超过、近、余”和单位，照文献所印，如：超过30 亿元"
    )
    value = models.DecimalField("数值", max_digits=15, decimal_places=3, null=True, blank=True)
    value_high = models.DecimalField(
        "数值上端", max_digits=15, decimal_places=3, null=True, blank=True
    )
    lower = models.DecimalField("下界", max_digits=15, decimal_places=3, null=True, blank=True)
    upper = models.DecimalField("上界", max_digits=15, decimal_places=3, null=True, blank=True)
    qualifier = models.CharField(
        "修饰", max_length=8, choices=Qualifier, default=Qualifier.EXACT, blank=True
    )

    # Meaning
    series = key_to(Series, "序列", "observations")
    nature = models.CharField("性质", max_length=12, choices=Nature, default=Nature.ACTUAL)
    accumulation = models.CharField("累计方式", max_length=12, choices=Accumulation)

    # Period
    period_start = models.DateField("期间起", null=True, blank=True)
    period_end = models.DateField("期间止", null=True, blank=True)
    as_of = models.DateField("截至", null=True, blank=True)
    period_text = models.CharField(
        "原文期间", max_length=60, blank=True, help_text="文献怎么说这段时间，如：三年来"
    )
    is_period_inferred = models.BooleanField(
        "期间系推断", default=False, help_text="起止由上下文推断，不是文献明说"
    )

    # Standing
    attributed_to = models.CharField(
        "据谁所说", max_length=120, blank=True, help_text="引述的单位或在任人员"
    )
    status = ReviewField("状态", db_index=False)
    review_comment = ReviewCommentField()
    rank = models.CharField("采用", max_length=12, choices=Rank, default=Rank.NORMAL)
    rank_reason = models.CharField("采用理由", max_length=200, blank=True)
    correction_reason = CorrectionReasonField(
        help_text="改动或撤回已公开的数字时必填，写这一次为什么改；旧值和理由公布在更正记录",
    )
    note = models.TextField("备注", blank=True)
    maintainer = MaintainerField("填报单位")
    search_text = SearchTextField("检索文字")

    objects = ObservationQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        verbose_name = verbose_name_plural = "观测值"
        ordering = ("source", "number")
        indexes = (
            models.Index(fields=("series", "status"), name="observation_of_series"),
            models.Index(fields=("value", "id"), name="observation_by_value"),
            models.Index(fields=("status", "updated_at"), name="observation_latest"),
        )
        constraints = (
            once("observation_number_once", "这份文献已有同序号的观测值。", "source", "number"),
            row_check(
                "observation_place",
                Q(start=None, end=None) | Q(start__lt=F("end")),
                "起止位置要么都填（起小于止），要么都不填。",
            ),
            row_check("observation_printed", ~Q(printed=""), "请填写原文数字。"),
            row_check(
                "observation_bounds",
                (Q(lower=None) | Q(value=None) | Q(lower__lte=F("value")))
                & (Q(upper=None) | Q(value=None) | Q(value__lte=F("upper")))
                & (Q(value_high=None) | Q(value__lte=F("value_high"))),
                "数值须在下界和上界之间。",
            ),
            row_check(
                "observation_period",
                Q(period_start=None) | Q(period_end=None) | Q(period_start__lte=F("period_end")),
                "期间止不能早于期间起。",
            ),
            row_check(
                "observation_rank_reason",
                ~Q(rank__in=("preferred", "deprecated")) | ~Q(rank_reason=""),
                "设为采用值或不再采用时，请写明理由。",
            ),
        )

    def __str__(self):
        return f"{self.series}:{self.printed}"

    @property
    def search_names(self):
        return [self.printed, self.value, self.value_high, self.attributed_to]

    def made_search_text(self):
        """The figure as printed, without spaces, and as a number; nobody types it in pinyin."""
        numbers = [plain(one) for one in (self.value, self.value_high) if one is not None]
        return " ".join(
            [normal("".join(self.printed.split())), *numbers, normal(self.attributed_to)]
        )

    marks = None  # set by `with_marks`; figures read in another way show no badges

    @property
    def badges(self):
        """The marks to show beside the figure, worst first."""
        return list(badges_of(self, self.marks or ()))

    @property
    def is_contradicted(self):
        """Whether an open contradiction names it, as far as `with_marks` has read it."""
        return any(badge.result == Result.CONTRADICTION for badge in self.badges)

    @property
    def unit(self):
        return self.series.metric.unit

    @property
    def moment(self):
        """The end of the time the figure speaks of, or None."""
        return self.as_of or self.period_end or self.period_start

    @property
    def place(self):
        """The address of the figure's words in its document's page."""
        return f"{self.source.get_absolute_url()}#o{self.number}"

    @property
    def place_on_web(self):
        """The address of the words in the document's own web page; empty if it has none."""
        url = self.source.url
        # In a text directive - , & have a meaning of their own; quote() leaves - as it is.
        words = quote(self.printed, safe="").replace("-", "%2D")
        return f"{url}{'' if '#' in url else '#'}:~:text={words}" if url else ""

    @property
    def place_in_words(self):
        """Where the figure stands in the document's text; empty if that is not recorded."""
        if self.start is None:
            return ""
        paragraph = f"第 {self.paragraph} 段，" if self.paragraph else ""
        return f"{paragraph}第 {self.start + 1}—{self.end} 字"

    def clean(self):
        self.complete(self.stored())

    def complete(self, before):
        """Read the figure, find its paragraph, and let nothing public change without a reason."""
        self.read_printed()
        if not before or before.start != self.start:
            self.paragraph = self.found_paragraph()
        if before and before.status == self.Status.PUBLISHED:
            self.require_reason(before)

    def found_paragraph(self):
        """The paragraph the figure stands in, if its document's text is here; else as entered."""
        if self.start is None or not self.source_id or not self.source.text:
            return self.paragraph
        return paragraph_at(self.source.text, self.start)

    def read_printed(self):
        """Take value, bounds and qualifier from the printed words."""
        try:
            figure = figures.parse(self.printed)
        except figures.FigureError as error:
            raise ValidationError({"printed": str(error)}) from error
        if self.series_id and not units.is_compatible(figure.unit, self.unit):
            message = f"“{self.printed}”的单位与指标单位“{self.unit}”不符，请核对指标或原文。"
            raise ValidationError({"printed": message})
        for name in COMPUTED:
            setattr(self, name, getattr(figure, name))


def sources_of_public_figures() -> models.QuerySet:
    """The numbers of the documents in which a public figure stands."""
    return Observation.objects.published().order_by().values("source")


def paragraph_at(text, start):
    """The number of the paragraph, from 1, that holds a character; empty lines do not count."""
    return sum(1 for line in text[: start + 1].splitlines() if line.strip())
