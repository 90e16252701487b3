"""By what outlets and sites are rated: a scheme with its criteria, and a round for each year."""

from collections.abc import Sequence
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from aidtracker.ground.batches import among
from aidtracker.ground.columns import WordsField
from aidtracker.ground.constraints import BrokenRuleError, once, row_check
from aidtracker.ground.partial_dates import PartialDateField, partial_date_check
from aidtracker.ground.records import Record
from aidtracker.ground.relations import key_to, optional_key_to
from aidtracker.review.meaning import Meaning, reason_of_change
from aidtracker.review.reviewed import PartOfReviewed, Reviewed, standing
from programs.models import Headquarters, Policy, Program
from projects.models.activities import Award
from projects.models.ledger_rows import LedgerQuerySet

SETTLED = (
    "按这个办法已经发布过评定，{what}不能再改，否则已公布的总分会跟着变；请另立一个办法（新一版）。"
)

# Of a criterion, what a total follows from.
FIXED = ("scheme_id", "number", "full_marks", "weight")


class AssessmentScheme(Reviewed, Record):
    """评定办法: what is rated, by which criteria, and what who does best in it is granted."""

    SHOWN = ("name", "slug", "aliases")
    TOLD = (
        *("name", "slug", "code", "assessed", "program", "policy", "headquarters"),
        *("award_name", "level", "grantor"),
    )
    KEY = ("code",)
    OWNERS = ("headquarters",)
    IS_SHARED = False
    maintainer = None

    class Assessed(models.TextChoices):
        OUTLET = "outlet", "网点"
        SITE = "site", "场所"

    # Identification
    code = models.CharField("办法编号", max_length=40, unique=True)
    assessed = models.CharField("评什么", max_length=8, choices=Assessed)

    # Relations
    headquarters = optional_key_to(Headquarters, "援疆指挥部", "assessment_schemes")
    program = optional_key_to(
        Program,
        "所属工程",
        "assessment_schemes",
        help_text="填了，只评属于这个工程的网点或场所",
    )
    policy = optional_key_to(Policy, "依据文件", "assessment_schemes")

    # Award
    award_name = models.CharField(
        "授予的荣誉", max_length=200, blank=True, help_text="评上的得什么称号；不授予就留空"
    )
    level = models.CharField("荣誉级别", max_length=12, choices=Award.Level, blank=True)
    grantor = models.CharField("授予单位", max_length=120, blank=True)

    # Standing
    review, review_comment, correction_reason = standing()

    objects = LedgerQuerySet.as_manager()

    class Meta(Reviewed.Meta, Record.Meta):
        verbose_name = verbose_name_plural = "评定办法"
        constraints = (
            row_check(
                "assessment_scheme_award_has_a_level",
                Q(award_name="") | ~Q(level=""),
                "授予荣誉的，请选择荣誉级别。",
            ),
        )

    @property
    def search_names(self) -> list[str]:
        return [self.name, *self.aliases, self.code]

    def clean(self) -> None:
        super().clean()
        self.before_storing([self])

    @classmethod
    def before_storing(cls, rows: Sequence[Self]) -> None:
        super().before_storing(rows)
        kept = settled([row.pk for row in rows])
        for row in rows:
            before = row.stored() if row.pk in kept else None
            if before and before.assessed != row.assessed:
                raise ValidationError({"assessed": SETTLED.format(what="评什么")})


def settled(schemes: Sequence[int | None]) -> set[int]:
    """Those of some schemes by which an assessment has been published."""
    numbers = {number for number in schemes if number is not None}
    found = among(AssessmentScheme._base_manager.all(), numbers)
    return set(found.filter(rounds__assessments__review="published").values_list("pk", flat=True))


