"""Companies, cooperatives, bank branches, associations and alliances that the record speaks of."""

from django.db import models
from django.db.models import F, Q

from aidtracker.ground.partial_dates import PartialDateField, partial_date_check
from aidtracker.ground.records import Record
from programs.models import Region


class Enterprise(Record):
    """企业: any organisation that trades, produces or represents those who do."""

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
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="母公司或主管",
        null=True,
        blank=True,
        related_name="children",
    )
    origin = models.ForeignKey(
        Region,
        models.PROTECT,
        verbose_name="来自",
        null=True,
        blank=True,
        related_name="enterprises_from",
    )
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        verbose_name="经营地",
        null=True,
        blank=True,
        related_name="enterprises",
    )

    # Dates
    founded_on = PartialDateField("成立")

    class Meta(Record.Meta):
        verbose_name = "企业"
        verbose_name_plural = "企业"
        constraints = (
            models.UniqueConstraint(
                fields=("name",),
                name="enterprise_name_once",
                violation_error_message="已有同名的企业。",
            ),
            models.UniqueConstraint(
                fields=("credit_code",),
                condition=~Q(credit_code=""),
                name="enterprise_credit_code_once",
                violation_error_message="这一统一社会信用代码已登记给另一家企业。",
            ),
            models.CheckConstraint(
                condition=Q(credit_code="") | Q(credit_code__glob="[0-9A-HJ-NPQRTUWXY]" * 18),
                name="enterprise_credit_code_form",
                violation_error_message="统一社会信用代码为 18 位数字和大写字母（GB 32100）。",
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")),
                name="enterprise_not_its_own_parent",
                violation_error_message="企业不能是自己的母公司。",
            ),
            partial_date_check("enterprise", "founded_on"),
        )
