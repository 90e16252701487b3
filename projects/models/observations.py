"""Figures as documents state them."""

from collections.abc import Sequence
from datetime import date
from typing import Self
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property

from aidtracker.ground.columns import WordsField
from aidtracker.ground.constraints import once, row_check
from aidtracker.ground.exact_numbers import ExactDecimalField
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
from aidtracker.templatetags.formatting import plain, stated_period
from programs.models import Source
from projects.models import directions
from projects.models.badges import badges_of
from projects.models.figure_queries import ObservationQuerySet
from projects.models.finding_kinds import Result
from projects.models.metrics import SUBJECTS, Series
from projects.models.places import take_only_place, take_only_places, texts_of
from projects.models.scope_entries import SCOPES
from projects.reading import figures, sentences
from projects.reading.anchors import (
    anchor,
    claimed_words,
    cut_out_of,
    has_words,
    is_at,
    plain_words,
    printed_words,
    stands_at,
    wrongly_supplied,
)
from projects.reading.bounds import allowed
from projects.reading.intervals import Interval

FIGURES_ON_PAGE = 100  # of a document's page; of more, the page has several parts
SHOWN = 30  # characters of a text that a message quotes
MOMENTS = ("period_start", "period_end", "as_of")
COMPUTED = ("value", "value_high", "lower", "upper", "qualifier")
# What a reader of a public figure is told; changing it is a correction.
PUBLIC = (
    *("source", "number", "series", "printed", "printed_name", "start", "end"),
    *("nature", "accumulation"),
    *("period_start", "period_end", "as_of", "period_text", "is_period_inferred"),
    *("attributed_to", "status", "obs_status", "price_basis", "rank", "rank_reason", "note"),
)


def listed(name: str, *fields: str, condition: Q | None = None) -> models.Index:
    """The order of a list, with all that says which of the rows the public sees."""
    return models.Index(fields=(*fields, "status", "series"), name=name, condition=condition)


def listed_if_said(field: str) -> models.Index:
    """The list of the few rows of which a field says something."""
    order = (field, "source", "number", "id")
    return listed(f"observation_by_{field}", *order, condition=~Q(**{field: ""}))


class FigureField(ExactDecimalField):
    """A figure in its metric's unit, below 10¹⁵, with three decimals."""

    def __init__(self, *args, **kwargs):
        super().__init__(
            *args, **{**kwargs, "max_digits": 18, "decimal_places": 3, "null": True, "blank": True}
        )


