"""Projects paid with aid money, and those who take part in them."""

from django.db import models
from django.db.models import Q

from aidtracker.ground.constraints import once, row_check, unfilled
from aidtracker.ground.money import LedgerAmountField, not_negative_check
from aidtracker.ground.partial_dates import PartialDateField, order_check, partial_date_check
from aidtracker.ground.records import Record
from aidtracker.ground.relations import key_to, links_to, optional_key_to
from aidtracker.review.reviewed import PartOfReviewed, Reviewed, standing
from programs.models import Batch, Category, Headquarters, Program, Region
from projects.models.amount_figures import amount_figures
from projects.models.enterprises import Enterprise
from projects.models.ledger_rows import LedgerQuerySet
from projects.models.sites import Site

AMOUNTS = (
    "total_amount",
    "planned_amount",
    "adjusted_amount",
    "received_amount",
    "disbursed_amount",
    "paid_amount",
    "work_done_amount",
)
DATES = (
    *("approved_on", "planned_start", "planned_completion"),
    *("actual_start", "actual_completion"),
)


class Project(Reviewed, Record):
    """援疆项目: an item paid, wholly or in part, with aid money."""

    SHOWN = ("name", "slug", "aliases")
    TOLD = (
        *("name", "slug", "code", "category", "delivery", "spend_nature", "construction", "tier"),
        *("status", "headquarters", "batch", "regions", "programs", "site"),
        *("planned_start", "planned_completion", "actual_start", "actual_completion"),
        *AMOUNTS,
    )
    KEY = ("code",)
    STATES_TELL = ("planned_amount", "adjusted_amount")
    TOLD_APART_BY = ("regions", "planned_start", "actual_start")
    OWNERS = ("headquarters",)
    IS_SHARED = False
    maintainer = None

    class Delivery(models.TextChoices):
        TURNKEY = "turnkey", "交钥匙"
        CHEQUE = "cheque", "交支票"

    class SpendNature(models.TextChoices):
        FIXED = "fixed", "固定资产投资"
        OTHER = "other", "非固定资产投资"

    class Construction(models.TextChoices):
        NEW = "new", "新建"
        CONTINUED = "continued", "续建"
        EXTENDED = "extended", "改扩建"

    class Tier(models.TextChoices):
        PROVINCE = "province", "省统筹"
        CITY = "city", "市自主"

    class Status(models.TextChoices):
        RESERVE = "reserve", "储备"
        PLANNED = "planned", "列入计划"
        PREPARING = "preparing", "前期"
        STARTED = "started", "开工"
        BUILDING = "building", "在建"
        COMPLETED = "completed", "完工"
        ACCEPTED = "accepted", "验收"
        HANDED_OVER = "handed_over", "移交"
        PAUSED = "paused", "暂停"
        CANCELLED = "cancelled", "取消"

    # Identification
    code = models.CharField("项目编号", max_length=40, unique=True)
    category = optional_key_to(Category, "项目类别", "projects")
    delivery = models.CharField("交付方式", max_length=12, choices=Delivery, blank=True)
    spend_nature = models.CharField("资金性质", max_length=12, choices=SpendNature, blank=True)
    construction = models.CharField("建设性质", max_length=12, choices=Construction, blank=True)
    tier = models.CharField("层级", max_length=12, choices=Tier, blank=True)
    status = models.CharField(
        "状态", max_length=12, choices=Status, blank=True, help_text="文献没有说就留空"
    )

    is_livelihood = models.BooleanField("民生项目", null=True, blank=True)
    is_local = models.BooleanField(
        "面向县及以下", null=True, blank=True, help_text="用于算县及以下资金占比"
    )

    # Relations
    headquarters = key_to(Headquarters, "援疆指挥部", "projects")
    batch = optional_key_to(Batch, "批次", "projects")
    regions = links_to(Region, "受援地", "projects")
    programs = links_to(Program, "所属工程", "projects")
    site = optional_key_to(Site, "场所", "projects")

    # Dates
    approved_on = PartialDateField("批复", is_past=True)
    planned_start = PartialDateField("计划开工")
    planned_completion = PartialDateField("计划完工")
    actual_start = PartialDateField("实际开工", is_past=True)
    actual_completion = PartialDateField("实际完工", is_past=True)

    # Money
    total_amount = LedgerAmountField("总投资")
    planned_amount = LedgerAmountField("援疆资金计划")
    adjusted_amount = LedgerAmountField("调整后计划")
    received_amount = LedgerAmountField("资金到位")
    disbursed_amount = LedgerAmountField("资金拨付")
    paid_amount = LedgerAmountField("资金支付")
    work_done_amount = LedgerAmountField("完成投资")
    amount_figures = amount_figures()

    # Standing
    review, review_comment, correction_reason = standing()

    objects = LedgerQuerySet.as_manager()

    class Meta(Reviewed.Meta, Record.Meta):
        verbose_name = verbose_name_plural = "援疆项目"
        indexes = (
            unfilled("project_without_amounts", None, *AMOUNTS),
            unfilled("project_without_dates", "", *DATES),
        )
        constraints = (
            not_negative_check("project", *AMOUNTS),
            partial_date_check("project", *DATES),
            order_check(
                "project", "planned_start", "planned_completion", "计划完工不能早于计划开工。"
            ),
            order_check(
                "project", "actual_start", "actual_completion", "实际完工不能早于实际开工。"
            ),
        )

    @property
    def search_names(self):
        return [self.name, *self.aliases, self.code]


class ProjectParty(PartOfReviewed):
    """Who takes part in a project, and as what: an enterprise, a headquarters or another body."""

    KEY = ("project__code", "number")
    NUMBERED_IN = "project"
    OWNERS = ("project__headquarters",)
    PUBLIC_WITH = ("project",)
    SEARCHED_IN = ("organisation",)
    SEARCHED_WITH = ("project", "enterprise", "headquarters")
    WHOLE = "project"
    IS_SHARED = False

    class Role(models.TextChoices):
        OWNER = "owner", "建设单位"
        FUNDER = "funder", "出资"
        BUILDER = "builder", "施工"
        IMPLEMENTER = "implementer", "实施"
        OPERATOR = "operator", "运营"
        BENEFICIARY = "beneficiary", "受益"
        PARTNER = "partner", "合作"

    project = models.ForeignKey(
        Project, models.CASCADE, verbose_name="援疆项目", related_name="parties"
    )
    number = models.PositiveSmallIntegerField("序号")
    role = models.CharField("角色", max_length=12, choices=Role)
    enterprise = optional_key_to(Enterprise, "企业", "project_parties")
    headquarters = optional_key_to(Headquarters, "援疆指挥部", "project_parties")
    organisation = models.CharField(
        "其他单位", max_length=120, blank=True, help_text="不是企业也不是指挥部的单位，照文献所写"
    )

    class Meta(PartOfReviewed.Meta):
        verbose_name = verbose_name_plural = "项目参与方"
        ordering = ("project", "number")
        constraints = (
            once("project_party_number_once", "该项目已有同序号的参与方。", "project", "number"),
            row_check(
                "project_party_exactly_one",
                Q(enterprise__isnull=False, headquarters=None, organisation="")
                | Q(enterprise=None, headquarters__isnull=False, organisation="")
                | (Q(enterprise=None, headquarters=None) & ~Q(organisation="")),
                "企业、援疆指挥部、其他单位三者填一个，且只填一个。",
            ),
        )

    def __str__(self):
        return f"{self.get_role_display()}：{self.party_name}"

    @property
    def party_name(self):
        return str(self.enterprise or self.headquarters or self.organisation)
