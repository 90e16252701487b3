"""Sales points of 消费援疆: flagship, own and franchised shops, counters, web shops."""

from django.db import models

from aidtracker.ground.partial_dates import PartialDateField, order_check, partial_date_check
from aidtracker.ground.records import Record
from aidtracker.review.reviewed import (
    CorrectionReasonField,
    ReviewCommentField,
    Reviewed,
    ReviewField,
)
from programs.models import Headquarters, Program, Region
from projects.models.enterprises import Enterprise
from projects.models.ledger_rows import LedgerQuerySet


class Outlet(Reviewed, Record):
    """网点: one place, in a street or on the web, where the recipients' products are sold."""

    OWNERS = ("headquarters",)
    IS_SHARED = False
    maintainer = None

    class Kind(models.TextChoices):
        FLAGSHIP = "flagship", "旗舰店"
        DIRECT = "direct", "直营店"
        FRANCHISE = "franchise", "加盟店"
        COUNTER = "counter", "专柜"
        ONLINE = "online", "网店"
        PLATFORM = "platform", "平台"

    class Status(models.TextChoices):
        PLANNED = "planned", "计划"
        OPEN = "open", "营业"
        CLOSED = "closed", "关闭"

    # Identification
    kind = models.CharField("类型", max_length=12, choices=Kind)
    status = models.CharField(
        "状态", max_length=12, choices=Status, blank=True, help_text="文献没有说就留空"
    )

    # Relations
    city = models.ForeignKey(
        Region,
        models.PROTECT,
        verbose_name="所在城市",
        null=True,
        blank=True,
        related_name="outlets",
    )
    platform = models.ForeignKey(
        Enterprise,
        models.PROTECT,
        verbose_name="所在平台",
        null=True,
        blank=True,
        related_name="outlets_hosted",
    )
    operator = models.ForeignKey(
        Enterprise,
        models.PROTECT,
        verbose_name="经营单位",
        null=True,
        blank=True,
        related_name="outlets_operated",
    )
    program = models.ForeignKey(
        Program,
        models.PROTECT,
        verbose_name="所属工程",
        null=True,
        blank=True,
        related_name="outlets",
    )
    headquarters = models.ForeignKey(
        Headquarters,
        models.PROTECT,
        verbose_name="援疆指挥部",
        null=True,
        blank=True,
        related_name="outlets",
    )

    # Dates
    opened_on = PartialDateField("开业")
    closed_on = PartialDateField("关闭")

    # Standing
    review = ReviewField()
    review_comment = ReviewCommentField()
    correction_reason = CorrectionReasonField()

    objects = LedgerQuerySet.as_manager()

    class Meta(Reviewed.Meta, Record.Meta):
        verbose_name = "网点"
        verbose_name_plural = "网点"
        constraints = (
            models.UniqueConstraint(
                fields=("name",),
                name="outlet_name_once",
                violation_error_message="已有同名的网点。",
            ),
            partial_date_check("outlet", "opened_on", "closed_on"),
            order_check("outlet", "opened_on", "closed_on", "关闭不能早于开业。"),
        )