class Observation(Paged, Reviewed):
    """观测值: one value of one series for one period, as one source states it."""

    KEY = ("source__code", "number")
    NUMBERED_IN = "source"
    PAGE = ("source__code", "number")
    CITED_AS = "《{source__title}》，{source__publisher}，{source__published_on}，第 {number} 处"
    OWNERS = ("maintainer",)
    PUBLIC_WITH = ("series",)
    PUBLISHES = ("source",)
    IS_SHARED = False
    SEEN_WITH = ("source", "series")
    REVIEW = "status"
    TELLS_CORRECTIONS = True  # its public file has the reason of the last correction
    RESTS_ON = (
        *("source", "series", "series__metric", "findings"),
        *(f"series__{name}" for name in (*SUBJECTS, *SCOPES)),
    )
    CORRECTED = PUBLIC
    DERIVED = ("anchor",)
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

    class ObsStatus(models.TextChoices):
        PROVISIONAL = "provisional", "初步数"
        REVISED = "revised", "修订数"
        BREAK = "break", "口径断裂"

    class PriceBasis(models.TextChoices):
        CURRENT = "current", "现价"
        COMPARABLE = "comparable", "可比价"

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
    anchor = models.CharField(
        "原文印记",
        max_length=60,
        blank=True,
        editable=False,
        help_text="所在文字及其前后几字的校验值；没有全文时据此知道数字或位置改动过",
    )
    paragraph = models.PositiveIntegerField(
        "段落", null=True, blank=True, help_text="在全文的第几段（空行不计）；有全文时自动算出"
    )

    # Figure
    printed = models.CharField(
        "原文数字",
        max_length=60,
        help_text="连同“超过、近、余”和单位，照文献所印，如：超过30 亿元；"
        "原文在别处说了的单位补在〔〕里，如：3.1〔亿元〕",
    )
    value = FigureField("数值")
    value_high = FigureField("数值上端")
    lower = FigureField("下界")
    upper = FigureField("上界")
    qualifier = models.CharField(
        "修饰", max_length=8, choices=Qualifier, default=Qualifier.EXACT, blank=True
    )

    # Meaning
    series = key_to(Series, "序列", "observations")
    printed_name = models.CharField(
        "原文名称",
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text="文献怎么称呼所数的东西；与指标的名称不同时照文献写，如指标是产业援疆资金，"
        "文献只印援疆资金；相同就留空",
    )
    nature = models.CharField("性质", max_length=12, choices=Nature, default=Nature.ACTUAL)
    accumulation = models.CharField("累计方式", max_length=12, choices=Accumulation)
    obs_status = models.CharField(
        "数据状态",
        max_length=12,
        choices=ObsStatus,
        blank=True,
        help_text="文献说明是初步数（快报、初步核算）、修订数（最终核实、普查后修订），"
        "或从这一期起口径改变、与以前不可比；没有说就留空",
    )
    price_basis = models.CharField(
        "价格",
        max_length=12,
        choices=PriceBasis,
        blank=True,
        help_text="文献说明按可比价（不变价）或现价（当年价）计算；没有说就留空",
    )

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
    note = WordsField("备注", blank=True)
    maintainer = MaintainerField("填报单位")
    search_text = SearchTextField("检索文字")

    objects = ObservationQuerySet.as_manager()

    class Meta(Reviewed.Meta):
        verbose_name = verbose_name_plural = "观测值"
        ordering = ("source", "number")
        indexes = (
            models.Index(fields=("series", "status", "id"), name="observation_of_series"),
            listed("observation_by_source", "source", "number", "id"),
            listed("observation_by_value", "value", "id"),
            listed("observation_by_time", "as_of", "period_end", "period_start", "id"),
            listed("observation_by_nature", "nature", "source", "number", "id"),
            listed("observation_by_accumulation", "accumulation", "source", "number", "id"),
            listed("observation_by_qualifier", "qualifier", "source", "number", "id"),
            listed("observation_by_rank", "rank", "source", "number", "id"),
            listed_if_said("obs_status"),
            listed_if_said("price_basis"),
            models.Index(fields=("status", "updated_at", "id"), name="observation_latest"),
            models.Index(fields=("id",), name="observation_placeless", condition=Q(start=None)),
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
        return f"{self.series}：{self.printed}"

    @property
    def search_names(self):
        return [self.printed, self.value, self.value_high, self.attributed_to, self.printed_name]

    def made_search_text(self):
        """The figure as printed, without spaces, and as a number; nobody types it in pinyin."""
        numbers = [plain(one) for one in (self.value, self.value_high) if one is not None]
        said = [normal(self.attributed_to), *filter(None, [normal(self.printed_name)])]
        return " ".join([normal("".join(self.printed.split())), *numbers, *said])

    marks = None  # set by `with_marks`; figures read in another way show no badges

    @cached_property
    def badges(self):
        """The marks to show beside the figure, worst first, as `with_marks` has read them."""
        return list(badges_of(self, self.marks or ()))

    @property
    def is_contradicted(self):
        """Whether an open contradiction names it, as far as `with_marks` has read it."""
        return any(badge.result == Result.CONTRADICTION for badge in self.badges)

    @property
    def unit(self):
        return self.series.metric.unit

    @property
    def called(self) -> str:
        """What its document calls it, unless that is the metric's name: 原文称“援疆资金”."""
        name = self.printed_name
        return f"原文称“{name}”" if name and name != self.series.metric.name else ""

    @property
    def in_short(self) -> tuple[str, str]:
        """As printed, and of whom and when, for a card; what it is called in its document, too."""
        nature = "" if self.is_ordinary else self.nature_words
        about = (str(self.series), stated_period(self), nature, self.called)
        return self.printed, "，".join(filter(None, about))

    @property
    def nature_words(self) -> str:
        """What kind of figure it is: 完成, or 完成、初步数、可比价."""
        status, prices = self.get_obs_status_display(), self.get_price_basis_display()
        return "、".join(filter(None, (self.get_nature_display(), status, prices)))

    @property
    def is_ordinary(self) -> bool:
        """Whether it is what happened, finally counted and at the prices of its time."""
        return self.nature_words == self.Nature.ACTUAL.label

    @property
    def interval(self) -> Interval:
        """What its words allow, its printed precision too."""
        metric = self.series.metric
        return allowed(self.lower, self.upper, metric.unit, metric.kind == metric.Kind.RATIO)

    @property
    def moment(self):
        """The end of the time the figure speaks of, or None."""
        return self.as_of or self.period_end or self.period_start

    around = ""  # set by `with_words`

    @property
    def quote(self) -> sentences.Quote | None:
        """Its words in their sentence; None where the text is not here or not shown."""
        if self.start is None or self.end is None or not self.around:
            return None
        offset = min(self.start, sentences.REACH + 1)
        found = sentences.quote(self.around, offset, self.end - self.start)
        return found if plain_words(found.words) == claimed_words(self.printed) else None

    def is_said_by(self, text: str) -> bool:
        """Whether its document's text has its words at their place; else nothing is marked."""
        if self.start is None or self.end is None:
            return False
        return stands_at(text, self.start, self.end, self.printed)

    @property
    def place(self):
        """The address of the figure's words in its document's page, in the part of its number."""
        part = (self.number - 1) // FIGURES_ON_PAGE + 1
        query = f"?part={part}" if part > 1 else ""
        return f"{self.source.get_absolute_url()}{query}#o{self.number}"

    @property
    def place_on_web(self):
        """The address of the words in the document's own web page; empty if it has none."""
        url = self.source.url
        # In a text directive - , & have a meaning of their own; quote() leaves - as it is.
        words = quote(printed_words(self.printed), safe="").replace("-", "%2D")
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

    def refuse_future(self) -> None:
        """What was reached was not reached after today; a target or a plan may lie there."""
        if self.nature != self.Nature.ACTUAL:
            return
        today = timezone.localdate()
        days = {name: getattr(self, name) for name in MOMENTS}
        late = [name for name, day in days.items() if isinstance(day, date) and day > today]
        if late:
            message = "这一天还没有到：完成的数字说不到将来；是目标、计划或预计的，请改“性质”。"
            raise ValidationError(dict.fromkeys(late, message))

    def refuse_foreign_name(self, before: Self | None) -> None:
        """What it is called in its document stands in the document's text, if that is here."""
        name = self.printed_name
        is_known = before is not None and before.printed_name == name
        if not name or is_known or not self.source_id or not self.source.has_text:
            return
        if "".join(normal(name).split()) not in "".join(normal(self.source.text).split()):
            message = f"《{self.source}》的全文里没有“{name}”；请照原文写，原文没有称呼就留空。"
            raise ValidationError({"printed_name": message})

    def refuse_to_lose_its_place(self, before) -> None:
        """Words that were found in a text stay where they are, as long as the text is here."""
        is_lost = before is not None and before.start is not None and self.start is None
        if is_lost and before.source_id == self.source_id and self.source.has_text:
            message = "这个数字在全文中的位置不能清空：原文里没有这几个字的，请改正数字或撤回。"
            raise ValidationError({"start": message})

    @property
    def is_lost(self) -> bool:
        """Whether its words were not found when its document got a text, or another one."""
        return self.start is None and bool(self.anchor)

    def seek_place(self, before: Self | None) -> None:
        """Left without a place, it stands where the text has its words, if there only.

        What is public stays as it is until its words change, which then must stand in the text.
        """
        is_public = before is not None and before.is_published
        if self.start is not None or (is_public and not self.is_reworded(before)):
            return
        if not self.source_id or not self.source.has_text:
            return
        self.anchor = before.anchor if before is not None and before.is_lost else ""
        fault = take_only_place(self, self.source.text)
        if fault and is_public:
            raise ValidationError({"printed": f"{fault}。"})

    def is_reworded(self, before: Self) -> bool:
        """Whether it has other words, or words of another place or document, than it had."""
        names = ("source_id", "printed", "start", "end")
        return any(getattr(self, name) != getattr(before, name) for name in names)

    def stand_at(self, text: str, start: int, end: int) -> None:
        """Take a place in its document's text."""
        self.start, self.end = start, end
        self.take_place(text)
        self.paragraph = paragraph_at(text, start)

    @classmethod
    def make_ready(cls, rows: Sequence[Self]) -> dict[int, str]:
        """Nobody hands on a figure without its place in a text that is here."""
        return take_only_places(rows)

    def complete(self, before):
        """Read the figure, find its paragraph, and let nothing public change without a reason."""
        self.refuse_future()
        self.read_printed()
        if before and before.is_published:
            self.require_reason(before)
        self.refuse_foreign_name(before)
        self.seek_place(before)
        # By the document in hand: a sheet has many figures of one, whose text is read once.
        is_placed = self.source_id and None not in (self.start, self.end) and self.start < self.end
        if is_placed and not self.is_anchored(self.source.sha256):
            self.take_place(self.source.text)
        if self.series_id and (way := directions.way_of(self.series.metric)):
            text = self.source.text if is_placed else ""
            directions.refuse(self, way, text)
        if not before or before.start != self.start:
            self.paragraph = self.found_paragraph()
        self.refuse_to_lose_its_place(before)

    def found_paragraph(self):
        """The paragraph the figure stands in, if its document's text is here; else as entered."""
        if self.start is None or not self.source_id or not self.source.text:
            return self.paragraph
        return paragraph_at(self.source.text, self.start)

    def read_printed(self):
        """Take value, bounds and qualifier from the printed words."""
        try:
            figure = figures.parse(self.printed)
            if self.series_id:
                figure = figure.in_unit(self.unit)
        except (figures.FigureError, figures.UnitError) as error:
            raise ValidationError({"printed": str(error)}) from error
        for name in COMPUTED:
            setattr(self, name, getattr(figure, name))

    @classmethod
    def before_storing(cls, rows: Sequence[Self]) -> None:
        """The words must stand at their place: in the text, or, without it, as its anchor knows;
        and nothing is stored as risen that fell."""
        for row in rows:
            row.refuse_future()
        checksums = dict(
            Source._base_manager.filter(
                pk__in={row.source_id for row in rows if row.start is not None}
            ).values_list("pk", "sha256")
        )
        moved = [row for row in rows if not row.is_anchored(checksums.get(row.source_id, ""))]
        texts = texts_of({row.source_id for row in moved})
        for row in moved:
            row.take_place(texts.get(row.source_id, ""))
        directions.refuse_turned(rows)

    def is_anchored(self, sha256: str) -> bool:
        """Whether its anchor is of these words at this place of its document's text, whose checksum
        is given; without a place there is nothing to anchor."""
        if self.start is None or self.end is None:
            return True
        is_at_place = is_at(self.anchor, self.start, self.end, sha256)
        return is_at_place and has_words(self.anchor, self.printed)

    def take_place(self, text: str) -> None:
        """Anchor it in its document's text; ValidationError if the text says something else."""
        if text:
            if fault := self.misplaced(text):
                raise ValidationError({"printed": fault})
            self.anchor = anchor(text, self.start, self.end)
        elif self.anchor:
            raise ValidationError(
                f"《{self.source}》的全文没有载入，无从核对：第 {self.number} 号数字的原文数字和"
                "位置现在不能改。请先载入全文。"
            )

    def misplaced(self, text: str) -> str:
        """What the text says at the place instead; empty if it says its words, no more, no less."""
        where = f"原文第 {self.start + 1}—{self.end} 字"
        if self.end > len(text):
            return f"全文只有 {len(text)} 字，没有{where}；所填的是“{self.printed}”。"
        said = text[self.start : min(self.end, self.start + SHOWN)]
        if not stands_at(text, self.start, self.end, self.printed):
            return f"{where}是“{said}”，与所填的“{self.printed}”不同；请改正数字或位置。"
        if longer := cut_out_of(text, self.start, self.end, self.printed):
            return f"{where}的“{said}”只是“{longer}”的一部分；请照原文记录整个数字。"
        if fault := wrongly_supplied(text, self.printed):
            return f"“{self.printed}”：{fault}"
        return ""


def public_figures_in(source: models.OuterRef) -> models.QuerySet:
    """The public figures in a document, of which a query names the number."""
    return Observation.objects.published().filter(source=source).order_by()


def paragraph_at(text, start):
    """The number of the paragraph, from 1, that holds a character; empty lines do not count."""
    return sum(1 for line in text[: start + 1].splitlines() if line.strip())