class Criterion(PartOfReviewed):
    """评分项: what points are given for, out of how many, with which weight, on what evidence."""

    KEY = ("scheme__code", "number")
    NUMBERED_IN = "scheme"
    OWNERS = ("scheme__headquarters",)
    PUBLIC_WITH = ("scheme",)
    SEARCHED_IN = ("name",)
    SEARCHED_WITH = ("scheme",)
    WHOLE = "scheme"
    IS_SHARED = False

    # Identification
    scheme = models.ForeignKey(
        AssessmentScheme, models.CASCADE, verbose_name="评定办法", related_name="criteria"
    )
    number = models.PositiveSmallIntegerField("序号")
    name = models.CharField("评分项", max_length=80)

    # Points
    full_marks = models.DecimalField("满分", max_digits=6, decimal_places=2, default=100)
    weight = models.DecimalField(
        "权重",
        max_digits=6,
        decimal_places=3,
        default=1,
        help_text="总分 = 各项得分 × 权重之和；满分各不相同的办法，权重都填 1",
    )
    evidence = models.CharField(
        "评分依据", max_length=200, blank=True, help_text="看什么材料、现场"
    )

    class Meta(PartOfReviewed.Meta):
        verbose_name = verbose_name_plural = "评分项"
        ordering = ("scheme", "number")
        constraints = (
            once("criterion_number_once", "这个办法已有同序号的评分项。", "scheme", "number"),
            once("criterion_name_once", "这个办法已有同名的评分项。", "scheme", "name"),
            row_check("criterion_has_a_name", ~Q(name=""), "评分项要有名称。"),
            row_check(
                "criterion_counts", Q(full_marks__gt=0, weight__gt=0), "满分和权重都要大于 0。"
            ),
        )

    def __str__(self) -> str:
        return f"{self.scheme}：{self.name}"

    def clean(self) -> None:
        super().clean()
        self.before_storing([self])

    @classmethod
    def before_storing(cls, rows: Sequence[Self]) -> None:
        """What published totals follow from stays as it is."""
        super().before_storing(rows)
        kept = settled([row.scheme_id for row in rows])
        for row in rows:
            if row.scheme_id not in kept:
                continue
            before = row.stored()
            changed = [one for one in FIXED if getattr(before, one, None) != getattr(row, one)]
            if changed:
                names = (one.removesuffix("_id") for one in changed)
                raise BrokenRuleError(SETTLED.format(what="评分项"), *names)


class AssessmentRound(Meaning):
    """评定轮次: a scheme is applied in a year, until a day, and its outcome stated on a day."""

    KEY = ("scheme__code", "year")
    OWNERS = ("scheme__headquarters",)
    PUBLIC_WITH = ("scheme",)
    SEARCHED_IN = ("basis",)
    SEARCHED_WITH = ("scheme",)
    SHOWN = ("scheme", "year", "granted_on", "basis")
    IS_SHARED = False

    # Identification
    scheme = key_to(AssessmentScheme, "评定办法", "rounds")
    year = models.PositiveSmallIntegerField("年度")

    # Dates
    due_on = models.DateField("评分截止", null=True, blank=True, help_text="过了还没评完的提醒")
    granted_on = PartialDateField("公布日期", is_past=True, help_text="授予荣誉的日期")

    # Provenance
    basis = models.CharField(
        "公布依据", max_length=200, blank=True, help_text="如通报的名称和文号；写进荣誉的备注"
    )
    note = WordsField("备注", blank=True)

    # Standing
    correction_reason = reason_of_change()

    class Meta(Meaning.Meta):
        verbose_name = verbose_name_plural = "评定轮次"
        ordering = ("-year", "scheme")
        constraints = (
            once("assessment_round_once", "这个办法这一年已有一轮。", "scheme", "year"),
            row_check(
                "assessment_round_year",
                Q(year__range=(1997, 2100)),
                "年度应在 1997 年至 2100 年之间。",
            ),
            partial_date_check("assessment_round", "granted_on"),
        )

    def __str__(self) -> str:
        return f"{self.scheme} {self.year} 年"
