"""Companies, cooperatives, bank branches, associations and alliances that the record speaks of."""

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.models import F, Q

from aidtracker.ground.constraints import once, row_check
from aidtracker.ground.partial_dates import PartialDateField, partial_date_check
from aidtracker.ground.records import Record
from aidtracker.ground.relations import optional_key_to
from aidtracker.review.meaning import Meaning, reason_of_change
from programs.models import Region


class Enterprise(Meaning, Record):
    """企业: any organisation that trades, produces or represents those who do."""

    CAN_BE_MERGED = True
    SHOWN = ("name", "slug", "aliases")

    class Kind(models.TextChoices):
        COMPANY = "company", "公司"
        GROUP = "group", "集团"
        COOPERATIVE = "cooperative", "合作社"
        BANK = "bank", "银行网点"
        PLATFORM = "platform", "电商平台企业"
        ASSOCIATION = "association", "协会商会"
        ALLIANCE = "alliance", "联盟"
        INSTITUTION = "institution", "院校与事业单位"

    # Identification
    kind = models.CharField("类型", max_length=12, choices=Kind)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    brand = models.CharField("品牌", max_length=60, blank=True)
    industry = models.CharField("行业", max_length=60, blank=True)

    # Relations
    parent = optional_key_to("self", "母公司或主管", "children")
    origin = optional_key_to(Region, "来自", "enterprises_from")
    region = optional_key_to(Region, "经营地", "enterprises")

    # Dates
    founded_on = PartialDateField("成立", is_past=True)

    # Standing
    correction_reason = reason_of_change()

    class Meta(Meaning.Meta, Record.Meta):
        verbose_name = verbose_name_plural = "企业"
        constraints = (
            once("enterprise_name_once", "已有同名的企业。", "name"),
            once(
                "enterprise_credit_code_once",
                "这一统一社会信用代码已登记给另一家企业。",
                "credit_code",
                condition=~Q(credit_code=""),
            ),
            row_check(
                "enterprise_credit_code_form",
                Q(credit_code="") | Q(credit_code__glob="[0-9A-HJ-NPQRTUWXY]" * 18),
                "统一社会信用代码为 18 位数字和大写字母（GB 32100）。",
            ),
            row_check(
                "enterprise_not_its_own_parent", ~Q(parent=F("id")), "企业不能是自己的母公司。"
            ),
            partial_date_check("enterprise", "founded_on"),
        )

    @classmethod
    def merge_obstacles(cls, kept: Any, gone: Any) -> Iterator[str]:
        """Each company has one code."""
        if "" not in (kept.credit_code, gone.credit_code):
            yield "两条各有统一社会信用代码，是两家企业。"
