"""Sales points of 消费援疆: flagship, own and franchised shops, counters, web shops."""

from django.db import models

from aidtracker.ground.constraints import once, unfilled
from aidtracker.ground.partial_dates import PartialDateField, order_check, partial_date_check
from aidtracker.ground.records import Record
from aidtracker.ground.relations import optional_key_to
from aidtracker.review.reviewed import Reviewed, standing
from programs.models import Headquarters, Program, Region
from projects.models.enterprises import Enterprise
from projects.models.ledger_rows import LedgerQuerySet


class Outlet(Reviewed, Record):
    """网点: one place, in a street or on the web, where the recipients' products are sold."""

    SHOWN = ("name", "slug", "aliases")
    TOLD = (
        *("name", "slug", "kind", "status", "city", "platform", "operator", "program"),
        *("headquarters", "opened_on", "closed_on"),
    )
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
    city = optional_key_to(Region, "所在城市", "outlets")
    platform = optional_key_to(Enterprise, "所在平台", "outlets_hosted")
    operator = optional_key_to(Enterprise, "经营单位", "outlets_operated")
    program = optional_key_to(Program, "所属工程", "outlets")
    headquarters = optional_key_to(Headquarters, "援疆指挥部", "outlets")

    # Dates
    opened_on = PartialDateField("开业")
    closed_on = PartialDateField("关闭")

    # Standing
    review, review_comment, correction_reason = standing()

    objects = LedgerQuerySet.as_manager()

    class Meta(Reviewed.Meta, Record.Meta):
        verbose_name = verbose_name_plural = "网点"
        indexes = (
            unfilled("outlet_without_dates", "", "opened_on", "closed_on"),
            # Its first 50 of 500 in order; otherwise all 50,000 are walked until they are found.
            models.Index(fields=("headquarters", "slug"), name="outlet_of_headquarters"),
        )
        constraints = (
            once("outlet_name_once", "已有同名的网点。", "name"),
            partial_date_check("outlet", "opened_on", "closed_on"),
            order_check("outlet", "opened_on", "closed_on", "关闭不能早于开业。"),
        )
